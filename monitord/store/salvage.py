"""What can still be read of a damaged journal: the events behind the redundant copy, by ranges of `seq`.

SQLite's own `.recover` fails even on healthy files with some of its builds, so each range is asked for by
itself, and one that cannot be read is halved until the row is found that cannot.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import structlog

from monitord.engine.engine import Engine
from monitord.engine.state import STATE
from monitord.errors import StoreError
from monitord.model import Configured, Event, Instant
from monitord.store.accounts import Account, Everybody, Login, Token
from monitord.store.database.database import connect_sqlite
from monitord.store.engines_from_journal import quarantine_mark, snapshot_of
from monitord.store.journal.codec import body_from_json, fits
from monitord.store.journal.entry import Entry
from monitord.store.recovery_copy import RecoveryCopy
from monitord.store.sessions import StoredSession, follow
from monitord.store.snapshots import Snapshot, opened

_log = structlog.get_logger()

REACH = 50_000
# A copy is at most 30 s old: twelve beds give some 1,500 events in that time, a flood thirty times as many.
RANGE = 512

_EVENTS = """
    SELECT seq, at, bed, source, simulated, type, body, text
    FROM events LEFT JOIN documents ON documents.digest = events.digest
    WHERE seq BETWEEN ? AND ? ORDER BY seq
"""


def salvage(damaged: Path, copy: RecoveryCopy | None) -> RecoveryCopy:
    """The copy with all that can be read behind it; without one what the file's own tables still say."""
    try:
        with closing(connect_sqlite(damaged, read_only=True)) as connection:
            carried = copy or _readable(connection)
            return _followed(connection, carried) if carried.exact else carried
    except (sqlite3.Error, OSError) as error:
        _log.warning("damaged_record_unreadable", detail=str(error))
        return copy or RecoveryCopy()


def _followed(connection: sqlite3.Connection, carried: RecoveryCopy) -> RecoveryCopy:
    engines: dict[str | None, Engine] = {}
    for each in carried.states:
        # One bed's fault is one bed's (invariant 16).
        with suppress(ValueError):
            state = STATE.validate_json(each.text)
            engines[each.bed] = Engine(each.bed, state, effects_decided=each.n)
    sessions = {each.bed: each for each in carried.sessions}
    known = {each.bed: each.seq for each in carried.states}
    newest, at = carried.seq, carried.at
    for seq, event in events_behind(connection, carried.seq):
        newest, at = seq, max(at, event.at)
        if not carried.states:
            engines.setdefault(event.bed, Engine(event.bed))
        engine = engines.get(event.bed)
        if engine is None or seq <= known.get(event.bed, 0) or event == quarantine_mark(event):
            continue
        with suppress(Exception):
            engine.settle(event.at)
        try:
            effects = tuple(engine.step(event))
        except Exception as error:  # noqa: BLE001 - skipped when it happened, skipped again
            _log.error("event_skipped", bed=event.bed, seq=seq, exc_info=error)
            continue
        after = follow(sessions, Entry(bed=event.bed, event=event, effects=effects), seq)
        if after is None:
            sessions.pop(event.bed, None)
        else:
            sessions[event.bed] = after
    return replace(
        carried,
        at=at,
        seq=newest,
        sessions=tuple(sessions.values()),
        states=tuple(snapshot_of(engine, bed, newest) for bed, engine in engines.items()),
    )


def events_behind(connection: sqlite3.Connection, after: int) -> Iterator[tuple[int, Event]]:
    """Every event from `after` (not included) that can be read, `REACH` at most, in order."""
    end = after + REACH
    with suppress(sqlite3.Error):
        (last,) = connection.execute("SELECT max(seq) FROM events").fetchone()
        end = min(end, last or after)
    for first in range(after + 1, end + 1, RANGE):
        for row in _rows(connection, first, min(first + RANGE - 1, end)):
            with suppress(StoreError, ValueError, TypeError):
                yield row[0], _event(row)


def _rows(connection: sqlite3.Connection, first: int, last: int) -> Iterator[Any]:
    try:
        rows = connection.execute(_EVENTS, (first, last)).fetchall()
    except (sqlite3.Error, OverflowError):
        if first < last:
            middle = (first + last) // 2
            yield from _rows(connection, first, middle)
            yield from _rows(connection, middle + 1, last)
        return
    yield from rows


def _event(row: Any) -> Event:
    _, at, bed, source, simulated, kind, text, document = row
    body = body_from_json(kind, text)
    if isinstance(body, Configured):
        if not fits(body.digest, document or ""):
            raise StoreError(f"{body.digest} is not the digest of these settings")
        body = replace(body, document=document)
    return Event(at=Instant(at), bed=bed, source=source, simulated=bool(simulated), body=body)


def _readable(connection: sqlite3.Connection) -> RecoveryCopy:
    """Of a journal without a copy: sessions, snapshots and accounts, as far as each table can be read."""
    rows = [asdict(each) for each in _table(connection, "snapshots", Snapshot)]
    states = tuple(found for row in rows if (found := opened(row)) is not None)
    return RecoveryCopy(
        # What a bed took after its snapshot is read from the oldest of them on.
        seq=min((each.seq for each in states), default=0),
        effect=_largest(connection, "id", "effects"),
        at=Instant(_largest(connection, "at", "events")),
        sessions=tuple(_table(connection, "sessions", StoredSession)),
        states=states,
        people=Everybody(
            accounts=tuple(_table(connection, "accounts", Account)),
            logins=tuple(_table(connection, "logins", Login)),
            tokens=tuple(_table(connection, "tokens", Token)),
        ),
    )


def _table(connection: sqlite3.Connection, name: str, of: Any) -> list[Any]:
    columns = [field.name for field in fields(of)]
    try:
        rows = connection.execute(f"SELECT {', '.join(columns)} FROM {name}").fetchall()  # noqa: S608 - our own names
    except sqlite3.Error:
        return []
    return [of(**dict(zip(columns, row, strict=True))) for row in rows]


def _largest(connection: sqlite3.Connection, column: str, table: str) -> int:
    with suppress(sqlite3.Error):
        (found,) = connection.execute(f"SELECT max({column}) FROM {table}").fetchone()  # noqa: S608 - our own names
        return int(found or 0)
    return 0

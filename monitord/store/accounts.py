"""Accounts, logins of browsers and tokens of programs: rows in, rows out, no secrets in the clear.

Synchronous; any thread may call. Each change leaves a note in the same transaction, which
`Journal.chain_people` takes into the audit chain, so that a command beside the daemon is in it too. The note
says how each row stands behind the change, so that the chain shows a row that was changed without one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select, update

from monitord.model import Instant, iso
from monitord.store.database import schema
from monitord.store.database.database import Database
from monitord.store.database.mutable_rows import TABLES, hash_of, name_of

BROWSERS = 64
"""Of one account: a program that signs in anew each minute must not fill the table."""
CHUNK = 500
"""Notes chained in one transaction: some ten milliseconds."""
ROWS = "rows"
"""In a note that waits: how rows stand behind what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person. `password` and `pin` are argon2 hashes, `invite` the SHA-256 of a code."""

    name: str
    role: str
    password: str | None = None
    pin: str | None = None
    invite: str | None = None
    invite_until: Instant | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who gave a password on which browser; `digest` is the SHA-256 of its cookie."""

    digest: str
    account: str
    password_at: Instant
    used_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A program's; `digest` is the SHA-256 of what it sends."""

    name: str
    digest: str
    role: str
    expires_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Everybody:
    """All rows as they stood at one instant."""

    accounts: tuple[Account, ...] = ()
    logins: tuple[Login, ...] = ()
    tokens: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What an audit line about people says: `who` did `what`, to `whom` where it is another."""

    at: Instant
    who: str
    what: str
    whom: str | None = None

    def text(self, rows: Mapping[str, str | None] | None = None) -> str:
        """As it is chained; with `rows`, as it waits for it."""
        said = {"at": iso(self.at), "who": self.who, "what": self.what, "whom": self.whom}
        parts: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
        return json.dumps(parts | {ROWS: rows} if rows else parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingNote:
    """A note that is not chained yet, and how rows stand behind what it says: their names and hashes."""

    text: str
    rows: dict[str, str | None]


class People:
    """The rows about people in an open database. StoreError where it fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self) -> Everybody:
        """Everything: a suite has tens of accounts."""
        with self._database.read() as connection:
            return Everybody(
                accounts=tuple(
                    Account(**row)
                    for row in connection.execute(
                        select(schema.accounts).order_by(schema.accounts.c.name)
                    ).mappings()
                ),
                logins=tuple(
                    Login(**row) for row in connection.execute(select(schema.logins)).mappings()
                ),
                tokens=tuple(
                    Token(**row)
                    for row in connection.execute(
                        select(schema.tokens).order_by(schema.tokens.c.name)
                    ).mappings()
                ),
            )

    def waiting(self) -> int:
        """How many notes wait to be chained."""
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(schema.unchained)) or 0

    def save(self, account: Account, note: Note, *, sign_out: bool = False) -> None:
        """Adds or changes an account; `sign_out` ends it on every browser."""
        with self._database.write() as connection:
            table, row = schema.accounts, asdict(account)
            changed = connection.execute(
                update(table).where(table.c.name == account.name).values(row)
            )
            if changed.rowcount == 0:
                connection.execute(insert(table).values(row))
            stands = _stands(table, row)
            logins = schema.logins
            gone = _end(connection, logins, logins.c.account == account.name) if sign_out else {}
            _leave(connection, note, stands | gone)

    def sign_in(self, logins: Sequence[Login], note: Note) -> None:
        """What holds on a browser from now on; of each person's browsers the latest few stay."""
        table, stands = schema.logins, dict[str, str | None]()
        with self._database.write() as connection:
            for login in logins:
                same = (table.c.digest == login.digest) & (table.c.account == login.account)
                connection.execute(delete(table).where(same))
                row = asdict(login)
                connection.execute(insert(table).values(row))
                of_account = table.c.account == login.account
                latest = select(table.c.digest).where(of_account).order_by(table.c.used_at.desc())
                kept = latest.limit(BROWSERS).scalar_subquery()
                stands |= _stands(table, row)
                stands |= _end(connection, table, of_account & table.c.digest.not_in(kept))
            _leave(connection, note, stands)

    def used(self, digest: str, at: Instant) -> None:
        """The browser is still there."""
        table = schema.logins
        with self._database.write() as connection:
            connection.execute(
                update(table).where(table.c.digest == digest).values(used_at=int(at))
            )

    def sign_out(self, digest: str, note: Note) -> None:
        """Everybody leaves this browser."""
        with self._database.write() as connection:
            logins = schema.logins
            _leave(connection, note, _end(connection, logins, logins.c.digest == digest))

    def end(self, digest: str, note: Note) -> None:
        """A cookie that another one took the place of; without a note where it was not kept."""
        with self._database.write() as connection:
            logins = schema.logins
            if ended := _end(connection, logins, logins.c.digest == digest):
                _leave(connection, note, ended)

    def forget(self, unused_since: Instant, now: Instant) -> None:
        """Removes logins that were not used, and tokens whose time is over."""
        logins, tokens = schema.logins, schema.tokens
        with self._database.write() as connection:
            ended = _end(connection, logins, logins.c.used_at < unused_since)
            ended |= _end(connection, tokens, tokens.c.expires_at < now)
            if ended:
                what = "ended logins that nobody used and tokens whose time is over"
                _leave(connection, Note(at=now, who="monitord", what=what), ended)

    def give(self, token: Token, note: Note) -> None:
        """A program's token; the one of the same name ends."""
        table, row = schema.tokens, asdict(token)
        with self._database.write() as connection:
            connection.execute(delete(table).where(table.c.name == token.name))
            connection.execute(insert(table).values(row))
            _leave(connection, note, _stands(table, row))

    def leave(self, note: Note) -> None:
        """What somebody did that changes no row here and belongs in the audit chain."""
        with self._database.write() as connection:
            _leave(connection, note, {})

    def revoke(self, name: str, note: Note) -> bool:
        """Ends a program's token; False where there is none."""
        with self._database.write() as connection:
            ended = _end(connection, schema.tokens, schema.tokens.c.name == name)
            if ended:
                _leave(connection, note, ended)
            return bool(ended)


def take_unchained(connection: Connection) -> Sequence[WaitingNote]:
    """The oldest notes, removed from those that wait: the caller chains them in its transaction."""
    table = schema.unchained
    rows = connection.execute(select(table).order_by(table.c.id).limit(CHUNK)).all()
    if rows:
        connection.execute(delete(table).where(table.c.id <= rows[-1].id))
    return [_waiting(row.note) for row in rows]


def waiting_notes(connection: Connection) -> list[WaitingNote]:
    """All notes that wait, the oldest first."""
    table = schema.unchained
    return [
        _waiting(note) for note in connection.scalars(select(table.c.note).order_by(table.c.id))
    ]


def _waiting(text: str) -> WaitingNote:
    """Of a version before 0.2, or of somebody else, a note says nothing of rows."""
    try:
        said = json.loads(text)
        rows = dict(said.pop(ROWS, {}))
    except (ValueError, TypeError, AttributeError):
        return WaitingNote(text=text, rows={})
    return WaitingNote(text=json.dumps(said), rows=rows)


def _leave(connection: Connection, note: Note, rows: dict[str, str | None]) -> None:
    connection.execute(insert(schema.unchained).values(note=note.text(rows)))


def _stands(table: Table, row: Mapping[str, Any]) -> dict[str, str | None]:
    return {name_of(table, row): hash_of(table, row)}


def _end(connection: Connection, table: Table, which: ColumnElement[bool]) -> dict[str, str | None]:
    """Deletes rows; what the chain says of them from then on."""
    key = [table.c[name] for name in TABLES[table.name].key]
    rows = connection.execute(select(*key).where(which)).mappings().all()
    if rows:
        connection.execute(delete(table).where(which))
    return {name_of(table, dict(row)): None for row in rows}

"""Turns entries into the rows of one transaction, knowing where the journal stands. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import Table

from monitord.model import Attempt, Configured, Effect, Event, Instant, Notify, Withdraw
from monitord.store.database import schema
from monitord.store.database.mutable_rows import hash_of, name_of
from monitord.store.journal import chain
from monitord.store.journal.chain import ChainHead
from monitord.store.journal.codec import body_json, effect_json
from monitord.store.journal.entry import Entry
from monitord.store.outbox_rows import ERROR_LENGTH, RowState, queued_row
from monitord.store.sessions import Sessions, StoredSession, follow, label

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where the journal stands: the last numbers given, open sessions, the head of the chain."""

    seq: int = 0
    effect: int = 0
    attempt: int = 0
    at: Instant | None = None
    sessions: Sessions = field(default_factory=dict)
    head: ChainHead = field(default_factory=chain.genesis)
    linked: bool = False
    """Whether its rows are in links; else the head is that of the chains of before."""
    identity: int = 0
    """The number by which this journal is known again."""

    @property
    def numbers(self) -> tuple[int, int]:
        """The last event and the last effect."""
        return self.seq, self.effect


class Batch:
    """The rows of a group of entries, and the link over them all, once it is `closed`.

    `position` is where the journal stands once they are in.
    """

    def __init__(self, position: Position, entries: Sequence[Entry]) -> None:
        self._before = position
        self._seq, self._effect, self._attempt = position.seq, position.effect, position.attempt
        self._at = position.at or Instant(0)
        self._sessions = dict(position.sessions)
        self._head = position.head
        self._mutable: dict[str, str | None] = {}
        self._notes: list[tuple[str, str]] = []
        self.seqs: list[int] = []
        self.documents: list[Row] = []
        self.events: list[Row] = []
        self.effects: list[Row] = []
        self.attempts: list[Row] = []
        self.sessions: list[StoredSession] = []
        self.outbox: list[Row] = []
        self.withdrawn: list[str] = []
        self.link: Row | None = None
        for entry in entries:
            self._add(entry)

    @property
    def position(self) -> Position:
        """Behind all rows, and behind the link once there is one."""
        return Position(
            seq=self._seq,
            effect=self._effect,
            attempt=self._attempt,
            at=self._at or None,
            sessions=self._sessions,
            head=self._head,
            linked=self._before.linked or self.link is not None,
            identity=self._before.identity,
        )

    @property
    def numbers(self) -> tuple[int, int]:
        """The last event and the last effect, behind all rows."""
        return self._seq, self._effect

    def keep(self, table: Table, row: Mapping[str, Any]) -> None:
        """Chains how a row that may be replaced stands from here on."""
        self._mutable[name_of(table, row)] = hash_of(table, row)

    def gone(self, table: Table, row: Mapping[str, Any]) -> None:
        """Chains that such a row is there no more; of it only the key is needed."""
        self._mutable[name_of(table, row)] = None

    def stands(self, mutable: Mapping[str, str | None]) -> None:
        """Chains how many of them stand: their names and hashes."""
        self._mutable |= mutable

    def note(self, kind: str, text: str) -> None:
        """Chains what is no row."""
        self._notes.append((kind, text))

    def attempted(self, attempt: Attempt, session: str | None) -> None:
        """What became of one attempt to deliver."""
        self._attempt += 1
        self.attempts.append(
            {
                "id": self._attempt,
                "key": attempt.key,
                "session": session,
                "at": attempt.at,
                "error": None if attempt.error is None else attempt.error[:ERROR_LENGTH],
                "next_at": attempt.next_at,
            }
        )

    def remove(self, session: StoredSession) -> None:
        """Says that retention removes this session with all that belongs to it."""
        if (latest := self._sessions.get(session.bed)) and latest.session == session.session:
            del self._sessions[session.bed]
        self.gone(schema.sessions, {"session": session.session})
        self.note(chain.REMOVED, json.dumps({"session": session.session}))

    def close(self) -> None:
        """Makes the link over all that is in it; none where there is nothing."""
        for document in self.documents:
            self.keep(schema.documents, document)
        for session in self.sessions:
            self.keep(schema.sessions, asdict(session))
        rows = chain.owned(self.events, self.effects, self.attempts)
        if body := chain.body(rows, self._mutable, self._notes):
            link = chain.link(
                self._head, seq=self._seq, effect=self._effect, attempt=self._attempt, body=body
            )
            self._head = ChainHead(chain=chain.SUITE, n=link.n, hash=link.hash)
            self.link = link.row

    def _add(self, entry: Entry) -> None:
        at = entry.time(self._at)
        self._at = max(self._at, at)
        if entry.event is not None:
            self._seq += 1
        before = self._sessions.get(entry.bed)
        after = follow(self._sessions, entry, self._seq)
        session = label(before, after)
        if entry.event is not None:
            self._add_event(entry.event, session)
        for n, effect in enumerate(entry.effects, entry.first_n):
            self._add_effect(effect, n, at, entry.bed, session)
        self.seqs.append(self._seq)
        if after is None:
            self._sessions.pop(entry.bed, None)
        if after is None or after == before:
            return
        self._sessions[entry.bed] = after
        self.sessions.append(after)

    def _add_event(self, event: Event, session: str | None) -> None:
        body, digest = event.body, None
        if isinstance(body, Configured):
            digest = body.digest
            self.documents.append({"digest": digest, "text": body.document})
            body = replace(body, document="")
        row: Row = {
            "seq": self._seq,
            "at": event.at,
            "bed": event.bed,
            "session": session,
            "type": body.type,
            "source": event.source,
            "simulated": event.simulated,
            "body": body_json(body),
            "digest": digest,
        }
        self.events.append(row)

    def _add_effect(
        self, effect: Effect, n: int, at: Instant, bed: str | None, session: str | None
    ) -> None:
        self._effect += 1
        row: Row = {
            "id": self._effect,
            "after_seq": self._seq,
            "at": at,
            "bed": bed,
            "n": n,
            "session": session,
            "type": effect.type,
            "body": effect_json(effect),
        }
        self.effects.append(row)
        match effect:
            case Notify():
                self._queue(effect, row)
            case Withdraw(alarm=alarm):
                self._withdraw(alarm)
            case _:
                pass

    def _queue(self, notify: Notify, row: Row) -> None:
        self.outbox.append(queued_row(notify, row))

    def _withdraw(self, alarm: str) -> None:
        """Only what was queued before: what the same step decides afterwards stays."""
        self.withdrawn.append(alarm)
        for queued in self.outbox:
            if queued["alarm"] == alarm:
                queued["state"] = RowState.WITHDRAWN

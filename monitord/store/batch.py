"""Turns entries into the rows of one transaction, knowing where the journal stands. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from monitord.model import Configured, Effect, Event, Instant, Notify, Withdraw
from monitord.store import chain
from monitord.store.chain import Head
from monitord.store.codec import body_json, effect_json
from monitord.store.entry import Entry
from monitord.store.sessions import Session, Sessions, follow, label

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where the journal stands: the last numbers given, open sessions, heads of the chains."""

    seq: int = 0
    effect: int = 0
    at: Instant | None = None
    sessions: Sessions = field(default_factory=dict)
    heads: dict[str, Head] = field(default_factory=dict)
    quoted: dict[str, int] = field(default_factory=dict)
    """How far the suite's chain knows each session's."""


class Batch:
    """The rows of a group of entries; `position` is where the journal stands once they are in."""

    def __init__(self, position: Position, entries: Sequence[Entry]) -> None:
        self._seq, self._effect = position.seq, position.effect
        self._at = position.at or Instant(0)
        self._sessions = dict(position.sessions)
        self._heads = dict(position.heads)
        self._quoted = dict(position.quoted)
        self.seqs: list[int] = []
        self.documents: list[Row] = []
        self.events: list[Row] = []
        self.effects: list[Row] = []
        self.sessions: list[Session] = []
        self.outbox: list[Row] = []
        self.withdrawn: list[str] = []
        self.audit: list[Row] = []
        for entry in entries:
            self._add(entry)

    @property
    def position(self) -> Position:
        """Of the chains only those that can grow are remembered: a journal has many sessions."""
        growing = {chain.SUITE, *(session.session for session in self._sessions.values())}
        return Position(
            seq=self._seq,
            effect=self._effect,
            at=self._at or None,
            sessions=self._sessions,
            heads={name: head for name, head in self._heads.items() if name in growing},
            quoted={name: n for name, n in self._quoted.items() if name in growing},
        )

    def anchor(self) -> None:
        """Quotes the chains of open sessions in the suite's, as far as they have grown."""
        for session in self._sessions.values():
            if session.open:
                self._quote_head(session.session)

    def note(self, text: str) -> None:
        """Chains what is no event: what was done to accounts, and who was refused."""
        self._link(chain.SUITE, "people", None, text, note=text)

    def remove(self, session: Session, head: Head | None) -> None:
        """Says in the suite's chain that this session was removed, and where its chain ended."""
        if (latest := self._sessions.get(session.bed)) and latest.session == session.session:
            del self._sessions[session.bed]
        self._heads.pop(session.session, None)
        note = chain.head_note(head or chain.genesis(session.session))
        self._link(chain.SUITE, "removed", None, note, note=note)

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
        if not after.open:
            self._quote_head(after.session)

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
        if chain.event_is_chained(body.type):
            self._link(session or chain.SUITE, "event", self._seq, chain.event_content(row))

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
        if effect.type in chain.EFFECT_TYPES:
            self._link(session or chain.SUITE, "effect", self._effect, chain.effect_content(row))
        match effect:
            case Notify():
                self._queue(effect, row)
            case Withdraw(alarm=alarm):
                self._withdraw(alarm)
            case _:
                pass

    def _queue(self, notify: Notify, row: Row) -> None:
        self.outbox.append(
            {
                "key": notify.key,
                "effect": row["id"],
                "alarm": notify.line.id,
                "session": row["session"],
                "destination": notify.destination,
                "tier": notify.tier,
                "priority": int(notify.line.priority),
                "reason": notify.reason.value,
                "at": row["at"],
                "body": row["body"],
                "state": "queued",
                "attempts": 0,
                "next_at": row["at"],
            }
        )

    def _withdraw(self, alarm: str) -> None:
        """Only what was queued before: what the same step decides afterwards stays."""
        self.withdrawn.append(alarm)
        for queued in self.outbox:
            if queued["alarm"] == alarm:
                queued["state"] = "withdrawn"

    def _quote_head(self, session: str) -> None:
        head = self._heads.get(session)
        if head is not None and self._quoted.get(session) != head.n:
            self._quoted[session] = head.n
            note = chain.head_note(head)
            self._link(chain.SUITE, "head", None, note, note=note)

    def _link(
        self, name: str, kind: str, ref: int | None, content: str, *, note: str | None = None
    ) -> None:
        head = chain.extend(self._heads.get(name) or chain.genesis(name), kind, content)
        self._heads[name] = head
        self.audit.append(
            {
                "chain": name,
                "n": head.n,
                "kind": kind,
                "ref": ref,
                "note": note,
                "hash": head.hash,
            }
        )

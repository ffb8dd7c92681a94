"""Whether the outbox is what effects, answers and attempts make of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from monitord.errors import StoreError
from monitord.model import Notify, Withdraw
from monitord.store.database import schema
from monitord.store.journal.codec import effect_from_json
from monitord.store.outbox_rows import RowState, queued_row

Row = Mapping[str, Any]

_DECIDED = ("effect", "alarm", "session", "destination", "tier", "priority", "reason", "at", "body")


@dataclass(slots=True)
class _Message:
    """One message; `decided` is the hash of what its row says of the decision."""

    decided: bytes
    alarm: str
    session: str | None
    at: int
    state: str = RowState.QUEUED
    attempts: int = 0


@dataclass(slots=True)
class MessageCheck:
    """Takes effects and attempts in the order of the chain, then compares."""

    messages: dict[str, _Message] = field(default_factory=dict)
    _queued: dict[str, set[str]] = field(default_factory=dict)
    """By alarm, the keys of what waits."""

    def effect(self, row: Row) -> None:
        """A message that is queued, or an answer that withdraws what was queued."""
        if row["type"] not in {"notify", "withdraw"}:
            return
        try:
            effect = effect_from_json(row["type"], row["body"])
        except StoreError:
            return  # that it was changed is the chain's fault
        match effect:
            case Notify() if effect.key not in self.messages:
                queued = queued_row(effect, row)
                alarm = queued["alarm"]
                self.messages[effect.key] = _Message(
                    _decided(queued), alarm, queued["session"], queued["at"]
                )
                self._queued.setdefault(alarm, set()).add(effect.key)
            case Withdraw(alarm=alarm):
                for key in self._queued.pop(alarm, ()):
                    self.messages[key].state = RowState.WITHDRAWN
            case _:
                pass

    def attempt(self, row: Row) -> None:
        """As `outbox_rows.mark` does it."""
        message = self.messages.get(row["key"])
        if message is None:
            return
        if row["error"] is None:
            message.state = RowState.SENT
        elif message.state != RowState.QUEUED:
            return
        elif row["next_at"] is None:
            message.state = RowState.FAILED
        message.attempts += 1
        if message.state != RowState.QUEUED:
            self._queued.get(message.alarm, set()).discard(row["key"])

    def faults(
        self, connection: Connection, *, behind: int, removed: set[str], gone_before: int
    ) -> list[str]:
        """Of rows whose effect is behind the number `behind`. Rows of `removed` sessions may be gone, and those
        outside of any from before `gone_before` that waited no more.
        """
        found = []
        outbox = schema.outbox
        query = select(outbox).where(outbox.c.effect > behind).order_by(outbox.c.effect)
        for stored in connection.execute(query.execution_options(yield_per=1000)).mappings():
            row = dict(stored)
            message = self.messages.pop(row["key"], None)
            if message is None:
                found.append(f"message {row['key']} is in no chain")
            elif message.decided != _decided(row):
                found.append(f"message {row['key']} was changed")
            elif (message.state, message.attempts) != (row["state"], row["attempts"]):
                found.append(
                    f"message {row['key']} was {message.state} after {message.attempts} attempts; "
                    f"its row says {row['state']} after {row['attempts']}"
                )
        # A key names one message for good: decided anew after an upgrade, the row of before stands.
        earlier = select(outbox.c.key).where(outbox.c.effect <= behind)
        known = set(connection.execute(earlier).scalars()) if self.messages else set()
        for key, message in self.messages.items():
            if key in known:
                continue
            over = message.session is None and message.at < gone_before
            done = message.state != RowState.QUEUED
            if message.session not in removed and not (over and done):
                found.append(f"message {key} is gone")
        return found


def _decided(row: Row) -> bytes:
    return sha256(json.dumps([row[name] for name in _DECIDED]).encode()).digest()

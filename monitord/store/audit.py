"""Verifies the hash chains: which recorded rows were changed, removed or slipped in.

A chain shows changes, it does not prevent them. It is as good as the head that was sent away:
`Journal.anchor()` gives it for the heartbeat, `verify(known=...)` takes it back.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, func, select

from monitord.store import chain, schema
from monitord.store.chain import Head
from monitord.store.database import Database

_BROKEN_NOTE = (ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was looked at, and every fault as a sentence; none means that nothing was changed."""

    chains: int
    links: int
    head: Head
    faults: tuple[str, ...]


def verify(database: Database, *, known: Head | None = None) -> Verification:
    """Reads every chain and every row that must be in one; `known` is a head of the suite's chain
    that was kept elsewhere.
    """
    with database.read() as connection:
        if connection.dialect.name == "postgresql":
            # One state of the database for all that follows, beside a daemon that writes.
            connection.execution_options(isolation_level="REPEATABLE READ")
        return _Check(connection).run(known)


@dataclass(slots=True)
class _Check:
    connection: Connection
    faults: list[str] = field(default_factory=list)
    links: int = 0
    quoted: list[Head] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)

    def run(self, known: Head | None) -> Verification:
        names = list(self.connection.scalars(select(schema.audit.c.chain).distinct()))
        heads = {name: self._follow(name) for name in sorted({*names, chain.SUITE})}
        for head in [*self.quoted, *([known] if known else [])]:
            self._compare(head)
        self._find_unchained()
        return Verification(
            chains=len(names), links=self.links, head=heads[chain.SUITE], faults=tuple(self.faults)
        )

    def _follow(self, name: str) -> Head:
        """Hashes the chain anew over the rows as they are; its head as it is stored."""
        head = chain.genesis(name)
        for row in self._rows(name):
            self.links += 1
            what = _what(row)
            if row["n"] != head.n + 1:
                self.faults.append(f"{_title(name)}: links {head.n + 1} to {row['n'] - 1} are gone")
                head = Head(chain=name, n=row["n"] - 1, hash="")
            content = self._content(row)
            if content is None:
                self.faults.append(f"{_title(name)}: {what} is gone")
            elif head.hash and chain.extend(head, row["kind"], content).hash != row["hash"]:
                self.faults.append(f"{_title(name)}: {what} was changed, or link {row['n']} was")
            # From the stored hash on, so that one change is one fault.
            head = Head(chain=name, n=row["n"], hash=row["hash"])
        return head

    def _rows(self, name: str) -> Iterator[Any]:
        audit, events, effects = schema.audit.c, schema.events.c, schema.effects.c
        query = (
            select(
                schema.audit,
                *(column.label(f"event_{column.name}") for column in events),
                *(column.label(f"effect_{column.name}") for column in effects),
            )
            .outerjoin(schema.events, and_(audit.kind == "event", audit.ref == events.seq))
            .outerjoin(schema.effects, and_(audit.kind == "effect", audit.ref == effects.id))
            .where(audit.chain == name)
            .order_by(audit.n)
            .execution_options(yield_per=1000)
        )
        yield from self.connection.execute(query).mappings()

    def _content(self, row: Any) -> str | None:
        """What the link covers, from the row as it is now; None where that is gone."""
        match row["kind"]:
            case "event":
                found = {name: row[f"event_{name}"] for name in chain.EVENT_COLUMNS}
                return None if found["seq"] is None else chain.event_content(found)
            case "effect":
                found = {name: row[f"effect_{name}"] for name in chain.EFFECT_COLUMNS}
                return None if found["id"] is None else chain.effect_content(found)
            case _:
                note = str(row["note"])
                self._remember(row["kind"], note)
                return note

    def _remember(self, kind: str, note: str) -> None:
        if kind == "people":
            return
        try:
            head = chain.head_of_note(note)
        except _BROKEN_NOTE:
            return  # its hash does not fit either: that is the fault
        if kind == "removed":
            self.removed.add(head.chain)
            self.quoted = [quoted for quoted in self.quoted if quoted.chain != head.chain]
        else:
            self.quoted.append(head)

    def _compare(self, head: Head) -> None:
        """A head that was quoted or kept must still be a link of its chain."""
        audit = schema.audit.c
        query = select(audit.hash).where(audit.chain == head.chain, audit.n == head.n)
        found = self.connection.scalar(query) if head.n else chain.genesis(head.chain).hash
        if found is None:
            self.faults.append(f"{_title(head.chain)}: cut off before link {head.n}")
        elif found != head.hash:
            self.faults.append(f"{_title(head.chain)}: another chain than the one quoted")

    def _find_unchained(self) -> None:
        """Rows that were slipped in: of a chained type, and in no chain."""
        audit, events, effects = schema.audit.c, schema.events.c, schema.effects.c
        for kind, table, key, chained in (
            ("event", schema.events, events.seq, events.type != "frame"),
            ("effect", schema.effects, effects.id, effects.type.in_(chain.EFFECT_TYPES)),
        ):
            first = select(func.min(audit.ref)).where(audit.kind == kind).scalar_subquery()
            query = (
                select(key, table.c.session)
                .outerjoin(schema.audit, and_(audit.kind == kind, audit.ref == key))
                # What is older than the first link was recorded before there were chains.
                .where(chained, audit.n.is_(None), key > first)
                .order_by(key)
            )
            for number, session in self.connection.execute(query):
                if session not in self.removed:
                    self.faults.append(f"{kind} {number} is in no chain")


def _title(name: str) -> str:
    return f"session {name}" if name else "suite"


def _what(row: Any) -> str:
    return f"{row['kind']} {row['ref']}" if row["ref"] is not None else f"note {row['n']}"

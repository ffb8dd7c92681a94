"""Follows the hash chains that versions up to 0.1 kept: which recorded rows were changed, removed or slipped in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, func, select

from monitord.store.database import schema
from monitord.store.journal import former_chains
from monitord.store.journal.chain import SUITE, ChainHead, head_of_note

_BROKEN_NOTE = (ValueError, KeyError, TypeError)


@dataclass(slots=True, kw_only=True)
class SessionChainCheck:
    """`removed` are sessions that retention took away; events and effects up to `last_seq` and `last_effect` must
    be in these chains (all, where those are None).
    """

    connection: Connection
    removed: set[str]
    last_seq: int | None
    last_effect: int | None
    faults: list[str] = field(default_factory=list)
    links: int = 0
    quoted: list[ChainHead] = field(default_factory=list)

    def run(self, quoted: Iterable[ChainHead]) -> ChainHead:
        """The head of the suite's chain; `quoted` are heads that others quote."""
        names = list(self.connection.scalars(select(schema.audit.c.chain).distinct()))
        heads = {name: self._follow(name) for name in sorted({*names, SUITE})}
        for head in [*self.quoted, *quoted]:
            if head.chain not in self.removed:
                self._compare(head)
        self._find_unchained()
        return heads[SUITE]

    def _follow(self, name: str) -> ChainHead:
        """Hashes the chain anew over the rows as they are; its head as it is stored."""
        head = former_chains.genesis(name)
        for row in self._rows(name):
            self.links += 1
            what = _what(row)
            if row["n"] != head.n + 1:
                self.faults.append(f"{_title(name)}: links {head.n + 1} to {row['n'] - 1} are gone")
                head = ChainHead(chain=name, n=row["n"] - 1, hash="")
            content = self._content(row)
            if content is None:
                self.faults.append(f"{_title(name)}: {what} is gone")
            elif head.hash and former_chains.extend(head, row["kind"], content).hash != row["hash"]:
                self.faults.append(f"{_title(name)}: {what} was changed, or link {row['n']} was")
            # From the stored hash on, so that one change is one fault.
            head = ChainHead(chain=name, n=row["n"], hash=row["hash"])
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
                found = {name: row[f"event_{name}"] for name in former_chains.EVENT_COLUMNS}
                return None if found["seq"] is None else former_chains.event_content(found)
            case "effect":
                found = {name: row[f"effect_{name}"] for name in former_chains.EFFECT_COLUMNS}
                return None if found["id"] is None else former_chains.effect_content(found)
            case _:
                note = str(row["note"])
                self._remember(row["kind"], note)
                return note

    def _remember(self, kind: str, note: str) -> None:
        if kind in {"people", "continued"}:
            return  # `continued` quotes a chain of another file
        try:
            head = head_of_note(note)
        except _BROKEN_NOTE:
            return  # its hash does not fit either: that is the fault
        if kind == "removed":
            self.removed.add(head.chain)
        else:
            self.quoted.append(head)

    def _compare(self, head: ChainHead) -> None:
        """A head that was quoted or kept must still be a link of its chain."""
        audit = schema.audit.c
        query = select(audit.hash).where(audit.chain == head.chain, audit.n == head.n)
        genesis = former_chains.genesis(head.chain).hash
        found = self.connection.scalar(query) if head.n else genesis
        if found is None:
            self.faults.append(f"{_title(head.chain)}: cut off before link {head.n}")
        elif found != head.hash:
            self.faults.append(f"{_title(head.chain)}: another chain than the one quoted")

    def _find_unchained(self) -> None:
        """Rows that were slipped in: of a chained type, and in no chain."""
        audit, events, effects = schema.audit.c, schema.events.c, schema.effects.c
        for kind, table, key, chained, last in (
            ("event", schema.events, events.seq, events.type != "frame", self.last_seq),
            (
                "effect",
                schema.effects,
                effects.id,
                effects.type.in_(former_chains.EFFECT_TYPES),
                self.last_effect,
            ),
        ):
            first = select(func.min(audit.ref)).where(audit.kind == kind).scalar_subquery()
            query = (
                select(key, table.c.session)
                .outerjoin(schema.audit, and_(audit.kind == kind, audit.ref == key))
                # What is older than the first link was recorded before there were chains.
                .where(chained, audit.n.is_(None), key > first)
                .order_by(key)
            )
            if last is not None:
                query = query.where(key <= last)
            for number, session in self.connection.execute(query):
                if session not in self.removed:
                    self.faults.append(f"{kind} {number} is in no chain")


def _title(name: str) -> str:
    return f"session {name}" if name else "suite"


def _what(row: Any) -> str:
    return f"{row['kind']} {row['ref']}" if row["ref"] is not None else f"note {row['n']}"

"""Verifies the hash chain: which recorded rows were changed, removed or slipped in.

A chain shows changes, it does not prevent them. It is as good as the head that was sent away: `Journal.head`
is for the system log, the heartbeat and each backup, `verify(known=...)` takes it back.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Connection, Table, select

from monitord.model import Instant, from_iso
from monitord.store.accounts import waiting_notes
from monitord.store.audit_messages import MessageCheck
from monitord.store.database import schema
from monitord.store.database.database import Database
from monitord.store.database.mutable_rows import in_words, standing
from monitord.store.former_chain_check import SessionChainCheck
from monitord.store.journal import chain
from monitord.store.journal.chain import AuditLink, ChainHead, LinkBody, Owned, Owner, Row

_BROKEN = (ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was looked at, and every fault as a sentence; none means that nothing was changed.

    `remarks` are what was done on purpose: removed by retention, restored, gone on with.
    """

    links: int
    head: ChainHead
    faults: tuple[str, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHead:
    """A head that was kept elsewhere, and when, where that is known."""

    head: ChainHead
    at: Instant | None = None


def verify(database: Database, *, known: Sequence[KnownHead] = ()) -> Verification:
    """Reads every link and every row that must be in one; `known` are heads that were kept elsewhere.

    One that was kept of a journal whose place a backup took since, on purpose, is no fault.
    """
    with database.read() as connection:
        if connection.dialect.name == "postgresql":
            # One state of the database for all that follows, beside a daemon that writes.
            connection.execution_options(isolation_level="REPEATABLE READ")
        if database.revision < schema.LINKS_SINCE:
            check = SessionChainCheck(
                connection=connection, removed=set(), last_seq=None, last_effect=None
            )
            head = check.run([each.head for each in known])
            return Verification(links=check.links, head=head, faults=tuple(check.faults))
        return _Check(connection).run(known)


def hash_of_link(connection: Connection, n: int, revision: str) -> str | None:
    """The hash of the link `n`; None where there is none."""
    audit, links = schema.audit.c, schema.audit_links.c
    if revision >= schema.LINKS_SINCE:
        found: str | None = connection.scalar(select(links.hash).where(links.n == n))
        if found is not None:
            return found
    return connection.scalar(select(audit.hash).where(audit.chain == chain.SUITE, audit.n == n))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Missing:
    """Rows of one owner that are not what link `n`, which ends at event `seq`, says; excused where they were removed."""

    n: int
    seq: int
    owner: Owner
    fault: str


@dataclass(slots=True)
class _Check:
    connection: Connection
    faults: list[str] = field(default_factory=list)
    links: int = 0
    missing: list[_Missing] = field(default_factory=list)
    mutable: dict[str, str | None] = field(default_factory=dict)
    former: list[ChainHead] = field(default_factory=list)
    """The heads of the chains from which this one goes on."""
    removed: dict[str, int] = field(default_factory=dict)
    """By session the link that says so."""
    samples_through: dict[str | None, int] = field(default_factory=dict)
    messages_before: int = 0
    restored: list[tuple[Instant, int]] = field(default_factory=list)
    """When a backup was put in place, and behind which link."""
    remarks: list[str] = field(default_factory=list)
    messages: MessageCheck = field(default_factory=MessageCheck)

    def run(self, known: Sequence[KnownHead]) -> Verification:
        first = self.connection.execute(
            select(schema.audit_links).order_by(schema.audit_links.c.n).limit(1)
        ).one_or_none()
        head = chain.genesis()
        if first is None:
            self._no_links()
        else:
            head = self._follow(first.seq, first.effect)
            self._excuse()
            self._compare_mutable()
            self.faults += self.messages.faults(
                self.connection,
                behind=first.effect,
                removed=set(self.removed),
                gone_before=self.messages_before,
            )
            self._follow_former(first.n, first.seq, first.effect)
        for each in known:
            self._compare(each)
        if self.removed:
            links = self.removed.values()
            self.remarks.append(
                f"retention removed {len(self.removed)} sessions (links {min(links)} to {max(links)})"
            )
        return Verification(
            links=self.links, head=head, faults=tuple(self.faults), remarks=tuple(self.remarks)
        )

    def _no_links(self) -> None:
        """A journal that was opened once has a link."""
        for table in (schema.events, schema.effects, schema.audit):
            if self.connection.execute(select(table).limit(1)).first() is not None:
                self.faults.append("the whole chain is gone")
                return

    def _follow(self, seq: int, effect: int) -> ChainHead:
        """Each link over the rows as they are; the head as it is stored."""
        events = _Rows(self.connection, schema.events, schema.events.c.seq, seq)
        effects = _Rows(self.connection, schema.effects, schema.effects.c.id, effect)
        attempts = _Rows(self.connection, schema.attempts, schema.attempts.c.id, 0)
        links = schema.audit_links
        query = select(links).order_by(links.c.n).execution_options(yield_per=1000)
        before: AuditLink | None = None
        for row in self.connection.execute(query).mappings():
            link = AuditLink(**row)
            self.links += 1
            whole = before is not None and link.n == before.n + 1
            if before is not None and not whole:
                self.faults.append(f"links {before.n + 1} to {link.n - 1} are gone")
            if whole and before is not None and link != _again(before, link):
                self.faults.append(f"link {link.n} was changed")
            body = self._read(link)
            covered = (
                events.through(link.seq),
                effects.through(link.effect),
                attempts.through(link.attempt),
            )
            if whole and before is not None and body is not None:
                self._compare_rows(before, link, body.rows, chain.owned(*covered))
            for each in covered[1]:
                self.messages.effect(each)
            for each in covered[2]:
                self.messages.attempt(each)
            before = link
        for kind, rest in (("event", events), ("effect", effects), ("attempt", attempts)):
            self.faults += [f"{kind} {number} is in no chain" for number in rest.numbers()]
        if before is None:
            return chain.genesis()
        return ChainHead(chain=chain.SUITE, n=before.n, hash=before.hash)

    def _read(self, link: AuditLink) -> LinkBody | None:
        try:
            body = chain.read_body(link.body)
            for kind, text in body.notes:
                self._remember(link, kind, text)
        except _BROKEN:
            self.faults.append(f"link {link.n} cannot be read")
            return None
        self.mutable |= body.mutable
        return body

    def _remember(self, link: AuditLink, kind: str, text: str) -> None:
        match kind:
            case chain.BEGAN:
                self.former = [chain.head_of_note(note) for note in json.loads(text)]
            case chain.REMOVED:
                said = json.loads(text)
                if "session" in said:
                    self.removed[said["session"]] = link.n
                if "samples" in said:
                    self.samples_through[said["samples"]] = said["through"]
                self.messages_before = max(self.messages_before, said.get("messages_before", 0))
            case chain.CONTINUED:
                self.remarks.append(f"goes on from another journal, whose head was {text}")
            case chain.RESTORED:
                self.restored.append((from_iso(text), link.n - 1))
                self.remarks.append(
                    f"a backup was put in place at {text}, behind link {link.n - 1}"
                )
            case _:
                pass

    def _compare_rows(
        self,
        before: AuditLink,
        link: AuditLink,
        said: Owned,
        found: Owned,
    ) -> None:
        where = _where(before, link)
        for owner, covered in said.items():
            stands = found.get(owner, (0, ""))
            if stands == covered:
                continue
            more = stands[0] - covered[0]
            what = (
                f"{-more} rows are gone"
                if more < 0
                else f"{more} rows were slipped in"
                if more > 0
                else "a row was changed"
            )
            fault = f"{_title(owner)}: {what} {where}"
            self.missing.append(_Missing(n=link.n, seq=link.seq, owner=owner, fault=fault))
        for owner, (count, _) in found.items():
            if owner not in said:
                self.faults.append(f"{_title(owner)}: {count} rows were slipped in {where}")

    def _excuse(self) -> None:
        """What retention removed, and said so later in the chain, is no fault."""
        for each in self.missing:
            kind, name = each.owner
            excused = (
                kind == "session" and name is not None and each.n < self.removed.get(name, 0)
            ) or (kind == "samples" and each.seq <= self.samples_through.get(name, 0))
            if not excused:
                self.faults.append(each.fault)

    def _compare_mutable(self) -> None:
        """Rows that may be replaced, with what the chain and the waiting notes say of each last."""
        for waiting in waiting_notes(self.connection):
            self.mutable |= waiting.rows
        stands = dict(standing(self.connection))
        for name in sorted({*self.mutable, *stands}):
            said, found = self.mutable.get(name), stands.get(name)
            if said == found:
                continue
            what = (
                "is gone" if found is None else "is in no chain" if said is None else "was changed"
            )
            self.faults.append(f"{in_words(name)} {what}")

    def _follow_former(self, first: int, seq: int, effect: int) -> None:
        """The chains of before, and that the first link goes on where they ended."""
        check = SessionChainCheck(
            connection=self.connection,
            removed=set(self.removed),
            last_seq=seq,
            last_effect=effect,
        )
        head = check.run(self.former)
        self.links += check.links
        self.faults += check.faults
        if head.n == 0:
            head = chain.genesis()
        row = self.connection.execute(
            select(schema.audit_links).where(schema.audit_links.c.n == first)
        ).mappings()
        begins = AuditLink(**row.one())
        if begins.n != head.n + 1:
            self.faults.append(f"links {head.n + 1} to {begins.n - 1} are gone")
        elif begins.hash != _behind(head, begins).hash:
            self.faults.append(f"link {begins.n} was changed")

    def _compare(self, kept: KnownHead) -> None:
        """A head that was kept elsewhere must still be a link of the chain."""
        known, at = kept.head, kept.at
        if at is not None and any(at < then and known.n > n for then, n in self.restored):
            return
        found = hash_of_link(self.connection, known.n, schema.REVISION) if known.n else known.hash
        if found is None:
            self.faults.append(f"cut off before link {known.n}")
        elif found != known.hash:
            self.faults.append(f"another chain than the one whose link {known.n} was kept")


class _Rows:
    """The rows of a table behind a number, in order, a few at a time."""

    def __init__(self, connection: Connection, table: Table, key: Column[int], behind: int) -> None:
        query = select(table).where(key > behind).order_by(key)
        found = connection.execute(query.execution_options(yield_per=1000)).mappings()
        self._rows: Iterator[Any] = iter(found)
        self._key = key.name
        self._next: Row | None = next(self._rows, None)

    def through(self, number: int) -> list[Row]:
        """Those up to this number that were not given yet."""
        found = []
        while self._next is not None and self._next[self._key] <= number:
            found.append(self._next)
            self._next = next(self._rows, None)
        return found

    def numbers(self) -> Iterator[int]:
        """Of all that are left."""
        while self._next is not None:
            yield self._next[self._key]
            self._next = next(self._rows, None)


def _again(before: AuditLink, link: AuditLink) -> AuditLink:
    return _behind(ChainHead(chain=chain.SUITE, n=before.n, hash=before.hash), link)


def _behind(head: ChainHead, link: AuditLink) -> AuditLink:
    return chain.link(head, seq=link.seq, effect=link.effect, attempt=link.attempt, body=link.body)


def _where(before: AuditLink, link: AuditLink) -> str:
    """In which rows a link's fault lies."""
    ranges = (
        ("event", before.seq, link.seq),
        ("effect", before.effect, link.effect),
        ("attempt", before.attempt, link.attempt),
    )
    words = [
        f"{kind} {last}" if last == first + 1 else f"{kind}s {first + 1} to {last}"
        for kind, first, last in ranges
        if last > first
    ]
    return f"in {', '.join(words)} (link {link.n})" if words else f"in link {link.n}"


def _title(owner: Owner) -> str:
    kind, name = owner
    return (
        kind
        if kind == "suite"
        else f"{kind} of bed {name}"
        if kind == "samples"
        else f"{kind} {name}"
    )

"""The hash chain: one link a transaction, over every row that it added or replaced. Pure.

It shows a change, it does not prevent one: who can write the database can also write a new chain,
but not one that ends in a head that was sent out of the house before.

A link's body is JSON. `rows` has a line for each owner of rows that were added (`[kind, name, how many,
SHA-256]`), so that retention can take away all rows of one owner and leave the rest verifiable. `mutable`
has the hash of each row that may be replaced, as it stands behind this link, or null where it went. `notes`
say what is no row.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from operator import itemgetter
from typing import Any

from pydantic_core import to_json

SUITE = ""
"""The name of the chain."""

# The columns that a link covers, in their order.
_EVENT = itemgetter("seq", "at", "bed", "session", "type", "source", "simulated", "body", "digest")
_EFFECT = itemgetter("id", "after_seq", "at", "bed", "n", "session", "type", "body")
_ATTEMPT = itemgetter("id", "key", "session", "at", "error", "next_at")

Row = Mapping[str, Any]

Owner = tuple[str, str | None]
"""To whom rows belong: `("session", id)`, `("samples", bed)` outside of any session, or `("suite", None)`.

Rows of the suite are never removed."""

_OF_SUITE: Owner = ("suite", None)

BEGAN, PEOPLE, REMOVED, CONTINUED, RESTORED = (
    "began",
    "people",
    "removed",
    "continued",
    "restored",
)
"""The kinds of notes: from which chains this one goes on, what was done to accounts, what retention took
away, the head of another journal that this one goes on from, a backup that was put in place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead:
    """The last link of a chain: how many there are, and the hash over all of them."""

    chain: str
    n: int
    hash: str

    def __str__(self) -> str:
        """As it is sent out of the house."""
        return f"{self.n}:{self.hash}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLink:
    """One link; `seq`, `effect` and `attempt` are the last numbers that it covers."""

    n: int
    seq: int
    effect: int
    attempt: int
    body: str
    hash: str

    @property
    def row(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "n": self.n,
            "seq": self.seq,
            "effect": self.effect,
            "attempt": self.attempt,
            "body": self.body,
            "hash": self.hash,
        }


Owned = dict[Owner, tuple[int, str]]
"""Of each owner how many rows a link covers, and their hash."""


def owned(events: Iterable[Row], effects: Iterable[Row], attempts: Iterable[Row]) -> Owned:
    """The rows of one transaction by owner, in the order in which each first has one.

    The hash is the SHA-256 of a compact JSON list of lists, in UTF-8.
    """
    contents: dict[Owner, list[tuple[Any, ...]]] = {}
    for row in events:
        contents.setdefault(_owner_of_event(row), []).append(_EVENT(row))
    for row in effects:
        contents.setdefault(_owner(row), []).append(_EFFECT(row))
    for row in attempts:
        contents.setdefault(_owner(row), []).append(_ATTEMPT(row))
    return {
        owner: (len(rows), sha256(to_json(rows)).hexdigest()) for owner, rows in contents.items()
    }


def body(rows: Owned, mutable: Mapping[str, str | None], notes: Sequence[tuple[str, str]]) -> str:
    """What a link says; empty where it would say nothing."""
    said: dict[str, object] = {}
    if rows:
        said["rows"] = [(*owner, *found) for owner, found in rows.items()]
    if mutable:
        said["mutable"] = mutable
    if notes:
        said["notes"] = notes
    return to_json(said).decode() if said else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBody:
    """What a link says, read again."""

    rows: Owned
    mutable: dict[str, str | None]
    notes: tuple[tuple[str, str], ...]


def read_body(text: str) -> LinkBody:
    """The inverse of `body`; ValueError, KeyError, TypeError or AttributeError for anything else."""
    said = json.loads(text)
    return LinkBody(
        rows={(kind, name): (count, text) for kind, name, count, text in said.get("rows", ())},
        mutable=dict(said.get("mutable", {})),
        notes=tuple((kind, note) for kind, note in said.get("notes", ())),
    )


def genesis() -> ChainHead:
    """Before the first link of a journal that had none before."""
    return ChainHead(chain=SUITE, n=0, hash=_hash("monitord audit 2"))


def link(before: ChainHead, *, seq: int, effect: int, attempt: int, body: str) -> AuditLink:
    """The link behind `before`."""
    n = before.n + 1
    hashed = _hash(before.hash, f"{n} {seq} {effect} {attempt}", body)
    return AuditLink(n=n, seq=seq, effect=effect, attempt=attempt, body=body, hash=hashed)


def head_from_text(text: str) -> ChainHead:
    """The inverse of `str(head)`: `4711:9f86d0...`; ValueError for anything else."""
    number, _, hashed = text.partition(":")
    if not (number.isdecimal() and hashed):
        raise ValueError(f"{text!r} is no head: write it as the log has it, NUMBER:HASH")
    return ChainHead(chain=SUITE, n=int(number), hash=hashed)


def head_note(head: ChainHead) -> str:
    """How a note quotes the head of a chain."""
    return json.dumps({"chain": head.chain, "n": head.n, "hash": head.hash})


def head_of_note(note: str) -> ChainHead:
    """The inverse of `head_note`; ValueError, KeyError or TypeError for anything else."""
    quoted = json.loads(note)
    return ChainHead(chain=str(quoted["chain"]), n=int(quoted["n"]), hash=str(quoted["hash"]))


def _owner_of_event(row: Row) -> Owner:
    if row["digest"] is not None:
        return _OF_SUITE  # settings stay, whatever is removed
    if row["session"] is None and row["type"] == "frame":
        return "samples", row["bed"]
    return _owner(row)


def _owner(row: Row) -> Owner:
    session = row["session"]
    return _OF_SUITE if session is None else ("session", session)


def _hash(*parts: str) -> str:
    # Each part is ended by a byte that no UTF-8 text holds, so that no two splits look alike.
    return sha256(b"".join(part.encode() + b"\xff" for part in parts)).hexdigest()

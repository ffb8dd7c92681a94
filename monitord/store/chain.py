"""The hash chain: each link covers the one before and the row that it names. Pure.

It shows a change, it does not prevent one: who can write the database can also write a new chain,
but not one that ends in a head that was sent out of the house before.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

SUITE = ""
"""The chain of everything outside a session, and of the heads of ended sessions."""

# The columns that a link covers, in their order.
EVENT_COLUMNS = ("seq", "at", "bed", "session", "type", "source", "simulated", "body", "digest")
EFFECT_COLUMNS = ("id", "after_seq", "at", "bed", "n", "session", "type", "body")

EFFECT_TYPES = frozenset({"alarm", "answered"})
"""The effects that are chained: alarms, and what was answered to staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last link of a chain: how many there are, and the hash over all of them."""

    chain: str
    n: int
    hash: str


def genesis(chain: str) -> Head:
    """Before the first link; another chain starts from another hash."""
    return Head(chain=chain, n=0, hash=_hash("monitord audit 1", chain))


def extend(head: Head, kind: str, content: str) -> Head:
    """The chain with one more link."""
    return Head(
        chain=head.chain, n=head.n + 1, hash=_hash(head.hash, str(head.n + 1), kind, content)
    )


def event_is_chained(type_: str) -> bool:
    """Everything but frames: staff actions, faults, settings, starts."""
    return type_ != "frame"


def event_content(row: dict[str, Any]) -> str:
    return _content(row, EVENT_COLUMNS)


def effect_content(row: dict[str, Any]) -> str:
    return _content(row, EFFECT_COLUMNS)


def head_note(head: Head) -> str:
    """How the suite's chain quotes the head of a session's."""
    return json.dumps({"chain": head.chain, "n": head.n, "hash": head.hash})


def head_of_note(note: str) -> Head:
    """The inverse of `head_note`; ValueError, KeyError or TypeError for anything else."""
    quoted = json.loads(note)
    return Head(chain=str(quoted["chain"]), n=int(quoted["n"]), hash=str(quoted["hash"]))


def _content(row: dict[str, Any], columns: tuple[str, ...]) -> str:
    return json.dumps([row[column] for column in columns])


def _hash(*parts: str) -> str:
    # Each part is ended by a byte that no UTF-8 text holds, so that no two splits look alike.
    return sha256(b"".join(part.encode() + b"\xff" for part in parts)).hexdigest()

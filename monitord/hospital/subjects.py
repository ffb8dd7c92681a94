"""What streams, buckets and subjects of the hospital are called. Pure.

A name of a suite or bed is one token of a subject: its dots are written `=`, which no name has.
"""

from typing import Final

RECORD: Final = "MONITORD_RECORD"
"""The stream of what journals hold: in order, kept for days."""
NOW: Final = "MONITORD_NOW"
"""The stream of how things stand: the newest tile of each bed and sign of life of each suite, in memory."""
BEDS: Final = "MONITORD_BEDS"
"""The bucket of beds as workers folded them."""
FOLDED: Final = "MONITORD_FOLDED"
"""The bucket of how far each partition is folded."""
LEASES: Final = "MONITORD_LEASES"
"""The bucket of who owns which partition; its keys end by themselves."""

NO_BED: Final = "_"
"""In the place of a bed, where something is the suite's own: no bed's name begins so."""

_RECORD, _PART, _NOW, _ANSWER = (f"monitord.{each}" for each in ("record", "part", "now", "answer"))


def token(name: str | None) -> str:
    """A name as one token."""
    return NO_BED if name is None else name.replace(".", "=")


def name_of(written: str) -> str | None:
    """The inverse of `token`."""
    return None if written == NO_BED else written.replace("=", ".")


def record_subject(suite: str, bed: str | None) -> str:
    """Where a suite writes what its journal holds of a bed."""
    return f"{_RECORD}.{token(suite)}.{token(bed)}"


def now_subject(suite: str, bed: str | None) -> str:
    """Where a suite writes how a bed stands; of no bed, that the suite is alive."""
    return f"{_NOW}.{token(suite)}.{token(bed)}"


def answer_subject(suite: str) -> str:
    """Where a suite takes answers to its alarms."""
    return f"{_ANSWER}.{token(suite)}"


def part_subject(partition: int) -> str:
    """What a worker reads of a partition."""
    return f"{_PART}.{partition}.>"


def partitioned(partitions: int) -> tuple[str, str]:
    """How the server keys the stream: from which subject to which."""
    keyed = f"{_PART}.{{{{partition({partitions},1,2)}}}}.{{{{wildcard(1)}}}}.{{{{wildcard(2)}}}}"
    return f"{_RECORD}.*.*", keyed


def bed_key(partition: int, suite: str, bed: str | None) -> str:
    """The key of a bed in a bucket."""
    return f"{partition}.{token(suite)}.{token(bed)}"


def keys_of(partition: int) -> str:
    """The keys of all beds of a partition."""
    return f"{partition}.>"


def folded_key(partition: int) -> str:
    """The key of how far a partition is folded, and of who owns it."""
    return f"p.{partition}"


def worker_key(worker: str) -> str:
    """The key by which a worker is known to be there."""
    return f"w.{worker}"


def inbox(suite: str) -> str:
    """The prefix under which a suite alone gets replies."""
    return f"_INBOX_{token(suite)}"


EVERY_RECORD: Final = f"{_RECORD}.>"
EVERY_NOW: Final = f"{_NOW}.>"
EVERY_ANSWER: Final = f"{_ANSWER}.>"


def of_suite(suite: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a suite may publish, and what it may subscribe to: its own, and nothing of another."""
    own = token(suite)
    return (
        (f"{_RECORD}.{own}.*", f"{_NOW}.{own}.*"),
        (answer_subject(suite), f"{inbox(suite)}.>"),
    )

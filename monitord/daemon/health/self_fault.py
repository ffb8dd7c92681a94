"""A fault that the daemon finds of itself."""

from collections.abc import Iterator

from monitord.model import Cause, Fault

SelfFaults = Iterator[tuple[str | None, Fault]]
"""Whose fault, the suite's for None."""


def self_fault(cause: Cause, subject: str, detail: str | None) -> Fault:
    """Present with a detail, over with None."""
    return Fault(cause=cause, subject=subject, present=detail is not None, detail=detail or "")

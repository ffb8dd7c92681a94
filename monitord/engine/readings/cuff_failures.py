"""A cuff that fails once is tried again; twice in a row, somebody measures by hand. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from monitord.engine.readings.reading import Reading
from monitord.model import Cause, Fault, Instant, Quality, Signal, say
from monitord.model.frozen import fast_frozen

IN_A_ROW: Final = 2


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class CuffFailures:
    """How many readings of a bed's cuff failed in a row, and when the last did."""

    source: str
    count: int
    at: Instant


def after(known: CuffFailures | None, reading: Reading | None) -> CuffFailures | None:
    """After this reading of the systolic pressure: a good one, of whatever source, ends the row."""
    if reading is None or reading.signal is not Signal.NIBP_SYS:
        return known
    if reading.value is not None and reading.quality.usable:
        return None
    if reading.quality is not Quality.CUFF_ERROR or (known and known.at == reading.at):
        return known
    return CuffFailures(source=reading.source, count=known.count + 1 if known else 1, at=reading.at)


def told(before: CuffFailures | None, now: CuffFailures | None) -> Iterator[Fault]:
    """The fault that begins or ends with the latest reading."""
    failing = now is not None and now.count >= IN_A_ROW
    subject = now.source if now else before.source if before else ""
    if failing == (before is not None and before.count >= IN_A_ROW):
        return
    yield Fault(
        cause=Cause.CUFF,
        subject=subject,
        present=failing,
        why=say("why.by_hand") if failing else None,
    )

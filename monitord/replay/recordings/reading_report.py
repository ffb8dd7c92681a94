"""What reading a recording found and assumed: every count and sentence that a reader shows. Pure."""

from dataclasses import dataclass, field

from monitord.model import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """Rows or cells left out for one reason; lines count from 1 with the header."""

    reason: str
    count: int
    first_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalCounts:
    """One signal's rows: `readings` with a number, `missing` without one, and of the numbers how
    many were kept as `implausible` or marked as the monitor `repeated` them. `zeros` is the part
    of `missing` that was written as 0.
    """

    column: str
    readings: int
    missing: int
    zeros: int = 0
    implausible: int = 0
    repeated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingReport:
    """How a recording was read. `rows` in the file; `frames` in the stream; `empty` rows said
    nothing at all; `duplicates` were equal to their neighbour and left out; `same_time` differ from
    it and stayed; `unordered` stood after a later row and were sorted in.
    """

    reader: str
    clock: str
    rows: int
    frames: int
    signals: dict[Signal, SignalCounts] = field(default_factory=dict)
    empty: int = 0
    duplicates: int = 0
    same_time: int = 0
    unordered: int = 0
    midnights: int = 0
    rejected: tuple[RejectedRow, ...] = ()
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """The report as text, one fact a line, in a fixed order."""
        lines = [f"reader: {self.reader}", f"clock: {self.clock}"]
        lines.append(
            f"rows: {self.rows} read, {self.frames} frames, {self.empty} without a reading, "
            f"{self.duplicates} duplicates left out, {self.same_time} more at the same time, "
            f"{self.unordered} out of order (sorted), {self.midnights} midnights crossed"
        )
        for signal, count in self.signals.items():
            lines.append(
                f"{signal}: column {count.column!r}, {count.readings} readings, "
                f"{count.missing} missing ({count.zeros} written as 0), "
                f"{count.implausible} implausible, {count.repeated} repeated by the monitor"
            )
        return lines + self.remarks()

    def remarks(self) -> list[str]:
        """What a person must see who sees nothing else of the report."""
        unused = [f"columns not used: {', '.join(self.ignored)}"] if self.ignored else []
        return [*self.rejections(), *unused, *(f"note: {note}" for note in self.notes)]

    def rejections(self) -> list[str]:
        """What was left out and why, a line a reason."""
        return [
            f"rejected: {found.count} x {found.reason}, first in line {found.first_line}"
            for found in self.rejected
        ]


@dataclass(slots=True)
class Tally:
    """Collects rejections and notes while a reader works."""

    rejected: dict[str, RejectedRow] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def reject(self, reason: str, line: int, count: int = 1) -> None:
        """Counts `count` more of `reason`; the first line stands."""
        known = self.rejected.get(reason)
        self.rejected[reason] = RejectedRow(
            reason=reason,
            count=count + (known.count if known else 0),
            first_line=known.first_line if known else line,
        )

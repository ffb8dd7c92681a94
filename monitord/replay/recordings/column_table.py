"""The numbers of a recording as numpy columns, and the frames that they make. Pure.

`tabulate` is the one place that judges numbers: 0 as missing, implausible values, cuff readings
that a monitor repeats, duplicates, order. Readers only say what stands where.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitord.model import NIBP, SECOND, SIGNALS, Frame, Instant, Quality, Sample, Signal, Span
from monitord.replay.recordings.reading_report import SignalCounts

Instants = NDArray[np.int64]
Values = NDArray[np.float64]

QUALITIES: Final = tuple(Quality)
"""A quality's code in a table is its place here; that of a good one is 0."""
ABSENT: Final = -1
"""The code of a cell that says nothing about its signal."""
NO_TIME: Final = np.iinfo(np.int64).min

_GOOD, _INVALID, _IMPLAUSIBLE, _REPEATED, _UNKNOWN_AGE = (
    QUALITIES.index(quality)
    for quality in (
        *(Quality.GOOD, Quality.INVALID, Quality.IMPLAUSIBLE),
        *(Quality.REPEATED, Quality.UNKNOWN_AGE),
    )
)
_DOUBTFUL: Final = np.array([quality.doubtful for quality in QUALITIES] + [False])
_OF_A_CUFF: Final = np.array(
    [quality in {Quality.CUFF_ERROR, Quality.CUFF_INFLATED} for quality in QUALITIES] + [False]
)
_UNUSABLE: Final = np.array([not quality.usable for quality in QUALITIES] + [True])

CUFF_HOLD: Final[Span] = 30 * SECOND
# No cuff gives two readings within this time: ISO/IEC 80601-2-30 asks for 30 s of deflation between
# two inflations. Equal values in rows that follow each other sooner are the monitor's memory.

_ORDERED: Final = (Signal.NIBP_SYS, Signal.NIBP_DIA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One signal as a file has it: a row's number or NaN; `said` where the row speaks of it at all
    (a blank cell does not, a marker such as `--` does).
    """

    name: str
    values: Values
    said: NDArray[np.bool_]


class Heard(NamedTuple):
    """One signal's readings in order: `values` may be compared with a limit (else NaN), `said` is what
    the file says (NaN: no number), `odd` are the places of those that are not good.
    """

    times: Instants
    values: Values
    said: Values
    odd: NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows in time order by signals; a cell has a value (NaN: no number) and a quality code."""

    times: Instants
    signals: tuple[Signal, ...]
    values: Values
    codes: NDArray[np.int8]
    measured: NDArray[np.int64] | None = None

    @property
    def marked(self) -> frozenset[Signal]:
        """The signals with a mark of which an engine makes more than of a missing number: a number that
        is doubtful, a cuff that failed, or that holds another signal back.
        """
        marks = (_DOUBTFUL[self.codes] & ~np.isnan(self.values)) | _OF_A_CUFF[self.codes]
        found = zip(self.signals, marks.any(axis=0).tolist(), strict=True)
        return frozenset(signal for signal, marked in found if marked)

    @property
    def of_unknown_age(self) -> bool:
        """Whether any reading says when it was taken, in words that were not understood."""
        return bool((self.codes == _UNKNOWN_AGE).any())

    def only(self, signals: frozenset[Signal]) -> "Table":
        """Without the other signals, and without rows that say nothing of these."""
        at = [n for n, signal in enumerate(self.signals) if signal in signals]
        if len(at) == len(self.signals):
            return self
        codes = self.codes[:, at]
        spoken = (codes != ABSENT).any(axis=1)
        return Table(
            times=self.times[spoken],
            signals=tuple(self.signals[n] for n in at),
            values=self.values[spoken][:, at],
            codes=codes[spoken],
            measured=None if self.measured is None else self.measured[spoken][:, at],
        )

    def series(self, signal: Signal) -> tuple[Instants, Values]:
        """Times and values of one signal; NaN where the value may not be compared with a limit.

        Cells that say nothing are left out, and so are readings that the monitor repeated or whose age nobody knows.
        """
        if signal not in self.signals:
            return np.empty(0, np.int64), np.empty(0, np.float64)
        return self.heard(signal)[:2]

    def qualities(self, signal: Signal) -> NDArray[np.int8]:
        """The quality codes that stand beside `series`."""
        return self.readings(signal)[2]

    def readings(self, signal: Signal) -> tuple[Instants, Values, NDArray[np.int8]]:
        """What the file says of a signal it carries: times, numbers (NaN: none), codes."""
        at = self.signals.index(signal)
        codes = self.codes[:, at]
        if not np.count_nonzero(codes):  # all good
            return self.times, self.values[:, at], codes
        kept = (codes != ABSENT).nonzero()[0]
        few = codes[kept]
        if np.count_nonzero(old := (few == _REPEATED) | (few == _UNKNOWN_AGE)):
            kept, few = kept[~old], few[~old]
        if len(kept) == len(codes):
            return self.times, self.values[:, at], codes
        return self.times[kept], self.values[:, at][kept], few

    def heard(self, signal: Signal) -> Heard:
        """What an engine would take of a signal that the file carries, before it doubts any."""
        times, said, codes = self.readings(signal)
        odd = codes.nonzero()[0]
        return Heard(
            times, np.where(_UNUSABLE[codes], np.nan, said) if len(odd) else said, said, odd
        )

    def frames(self) -> Iterator[tuple[Instant, Frame]]:
        """One frame a row."""
        if self.measured is not None:
            yield from self._frames_measured(self.measured)
            return
        # Vital signs take few values, so most samples of a recording are one of some dozens.
        made: dict[tuple[int, float | None, int], Sample] = {}
        rows = zip(
            self.times.tolist(),
            self.values.tolist(),
            self.codes.tolist(),
            strict=True,
        )
        for at, values, codes in rows:
            samples = []
            for column, (value, code) in enumerate(zip(values, codes, strict=True)):
                if code == ABSENT:
                    continue
                number = value if value == value else None  # noqa: PLR0124 - NaN is not itself
                key = (column, number, code)
                sample = made.get(key)
                if sample is None:
                    made[key] = sample = Sample(
                        signal=self.signals[column], value=number, quality=QUALITIES[code]
                    )
                samples.append(sample)
            yield Instant(at), Frame(samples=tuple(samples))

    def _frames_measured(self, measured: NDArray[np.int64]) -> Iterator[tuple[Instant, Frame]]:
        for row, at in enumerate(self.times.tolist()):
            samples = tuple(
                Sample(
                    signal=self.signals[column],
                    value=None if np.isnan(value) else float(value),
                    quality=QUALITIES[code],
                    measured_at=None if taken == NO_TIME else Instant(int(taken)),
                )
                for column, (value, code, taken) in enumerate(
                    zip(self.values[row], self.codes[row], measured[row], strict=True)
                )
                if code != ABSENT
            )
            yield Instant(at), Frame(samples=samples)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tabulated:
    """A table and what was counted while it was made."""

    table: Table
    counts: dict[Signal, SignalCounts]
    empty: int
    duplicates: int
    same_time: int
    unordered: int
    notes: tuple[str, ...] = field(default=())


def tabulate(
    times: Instants,
    columns: Mapping[Signal, Column],
    *,
    zero_is_missing: frozenset[Signal] = frozenset(),
) -> Tabulated:
    """Judges, orders and de-duplicates rows whose clock was read.

    0 is never a measurement of a signal whose plausible range begins above it, nor of those in
    `zero_is_missing`, for files that code a gap as 0.
    """
    signals = tuple(columns)
    values = np.full((len(times), len(signals)), np.nan)
    codes = np.full((len(times), len(signals)), ABSENT, np.int8)
    zeros = []
    for at, (signal, column) in enumerate(columns.items()):
        gap = SIGNALS[signal].low > 0 or signal in zero_is_missing
        zero = (column.values == 0) & gap
        zeros.append(zero)
        # -1, -127 and -32768 are how devices write that they have no number.
        values[:, at] = np.where(zero | (column.values < 0), np.nan, column.values)
        codes[:, at] = _codes(signal, values[:, at], column.said)
    crossed = _cross(values, codes, signals)
    order = np.argsort(times, kind="stable")
    unordered = int(np.count_nonzero(times < np.maximum.accumulate(times))) if len(times) else 0
    times, values, codes = times[order], values[order], codes[order]
    spoken = (codes != ABSENT).any(axis=1)
    empty = int(np.count_nonzero(~spoken))
    times, values, codes = times[spoken], values[spoken], codes[spoken]
    same, equal = _neighbours(times, values, codes)
    times, values, codes = times[~equal], values[~equal], codes[~equal]
    _mark_repeats(times, values, codes, signals)
    counts = {
        signal: SignalCounts(
            column=column.name,
            readings=int(np.count_nonzero(~np.isnan(values[:, at]))),
            missing=int(
                np.count_nonzero(np.isnan(column.values) | zeros[at] | (column.values < 0))
            ),
            zeros=int(np.count_nonzero(zeros[at])),
            implausible=int(np.count_nonzero(codes[:, at] == _IMPLAUSIBLE)),
            repeated=int(np.count_nonzero(codes[:, at] == _REPEATED)),
        )
        for at, (signal, column) in enumerate(columns.items())
    }
    # A column without a single number is not a signal that this recording carries.
    kept = [at for at, signal in enumerate(signals) if counts[signal].readings]
    codes = codes[:, kept]
    spoken = (codes != ABSENT).any(axis=1) if kept else np.zeros(len(times), np.bool_)
    return Tabulated(
        table=Table(
            times=times[spoken],
            signals=tuple(signals[at] for at in kept),
            # A signal's numbers stand together: most work is done on one after the other.
            values=np.asfortranarray(values[spoken][:, kept]),
            codes=np.asfortranarray(codes[spoken]),
        ),
        counts=counts,
        empty=empty + int(np.count_nonzero(~spoken)),
        duplicates=int(np.count_nonzero(equal)),
        same_time=int(np.count_nonzero(same & ~equal)),
        unordered=unordered,
        notes=tuple(_notes(crossed, counts)),
    )


def _codes(signal: Signal, values: Values, said: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Good, implausible, or no number: then invalid where the row says so, of a cuff nothing.

    A monitor prints its marker for the cuff in every row between two readings: that is no news.
    """
    spec = SIGNALS[signal]
    nothing = ABSENT if signal in NIBP else _INVALID
    codes = np.where(said, nothing, ABSENT)
    number = ~np.isnan(values)
    plausible = (values >= spec.low) & (values <= spec.high)
    codes = np.where(number, np.where(plausible, _GOOD, _IMPLAUSIBLE), codes)
    return codes.astype(np.int8)


def _cross(values: Values, codes: NDArray[np.int8], signals: Sequence[Signal]) -> int:
    """A systolic pressure not above the diastolic one is no reading; both keep their values."""
    if not all(signal in signals for signal in _ORDERED):
        return 0
    systolic, diastolic = (signals.index(signal) for signal in _ORDERED)
    wrong = values[:, systolic] <= values[:, diastolic]
    for at, signal in enumerate(signals):
        if signal in NIBP:
            codes[wrong & (codes[:, at] == _GOOD), at] = _IMPLAUSIBLE
    return int(np.count_nonzero(wrong))


def _neighbours(
    times: Instants, values: Values, codes: NDArray[np.int8]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Rows at the time of the row before, and those of them that say the same."""
    same = np.zeros(len(times), np.bool_)
    same[1:] = np.diff(times) == 0
    equal = same.copy()
    numbers = np.nan_to_num(values, nan=NO_TIME)
    equal[1:] &= (numbers[1:] == numbers[:-1]).all(axis=1) & (codes[1:] == codes[:-1]).all(axis=1)
    return same, equal


def _mark_repeats(
    times: Instants, values: Values, codes: NDArray[np.int8], signals: Sequence[Signal]
) -> None:
    cuff = [at for at, signal in enumerate(signals) if signal in NIBP]
    rows = np.flatnonzero((codes[:, cuff] != ABSENT).any(axis=1))
    if not cuff or len(rows) < 2:
        return
    readings = np.nan_to_num(values[rows][:, cuff], nan=NO_TIME)
    repeat = rows[1:][
        (np.diff(times[rows]) < CUFF_HOLD) & (readings[1:] == readings[:-1]).all(axis=1)
    ]
    for at in cuff:
        codes[repeat, at] = np.where(codes[repeat, at] == ABSENT, ABSENT, _REPEATED)


def _notes(crossed: int, counts: Mapping[Signal, SignalCounts]) -> Iterator[str]:
    if crossed:
        yield f"{crossed} cuff readings with systolic not above diastolic: marked implausible"
    for signal, count in counts.items():
        if not count.readings:
            yield f"{signal}: column {count.column!r} holds no reading; the signal is not assessed"
        elif count.implausible * 2 > count.readings:
            yield (
                f"{signal}: {count.implausible} of {count.readings} numbers in column "
                f"{count.column!r} are implausible: another quantity or unit?"
            )
    if (etco2 := counts.get(Signal.ETCO2)) and etco2.readings:
        yield "etco2 taken as mmHg"

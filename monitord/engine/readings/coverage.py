"""The coverage ledger: which seconds of a session each signal was watched, and why not. Pure.

Every instant from admission on belongs to exactly one span of each expected signal: monitored
(a good reading speaks), degraded (a doubtful one), blind (none does) or paused (by staff).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitord.engine.readings.reading import Absence, Reading
from monitord.model import Instant, Quality, Signal, Span
from monitord.model.actions import AWAY_REASONS
from monitord.model.frozen import fast_frozen

SPANS_AT_MOST = 2000
# A span ends only when quality changes: a session has tens. Beyond this, which a flapping probe
# may reach in hours, the two oldest become one, as blind: never more watched than it was.


class Watch(StrEnum):
    """How well a signal is watched."""

    MONITORED = "monitored"
    DEGRADED = "degraded"
    BLIND = "blind"
    PAUSED = "paused"


Stretch = tuple[Instant, Instant, Watch, str]
"""Begin, end, how, why."""


@fast_frozen
@dataclass(frozen=True, slots=True)
class CoverageSpan:
    """From `since` until the next span begins; `cause` is empty while all is well."""

    since: Instant
    watch: Watch
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalCoverage:
    """The spans of one signal, oldest first, up to the latest reading."""

    signal: Signal
    spans: tuple[CoverageSpan, ...]


class Coverage:
    """Mutable, owned by one patient; kept by readings alone, so it costs no timer."""

    def __init__(self, kept: Iterable[SignalCoverage] = ()) -> None:
        self._spans: dict[Signal, list[CoverageSpan]] = {
            each.signal: list(each.spans) for each in kept
        }

    def begin(
        self, signals: Iterable[Signal], readings: dict[Signal, Reading], at: Instant
    ) -> None:
        """A session opens: what is expected is blind until something speaks."""
        self._spans = {}
        self.expect(signals, readings, at)

    def expect(
        self, signals: Iterable[Signal], readings: dict[Signal, Reading], at: Instant
    ) -> None:
        """These too from here on; an account that was begun goes on."""
        for signal in signals:
            if signal in self._spans:
                continue
            self._spans[signal] = [CoverageSpan(at, Watch.BLIND, "no reading")]
            reading = readings.get(signal)
            if reading is not None and at < reading.fresh_until:
                self._spans[signal] = [CoverageSpan(at, *_how(reading))]

    def end(self) -> None:
        """The session is over."""
        self._spans = {}

    def took(self, before: Reading | None, reading: Reading) -> None:
        """A reading replaces the one before it."""
        spans = self._spans.get(reading.signal)
        if spans is None:
            return
        if before is not None and before.fresh_until >= reading.at and _alike(before, reading):
            return
        if before is not None and before.fresh_until < reading.at:
            _add(spans, CoverageSpan(before.fresh_until, Watch.BLIND, "no reading"))
        _add(spans, CoverageSpan(reading.at, *_how(reading)))

    @property
    def kept(self) -> tuple[SignalCoverage, ...]:
        """The ledger as a value."""
        return tuple(
            SignalCoverage(signal=signal, spans=tuple(spans))
            for signal, spans in self._spans.items()
        )


def spans_until(
    coverage: SignalCoverage,
    latest: Reading | None,
    now: Instant,
    absences: Iterable[Absence] = (),
) -> Iterator[Stretch]:
    """Begin, end, how, why, without a gap from admission to `now`.

    What is blind while the patient is away is paused: staff said so, and for how long.
    """
    for span in _spans(coverage, latest, now):
        yield from _with_absences(span, absences)


def _with_absences(span: Stretch, absences: Iterable[Absence]) -> Iterator[Stretch]:
    begin, end, watch, cause = span
    for absence in absences if watch is Watch.BLIND else ():
        since, until = max(begin, absence.since), min(end, absence.until)
        if since >= until:
            continue
        if begin < since:
            yield begin, since, watch, cause
        yield since, until, Watch.PAUSED, _away(absence.reason)
        begin = until
    if begin < end:
        yield begin, end, watch, cause


def _spans(coverage: SignalCoverage, latest: Reading | None, now: Instant) -> Iterator[Stretch]:
    spans = list(coverage.spans)
    if latest is not None and latest.fresh_until < now:
        _add(spans, CoverageSpan(latest.fresh_until, Watch.BLIND, "no reading"))
    ends = [span.since for span in spans[1:]] + [now]
    for span, end in zip(spans, ends, strict=True):
        if end > span.since:
            yield span.since, end, span.watch, span.cause


def totals(
    coverage: SignalCoverage,
    latest: Reading | None,
    now: Instant,
    absences: Iterable[Absence] = (),
) -> dict[tuple[Watch, str], Span]:
    """How long in each state, by cause; the sum is the time since admission."""
    found: dict[tuple[Watch, str], Span] = {}
    for begin, end, watch, cause in spans_until(coverage, latest, now, absences):
        found[watch, cause] = found.get((watch, cause), 0) + end - begin
    return found


def _alike(before: Reading, reading: Reading) -> bool:
    return before.quality is reading.quality and (before.value is None) is (reading.value is None)


def _how(reading: Reading) -> tuple[Watch, str]:
    if reading.value is None or not reading.quality.may_raise:
        cause = reading.quality if reading.quality is not Quality.GOOD else "no value"
        return Watch.BLIND, str(cause)
    if reading.quality is Quality.GOOD:
        return Watch.MONITORED, ""
    return Watch.DEGRADED, str(reading.quality)


def _add(spans: list[CoverageSpan], new: CoverageSpan) -> None:
    last = spans[-1]
    if (last.watch, last.cause) == (new.watch, new.cause) or new.since < last.since:
        return
    if new.since == last.since:
        spans.pop()
        if spans and (spans[-1].watch, spans[-1].cause) == (new.watch, new.cause):
            return
    spans.append(new)
    if len(spans) > SPANS_AT_MOST:
        spans[:2] = [CoverageSpan(spans[0].since, Watch.BLIND, "many changes")]


def _away(reason: str) -> str:
    """The reason where it is one that the page offers: what somebody wrote instead is for the record alone."""
    return f"away: {reason}" if reason in AWAY_REASONS else "away"

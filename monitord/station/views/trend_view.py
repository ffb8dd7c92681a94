"""What the trend of a bed is drawn from: SpO2, pulse rate and pressures of its last hours. Pure.

A gap is a gap: where no usable reading spoke at the time, the point holds None. After a restart
what the open session's record holds is put before what is seen from then on.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from monitord.engine.protocol.protocol import Protocol
from monitord.engine.session.session import at_instant, happened
from monitord.engine.state import SessionState, State
from monitord.model import HOUR, SECOND, Frame, Instant, Signal, Span
from monitord.station.views.bed_view import phase_title
from monitord.station.views.views import Millis
from monitord.station.views.visit_view import protocol_of

STEP = 5 * SECOND
"""One point each 5 s: a desaturation of 15 s shows as three."""
SPAN = 6 * HOUR
"""The longest bundled protocol is 175 min; two visits fit."""
MAX_PHASES = 64
MAX_PRESSURES = 512
_FRESH: Span = 10 * SECOND
# How long a recorded reading speaks (reference clinical section 5).
_PHASE_STEP = 15 * SECOND
# Phases of the past are looked at so often: a few hundred folds for the longest visit.

Past = Iterable[tuple[Instant, Frame]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseView:
    """From `at` on the bed was in this phase; None without a session."""

    at: Millis
    name: str | None
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PressureView:
    """One measurement of the cuff; `mean` where it said one."""

    at: Millis
    sys: float
    dia: float | None
    mean: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendView:
    """Columns of equal length, oldest first; pressures and phases apart."""

    at: list[Millis]
    spo2: list[float | None]
    pulse_rate: list[float | None]
    pressures: list[PressureView]
    phases: list[PhaseView]


class Trend:
    """Bounded; work per change of the bed is constant."""

    def __init__(self, step: Span = STEP) -> None:
        self._step = step
        self._points: deque[tuple[Instant, float | None, float | None]] = deque(maxlen=SPAN // STEP)
        self._pressures: deque[PressureView] = deque(maxlen=MAX_PRESSURES)
        self._phases: deque[PhaseView] = deque(maxlen=MAX_PHASES)
        self._next = Instant(0)

    def add(self, state: State, now: Instant) -> None:
        """Looks at the bed; keeps a point when its step has passed since the last."""
        name = state.session.phase if state.session else None
        at = state.session.phase_since if state.session else now
        known = self._phases[-1] if self._phases else None
        if known is None or known.name != name:
            self._phases.append(PhaseView(at=at, name=name, title=phase_title(state)))
        elif name is not None and known.at != at:
            # An entry with an earlier time moved its begin.
            self._phases[-1] = PhaseView(at=at, name=name, title=known.title)
        readings = {reading.signal: reading for reading in state.readings}
        systolic = readings.get(Signal.NIBP_SYS)
        if systolic and systolic.value is not None and systolic.quality.usable:
            together = {
                each.signal: each.value for each in readings.values() if each.at == systolic.at
            }
            self._pressure(systolic.at, systolic.value, together)
        if now < self._next:
            return
        self._next = Instant(now + self._step)
        values = {signal: r.value for signal, r in readings.items() if r.usable_at(now)}
        self._points.append((now, values.get(Signal.SPO2), values.get(Signal.PULSE_RATE)))

    def _pressure(self, at: Instant, sys: float, together: Mapping[Signal, float | None]) -> None:
        if not self._pressures or self._pressures[-1].at < at:
            self._pressures.append(
                PressureView(
                    at=at,
                    sys=sys,
                    dia=together.get(Signal.NIBP_DIA),
                    mean=together.get(Signal.NIBP_MAP),
                )
            )

    def recall(self, state: State, past: Past) -> None:
        """Puts what was recorded of the open session, oldest first, before what is known."""
        protocol = protocol_of(state)
        if state.session is None or protocol is None:
            return
        before = self._points[0][0] if self._points else state.now
        known, pressures = list(self._points), list(self._pressures)
        self._points.clear()
        self._pressures.clear()
        self._read(past, before)
        self._points.extend(known)
        for each in pressures:
            if not self._pressures or self._pressures[-1].at < each.at:
                self._pressures.append(each)
        self._phases = deque(_phases(state.session, protocol, state.now), MAX_PHASES)

    def _read(self, past: Past, before: Instant) -> None:
        """What was recorded until `before`, not included."""
        latest: dict[Signal, tuple[Instant, float]] = {}
        next_at: Instant | None = None
        for at, frame in past:
            if at >= before:
                break
            next_at = at if next_at is None else next_at
            while next_at < at:
                self._points.append(_point(next_at, latest))
                next_at = Instant(next_at + self._step)
            for sample in frame.samples:
                if sample.value is not None and sample.quality.usable:
                    latest[sample.signal] = (at, sample.value)
                else:
                    latest.pop(sample.signal, None)
            sys = latest.get(Signal.NIBP_SYS)
            if sys is not None and sys[0] == at:
                self._pressure(at, sys[1], {s: v for s, (read, v) in latest.items() if read == at})
        while next_at is not None and next_at < before:
            self._points.append(_point(next_at, latest))
            next_at = Instant(next_at + self._step)

    @classmethod
    def of_session(
        cls, session: SessionState, protocol: Protocol, past: Past, until: Instant
    ) -> "Trend":
        """Of a whole session from its record, however long it was: the longer, the fewer points a minute."""
        trend = cls(max(STEP, -(-(until - session.opened_at) // (SPAN // STEP - 1))))
        trend._read(past, Instant(until + 1))
        trend._phases = deque(_phases(session, protocol, until), MAX_PHASES)
        return trend

    def view(self) -> TrendView:
        """The columns."""
        points = list(self._points)
        return TrendView(
            at=[point[0] for point in points],
            spo2=[point[1] for point in points],
            pulse_rate=[point[2] for point in points],
            pressures=list(self._pressures),
            phases=list(self._phases),
        )


def _point(
    at: Instant, latest: dict[Signal, tuple[Instant, float]]
) -> tuple[Instant, float | None, float | None]:
    def speaking(signal: Signal) -> float | None:
        said = latest.get(signal)
        return said[1] if said is not None and at - said[0] < _FRESH else None

    return at, speaking(Signal.SPO2), speaking(Signal.PULSE_RATE)


def _phases(session: SessionState, protocol: Protocol, until: Instant) -> list[PhaseView]:
    """In which phase the visit was, from its admission on, as its entries say."""
    titles = {phase.name: phase.title for phase in protocol.phases}
    found: list[PhaseView] = []
    times = [*range(session.opened_at, until, _PHASE_STEP), until]
    for at in map(Instant, times):
        done = tuple(step for step in session.steps if happened(step) <= at)
        then = at_instant(replace(session, steps=done), protocol, at)
        if not found or found[-1].name != then.phase:
            title = titles.get(then.phase) or then.phase
            found.append(PhaseView(at=then.phase_since, name=then.phase, title=title))
    return found

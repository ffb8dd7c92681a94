"""What the trend line of a tile is drawn from: SpO2 and pulse rate of a bed's last hours. Pure.

A gap is a gap: where no usable reading spoke at the time, the point holds None.
"""

from collections import deque

from typing_extensions import TypedDict

from monitord.engine.state import State
from monitord.model import HOUR, SECOND, Instant, Signal
from monitord.station.shapes import Millis, millis
from monitord.station.view import phase_title

STEP = 5 * SECOND
"""One point each 5 s: a desaturation of 15 s shows as three."""
SPAN = 6 * HOUR
"""The longest bundled protocol is 175 min; two visits fit."""
MAX_PHASES = 64


class PhaseView(TypedDict):
    """From `at` on the bed was in this phase; None without a session."""

    at: Millis
    name: str | None
    title: str


class TrendView(TypedDict):
    """Columns of equal length, oldest first."""

    at: list[Millis]
    spo2: list[float | None]
    pulse_rate: list[float | None]
    phases: list[PhaseView]


class Trend:
    """Bounded; work per change of the bed is constant."""

    def __init__(self) -> None:
        self._points: deque[tuple[Millis, float | None, float | None]] = deque(maxlen=SPAN // STEP)
        self._phases: deque[PhaseView] = deque(maxlen=MAX_PHASES)
        self._next = Instant(0)

    def add(self, state: State, now: Instant) -> None:
        """Looks at the bed; keeps a point when `STEP` has passed since the last."""
        name = state.session.phase if state.session else None
        if not self._phases or self._phases[-1]["name"] != name:
            at = state.session.phase_since if state.session else now
            self._phases.append(PhaseView(at=millis(at), name=name, title=phase_title(state)))
        if now < self._next:
            return
        self._next = Instant(now + STEP)
        values = {
            reading.signal: reading.value for reading in state.readings if reading.usable_at(now)
        }
        self._points.append((millis(now), values.get(Signal.SPO2), values.get(Signal.PULSE_RATE)))

    def view(self) -> TrendView:
        """The columns."""
        points = list(self._points)
        return TrendView(
            at=[point[0] for point in points],
            spo2=[point[1] for point in points],
            pulse_rate=[point[2] for point in points],
            phases=list(self._phases),
        )

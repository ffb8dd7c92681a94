"""How a cuff measures: 20 to 45 s of inflation and deflation, then one result or an error."""

from dataclasses import dataclass
from typing import Final

from devices.readings import CuffReading
from devices.twin.body import Body
from monitord.model.tracks import FaultKind

_INFLATION: Final = 6.0  # s
_OVER: Final = 40.0  # mmHg above systolic: where deflation begins
_LEAST: Final = 150.0  # mmHg: the first inflation of an adult cuff is not below it
_RATE: Final = 4.5  # mmHg/s of deflation; EN 1060-3 asks for 2 to 4, newer devices are quicker
SHORTEST: Final = 20.0
LONGEST: Final = 45.0
_SCATTER: Final = (2.5, 2.0, 1.5)  # SD of systolic, diastolic, pulse: ISO 81060-2 allows 8 mmHg


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One measurement: from `begin` to `end`, s; the cuff rises to `top` mmHg."""

    begin: float
    end: float
    top: float
    reading: CuffReading


class TwinCuff:
    """One cuff on one arm; tells the bedside while it squeezes."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._count = 0
        self._cycle: Cycle | None = None

    def start(self, t: float) -> bool:
        """Begins a measurement; False while one is under way."""
        if self.busy(t):
            return False
        self._count += 1
        seen = self._body.vitals(t)
        top = max(seen.nibp_sys + _OVER, _LEAST)
        lasts = min(max(_INFLATION + (top - seen.nibp_dia + 10) / _RATE, SHORTEST), LONGEST)
        self._cycle = Cycle(begin=t, end=t + lasts, top=top, reading=self._measure(t + lasts / 2))
        self._body.bedside.cuff_inflated = True
        return True

    def abort(self, t: float) -> None:
        """Opens the valve: there will be no result."""
        if self.busy(t):
            self._cycle = None
            self._body.bedside.cuff_inflated = False

    def busy(self, t: float) -> bool:
        return self._cycle is not None and t < self._cycle.end

    def done(self, t: float) -> CuffReading | None:
        """The result of a measurement that has ended; once."""
        if self._cycle is None or self.busy(t):
            return None
        reading, self._cycle = self._cycle.reading, None
        self._body.bedside.cuff_inflated = False
        return reading

    def pressure(self, t: float) -> int:
        """Pressure in the cuff, mmHg."""
        cycle = self._cycle
        if cycle is None or not cycle.begin <= t < cycle.end:
            return 0
        if t - cycle.begin < _INFLATION:
            return round(cycle.top * (t - cycle.begin) / _INFLATION)
        left = (cycle.end - t) / (cycle.end - cycle.begin - _INFLATION)
        return round(cycle.top * max(left, 0.0))

    def _measure(self, t: float) -> CuffReading:
        if self._body.has(FaultKind.CUFF_ERROR, t):
            return CuffReading(error="weak or no signal")
        if self._body.has(FaultKind.MOTION, t):
            return CuffReading(error="motion")
        seen, dice = self._body.vitals(t), self._body.dice(f"cuff/{self._count}")
        sys, dia, pulse = (
            round(dice.gauss(true, spread))
            for true, spread in zip(
                (seen.nibp_sys, seen.nibp_dia, seen.pulse_rate), _SCATTER, strict=True
            )
        )
        dia = min(dia, sys - 10)
        return CuffReading(sys=sys, dia=dia, map=round(dia + (sys - dia) / 3), pulse=pulse)

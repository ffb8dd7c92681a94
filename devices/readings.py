"""What a codec decodes to and encodes from: one oximeter reading, one cuff reading. Pure.

Rules: 0 is never a measurement; a number outside what a living adult can have is `implausible`.
"""

from collections.abc import Callable, Sized
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Generic, TypeVar

from devices.fault_changes import FaultChanges
from devices.wire import Cutter, Listening, Said, printable
from monitord.model import (
    SIGNALS,
    Frame,
    Instant,
    Quality,
    Sample,
    Signal,
    from_datetime,
)

PRESSURES: Final = frozenset({Signal.NIBP_SYS, Signal.NIBP_DIA})
OXIMETRY = frozenset({Signal.SPO2, Signal.PULSE_RATE})


def reading(
    signal: Signal,
    value: float | None,
    quality: Quality = Quality.GOOD,
    measured_at: Instant | None = None,
) -> Sample:
    """A sample whose quality fits its number: none is `invalid`, an impossible one `implausible`."""
    spec = SIGNALS[signal]
    if value == 0 < spec.low:
        value = None
    if quality.usable:
        if value is None:
            quality = Quality.INVALID
        elif not spec.low <= value <= spec.high:
            quality = Quality.IMPLAUSIBLE
    return Sample(signal=signal, value=value, quality=quality, measured_at=measured_at)


def device_time(
    year: int, month: int, day: int, hour: int, minute: int, *, second: int = 0
) -> Instant | None:
    """The device's own clock, which knows no zone, as if it were UTC; None where it is no time."""
    try:
        return from_datetime(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Misfit:
    """A field of a message that is not what was expected there, and why."""

    field: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Oximetry:
    """What an oximeter shows: %, 1/min, %. `quality` speaks of all three; held values stay in."""

    spo2: int | None = None
    pulse_rate: int | None = None
    perfusion_index: float | None = None
    quality: Quality = Quality.GOOD
    low_battery: bool | None = None
    """None where the device does not say."""
    own_alarm: str | None = None
    """What the device's own alarms say, in words; empty for none, None where it does not say."""
    measured_at: Instant | None = None

    def frame(self, *, perfusion: bool = False) -> Frame:
        """The samples; with `perfusion` also the index, for devices that have one."""
        values: list[tuple[Signal, float | None]] = [
            (Signal.SPO2, self.spo2),
            (Signal.PULSE_RATE, self.pulse_rate),
        ]
        if perfusion:
            values.append((Signal.PERFUSION_INDEX, self.perfusion_index))
        return Frame(
            samples=tuple(
                reading(signal, value, self.quality, self.measured_at) for signal, value in values
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffReading:
    """One blood-pressure measurement in mmHg, pulse in 1/min; `error` says why there is none."""

    sys: int | None = None
    dia: int | None = None
    map: int | None = None
    pulse: int | None = None
    error: str = ""
    repeated: bool = False
    """Whether it was measured before this connection began, or nobody can tell."""
    lost: frozenset[Signal] = frozenset()
    """What it would have told, had the line not changed it: no reading, and no error of the cuff."""
    measured_at: Instant | None = None

    def frame(self, *, mean: bool = True) -> Frame:
        """The samples of the measurement, or the failed ones; `mean` for devices that have one."""
        values = [
            (Signal.NIBP_SYS, self.sys),
            (Signal.NIBP_DIA, self.dia),
            (Signal.NIBP_PULSE, self.pulse),
        ]
        if mean:
            values.insert(2, (Signal.NIBP_MAP, self.map))
        untold = {Signal.NIBP_SYS: self.sys, Signal.NIBP_DIA: self.dia}
        if self.error or any(not untold[each] for each in untold.keys() - self.lost):
            return Frame(
                samples=tuple(
                    Sample(
                        signal=signal,
                        value=None,
                        quality=Quality.CUFF_ERROR,
                        measured_at=self.measured_at,
                    )
                    for signal, _ in values
                )
            )
        quality = Quality.GOOD
        if self.repeated:
            quality = Quality.REPEATED
        elif (
            self.sys and self.dia and not self.dia <= (self.map or self.dia) <= self.sys != self.dia
        ):
            quality = Quality.IMPLAUSIBLE
        return Frame(
            samples=tuple(
                reading(signal, value, quality, self.measured_at)
                for signal, value in values
                if value or signal in self.lost
            )
        )


class Pace:
    """Lets every `every`-th reading through, and at once one whose SpO2, quality or battery changed.

    Counts readings instead of time, so that what is said depends on the bytes alone.
    """

    def __init__(self, every: int) -> None:
        self._every = every
        self._since = 0
        self._last: tuple[object, ...] | None = None

    def due(self, oximetry: Oximetry) -> bool:
        """Whether this reading is let through."""
        state = (oximetry.spo2, oximetry.quality, oximetry.low_battery, oximetry.own_alarm)
        self._since += 1
        if self._since < self._every and state == self._last:
            return False
        self._since, self._last = 0, state
        return True


Piece = TypeVar("Piece", bound=Sized)


class OximeterWire(Listening, Generic[Piece]):
    """An oximeter that only talks: cut, decode, pace. `decode` gives None for what is no frame."""

    def __init__(
        self,
        cutter: Cutter[Piece],
        decode: Callable[[Piece], Oximetry | None],
        *,
        every: int = 1,
        perfusion: bool = False,
    ) -> None:
        self._cutter = cutter
        self._decode = decode
        self._pace = Pace(every)
        self._faults = FaultChanges()
        self._perfusion = perfusion
        self._refused = 0

    @property
    def rejected(self) -> int:
        return self._cutter.rejected + self._refused

    def receive(self, data: bytes, at: Instant) -> list[Said]:  # noqa: ARG002 - paced by count
        said: list[Said] = []
        for piece in self._cutter.cut(data):
            oximetry = self._decode(piece)
            if oximetry is None:
                self._refused += printable(piece)
            elif self._pace.due(oximetry):
                said.append(oximetry.frame(perfusion=self._perfusion))
                said.extend(self._faults.battery(low=oximetry.low_battery))
                said.extend(self._faults.own_alarm(oximetry.own_alarm))
        return said

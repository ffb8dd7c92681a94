"""How an oximeter measures: averaging, a display that lags and is held, search for a pulse.

Finger gone: the display holds its numbers for 10 s with the alarm bit set, then shows none (Nonin).
Finger back: 8 to 16 s of search, then a pulse rate that begins too high (logs of real devices).
"""

from math import exp
from typing import Final

from devices.readings import Oximetry
from devices.twin.body import Body
from devices.twin.simulated_patient import pulse_wave
from monitord.model import Quality
from monitord.model.tracks import FaultKind

HOLD: Final = 10.0
"""s for which the display keeps its numbers after the pulse is lost."""

REFRESH: Final = 1.5
"""s between changes of the display."""

SEARCH: Final = (8.0, 16.0)
"""s from the finger's return to the first numbers."""

AVERAGED_BEATS: Final = 4
"""Beats in the average of a Nonin's display."""

_FIRST_PULSE: Final = 1.6  # times the true rate; a real log shows 119 falling to 63
_SETTLES: Final = 8.0  # s in which most of that error is gone
_SHAKEN: Final = 6.0  # s after motion in which the average still holds bad beats, and is marked so
_POOR: Final = 0.3  # % perfusion under which devices say 'low' (reference clinical 5)


class Oximeter:
    """One oximeter on one finger; ask it in time order.

    `beats` is the length of its average, `hold` how long it shows its numbers without a pulse.
    """

    def __init__(self, body: Body, *, beats: int = AVERAGED_BEATS, hold: float = HOLD) -> None:
        self._body = body
        self._beats = beats
        self._hold = hold
        self._spo2 = self._pulse = 0.0
        self._then: float | None = None
        self._shown: tuple[int, int] | None = None
        self._shown_at = -REFRESH
        self._lost_at: float | None = None
        self._found_at: float | None = None
        self._settled_from = self._shaken_until = -1000.0
        self._phase = 0.0
        self._losses = 0

    def read(self, t: float) -> Oximetry:
        """The display at `t`."""
        quality = self._follow(t)
        now = self._body.vitals(t)
        perfusion = now.perfusion_index
        if self._body.has(FaultKind.LOW_PERFUSION, t):
            perfusion *= 0.04
        if quality is Quality.GOOD:
            self._average(t)
            if t < self._shaken_until:
                quality = Quality.MOTION
            elif perfusion < _POOR:
                quality = Quality.LOW_PERFUSION
            if t - self._shown_at >= REFRESH - 1e-6 or self._shown is None:
                self._shown, self._shown_at = (round(self._spo2), round(self._pulse)), t
        elif self._lost_at is None or t - self._lost_at >= self._hold:
            self._shown = None
        spo2, pulse = self._shown or (None, None)
        return Oximetry(
            spo2=spo2,
            pulse_rate=pulse,
            perfusion_index=round(perfusion, 2) if self._shown else None,
            quality=quality,
            low_battery=self._body.has(FaultKind.BATTERY, t),
        )

    def pleth(self, t: float, points: int, rate_hz: float, *, top: int = 255) -> list[int]:
        """The next points of the pulse wave, 0 to `top`; call once for each stretch of time."""
        seen = self._body.vitals(t)
        flat = self._lost_at is not None
        shaken = self._body.has(FaultKind.MOTION, t)
        dice = self._body.dice(f"shake/{t:.3f}")
        depth = min(seen.perfusion_index / 8, 1) * (
            0.04 if self._body.has(FaultKind.LOW_PERFUSION, t) else 1
        )
        wave = []
        for _ in range(points):
            self._phase = (self._phase + seen.pulse_rate / 60 / rate_hz) % 1
            height = 0.0 if flat else depth * pulse_wave(self._phase)
            if shaken:
                height = min(max(height + dice.uniform(-0.4, 0.4), 0), 0.7)
            wave.append(round(top * (0.25 + 0.7 * height)))
        return wave

    def _follow(self, t: float) -> Quality:
        """Loses and finds the pulse; says what is in the way, GOOD if nothing is."""
        off = self._body.has(FaultKind.PROBE_OFF, t)
        squeezed = self._body.bedside.cuff_inflated and self._body.has(FaultKind.SAME_ARM, t)
        if off or squeezed:
            if self._lost_at is None:
                self._lost_at = t
                self._losses += 1
            self._found_at = None
            return Quality.PROBE_OFF if off else Quality.SEARCHING
        if self._lost_at is None:
            return Quality.GOOD
        if self._found_at is None:
            low, high = SEARCH
            self._found_at = t + self._body.dice(f"search/{self._losses}").uniform(low, high)
        if t < self._found_at:
            return Quality.SEARCHING
        self._lost_at = self._found_at = self._shown = self._then = None
        self._settled_from = t
        return Quality.GOOD

    def _average(self, t: float) -> None:
        now = self._body.vitals(t)
        spo2 = now.spo2
        if self._body.has(FaultKind.MOTION, t):
            self._shaken_until = t + _SHAKEN
            # Logs of moving hands show 73 to 79 % for half a minute.
            spo2 = min(spo2, self._body.dice(f"motion/{int(t / 5)}").uniform(73, 79))
        error = now.pulse_rate * (_FIRST_PULSE - 1) * exp((self._settled_from - t) / _SETTLES)
        pulse = now.pulse_rate + error
        if self._then is None:
            self._spo2, self._pulse = spo2, pulse
        else:
            window = self._beats * 60 / now.pulse_rate
            share = 1 - exp(-2 * (t - self._then) / window)  # half a window's delay, as a mean has
            self._spo2 += (spo2 - self._spo2) * share
            self._pulse += (pulse - self._pulse) * share
        self._then = t

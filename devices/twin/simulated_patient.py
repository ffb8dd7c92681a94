"""A simulated body: coupled vital signs over an infusion, and reactions. Draws from its seed alone.

`Patient(track).at(t)` is a function of track and time: asked twice, in any order, it says the same.
This is the only place of the project that draws random numbers. Times are seconds from zero.
Sizes are of reference clinical 1.3 where it has one; the rest are engineering choices, which make
a plausible picture and prove nothing about patients.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, pi, sin
from random import Random
from typing import Final

from monitord.model import SECOND, Signal
from monitord.model.tracks import Course, Drug, PatientTrack, ReactionKind, TimelineReaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What is true of the body at one instant; %, /min, /min, mmHg (of a breath out), mmHg, mmHg, %."""

    spo2: float
    pulse_rate: float
    resp_rate: float
    etco2: float
    nibp_sys: float
    nibp_dia: float
    perfusion_index: float

    @property
    def nibp_map(self) -> float:
        """Mean arterial pressure, mmHg, by the third-of-pulse-pressure rule."""
        return self.nibp_dia + (self.nibp_sys - self.nibp_dia) / 3


@dataclass(slots=True, kw_only=True)
class _Shift:
    """What moves the body off its baseline; shares and perfusion are factors."""

    spo2: float = 0
    pulse: float = 0
    breath: float = 0
    breath_share: float = 1
    etco2: float = 0
    sys: float = 0
    dia: float = 0
    perfusion: float = 1


# Mean (and SD) of the systolic rise at the peak, mmHg; diastolic is a share of it; its time, s.
# Ketamine: Yale, +16.0 (11.2) / +11.0, peak 30-40 min. Esketamine: label trials, 13.3/8.7, 40 min.
_RISE: Final = {Drug.KETAMINE: (16.0, 11.2), Drug.ESKETAMINE: (13.3, 9.0), Drug.SALINE: (0.0, 0.0)}
_RISE_MOST: Final = 40.0
_DIA_SHARE: Final = 0.68
_PEAK: Final = {Drug.KETAMINE: 35 * 60.0, Drug.ESKETAMINE: 40 * 60.0, Drug.SALINE: 35 * 60.0}
_DECAY: Final = 30 * 60.0  # a twentieth is left 1.5 h after the end: 'back to baseline' (Szarmach)
_PULSE_RISE: Final = 1.9  # beats/min at the peak (741-infusion series)

# Seconds to full size, and back after `for`.
_ONSET: Final = {
    ReactionKind.DESATURATION: (8.0, 15.0),
    ReactionKind.BREATHING_DEPRESSION: (30.0, 60.0),
    ReactionKind.APNOEA: (1.0, 10.0),
    ReactionKind.HYPERTENSION: (90.0, 300.0),
    ReactionKind.VASOVAGAL: (20.0, 120.0),
    ReactionKind.ANXIETY: (30.0, 180.0),
    ReactionKind.HAEMORRHAGE: (0.0, 1200.0),  # onset: the whole of `for`
}
_OXYGEN_LAG: Final = (
    40.0  # s from shallow breathing to the finger: stores of the lungs, circulation
)
_BREATHS_SPARE: Final = 3.0  # breaths/min that can be lost before oxygen falls
_SPO2_PER_BREATH: Final = 2.2  # points lost for each breath/min beyond them
_CO2_PER_BREATH: Final = 0.8  # mmHg gained for each breath/min lost

# What a body without breath lives on: the oxygen of its lungs, and of its blood.
_USED: Final = 250 / 60  # mL/s at rest
_LUNGS: Final = 2000 / 760  # mL for each mmHg, lying down
_BLOOD: Final = 1000.0  # mL, when saturated
_TO_THE_FINGER: Final = 15.0  # s
_REFILLS: Final = 20.0  # s after which a third of the loss is left
_CO2_AT_ONCE: Final = 8.0  # mmHg of the first half minute, then
_CO2_RISE: Final = 3.5 / 60  # mmHg/s

_WANDER: Final = {
    Signal.SPO2: 0.4,
    Signal.PULSE_RATE: 1.8,
    Signal.RESP_RATE: 0.7,
    Signal.ETCO2: 1.0,
    Signal.NIBP_SYS: 2.5,
    Signal.NIBP_DIA: 1.8,
    Signal.PERFUSION_INDEX: 0.25,
}
# Largest size of the slow waves that a resting body shows, in the signal's unit.
_PERIODS: Final = ((12.0, 30.0), (60.0, 150.0), (300.0, 900.0))


class SimulatedPatient:
    """One body; see the module."""

    def __init__(self, track: PatientTrack) -> None:
        self._track = track
        self._waves = {
            signal: self._draw_waves(size, self.dice(f"wander/{signal}"))
            for signal, size in _WANDER.items()
        }
        course = track.course
        self._rise = 0.0
        if course is not None:
            mean, spread = _RISE[course.drug]
            drawn = self.dice("rise").gauss(mean, spread)
            chosen = drawn if course.rise_sys is None else course.rise_sys
            self._rise = min(max(chosen, 0.0), _RISE_MOST if course.rise_sys is None else 100.0)

    def dice(self, label: str) -> Random:
        """Random numbers that depend on seed and label only: for byte noise, cuff scatter, ..."""
        return Random(f"{self._track.seed}/{label}")

    def at(self, t: float) -> Vitals:
        """The body `t` seconds after zero."""
        shift = _Shift()
        if self._track.course is not None:
            self._infuse(self._track.course, t, shift)
        for reaction in self._track.reactions:
            if reaction.reaction is ReactionKind.APNOEA:
                _apnoea(reaction, t, shift, self._track.oxygen)
            else:
                _REACT[reaction.reaction](reaction, t, shift)
        sys = _clamp(self._rest(Signal.NIBP_SYS, t) + shift.sys, 50, 260)
        dia = self._rest(Signal.NIBP_DIA, t) + shift.dia
        return Vitals(
            spo2=_clamp(self._rest(Signal.SPO2, t) + shift.spo2, 40, 100),
            pulse_rate=_clamp(self._rest(Signal.PULSE_RATE, t) + shift.pulse, 25, 220),
            resp_rate=_clamp(
                (self._rest(Signal.RESP_RATE, t) + shift.breath) * shift.breath_share, 0, 50
            ),
            etco2=_clamp(self._rest(Signal.ETCO2, t) + shift.etco2, 0, 120),
            nibp_sys=sys,
            nibp_dia=_clamp(dia, 25, sys - 15),
            perfusion_index=max(self._rest(Signal.PERFUSION_INDEX, t) * shift.perfusion, 0.02),
        )

    def _rest(self, signal: Signal, t: float) -> float:
        return self._track.base(signal) + self._waves[signal](t)

    def _infuse(self, course: Course, t: float, shift: _Shift) -> None:
        start, stop = course.start / SECOND, course.stop / SECOND
        share = _smooth((min(t, stop) - start) / _PEAK[course.drug])
        if t > stop:
            share *= exp((stop - t) / _DECAY)
        shift.sys += self._rise * share
        shift.dia += self._rise * _DIA_SHARE * share
        if course.drug is not Drug.SALINE:
            shift.pulse += _PULSE_RISE * share

    @staticmethod
    def _draw_waves(size: float, dice: Random) -> Callable[[float], float]:
        waves = [
            (2 * pi / dice.uniform(*period), dice.uniform(0, 2 * pi), size / len(_PERIODS))
            for period in _PERIODS
        ]
        return lambda t: sum(height * sin(speed * t + phase) for speed, phase, height in waves)


def pulse_wave(phase: float) -> float:
    """A finger's pulse, 0 to 1, over one beat (phase 0 to 1): quick rise, slow fall, a notch."""
    if phase < 0.15:
        return _smooth(phase / 0.15)
    fall = exp(-(phase - 0.15) / 0.25)
    notch = 0.12 * exp(-(((phase - 0.45) / 0.06) ** 2))
    return _clamp(fall + notch - 0.035 * phase, 0, 1)


def _desaturation(reaction: TimelineReaction, t: float, shift: _Shift) -> None:
    size = reaction.depth * _envelope(reaction, t)
    shift.spo2 -= size
    shift.pulse += min(0.6 * size, 20)
    shift.perfusion *= 1 - min(0.01 * size, 0.3)


def _breathing_depression(reaction: TimelineReaction, t: float, shift: _Shift) -> None:
    lost_breaths = reaction.depth * _envelope(reaction, t)
    shift.breath -= lost_breaths
    shift.etco2 += _CO2_PER_BREATH * lost_breaths
    late = reaction.depth * _envelope(reaction, t - _OXYGEN_LAG)
    lost = _SPO2_PER_BREATH * max(0.0, late - _BREATHS_SPARE)
    shift.spo2 -= lost
    shift.pulse += min(0.5 * lost, 15)


def _apnoea(reaction: TimelineReaction, t: float, shift: _Shift, oxygen: float) -> None:
    """Breath stops at once; the finger shows it when the stores are used up, by what was breathed before."""
    share = min(reaction.depth / 100, 1)
    begin, lasts = reaction.at / SECOND, reaction.lasts / SECOND
    shift.breath_share *= 1 - share * _envelope(reaction, t)
    without = share * min(max(t - begin, 0.0), lasts)
    rise = _CO2_AT_ONCE * min(without / 30, 1) + _CO2_RISE * without
    shift.etco2 += rise * exp(-max(t - begin - lasts, 0.0) / 60)
    late = t - _TO_THE_FINGER
    without = share * min(max(late - begin, 0.0), lasts)
    lost = _lost_saturation(without, oxygen) * exp(-max(late - begin - lasts, 0.0) / _REFILLS)
    shift.spo2 -= lost
    shift.pulse += min(0.5 * lost, 15)


def _lost_saturation(without: float, oxygen: float) -> float:
    """Points of saturation that `without` seconds of no breath cost."""
    full = oxygen * 713 - 50  # mmHg in the lungs: of dry gas, less what carbon dioxide takes
    left = max(_stored(full) - _USED * without, 0.0)
    low, high = 0.0, full
    for _ in range(20):  # to a thousandth of a mmHg
        middle = (low + high) / 2
        low, high = (middle, high) if _stored(middle) < left else (low, middle)
    return 100 * (_saturation(full) - _saturation(high))


def _stored(pressure: float) -> float:
    return _LUNGS * pressure + _BLOOD * _saturation(pressure)


def _saturation(pressure: float) -> float:
    """Share of haemoglobin that carries oxygen at a pressure in mmHg (Severinghaus 1979)."""
    cube = pressure**3 + 150 * pressure
    return cube / (23400 + cube)


def _hypertension(reaction: TimelineReaction, t: float, shift: _Shift) -> None:
    size = reaction.depth * _envelope(reaction, t)
    shift.sys += size
    shift.dia += 0.6 * size
    shift.pulse -= 0.05 * size  # the baroreflex answers


def _vasovagal(reaction: TimelineReaction, t: float, shift: _Shift) -> None:
    size = reaction.depth * _envelope(reaction, t)
    shift.sys -= size
    shift.dia -= 0.6 * size
    shift.pulse -= 0.6 * size  # unlike bleeding: the pulse falls with the pressure
    shift.breath += 0.05 * size
    shift.perfusion *= 1 - min(0.012 * size, 0.6)


def _anxiety(reaction: TimelineReaction, t: float, shift: _Shift) -> None:
    size = reaction.depth * _envelope(reaction, t)
    shift.pulse += size
    shift.sys += 0.5 * size
    shift.dia += 0.3 * size
    shift.breath += 0.25 * size
    shift.perfusion *= 1 - min(0.006 * size, 0.4)


def _haemorrhage(reaction: TimelineReaction, t: float, shift: _Shift) -> None:
    size = reaction.depth * _envelope(reaction, t)
    shift.sys -= size
    shift.dia -= 0.45 * size
    shift.pulse += 0.9 * size
    shift.breath += 0.15 * size
    shift.perfusion *= 1 - min(0.015 * size, 0.8)


_REACT: Final[dict[ReactionKind, Callable[[TimelineReaction, float, _Shift], None]]] = {
    ReactionKind.DESATURATION: _desaturation,
    ReactionKind.BREATHING_DEPRESSION: _breathing_depression,
    ReactionKind.HYPERTENSION: _hypertension,
    ReactionKind.VASOVAGAL: _vasovagal,
    ReactionKind.ANXIETY: _anxiety,
    ReactionKind.HAEMORRHAGE: _haemorrhage,
}


def _envelope(reaction: TimelineReaction, t: float) -> float:
    """0 to 1: up over the onset, full until `for` is over, down over the recovery."""
    begin, lasts = reaction.at / SECOND, reaction.lasts / SECOND
    onset, recovery = _ONSET[reaction.reaction]
    if reaction.reaction is ReactionKind.HAEMORRHAGE or onset > lasts:
        onset = lasts
    if t <= begin + lasts:
        return _smooth((t - begin) / onset)
    return 1 - _smooth((t - begin - lasts) / recovery)


def _smooth(share: float) -> float:
    """0 before 0, 1 after 1, an S between."""
    share = _clamp(share, 0, 1)
    return share * share * (3 - 2 * share)


def _clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)

"""What one device can see of its patient: the body, what befalls the device, what was ordered live.

A live order is a line of text: `probe_off 20s` (a fault), `spo2 84 30s` (a sign held at a value),
`desaturation 13 60s` (a reaction), `clear` (ends what was ordered live). Absent time: 10 s.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from devices.twin.simulated_patient import SimulatedPatient, Vitals
from monitord.driver import Bedside
from monitord.model import SECOND, Signal, parse_span
from monitord.model.series import SeriesStep
from monitord.model.tracks import (
    HOST_FAULTS,
    Block,
    FaultKind,
    PatientTrack,
    ReactionKind,
    TimelineReaction,
)

ORDER_LASTS: Final = 10 * SECOND

_SIGNS: Final[dict[str, str]] = {
    Signal.SPO2: "spo2",
    Signal.PULSE_RATE: "pulse_rate",
    Signal.HEART_RATE: "pulse_rate",
    Signal.RESP_RATE: "resp_rate",
    Signal.ETCO2: "etco2",
    Signal.NIBP_SYS: "nibp_sys",
    Signal.NIBP_DIA: "nibp_dia",
    Signal.PERFUSION_INDEX: "perfusion_index",
}
"""The vital sign that each signal measures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A fault from `begin` to `end`, seconds; `by` is the size of a clock's jump, s."""

    kind: FaultKind
    begin: float
    end: float
    by: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    sign: str
    value: float
    begin: float
    end: float


class Body:
    """The patient at a bedside as the device called `device` meets it; times in s from zero."""

    def __init__(self, bedside: Bedside, device: str) -> None:
        timeline = bedside.timeline
        self.bedside = bedside
        self.device = device
        self._track = timeline.patient or PatientTrack()
        self._patient = SimulatedPatient(self._track)
        self._neighbour = SimulatedPatient(
            self._track.model_copy(update={"seed": self._track.seed + 1000})
        )
        self._series = [(block, block.steps()) for block in timeline.series]
        self._written = tuple(
            Spell(
                kind=step.fault,
                begin=step.at / SECOND,
                end=(step.at + step.lasts) / SECOND,
                by=(step.by or 0) / SECOND,
            )
            for step in timeline.faults
            if step.device == device
        )
        self._ordered: list[Spell] = []
        self._held: list[_Held] = []

    def dice(self, label: str) -> Random:
        """Seeded random numbers of this device and label."""
        return self._patient.dice(f"{self.device}/{label}")

    def spell(self, kind: FaultKind, t: float) -> Spell | None:
        """The fault of that kind which holds at `t`."""
        spells = (*self._written, *self._ordered)
        return next(
            (each for each in spells if each.kind is kind and each.begin <= t < each.end), None
        )

    def has(self, kind: FaultKind, t: float) -> bool:
        return self.spell(kind, t) is not None

    def jump(self, t: float) -> float:
        """How far the device's own clock is off at `t`, s: jumps stay when their time is over."""
        return sum(each.by for each in (*self._written, *self._ordered) if each.begin <= t)

    def clock(self, t: float) -> datetime:
        """What the device's own clock shows, as if its zone were UTC."""
        seconds = self.bedside.start / SECOND + t + self.jump(t)
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)

    def vitals(self, t: float) -> Vitals:
        """What a perfect instrument in this place would see."""
        if stuck := self.spell(FaultKind.STUCK, t):
            t = stuck.begin
        if self.has(FaultKind.WRONG_CHAIR, t):
            seen = self._neighbour.at(t)
            # Somebody else's heart: well apart from this one (a crosscheck asks for 15/min).
            return replace(seen, pulse_rate=seen.pulse_rate + 28)
        seen = self._patient.at(t)
        for block, columns in self._series:
            seen = replace(seen, **_at_step(block, columns, t))
        held = {each.sign: each.value for each in self._held if each.begin <= t < each.end}
        return replace(seen, **held)

    def order(self, text: str, t: float) -> None:
        """Does a live order; ValueError says what is wrong with it."""
        match text.split():
            case ["clear"]:
                self._ordered.clear()
                self._held.clear()
                self._patient = SimulatedPatient(self._track)
            case [word, *time] if word in {*FaultKind} and len(time) <= 1:
                kind = FaultKind(word)
                if kind in HOST_FAULTS or kind is FaultKind.CLOCK_JUMP:
                    raise ValueError(f"{word} cannot be ordered of a device")
                self._ordered.append(Spell(kind=kind, begin=t, end=t + _seconds(time)))
            case [word, number, *time] if word in _SIGNS and len(time) <= 1:
                value = _number(number)
                self._held.append(
                    _Held(sign=_SIGNS[word], value=value, begin=t, end=t + _seconds(time))
                )
            case [word, number, *time] if word in {*ReactionKind} and len(time) <= 1:
                reaction = TimelineReaction.model_validate(
                    {
                        "reaction": word,
                        "at": f"{max(t, 0) * 1000:.0f}ms",
                        "depth": _number(number),
                        "for": time[0] if time else "60s",
                    }
                )
                reactions = (*self._track.reactions, reaction)
                self._patient = SimulatedPatient(
                    self._track.model_copy(update={"reactions": reactions})
                )
            case _:
                raise ValueError(
                    f"{text!r} is no order: write a fault (probe_off 20s), a sign (spo2 84 30s),"
                    " a reaction (desaturation 13 60s) or clear"
                )


def _at_step(
    block: Block, columns: dict[Signal, tuple[SeriesStep | None, ...]], t: float
) -> dict[str, float]:
    """The numbers that a block states for `t`: the device sees them instead of the patient's."""
    index = int((t * SECOND - block.at) // block.step)
    found = {}
    for signal, steps in columns.items():
        step = steps[index] if 0 <= index < len(steps) else None
        if step is not None and step.value is not None and signal in _SIGNS:
            found[_SIGNS[signal]] = step.value
    return found


def _seconds(time: list[str]) -> float:
    return (parse_span(time[0]) if time else ORDER_LASTS) / SECOND


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None

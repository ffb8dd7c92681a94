"""The National Early Warning Score 2, as far as the readings go: shown, never alarmed on. Pure.

Bands of the Royal College of Physicians, NEWS2 (2017), SpO2 scale 1. It was made for wards: a drug
that sedates on purpose scores high, so no rule and no route ever sees it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from monitord.engine.readings.reading import Reading
from monitord.model import Instant, Sentence, Signal, say

Points = Callable[[float], int]


def _bands(*bands: tuple[float, int], above: int) -> Points:
    """Points up to and at each bound, rising; `above` beyond the last."""
    return lambda value: next((points for bound, points in bands if value <= bound), above)


_POINTS: Final[dict[Signal, Points]] = {
    Signal.RESP_RATE: _bands((8, 3), (11, 1), (20, 0), (24, 2), above=3),
    Signal.SPO2: _bands((91, 3), (93, 2), (95, 1), above=0),
    Signal.NIBP_SYS: _bands((90, 3), (100, 2), (110, 1), (219, 0), above=3),
    Signal.PULSE_RATE: _bands((40, 3), (50, 1), (90, 0), (110, 1), (130, 2), above=3),
    Signal.TEMPERATURE: _bands((35.0, 3), (36.0, 1), (38.0, 0), (39.0, 1), above=2),
    # Alert is MOAA/S 5; everything below answers late, to voice, to pain or not at all.
    Signal.MOAAS: _bands((4.0, 3), above=0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class News2:
    """The sum of what is known, and which readings it lacks: with them it may only be higher."""

    points: int
    parts: tuple[tuple[Signal, int], ...]
    lacks: tuple[Signal, ...]

    def said(self) -> Sentence:
        """`NEWS2 at least 3 (SpO2 2, breathing rate 1; unknown: temperature, oxygen)`."""
        signals = (say("signal", signal=each) for each in self.lacks)
        lacks = (*signals, say("news2.oxygen"))
        scored = tuple(
            say("news2.part", signal=signal, points=points)
            for signal, points in self.parts
            if points
        )
        if not scored:
            return say("news2.zero", points=self.points, lacks=lacks)
        return say("news2", points=self.points, parts=scored, lacks=lacks)


def news2(readings: Mapping[Signal, Reading], at: Instant) -> News2 | None:
    """Of the readings that still speak for the patient; None where there is none of them.

    Oxygen, worth 2 points, is nothing that monitord reads.
    """
    known = {
        signal: points(reading.value)
        for signal, points in _POINTS.items()
        if (reading := readings.get(signal)) is not None
        and reading.value is not None
        and reading.usable_at(at)
    }
    if not known:
        return None
    lacks = tuple(signal for signal in _POINTS if signal not in known)
    return News2(points=sum(known.values()), parts=tuple(known.items()), lacks=lacks)

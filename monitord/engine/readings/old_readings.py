"""Readings that are not of now: stored ones handed over late, and those whose age nobody knows. Pure.

They are history: kept in small number for the page and `explain`, whole in the journal, and never
evaluated; they satisfy no schedule.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from monitord.engine.readings.arrival import Arrival
from monitord.model import HOUR, Event, Instant, Sample, Sentence, Signal, say

KEPT: Final = 32
"""Readings of each signal, the latest by their own time: a cuff's memory of several days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldReading:
    """`measured_at` is by the device's own clock, None where its words were not understood; `age_known` whether
    that clock was learned.
    """

    signal: Signal
    value: float
    measured_at: Instant | None
    arrived_at: Instant
    source: str
    simulated: bool
    age_known: bool

    @property
    def place(self) -> Instant:
        """Where it stands among the others."""
        return self.arrived_at if self.measured_at is None else self.measured_at


class OldReadings:
    """Mutable, owned by one patient; everything in it is a frozen value."""

    def __init__(self, kept: tuple[OldReading, ...] = ()) -> None:
        self._of: dict[Signal, list[OldReading]] = {}
        for each in kept:
            self._of.setdefault(each.signal, []).append(each)
        self._latest: Instant | None = None

    @property
    def kept(self) -> tuple[OldReading, ...]:
        """For the state: signal by signal, oldest first."""
        return tuple(each for known in self._of.values() for each in known)

    def of(self, signal: Signal) -> tuple[OldReading, ...]:
        """Those of one signal, oldest first."""
        return tuple(self._of.get(signal, ()))

    def took(self, event: Event, sample: Sample, arrival: Arrival) -> None:
        """Keeps a reading that is not of now, once however often the device hands it over."""
        if arrival not in {Arrival.LATE, Arrival.UNKNOWN_AGE}:
            return
        if sample.value is None:
            return
        known = self._of.setdefault(sample.signal, [])
        if sample.measured_at is not None and any(
            (each.measured_at, each.source) == (sample.measured_at, event.source) for each in known
        ):
            return
        self._latest = event.at
        known.append(
            OldReading(
                signal=sample.signal,
                value=sample.value,
                measured_at=sample.measured_at,
                arrived_at=event.at,
                source=event.source,
                simulated=event.simulated,
                age_known=arrival is Arrival.LATE,
            )
        )
        known.sort(key=lambda each: each.place)
        del known[:-KEPT]

    def of_unknown_age(self, event: Event) -> dict[Signal, float]:
        """What this event brought for the first time, and whose age nobody knows."""
        if self._latest != event.at:
            return {}
        return {
            each.signal: each.value
            for each in self.kept
            if each.arrived_at == event.at and each.source == event.source and not each.age_known
        }

    def end(self) -> None:
        """The patient has left."""
        self._of.clear()


def said(old: Iterable[OldReading], now: Instant) -> Iterator[Sentence]:
    """`Systolic BP 205 by cuff, taken 25 h ago: history, does not count`, for people."""
    for each in old:
        if each.measured_at is None:
            yield say("input.old_unread", signal=each.signal, value=each.value, source=each.source)
            continue
        hours = round((now - each.measured_at) / HOUR, 1)
        key = "input.old" if hours >= 0 else "input.ahead"
        yield say(
            key if each.age_known else f"{key}_clock",
            signal=each.signal,
            value=each.value,
            source=each.source,
            hours=abs(hours),
        )

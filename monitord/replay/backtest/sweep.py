"""Alarm load against detection delay over a grid of settings; chosen on half of the patients, told on the rest.

Where no true event is given nothing is chosen, so that all patients stand in one table.

Which half a patient is in depends on the patient's name alone. Chosen is, of the points that tell of most true
events, the one with the fewest alarms, then the quickest. Intervals are of 95 %, with patients, not alarms, as the
unit: rates by the ratio estimator, shares of events by Wilson's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import inf, sqrt
from statistics import median
from typing import Any, Final

from monitord.replay.backtest.assess import Assessed
from monitord.replay.backtest.grid import Grid

_Z: Final = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One session under one point: alarms, and for each true event its delay in s (None: missed)."""

    patient: str
    hours: float
    simulated: bool
    alarms: int
    delays: tuple[float | None, ...]


def tried(found: Assessed, rule: str) -> Tried:
    """What a sweep of this rule keeps of a session: its own alarms, and how true events were told of."""
    return Tried(
        patient=found.patient,
        hours=found.hours,
        simulated=found.simulated,
        alarms=sum(1 for alarm in found.alarms if alarm.alarm == rule),
        delays=tuple(each.delay_s for each in found.detections),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One point over some patients; `low` and `high` bound the rate."""

    patients: int
    hours: float
    alarms: int
    per_hour: float
    low: float
    high: float
    events: int
    hits: int
    hit_low: float
    hit_high: float
    delay_s: float | None

    @property
    def late(self) -> float:
        """The median delay over all events, a missed one infinitely late."""
        return inf if self.delay_s is None else self.delay_s


def score(sessions: Iterable[Tried]) -> Score:
    """Adds up sessions by patient."""
    by_patient: dict[str, list[float]] = {}
    delays: list[float] = []
    for each in sessions:
        load = by_patient.setdefault(each.patient, [0.0, 0.0])
        load[0] += each.alarms
        load[1] += each.hours
        delays += [inf if delay is None else delay for delay in each.delays]
    alarms = sum(load[0] for load in by_patient.values())
    hours = sum(load[1] for load in by_patient.values())
    rate = alarms / hours if hours else 0.0
    spread = _spread([(load[0], load[1]) for load in by_patient.values()], rate, hours)
    hits = sum(1 for delay in delays if delay < inf)
    hit_low, hit_high = wilson(hits, len(delays))
    middle = median(delays) if delays else inf
    return Score(
        patients=len(by_patient),
        hours=hours,
        alarms=int(alarms),
        per_hour=rate,
        low=max(0.0, rate - spread),
        high=rate + spread,
        events=len(delays),
        hits=hits,
        hit_low=hit_low,
        hit_high=hit_high,
        delay_s=middle if middle < inf else None,
    )


def _spread(loads: Sequence[tuple[float, float]], rate: float, hours: float) -> float:
    """Half the interval of a ratio of sums over patients."""
    count = len(loads)
    if count < 2 or not hours:
        return 0.0
    squares = sum((alarms - rate * time) ** 2 for alarms, time in loads)
    return _Z * sqrt(squares * count / (count - 1)) / hours


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Wilson's interval of a share."""
    if not of:
        return 0.0, 1.0
    share, z2 = hits / of, _Z**2
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z / (1 + z2 / of) * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def first_half(patient: str) -> bool:
    """Whether settings are chosen on this patient, and not told."""
    return sha256(patient.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Every point's score on the half to choose on, on the other, and on all; `chosen` is a place in them."""

    grid: Grid
    whole: tuple[Score, ...]
    choosing: tuple[Score, ...]
    telling: tuple[Score, ...]
    simulated: int
    sessions: int

    @property
    def pareto(self) -> frozenset[int]:
        """Points on the choosing half that no other beats in load, hits and delay at once."""
        keys = [(s.per_hour, -s.hits, s.late) for s in self.choosing]
        return frozenset(
            n
            for n, key in enumerate(keys)
            if not any(
                other != key and all(a <= b for a, b in zip(other, key, strict=True))
                for other in keys
            )
        )

    @property
    def chosen(self) -> int | None:
        """None where there is no true event to choose by."""
        if not any(s.events for s in self.choosing):
            return None
        order = [(-s.hits, s.per_hour, s.late) for s in self.choosing]
        return min(range(len(order)), key=order.__getitem__)

    def rows(self) -> list[dict[str, Any]]:
        """One row a point: its settings, then both halves; without a true event, all patients."""
        pareto, chosen = self.pareto, self.chosen
        if chosen is None:
            return [
                {
                    **point.settings,
                    "alarms/h": round(all_of.per_hour, 4),
                    "interval": _interval(all_of),
                    "alarms": all_of.alarms,
                    "hours": round(all_of.hours, 2),
                    "patients": all_of.patients,
                }
                for point, all_of in zip(self.grid.points, self.whole, strict=True)
            ]
        return [
            {
                **point.settings,
                "alarms/h": round(one.per_hour, 4),
                "hits": f"{one.hits}/{one.events}",
                "median delay s": one.delay_s,
                "pareto": "*" if n in pareto else "",
                "chosen": "*" if n == chosen else "",
                "other half alarms/h": round(other.per_hour, 4),
                "interval": _interval(other),
                "other half hits": f"{other.hits}/{other.events}",
                "share interval": f"{other.hit_low:.2f}-{other.hit_high:.2f}"
                if other.events
                else "-",
                "other half delay s": other.delay_s,
            }
            for n, (point, one, other) in enumerate(
                zip(self.grid.points, self.choosing, self.telling, strict=True)
            )
        ]


def _interval(found: Score) -> str:
    """Of the rate; one patient has none."""
    return f"{found.low:.3g}-{found.high:.3g}" if found.patients > 1 else "-"


def sweep_of(grid: Grid, found: Sequence[Sequence[Tried]]) -> Sweep:
    """The scores from every session under every point: `found[session][point]`."""
    columns = list(zip(*found, strict=True)) if found else [()] * len(grid.points)
    return Sweep(
        grid=grid,
        whole=tuple(score(column) for column in columns),
        choosing=tuple(score(t for t in c if first_half(t.patient)) for c in columns),
        telling=tuple(score(t for t in c if not first_half(t.patient)) for c in columns),
        simulated=sum(1 for row in found if row and row[0].simulated),
        sessions=len(found),
    )

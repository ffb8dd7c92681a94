"""What many sessions amount to: alarm load, near misses, detection, coverage, by patient. Pure."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from statistics import median
from typing import Any, Final

from monitord.model import MINUTE, Priority
from monitord.replay.backtest.assess import Assessed

WORDS: Final = tuple(priority.word for priority in reversed(Priority))

COMPARATORS: Final = (
    "4.2 alarms/patient-hour: medical-surgical ward, default limits (4104 patients)",
    "6.07 alarms/hour, median duration 17 s: medical ICU (Görges 2009)",
    "top 10 % of patients give 57.4 % of alarms at 90 %/15 s, 81.6 % at 84 %/45 s (Lansdowne 2016)",
)
"""Published figures (reference clinical section 4), other patients and devices: for the order of size."""


SINCE: Final = (0, 10, 20, 40, 60, 120, 240, 480, 1440)
"""Minutes since a session's beginning at which a span of the load over time begins: an infusion is over after 40 to 60."""


SPANS: Final = tuple(
    f"{a}-{b} min" if b is not None else f"{a} min on"
    for a, b in zip(SINCE, (*SINCE[1:], None), strict=True)
)


@dataclass(slots=True)
class Load:
    """Adds up sessions one at a time; memory grows with alarms, not with recordings' length."""

    hours: float = 0.0
    sessions: int = 0
    simulated: int = 0
    patients: Counter[str] = field(default_factory=Counter)
    by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)
    kinds: dict[str, str] = field(default_factory=dict)
    lasted: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    untold: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    truths: Counter[str] = field(default_factory=Counter)
    delays: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    known: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    stepped: Counter[str] = field(default_factory=Counter)
    not_assessed: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    """Sessions by the rule of whose signals they have no reading."""
    by_time: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Alarms by rule and the place in `SINCE`."""
    watched: Counter[int] = field(default_factory=Counter)
    """Seconds of all sessions by the place in `SINCE`."""

    def add(self, found: Iterable[Assessed]) -> None:
        """More sessions."""
        for each in found:
            self.sessions += 1
            self.simulated += each.simulated
            self.hours += each.hours
            self.patients[each.patient] += len(each.alarms)
            for alarm in each.alarms:
                self.by_rule[alarm.alarm, alarm.peak] += 1
                self.kinds[alarm.alarm] = alarm.kind
                self.lasted[alarm.alarm].append(alarm.lasted_s)
            self.untold.update(each.untold)
            self.missed.update(each.near_misses)
            for detection in each.detections:
                self.truths[detection.truth] += 1
                if detection.delay_s is not None:
                    self.delays[detection.truth].append(detection.delay_s)
            for signal, share in each.known.items():
                self.known[signal].append((share, each.hours))
            self.stepped.update(each.stepped)
            self.not_assessed.update(each.not_assessed)
            self.remarks.update(set(each.remarks))
            self.unread.update(each.unread)
            self._add_times(each)

    def _add_times(self, found: Assessed) -> None:
        ends = [*SINCE[1:], inf]
        for place, (begin, end) in enumerate(zip(SINCE, ends, strict=True)):
            self.watched[place] += round(60 * max(0.0, min(end, 60 * found.hours) - begin))
        for alarm in found.alarms:
            minutes = (alarm.at - found.begin) / MINUTE
            self.by_time[alarm.alarm, bisect_right(SINCE, max(minutes, 0)) - 1] += 1

    def over_time(self) -> dict[tuple[str, str], float | None]:
        """Alarms a patient-hour by the span since a session's beginning and the rule; None where nobody was watched."""
        rules = sorted({rule for rule, _ in self.by_time})
        return {
            (SPANS[place], rule): self.by_time[rule, place] * 3600 / self.watched[place]
            if self.watched[place]
            else None
            for place in range(len(SINCE))
            for rule in rules
        }

    @property
    def never_read(self) -> list[str]:
        """The rules of whose signals no session has a reading."""
        return sorted(rule for rule, count in self.unread.items() if count == self.sessions)

    @property
    def alarms(self) -> int:
        """All of them."""
        return self.by_rule.total()

    @property
    def per_hour(self) -> float:
        """Alarms a patient-hour."""
        return self.alarms / self.hours if self.hours else 0.0

    @property
    def top_tenth(self) -> float | None:
        """The share of all alarms that the tenth of patients with most of them gives."""
        if not self.alarms:
            return None
        counts = sorted(self.patients.values(), reverse=True)
        top = counts[: max(1, round(len(counts) / 10))]
        return sum(top) / self.alarms

    def rows(self) -> list[dict[str, Any]]:
        """One row a rule that spoke, or of whose signals some sessions have a reading and some none (`without reading`)."""
        some = {rule for rule, count in self.unread.items() if count < self.sessions}
        spoke = {rule for rule, _ in self.by_rule}
        rules = sorted(spoke | set(self.missed) | set(self.untold) | some)
        return [self._row(rule) for rule in rules]

    def _row(self, rule: str) -> dict[str, Any]:
        counts = {word: self.by_rule[rule, word] for word in WORDS}
        count = sum(counts.values())
        lasted = self.lasted.get(rule)
        return {
            "rule": rule,
            "kind": self.kinds.get(rule, "physiological"),
            **counts,
            "all": count,
            "per hour": round(count / self.hours, 4) if self.hours else 0.0,
            "median s": round(median(lasted), 1) if lasted else None,
            "not told": self.untold[rule],
            "near misses": self.missed[rule],
            "without reading": self.unread[rule],
        }

    def detection_rows(self) -> list[dict[str, Any]]:
        """One row a kind of true event."""
        return [
            {
                "truth": truth,
                "events": count,
                "hit": len(self.delays[truth]),
                "missed": count - len(self.delays[truth]),
                "median delay s": round(median(self.delays[truth]), 1)
                if self.delays[truth]
                else None,
                "longest s": round(max(self.delays[truth]), 1) if self.delays[truth] else None,
            }
            for truth, count in sorted(self.truths.items())
        ]

    def coverage_rows(self) -> list[dict[str, Any]]:
        """One row a signal: in how many sessions, and for what share of their time it spoke."""
        return [
            {
                "signal": signal,
                "sessions": len(shares),
                "known": round(
                    sum(share * hours for share, hours in shares)
                    / (sum(hours for _, hours in shares) or 1.0),
                    4,
                ),
            }
            for signal, shares in sorted(self.known.items())
        ]

    def facts(self) -> dict[str, Any]:
        """The whole as numbers."""
        return {
            "sessions": self.sessions,
            "simulated": self.simulated,
            "patients": len(self.patients),
            "hours": round(self.hours, 4),
            "alarms": self.alarms,
            "alarms per patient-hour": round(self.per_hour, 4),
            "share of the top 10 % of patients": None
            if self.top_tenth is None
            else round(self.top_tenth, 4),
            "near misses": self.missed.total(),
        }

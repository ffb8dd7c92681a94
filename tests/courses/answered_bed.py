"""One bed whose staff answer what they are told of, and what that told them: starts, audible alarms, tellings by rule."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final

from monitord.engine.engine import Engine
from monitord.model import (
    SECOND,
    Acknowledge,
    AlarmEvent,
    AlarmLine,
    Body,
    Effect,
    Event,
    Instant,
    Notify,
    Priority,
    RequestReading,
    Span,
)
from monitord.replay.run.episodes import begins

ANSWERED_AFTER: Final[Span] = 30 * SECOND
HEAD: Final = "| rule | starts/h | audible/h | tellings/h |\n| --- | --- | --- | --- |"
_AUDIBLE: Final = frozenset({AlarmEvent.START, AlarmEvent.ESCALATE})
_SPEAKS: Final = _AUDIBLE | {AlarmEvent.REMINDER, AlarmEvent.EXPIRE}
_OF_PRESSURE: Final = ("nibp_sys", "nibp_dia", "nibp_map", "implausible", "postpartum")
_OVER: Final = frozenset({AlarmEvent.CLEAR, AlarmEvent.END})
_ENDS: Final = frozenset({AlarmEvent.CLEAR, AlarmEvent.LATCH, AlarmEvent.END})


@dataclass(slots=True)
class AlarmCount:
    """Of medium and high alarms, by rule.

    `starts`: an alarm becomes one; `audible`: it begins, worsens, or is told to somebody else; `tellings`: each instant in
    which a message of it goes out, reminders too. `severe` readings were noted, and of `severe_untold` nobody was told.
    """

    hours: float = 0.0
    starts: Counter[str] = field(default_factory=Counter)
    audible: Counter[str] = field(default_factory=Counter)
    tellings: Counter[str] = field(default_factory=Counter)
    severe: int = 0
    severe_untold: int = 0

    def add(self, other: "AlarmCount") -> None:
        """More hours."""
        self.hours += other.hours
        self.severe += other.severe
        self.severe_untold += other.severe_untold
        for name in ("starts", "audible", "tellings"):
            getattr(self, name).update(getattr(other, name))

    def an_hour(self, counted: Counter[str]) -> float:
        """All rules together."""
        return counted.total() / self.hours

    def rows(self) -> list[str]:
        """A row a rule, an hour; then their sum."""
        rules = sorted({*self.starts, *self.audible, *self.tellings})
        columns = (self.starts, self.audible, self.tellings)
        rows = [
            f"| {rule} | " + " | ".join(f"{each[rule] / self.hours:.3f}" for each in columns) + " |"
            for rule in rules
        ]
        sums = " | ".join(f"{self.an_hour(each):.3f}" for each in columns)
        return [*rows, f"| **all** | {sums} |"]


class AnsweredBed:
    """An engine and its clock; each alarm that is told is acknowledged `ANSWERED_AFTER` that."""

    def __init__(self, bed: str) -> None:
        self.engine = Engine(bed)
        self.count = AlarmCount()
        self.requests: list[RequestReading] = []
        self._bed = bed
        self._answers: list[tuple[Instant, str]] = []
        self._counted: set[str] = set()
        self._told: set[tuple[str, Instant]] = set()
        self._known: dict[str, str] = {}
        self._number = 0

    def give(self, at: Instant, body: Body, source: str = "") -> None:
        """One event, after all that elapsed time brings before it."""
        self.until(at)
        self._step(at, body, source)

    def until(self, at: Instant) -> None:
        """Deadlines and answers in their order."""
        while True:
            due = self.engine.deadline
            answer = self._answers[0][0] if self._answers else None
            first = min((t for t in (due, answer) if t is not None), default=None)
            if first is None or first >= at:
                return
            if answer is not None and answer == first:
                _, alarm = heappop(self._answers)
                self._number += 1
                self._step(answer, Acknowledge(id=f"a{self._number}", by="nurse", alarm=alarm))
            else:
                self._take(self.engine.advance(first))

    def note_severe(self) -> None:
        """A severe pressure was read just now: does anybody know of an alarm of the pressure that stands?"""
        self._take(self.engine.advance(Instant(self.engine.now + 1)))
        self.count.severe += 1
        known = any(rule.startswith(_OF_PRESSURE) for rule in self._known.values())
        self.count.severe_untold += not known

    def _step(self, at: Instant, body: Body, source: str = "staff") -> None:
        event = Event(
            at=max(at, self.engine.now), bed=self._bed, body=body, source=source, simulated=True
        )
        self._take(self.engine.step(event))

    def _take(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, AlarmLine):
                self._line(effect)
            elif isinstance(effect, Notify):
                self._notify(effect.line)
            elif isinstance(effect, RequestReading):
                self.requests.append(effect)

    def _line(self, line: AlarmLine) -> None:
        if begins(line.event, line.reason) or line.event in _ENDS:
            self._counted.discard(line.id)
        if line.event in _OVER:
            self._known.pop(line.id, None)
        if line.event not in _AUDIBLE or line.inhibited_by or line.priority < Priority.MEDIUM:
            return
        self.count.audible[line.alarm] += 1
        if line.id not in self._counted:
            self._counted.add(line.id)
            self.count.starts[line.alarm] += 1

    def _notify(self, line: AlarmLine) -> None:
        if line.event not in _SPEAKS or line.priority < Priority.MEDIUM:
            return
        self._known[line.id] = line.alarm
        if (line.id, line.at) not in self._told:
            self._told.add((line.id, line.at))
            self.count.tellings[line.alarm] += 1
        if all(alarm != line.id for _, alarm in self._answers):
            heappush(self._answers, (Instant(line.at + ANSWERED_AFTER), line.id))

"""Alarms as stretches of time: from where they begin to where they end, with how bad they became. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from monitord.model import SECOND, AlarmEvent, Instant, Priority, Reason, Span
from monitord.replay.run.alarm_steps import Edge

_TELLS: Final = frozenset({AlarmEvent.START, AlarmEvent.ESCALATE, AlarmEvent.REMINDER})
_ENDS: Final = frozenset({AlarmEvent.CLEAR, AlarmEvent.LATCH, AlarmEvent.END})


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One alarm that would sound: a start, or a latched one whose condition came back.

    It begins when staff are told, which is later where another alarm said the same at first. `reached`
    is when each priority was first told, mildest first; `end` is None where the session was over before.
    """

    alarm: str
    start: Instant
    end: Instant | None
    reached: tuple[tuple[Priority, Instant], ...]

    @property
    def peak(self) -> Priority:
        """The worst priority."""
        return max(priority for priority, _ in self.reached)

    def lasted(self, session_end: Instant) -> Span:
        """How long it held; to the session's end where it had none."""
        return (session_end if self.end is None else self.end) - self.start

    def __str__(self) -> str:
        steps = ", ".join(
            f"{priority.word} at {(at - self.start) / SECOND:g} s"
            for priority, at in self.reached[1:]
        )
        return f"{self.alarm} {self.reached[0][0].word}" + (f" ({steps})" if steps else "")


@dataclass(slots=True)
class _Life:
    alarm: str
    reached: list[tuple[Priority, Instant]] = field(default_factory=list)
    end: Instant | None = None

    def worse(self, priority: Priority) -> bool:
        """Whether staff would hear this for the first time."""
        return not self.reached or priority > self.reached[-1][0]


def begins(event: AlarmEvent, reason: Reason) -> bool:
    """Whether an alarm begins with such a line."""
    return event is AlarmEvent.START or (event is AlarmEvent.ESCALATE and reason is Reason.RECURRED)


def tells(event: AlarmEvent, *, told: bool) -> bool:
    """Whether staff are told with such a line, if nothing else is told instead (`told`)."""
    return told and event in _TELLS


def episodes(edges: Iterable[Edge]) -> list[Episode]:
    """The alarms of one session that staff would have been told of, in the order of their starts."""
    found = [
        Episode(
            alarm=life.alarm, start=life.reached[0][1], end=life.end, reached=tuple(life.reached)
        )
        for life in _lives(edges)
        if life.reached
    ]
    return sorted(found, key=lambda episode: (episode.start, episode.alarm))


def untold(edges: Iterable[Edge]) -> Counter[str]:
    """By rule, how many alarms nobody would have heard of: another said the same all the time."""
    return Counter(life.alarm for life in _lives(edges) if not life.reached)


def _lives(edges: Iterable[Edge]) -> Iterator[_Life]:
    running: dict[str, _Life] = {}
    for edge in edges:
        if begins(edge.event, edge.reason):
            running[edge.id] = _Life(edge.alarm)
        life = running.get(edge.id)
        if life is None:
            continue
        if tells(edge.event, told=edge.told):
            if life.worse(edge.priority):
                life.reached.append((edge.priority, edge.at))
        elif edge.event in _ENDS:
            life.end = edge.at
            yield running.pop(edge.id)
    yield from running.values()


def near_misses(edges: Iterable[Edge]) -> list[Edge]:
    """Conditions that ended before their delay."""
    return [edge for edge in edges if edge.event is AlarmEvent.NEAR_MISS]

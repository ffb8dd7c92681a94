"""Alarms as stretches of time: from where they begin to where they end, with how bad they became. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from monitord.model import SECOND, AlarmEvent, Instant, Priority, Reason, Span
from monitord.replay.edges import Edge

_ENDS: Final = frozenset({AlarmEvent.CLEAR, AlarmEvent.LATCH, AlarmEvent.END})


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One alarm that would sound: a start, or a latched one whose condition came back.

    `reached` is when each priority was first reached, mildest first; `end` is None where the session
    was over before.
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
class _Open:
    start: Instant
    reached: dict[Priority, Instant] = field(default_factory=dict)


def begins(event: AlarmEvent, reason: Reason) -> bool:
    """Whether an alarm begins with such a line."""
    return event is AlarmEvent.START or (event is AlarmEvent.ESCALATE and reason is Reason.RECURRED)


def episodes(edges: Iterable[Edge]) -> list[Episode]:
    """The alarms of one session, in the order of their starts."""
    running: dict[str, _Open] = {}
    found: list[Episode] = []
    for edge in edges:
        if begins(edge.event, edge.reason):
            running[edge.id] = _Open(edge.at, {edge.priority: edge.at})
        elif (known := running.get(edge.id)) is not None:
            if edge.event is AlarmEvent.ESCALATE:
                known.reached.setdefault(edge.priority, edge.at)
            elif edge.event in _ENDS:
                found.append(_closed(edge.alarm, running.pop(edge.id), edge.at))
    found += [_closed(key.rpartition("/")[0], left, None) for key, left in running.items()]
    return sorted(found, key=lambda episode: (episode.start, episode.alarm))


def _closed(alarm: str, known: _Open, end: Instant | None) -> Episode:
    reached = tuple(sorted(known.reached.items(), key=lambda item: item[0]))
    return Episode(alarm=alarm, start=known.start, end=end, reached=reached)


def near_misses(edges: Iterable[Edge]) -> list[Edge]:
    """Conditions that ended before their delay."""
    return [edge for edge in edges if edge.event is AlarmEvent.NEAR_MISS]

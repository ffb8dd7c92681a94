"""What back-test, sweep and diff keep of an alarm line: rule, time, event, priority. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from monitord.model import AlarmEvent, AlarmLine, Instant, Priority, Reason


class Edge(NamedTuple):
    """One step in an alarm's life; `number` counts the rule's alarms in the session (0: a near miss
    outside any). `told` is false while something else is told instead.
    """

    at: Instant
    alarm: str
    event: AlarmEvent
    priority: Priority
    reason: Reason
    number: int
    told: bool = True

    @property
    def id(self) -> str:
        """The alarm within its session, as the end of a line's id."""
        return f"{self.alarm}/{self.number}"


def edge_of(line: AlarmLine) -> Edge:
    """What is kept of a line."""
    tail = line.id.rsplit("/", 1)[-1]
    number = int(tail) if tail.isdigit() else 0
    told = line.inhibited_by is None
    return Edge(line.at, line.alarm, line.event, line.priority, line.reason, number, told)


def in_order(edges: Iterable[Edge]) -> list[Edge]:
    """By time, then by rule: the order of equal instants says nothing."""
    return sorted(edges, key=lambda edge: (edge.at, edge.alarm))

"""What back-test, sweep and diff keep of an alarm line: rule, time, event, priority. Pure.

`merge_levels` makes them from a rule's levels as the engine's table does, without lines and texts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitord.engine.protocol import Protocol
from monitord.engine.rules.block import Look, Spells
from monitord.engine.rules.level import Level
from monitord.model import AlarmEvent, AlarmLine, Instant, Kind, Priority, Reason


@dataclass(frozen=True, slots=True)
class Edge:
    """One step in an alarm's life; `number` counts the rule's alarms in the session (0: a near miss
    outside any).
    """

    at: Instant
    alarm: str
    event: AlarmEvent
    priority: Priority
    reason: Reason
    number: int

    @property
    def id(self) -> str:
        """The alarm within its session, as the end of a line's id."""
        return f"{self.alarm}/{self.number}"


def edge_of(line: AlarmLine) -> Edge:
    """What is kept of a line."""
    tail = line.id.rsplit("/", 1)[-1]
    number = int(tail) if tail.isdigit() else 0
    return Edge(line.at, line.alarm, line.event, line.priority, line.reason, number)


def merge_levels(
    rule: str, kind: Kind, levels: tuple[Level, ...], spells: tuple[Spells, ...], protocol: Protocol
) -> Iterator[Edge]:
    """The life of a rule's alarms from what each level did; nobody answers in a recording."""
    changes: dict[Look, list[tuple[int, bool | None]]] = {}
    for number, spell in enumerate(spells):
        for on, off in spell.held:
            changes.setdefault(on, []).append((number, True))
            if off is not None:
                changes.setdefault(off, []).append((number, False))
        for look in spell.missed:
            changes.setdefault(look, []).append((number, None))
    latching = protocol.alarms.latching if kind is Kind.PHYSIOLOGICAL else ()
    holding: set[int] = set()
    now: Priority | None = None
    peak = Priority.LOW
    latched, count = False, 0

    def edge(look: Look, event: AlarmEvent, priority: Priority, reason: Reason) -> Edge:
        return Edge(Instant(look.at), rule, event, priority, reason, count if now else 0)

    for look in sorted(changes):
        missed = [levels[n].priority for n, change in changes[look] if change is None]
        if missed and kind is Kind.PHYSIOLOGICAL and max(missed) > (now or 0):
            yield edge(look, AlarmEvent.NEAR_MISS, max(missed), Reason.BEFORE_DELAY)
        for number, change in changes[look]:
            if change is not None:
                (holding.add if change else holding.discard)(number)
        worst = max((levels[number].priority for number in holding), default=None)
        match now, worst:
            case None, Priority():
                count += 1
                now = peak = worst
                yield edge(look, AlarmEvent.START, worst, Reason.FIRST)
            case Priority(), Priority() if latched:
                yield edge(look, AlarmEvent.ESCALATE, worst, Reason.RECURRED)
                now, peak, latched = worst, max(peak, worst), False
            case Priority(), Priority() if worst > now:
                yield edge(look, AlarmEvent.ESCALATE, worst, Reason.WORSE)
                now, peak = worst, max(peak, worst)
            case Priority(), Priority() if worst < now:
                yield edge(look, AlarmEvent.DEESCALATE, worst, Reason.LESS)
                now = worst
            case Priority(), None if not latched:
                if peak in latching:
                    yield edge(look, AlarmEvent.LATCH, now, Reason.LATCHED)
                    latched = True
                else:
                    yield edge(look, AlarmEvent.CLEAR, now, Reason.CLEARED)
                    now = None
            case _:
                pass


def in_order(edges: Iterable[Edge]) -> list[Edge]:
    """By time, then by rule: the order of equal instants says nothing."""
    return sorted(edges, key=lambda edge: (edge.at, edge.alarm))

"""Breadth-first search over distinct abstract states: equal ones are merged, the clock is relative."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from time import process_time
from typing import Any, Final, Protocol, TypeVar

from monitord.model import SECOND, Instant

State = TypeVar("State")
BUCKETS: Final = (0, 10, 30, 60, 120, 300, 900)
"""Seconds from now that the abstract clock tells apart."""
AN_INSTANT: Final = 10**15
"""Microseconds since 1970 are greater, spans and counts are smaller."""


class World(Protocol[State]):
    """What is explored."""

    @property
    def inputs(self) -> Sequence[str]:
        """What may happen."""
        ...

    def begin(self) -> State:
        """The first state."""
        ...

    def after(self, state: State, given: str) -> State | None:
        """The state after an input; None where it changes nothing or is refused."""
        ...

    def key(self, state: State) -> Hashable:
        """What makes two states the same."""
        ...

    def wrong(self, state: State) -> Iterator[str]:
        """What is wrong with a state."""
        ...


@dataclass(frozen=True, slots=True)
class Explored:
    """How far a search came; `faults` are the way to each state that is wrong, and what is."""

    states: int
    transitions: int
    depth: int
    complete: bool
    seconds: float
    faults: tuple[tuple[tuple[str, ...], str], ...]

    def __str__(self) -> str:
        end = "no new state appeared" if self.complete else f"to depth {self.depth}"
        return (
            f"{self.states} states, {self.transitions} transitions, {end}, "
            f"{self.seconds:.1f} s of CPU, {len(self.faults)} wrong"
        )


def explore(world: World[State], depth: int, enough: int = 5) -> Explored:
    """Every distinct state within so many inputs; stops at `enough` that are wrong."""
    began = process_time()
    first = world.begin()
    seen = {world.key(first)}
    front: list[tuple[tuple[str, ...], State]] = [((), first)]
    faults: list[tuple[tuple[str, ...], str]] = []
    transitions = reached = 0
    while front and reached < depth and len(faults) < enough:
        reached += 1
        following = []
        for way, state in front:
            for given in world.inputs:
                new = world.after(state, given)
                transitions += 1
                if new is None or (key := world.key(new)) in seen:
                    continue
                seen.add(key)
                faults += [((*way, given), fault) for fault in world.wrong(new)]
                following.append(((*way, given), new))
        front = following
    return Explored(
        len(seen), transitions, reached, not front, process_time() - began, tuple(faults[:enough])
    )


def abstract(value: Any, now: Instant, without: frozenset[str]) -> Hashable:
    """A value whose instants are relative to `now` and rounded, without some fields."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, int) and value > AN_INSTANT:
        return bucket(value - now)
    if isinstance(value, tuple):
        return tuple(abstract(each, now, without) for each in value)
    if is_dataclass(value):
        return tuple(
            abstract(getattr(value, each.name), now, without)
            for each in fields(value)
            if each.name not in without
        )
    if isinstance(value, dict):
        return tuple(sorted((key, abstract(each, now, without)) for key, each in value.items()))
    return value if isinstance(value, Hashable) else repr(value)


def bucket(span: int) -> int:
    """A span from now in seconds, rounded up to what the abstract clock tells apart; signed."""
    seconds = -(-abs(span) // SECOND)
    sign = -1 if span < 0 else 1
    return sign * next((each for each in BUCKETS if seconds <= each), BUCKETS[-1] + 1)

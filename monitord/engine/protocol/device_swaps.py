"""Which device serves where, as staff swapped them: places of the suite file exchanged. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from monitord.engine.rules.level import STRICT
from monitord.model import Sentence, SwapDevice, say
from monitord.model.frozen import replace

Place = tuple[str | None, str]
"""A bed, None for the spares, and the name of the device there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """At `bed` and `device` serves what the suite file has at `of_bed` and `of_device`.

    `entry` is the mark of what the file said of it: another mark is another device.
    """

    __pydantic_config__ = STRICT

    bed: str | None
    device: str
    of_bed: str | None
    of_device: str
    entry: str = ""

    @property
    def place(self) -> Place:
        """Where it serves."""
        return self.bed, self.device

    @property
    def origin(self) -> Place:
        """Where the suite file has it."""
        return self.of_bed, self.of_device


def refusal(swap: SwapDevice) -> Sentence | None:
    """What can be known without the suite file."""
    same = (swap.bed, swap.device) == (swap.with_bed, swap.with_device)
    return say("no.same_device") if same else None


def after(placed: Iterable[Placed], swap: SwapDevice) -> tuple[Placed, ...]:
    """What serves elsewhere after the swap; what is back in its own place is left out."""
    known = {each.place: each for each in placed}
    here, there = (swap.bed, swap.device), (swap.with_bed, swap.with_device)
    ours = known.get(here) or _at_home(here, swap.entry)
    theirs = known.get(there) or _at_home(there, swap.with_entry)
    known[here] = replace(theirs, bed=here[0], device=here[1])
    known[there] = replace(ours, bed=there[0], device=there[1])
    return tuple(each for each in known.values() if each.place != each.origin)


class Bound(Protocol):
    """What stands at a name of a bed."""

    @property
    def of(self) -> str:
        """Whose place it has in the suite file, empty for its own."""
        ...


def moved(before: Mapping[str, Bound], now: Mapping[str, Bound]) -> set[str]:
    """The names at which another device stands: its faults and its clock were the other's."""
    return {name for name in before.keys() & now.keys() if before[name].of != now[name].of}


def _at_home(place: Place, entry: str) -> Placed:
    bed, device = place
    return Placed(bed=bed, device=device, of_bed=bed, of_device=device, entry=entry)

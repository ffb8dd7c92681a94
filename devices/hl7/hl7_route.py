"""Which messages are a bed's: by the location in PV1-3, by an identity of the device, or by who sent them. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from devices.hl7.hl7_oru import Place

ANY = "*"
COMPONENTS = 3
"""Of a location: point of care, room, bed. What stands behind them (facility, state) counts where it is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BedRoute:
    """`location` as components of subcomponents; `device` is one identity. None fits all."""

    location: tuple[tuple[str, ...], ...] | None = None
    device: str | None = None

    @classmethod
    def of(cls, location: str | None, device: str | None) -> "BedRoute":
        """As a suite file writes it: `ICU^^Bed5`, `^^ICU&Bed5`, with `*` for any component."""
        if location is None:
            return cls(device=device)
        parts = tuple(
            tuple(leaf.strip() for leaf in part.split("&")) for part in location.split("^")
        )
        return cls(location=parts, device=device)

    def fits(self, place: Sequence[Sequence[str]], devices: Collection[str]) -> bool:
        """Whether a message of this place and these identities is the bed's."""
        if self.device is not None and self.device not in devices:
            return False
        if self.location is None:
            return True
        length = max(len(self.location), COMPONENTS)
        return all(
            _component_fits(
                self.location[number] if number < len(self.location) else ("",),
                place[number] if number < len(place) else ("",),
            )
            for number in range(length)
        )


KNOWN_AGAIN: Final = 4096
"""Kinds of messages whose beds are remembered."""


class Routed(Protocol):
    """What a message may be given to."""

    @property
    def route(self) -> BedRoute: ...


T = TypeVar("T", bound=Routed)


class RouteTable(Generic[T]):
    """Finds what a message fits without asking a thousand beds: by the device, or by what their locations begin with."""

    def __init__(self, beds: Iterable[T]) -> None:
        self._by_device: dict[str, list[T]] = {}
        self._by_place: dict[tuple[int, ...], dict[tuple[str, ...], list[T]]] = {}
        """By the components that are asked for (the others are `*`), by the first subcomponent of each."""
        self._known: dict[tuple[Place, frozenset[str]], Sequence[T]] = {}
        self._empty = True
        for bed in beds:
            self._empty = False
            if bed.route.device is not None:
                self._by_device.setdefault(bed.route.device, []).append(bed)
            else:
                asked = _firsts(bed.route.location or ((ANY,),) * COMPONENTS)
                numbers = tuple(number for number, leaf in enumerate(asked) if leaf != ANY)
                of_these = self._by_place.setdefault(numbers, {})
                of_these.setdefault(tuple(asked[each] for each in numbers), []).append(bed)

    def __bool__(self) -> bool:
        return not self._empty

    def __iter__(self) -> Iterator[T]:
        for beds in (*self._by_device.values(), *self._lists()):
            yield from beds

    def _lists(self) -> Iterator[list[T]]:
        for of_these in self._by_place.values():
            yield from of_these.values()

    def fitting(self, place: Place, devices: frozenset[str]) -> Sequence[T]:
        """All that the message fits."""
        key = place, devices
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= KNOWN_AGAIN:
                self._known.clear()
            found = self._known[key] = self._look_for(place, devices)
        return found

    def _look_for(self, place: Place, devices: frozenset[str]) -> Sequence[T]:
        given = _firsts(place)
        may: list[T] = []
        for device in devices:
            may += self._by_device.get(device, ())
        for numbers, of_these in self._by_place.items():
            may += of_these.get(tuple(given[each] for each in numbers), ())
        return [bed for bed in may if bed.route.fits(place, devices)]


def _firsts(place: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The first subcomponent of each component that counts."""
    return tuple(place[each][0] if each < len(place) else "" for each in range(COMPONENTS))


def _component_fits(asked: Sequence[str], given: Sequence[str]) -> bool:
    """All that is asked for is there; subcomponents behind it are the sender's own (a network address, say)."""
    if tuple(asked) == (ANY,):
        return True
    padded = (*given, *("",) * len(asked))
    if not any(asked):
        return not any(given)
    return all(leaf in {ANY, padded[number]} for number, leaf in enumerate(asked))

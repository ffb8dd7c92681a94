"""Which messages are a bed's: by the location in PV1-3, by an identity of the device, or by who sent them. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

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


def _component_fits(asked: Sequence[str], given: Sequence[str]) -> bool:
    """All that is asked for is there; subcomponents behind it are the sender's own (a network address, say)."""
    if tuple(asked) == (ANY,):
        return True
    padded = (*given, *("",) * len(asked))
    if not any(asked):
        return not any(given)
    return all(leaf in {ANY, padded[number]} for number, leaf in enumerate(asked))

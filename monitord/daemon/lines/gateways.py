"""What stands between several chairs and monitord: a broker, a device server. Pure.

When it goes, one alarm of the suite names the chairs; the lost links behind it are shown at their
beds and told to nobody apart (`engine/alarms/inhibition.py`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from monitord.model import ITS_GATEWAY, Cause, Fault

CHAIRS_AT_LEAST = 2
"""One lost chair is a lost link; what two of them share is what is looked at first."""

Place = tuple[str, str]
"""Bed and device."""


@dataclass(slots=True)
class Gateways:
    """Mutable, owned by the devices of a suite; `bind` and `forget` follow its settings."""

    _ways: dict[Place, tuple[str, str]] = field(default_factory=dict)
    """Gateway and the chair's label of each device that speaks through one."""
    _lost: set[Place] = field(default_factory=set)
    _told: dict[str, str] = field(default_factory=dict)
    """The chairs that each present alarm names."""
    _hidden: set[Place] = field(default_factory=set)

    def bind(self, bed: str, device: str, gateway: str, label: str) -> None:
        """The device speaks through this gateway."""
        self._ways[bed, device] = gateway, label

    def forget(self, bed: str, device: str) -> Iterator[tuple[str | None, Fault]]:
        """The device is bound no longer, or otherwise."""
        gateway, _ = self._ways.pop((bed, device), ("", ""))
        self._lost.discard((bed, device))
        self._hidden.discard((bed, device))
        yield from self._changed(gateway)

    def restore(self, hidden: Iterable[Place], told: Mapping[str, str]) -> None:
        """After a restart, before any is bound: what was lost stays so until something is heard.

        `hidden` are the devices whose beds were told of it, `told` the chairs that each alarm named.
        """
        self._hidden |= set(hidden)
        self._lost |= self._hidden
        self._told |= told

    def restored(self) -> Iterator[tuple[str | None, Fault]]:
        """Once all are bound: what is bound no longer, or through another gateway, is not lost."""
        unbound = self._hidden - self._ways.keys()
        self._hidden -= unbound
        self._lost -= unbound
        for bed, device in sorted(unbound):
            yield bed, _fault(device, "")
        for gateway in sorted({*self._told, *(gateway for gateway, _ in self._ways.values())}):
            yield from self._changed(gateway)

    def hides(self, bed: str, device: str) -> bool:
        """Whether the bed was told that the device's gateway is lost."""
        return (bed, device) in self._hidden

    def heard(self, bed: str, fault: Fault) -> Iterator[tuple[str | None, Fault]]:
        """What a link's loss or return means beyond its bed: faults of beds, and of the suite (None)."""
        place = bed, fault.subject
        if fault.cause is not Cause.LINK or place not in self._ways:
            return
        (self._lost.add if fault.present else self._lost.discard)(place)
        yield from self._changed(self._ways[place][0])

    def _changed(self, gateway: str) -> Iterator[tuple[str | None, Fault]]:
        lost = {place for place in self._lost if self._ways[place][0] == gateway}
        whole = len({bed for bed, _ in lost}) >= CHAIRS_AT_LEAST
        labels = sorted({self._ways[place][1] for place in lost}) if whole else []
        names = ", ".join(labels)
        # First what tells, then what is silent because of it; the other way round when it ends.
        told = [(None, _fault(gateway, names))] if self._told.get(gateway, "") != names else []
        if whole:
            self._told[gateway] = names
            yield from told
        for place in sorted(place for place, (way, _) in self._ways.items() if way == gateway):
            hidden = whole and place in lost
            if hidden is not (place in self._hidden):
                (self._hidden.add if hidden else self._hidden.discard)(place)
                yield place[0], _fault(place[1], ITS_GATEWAY if hidden else "")
        if not whole:
            self._told.pop(gateway, None)
            yield from told


def _fault(subject: str, detail: str) -> Fault:
    return Fault(cause=Cause.GATEWAY, subject=subject, present=bool(detail), detail=detail)

"""Which devices a bed's device may change places with, and why one may not. Pure."""

from collections.abc import Collection, Iterator

from monitord.config.suite import Device, Suite
from monitord.engine.swaps import Place
from monitord.model import SwapDevice


def partners(
    suite: Suite, occupied: Collection[str], place: Place
) -> Iterator[tuple[Place, Device]]:
    """The spares first, then devices of other beds; `occupied` are beds with an open session."""
    found = [
        each for each in suite.places.items() if why_not(suite, occupied, place, each[0]) is None
    ]
    yield from sorted(found, key=lambda each: each[0][0] is not None)


def refusal(suite: Suite, occupied: Collection[str], swap: SwapDevice) -> str | None:
    """One sentence, None where the devices may change places."""
    return why_not(suite, occupied, (swap.bed, swap.device), (swap.with_bed, swap.with_device))


def why_not(suite: Suite, occupied: Collection[str], here: Place, there: Place) -> str | None:
    """Why the devices of the two places may not change, `here` being the bed that needs one."""
    places = suite.places
    for bed, name in (here, there):
        if (bed, name) not in places:
            where = "among the spares" if bed is None else f"at bed {bed!r}"
            return f"there is no device {name!r} {where}"
    if here == there:
        return "that is one and the same device"
    if here[0] == there[0]:
        return "both are at the same bed"
    if there[0] in occupied:
        return f"a session is open on {suite.beds[there[0] or ''].label}"
    if not places[here].signals & places[there].signals:
        return f"{here[1]} and {there[1]} measure nothing in common"
    return None

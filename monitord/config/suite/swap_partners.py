"""Which devices a bed's device may change places with, and why one may not. Pure."""

from collections.abc import Collection, Iterator

from monitord.config.suite.suite import Device, Suite
from monitord.engine.protocol.device_swaps import Place
from monitord.model import Sentence, SwapDevice, say


def partners(
    suite: Suite, occupied: Collection[str], place: Place
) -> Iterator[tuple[Place, Device]]:
    """The spares first, then devices of other beds; `occupied` are beds with an open session."""
    found = [
        each for each in suite.places.items() if why_not(suite, occupied, place, each[0]) is None
    ]
    yield from sorted(found, key=lambda each: each[0][0] is not None)


def refusal(suite: Suite, occupied: Collection[str], swap: SwapDevice) -> Sentence | None:
    """One sentence, None where the devices may change places."""
    return why_not(suite, occupied, (swap.bed, swap.device), (swap.with_bed, swap.with_device))


def why_not(suite: Suite, occupied: Collection[str], here: Place, there: Place) -> Sentence | None:
    """Why the devices of the two places may not change, `here` being the bed that needs one."""
    places = suite.places
    for bed, name in (here, there):
        if (bed, name) not in places:
            if bed is None:
                return say("no.such_spare", device=name)
            return say("no.such_device", device=name, bed=bed)
    if here == there:
        return say("no.same_device")
    if here[0] == there[0]:
        return say("no.same_bed")
    if there[0] in occupied:
        return say("no.open_there", label=suite.beds[there[0] or ""].label)
    if not places[here].signals & places[there].signals:
        return say("no.nothing_common", device=here[1], other=there[1])
    return None

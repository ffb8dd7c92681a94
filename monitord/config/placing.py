"""A suite with its devices where staff put them: swaps applied to what the suite file says. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

from monitord.config.suite import Device, Suite
from monitord.engine.swaps import Place, Placed


def mark(device: Device) -> str:
    """Another where the file says something else of the device: its driver, or where it is plugged in."""
    says = f"{device.driver.name} {device.interval} {device.config.model_dump_json()}"
    return sha256(says.encode()).hexdigest()[:12]


def bound(suite: Suite, swapped: Iterable[Placed]) -> Suite:
    """The suite of a file with these swaps; `Suite.placed` are those that hold.

    Where a name has gone from the file, or its entry says something else, the devices that changed
    places with it are back in their own: nothing serves twice, and nothing of an unknown bed is read.
    """
    entries = suite.places
    holding = _whole([each for each in swapped if _as_it_was(each, entries)])
    origins = {each.place: each.origin for each in holding}

    def at(place: Place) -> Device:
        origin = origins.get(place)
        if origin is None:
            return entries[place]
        words = _words(suite, origin)
        return replace(entries[origin], name=place[1], of=words, called=origin[1])

    beds = {
        bed.id: replace(bed, devices={name: at((bed.id, name)) for name in bed.devices})
        for bed in suite.beds.values()
    }
    spares = {name: at((None, name)) for name in suite.spares}
    return replace(suite, beds=beds, spares=spares, placed=tuple(holding))


def _as_it_was(each: Placed, entries: dict[Place, Device]) -> bool:
    origin = entries.get(each.origin)
    return each.place in entries and origin is not None and mark(origin) == each.entry


def _whole(placed: list[Placed]) -> list[Placed]:
    """Without those whose own place nobody took, or whose new one nobody left."""
    while True:
        places = {each.place for each in placed}
        origins = {each.origin for each in placed}
        whole = [each for each in placed if each.origin in places and each.place in origins]
        if len(whole) == len(placed):
            return whole
        placed = whole


def _words(suite: Suite, origin: Place) -> str:
    bed, name = origin
    return f"spare {name}" if bed is None else f"{name} of {suite.beds[bed].label}"

"""A suite with its devices where staff put them: swaps applied to what the suite file says. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from pydantic_core import to_json

from monitord.config.suite.suite import Device, Suite
from monitord.engine.protocol.device_swaps import Place, Placed


def mark(device: Device) -> str:
    """Another where the file says something else of the device: its driver, or where it is plugged in."""
    return _digest(device, device.config.model_dump_json(exclude_defaults=True))


_SINCE_0_1: Final = frozenset({"dtr", "rts", "dialect"})
# Keys that drivers got after 0.1.0: a journal of 0.1.0 marked a device by all keys that there were.


def _mark_of_0_1(device: Device) -> str:
    """As 0.1.0 marked a device of which the file says the same."""
    says = device.config.model_dump(mode="json")
    for key in _SINCE_0_1.difference(device.config.model_fields_set):
        says.pop(key, None)
    for key, as_it_was in _FORMS_OF_0_1.items():
        if isinstance(says.get(key), dict):
            says[key] = as_it_was(says[key])
    return _digest(device, to_json(says).decode())


def _availability_of_0_1(told: dict[str, Any]) -> dict[str, Any]:
    """One word each, and no path; a word that was left out was the usual one."""
    words = {
        key: given[0] if len(given := told[key] or [key]) == 1 else given
        for key in ("online", "offline")
    }
    path = {} if told.get("path") is None else {"path": told["path"]}
    return {"topic": told["topic"], **words, **path}


_FORMS_OF_0_1: Final[Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "availability": _availability_of_0_1
}
"""Keys that have another form today."""


def _digest(device: Device, settings: str) -> str:
    says = f"{device.driver.name} {device.interval} {settings}"
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
    if origin is None or each.place not in entries:
        return False
    return each.entry in {mark(origin), _mark_of_0_1(origin)}


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

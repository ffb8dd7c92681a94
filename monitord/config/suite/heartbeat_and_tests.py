"""What a suite file says of proof: the heartbeat, and the tests of destinations."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from monitord.config.files.reader import Reader, nearest
from monitord.config.suite.suite import Destination, Heartbeat, Tests
from monitord.notify.notifier import Pulses


def read_heartbeat(
    reader: Reader, value: Any, destinations: Mapping[str, Destination]
) -> Heartbeat | None:
    """The heartbeat; None without one, or after its faults."""
    file = None if value is None else reader.read(Heartbeat, value, ("heartbeat",))
    if file is None:
        return None
    for i, name in enumerate(file.to):
        loc = ("heartbeat", "to", i)
        if _known(reader, loc, name, destinations) and not isinstance(
            destinations[name].open(), Pulses
        ):
            kind = destinations[name].notifier.name
            reader.fault(loc, f"{kind!r} carries no sign of life")
    return file


def read_tests(reader: Reader, value: Any, destinations: Mapping[str, Destination]) -> Tests | None:
    """The tests; None without any, or after their faults. All destinations unless `to` says which."""
    file = None if value is None else reader.read(Tests, value, ("tests",))
    if file is None:
        return None
    for i, name in enumerate(file.to):
        if _known(reader, ("tests", "to", i), name, destinations) and not destinations[name].tells:
            reader.fault(("tests", "to", i), "carries no messages: the heartbeat is its test")
    every = tuple(name for name, each in destinations.items() if each.tells)
    return replace(file, to=file.to or every)


def _known(
    reader: Reader,
    loc: tuple[str | int, ...],
    name: str,
    destinations: Mapping[str, Destination],
) -> bool:
    if name not in destinations:
        reader.fault(loc, f"no destination {name!r}{nearest(name, destinations)}")
    return name in destinations

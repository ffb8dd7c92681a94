"""What a suite file says of proof: the heartbeat, and the tests of destinations."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from monitord.config.reader import STRICT, Reader, nearest
from monitord.config.suite import Destination, Heartbeat, Tests
from monitord.config.zone import minute_of
from monitord.model import SECOND, Duration
from monitord.notify.notifier import Pulses


def _time(text: str) -> str:
    minute_of(text)
    return text


class HeartbeatFile(BaseModel):
    """Who is shown a sign of life, and how often: the outside monitor's patience is its own."""

    model_config = STRICT

    every: Annotated[Duration, Field(ge=5 * SECOND)] = 30 * SECOND
    to: Annotated[tuple[str, ...], Field(min_length=1)]


class TestsFile(BaseModel):
    """When each destination is sent a test message, on the suite's wall clock."""

    model_config = STRICT

    at: Annotated[tuple[Annotated[str, AfterValidator(_time)], ...], Field(min_length=1)]
    to: tuple[str, ...] = ()


def read_heartbeat(
    reader: Reader, value: Any, destinations: Mapping[str, Destination]
) -> Heartbeat | None:
    """The heartbeat; None without one, or after its faults."""
    file = None if value is None else reader.read(HeartbeatFile, value, ("heartbeat",))
    if file is None:
        return None
    for i, name in enumerate(file.to):
        if _known(reader, ("heartbeat", "to", i), name, destinations):
            channel = destinations[name].notifier.open(name, destinations[name].config)
            if not isinstance(channel, Pulses):
                kind = destinations[name].notifier.name
                reader.fault(("heartbeat", "to", i), f"{kind!r} carries no sign of life")
    return Heartbeat(every=file.every, to=file.to)


def read_tests(reader: Reader, value: Any, destinations: Mapping[str, Destination]) -> Tests | None:
    """The tests; None without any, or after their faults. All destinations unless `to` says which."""
    file = None if value is None else reader.read(TestsFile, value, ("tests",))
    if file is None:
        return None
    for i, name in enumerate(file.to):
        if _known(reader, ("tests", "to", i), name, destinations) and not destinations[name].tells:
            reader.fault(("tests", "to", i), "carries no messages: the heartbeat is its test")
    every = tuple(name for name, each in destinations.items() if each.tells)
    return Tests(at=tuple(minute_of(text) for text in file.at), to=file.to or every)


def _known(
    reader: Reader,
    loc: tuple[str | int, ...],
    name: str,
    destinations: Mapping[str, Destination],
) -> bool:
    if name not in destinations:
        reader.fault(loc, f"no destination {name!r}{nearest(name, destinations)}")
    return name in destinations

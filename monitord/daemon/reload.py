"""What another suite file changes: in sentences, and why it cannot be taken while running. Values only."""

from collections.abc import Iterator, Mapping
from typing import Any

from monitord.config.approval import identity
from monitord.config.suite import Suite


def refusals(old: Suite, new: Suite, occupied: frozenset[str]) -> list[str]:
    """Why the running daemon cannot take the new suite; `occupied` are beds with an open session."""
    found = [
        f"{key}: a change needs a restart"
        for key, before, after in (
            ("suite", old.name, new.name),
            ("database", old.database, new.database),
            ("station", old.station, new.station),
        )
        if before != after
    ]
    gone = sorted(occupied - new.beds.keys())
    return found + [f"beds.{bed}: a session is open there, it cannot be taken out" for bed in gone]


def changes(old: Suite, new: Suite) -> list[str]:
    """What is different, each as a sentence; nothing of patients, nothing secret."""
    return [*_beds(old, new), *_others(old, new)]


def _beds(old: Suite, new: Suite) -> Iterator[str]:
    yield from _set_changes("bed", old.beds, new.beds, compare=False)
    for bed in old.beds.keys() & new.beds.keys():
        before, after = old.beds[bed], new.beds[bed]
        if before.label != after.label:
            yield f"bed {bed}: now called {after.label}"
        if before.cuff != after.cuff:
            yield f"bed {bed}: bounds of the cuff changed"
        for text in _set_changes("device", before.devices, after.devices):
            yield f"bed {bed}: {text}"


def _others(old: Suite, new: Suite) -> Iterator[str]:
    yield from _set_changes("spare", old.spares, new.spares)
    yield from _set_changes("destination", old.destinations, new.destinations)
    if _routes(old) != _routes(new):
        yield "routes changed; open sessions keep theirs"
    before = {p.name: identity(p) for p in old.every_protocol}
    after = {p.name: identity(p) for p in new.every_protocol}
    for text in _set_changes("protocol", before, after):
        yield f"{text}; open sessions keep theirs"


def _routes(suite: Suite) -> tuple[object, ...]:
    return suite.routes, suite.suite_routes, suite.special, suite.zone


def _set_changes(
    what: str, old: Mapping[str, Any], new: Mapping[str, Any], *, compare: bool = True
) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield f"{what} {name} added"
        elif name not in new:
            yield f"{what} {name} taken out"
        elif compare and old[name] != new[name]:
            yield f"{what} {name} changed"

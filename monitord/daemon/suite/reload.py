"""Another suite becomes current: what it changes, why it may be refused, and who follows it."""

from collections.abc import Iterator, Mapping
from typing import Any

import structlog

from monitord.config.database_place import place_of
from monitord.config.protocol.approval import identity
from monitord.config.suite.device_placing import bound
from monitord.config.suite.suite import Suite
from monitord.daemon.current_suite import CurrentSuite
from monitord.daemon.health.systemd import Systemd
from monitord.daemon.lines.device_lines import Devices
from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.daemon.suite.engines import Engines
from monitord.errors import ConfigError
from monitord.notify.outbox_dispatcher import OutboxDispatcher

_log = structlog.get_logger()


class SuiteBinder:
    """Makes another suite current: engines, destinations and devices follow."""

    def __init__(
        self,
        *,
        current: CurrentSuite,
        sequencer: Sequencer,
        engines: Engines,
        outbox: OutboxDispatcher,
        devices: Devices,
        systemd: Systemd,
    ) -> None:
        self._current = current
        self._sequencer = sequencer
        self._engines = engines
        self._outbox = outbox
        self._devices = devices
        self._systemd = systemd

    def with_swaps(self) -> Suite:
        """The file's suite with every swap that fits it."""
        swapped = self._engines.suite_state.swapped
        suite = bound(self._current.file, swapped)
        if stale_faults := set(swapped) - set(suite.placed):
            _log.warning("swaps_ignored", places=[f"{e.bed}/{e.device}" for e in stale_faults])
        return suite

    async def reload(self, file: Suite) -> None:
        """Takes a suite file anew; open sessions keep their protocol and routes (invariant 5).

        ConfigError where that needs a restart: then nothing has changed.
        """
        async with self._current.turn:
            if refused := refusals(self._current.suite, file, self._sequencer.occupied):
                raise ConfigError(refused)
            self._current.file = file
            await self.bind()

    async def bind(self) -> None:
        """The file with its swaps becomes current; the caller holds the turn."""
        old, suite = self._current.suite, self.with_swaps()
        self._current.suite = suite
        self._current.changes = changes(old, suite)
        self._systemd.reloading()
        self._engines.follow(old, suite)
        self._outbox.rebind(
            {
                name: destination.open(place_of(suite.database))
                for name, destination in suite.destinations.items()
                if old.destinations.get(name) != destination
            },
            gone=old.destinations.keys() - suite.destinations.keys(),
            confidential=suite.confidential,
        )
        await self._devices.rebind(suite)
        self._systemd.tell("READY=1")
        for text in self._current.changes:
            _log.info("settings_changed", what=text)
        _log.info("reloaded", changes=len(self._current.changes))


def refusals(old: Suite, new: Suite, occupied: frozenset[str]) -> list[str]:
    """Why the running daemon cannot take the new suite; `occupied` are beds with an open session."""
    found = [
        f"{key}: a change needs a restart"
        for key, before, after in (
            ("suite", old.name, new.name),
            ("database", old.database, new.database),
            ("station", old.station, new.station),
            ("hospital", old.hospital, new.hospital),
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

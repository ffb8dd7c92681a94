"""A suite under load, as a process of its own: a journal that fills as a daemon's does, and the daemon's own uplink.

What a simulated bed lived once, readings and alarms, is recorded; each bed replays it, a frame a second, from a second of its own.
`python -m tests.hospital.load_suite SUITE BEDS FOLDER URLS`; each line that it prints is a row that the cluster has.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nats.js import JetStreamContext

from monitord.config.suite.hospital_link import HospitalLink
from monitord.daemon.sequencing.clock import LiveClock
from monitord.engine.state import State
from monitord.errors import DeviceError
from monitord.hospital.sent_row import ALARM
from monitord.hospital.uplink import Uplink
from monitord.model import SECOND, Instant
from monitord.station.host import Subscriber
from monitord.store.journal.entry import Entry
from monitord.store.journal.journal import Journal
from tests.builders import settings
from tests.record.journaled import JournaledBed

CYCLE_S = 60
SLICES = 10
"""In a second: so often the journal is written, as the daemon's sequencer does with what came together."""
COMMITTED_AT_MOST = 200_000


def recorded() -> list[list[Entry]]:
    """By the second of a minute in which a saturation falls and an alarm is told, lived once by an engine."""
    bed = JournaledBed(settings())
    bed.admit()
    bed.start_baseline()
    bed.spo2(97, "60s")
    bed.start_infusion(override="a measurement")
    bed.spo2(97, "10s")
    begun, first = bed.now, len(bed.entries)
    bed.spo2(80, "15s")
    bed.spo2(97, "45s")
    by_second: list[list[Entry]] = [[] for _ in range(CYCLE_S)]
    for entry in bed.entries[first:]:
        by_second[min(CYCLE_S - 1, max(0, (entry.time(begun) - begun) // SECOND))].append(entry)
    return by_second


class LoadSide:
    """What the uplink asks of a daemon; without tiles."""

    def __init__(self, suite: str, clock: LiveClock, journal: Journal) -> None:
        self.suite = suite
        self._clock = clock
        self._journal = journal
        self.tell: Subscriber | None = None

    def now(self) -> Instant:
        return self._clock.now()

    def seq(self) -> int:
        return self._journal.last_seq

    def places(self) -> Sequence[str]:
        return ()

    def beds(self) -> Mapping[str, State]:
        return {}

    def label(self, bed: str) -> str:
        return bed

    def suite_state(self) -> State:
        raise NotImplementedError

    def subscribe(self, tell: Subscriber) -> Callable[[], None]:
        self.tell = tell
        return lambda: None


class LoadUplink(Uplink):
    """The daemon's, without tiles and signs of life: those are no rows of the journal."""

    async def _send_tiles(self, client: object) -> None:
        await asyncio.Event().wait()

    async def _send_alive(self, client: object) -> None:
        await asyncio.Event().wait()

    def changed(self) -> None:
        """As the daemon says of an alarm: at once."""
        self._told.set()
        self._changed.set()


class LoadSuite:
    """`run` fills the journal and sends it, until it is killed."""

    def __init__(self, suite: str, beds: int, folder: Path, urls: Sequence[str]) -> None:
        self._suite = suite
        self._beds = [f"{suite}-{number}" for number in range(beds)]
        self._journal = Journal.open(folder / f"{suite}.db")
        self._clock = LiveClock(not_before=self._journal.last_instant())
        link = HospitalLink(servers=tuple(urls), nkey_file=folder / f"{suite}.nk", numerics=SECOND)
        self._uplink = LoadUplink(
            LoadSide(suite, self._clock, self._journal),
            self._journal,
            link,
            folder / f"{suite}-position",
            take=self._refuse,
            taken=lambda _count, _age: None,
        )
        self._committed: dict[int, float] = {}
        self._effects = dict.fromkeys(self._beds, 0)
        for bed in self._beds:
            self._effects[bed] = self._journal.last_effect_number(bed)

    async def _refuse(self, _answer: object) -> str | None:
        return "a measurement"

    async def run(self) -> None:
        self._stamp_publications()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._fill())
            group.create_task(self._send())

    async def _send(self) -> None:
        while True:
            try:
                await self._uplink.run(lambda _item, _at: None, self._clock)
            except DeviceError as error:
                print(f"lost: {error}", file=sys.stderr, flush=True)
            await asyncio.sleep(0.5)

    async def _fill(self) -> None:
        by_second, turn, loop = recorded(), 0, asyncio.get_running_loop()
        due = loop.time()
        while True:
            batch = [
                self._made(bed, entry)
                for number, bed in enumerate(self._beds)
                if number % SLICES == turn % SLICES
                for entry in by_second[(turn // SLICES + number * 7) % CYCLE_S]
            ]
            if batch:
                numbers = await asyncio.to_thread(self._journal.append, batch)
                at = time.monotonic()
                self._committed |= dict.fromkeys(numbers, at)
                if len(self._committed) > COMMITTED_AT_MOST:
                    self._committed.clear()
                self._uplink.changed()
            turn += 1
            due += 1 / SLICES
            await asyncio.sleep(max(0.0, due - loop.time()))

    def _made(self, bed: str, entry: Entry) -> Entry:
        now = self._clock.now()
        first = self._effects[bed] + 1
        self._effects[bed] += len(entry.effects)
        event = entry.event and replace(entry.event, bed=bed, at=now)
        return replace(entry, bed=bed, event=event, first_n=first, at=now)

    def _stamp_publications(self) -> None:
        """Says of each row when it was committed, and when the cluster had it."""
        publish, committed = JetStreamContext.publish, self._committed

        async def stamped(context: Any, subject: str, payload: bytes, **more: Any) -> Any:
            begun = time.monotonic()
            answer = await publish(context, subject, payload, **more)
            row = json.loads(payload)
            if row["seq"] in committed:
                said = {
                    "bed": row["bed"],
                    "effect": row["effect"],
                    "alarm": row["type"] == ALARM,
                    "committed": committed[row["seq"]],
                    "begun": begun,
                    "acked": time.monotonic(),
                }
                print(json.dumps(said), flush=True)
            return answer

        JetStreamContext.publish = stamped  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    name, count, place, addresses = sys.argv[1:]
    asyncio.run(LoadSuite(name, int(count), Path(place), addresses.split(",")).run())

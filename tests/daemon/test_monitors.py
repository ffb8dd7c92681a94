"""Monitors on lines and on a LAN, from what their twins measure to a pager that is told of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from devices.twin import twins
from monitord.daemon.sequencing.clock import LiveClock
from monitord.driver import Bedside
from monitord.model.timeline import Timeline
from tests.daemon.livekit import Live, Paper, live, running
from tests.devices.test_datagram_port import free_port
from tests.pager import Pager
from tests.peers import until

SPEED = 20
"""Of the twins; the daemon's time is that of the world."""
RULES = """\
  apnoea:
    kind: combine
    title: no breath
    levels:
      - {priority: high, needs: [["no_breath >=20"]], source: a test}
  etco2_low:
    kind: limit
    signal: etco2
    levels:
      - {priority: high, limit: "<8", source: a test}
  nibp_sys_high:
    kind: limit
    signal: nibp_sys
    levels:
      - {priority: high, limit: ">=180", source: a test}
"""
STEADY = [
    {"step": "1h", "spo2": "97x9", "pulse_rate": "72x9", "nibp_sys": "120x9", "nibp_dia": "80x9"}
]


class Patients:
    """A twin for each address, with the queue of its live orders."""

    def __init__(self) -> None:
        self._clock = LiveClock(speed=SPEED)
        self.orders: dict[str, asyncio.Queue[str]] = {}
        self.playing: list[Any] = []

    def add(self, twin: Any, address: str, **options: Any) -> None:
        """A patient whose cuff measures every minute of twin's time."""
        device = {"driver": twin.name, **options}
        timeline = Timeline.model_validate(
            {"title": "a patient", "devices": {twin.name: device}, "series": STEADY}
        )
        bedside = Bedside(timeline=timeline.beds["1"], start=self._clock.now())
        orders = self.orders[address] = asyncio.Queue(8)
        self.playing.append(twin.run(address, twin.name, bedside, self._clock, orders))


@asynccontextmanager
async def ward(
    tmp_path: Path, pager: Pager
) -> AsyncIterator[tuple[Live, dict[str, asyncio.Queue[str]]]]:
    """Beds: a capnograph, a Dinamap and an IntelliVue on lines, an IntelliVue on a LAN."""
    address = {
        "capnograph": str(tmp_path / "capnograph"),
        "dinamap": str(tmp_path / "dinamap"),
        "mib": str(tmp_path / "mib"),
        "lan": f"udp://127.0.0.1:{free_port()}",
    }
    patients = Patients()
    patients.add(twins.CAPNOSTREAM, address["capnograph"])
    patients.add(twins.DINAMAP, address["dinamap"], every="1min")
    patients.add(twins.INTELLIVUE, address["mib"], every="1min")
    patients.add(twins.INTELLIVUE, address["lan"], every="1min")
    drivers = ("capnostream", "dinamap", "intellivue", "intellivue")
    beds = {
        str(number): {
            "monitor": {
                "driver": driver,
                "port": port,
                "accept_unverified": True,
                "simulated": True,
            }
        }
        for number, (driver, port) in enumerate(zip(drivers, address.values(), strict=True), 1)
    }
    paper = Paper(
        folder=tmp_path,
        beds=beds,
        destinations={"pager": {"notifier": "webhook", "url": pager.url}},
        rules=RULES,
    )
    async with running(*patients.playing), live(paper) as opened:
        for bed in beds:
            await opened.desk.infuse(bed)
        yield opened, {name: patients.orders[where] for name, where in address.items()}


def told(pager: Pager, bed: str, alarm: str) -> list[dict[str, Any]]:
    """What the pager was told of this alarm at this bed as high."""
    lines = (dict(call.line) for call in pager.calls)
    wanted = (bed, alarm, "high")
    return [each for each in lines if (each["bed"], each["alarm"], each["priority"]) == wanted]


async def test_what_monitors_measure_reaches_the_pager(tmp_path: Path, pager: Pager) -> None:
    async with ward(tmp_path, pager) as (opened, orders):
        host = opened.daemon.host

        def reads(bed: str) -> set[str]:
            return {reading.signal for reading in host.beds()[bed].readings}

        await until(lambda: {"spo2", "etco2", "no_breath"} <= reads("1"))
        await until(lambda: all("spo2" in reads(bed) for bed in "34"))
        orders["capnograph"].put_nowait("apnoea 100 10min")
        for name in ("dinamap", "mib"):
            orders[name].put_nowait("nibp_sys 200 20min")
            orders[name].put_nowait("nibp_dia 110 20min")
        orders["lan"].put_nowait("spo2 80 20min")
        for bed, alarm in (
            ("1", "apnoea"),
            ("2", "nibp_sys_high"),
            ("3", "nibp_sys_high"),
            ("4", "spo2_low"),
        ):
            await until(partial(told, pager, bed, alarm))
            assert told(pager, bed, alarm)[0]["simulated"] is True
        await until(lambda: told(pager, "1", "etco2_low"))

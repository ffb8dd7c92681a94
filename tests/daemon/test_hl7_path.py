"""From a monitor that sends HL7 to the pager: twin, socket, listener, engine, alarm; and the answer to its sender."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from devices.hl7.hl7_encode import DIALECTS_OF_HL7
from devices.twin.hl7_twin import Hl7Twin
from monitord.driver import Bedside
from monitord.errors import StoreError
from monitord.model.timeline import Timeline
from monitord.store.journal.journal import Journal
from tests.daemon.livekit import Paper, live, running
from tests.devices.hl7_messages import framed, message
from tests.devices.hl7kit import Sender
from tests.pager import Pager
from tests.peers import LoopClock, free_port, until

SATURATION = [{"spo2": "97x3600", "pulse_rate": "65x3600", "perfusion_index": "4x3600"}]


def scene(clock: Any, dialect: str) -> Bedside:
    options = {"driver": "hl7", "dialect": dialect, "location": "SUITE^^1"}
    timeline = Timeline.model_validate(
        {"title": "a monitor", "series": SATURATION, "devices": {"monitor": options}}
    )
    return Bedside(timeline=timeline.beds["1"], start=clock.now())


def paper(folder: Path, port: int, pager: Pager) -> Paper:
    monitor = {
        "driver": "hl7",
        "listen": f"127.0.0.1:{port}",
        "location": "SUITE^^1",
        "simulated": True,
    }
    return Paper(
        folder=folder,
        beds={"1": {"monitor": monitor}},
        destinations={
            "ward": {"notifier": "terminal"},
            "pager": {"notifier": "webhook", "url": pager.url},
        },
    )


@pytest.mark.parametrize("dialect", DIALECTS_OF_HL7)
async def test_a_desaturation_at_a_monitor_that_sends_hl7_reaches_the_pager(
    tmp_path: Path, pager: Pager, dialect: str
) -> None:
    port = free_port()
    twin, orders = Hl7Twin(), asyncio.Queue[str](4)
    async with live(paper(tmp_path, port, pager)) as ward:
        clock = LiveTwinClock()
        play = twin.run(f"tcp://127.0.0.1:{port}", "monitor", scene(clock, dialect), clock, orders)
        async with running(play):
            await ward.desk.infuse("1")
            await until(lambda: twin.answers.total() >= 2)
            assert set(twin.answers) <= {"AA", "CA"}
            orders.put_nowait("spo2 84 10min")
            line = await ward.until("spo2_low", "start")
            assert line["value"] < 90
            assert line["simulated"] is True
            await until(lambda: pager.lines("spo2_low"))
            assert pager.lines("spo2_low")[0].line["bed"] == "1"
            tile = await ward.desk.tile("1")
            assert [alarm["key"] for alarm in tile["alarms"]] == ["spo2_low"]


class LiveTwinClock(LoopClock):
    """The twin's clock is a wrong one, as a monitor's may be: it is years behind the daemon's."""


async def test_a_message_that_cannot_be_recorded_is_answered_ae_and_aa_when_it_is_sent_again(
    tmp_path: Path, pager: Pager, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    async with live(paper(tmp_path, port, pager)) as ward:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        sender = Sender(reader, writer, LoopClock())
        assert await sender.says(97, place="SUITE^^1") == "AA"

        def full(*_: object) -> Any:
            raise StoreError("no space left", retry=True)

        with monkeypatch.context() as broken:
            broken.setattr(Journal, "append", full)
            again = message(*sender.reading(96, place="SUITE^^1", control="2"))
            sender.write(framed(again))
            assert await sender.code() == "AE"
            assert "journal:journal" in await ward.desk.alarms()
        await ward.until("journal:journal", "clear", bed=None)
        sender.write(framed(again))
        assert await sender.code() == "AA"
        writer.transport.abort()

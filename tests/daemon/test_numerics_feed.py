"""The numbers of live beds to a record system by HL7, and what one that is away costs."""

import asyncio
from pathlib import Path
from typing import Any

import structlog

from tests.daemon.livekit import Finger, Paper, live, nonin, running
from tests.devices.hl7kit import suite
from tests.peers import PseudoTerminal, free_port, until

DESK = {"tiers": [{"to": ["desk"]}]}
TOLD: dict[str, Any] = {"routes": {"high": DESK, "medium": DESK}}


async def test_the_numbers_of_a_live_bed_are_read_back_by_our_own_driver(
    tmp_path: Path, line1: PseudoTerminal
) -> None:
    async with suite(back={"location": "ward^^1"}) as found:
        oximeter = nonin(line1)
        oximeter["oximeter"]["simulated"] = False
        paper = Paper(
            folder=tmp_path,
            beds={"1": oximeter},
            destinations={
                "desk": {"notifier": "terminal"},
                "ehr": {
                    "notifier": "hl7_numerics",
                    "host": "127.0.0.1",
                    "port": found.port,
                    "every": "1s",
                },
            },
            more=TOLD,
        )
        finger = Finger(line1, spo2=93)
        async with running(finger.run()), live(paper) as ward:
            assert found["back"].values() == [], "nobody was admitted"
            await ward.desk.infuse("1")
            await until(lambda: 93 in found["back"].values())


async def test_a_receiver_that_refuses_or_is_away_costs_no_alarm_and_is_shown_the_next(
    tmp_path: Path, line1: PseudoTerminal
) -> None:
    port = free_port()
    paper = Paper(
        folder=tmp_path,
        beds={"1": nonin(line1)},
        destinations={
            "desk": {"notifier": "terminal"},
            "ehr": {"notifier": "hl7_numerics", "host": "127.0.0.1", "port": port, "every": "1s"},
        },
        more=TOLD,
    )
    heard: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            heard.append(data)
        writer.close()

    with structlog.testing.capture_logs() as logs:
        async with running(Finger(line1).run()), live(paper) as ward:
            await ward.desk.infuse("1")
            await until(lambda: [line for line in logs if line["event"] == "numerics_not_taken"])
            server = await asyncio.start_server(take, "127.0.0.1", port)
            async with server:
                await until(lambda: heard)
            assert "destination:ehr" not in await ward.desk.alarms()

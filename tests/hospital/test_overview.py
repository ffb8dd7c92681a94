"""The hospital sees every suite, answers where a suite is in reach, and is told once of what nobody answers."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from monitord.model import Priority
from tests.daemon.livekit import Finger, Paper, live, running
from tests.hospital.hospital_kit import AtHospital, hospital_file, hospital_running
from tests.hospital.nats_servers import NatsServers
from tests.peers import GENEROUS_S, PseudoTerminal, until

pytestmark = pytest.mark.peer("nats-server")


async def the_bed(here: AtHospital, wanted: Any) -> dict[str, Any]:
    """The first bed, once it is as wanted."""
    async with asyncio.timeout(GENEROUS_S):
        while True:
            beds = (await here.view())["beds"]
            if beds and wanted(beds[0]):
                found: dict[str, Any] = beds[0]
                return found
            await asyncio.sleep(0.1)


async def test_an_alarm_that_nobody_answers_is_told_once_and_answered_from_the_overview(
    paper: Paper, line1: PseudoTerminal, servers: NatsServers, tmp_path: Path
) -> None:
    paper.repeat = "10s"
    finger, path = Finger(line1), hospital_file(tmp_path, servers.urls)
    async with running(finger.run()), live(paper) as suite:
        async with hospital_running(path) as here:
            await suite.desk.infuse("1")
            finger.spo2 = 80
            bed = await the_bed(here, lambda bed: bed["beyond"])
            assert (bed["suite"], bed["bed"], bed["label"]) == ("ward", "1", "Chair 1")
            own = await suite.desk.tile("1")
            assert bed["tile"].keys() == own.keys()
            assert bed["tile"]["alarms"][0]["id"] == own["alarms"][0]["id"]
            assert bed["coverage"]["spo2"] == "monitored"
            await until(lambda: here.told("unanswered", "start"))
            told = here.told("unanswered", "start")[0]
            assert told.priority is Priority.HIGH
            assert told.text.startswith("ward 1: high alarm, nobody answers: SpO2 80")
        # The hospital's own restart tells nothing as new.
        async with hospital_running(path) as here:
            bed = await the_bed(here, lambda bed: bed["beyond"])
            assert await here.answer(bed, word="reject") == (
                409,
                '{"error":"hospital may not reject"}',
            )
            assert (await here.answer(bed, news=bed["news"] - 5000))[0] == 409
            assert (await here.answer(bed, suite="north"))[0] == 503
            assert (await here.answer(bed))[0] == 204
            line = await suite.until("spo2_low", "acknowledge")
            assert line["by"] == "anna"
            await until(lambda: here.told("unanswered", "clear"))
            assert here.told("unanswered", "start") == []


async def test_a_suite_that_falls_silent_is_told_and_its_cluster_apart(
    paper: Paper, line1: PseudoTerminal, servers: NatsServers, tmp_path: Path
) -> None:
    path = hospital_file(tmp_path, servers.urls)
    async with hospital_running(path) as here:
        async with live(paper):
            # `north` never comes; `ward` is there.
            await until(lambda: here.told("silent_suite", "start"))
            assert [line.alarm for line in here.told("silent_suite", "start")] == [
                "silent_suite:north"
            ]
            silent = {row["suite"]: row["silent"] for row in (await here.view())["suites"]}
            assert silent == {"north": True, "ward": False}
        # The cluster's end is no suite's silence.
        servers.nodes[0].kill()
        await until(lambda: here.told("cluster", "start"))
        assert not (await here.view())["up"]
        assert len(here.told("silent_suite", "start")) == 1
        servers.nodes[0].start()
        await until(lambda: here.told("cluster", "clear"))
        await until(lambda: len(here.told("silent_suite", "start")) == 2)
        assert here.told("silent_suite", "start")[1].alarm == "silent_suite:ward"
        async with live(paper):
            await until(lambda: here.told("silent_suite", "clear"))
    assert here.told("silent_suite", "clear")[0].alarm == "silent_suite:ward"

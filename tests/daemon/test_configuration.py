"""Bad suite files, missing ports, lost brokers, a second daemon: said, survived, mended."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from monitord.daemon.clock import LiveClock
from monitord.model import Instant
from tests.daemon.livekit import Finger, Paper, live, mqtt_oximeter, nonin, running
from tests.daemon.test_restart import infuse, with_session
from tests.daemon.test_whole_path import publish
from tests.peers import Mosquitto, PseudoTerminal, until
from tests.ward import MAIN, ROOT, Ward, ward


def fast(newest: Instant | None) -> LiveClock:
    """Link alarms come after 10 s."""
    return LiveClock(speed=5, not_before=newest)


def run(suite: Ward) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", MAIN, "run", "-c", str(suite.file)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def spoil(document: dict[str, Any]) -> None:
    document["beds"]["1"]["devices"]["oximeter"]["driver"] = "nonesuch"
    document["routes"]["high"]["tiers"][0]["to"] = ["nobody"]
    document["spelling"] = 1


def test_without_a_session_a_bad_file_ends_the_start_with_every_fault(tmp_path: Path) -> None:
    with ward(tmp_path) as suite:
        document = suite.document()
        spoil(document)
        suite.write(document)
        ended = run(suite)
    assert ended.returncode == 2
    for word in "nonesuch", "nobody", "spelling":
        assert word in ended.stderr
    assert all("suite.yaml" in row for row in ended.stderr.splitlines())
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("broken", ["a key", "the syntax"])
def test_with_a_session_a_bad_file_is_a_high_alarm_and_the_last_good_one_goes_on(
    tmp_path: Path, broken: str
) -> None:
    with ward(tmp_path) as suite:
        with_session(suite, delay="1s")
        suite.start()
        infuse(suite)
        suite.kill()
        text = suite.file.read_text()
        if broken == "a key":
            document = json.loads(text)
            spoil(document)
            suite.write(document)
        else:
            # As a person writes it; and left half done.
            suite.file.write_text(f"database: {tmp_path / 'journal.db'}  # ours\nbeds: {{1: [\n")
        suite.start()
        suite.until(lambda: suite.pager.lines("config:suite.yaml"), 10)
        assert suite.pager.lines("config:suite.yaml")[0].line["priority"] == "high"
        suite.oximeters["1"].spo2 = 80
        suite.until(lambda: suite.pager.lines("spo2_low"), 10)
        suite.kill()

        suite.file.write_text(text)
        suite.start()
        suite.until(lambda: suite.pager.lines("config:suite.yaml", "clear"), 10)


def test_a_second_daemon_on_one_journal_says_so_and_harms_nothing(tmp_path: Path) -> None:
    with ward(tmp_path) as suite:
        suite.start()
        kept = (tmp_path / "journal.db.last-good" / "suite.yaml").read_text()
        second = json.loads(suite.file.read_text()) | {
            "suite": "other",
            "station": {"port": 0, "open": True},
        }
        suite.write(second)
        ended = run(suite)
        assert ended.returncode == 1
        assert "another monitord" in ended.stderr
        assert "Traceback" not in ended.stderr
        assert (tmp_path / "journal.db.last-good" / "suite.yaml").read_text() == kept
        suite.oximeters["1"].spo2 = 70
        suite.until(lambda: suite.pager.lines("spo2_low"), 10)


def test_a_taken_port_of_the_page_keeps_no_daemon_down_that_has_a_patient(tmp_path: Path) -> None:
    with ward(tmp_path) as suite:
        with_session(suite, delay="1s")
        suite.start()
        infuse(suite)
        suite.kill()
        blocker = subprocess.Popen(
            [sys.executable, "-m", "http.server", str(suite.port), "--bind", "127.0.0.1"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            suite.until(lambda: suite.get("/").status_code == 200 if _up(suite) else False, 10)
            ended_or_told = suite.pager.lines
            suite.start(wait=False)
            suite.until(lambda: ended_or_told("station:page"), 15)
            suite.oximeters["1"].spo2 = 80
            suite.until(lambda: suite.pager.lines("spo2_low"), 10)
        finally:
            blocker.kill()
            blocker.wait()
        suite.until(lambda: suite.pager.lines("station:page", "clear"), 15)


def _up(suite: Ward) -> bool:
    import httpx2

    try:
        suite.get("/")
    except httpx2.HTTPError:
        return False
    return True


async def test_a_port_that_is_not_there_at_start_is_an_alarm_until_it_is(
    paper: Paper, line1: PseudoTerminal
) -> None:
    line1.unplug()
    finger = Finger(line1)
    async with live(paper, clock=fast) as ward:
        told = await ward.until("link:oximeter", "start")
        assert "line1" in told["text"]
        line1.plug()
        async with running(finger.run()):
            await ward.until("link:oximeter", "clear", within=15)
            assert ward.daemon.beds()["1"].readings


@pytest.mark.peer("mosquitto")
async def test_a_broker_that_goes_and_comes_is_alarmed_and_served_again(
    paper: Paper, line1: PseudoTerminal, mosquitto: Mosquitto
) -> None:
    paper.beds = {"1": mqtt_oximeter(mosquitto.url, "clinic/chair3"), "2": nonin(line1)}
    paper.destinations |= {"ward": {"notifier": "mqtt", "broker": mosquitto.url}}
    spo2, finger = [97], Finger(line1)
    async with live(paper, clock=fast) as ward, running(finger.run()):
        async with running(publish(mosquitto, spo2)):
            await ward.desk.infuse("2")
            await until(lambda: ward.daemon.beds()["1"].readings)
        mosquitto.stop()
        await ward.until("link:oximeter", "start", bed="1")
        finger.spo2 = 80
        await ward.until("destination:ward", "start", bed=None, within=15)
        mosquitto.start()
        async with running(publish(mosquitto, spo2)):
            await ward.until("link:oximeter", "clear", bed="1", within=15)
            await ward.until("destination:ward", "clear", bed=None, within=15)
        assert ward.story("link:oximeter", "2") == []


def test_a_journal_that_is_no_journal_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"not a database, but long enough to be read" * 50)
    with ward(tmp_path) as suite:
        ended = run(suite)
        assert ended.returncode == 1
        assert "journal.db" in ended.stderr
        assert "Traceback" not in ended.stderr


async def test_a_destination_that_is_gone_from_the_file_is_an_alarm_while_a_session_names_it(
    paper: Paper, line1: PseudoTerminal
) -> None:
    finger, url = Finger(line1), paper.destinations["pager"]["url"]
    async with running(finger.run()), live(paper) as ward:
        await ward.desk.infuse("1")
    paper.destinations = {"bell": {"notifier": "webhook", "url": url}}
    async with running(finger.run()), live(paper) as ward:
        finger.spo2 = 80
        told = await ward.until("destination:pager", "start", bed=None)
        assert told["priority"] == "high"
    paper.destinations = {"pager": {"notifier": "webhook", "url": url}}
    async with live(paper) as ward:
        await ward.until("destination:pager", "clear", bed=None)

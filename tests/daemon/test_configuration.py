"""Bad suite files, missing ports, lost brokers, a second daemon: said, survived, mended."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from monitord.daemon.sequencing.clock import LiveClock
from monitord.model import Instant
from tests.daemon.livekit import Finger, Paper, live, mqtt_oximeter, nonin, running
from tests.daemon.test_restart import infuse, with_session
from tests.daemon.test_whole_path import publish
from tests.peers import GENEROUS_S, Mosquitto, PseudoTerminal, until
from tests.ward import BRIEF, MAIN, ROOT, Ward, ward


def fast(newest: Instant | None) -> LiveClock:
    """Link alarms come after 10 s."""
    return LiveClock(speed=5, not_before=newest)


def run(suite: Ward) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", MAIN, "run", "-c", str(suite.file)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "RUNTIME_DIRECTORY": str(suite.folder)},
        capture_output=True,
        text=True,
        timeout=GENEROUS_S,
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
    # systemd does not restart it for that, and the watcher sounds and says why.
    unit = (ROOT / "systemd" / "monitord.service").read_text()
    assert "\nRestartPreventExitStatus=2\n" in unit
    beat = json.loads((tmp_path / "heartbeat").read_text())
    assert (beat["state"], "suite.yaml" in beat["why"]) == ("refused", True)


def test_with_a_session_a_bad_file_is_a_high_alarm_and_the_last_good_one_goes_on(
    tmp_path: Path,
) -> None:
    told = "config:suite.yaml"

    def told_by(bad: str) -> None:
        before = len(suite.pager.lines(told))
        suite.file.write_text(bad)
        suite.start()
        suite.until(lambda: len(suite.pager.lines(told)) > before)
        assert suite.pager.lines(told)[-1].line["priority"] == "high"

    with ward(tmp_path) as suite:
        with_session(suite, delay="1s")
        suite.start()
        infuse(suite)
        suite.kill()
        good = suite.file.read_text()
        document = json.loads(good)
        spoil(document)
        told_by(json.dumps(document))
        suite.kill()
        # The syntax, as of a person who left it half done.
        told_by(f"database: {tmp_path / 'journal.db'}  # ours\nbeds: {{1: [\n")
        suite.kill()
        # Not even where the database is.
        told_by("")
        suite.oximeters["1"].spo2 = 80
        suite.until(lambda: suite.pager.lines("spo2_low"))
        assert suite.pager.lines(told, "clear") == []
        suite.kill()
        suite.file.write_text(good)
        suite.start()
        suite.until(lambda: suite.pager.lines(told, "clear"))


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
        suite.until(lambda: suite.pager.lines("spo2_low"))


def test_a_taken_port_of_the_page_keeps_no_daemon_down(tmp_path: Path) -> None:
    with ward(tmp_path, watch=BRIEF) as suite:
        blocker = subprocess.Popen(
            [sys.executable, "-m", "http.server", str(suite.port), "--bind", "127.0.0.1"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            suite.until(lambda: suite.get("/").status_code == 200 if _up(suite) else False)
            ended_or_told = suite.pager.lines
            suite.start(wait=False)
            suite.until(lambda: ended_or_told("destination:station"))
            suite.oximeters["1"].spo2 = 80
            suite.until(lambda: suite.pager.lines("spo2_low"))
        finally:
            blocker.kill()
            blocker.wait()
        suite.until(lambda: suite.pager.lines("destination:station", "clear"))


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
            await ward.until("link:oximeter", "clear")
            assert ward.daemon.host.beds()["1"].readings


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
            await until(lambda: ward.daemon.host.beds()["1"].readings)
        mosquitto.stop()
        await ward.until("link:oximeter", "start", bed="1")
        finger.spo2 = 80
        await ward.until("destination:ward", "start", bed=None)
        mosquitto.start()
        async with running(publish(mosquitto, spo2)):
            await ward.until("link:oximeter", "clear", bed="1")
            await ward.until("destination:ward", "clear", bed=None)
        assert ward.story("link:oximeter", "2") == []


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


def test_nobody_waits_for_what_a_daemon_that_ended_would_have_told(tmp_path: Path) -> None:
    with ward(tmp_path) as suite:
        suite.file.write_text("beds: {}\n")
        suite.start(wait=False)
        with pytest.raises(pytest.fail.Exception, match="the daemon ended"):
            suite.until(lambda: suite.pager.lines("spo2_low"))

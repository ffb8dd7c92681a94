"""The daemon is killed: what it waited for goes on, what it owes is delivered, nothing is told twice."""

import random
import time
from pathlib import Path
from typing import Any

from monitord.model import SECOND, Frame, from_iso
from monitord.model.signals import Signal
from monitord.store.journal.journal import Journal
from tests.approvals import approvals
from tests.daemon.livekit import PROTOCOL, recorded
from tests.effort import thorough
from tests.ward import BRIEF, Ward, ward

KILLS = 10 if thorough() else 4
"""`tests/faults` has a longer row of them."""

HELD = BRIEF.replace('limit: "<92", delay: 5s', 'limit: "<92", delay: 8s')
"""Long enough to start again in the middle."""


def first_low(journal: Path) -> int:
    """When the first reading below 92 came."""
    with Journal.open(journal, read_only=True) as opened:
        for _, event in opened.events(bed="1"):
            if isinstance(event.body, Frame):
                values = {s.signal: s.value for s in event.body.samples}
                if (values.get(Signal.SPO2) or 100) < 92:
                    return event.at
    raise AssertionError("no low reading was recorded")


def test_killed_within_a_delay_the_alarm_comes_when_it_would_have_come_and_once(
    tmp_path: Path,
) -> None:
    with ward(tmp_path, watch=HELD) as suite:
        suite.start()
        suite.oximeters["1"].spo2 = 88
        time.sleep(2)  # the middle of the delay is a time
        suite.kill()
        suite.start()
        suite.until(lambda: suite.pager.lines("spo2_held"))
        suite.stop()
        (call,) = suite.pager.lines("spo2_held")
        begun = first_low(tmp_path / "journal.db")
        assert from_iso(call.line["since"]) == begun
        # On a machine that takes longer to start, the first reading after it speaks.
        assert from_iso(call.line["at"]) >= begun + 8 * SECOND
        rows = [line for line in recorded(tmp_path / "journal.db") if line.alarm == "spo2_held"]
        assert [row.event.value for row in rows] == ["start"]


def with_session(suite: Ward, delay: str) -> None:
    """A protocol of seconds in which silence is an alarm after 4 s."""
    file = suite.folder / "brief.yaml"
    file.write_text(PROTOCOL.replace("DELAY", delay))
    document = suite.document()
    document["protocols"] = [str(file)]
    document["approvals"] += approvals(str(file))
    suite.write(document)


def infuse(suite: Ward) -> None:
    steps: list[dict[str, Any]] = [
        {"type": "admit", "protocol": "brief"},
        {"type": "start_baseline"},
        {"type": "start_infusion", "override": "gate kept on paper"},
    ]
    for step in steps:
        answer = suite.act("1", **step)
        assert answer.status_code == 200, answer.text


def test_down_for_longer_than_readings_last_the_silence_is_told_first(tmp_path: Path) -> None:
    with ward(tmp_path) as suite:
        with_session(suite, delay="10s")
        suite.start()
        infuse(suite)
        suite.oximeters["1"].spo2 = 88
        time.sleep(1.5)  # the middle of the delay is a time
        suite.kill()
        suite.oximeters["1"].unplug()
        time.sleep(6)  # readings last for 6 s
        suite.start()
        suite.until(lambda: suite.pager.lines("spo2_absent"))
        assert suite.pager.lines("spo2_low") == []
        suite.oximeters["1"].plug()
        # Low again at once: the first good reading ends the wait that went on meanwhile.
        suite.until(lambda: suite.pager.lines("spo2_low"))
        (absent,), (low,) = suite.pager.lines("spo2_absent"), suite.pager.lines("spo2_low")
        assert from_iso(absent.line["at"]) < from_iso(low.line["at"])


def acknowledge(suite: Ward) -> str | None:
    """Somebody acknowledges an alarm that is there; its id."""
    for alarm in suite.get("/api/alarms").json()["active"]:
        if alarm["key"] == "spo2_low":
            answer = suite.post(f"/api/alarms/{alarm['id']}/acknowledge")
            if answer.status_code == 200:
                return str(alarm["id"])
    return None


def test_killed_at_random_every_start_arrives_and_none_again_after_its_acknowledgement(
    tmp_path: Path,
) -> None:
    dice = random.Random(2)
    answered: dict[str, int] = {}  # how many starts had come when the daemon that took it had died
    journal = tmp_path / "journal.db"

    def starts() -> set[str]:
        lines = recorded(journal) if journal.exists() else []
        return {e.id for e in lines if (e.alarm, e.event.value) == ("spo2_low", "start")}

    with ward(tmp_path, watch=BRIEF) as suite:
        for number in range(8 * KILLS):
            # Where it is killed before it says much, it is killed more often, and lives longer each time.
            if number >= KILLS and len(starts()) >= 3 and answered:
                break
            suite.oximeters["1"].spo2 = dice.choice([70, 97])
            suite.start(wait=number % 2 == 0)
            done = acknowledge(suite) if number % 2 == 0 else None
            suite.oximeters["1"].spo2 = dice.choice([70, 97])
            more = max(0, number - KILLS) / 4
            time.sleep(dice.uniform(0.2, 1.2) + more)  # a random point is a time
            suite.kill()
            if done is not None:
                answered.setdefault(done, len(suite.pager.lines("spo2_low")))
        suite.oximeters["1"].spo2 = 97
        suite.start()
        suite.until(lambda: starts() <= {call.line["id"] for call in suite.pager.lines("spo2_low")})
        suite.stop()
        calls = suite.pager.lines("spo2_low")
        assert len(starts()) >= 3
        assert answered
        for alarm in starts():
            keys = {call.key for call in calls if call.line["id"] == alarm}
            # Told late after a downtime is another message; the start itself has one key.
            first = {
                call.key
                for call in calls
                if call.line["id"] == alarm and call.line["reason"] == "first"
            }
            assert len(first) == 1, keys
        # What was on its way when somebody acknowledged may still arrive; no later daemon sends it again.
        for alarm, before in answered.items():
            assert alarm not in {call.line["id"] for call in calls[before:]}

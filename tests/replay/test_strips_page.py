"""`monitord replay --html`: the whole recording in one file, with the limits that stood when, and every alarm."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from monitord.config import read_protocol
from monitord.config.files.shipped_files import shipped
from monitord.model import MINUTE, AlarmEvent, Instant, Priority, TightenLimit
from monitord.replay.run.limits_in_force import WatchedReplay
from monitord.replay.run.options import ReplayOptions
from monitord.replay.run.replay_run import foreign_session, replay_file
from monitord.replay.run.strips_data import thinned
from monitord.replay.run.strips_page import strips_page
from monitord.store.journal.journal import Journal
from tests.program import Command

RECORDING = shipped("recordings/infusion.csv")
EVENTS = shipped("recordings/infusion.events.csv")
PROTOCOL = "ketamine_iv_0_5_40"


def watched(events: Path) -> WatchedReplay:
    asked = ReplayOptions(events=events)
    return WatchedReplay(session=foreign_session(str(RECORDING), read_protocol(PROTOCOL), asked))


def test_its_lines_are_those_of_a_replay_and_the_page_has_every_alarm() -> None:
    seen = watched(EVENTS)
    told = list(seen.lines())
    asked = ReplayOptions(events=EVENTS)
    assert told == list(replay_file(str(RECORDING), read_protocol(PROTOCOL), asked).lines)
    text = strips_page(seen.session, told, seen.in_force, ["a remark"])
    data = json.loads(re.findall(r'type="application/json">(.*?)</script>', text)[0])
    begun = [line.alarm for line in told if line.event is AlarmEvent.START]
    assert [each["rule"] for each in data["alarms"]] == begun
    assert sum(len(each["lines"]) for each in data["alarms"]) == sum(
        line.event is not AlarmEvent.NEAR_MISS for line in told
    )
    assert {each["name"] for each in data["signals"]} == {
        str(signal) for signal in seen.session.recording.table.signals
    }
    assert all(len(each["t"]) == len(each["v"]) for each in data["signals"])
    assert [each["name"] for each in data["phases"]] == list(
        dict.fromkeys(each.phase for each in seen.in_force)
    )


def test_a_limit_that_staff_change_is_drawn_from_then_on() -> None:
    session = watched(EVENTS).session
    at = Instant(session.start + 20 * MINUTE)
    was, own = "<90", "<92"
    adjusted = TightenLimit(
        id="own",
        by="nurse A",
        rule="spo2_low",
        priority=Priority.MEDIUM,
        was=was,
        limit=own,
        reason="own",
    )
    actions = sorted([*session.actions, (at, adjusted)], key=lambda each: each[0])
    seen = WatchedReplay(session=replace(session, actions=tuple(actions)))
    list(seen.lines())
    owned = [each for each in seen.in_force if own in {str(x.limit) for x in each.limits}]
    assert owned[0].at == at
    assert owned[-1] is seen.in_force[-1]


def test_no_text_of_a_recording_ends_the_script_or_asks_the_network() -> None:
    seen = watched(EVENTS)
    (first, *rest) = [line for line in seen.lines() if line.event is AlarmEvent.START]
    nasty = replace(first, text="</script><script>fetch('https://a')</script>")
    text = strips_page(seen.session, [nasty, *rest], seen.in_force, ["<b>x</b>"])
    assert "</script><script>fetch" not in text
    assert "<b>x</b>" not in text
    assert not re.search(r"<(link|img|script)[^>]+(href|src)=", text)


def test_a_long_signal_keeps_its_extremes_and_its_gaps() -> None:
    values = np.full(10_000, 97.0)
    values[4321], values[7000:7010] = 70.0, np.nan
    times = np.arange(10_000) * 10**6
    t, v = thinned(times, values, most=300)
    assert len(t) <= 300
    assert float(np.nanmin(v)) == 70.0
    assert bool(np.isnan(v).any())
    assert (np.diff(t) > 0).all()
    assert all(v[n] == values[at // 10**6] or np.isnan(v[n]) for n, at in enumerate(t.tolist()))


def test_the_command_writes_the_page_and_refuses_a_journal(
    monitord: Command, tmp_path: Path
) -> None:
    page = tmp_path / "strips.html"
    where = ("--events", str(EVENTS), "--html", str(page))
    done = monitord("replay", str(RECORDING), "-p", PROTOCOL, *where)
    assert (done.code, done.out) == (0, "")
    assert "8 alarms" in done.err
    assert "uPlot" in page.read_text(encoding="utf-8")
    journal = tmp_path / "journal.db"
    with Journal.open(str(journal)):
        pass
    refused = monitord("replay", str(journal), "--html", str(page))
    assert refused.code == 1
    assert "monitord export --format html" in refused.err

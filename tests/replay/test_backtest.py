"""Back-tests: against a count apart from monitord, kept, resumed, written, told."""

import csv
import json
from collections import Counter
from dataclasses import replace
from itertools import starmap
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from monitord.cli import app
from monitord.config import read_protocol, shipped
from monitord.engine.readings.limit_value import Limit
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.limit import LimitLevel, LimitRule
from monitord.errors import NothingAssessedError, RecordingError
from monitord.model import (
    HOUR,
    SECOND,
    Priority,
    Relation,
    Signal,
)
from monitord.replay.backtest.assess import assess_sessions
from monitord.replay.backtest.backtest_run import backtest
from monitord.replay.backtest.sweep_run import run_sweep
from monitord.replay.backtest.verdicts import read_verdicts
from monitord.replay.compare.diff_run import diff_protocols
from monitord.replay.recordings.events_csv import Truth
from monitord.replay.recordings.open_recordings import open_recordings
from monitord.replay.recordings.recording import Recording
from monitord.replay.run.recording_session import open_session
from tests.effort import thorough
from tests.replay.hand import Level, count

KETAMINE = "ketamine_iv_0_5_40"
RECORDINGS = shipped("recordings")
MANY, SHARE = 100, 16

# Much as in the presets, without second readings and changes since a baseline, which the hand count does
# not know: below, limit, delay in s, hysteresis.
PRESSURE = {
    "nibp_sys_low": (Signal.NIBP_SYS, [Level(True, 100, 0, 5), Level(True, 80, 0, 5)]),
    "nibp_map_low": (Signal.NIBP_MAP, [Level(True, 65, 0, 5), Level(True, 55, 0, 5)]),
}
OXIMETRY = {
    "spo2_low": (
        Signal.SPO2,
        [
            Level(True, 95, 60, 2),
            Level(True, 90, 15, 2),
            Level(True, 90, 60, 2),
            Level(True, 85, 5, 2),
            Level(True, 80, 0, 2),
        ],
    ),
    "pulse_rate_low": (
        Signal.PULSE_RATE,
        [Level(True, 55, 60, 5), Level(True, 50, 15, 5), Level(True, 40, 5, 5)],
    ),
}


def written(name: str, rule: tuple[Signal, list[Level]]) -> tuple[str, ProtocolRule]:
    """The rule that the hand count counts, as a protocol has it."""
    signal, levels = rule
    relations = {True: Relation.BELOW, False: Relation.ABOVE}
    return name, LimitRule(
        signal=signal,
        hysteresis=levels[0].hysteresis,
        clear_delay=10 * SECOND,
        levels=tuple(
            LimitLevel(
                limit=Limit(relations[level.below], level.limit),
                priority=Priority.MEDIUM,
                delay=round(level.delay * SECOND),
            )
            for level in levels
        ),
    )


def jumps(recording: Recording, signal: Signal) -> bool:
    """Whether an engine would doubt any reading: more than 8 % or 40 beats/min from one less than 2 s ago."""
    times, values = recording.series(signal)
    most = 8 if signal is Signal.SPO2 else 40
    return bool(((np.abs(np.diff(values)) > most) & (np.diff(times) < 2 * SECOND)).any())


@pytest.mark.parametrize(
    ("pattern", "rules"),
    [
        ("eicu-nibp/*.csv.gz", PRESSURE),
        ("checkme/*.csv", OXIMETRY),
        ("mimic-wfdb/s00001/*.hea", OXIMETRY | PRESSURE),
    ],
)
def test_alarms_of_public_recordings_are_those_of_the_hand_count(
    shared_data: Path, pattern: str, rules: dict[str, tuple[Signal, list[Level]]]
) -> None:
    """The definition is in `hand.py`: strict limits, a reading speaks for the longest of the protocol's
    time (10 s; pressure 1 h) and 2.5 of its intervals (the median gap of that recording). Recordings with
    readings that an engine would not believe at once are left out: the few. Of very many a plain run takes some.
    """
    protocol = replace(read_protocol(KETAMINE), rules=dict(starmap(written, rules.items())))
    found, expected = Counter[str](), Counter[str]()
    read = believed = 0
    for file in sorted(shared_data.glob(pattern)):
        every = [recording for recording in open_recordings(file) if recording.start]
        every = every if thorough() or len(every) < MANY else every[::SHARE]
        recordings = [
            recording
            for recording in every
            if not recording.odd_pressures
            and not any(jumps(recording, signal) for signal in (Signal.SPO2, Signal.PULSE_RATE))
        ]
        read, believed = read + len(every), believed + len(recordings)
        sessions = [open_session(recording, protocol) for recording in recordings]
        nothing: list[tuple[Truth, ...]] = [()] * len(sessions)
        for session in assess_sessions([""] * len(sessions), sessions, nothing):
            found.update(alarm.alarm for alarm in session.alarms)
        for recording in recordings:
            for rule, (signal, levels) in rules.items():
                times, values = recording.series(signal)
                if not len(times):
                    continue
                gaps = np.diff(times)
                declared = recording.declared.get(signal)
                interval = declared or (np.median(gaps[gaps > 0]) if (gaps > 0).any() else 0)
                own = HOUR if signal in {Signal.NIBP_SYS, Signal.NIBP_MAP} else 10 * SECOND
                fresh = max(own, 2.5 * interval) / SECOND
                counted = count(times / SECOND, values, fresh, levels)
                expected[rule] += len(counted.starts) + len(counted.returns)
    assert found == +expected
    assert found.total() > 0
    assert believed > 0.85 * read


def test_a_run_that_was_stopped_goes_on_where_it_stood(tmp_path: Path) -> None:
    protocol = read_protocol(KETAMINE)
    first = backtest(RECORDINGS, protocol, out=tmp_path)
    assert (first.cached, first.files) == (0, 2)
    results = sorted((tmp_path / "results").iterdir())
    assert len(results) == 2
    results[0].unlink()
    second = backtest(RECORDINGS, protocol, out=tmp_path)
    assert second.cached == 1
    assert second.load.rows() == first.load.rows()
    third = backtest(RECORDINGS, protocol, out=tmp_path, phase="late")
    assert third.cached == 0


def test_a_result_of_other_code_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    protocol = read_protocol(KETAMINE)
    backtest(RECORDINGS, protocol, out=tmp_path)
    monkeypatch.setattr("monitord.replay.backtest.backtest_run.code", lambda: "other")
    assert backtest(RECORDINGS, protocol, out=tmp_path).cached == 0


def test_a_result_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    protocol = read_protocol(KETAMINE)
    backtest(RECORDINGS, protocol, out=tmp_path)
    result = min((tmp_path / "results").iterdir())
    result.write_text(result.read_text()[:40])
    again = backtest(RECORDINGS, protocol, out=tmp_path)
    assert again.cached == 1


def test_true_events_are_hit_with_their_delay() -> None:
    """The twin desaturates at 20 and 31 min; its pressure rises at 35 min, read at 36 min."""
    rows = backtest(RECORDINGS, read_protocol(KETAMINE)).load.detection_rows()
    found = {row["truth"]: row for row in rows}
    assert (found["desaturation"]["events"], found["desaturation"]["hit"]) == (2, 2)
    assert 13 <= found["desaturation"]["median delay s"] <= 30
    assert found["hypertension"]["median delay s"] == 60.0


def test_the_command_prints_a_table_and_writes_csv_json_and_html(tmp_path: Path) -> None:
    arguments = ["backtest", str(RECORDINGS), "-p", KETAMINE, "--out", str(tmp_path)]
    out = CliRunner().invoke(app, [*arguments, "--workers", "1"])
    assert out.exit_code == 0
    assert "spo2_low" in out.stdout
    assert "simulated" in out.stderr
    with (tmp_path / "backtest.csv").open() as file:
        rows = {row["rule"]: row for row in csv.DictReader(file)}
    assert (rows["spo2_low"]["high"], rows["spo2_low"]["medium"]) == ("1", "1")
    document = json.loads((tmp_path / "backtest.json").read_text())
    assert document["simulated"] == document["sessions"] == 2
    assert document["rules"][0]["rule"] in rows
    page = (tmp_path / "report.html").read_text()
    assert "not a medical device" in page
    assert "Published figures" in page


def test_what_cannot_be_read_is_named_and_an_empty_folder_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(RecordingError, match=r"holds no recording"):
        backtest(tmp_path, read_protocol(KETAMINE))
    (tmp_path / "good.csv").write_text((RECORDINGS / "infusion.csv").read_text())
    found = backtest(tmp_path, read_protocol(KETAMINE))
    assert found.load.sessions == 1
    assert any("x.csv" in note for note in found.notes)


def test_coverage_is_the_share_of_time_in_which_a_signal_spoke(tmp_path: Path) -> None:
    """100 s with a gap of 50 s, of which the last reading before it covers 10: 60 of 100."""
    times = [*range(31), *range(80, 101)]
    rows = "\n".join(f"2026-01-05 10:{t // 60:02}:{t % 60:02},97" for t in times)
    (tmp_path / "gap.csv").write_text("Time,SpO2\n" + rows)
    load = backtest(tmp_path, read_protocol(KETAMINE)).load
    assert load.coverage_rows() == [{"signal": "spo2", "sessions": 1, "known": 0.6}]
    recording = next(open_recordings(tmp_path / "gap.csv"))
    assert open_session(recording, read_protocol(KETAMINE)).fresh[Signal.SPO2] == 10 * SECOND


def test_the_notes_say_in_how_many_sessions_a_rule_was_stepped(tmp_path: Path) -> None:
    """Of three cuffs one measures 170/30, which hardly go together."""
    for name, low in (("a", 80), ("b", 30), ("c", 90)):
        rows = f"2026-01-05 10:00:00,170,{low}\n2026-01-05 10:05:00,128,80\n"
        (tmp_path / f"{name}.csv").write_text(f"Time,NIBPSys,NIBPDia\n{rows}")
    notes = backtest(tmp_path, read_protocol(KETAMINE)).notes
    assert "nibp_sys_high was stepped in 3 of 3 sessions: not evaluated as a block there" in notes


def test_verdicts_saved_from_a_diff_are_read_back(tmp_path: Path) -> None:
    """The twin's first desaturation was judged needed, an alarm at a quiet time not."""
    file = tmp_path / "verdicts.csv"
    file.write_text(
        "session,alarm,at,verdict\n"
        "infusion,spo2_low,2026-01-05T10:20:23.000000Z,needed\n"
        "infusion,spo2_low,2026-01-05T10:50:00.000000Z,artefact\n"
    )
    found = backtest(RECORDINGS, read_protocol(KETAMINE), verdicts=read_verdicts(file))
    assert found.verdicts.rows() == [
        {"verdict": "artefact", "told": 0, "not told": 1},
        {"verdict": "needed", "told": 1, "not told": 0},
    ]
    file.write_text("session,alarm,at,verdict\nx,y,soon,needed\n")
    with pytest.raises(RecordingError, match=r"verdicts.csv:2: 'soon' is no time"):
        read_verdicts(file)


def test_every_file_that_is_left_out_is_named_with_its_reason_and_is_exit_code_3(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "nights"
    folder.mkdir()
    rows = "".join(f"{second},97\n" for second in range(60))
    (folder / "good.csv").write_text("time_s,SpO2,Motion\n" + rows.replace("\n", ",0\n"))
    (folder / "labels.csv").write_text("time_s,Sat.-Wert\n" + rows)
    (folder / "empty.csv").write_text("time_s,SpO2\n0,--\n1,--\n")
    (folder / "notes.txt").write_text("seen by the ward\n")
    (folder / "broken.dat").write_bytes(b"\x00\x01\x02")
    (folder / "README.md").write_text("nights")
    (folder / "other.events.csv").write_text("at,event\n")
    out = CliRunner().invoke(app, ["backtest", str(folder), "-p", KETAMINE, "--workers", "1"])
    assert out.exit_code == 3
    for said in (
        "left out: {}/labels.csv: no header with a clock column and a signal",
        "left out: {}/empty.csv: known signals, but every value is missing: spo2 ('SpO2')",
        "left out: {}/notes.txt: ",
        "left out: {}/broken.dat: ",
        "1 of 1 sessions: columns not used: Motion",
        "not opened: {}/README.md: a text about recordings",
        "not opened: {}/other.events.csv: an events file without its recording",
    ):
        assert said.format(folder) in out.stderr
    (folder / "good.csv").unlink()
    none = CliRunner().invoke(app, ["backtest", str(folder), "-p", KETAMINE, "--workers", "1"])
    assert isinstance(none.exception, NothingAssessedError)


def test_columns_are_named_for_a_folder(tmp_path: Path) -> None:
    rows = "".join(f"{second},97\n" for second in range(60))
    (tmp_path / "one.csv").write_text("Wann,Wert\n" + rows)
    arguments = ["backtest", str(tmp_path), "-p", KETAMINE, "--workers", "1"]
    named = ["--columns", "time=Wann,spo2=Wert", "--unit", "s"]
    assert CliRunner().invoke(app, [*arguments, *named]).exit_code == 0
    diffed = ["diff", KETAMINE, KETAMINE, "--recordings", str(tmp_path), *named]
    assert CliRunner().invoke(app, diffed).exit_code == 0


def test_the_report_says_when_alarms_come_and_leads_to_the_strips_of_the_worst_sessions(
    tmp_path: Path,
) -> None:
    protocol = read_protocol("ketamine_iv_0_5_40")
    found = backtest(shipped("recordings"), protocol, out=tmp_path)
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert [each.session for each in found.worst] == ["infusion", "oximeter"]
    for each in found.worst:
        page = each.page(found.worst.index(each) + 1)
        assert f'href="{page}">{each.session}: {each.alarms} alarms' in report
        strips = (tmp_path / page).read_text(encoding="utf-8")
        assert strips.count('"rule":') >= each.alarms
    cells = found.load.over_time()
    assert sum(found.load.by_time.values()) == found.load.alarms
    assert sum(found.load.watched.values()) == pytest.approx(3600 * found.load.hours, abs=5)
    hours = found.load.watched[2] / 3600
    assert cells["20-40 min", "spo2_low"] == pytest.approx(2 / hours)


def test_files_of_one_name_in_two_folders_are_two_sessions_with_strips_of_their_own(
    tmp_path: Path,
) -> None:
    for folder, lowest in (("a", 81), ("a b", 82), ("a-b", 83)):
        place = tmp_path / "nights" / folder
        place.mkdir(parents=True)
        rows = (f"{at},{lowest if at > 60 else 97}" for at in range(120))
        (place / "spo2.csv").write_text("\n".join(["time_s,spo2", *rows]), encoding="utf-8")
    nights, out = tmp_path / "nights", tmp_path / "report"
    protocol = read_protocol(KETAMINE)
    found = backtest(nights, protocol, out=out)
    names = ["a b/spo2.csv", "a-b/spo2.csv", "a/spo2.csv"]
    assert sorted(each.session for each in found.worst) == names
    pages = {each.page(place) for place, each in enumerate(found.worst, start=1)}
    assert {f"strips/{path.name}" for path in (out / "strips").iterdir()} == pages
    assert len({(out / page).read_text(encoding="utf-8") for page in pages}) == len(names)
    assert "'spo2' is a file in 3 folders: one patient, by its name" in found.notes
    assert len(list((out / "results").iterdir())) == len(names)
    assert sorted(diff_protocols(protocol, protocol, nights).sides) == names
    swept = run_sweep(nights, protocol, "spo2_low medium limit=88")
    assert "'spo2' is a file in 3 folders: one patient, by its name" in swept.notes()

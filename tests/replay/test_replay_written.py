"""Replay of small recordings written here: phases, windows, intervals, what is not assessed."""

import json
from pathlib import Path
from typing import Any

import pytest

from monitord.config import read_protocol
from monitord.errors import ConfigError, RecordingError
from monitord.model import SECOND, AlarmEvent, AlarmLine, from_iso
from monitord.replay.run.options import ReplayOptions
from monitord.replay.run.replay_run import replay_file
from monitord.replay.run.result import Result, is_result, read_result
from monitord.replay.run.summary import Summary

START = from_iso("2026-01-05T10:00:00Z")


def written(folder: Path, spo2: list[int], step: int = 1) -> Path:
    rows = [
        f"2026-01-05 {10 + t // 3600:02}:{t // 60 % 60:02}:{t % 60:02},{value}"
        for t, value in zip(range(0, len(spo2) * step, step), spo2, strict=True)
    ]
    file = folder / "bed.csv"
    file.write_text("Time,SpO2\n" + "\n".join(rows) + "\n")
    return file


def run(file: Path, **options: Any) -> Result:
    return replay_file(str(file), read_protocol("ketamine_iv_0_5_40"), ReplayOptions(**options))


def told(result: Result, rule: str = "spo2_low") -> list[tuple[float, str, str]]:
    return [
        ((line.at - START) / SECOND, line.event.value, line.priority.word)
        for line in result.lines
        if line.alarm == rule
    ]


DIP = [97] * 30 + [89] * 40 + [97] * 60
# A step of 8 % in a second is believed at once.


def test_a_dip_starts_after_its_delay_and_clears_after_the_clear_delay(tmp_path: Path) -> None:
    assert told(run(written(tmp_path, DIP))) == [
        (45, "start", "medium"),
        (80, "clear", "medium"),
        # Good readings pay the sum back twice as fast as it grew.
        (90, "near_miss", "high"),
    ]


def test_a_recording_with_long_intervals_stays_fresh_between_them(tmp_path: Path) -> None:
    """20 s apart: fresh for 50 s, so the deadline at 15 s finds the reading still speaking."""
    assert told(run(written(tmp_path, [97, 88, 97, 97], step=20)))[0] == (35, "start", "medium")


def test_an_interval_can_be_declared(tmp_path: Path) -> None:
    file = written(tmp_path, [97, 88, 97, 97], step=20)
    result = run(file, interval=2 * SECOND)
    assert result.header["fresh_s"] == {"spo2": 10.0}
    # Stale 10 s after the reading: unknown when the delay is over, and the next reading is good. The near
    # miss of the high level comes within a minute of the medium one's, and is only counted.
    assert told(result) == [(47.5, "near_miss", "medium")]


def test_what_the_recording_does_not_carry_is_named_and_raises_nothing(tmp_path: Path) -> None:
    result = run(written(tmp_path, [97] * 200))
    assert "pulse_rate" in result.header["not_assessed"]
    assert "spo2" not in result.header["not_assessed"]
    assert list(result.lines) == []


def test_the_header_says_replay_and_how_the_protocol_was_adapted(tmp_path: Path) -> None:
    header = json.loads(next(run(written(tmp_path, DIP)).texts()))
    assert header["note"].startswith("REPLAY")
    assert header["adapted"][1] == "phases: infusion"
    assert header["hours"] == pytest.approx(129 / 3600, abs=1e-6)


def test_lines_carry_the_identity_of_the_protocol_as_it_was_written(tmp_path: Path) -> None:
    result = run(written(tmp_path, DIP))
    assert {line.protocol for line in result.lines} == {result.header["protocol"]}


def test_a_phase_is_chosen_by_name_and_an_unknown_one_refused(tmp_path: Path) -> None:
    file = written(tmp_path, DIP)
    assert {line.phase for line in run(file, phase="late").lines} == {"late"}
    with pytest.raises(RecordingError, match="no phase 'peak'; it has pre, infusion, early, late"):
        run(file, phase="peak")


def test_rows_of_an_events_file_place_the_phases(tmp_path: Path) -> None:
    """`spo2_absent` is high after 120 s in the infusion alone."""
    file = written(tmp_path, [97] * 10)
    gap = written(tmp_path, [97] * 10 + [97])
    gap.write_text(file.read_text().rstrip().rsplit("\n", 1)[0] + "\n2026-01-05 10:05:00,97\n")
    marks = tmp_path / "marks.csv"
    marks.write_text("at,event,value\n+0s,phase,early\n+100s,phase,infusion\n")
    found = [
        (event, priority, phase)
        for line in run(gap, events=marks).lines
        for event, priority, phase in [(line.event.value, line.priority.word, line.phase)]
        if line.alarm == "spo2_absent"
    ]
    assert found[:3] == [
        ("start", "low", "early"),
        ("escalate", "medium", "early"),
        ("escalate", "high", "infusion"),
    ]


def test_staff_actions_of_an_events_file_move_the_session(tmp_path: Path) -> None:
    marks = tmp_path / "marks.csv"
    marks.write_text("at,event,value\n+0s,start_infusion,\n+20s,stop_infusion,\n")
    lines = list(run(written(tmp_path, DIP), events=marks).lines)
    assert {line.phase for line in lines} == {"early"}


def test_only_a_part_is_replayed_between_from_and_to(tmp_path: Path) -> None:
    file = written(tmp_path, DIP)
    assert told(run(file, start="+35s", end="2026-01-05T10:00:55Z")) == [(50, "start", "medium")]
    with pytest.raises(RecordingError, match="nothing lies between"):
        run(file, start="+1h")
    with pytest.raises(ConfigError, match="no date and time"):
        run(file, start="soon")


def test_a_foreign_recording_needs_a_protocol(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="name one with -p"):
        replay_file(str(written(tmp_path, DIP)))


def test_a_result_reads_back_as_it_was_written(tmp_path: Path) -> None:
    texts = list(run(written(tmp_path, DIP)).texts())
    file = tmp_path / "out.jsonl"
    file.write_text("\n".join(texts) + "\n")
    assert is_result(file)
    assert list(read_result(file).texts()) == texts


@pytest.mark.parametrize("text", ["", "[]\n", '{"schema": 1, "replay": true}\n{"at": 3}\n'])
def test_what_is_no_result_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "out.jsonl"
    file.write_text(text)
    with pytest.raises(RecordingError, match=r"header is missing|out.jsonl:2: not an alarm line"):
        read_result(file)


def test_the_summary_counts_alarms_by_their_worst_priority_and_near_misses(tmp_path: Path) -> None:
    result = run(written(tmp_path, [97] * 10 + [88] * 70 + [97] * 30))
    summary = Summary()
    for line in result.lines:
        summary.count(line)
    assert [p.word for p in summary.alarms["spo2_low"]] == ["high"]
    assert summary.near_misses.total() == 0
    rows = {row.split()[0]: row.split()[1:5] for row in summary.table(result.header)[1:]}
    assert rows["spo2_low"] == ["1", "0", "0", "1"]


def test_a_latched_alarm_that_comes_back_is_one_alarm_more(tmp_path: Path) -> None:
    result = run(written(tmp_path, [97] * 10 + [78] * 5 + [97] * 30 + [78] * 5))
    lines: list[AlarmLine] = list(result.lines)
    assert [line.event for line in lines if line.event is AlarmEvent.LATCH]
    summary = Summary()
    for line in lines:
        summary.count(line)
    assert len(summary.alarms["spo2_low"]) == 2


def test_a_pressure_that_the_monitor_repeats_neither_ages_nor_hides_it(tmp_path: Path) -> None:
    """After birth: 165 at once is medium, and high when no reading has confirmed it in 5 min."""
    rows = [f"2026-01-05 10:00:{second:02},165,90" for second in range(0, 60, 10)]
    file = tmp_path / "cuff.csv"
    file.write_text("Time,NBPSys,NBPDias\n" + "\n".join([*rows, "2026-01-05 10:20:00,150,90"]))
    result = replay_file(str(file), read_protocol("esketamine_iv_0_2_40"))
    assert told(result, "postpartum_sys_high")[:2] == [
        (0, "start", "medium"),
        (300, "escalate", "high"),
    ]


def test_rules_that_nothing_in_the_recording_can_make_speak_are_left_out_by_name(
    tmp_path: Path,
) -> None:
    """Pressure without anybody who asks for symptoms; no staff, so no infusion that lasts too long."""
    file = tmp_path / "cuff.csv"
    file.write_text(
        "Time,NIBPSys,NIBPDia\n2026-01-05 10:00:00,170,112\n2026-01-05 10:05:00,171,111\n"
    )
    (left_out,) = (
        text for text in run(file).header["adapted"] if text.startswith("rules left out: ")
    )
    assert {"severe_with_symptoms", "infusion_overrun", "spo2_low"} <= set(
        left_out.removeprefix("rules left out: ").split(", ")
    )
    assert "nibp_sys_high" not in left_out

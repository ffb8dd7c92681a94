"""Two protocols, or two results: which alarms are added, lost, moved or re-prioritised."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from monitord.cli import app
from monitord.config import shipped
from monitord.model import Instant, Priority
from monitord.replay.compare.diff import Change, compare
from monitord.replay.compare.diff_run import diff
from monitord.replay.run.episodes import Episode

LOW, MEDIUM, HIGH = Priority.LOW, Priority.MEDIUM, Priority.HIGH
KETAMINE = "ketamine_iv_0_5_40"
TEXT = shipped(f"protocols/{KETAMINE}.yaml").read_text()


def alarm(start: int, end: int | None, *reached: tuple[Priority, int]) -> Episode:
    steps = tuple((priority, Instant(at)) for priority, at in reached or ((MEDIUM, start),))
    ends = None if end is None else Instant(end)
    return Episode(alarm="spo2_low", start=Instant(start), end=ends, reached=steps)


def changes(a: list[Episode], b: list[Episode]) -> list[Change]:
    return [each.change for each in compare({"s": a}, {"s": b})]


def recordings(folder: Path, spo2: list[int]) -> Path:
    place = folder / "recordings"
    place.mkdir(exist_ok=True)
    rows = [f"2026-01-05 10:{t // 60:02}:{t % 60:02},{value}" for t, value in enumerate(spo2)]
    (place / "bed.csv").write_text("Time,SpO2\n" + "\n".join(rows))
    return place


def protocol(folder: Path, old: str, new: str) -> str:
    assert TEXT.count(old) > 0
    file = folder / "other.yaml"
    file.write_text(TEXT.replace(old, new))
    return str(file)


def test_the_same_alarms_give_no_difference() -> None:
    assert changes([alarm(0, 10), alarm(20, None)], [alarm(0, 10), alarm(20, None)]) == []


def test_an_alarm_without_its_fellow_is_lost_and_the_other_added() -> None:
    assert changes([alarm(0, 10)], [alarm(11, 20)]) == [Change.LOST, Change.ADDED]


def test_an_alarm_at_another_time_is_moved_by_so_much() -> None:
    (found,) = compare({"s": [alarm(0, 10_000_000)]}, {"s": [alarm(2_000_000, 9_000_000)]})
    assert found.change is Change.MOVED
    assert found.words() == "spo2_low medium: medium 2 s later; ends 1 s earlier"


def test_an_alarm_that_gets_less_bad_is_reprioritised() -> None:
    before, after = alarm(0, 10, (LOW, 0), (HIGH, 4)), alarm(0, 10, (LOW, 0))
    assert changes([before], [after]) == [Change.PRIORITY]


def test_the_lost_come_first_and_then_the_latest() -> None:
    a = [alarm(0, 100), alarm(200, 300), alarm(400, 500)]
    b = [alarm(5, 100), alarm(250, 300), alarm(600, 700)]
    found = compare({"s": a}, {"s": b})
    assert [(each.change, each.at) for each in found] == [
        (Change.LOST, 400),
        (Change.MOVED, 200),
        (Change.MOVED, 0),
        (Change.ADDED, 600),
    ]


def test_a_protocol_against_itself_is_empty_and_the_command_says_so(tmp_path: Path) -> None:
    place = recordings(tmp_path, [97] * 30 + [88] * 40 + [97] * 30)
    out = CliRunner().invoke(app, ["diff", KETAMINE, KETAMINE, "--recordings", str(place)])
    assert (out.exit_code, out.stdout) == (0, "")
    assert "1 sessions, no difference" in out.stderr


def test_a_limit_moved_by_one_names_exactly_the_alarms_that_moved(tmp_path: Path) -> None:
    """Below 89 instead of 90: a dip to 89 is lost, one to 88 through 89 comes 3 s later, 85 stays."""
    dips = [97] * 30 + [89] * 20 + [97] * 60 + [89] * 3 + [88] * 30 + [97] * 60 + [86] * 30
    place = recordings(tmp_path, [*dips, *[97] * 60])
    other = protocol(tmp_path, 'limit: "<90"', 'limit: "<89"')
    found = diff(KETAMINE, other, recordings=place)
    assert [(each.change, each.words()) for each in found.differences] == [
        (Change.LOST, "spo2_low medium"),
        (Change.MOVED, "spo2_low medium: medium 3 s later"),
    ]
    assert (found.sessions, found.skipped) == (1, [])


def test_a_longer_delay_shows_in_the_exit_code_and_on_the_page(tmp_path: Path) -> None:
    place = recordings(tmp_path, [97] * 30 + [88] * 40 + [97] * 30)
    other = protocol(tmp_path, "delay: 15s", "delay: 20s")
    page = tmp_path / "diff.html"
    out = CliRunner().invoke(
        app, ["diff", KETAMINE, other, "--recordings", str(place), "--html", str(page)]
    )
    assert out.exit_code == 1
    assert "medium 5 s later" in out.stdout
    assert "<svg" in page.read_text()
    assert "not a medical device" in page.read_text()


def test_two_results_are_compared_by_session(tmp_path: Path) -> None:
    place = recordings(tmp_path, [97] * 30 + [88] * 40 + [97] * 30)
    other = protocol(tmp_path, "delay: 15s", "delay: 20s")
    results: list[str] = []
    for name in (KETAMINE, other):
        file = tmp_path / f"{len(results)}.jsonl"
        arguments = ["replay", str(place / "bed.csv"), "-p", name, "--jsonl", str(file)]
        assert CliRunner().invoke(app, arguments).exit_code == 0
        results.append(str(file))
    assert [each.change for each in diff(*results).differences] == [Change.MOVED]
    assert diff(results[0], results[0]).differences == []


def test_what_is_neither_result_nor_protocol_is_exit_code_2(tmp_path: Path) -> None:
    out = CliRunner().invoke(app, ["diff", KETAMINE, KETAMINE])
    assert out.exit_code == 2
    assert "add --recordings" in out.stderr


def test_a_file_that_is_no_recording_is_named_and_the_others_compared(tmp_path: Path) -> None:
    place = recordings(tmp_path, [97] * 30)
    (place / "notes.csv").write_text("a,b\n1,2\n")
    found = diff(KETAMINE, KETAMINE, recordings=place)
    assert found.sessions == 1
    assert "notes.csv" in found.skipped[0]


@pytest.mark.parametrize("moved", ["start", "end", "reached"])
def test_every_time_of_an_alarm_counts(moved: str) -> None:
    one = alarm(0, 100, (LOW, 0), (HIGH, 50))
    values: dict[str, Any] = {
        "start": Instant(1),
        "end": Instant(99),
        "reached": ((LOW, 0), (HIGH, 60)),
    }
    other = replace(one, **{moved: values[moved]})
    assert changes([one], [other]) == [Change.MOVED]

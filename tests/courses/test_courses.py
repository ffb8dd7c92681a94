"""Dangerous courses, each within the longest time in which somebody must be told (the alarm model, section 6)."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitord.cli import app
from monitord.config import shipped
from monitord.model import SECOND
from tests.courses.course_table import COURSES, rows, tell
from tests.release.alarm_docs import GUIDE, part_of


@pytest.mark.parametrize("file", COURSES, ids=lambda file: file.stem)
def test_somebody_is_told_in_time_and_the_guide_says_when(file: Path) -> None:
    told = tell(file)
    assert told.late == {}
    shown = rows(told)
    guide = part_of(GUIDE.read_text(), "courses")
    assert shown in guide, f"run: .venv/bin/python -m tests.release.alarm_docs; measured:\n{shown}"


def test_the_guide_shows_no_course_that_there_is_not() -> None:
    lines = part_of(GUIDE.read_text(), "courses").splitlines()[2:]
    assert sum(not line.startswith("|  | ") for line in lines) == len(COURSES)


def test_the_guide_says_how_much_earlier_a_capnograph_tells_of_an_apnoea_than_the_oximeter() -> (
    None
):
    (file,) = [each for each in COURSES if each.stem == "37_apnoea_under_oxygen"]
    took: dict[str, int] = {}
    for story, result in tell(file).stories:
        (paged,) = [each.paged for each in story.bed.expect if each.paged is not None]
        seconds = paged.took(result.tellings, story.end)
        assert seconds is not None
        took[story.name.partition(" [")[0]] = seconds // SECOND
    gas, finger = took["0.4 oxygen, with a capnograph"], took["0.4 oxygen, the oximeter alone"]
    air = took["air, the oximeter alone"] - took["air, with a capnograph"]
    said = " ".join(GUIDE.read_text().split())
    assert f"somebody is told {gas} s after the last breath where a capnograph counts" in said
    assert f"and {finger} s after it by the oximeter alone: {finger - gas} s later" in said
    assert f"On air it is {air} s later ({air + gas} s)" in said


def test_the_command_takes_the_folder_of_courses(tmp_path: Path) -> None:
    name = "22_slow_pulse_with_a_beat.yaml"
    (tmp_path / name).write_text(shipped(f"courses/{name}").read_text())
    out = CliRunner().invoke(app, ["test", "--no-coverage", str(tmp_path)])
    assert (out.exit_code, len(out.stdout.splitlines())) == (0, 1), out.output
    assert "3 tests, 0 failed" in out.stdout
    (tmp_path / name).unlink()
    empty = CliRunner().invoke(app, ["test", str(tmp_path)])
    assert empty.exit_code != 0

"""What the guide to alarms shows of timelines is what the commands print."""

import pytest

from tests.release.alarm_docs import GUIDE, PARTS, afternoon, explained, part_of


# Each course's rows are compared where it is told, so that it is told once.
@pytest.mark.parametrize("name", [name for name in PARTS if name != "courses"])
def test_the_guide_shows_what_the_command_prints(name: str) -> None:
    shown = part_of(GUIDE.read_text(), name)
    assert shown == PARTS[name](), "run: .venv/bin/python -m tests.release.alarm_docs"


def test_a_nurse_finds_the_cause_first_and_what_is_quiet_last() -> None:
    lines = explained().splitlines()
    assert lines[2].startswith("Bed 1: session s1, infusion for 22 min")
    assert lines[3].startswith("Asked for ")
    states = [line for line in lines if line.endswith((": alarm", ": waits", ": cannot tell"))]
    assert states[:2] == ["Low SpO2: alarm", "Low breathing rate: alarm"]
    assert lines[-3].startswith("Quiet, with good readings: ")


def test_on_the_bad_afternoon_the_desaturation_is_the_first_heard_of_its_kind() -> None:
    """Expected rises of pressure may come before it; no technical alarm does."""
    first = next(each for each in afternoon().heard if not each.line.alarm.startswith("nibp"))
    assert first.bed == "1"
    assert first.line.signal == "spo2"

"""Readings stop while a limit is on its way: the absence says so in the limit's time."""

import pytest

from monitord.model import MINUTE, Priority, Quality
from tests.builders import Bed, infusing


def told_high(bed: Bed, rule: str = "spo2_stale") -> list[str]:
    return [line for line in bed.story(rule) if line.endswith("high")]


@pytest.mark.parametrize(
    ("how", "quality"),
    [("the probe is off", Quality.PROBE_OFF), ("it searches for the pulse", Quality.SEARCHING)],
)
def test_a_limit_that_was_on_its_way_speaks_through_the_absence(how: str, quality: Quality) -> None:
    bed = infusing()
    bed.spo2(83, "4s")
    bed.spo2(None, "40s", quality=quality)
    assert told_high(bed) == ["15s escalate high"], how
    line = next(line for line in bed.of("spo2_stale") if line.priority is Priority.HIGH)
    assert line.text.endswith("last 83 and falling")
    assert line.value == 83


def test_where_nothing_at_all_is_heard_the_last_reading_speaks_while_it_is_fresh() -> None:
    bed = infusing()
    bed.spo2(83, "4s")
    bed.wait("40s")
    assert told_high(bed, "spo2_low") == ["5s start high"]
    assert told_high(bed) == []


@pytest.mark.parametrize(
    ("readings", "why"),
    [
        ([(97, 10), (83, 1)], "one reading may be an artifact"),
        ([(83, 3), (89, 1)], "the last reading was inside again"),
    ],
)
def test_what_readings_refute_is_not_spoken(readings: list[tuple[float, int]], why: str) -> None:
    bed = infusing()
    for value, seconds in readings:
        bed.spo2(value, f"{seconds}s")
    bed.probe_off("60s")
    assert told_high(bed) == [], why


def test_what_the_limit_says_itself_the_absence_does_not_repeat() -> None:
    bed = infusing()
    bed.spo2(84, "6s")
    bed.probe_off("60s")
    assert told_high(bed, "spo2_low") == ["5s start high"]
    assert told_high(bed) == []


def test_an_answered_limit_that_grows_deeper_unseen_is_spoken() -> None:
    bed = infusing()
    bed.spo2(88, "16s")
    bed.acknowledge("spo2_low")
    bed.spo2(84, "4s")
    bed.probe_off("60s")
    assert told_high(bed) != []


def test_a_good_reading_ends_it_with_the_absence() -> None:
    bed = infusing()
    bed.spo2(83, "4s")
    bed.probe_off("20s")
    bed.spo2(97, "60s")
    assert bed.alarm("spo2_stale") is None or not bed.alarm("spo2_stale").stands  # type: ignore[union-attr]
    assert bed.now - bed.marked < 2 * MINUTE


def test_a_step_of_an_answered_alarm_that_was_on_its_way_is_spoken() -> None:
    bed = infusing()
    bed.spo2(79, "20s")
    assert bed.acknowledge("spo2_low") is None
    bed.mark()
    bed.spo2(74, "3s")
    bed.probe_off("60s")
    assert told_high(bed) == ["15s escalate high"]
    line = next(line for line in bed.of("spo2_stale") if line.priority is Priority.HIGH)
    assert line.text.endswith("last 74 and falling")


def test_a_step_that_one_reading_alone_was_beyond_is_not_spoken() -> None:
    bed = infusing()
    bed.spo2(79, "20s")
    assert bed.acknowledge("spo2_low") is None
    bed.mark()
    bed.spo2(74, "1s")
    bed.probe_off("60s")
    assert told_high(bed) == []

"""Clock columns, as exporters write them."""

from zoneinfo import ZoneInfo

import pytest

from monitord.errors import RecordingError
from monitord.model import MINUTE, SECOND, iso
from monitord.replay.recordings.clock_column import Clocked, read_clock


def texts(clock: Clocked) -> list[str]:
    return [iso(at)[:19] for at in clock.times.tolist()]


@pytest.mark.parametrize(
    "cell",
    [
        "06:53:12 Feb 20 2026",
        "2026-02-20 06:53:12",
        "2026-02-20T06:53:12Z",
        "2026-02-20T07:53:12+01:00",
        "2026-02-20 06:53:12 UTC",
        "2026-02-20 06:53:12 AM",
        "Fri Feb 20 06:53:12 2026",
        "20.02.2026 06:53:12",
        "20/02/2026 6:53:12",
        "02/20/2026 06:53:12",
        "2026/02/20 06:53:12.000",
        "20-Feb-2026 06:53:12",
        "1771570392",
        "1771570392000",
        "1771570392000000",
    ],
)
def test_each_way_of_writing_a_moment_is_the_same_instant(cell: str) -> None:
    clock = read_clock([cell], tz=None)
    assert texts(clock) == ["2026-02-20T06:53:12"]
    assert not clock.bad.any()


def test_noon_and_midnight_of_a_twelve_hour_clock_are_told_apart() -> None:
    clock = read_clock(["2021-06-10 12:00:00 AM", "2021-06-10 12:00:00 PM"], tz=None)
    assert texts(clock) == ["2021-06-10T00:00:00", "2021-06-10T12:00:00"]


def test_a_local_time_without_zone_is_utc_and_the_report_says_so() -> None:
    clock = read_clock(["2026-07-01 10:00:00"], tz=None)
    assert texts(clock) == ["2026-07-01T10:00:00"]
    assert clock.statement == "local time without zone, taken as UTC"
    assert not clock.zoned


def test_a_local_time_is_read_in_the_zone_that_the_caller_gives() -> None:
    clock = read_clock(["2026-07-01 10:00:00", "2026-01-01 10:00:00"], tz=ZoneInfo("Europe/Berlin"))
    assert texts(clock) == ["2026-07-01T08:00:00", "2026-01-01T09:00:00"]
    assert "Europe/Berlin" in clock.statement


def test_a_zone_that_is_written_goes_before_the_callers() -> None:
    clock = read_clock(["2026-07-01T10:00:00Z"], tz=ZoneInfo("Europe/Berlin"))
    assert texts(clock) == ["2026-07-01T10:00:00"]
    assert clock.zoned


def test_the_hour_that_a_clock_shows_twice_goes_on_where_the_clock_falls_back() -> None:
    """Berlin leaves summer time on 2026-10-25: 02:59:58 is followed by 02:00:00."""
    cells = [f"2026-10-25 {time}" for time in ("01:59:58", "02:59:58", "02:00:00", "03:00:00")]
    clock = read_clock(cells, tz=ZoneInfo("Europe/Berlin"))
    assert [text[11:] for text in texts(clock)] == ["23:59:58", "00:59:58", "01:00:00", "02:00:00"]
    assert any("showed twice" in note for note in clock.notes)


def test_a_clock_without_dates_passes_midnight_once() -> None:
    clock = read_clock(["23:59:58", "00:00:00", "00:00:02", "00:00:01"], tz=None)
    assert [text[8:] for text in texts(clock)] == [
        "01T23:59:58",
        "02T00:00:00",
        "02T00:00:02",
        "02T00:00:01",
    ]
    assert any("midnight" in note for note in clock.notes)


def test_dates_that_may_begin_with_day_or_month_are_refused_unless_the_file_decides() -> None:
    with pytest.raises(RecordingError, match="give the format"):
        read_clock(["03/04/2026 10:00:00"], tz=None)
    decided = read_clock(["03/04/2026 10:00:00", "13/04/2026 10:00:00"], tz=None)
    assert texts(decided)[0] == "2026-04-03T10:00:00"
    told = read_clock(["03/04/2026 10:00:00"], tz=None, form="%m/%d/%Y %H:%M:%S")
    assert texts(told) == ["2026-03-04T10:00:00"]


def test_plain_numbers_without_a_unit_are_refused() -> None:
    with pytest.raises(RecordingError, match="name their unit"):
        read_clock(["0", "8.5"], tz=None)


def test_elapsed_numbers_count_from_a_stated_day() -> None:
    clock = read_clock(["-1", "0", "1.5"], tz=None, unit=MINUTE)
    assert texts(clock) == ["1999-12-31T23:59:00", "2000-01-01T00:00:00", "2000-01-01T00:01:30"]
    assert "2000-01-01" in clock.statement


@pytest.mark.parametrize(
    "cell",
    ["", "x", "25:00:00 Feb 20 2026", "10:00:00 Feb 30 2026", "10:61", "13:00:00 PM 2026-01-01"],
)
def test_what_is_no_clock_is_bad_and_never_raises(cell: str) -> None:
    clock = read_clock(["2026-02-20 06:53:12", cell], tz=None)
    assert clock.bad.tolist() == [False, True]


@pytest.mark.parametrize("cell", ["1e300", "nan", "inf", "-", "1e18"])
def test_numbers_that_are_no_clock_are_bad(cell: str) -> None:
    assert read_clock(["0", cell], tz=None, unit=SECOND).bad.tolist() == [False, True]

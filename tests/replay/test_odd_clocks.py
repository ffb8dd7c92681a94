"""Clocks that say less, or more, than they seem: nights of the clock change, twelve hours, years first, zones in a name."""

from collections.abc import Callable
from datetime import timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from monitord.errors import RecordingError
from monitord.model import MILLISECOND, SECOND, Instant, iso
from monitord.replay.recordings.clock_column import Clocked, read_clock
from monitord.replay.recordings.column_names import clock_unit, clock_zone
from monitord.replay.recordings.open_recordings import open_recording
from monitord.replay.recordings.recording import Recording

BERLIN = ZoneInfo("Europe/Berlin")
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "clock.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def texts(clock: Clocked) -> list[str]:
    assert not clock.bad.any()
    return [iso(Instant(int(at)))[:19] for at in clock.times]


def starts(found: Recording) -> str:
    return iso(Instant(int(found.table.times[0])))[:19]


# The hour that a clock shows twice.


@pytest.mark.parametrize(
    ("zone", "cells", "steps"),
    [
        ("Europe/Berlin", ["02:00", "02:30", "02:00", "02:30", "03:00"], [30] * 4),
        ("Europe/Berlin", ["02:00", "02:45", "02:30", "03:15"], [45] * 3),
        ("Australia/Lord_Howe", ["01:30", "01:50", "01:40", "02:00"], [20] * 3),
    ],
)
def test_a_slow_clock_passes_the_hour_that_it_shows_twice(
    zone: str, cells: list[str], steps: list[int]
) -> None:
    day = "2026-04-05" if "Lord" in zone else "2026-10-25"
    clock = read_clock([f"{day} {cell}" for cell in cells], tz=ZoneInfo(zone))
    assert (np.diff(clock.times) // (60 * SECOND)).tolist() == steps


def test_a_file_with_the_newest_on_top_is_the_same_recording(write: Write) -> None:
    rows = [
        f"2026-10-25 {h}:{m:02},9{m // 20},7{n}\n"
        for n, h in enumerate("1223")
        for m in (0, 20, 40)
    ]
    found = [
        open_recording(write("Time,SpO2,PR\n" + "".join(each)), tz=BERLIN)
        for each in (rows, rows[::-1])
    ]
    assert found[0].table.times.tolist() == found[1].table.times.tolist()
    assert np.array_equal(found[0].table.values, found[1].table.values)


def test_the_newest_on_top_passes_midnight_without_dates_too() -> None:
    clock = read_clock(["00:00:30", "00:00:00", "23:59:30", "23:59:00"], tz=None)
    assert (np.diff(clock.times) // SECOND).tolist() == [-30] * 3


def test_a_place_behind_the_time_passes_the_hour_too() -> None:
    cells = [f"2026-10-25 02:{minute} Europe/Berlin" for minute in ("50", "10", "30")]
    assert texts(read_clock(cells, tz=None)) == [
        "2026-10-25T00:50:00",
        "2026-10-25T01:10:00",
        "2026-10-25T01:30:00",
    ]


# Twelve hours.


@pytest.mark.parametrize("day", ["", "2026-01-13 ", "13.01.2026 "])
def test_a_clock_of_twelve_hours_that_says_no_half_is_refused(day: str) -> None:
    with pytest.raises(RecordingError, match="neither AM nor PM: export it with 24 hours"):
        read_clock([f"{day}{time}" for time in ("12:58:30", "12:59:30", "01:00:30")], tz=None)


@pytest.mark.parametrize(
    "cells",
    [
        ["12:59:30 PM", "01:00:30 PM"],
        ["12:59:30 AM", "01:00:30 AM"],
        ["下午12:59:30", "下午1:00:30"],
        ["12:59:30", "13:00:30"],
    ],
)
def test_one_that_says_it_is_read(cells: list[str]) -> None:
    clock = read_clock([f"2026-01-13 {cell}" for cell in cells], tz=None)
    assert np.diff(clock.times).tolist() == [60 * SECOND]


# The year first.


def test_a_year_of_two_digits_in_front_is_seen_at_midnight() -> None:
    clock = read_clock(["26-01-13 23:59:59", "26-01-14 00:00:00"], tz=None)
    assert texts(clock) == ["2026-01-13T23:59:59", "2026-01-14T00:00:00"]
    assert any("year before month" in note for note in clock.notes)


def test_where_no_row_tells_the_order_the_other_one_is_named_and_can_be_asked_for() -> None:
    cells = ["26-01-13 10:00:00", "26-01-13 10:00:01"]
    clock = read_clock(cells, tz=None)
    assert texts(clock)[0] == "2013-01-26T10:00:00"
    assert any("add --format '%y-%m-%d'" in note for note in clock.notes)
    assert texts(read_clock(cells, tz=None, form="%y-%m-%d"))[0] == "2026-01-13T10:00:00"


@pytest.mark.parametrize(
    "cells",
    [
        ["13/01/26 23:59:59", "14/01/26 00:00:00"],
        ["01/13/26 23:59:59", "01/14/26 00:00:00"],
        ["13.01.26 23:59:59", "14.01.26 00:00:00"],
    ],
)
def test_a_year_that_stands_last_stays_there_without_a_word(cells: list[str]) -> None:
    clock = read_clock(cells, tz=None)
    assert texts(clock) == ["2026-01-13T23:59:59", "2026-01-14T00:00:00"]
    assert not clock.notes


# Zones and units in a name.


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("Time (UTC)", 0.0),
        ("time_utc", 0.0),
        ("UTC Time", 0.0),
        ("Timestamp [GMT]", 0.0),
        ("Time (UTC+8)", 8.0),
        ("时间(UTC+08:00)", 8.0),
        ("Time (UTC-03:30)", -3.5),
    ],
)
def test_a_zone_in_the_name_of_a_clock_goes_before_the_callers(
    write: Write, name: str, hours: float
) -> None:
    assert clock_zone(name) == timezone(timedelta(hours=hours))
    path = write(f"{name},SpO2\n2026-01-13 12:00:00,97\n")
    noon = int(read_clock(["2026-01-13 12:00:00"], tz=None).times[0])
    callers: list[tzinfo | None] = [None, BERLIN]
    for tz in callers:
        found = open_recording(path, tz=tz)
        assert found.table.times[0] == noon - round(hours * 3600) * SECOND
        assert repr(name) in found.report.clock


def test_a_place_in_the_name_of_a_clock_is_its_zone_and_letters_are_told(write: Write) -> None:
    rows = "2026-07-13 10:00:00,97\n"
    assert (
        starts(open_recording(write(f"Time (Europe/Berlin),SpO2\n{rows}"))) == "2026-07-13T08:00:00"
    )
    path = write(f"Time (CET),SpO2\n{rows}")
    assert any("'CET'" in note and "--tz" in note for note in open_recording(path).report.notes)
    told = open_recording(path, tz=BERLIN)
    assert starts(told) == "2026-07-13T08:00:00"
    assert not any("'CET'" in note for note in told.report.notes)


@pytest.mark.parametrize("name", ["GMT offset", "Time (Zutcher)", "Tutcomp", "Time UTC+99"])
def test_what_only_resembles_a_zone_is_none(name: str) -> None:
    assert clock_zone(name) is None or not clock_unit(name)[0]


def test_of_a_local_clock_and_one_of_utc_the_sure_one_is_used(write: Write) -> None:
    found = open_recording(
        write("Local Time,UTC Time,SpO2\n2026-01-13 11:00:00,2026-01-13 10:00:00,97\n")
    )
    assert starts(found) == "2026-01-13T10:00:00"


def test_of_elapsed_seconds_and_dates_the_dates_are_used_where_they_tell_as_many_rows_apart(
    write: Write,
) -> None:
    rows = "Elapsed (s),Timestamp,SpO2\n0,2026-01-13 10:00{0},97\n4,2026-01-13 10:00{1},96\n"
    assert starts(open_recording(write(rows.format(":00", ":04")))) == "2026-01-13T10:00:00"
    assert starts(open_recording(write(rows.format("", "")))) == "2000-01-01T00:00:00"


def test_a_unit_in_the_name_by_which_a_time_would_be_none_is_not_believed() -> None:
    clock = read_clock(["1767600000000", "1767600004000"], tz=None, unit=SECOND)
    assert texts(clock) == ["2026-01-05T08:00:00", "2026-01-05T08:00:04"]
    assert any("since 1970" in note for note in clock.notes)
    days = read_clock(["1767600000", "1767600004"], tz=None, unit=MILLISECOND)
    assert texts(days)[0] == "2000-01-21T11:00:00"


# Spreadsheets, and signs that look alike.


@pytest.mark.parametrize(
    "cell", ["46035.5", "46035,5", "46035 0.5", "46035 12:00:00", "2026-01-13 0.5"]
)
def test_day_numbers_of_a_spreadsheet_are_refused_with_what_helps(cell: str) -> None:
    with pytest.raises(RecordingError, match="format the column as date and time, and save anew"):
        read_clock([cell], tz=None)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-01-13 11:00:00\u221203:30",
        "2026-01-13 11:00:00-03:30",
        "2026-01-13\u202f11\uff1a00\uff1a00-0330",
    ],
)
def test_a_sign_that_looks_like_another_is_that_one(cell: str) -> None:
    assert texts(read_clock([cell], tz=None)) == ["2026-01-13T14:30:00"]

"""Routes by bed, kind, phase and hour; the table that proves that no alarm ends nowhere."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitord.config.checks.route_table import route_faults, route_lines, route_rows, rows
from monitord.config.checks.suite_check import check_file
from monitord.config.suite.suite import Suite
from monitord.engine.alarms.route_choice import choose_route, local_minute
from monitord.model import Instant, Kind, Priority, from_datetime
from tests.builders_config import PLUGINS, SUITE, changed, suite, suite_faults

LOCAL = ("      - to: [pager]\n", "      - to: [pager, desk]\n")
NIGHT = (
    "routes:\n",
    """zone: Europe/Berlin
routes:
  special:
    - hours: 20:00-07:00
      kind: physiological
      high:
        tiers: [{to: [desk]}]
""",
)


def at(text: str) -> Instant:
    return from_datetime(datetime.fromisoformat(text))


def first_told(
    of: Suite,
    when: str = "2026-01-05T10:00+00:00",
    *,
    bed: str | None = "1",
    priority: Priority = Priority.HIGH,
    kind: Kind = Kind.PHYSIOLOGICAL,
    phase: str | None = "infusion",
) -> tuple[str, ...]:
    route = choose_route(of.settings(bed), priority, kind, phase, at(when))
    return route.tiers[0].to if route else ()


def test_a_route_by_hour_follows_the_suite_s_own_clock_through_summer_time() -> None:
    special = suite(
        NIGHT,
        (
            "      - to: [desk]\n      - to: [pager, desk]",
            "      - to: [pager]\n      - to: [desk]",
        ),
    )
    # 20:00 in Berlin is 19:00 UTC in January and 18:00 in July.
    assert first_told(special, "2026-01-05T18:59+00:00") == ("pager",)
    assert first_told(special, "2026-01-05T19:00+00:00") == ("desk",)
    assert first_told(special, "2026-07-05T18:00+00:00") == ("desk",)
    assert first_told(special, "2026-07-06T04:59+00:00") == ("desk",)
    assert first_told(special, "2026-07-06T05:00+00:00") == ("pager",)


def test_what_a_special_route_leaves_out_is_inherited() -> None:
    special = suite(NIGHT)
    night = "2026-01-05T22:00+00:00"
    assert first_told(special, night, priority=Priority.MEDIUM) == ("pager",)
    assert first_told(special, night, kind=Kind.TECHNICAL) == ("desk",)
    assert first_told(special, night, priority=Priority.LOW) == ()


def test_the_first_that_fits_is_taken_by_bed_and_phase() -> None:
    special = suite((
        "routes:\n",
        """routes:
  special:
    - {beds: ["2"], phases: [infusion], medium: {tiers: [{to: [desk]}]}}
    - {beds: ["2"], medium: {tiers: [{to: [pager, desk]}]}}
""",
    ))  # fmt: skip
    medium = Priority.MEDIUM
    assert first_told(special, bed="2", priority=medium) == ("desk",)
    assert first_told(special, bed="2", priority=medium, phase="early") == ("pager", "desk")
    assert first_told(special, bed="1", priority=medium) == ("pager",)


def test_alarms_of_the_suite_take_a_special_route_only_where_it_says_so() -> None:
    night = suite(NIGHT, ("      kind: physiological\n", ""))
    told = [special.priority for special in night.settings(None).special]
    assert told == []
    both = suite(NIGHT, ("      kind: physiological\n", "      suite: true\n"))
    assert len(both.settings(None).special) == 1


def test_settings_without_hours_carry_no_clock() -> None:
    assert suite().settings("1").offsets == ()
    offsets = suite(NIGHT).settings("1").offsets
    assert datetime.fromtimestamp(offsets[1][0] / 1e6, UTC) == datetime(2020, 3, 29, 1, tzinfo=UTC)
    assert local_minute(suite(NIGHT).settings("1"), at("2026-01-05T10:30+00:00")) == 11 * 60 + 30


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("20:00-07:00", "20:00-7", "are no hours: write them as 20:00-07:00"),
        ("kind: physiological", "phases: [infusoin]", "no protocol has a phase 'infusoin'"),
        ("kind: physiological", 'beds: ["3"]', "no bed '3'"),
        ("Europe/Berlin", "Europe/Berlinn", "no time zone 'Europe/Berlinn'"),
        ("      high:\n        tiers: [{to: [desk]}]\n", "", "has no route: write high, medium or low"),
        ("tiers: [{to: [desk]}]", "tiers: [{to: [dosk]}]", "no destination 'dosk'; did you mean 'desk'?"),
        ("zone: Europe/Berlin\n", "heartbeat: {to: [dusk]}\n", "no destination 'dusk'"),
        ("zone: Europe/Berlin\n", "tests: {at: ['7:00']}\n", "'7:00' is no time of day"),
    ],
)  # fmt: skip
def test_a_slip_in_routes_is_told(old: str, new: str, sentence: str) -> None:
    faults = suite_faults((NIGHT[0], changed(NIGHT[1], (old, new))))
    assert any(sentence in fault for fault in faults), faults


def test_the_table_says_for_each_row_who_is_told_first_next_and_last() -> None:
    found = suite(LOCAL)
    lines = [*route_lines(found), *map(": ".join, route_rows(found))]
    (low,) = [line for line in lines if "ketamine_iv_0_5_40 spo2_low high: " in line]
    route = low.partition(" high: ")[2]
    assert low == f"bed 1, 2: ketamine_iv_0_5_40 spo2_low high: {route}"
    assert (
        f"{route}: first desk (bell, local) at once; "
        "last pager (post, remote), desk (bell, local) after 30s, again every 1min until answered"
    ) in lines
    assert f"bed 1, 2: ketamine_iv_0_5_40 spo2_absent high in infusion, early: {route}" in lines
    assert "bed 1, 2: ketamine_iv_0_5_40 spo2_low low: nobody; shown on the station only" in lines
    assert f"bed 1, 2: help high: {route}" in lines
    assert f"suite: journal high: {route}" in lines


def test_rows_split_where_the_hour_decides() -> None:
    table = [row for row in rows(suite(NIGHT, LOCAL)) if row.rule == "help"]
    assert [(row.hours.begin // 60, row.hours.end // 60) for row in table] == [
        (0, 7),
        (7, 20),
        (20, 24),
    ]
    assert table[0].route == table[2].route != table[1].route
    assert "bed 1, 2: help high at 07:00-20:00" in dict(route_rows(suite(NIGHT, LOCAL)))


def test_check_fails_where_a_row_ends_in_something_that_can_be_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "suite.yaml"
    path.write_text(SUITE)
    report = check_file(path, PLUGINS)
    assert len(report.faults) == 1
    assert "ends in pager, which may be cut off" in report.faults[0]
    assert " medium in infusion" in report.faults[0]
    path.write_text(changed(SUITE, LOCAL))
    assert check_file(path, PLUGINS).faults == []


def test_check_fails_where_a_local_destination_is_told_later_than_the_site_s_bound() -> None:
    late = (
        "      - to: [desk]\n      - to: [pager, desk]",
        "      - to: [pager]\n      - to: [desk]",
    )
    bound = ("routes:\n", "routes:\n  within: {high: 20s}\n")
    (fault,) = route_faults(suite(LOCAL, late, bound))
    assert fault.startswith(
        "a local destination is told after 30s, the bound for high is 20s: "
        "bed 1, 2: ketamine_iv_0_5_40 spo2_low high"
    )
    assert route_faults(suite(LOCAL, late)) == []

"""Sweeps: the grid, the two halves, the intervals, and a self-test on twins with a known truth."""

import csv
import re
from dataclasses import replace
from math import sqrt
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from monitord.cli import app
from monitord.config import read_protocol
from monitord.engine.rules.limit import LimitRule
from monitord.errors import ConfigError, RecordingError
from monitord.replay.backtest.grid import read_grid
from monitord.replay.backtest.sweep import Tried, first_half, score, sweep_of, wilson
from monitord.replay.backtest.sweep_run import Swept, run_sweep, sweep_page
from tests.replay.infusions import make_infusions

KETAMINE = read_protocol("ketamine_iv_0_5_40")


@pytest.fixture(scope="module")
def infusions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_infusions(tmp_path_factory.mktemp("infusions"), 8)


def test_a_grid_is_every_combination_of_one_level_alone() -> None:
    grid = read_grid("spo2_low medium limit=86,90 delay=5s,15s,30s hysteresis=0", KETAMINE)
    assert len(grid.points) == 6
    point = grid.points[4]
    assert point.settings == {"limit": "90", "delay": "15s", "hysteresis": "0"}
    (rule,) = point.protocol.rules.values()
    assert isinstance(rule, LimitRule)
    assert [str(level.limit) for level in rule.levels] == ["<90"]
    assert (rule.levels[0].delay, rule.inside(rule.levels[0])) == (15_000_000, 0.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no rule ''"),
        ("spo2 limit=90", "no rule 'spo2'; it has"),
        ("spo2_low loud limit=90", "'loud' is not a priority"),
        ("resp_rate_high high limit=50", "no level of priority high"),
        ("spo2_low", "needs settings"),
        ("spo2_low limit", "needs settings|is not a priority"),
        ("spo2_low low limit", "'limit' is no setting"),
        ("spo2_low depth=3", "no setting 'depth'"),
        ("spo2_low delay=15", "not a duration"),
        ("spo2_low limit=" + ",".join("9" * 1 for _ in range(2001)), "2001 combinations"),
    ],
)
def test_a_grid_that_cannot_be_read_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read_grid(text, KETAMINE)


def test_wilsons_interval_is_the_published_one() -> None:
    """Newcombe 1998, table I: 15 of 148 is 0.0624 to 0.1605; 0 of 20 is 0 to 0.1611."""
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_a_rates_interval_takes_patients_as_its_unit() -> None:
    """Two patients of 1 h with 0 and 4 alarms: 2/h; residuals -2 and 2, so 1.96 x sqrt(8 x 2) / 2."""

    def session(patient: str, alarms: int) -> Tried:
        return Tried(patient=patient, hours=0.5, simulated=False, alarms=alarms, delays=())

    found = score([session("a", 0), session("a", 0), session("b", 1), session("b", 3)])
    assert (found.patients, found.per_hour) == (2, 2.0)
    assert found.high - found.per_hour == pytest.approx(1.96 * sqrt(16) / 2)
    assert found.low == 0.0


def test_each_patient_is_in_one_half_and_chosen_is_by_the_first_alone() -> None:
    names = [f"p{n}" for n in range(40)]
    first = [name for name in names if first_half(name)]
    assert 10 < len(first) < 30

    def session(name: str, alarms: int, delay: float | None) -> Tried:
        return Tried(patient=name, hours=1.0, simulated=False, alarms=alarms, delays=(delay,))

    # On the first half the second point is as sure and quieter; on the other half it misses everything.
    rows = [[session(n, 3, 5.0), session(n, 1, 9.0 if n in first else None)] for n in names]
    grid = read_grid("spo2_low medium delay=5s,15s", KETAMINE)
    sweep = sweep_of(grid, rows)
    assert sweep.chosen == 1
    assert sweep.telling[1].hits == 0
    assert sweep.pareto == {0, 1}


def test_a_self_test_on_twins_chooses_the_delay_that_spares_the_short_dip(infusions: Path) -> None:
    """Each twin has a true desaturation of a minute and a dip of some seconds below 91.

    Without a delay both alarm; a minute misses the true one too. In between are the settings to choose.
    """
    swept = run_sweep(infusions, KETAMINE, "spo2_low medium limit=91 delay=0s,30s,3min")
    at_once, held, too_long = swept.sweep.telling
    assert at_once.events == held.events > 0
    assert at_once.hits == held.hits == held.events
    assert too_long.hits == 0
    assert at_once.alarms > held.alarms
    assert swept.sweep.chosen == 1
    assert held.delay_s is not None
    assert at_once.delay_s is not None
    assert held.delay_s == pytest.approx(at_once.delay_s + 30)
    assert "self-test" in " ".join(swept.notes())


def test_a_burden_is_swept_beside_the_limits_that_silence_it(infusions: Path) -> None:
    """`spo2_low` tells of each true desaturation after 15 s; of 60 points, which come later and are paid back
    within 10 s, nobody need hear.
    """
    grid = "spo2_burden points=60"
    assert set(read_grid(grid, KETAMINE).points[0].protocol.rules) >= {"spo2_burden", "spo2_low"}
    rules = {"spo2_burden": KETAMINE.rules["spo2_burden"]}
    found = []
    for protocol in (KETAMINE, replace(KETAMINE, rules=rules)):
        halves = run_sweep(infusions, protocol, grid).sweep
        both = (*halves.choosing, *halves.telling)
        assert all(half.hits == half.events for half in both)
        found.append(sum(half.alarms for half in both))
    beside, alone = found
    assert beside < alone == 8


def test_the_command_writes_a_table_a_page_and_a_plot(infusions: Path, tmp_path: Path) -> None:
    arguments = ["backtest", str(infusions), "-p", "ketamine_iv_0_5_40", "--workers", "1"]
    grid = "spo2_low medium limit=88,90 delay=5s,15s"
    out = CliRunner().invoke(app, [*arguments, "--sweep", grid, "--out", str(tmp_path)])
    assert out.exit_code == 0
    with (tmp_path / "sweep.csv").open() as file:
        assert [row["limit"] for row in csv.DictReader(file)] == ["88", "88", "90", "90"]
    page = (tmp_path / "sweep.html").read_text()
    assert "<circle" in page
    plot = ET.parse(tmp_path / "sweep.svg").getroot()
    assert len(plot.findall("{http://www.w3.org/2000/svg}circle")) == 4
    assert "self-test" in page


def test_recordings_without_the_signal_are_said_to_fit_nothing(infusions: Path) -> None:
    with pytest.raises(RecordingError, match="no recording carries what nibp_sys_low needs"):
        run_sweep(infusions, KETAMINE, "nibp_sys_low limit=90,100")


def test_without_a_true_event_all_patients_stand_in_one_table() -> None:
    grid = read_grid("spo2_low medium limit=86,90 delay=5s,15s", KETAMINE)

    def session(patient: str, *alarms: int) -> list[Tried]:
        return [
            Tried(patient=patient, hours=2.0, simulated=False, alarms=n, delays=()) for n in alarms
        ]

    sweep = sweep_of(grid, [session("a", 0, 0, 4, 2), session("b", 2, 0, 4, 0)])
    assert sweep.chosen is None
    rows = sweep.rows()
    assert [row["alarms/h"] for row in rows] == [0.5, 0.0, 2.0, 0.5]
    assert {row["patients"] for row in rows} == {2}
    assert not [key for key in rows[0] if "half" in key]
    page = sweep_page(Swept(protocol=KETAMINE, sweep=sweep))
    loads = re.findall(r'<text [^>]*style="fill:[^"]+">([^<]+)</text>', page)
    assert loads == ["0.5", "2", "0", "0.5"], "a row for each delay, a column for each limit"
    assert "Nothing is chosen" in page


def test_two_settings_that_vary_have_a_map_of_load_and_one_of_delay(infusions: Path) -> None:
    grid = "spo2_low medium limit=86,90 delay=5s,30s hysteresis=0"
    page = sweep_page(run_sweep(infusions, KETAMINE, grid))
    assert page.count("<h2>Alarms a patient-hour, all patients</h2>") == 1
    assert page.count("<h2>Median delay to a true event in s, all patients</h2>") == 1
    assert page.count('stroke="#06c" stroke-width="3"') == 2
    assert "<h2>Alarms a" not in sweep_page(run_sweep(infusions, KETAMINE, "spo2_low delay=5s,30s"))

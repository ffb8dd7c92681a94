"""A rule that found nothing to read has not found that all was well: back-tests and sweeps count such recordings."""

from pathlib import Path

import pytest

from monitord.config import read_protocol
from monitord.replay.backtest.backtest_run import backtest
from monitord.replay.backtest.sweep_run import run_sweep, sweep_page

KETAMINE = read_protocol("ketamine_iv_0_5_40")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One desaturation; one night with an oximeter on nobody's finger; one of a cuff alone."""
    place = tmp_path / "recordings"
    place.mkdir()

    def table(name: str, head: str, rows: list[str]) -> None:
        lines = [f"2026-01-05T10:{n // 60:02}:{n % 60:02}Z,{row}" for n, row in enumerate(rows)]
        (place / name).write_text("\n".join([f"time,{head}", *lines]) + "\n")

    table("read.csv", "spo2,pulse_rate", ["97,70"] * 60 + ["86,70"] * 60 + ["97,70"] * 60)
    table("off.csv", "spo2,pulse_rate", ["--,70"] * 180)
    table("cuff.csv", "nibp_sys,nibp_dia", ["120,80", *[","] * 178, "122,81"])
    return place


def test_a_back_test_says_of_each_rule_how_many_sessions_had_no_reading(folder: Path) -> None:
    found = backtest(folder, KETAMINE)
    rows = {row["rule"]: row for row in found.load.rows()}
    assert (rows["spo2_low"]["all"], rows["spo2_low"]["without reading"]) == (1, 2)
    assert rows["nibp_sys_high"]["without reading"] == 2, "a rule that said nothing is there too"
    assert rows["pulse_rate_low"]["without reading"] == 1
    assert "etco2_low" not in rows, "what nobody read stands in one note, not in a row each"
    assert any("no session has a reading for" in n and "etco2_low" in n for n in found.notes)
    assert all(row["without reading"] <= 3 for row in rows.values())


def test_results_that_are_kept_count_them_again(folder: Path, tmp_path: Path) -> None:
    first = backtest(folder, KETAMINE, out=tmp_path / "out").load.rows()
    again = backtest(folder, KETAMINE, out=tmp_path / "out")
    assert again.cached == 3
    assert again.load.rows() == first


def test_a_sweep_says_how_many_recordings_are_in_no_row(folder: Path) -> None:
    swept = run_sweep(folder, KETAMINE, "spo2_low medium limit=88,90 delay=15s")
    assert [row["patients"] for row in swept.sweep.rows()] == [1, 1]
    words = "2 of 3 recordings have no reading for spo2_low: in no row"
    assert words in swept.notes()
    assert words in sweep_page(swept)

"""Counts and comparisons over many recordings, as tables."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitord.api.data_table import DataTable, aware, span_of_interval
from monitord.api.replayed_result import Result
from monitord.api.written_protocol import Protocol, protocol_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def backtest(
    folder: str | Path,
    protocol: Protocol | str | Path,
    *,
    phase: str | None = None,
    interval: timedelta | None = None,
    columns: Mapping[str, str] | None = None,
    out: str | Path | None = None,
    workers: int = 1,
) -> DataTable:
    """The alarm load of every recording below a folder: a row a rule, `facts` the whole, `notes` what was left out.

    With `out` results are kept there and used again, beside a report. `workers` are processes; with more than one,
    a script needs `if __name__ == "__main__":`. NothingAssessedError where no recording could be used.
    """
    from monitord.replay.backtest.backtest_run import backtest as run

    found = run(
        Path(folder),
        protocol_of(protocol).value,
        phase=phase,
        interval=None if interval is None else span_of_interval(interval),
        columns=columns,
        out=None if out is None else Path(out),
        pool=_pool(workers),
    )
    facts = found.load.facts() | {"detection": found.load.detection_rows()}
    return DataTable(rows=tuple(found.load.rows()), notes=tuple(found.notes), facts=facts)


def sweep(
    folder: str | Path,
    protocol: Protocol | str | Path,
    grid: str,
    *,
    phase: str | None = None,
    columns: Mapping[str, str] | None = None,
    workers: int = 1,
) -> DataTable:
    """One level of one rule under every combination of settings, `"spo2_low medium limit=86,88 delay=5s,15s"`: a row
    each. ConfigError for a grid that cannot be tried, NothingAssessedError where no recording fits.
    """
    from monitord.replay.backtest.sweep_run import run_sweep

    found = run_sweep(
        Path(folder),
        protocol_of(protocol).value,
        grid,
        phase=phase,
        columns=columns,
        pool=_pool(workers),
    )
    rows = [{key: _number(cell) for key, cell in each.items()} for each in found.sweep.rows()]
    return DataTable(rows=tuple(rows), notes=tuple(found.notes()))


def diff(
    before: Protocol | Result | str | Path,
    after: Protocol | Result | str | Path,
    recordings: str | Path | None = None,
    *,
    phase: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> DataTable:
    """Each alarm that is added, lost, moved or has another priority, the worst first: `session`, `change`, `alarm`,
    `at`, the priorities `before` and `after`, and `words`. Compares two protocols over a folder of recordings, or two
    results of `replay`: those of one patient's recordings, which are known by their numbers, on the first one's clock.
    """
    from monitord.replay.compare.diff_run import diff_protocols

    if isinstance(before, Result) and isinstance(after, Result):
        return _of_results(before, after)
    if isinstance(before, Result) or isinstance(after, Result) or recordings is None:
        raise TypeError("diff compares two results, or two protocols over a folder of recordings")
    whole = diff_protocols(
        protocol_of(before).value,
        protocol_of(after).value,
        Path(recordings),
        phase=phase,
        columns=columns,
    )
    return DataTable(
        rows=tuple({**each.row(), "at": aware(each.at)} for each in whole.differences),
        notes=tuple(f"left out: {each}" for each in whole.skipped),
        facts={"sessions": whole.sessions, "before": whole.a, "after": whole.b},
    )


def _of_results(before: Result, after: Result) -> DataTable:
    """By session; of two recordings that are of one patient by their numbers, on the first one's clock."""
    from monitord.replay.compare.content_alignment import align
    from monitord.replay.compare.diff import compare, on_another_clock

    a, b = before.episodes(), after.episodes()
    notes: tuple[str, ...] = ()
    one, other = before.recording, after.recording
    if one is not None and other is not None and (same := align(one.read, other.read)):
        (name,), (named,) = a, b
        b = {name: on_another_clock(b[named], same.later)}
        notes = (f"aligned by content: {same.words()}",)
    found = compare(a, b)
    return DataTable(
        rows=tuple({**each.row(), "at": aware(each.at)} for each in found), notes=notes
    )


def _number(cell: Any) -> Any:
    """A limit as a number, by which a plot can order it."""
    if not isinstance(cell, str):
        return cell
    try:
        return float(cell) if "." in cell else int(cell)
    except ValueError:
        return cell


def _pool(workers: int) -> Any:
    from monitord.replay.backtest.pool import Cores, Here

    return Here() if workers == 1 else Cores(workers)

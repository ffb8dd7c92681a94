"""What the commands of this package print: results to standard output or a file, words to stderr."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from monitord.config import read_protocol
from monitord.engine.protocol.protocol import Protocol
from monitord.errors import ConfigError, RecordingError
from monitord.printed_table import drawn
from monitord.replay.backtest.backtest_run import backtest
from monitord.replay.backtest.pool import Cores, Here, Machines, Pool
from monitord.replay.backtest.sweep_run import run_sweep, write_sweep
from monitord.replay.backtest.verdicts import Verdicts, read_verdicts
from monitord.replay.compare.diff import tally
from monitord.replay.compare.diff_page import diff_page
from monitord.replay.compare.diff_run import Diff, diff
from monitord.replay.recordings.export_file import is_export
from monitord.replay.run.journal_run import is_journal
from monitord.replay.run.limits_in_force import WatchedReplay
from monitord.replay.run.options import ReplayOptions, span_of
from monitord.replay.run.progress import counted, paced
from monitord.replay.run.replay_run import foreign_session, header, replay_file
from monitord.replay.run.result import Result
from monitord.replay.run.strips_page import strips_page
from monitord.replay.run.summary import Summary, remarks
from monitord.replay.stories.results_for_builds import (
    BuildSuite,
    json_document,
    junit_xml,
    of_tests,
)
from monitord.replay.stories.story_report import run_tests
from monitord.terminal_bar import bar_while


def replay_command(
    recording: str,
    protocol: str | None,
    asked: ReplayOptions,
    *,
    speed: str,
    jsonl: Path | None,
    html: Path | None = None,
) -> None:
    """`monitord replay`: lines out, the summary on stderr; or a page of strips, and the summary."""
    resolved = read_protocol(protocol) if protocol else None
    if html is not None:
        _draw(recording, resolved, asked, html)
        return
    with paced(speed) as pace:
        result = replay_file(recording, resolved, asked, beat=pace.beat)
        tell(*remarks(result.header))
        pace.until(result.header["from"], result.header["to"])
        summary = Summary()
        with jsonl.open("w", encoding="utf-8") if jsonl else nullcontext(sys.stdout) as out:
            write(replace(result, lines=summary.watch(result.lines)), out, flush=speed != "max")
    tell(*summary.table(result.header))


def _draw(place: str, protocol: Protocol | None, asked: ReplayOptions, html: Path) -> None:
    """The recording as strips."""
    if is_journal(place) or (is_export(Path(place)) and not asked.placed):
        why = "--html draws recordings of other programs; a session's report is `monitord export --format html`"
        raise RecordingError(f"{place}: {why}")
    session = foreign_session(place, protocol, asked)
    found, summary = header(session), Summary()
    watched = WatchedReplay(session=session)
    told = list(summary.watch(watched.lines()))
    said = list(remarks(found))
    html.write_text(strips_page(session, told, watched.in_force, said), encoding="utf-8")
    tell(*said, *summary.table(found))


def write(result: Result, out: TextIO, *, flush: bool = False) -> None:
    """The result as JSON lines."""
    for text in result.texts():
        out.write(text + "\n")
        if flush:
            out.flush()


def tell(*lines: str) -> None:
    """To the person at the terminal; standard output is the result's."""
    for line in lines:
        print(line, file=sys.stderr)


def test_command(
    files: list[Path],
    *,
    protocol: str | None,
    mutate: bool,
    coverage: bool,
    not_reached: bool,
    junit: Path | None,
    as_json: bool,
) -> bool:
    """`monitord test`: prints the report; whether every story was as expected."""
    with bar_while("running the tests"):
        tested = run_tests(files, protocol=protocol, mutate=mutate, coverage=coverage)
    if junit is not None:
        write_junit(junit, list(of_tests(tested)))
    if as_json:
        print(json_document(tested))
    else:
        for each in tested:
            print("\n".join(each.lines(not_reached=not_reached)))
    return not any(each.failed for each in tested)


def write_junit(path: Path, suites: Sequence[BuildSuite]) -> None:
    """The results as JUnit XML; ConfigError where the file cannot be written."""
    try:
        path.write_text(junit_xml(suites), encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"--junit: {path}: {error.strerror or error}"]) from error


def diff_command(
    a: str,
    b: str,
    *,
    recordings: Path | None,
    protocol: str | None,
    phase: str | None,
    columns: Mapping[str, str],
    html: Path | None,
    as_json: bool,
) -> Diff:
    """`monitord diff`: prints every difference, and on stderr what was left out."""
    with counted() as seen:
        found = diff(
            a,
            b,
            recordings=recordings,
            protocol=protocol,
            phase=phase,
            columns=columns,
            seen=seen,
        )
    tell(*found.notes)
    for skipped in found.skipped:
        tell(f"left out: {skipped}")
    print_differences([each.row() for each in found.differences], as_json=as_json)
    tell(
        f"{found.a} -> {found.b}: {found.sessions} sessions, {tally([each.change for each in found.differences])}"
    )
    if html is not None:
        html.write_text(diff_page(found), encoding="utf-8")
    return found


def print_differences(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """A table on a terminal; elsewhere, and as JSON, a line each."""
    keys = ("change", "session", "at", "words")
    if as_json:
        print("\n".join(map(json.dumps, rows)), end="\n" if rows else "")
    elif rows and not drawn(keys, [[str(row[key]) for key in keys] for row in rows]):
        for row in rows:
            print(f"{row['change']:15} {row['session']} {row['at']} {row['words']}")


def backtest_command(
    folder: Path,
    protocol: str,
    *,
    phase: str | None,
    interval: str | None,
    columns: Mapping[str, str],
    out: Path | None,
    verdicts: Path | None,
    workers: int,
    scheduler: str | None,
) -> bool:
    """`monitord backtest`: the table on standard output, files below `out`; whether no file was left out."""
    with counted() as seen:
        found = backtest(
            folder,
            read_protocol(protocol),
            phase=phase,
            interval=span_of(interval),
            columns=columns,
            out=out,
            verdicts=_verdicts(verdicts),
            pool=pool_of(workers, scheduler),
            seen=seen,
        )
    print_rows([found.load.facts()])
    print_rows(found.load.rows())
    if detection := found.load.detection_rows():
        print_rows(detection)
    if judged := found.verdicts.rows():
        print_rows(judged)
    tell(*found.notes)
    if out is not None:
        tell(
            f"{found.cached} of {found.files} files were known; the report is {out / 'report.html'}"
        )
    return not found.failed


def _verdicts(path: Path | None) -> Verdicts | None:
    """A file of ours: its faults are those of a setting."""
    try:
        return read_verdicts(path) if path else None
    except RecordingError as error:
        raise ConfigError(str(error).splitlines()) from error


def sweep_command(
    folder: Path,
    protocol: str,
    grid: str,
    *,
    phase: str | None,
    columns: Mapping[str, str],
    out: Path | None,
    workers: int,
    scheduler: str | None,
) -> None:
    """`monitord backtest --sweep`: a row a point."""
    pool = pool_of(workers, scheduler)
    with counted() as seen:
        swept = run_sweep(
            folder,
            read_protocol(protocol),
            grid,
            phase=phase,
            columns=columns,
            pool=pool,
            seen=seen,
        )
    print_rows(swept.sweep.rows())
    tell(*swept.notes())
    if out is not None:
        write_sweep(swept, out)
        tell(f"the report is {out / 'sweep.html'}")


def pool_of(workers: int, scheduler: str | None) -> Pool:
    """Where the work is done: by default on every core."""
    if scheduler is not None:
        return Machines(scheduler)
    count = workers or os.cpu_count() or 1
    return Here() if count == 1 else Cores(count)


def print_rows(rows: list[dict[str, Any]]) -> None:
    """A table on a terminal; elsewhere as `text_table` has it."""
    cells = [[_text(cell) for cell in row.values()] for row in rows]
    first = list(rows[0].values()) if rows else []
    numbers = [at for at, cell in enumerate(first) if not isinstance(cell, str)]
    if not rows or not drawn(list(rows[0]), cells, right=numbers):
        print(text_table(rows))


def text_table(rows: list[dict[str, Any]]) -> str:
    """Columns by key, numbers to the right."""
    if not rows:
        return "none"
    cells = [list(rows[0]), *([_text(cell) for cell in row.values()] for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(cells[0]))]
    left = [isinstance(cell, str) for cell in rows[0].values()]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if is_left else cell.rjust(width)
            for cell, width, is_left in zip(line, widths, left, strict=True)
        ).rstrip()
        for line in cells
    )


def _text(cell: Any) -> str:
    return "-" if cell is None else str(cell)

"""What the commands of this package print: results to standard output or a file, words to stderr."""

import json
import sys
from contextlib import nullcontext
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitord.config import read_protocol
from monitord.errors import RecordingError
from monitord.model import Span, parse_span
from monitord.replay.diff import tally
from monitord.replay.diff_page import diff_page
from monitord.replay.diff_run import diff
from monitord.replay.progress import paced
from monitord.replay.replay import replay_file
from monitord.replay.result import Result
from monitord.replay.story_run import run_tests
from monitord.replay.summary import Summary, remarks


def replay_command(
    recording: str,
    protocol: str | None,
    *,
    speed: str,
    jsonl: Path | None,
    phase: str | None,
    events: Path | None,
    interval: str | None,
    start: str | None,
    end: str | None,
    zone: str | None,
    patient: str | None,
) -> None:
    """`monitord replay`: lines out, the summary on stderr."""
    with paced(speed) as beat:
        result = replay_file(
            recording,
            read_protocol(protocol) if protocol else None,
            phase=phase,
            events=events,
            interval=span_of(interval),
            start=start,
            end=end,
            tz=zone_of(zone),
            patient=patient,
            beat=beat,
        )
        tell(*remarks(result.header))
        summary = Summary()
        with jsonl.open("w", encoding="utf-8") if jsonl else nullcontext(sys.stdout) as out:
            write(replace(result, lines=summary.watch(result.lines)), out, flush=speed != "max")
    tell(*summary.table(result.header))


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


def span_of(text: str | None) -> Span | None:
    """The duration of `--interval`: `2s`, or a bare number of seconds; RecordingError for others."""
    try:
        span = parse_span(text if not text[-1:].isdigit() else f"{text}s") if text else None
    except ValueError as exc:
        raise RecordingError(str(exc)) from exc
    if span == 0:
        raise RecordingError("an interval is longer than 0 s")
    return span


def zone_of(name: str | None) -> tzinfo | None:
    """The zone of `--tz`; RecordingError for a name that is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise RecordingError(f"{name!r} is not a time zone such as Europe/Berlin") from exc


def test_command(files: list[Path], *, protocol: str | None, mutate: bool) -> bool:
    """`monitord test`: prints the report; whether every story was as expected."""
    tested = run_tests(files, protocol=protocol, mutate=mutate)
    for each in tested:
        print("\n".join(each.lines()))
    return not any(each.failed for each in tested)


def diff_command(
    a: str,
    b: str,
    *,
    recordings: Path | None,
    phase: str | None,
    html: Path | None,
    as_json: bool,
) -> bool:
    """`monitord diff`: prints every difference; whether there was none."""
    found = diff(a, b, recordings=recordings, phase=phase)
    for skipped in found.skipped:
        tell(f"skipped: {skipped}")
    for each in found.differences:
        row = each.row()
        print(
            json.dumps(row)
            if as_json
            else f"{row['change']:15} {row['session']} {row['at']} {row['words']}"
        )
    tell(f"{found.a} -> {found.b}: {found.sessions} sessions, {tally(found.differences)}")
    if html is not None:
        if recordings is None:
            raise RecordingError("--html draws recordings: add --recordings DIR")
        html.write_text(diff_page(found, read_protocol(a)), encoding="utf-8")
    return not found.differences

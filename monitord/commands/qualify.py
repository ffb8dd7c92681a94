"""`monitord qualify`: plays the bundled timelines on this installation, through real lines and a real broker.

Each expectation of a timeline has bounds; what came, and when, stands beside them in one dated
report, with the versions and hashes of everything that took part. Speed 1 is what counts.
"""

import asyncio
import hashlib
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path

from monitord import __version__
from monitord.commands.expectation_verdicts import Played, judge
from monitord.commands.play_timeline import play_timeline
from monitord.config.checks.suite_check import check_file
from monitord.config.files.shipped_files import shipped
from monitord.config.protocol.approval import identity, why_unapproved
from monitord.config.protocol.timeline_file import read_scenario
from monitord.config.suite.suite_file import read_suite
from monitord.daemon.service import DISCLAIMER
from monitord.errors import ConfigError
from monitord.model import Span, span_text
from monitord.model.tracks import FaultKind
from monitord.plugins import Plugins

HAZARDS = {
    "bad_afternoon": "missed alarm; false-alarm flood",
    "breathing_depression": "late alarm",
    "broker_lost": "network or host loss",
    "cuff_on_probe_arm": "false-alarm flood",
    "hypertension": "false-alarm flood; missed alarm",
    "patient_away": "silenced and forgotten",
    "probe_off_at_peak": "stale data shown live",
    "vasovagal": "missed alarm",
    "wrong_chair": "wrong patient or bed",
}
"""Timeline to hazard of docs/hazards.md. Those that need the daemon killed are in the fault tests."""

COURSES = {
    "apnoea_under_oxygen": "late alarm",
    "answered_and_falls": "silenced and forgotten",
    "fall_in_motion": "missed alarm",
    "fall_to_70": "late alarm",
    "high_pressure": "late alarm",
    "link_down_again_and_again": "network or host loss",
    "probe_off_unanswered": "missed alarm",
}
"""Dangerous courses on lines, to their hazards: what is asked of them is when somebody was told."""


@dataclass(slots=True, kw_only=True)
class Play:
    """One bundled timeline and what came of it."""

    name: str
    path: Path
    played: Played


def timelines(names: Sequence[str]) -> list[Play]:
    """Those asked for, else every bundled one that this can play."""
    known = {
        path.stem: path
        for folder in ("scenarios", "courses/on_lines")
        for path in sorted(shipped(folder).glob("*.yaml"))
    }
    if unknown := sorted(set(names) - known.keys()):
        raise ConfigError([f"no timeline is called {name!r}" for name in unknown])
    return [
        Play(name=name, path=path, played=Played(timeline=read_scenario(path)))
        for name, path in known.items()
        if name in (names or HAZARDS | COURSES)
    ]


async def play(every: Iterable[Play], speed: float) -> None:
    """All at once, each with a suite, lines and a broker of its own."""
    await asyncio.gather(*(play_timeline(each.played, speed) for each in every))


def hazard(each: Play) -> str:
    """Of docs/hazards.md, which it stands for."""
    return (HAZARDS | COURSES).get(each.name, "")


def report(
    suite_file: Path, plugins: Plugins, plays: Sequence[Play], *, speed: float, took: Span
) -> tuple[str, bool]:
    """The report's text, and whether everything held."""
    verdicts = [(each, verdict) for each in plays for verdict in judge(each.played)]
    checked = check_file(suite_file, plugins)
    met = sum(verdict.met for _, verdict in verdicts)
    good = met == len(verdicts) and not checked.faults
    left_out = sorted(
        each.name
        for each in plays
        if any(fault.fault is FaultKind.KILL for fault in each.played.timeline.host_faults())
    )
    lines = [
        f"# Qualification of monitord {__version__}, {_today()}",
        "",
        (
            f"Result: **{'passed' if good else 'FAILED'}**: {met} of {len(verdicts)} expectations held,"
            f" {len(checked.faults)} faults in the suite file. Played at speed {speed:g} in"
            f" {span_text(took)}."
        ),
        "",
        (
            f"{DISCLAIMER.capitalize()}. This report shows that this installation does with simulated"
            " patients what its timelines expect. It is no clinical validation."
        ),
        ""
        if speed == 1
        else "\n**Not at speed 1: delays of lines and broker are not comparable.**\n",
        "## What took part",
        "",
        *_identities(suite_file, plugins),
        "",
        "## The suite file",
        "",
        *(f"- fault: {fault}" for fault in checked.faults),
        *(f"- warning: {warning}" for warning in checked.warnings),
        "",
        "```",
        *checked.lines,
        "```",
        "",
        "## Timelines",
        "",
        "| hazard | timeline | bed | expected | bounds | seen | held |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(
            f"| {hazard(each)} | {each.name} | {v.bed} | {v.expected} | {v.bounds} | {v.seen} |"
            f" {'yes' if v.met else '**NO**'} |"
            for each, v in verdicts
        ),
        "",
        (
            "Not played here: kills, full disks, floods and clock steps (`./dev faults` in the source"
            f" tree){''.join(f'; {name}' for name in left_out)}."
        ),
        "",
        "Signed: ______________________  Role: ______________________  Date: ______________",
    ]
    return "\n".join(lines) + "\n", good


def _identities(suite_file: Path, plugins: Plugins) -> list[str]:
    try:
        suite = read_suite(suite_file, plugins)
        protocols = [
            f"{identity(p)} ({why_unapproved(p, suite.approvals) or 'approved'})"
            for p in suite.every_protocol
        ]
    except ConfigError:
        protocols = ["the suite file cannot be read"]
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return [
        f"- monitord {__version__}, files {_installed_hash()}",
        f"- {python} on {platform.platform()}",
        f"- suite file {suite_file.name}: sha256 {_sha(suite_file.read_bytes())}",
        *(f"- protocol {text}" for text in protocols),
        f"- packages: {', '.join(_packages())}",
    ]


def _installed_hash() -> str:
    """Over every Python file of the installed package, by name."""
    root = Path(__file__).resolve().parent.parent
    every = sorted(root.rglob("*.py"))
    return _sha(b"".join(_sha(path.read_bytes()).encode() for path in every))[:16]


def _packages() -> list[str]:
    return sorted({f"{each.name} {each.version}" for each in distributions()})


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def qualify(
    suite_file: Path, folder: Path, plugins: Plugins, names: Sequence[str], speed: float
) -> bool:
    """Plays, writes `qualification-<day>.md` into the folder; whether everything held."""
    if not suite_file.is_file():
        raise ConfigError([f"{suite_file} is no file"])
    plays = timelines(names)
    longest = max(each.played.timeline.end for each in plays)
    print(
        f"{len(plays)} timelines at once, about {span_text(round(longest / speed))}",
        file=sys.stderr,
    )
    asyncio.run(play(plays, speed))
    text, good = report(suite_file, plugins, plays, speed=speed, took=round(longest / speed))
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"qualification-{datetime.now(UTC).strftime('%Y%m%dT%H%M%SZ')}.md"
    target.write_text(text, encoding="utf-8")
    print(target)
    return good

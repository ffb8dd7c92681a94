"""What docs/alarms.md shows of shipped timelines, made by the commands that it names.

    .venv/bin/python -m tests.release.alarm_docs

writes the marked parts of the guide anew; `test_alarm_docs.py` compares them.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from typer.testing import CliRunner

from monitord.cli import app
from monitord.model import HOUR, AlarmEvent, Priority
from monitord.store.journal.entry import Entry
from monitord.store.journal.journal import Journal
from tests.courses.course_table import table
from tests.release.sentence_examples import table as sentences
from tests.scenarios.stage import Line, Stage, scenario

GUIDE: Final = Path(__file__).parents[2] / "docs" / "alarms.md"
EXPLAINED: Final = ("breathing_depression", "1", "2026-01-05T10:02:20Z")
"""Timeline, bed and instant: the breath has fallen, the finger follows."""

_SUITE: Final = """\
suite: ward
database: journal.db
beds:
  "1":
    label: chair 1
    devices:
      oximeter: {driver: nonin, port: /dev/ttyUSB0}
destinations:
  desk: {notifier: terminal}
routes:
  high: {tiers: [{to: [desk]}]}
  medium: {tiers: [{to: [desk]}]}
"""


def explained() -> str:
    """What `monitord explain` prints of that instant, from a journal of the played timeline."""
    name, bed, at = EXPLAINED
    with TemporaryDirectory() as folder:
        suite = Path(folder) / "suite.yaml"
        suite.write_text(_SUITE)
        events = Stage(scenario(name)).beds[bed].events
        with Journal.open(Path(folder) / "journal.db") as journal:
            journal.append([Entry(bed=bed, event=event) for event in events])
        out = CliRunner().invoke(app, ["explain", "-c", str(suite), "--bed", bed, "--at", at])
    assert out.exit_code == 0, f"{out.output}{out.stderr}{out.exception}"
    return f"```text\n$ monitord explain --bed {bed} --at {at}\n{out.stdout}```"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What somebody on the bad afternoon hears: medium and high, told and not explained by something deeper."""

    chairs: int
    minutes: float
    heard: tuple[Line, ...]
    again: int
    by_hour: float


@cache
def afternoon() -> Load:
    """Beginnings and worsenings count as alarms; reminders until somebody answers are counted apart."""
    stage = Stage(scenario("bad_afternoon"))
    told = [
        each
        for each in stage.lines
        if each.line.priority >= Priority.MEDIUM and each.line.inhibited_by is None
    ]
    heard = [each for each in told if each.line.event in {AlarmEvent.START, AlarmEvent.ESCALATE}]
    again = sum(1 for each in told if each.line.event is AlarmEvent.REMINDER)
    hours = stage.timeline.end / HOUR
    return Load(
        chairs=len(stage.beds),
        minutes=60 * hours,
        heard=tuple(heard),
        again=again,
        by_hour=len(heard) / hours,
    )


def figures() -> str:
    """The alarms of the bad afternoon in their order, and how many they are an hour."""
    load = afternoon()
    rows = "\n".join(
        f"| {each.t / 60:.1f} min | {each.bed or 'suite'} | {each.line.priority.word} | "
        f"{each.line.alarm} | {each.line.text} |"
        for each in load.heard
    )
    return (
        f"{len(load.heard)} audible alarms in {load.minutes:g} min of {load.chairs} chairs: "
        f"{load.by_hour:.0f} an hour, {load.by_hour / load.chairs:.1f} a chair and hour. "
        f"One of them is answered; the others are told again each minute, {load.again} times.\n\n"
        f"| after | chair | priority | alarm | it says |\n| --- | --- | --- | --- | --- |\n{rows}"
    )


PARTS: Final = {
    "explain": explained,
    "afternoon": figures,
    "courses": table,
    "sentences": sentences,
}


def part_of(text: str, name: str) -> str:
    """What stands between the marks."""
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end -->", text, re.DOTALL)
    assert found, f"no part {name!r} in {GUIDE.name}"
    return found[1]


def main() -> None:
    """Writes every part anew."""
    text = GUIDE.read_text()
    for name, make in PARTS.items():
        before, after = f"<!-- {name} -->\n", "\n<!-- end -->"
        text = text.replace(f"{before}{part_of(text, name)}{after}", f"{before}{make()}{after}")
    GUIDE.write_text(text)


if __name__ == "__main__":
    main()

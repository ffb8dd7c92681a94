"""What the documents promise exists: tests by name, timelines, what to do at each technical alarm."""

import re
from pathlib import Path

from monitord.daemon.qualify import HAZARDS
from monitord.engine.rules.technical import LEVELS
from monitord.model import Cause
from tests.engine import properties_of_time
from tests.engine.properties import PROPERTIES

ROOT = Path(__file__).parents[2]


def every_test() -> set[str]:
    text = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    return set(re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE))


def test_every_test_that_a_hazard_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "hazards.md").read_text()))
    assert len(named) > 30
    assert named - every_test() == set()


def test_every_timeline_that_a_hazard_names_is_played() -> None:
    rows = re.findall(r"timelines? ([\w, ]+) \|", (ROOT / "docs" / "hazards.md").read_text())
    named = {name.strip() for row in rows for name in row.split(",")}
    assert named == set(HAZARDS)


def test_every_technical_cause_is_in_the_table_of_what_to_do() -> None:
    table = (ROOT / "docs" / "operations.md").read_text().split("## When it fails")[1]
    told = re.findall(r"(?:(high|medium|low) )?alarm `(\w+)[:`]", table)
    assert {cause for _, cause in told} == set(Cause)
    for priority, cause in told:
        levels = {level.priority.word for level in LEVELS[Cause(cause)]}
        assert not priority or levels == {priority}, cause


def test_every_property_of_the_engine_stands_in_the_table_of_invariants_and_no_other() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text().split("## Invariants")[1].split("\n## ")[0]
    rows = [line for line in text.splitlines() if re.match(r"\| \d+ \|", line)]
    named = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}
    assert len(rows) == 16
    assert properties_of_time.DELAY
    assert named == set(PROPERTIES)

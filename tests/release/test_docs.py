"""What the documents promise exists: tests by name, timelines, what to do at each technical alarm."""

import re
from pathlib import Path

from monitord.commands.qualify import COURSES, HAZARDS
from monitord.engine.rules.equipment_fault import LEVELS
from monitord.model import Cause
from tests.engine import properties_of_time
from tests.engine.properties import PROPERTIES

ROOT = Path(__file__).parents[2]

HAZARD_LIST = (
    "missed alarm",
    "late alarm",
    "false-alarm flood",
    "wrong patient or bed",
    "wrong limits or preset",
    "stale data shown live",
    "clock jump",
    "silenced and forgotten",
    "network or host loss",
    "disk full",
    "alert delivered to nobody",
    "unit error",
    "replay or spoof",
)
"""What ISO 14971 practice asks of an alarm system (reference clinical section 6)."""


def every_test() -> set[str]:
    text = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    return set(re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE))


def test_every_test_that_a_hazard_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "hazards.md").read_text()))
    assert len(named) > 30
    assert named - every_test() == set()


def test_every_hazard_has_controls_a_test_or_timeline_and_what_remains() -> None:
    text = (ROOT / "docs" / "hazards.md").read_text()
    rows = re.findall(r"^\| \*\*(.+?)\*\* \| (.+?) \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    assert set(HAZARD_LIST) <= {name for name, *_ in rows}
    for name, controls, shown, remains in rows:
        assert controls.strip(), name
        assert re.search(r"`(test_|tests/)", shown), name
        assert remains.strip(), name
    assert {part for hazards in (HAZARDS | COURSES).values() for part in hazards.split("; ")} <= {
        name for name, *_ in rows
    }


def test_every_timeline_that_a_hazard_names_is_played() -> None:
    rows = re.findall(r"timelines? ([\w, ]+) \|", (ROOT / "docs" / "hazards.md").read_text())
    named = {name.strip() for row in rows for name in row.split(",")}
    assert named == {*HAZARDS, *COURSES}


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


def test_no_document_holds_the_marks_of_a_merge() -> None:
    documents = [ROOT / "CHANGELOG.md", *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    marked = [
        f"{path.name}:{n}"
        for path in documents
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.match(r"(<{7}|>{7}) ", line)
    ]
    assert marked == []


def test_the_readme_stays_short_and_its_moving_picture_small() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    picture = ROOT / "docs" / "desaturation.gif"
    assert len(text.splitlines()) <= 90
    assert "(docs/desaturation.gif)" in text
    assert picture.stat().st_size < 1_500_000
    frames = picture.read_bytes().count(b"\x21\xf9\x04")  # a graphic control extension each
    assert frames > 5

"""ARCHITECTURE.md: files, tests, rooms, examples and dependencies that it names are those that there are."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.release.guides import ROOT

TEXT = (ROOT / "ARCHITECTURE.md").read_text()
DECISIONS = (ROOT / "docs" / "decisions.md").read_text()
WORDS_AT_MOST = 1800
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PRODUCT = [*(ROOT / "monitord").rglob("*.py"), *(ROOT / "devices").rglob("*.py")]


def part(title: str) -> str:
    """What stands under a heading."""
    return TEXT.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def names_of(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~ ]", each, maxsplit=1)[0] for each in requirements}


def rows(text: str) -> list[list[str]]:
    table = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return [row for row in cells if not set(row[0]) <= {"-"} and row[0] not in {"package", "extra"}]


def test_every_file_that_is_named_exists() -> None:
    """A name without a folder is one somewhere in the product or its tests."""
    text = TEXT + DECISIONS
    named = set(re.findall(r"`([\w./-]+\.(?:py|md|yaml))`", text)) - {"ruamel.yaml"}  # a package
    known = {str(path.relative_to(ROOT)) for path in ROOT.glob("*.md")}
    for folder in ("monitord", "devices", "tests", "docs", "config", "release"):
        known |= {
            str(path.relative_to(ROOT))
            for path in (ROOT / folder).rglob("*.*")
            if "node_modules" not in path.parts
        }
    assert len(named) > 60
    assert {
        name
        for name in named
        if not any(each == name or each.endswith(f"/{name}") for each in known)
    } == set()


def test_every_room_has_a_paragraph() -> None:
    rooms = {f"monitord/{path.parent.name}/" for path in (ROOT / "monitord").glob("*/__init__.py")}
    single = {
        f"monitord/{path.name}"
        for path in (ROOT / "monitord").glob("*.py")
        if path.name not in {"__init__.py", "errors.py"}
    }
    told = set(re.findall(r"\*\*`([\w/.]+)`\*\*", part("The rooms")))
    assert told == rooms | single | {"devices/"}


@pytest.mark.parametrize("number", range(1, 17))
def test_every_invariant_names_a_test(number: int) -> None:
    (tests,) = re.findall(rf"^\| {number} \| [^|]+ \| ([^|]+) \|", TEXT, re.MULTILINE)
    assert "`" in tests


def test_the_worked_rule_stands_where_the_page_says_and_nowhere_else() -> None:
    (text,) = re.findall(r"\*\*A kind of rule\.\*\*.*?Then its example", TEXT, re.DOTALL)
    told = set(re.findall(r"`([\w/]+\.py)`", text))
    found = {
        str(path.relative_to(ROOT))
        for path in [*PRODUCT, *(ROOT / "tests").rglob("*.py")]
        if "PumpRule" in path.read_text() and path != Path(__file__)
    }
    assert told == found


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(each) for each in re.findall(r"^(\d+)\. \*\*", DECISIONS, re.MULTILINE)]
    assert len(numbers) > 10
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_page_can_be_read_in_ten_minutes() -> None:
    """Its words, the picture's too, without the tables."""
    prose = [line for line in TEXT.splitlines() if not line.startswith("|")]
    assert len(" ".join(prose).split()) < WORDS_AT_MOST


def test_the_picture_shows_every_room_that_a_sample_passes() -> None:
    """Rooms are drawn once, and each numbered step is in the picture."""
    picture = TEXT.split("```text\n", 1)[1].split("```", 1)[0]
    steps = [int(each) for each in re.findall(r"^(\d+)\. ", TEXT.split("```", 2)[2], re.MULTILINE)]
    assert steps == list(range(1, len(steps) + 1))
    assert [n for n in steps if not re.search(rf"(?<!\d){n} (?=[\w(])", picture)] == []
    for room in re.findall(r"([\w/]+)/(?:\s|$)", picture):
        assert any(
            (ROOT / top / room).is_dir()
            for top in (
                "",
                "monitord",
                "devices",
                "monitord/engine",
                "monitord/daemon",
                "monitord/station",
                "monitord/notify",
            )
        ), room


def test_every_dependency_has_a_reason_and_is_used() -> None:
    core, extras = part("Dependencies").split("Extras are imported")
    told = {name for row in rows(core) for name in re.findall(r"`([\w.-]+)`", row[0])}
    assert told == names_of(PROJECT["dependencies"])
    for row in rows(core) + rows(extras):
        assert all(row)


def test_every_extra_of_the_product_has_a_reason() -> None:
    others = {"test", "e2e", "web", "fuzz", "audit", "docs", "dev"}
    optional = PROJECT["optional-dependencies"]
    told = {
        row[0].strip("`"): set(re.findall(r"`([\w.-]+)`", row[1]))
        for row in rows(part("Dependencies").split("Extras are imported")[1])
    }
    assert told == {name: names_of(optional[name]) for name in optional if name not in others}


IMPORTED_AS = {
    "argon2-cffi": "argon2",
    "paho-mqtt": "paho",
    "prometheus-client": "prometheus_client",
    "pyserial": "serial",
}


def test_nothing_is_asked_for_that_the_product_does_not_import() -> None:
    """psycopg is loaded by SQLAlchemy, by the journal's URL."""
    optional = PROJECT["optional-dependencies"]
    asked = names_of(PROJECT["dependencies"])
    for name in ("demo", "archive", "wfdb", "vitaldb", "notify", "backtest"):
        asked |= names_of(optional[name])
    text = "\n".join(path.read_text() for path in PRODUCT)
    unused = {
        name
        for name in asked
        for module in [re.escape(IMPORTED_AS.get(name, name))]
        if not re.search(rf"^\s*(import|from) {module}\b|load\(\"{module}\"", text, re.MULTILINE)
    }
    assert unused == set()


TERMS = [
    "suite",
    "bed",
    "session",
    "stage",
    "protocol",
    "phase",
    "gate",
    "baseline",
    "signal",
    "sample",
    "frame",
    "wave",
    "quality",
    "provenance",
    "rule",
    "level",
    "condition",
    "alarm",
    "acknowledged",
    "near_miss",
    "route",
    "tier",
    "destination",
    "delivery",
    "burden",
    "coverage_ledger",
    "journal",
    "recording",
    "timeline",
    "twin",
    "event",
    "effect",
    "engine",
    "state",
    "sequencer",
    "instant",
    "outbox",
    "notifier",
    "driver",
    "wire",
]


def test_the_glossary_has_the_terms_and_its_types_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text().split("## Glossary\n", 1)[1].split("\n## ")[0]
    told = {term.strip() for row in rows(text) for term in row[0].split(",")}
    assert {term.replace("_", " ") for term in TERMS} - told == set()
    types = set(re.findall(r"`([A-Z]\w+)`", text))
    source = "\n".join(path.read_text() for path in PRODUCT)
    assert len(types) > 15
    assert {
        t for t in types if not re.search(rf"^(class )?{t}\b(\(|:| = )", source, re.MULTILINE)
    } == set()

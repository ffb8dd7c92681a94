"""docs/alarms.md names rules and tests that exist, and every rule that is shipped stands in a row."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from monitord.config import shipped
from monitord.config.files.file_references import names_in
from monitord.config.files.yaml_file import read_file
from monitord.config.protocol.overlay_files import read_overlay
from monitord.config.protocol.protocols import protocol_names, read_protocol
from monitord.engine.protocol.protocol import Overlay, Protocol
from monitord.model import Cause
from monitord.replay.stories.story_file import read_stories

ROOT: Final = Path(__file__).parents[2]
SECTIONS: Final = {
    "Leaving: all must hold": 6,
    "Emergencies: high, latched, and the team is asked for": 9,
    "Limits, one row a sign": 14,
    "Presets, and the life of an alarm": 7,
}
"""The tables of the reference (clinical 1.6, 1.7, 7) and their rows; the last: presets and two sentences."""

BUILT_IN: Final = frozenset({"help", "away", "assess", "alarms", "routes", *Cause})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table; names and tests without their backticks."""

    section: str
    practice: str
    carried: tuple[str, ...]
    shown: tuple[str, ...]
    remains: str


def rows(text: str) -> Iterator[Row]:
    section = ""
    for line in text.splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        if line.startswith("| ") and not line.startswith(("| practice", "| ---")):
            cells = [cell.strip() for cell in line.strip().removesuffix("|")[1:].split("|")]
            yield Row(
                section=section,
                practice=cells[0],
                carried=tuple(re.findall(r"`([^`]+)`", cells[1])),
                shown=tuple(re.findall(r"`([^`]+)`", cells[2])),
                remains=cells[3],
            )


@cache
def table() -> tuple[Row, ...]:
    text = (ROOT / "docs" / "alarms.md").read_text().split("## Dangerous courses")[0]
    return tuple(rows(text))


def shipped_files() -> list[Protocol | Overlay]:
    protocols = [read_protocol(name) for name in protocol_names()]
    return [*protocols, *(read_overlay(name) for name in names_in("overlays"))]


@cache
def shipped_names() -> frozenset[str]:
    """Rules, points, prompts and items of the schedule, of every shipped file."""
    return frozenset(
        name
        for each in shipped_files()
        for name in (
            *each.rules,
            *each.prompts,
            *each.schedule,
            *(criterion.name for criterion in (*each.gate, *each.discharge)),
        )
    )


@cache
def stories() -> dict[str, set[str]]:
    """Of each story the rules that it speaks of, in every file that tells it."""
    found: dict[str, set[str]] = {}
    for file in sorted(shipped("protocols/tests").glob("*.yaml")):
        for story in read_stories(file):
            title = re.sub(r" \[\w+\]$", "", story.name)
            spoken = {expect.alarm or expect.none or "" for expect in story.bed.expect}
            found[title] = found.get(title, set()) | spoken
    return found


def test_every_row_of_the_reference_stands_in_the_table() -> None:
    for section, count in SECTIONS.items():
        assert sum(row.section == section for row in table()) == count, section


def test_what_is_not_carried_says_so_and_all_else_names_what_carries_and_shows_it() -> None:
    for row in table():
        if row.remains.startswith("Not carried: "):
            assert not row.carried, row.practice
            assert not row.shown, row.practice
            assert len(row.remains) > 60, f"no reason: {row.practice}"
        else:
            assert row.carried, row.practice
            assert row.shown, row.practice


def test_every_rule_that_is_named_exists() -> None:
    named = {name for row in table() for name in row.carried}
    assert named - shipped_names() - BUILT_IN == set()


def test_every_rule_point_and_prompt_that_is_shipped_stands_in_a_row() -> None:
    assert shipped_names() - {name for row in table() for name in row.carried} == set()


def test_every_test_that_is_named_exists() -> None:
    named = {each for row in table() for each in row.shown if "::" in each}
    assert len(named) > 30
    for each in sorted(named):
        path, _, name = each.partition("::")
        text = (ROOT / path).read_text()
        assert re.search(rf"^(?:async )?def {name}\(", text, re.MULTILINE), each


def test_every_story_that_is_named_is_told_and_speaks_of_a_rule_of_its_row() -> None:
    for row in table():
        for title in row.shown:
            if "::" not in title:
                assert title in stories(), title
                assert stories()[title] & set(row.carried), f"{title}: {row.practice}"


@pytest.mark.parametrize(
    ("line", "carried", "shown", "remains"),
    [
        ("| a | `b`, `c` | `d::e`, `f` | g |", ("b", "c"), ("d::e", "f"), "g"),
        ("| a | `b` | `c` | |", ("b",), ("c",), ""),
        ("| a | | | Not carried: d |", (), (), "Not carried: d"),
    ],
)
def test_a_row_is_read_cell_by_cell(
    line: str, carried: tuple[str, ...], shown: tuple[str, ...], remains: str
) -> None:
    (row,) = rows(f"## s\n| practice | x | y | z |\n| --- | --- | --- | --- |\n{line}\n")
    assert (row.section, row.practice) == ("s", "a")
    assert (row.carried, row.shown, row.remains) == (carried, shown, remains)


def test_the_shipped_suite_escalates_as_the_table_says() -> None:
    """High goes on at 30, 60 and 120 s, medium at 60, 180 and 300 s; low tells nobody."""
    routes = read_file(shipped("suite.yaml")).value["routes"]
    found = {
        name: ([tier.get("after", "0s") for tier in routes[name]["tiers"]], routes[name]["repeat"])
        for name in ("high", "medium")
    }
    assert found == {
        "high": (["0s", "30s", "60s"], "60s"),
        "medium": (["0s", "60s", "3min"], "2min"),
    }
    assert "low" not in routes

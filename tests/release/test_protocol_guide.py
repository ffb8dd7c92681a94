"""docs/protocols.md: every kind of rule, and every key of a level, is shown by an example that the real reader takes."""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
from ruamel.yaml import YAML

from monitord.config import read_protocol
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.level import Level
from monitord.model import Signal
from tests.release.guides import ROOT, files_of

GUIDE = "docs/protocols.md"
TEXT = (ROOT / GUIDE).read_text()
KINDS = {
    get_args(each.__annotations__["kind"])[0]: each for each in get_args(get_args(ProtocolRule)[0])
}
EXAMPLES = re.findall(r"^\*\*`(\w+)`.*?^```yaml\n(.*?)```", TEXT, re.MULTILINE | re.DOTALL)


def test_every_kind_of_rule_has_an_example() -> None:
    assert [kind for kind, _ in EXAMPLES] == list(KINDS)


@pytest.mark.parametrize(("kind", "text"), EXAMPLES, ids=[kind for kind, _ in EXAMPLES])
def test_the_example_of_a_rule_is_read_in_a_protocol(kind: str, text: str, tmp_path: Path) -> None:
    whole = files_of(GUIDE)["short_infusion.yaml"]
    place = tmp_path / "protocol.yaml"
    indented = "".join(f"  {line}\n" for line in text.splitlines())
    place.write_text(whole.replace("rules:\n", f"rules:\n{indented}"))
    (name,) = YAML(typ="safe").load(text)
    rule = read_protocol(str(place)).rules[name]
    assert rule.kind == kind
    assert rule.levels


def test_every_key_that_a_rule_or_a_level_knows_is_in_the_guide() -> None:
    known = {field.name for rule in KINDS.values() for field in fields(rule)}
    known |= {field.name for level in levels() for field in fields(level)}
    assert {key for key in known if not re.search(rf"\b{key}\b", TEXT)} == set()


def levels() -> set[type[Level]]:
    """`Level` and what the kinds of rules make of it."""
    return {Level, *Level.__subclasses__()}


def test_every_part_of_a_protocol_is_in_the_guide() -> None:
    parts = {field.name for field in fields(Protocol)}
    assert {part for part in parts if not re.search(rf"\b{part}\b", TEXT)} == set()


def test_signals_that_the_guide_names_exist() -> None:
    (row,) = re.findall(r"^\| a signal \|(.*)\(", TEXT, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) <= set(Signal)

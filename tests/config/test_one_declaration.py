"""A key of the suite file is declared once, with its default: here each second default would be found."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, Final, get_type_hints

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from ruamel.yaml import YAML

from monitord.config.suite import hospital_link
from monitord.config.suite import suite as resolved
from monitord.config.suite.bindings import DeviceFile
from monitord.config.suite.suite_file import BedFile, SuiteFile
from monitord.daemon.health.ready import address
from monitord.engine.protocol.protocol import Cuff, Route, Tier
from tests.release.guides import ROOT

DECLARED: Final = (
    *(SuiteFile, BedFile, DeviceFile, Cuff, Route, Tier),
    *(
        resolved.Station,
        resolved.Tls,
        resolved.Heartbeat,
        resolved.Tests,
        resolved.RecordingSettings,
        hospital_link.HospitalLink,
        hospital_link.ClusterTls,
    ),
)
"""Where each key of the suite file is declared that monitord itself reads; a plug-in's are its own."""

ROOMS: Final = ("config", "daemon", "station", "engine/protocol", "commands", "notify/destination")
"""Where a key goes on its way; what has a default there under its name is a second declaration."""

OTHERS: Final = {
    # What a recording or a story says of its source: no suite file is read there.
    ("Source", "interval"),
    # The settings that the engine of the suite itself has, which has no cuff.
    ("Settings", "cuff"),
    # Of a journal of 0.1, whose settings do not say it.
    ("Settings", "language"),
    # The address of a webhook's replies, a key of that notifier.
    ("ReplyConfig", "host"),
}

NOTHING: Final = {"None", "()", "{}", "''", "field(default_factory=dict)"}
"""What a key is when it is left out; saying so again decides nothing."""


def defaults(declared: type) -> dict[str, Any]:
    """By key, each default that decides something."""
    if issubclass(declared, BaseModel):
        found = {
            key: each.default
            for key, each in declared.model_fields.items()
            if not each.is_required()
        }
    else:
        assert is_dataclass(declared)
        found = {each.name: each.default for each in fields(declared)}
    return {
        key: value
        for key, value in found.items()
        if value is not MISSING and value not in (None, (), {}, "")
    }


def second_defaults(name: str, text: str, keys: set[str]) -> Iterator[tuple[str, str, str]]:
    """(file, class or function, key) of each default that is given to one of the keys."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            given = {
                each.target.id: each.value
                for each in node.body
                if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
            }
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            places = [*node.args.posonlyargs, *node.args.args]
            of_places = zip(reversed(places), reversed(node.args.defaults), strict=False)
            of_names = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            given = {each.arg: value for each, value in (*of_places, *of_names)}
        else:
            continue
        for key, value in given.items():
            if key in keys and value is not None and ast.unparse(value) not in NOTHING:
                yield name, node.name, key


def test_no_key_of_the_suite_file_has_a_second_default() -> None:
    keys = {key for declared in DECLARED for key in defaults(declared)}
    assert {"lock_after", "minimum_interval", "keep_mb", "every", "repeat", "zone"} <= keys
    found = [
        each
        for room in ROOMS
        for path in [*ROOT.glob(f"monitord/{room}/**/*.py"), *ROOT.glob(f"monitord/{room}.py")]
        for each in second_defaults(path.name, path.read_text(), keys)
    ]
    own = {(declared.__name__, key) for declared in DECLARED for key in defaults(declared)}
    # A command's own options stand in its function, and its words may be those of a key.
    others = [
        (file, where, key)
        for file, where, key in found
        if (where, key) not in own | OTHERS and not (where.islower() and key == "port")
    ]
    assert others == []
    assert own <= {(where, key) for _, where, key in found}


@pytest.mark.parametrize(
    "text",
    [
        "class AccountsAndLogins:\n    lock_after: int = 5",
        "class AccountsAndLogins:\n    def __init__(self, rows, lock_after=LOCK_AFTER): ...",
        "async def lock(*, lock_after: Span = 300): ...",
    ],
)
def test_a_second_default_is_found(text: str) -> None:
    assert len(list(second_defaults("people.py", text, {"lock_after"}))) == 1


def test_the_example_suite_shows_every_key_and_the_defaults_that_hold() -> None:
    """`# key: value` in config/suite.yaml is what holds without the key."""
    text = (ROOT / "config" / "suite.yaml").read_text()
    for declared in DECLARED:
        for key, hint in get_type_hints(declared, include_extras=True).items():
            if key.startswith("_") or key == "model_config":
                continue
            shown = re.findall(
                rf"(?:^|[ {{])(#? *){key}:(?: ('[^']*'|[^\s,}}]+))?", text, re.MULTILINE
            )
            assert shown, f"{key} of {declared.__name__} is not in config/suite.yaml"
            usual = defaults(declared).get(key)
            if not usual or is_dataclass(usual):
                continue
            said = [YAML(typ="safe").load(value) for _, value in shown if value]
            assert usual in [read(hint, each) for each in said], f"{declared.__name__}: {key}"


def read(hint: Any, value: object) -> object:
    """As a model of this kind reads it; None for another key of the same name, of a plug-in."""
    try:
        return TypeAdapter(hint).validate_json(json.dumps(value))
    except ValidationError:
        return None


def test_the_installer_asks_where_the_file_says_that_the_station_is(tmp_path: Path) -> None:
    file = tmp_path / "suite.yaml"
    for station, url in (
        ("", "http://127.0.0.1:8787"),
        ("station: {port: 9000, lock_after: 2min, names: [ward.example]}", "http://127.0.0.1:9000"),
        (
            "station: {host: '::1', tls: {certificate: a, key: b}, names: [b]}",
            "https://[::1]:8787",
        ),
    ):
        file.write_text(f"suite: ward\nbeds: [a fault]\n{station}\n")
        assert address(file) == f"{url}/health/ready"

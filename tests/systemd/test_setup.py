"""A first suite file: devices are found by what they say, and what is written can be read."""

import os
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from monitord.commands.setup import JOURNAL, Chair, setup, text
from monitord.config import read_suite
from monitord.errors import ConfigError
from monitord.plugins import load_plugins
from tests.ward import Oximeter


def test_what_speaks_on_a_line_is_bound_with_its_format(tmp_path: Path) -> None:
    speaking = Oximeter(tmp_path / "line", voice="df2")
    said: list[str] = []
    try:
        setup(
            tmp_path / "suite.yaml",
            load_plugins(),
            lambda _question, usual: usual,
            said.append,
            [str(tmp_path / "line")],
        )
    finally:
        speaking.close()
    device = read_suite(tmp_path / "suite.yaml", load_plugins()).beds["1"].devices["oximeter"]
    assert (device.driver.name, device.port) == ("nonin", str(tmp_path / "line"))
    assert getattr(device.config, "format", None) == "df2"


def test_setup_writes_a_file_that_can_be_read_and_never_overwrites_one(tmp_path: Path) -> None:
    answers = {
        "name": "ward",
        "many": "2",
        "1, oximeter: driver": "nonin",
        "1, oximeter: port": "/dev/x",
    }
    said: list[str] = []

    def ask(question: str, usual: str) -> str:
        return next((text for words, text in answers.items() if words in question), usual)

    target = tmp_path / "suite.yaml"
    before = os.umask(0o077)
    try:
        setup(target, load_plugins(), ask, said.append, [str(tmp_path / "missing")])
    finally:
        os.umask(before)
    # The service's account reads it, whatever root's umask is.
    assert target.stat().st_mode & 0o777 == 0o644
    suite = read_suite(target, load_plugins())
    assert (suite.name, list(suite.beds)) == ("ward", ["1", "2"])
    assert suite.beds["1"].devices["oximeter"].port == "/dev/x"
    with pytest.raises(ConfigError, match="exists already"):
        setup(target, load_plugins(), ask, said.append, [])


def test_the_services_own_file_names_the_journal_whoever_reads_it() -> None:
    written = text("ward", [Chair(label="Window")], JOURNAL)
    assert YAML(typ="safe").load(written)["database"] == JOURNAL
    assert "database" not in YAML(typ="safe").load(text("ward", [Chair(label="Window")]))


def test_setup_makes_the_folder_and_asks_nothing_where_it_may_not_write(tmp_path: Path) -> None:
    plugins = load_plugins()
    missing = str(tmp_path / "missing")
    setup(tmp_path / "etc" / "suite.yaml", plugins, lambda _q, usual: usual, print, [missing])
    assert (tmp_path / "etc" / "suite.yaml").is_file()
    (tmp_path / "file").touch()

    def never(question: str, _usual: str) -> str:
        raise AssertionError(question)

    with pytest.raises(ConfigError, match="may not be written to"):
        setup(tmp_path / "file" / "suite.yaml", plugins, never, print, [missing])

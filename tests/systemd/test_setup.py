"""A first suite file: devices are found by what they say, and what is written can be read."""

from pathlib import Path

import pytest

from monitord.config import read_suite
from monitord.daemon.setup import setup
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
    setup(target, load_plugins(), ask, said.append, [str(tmp_path / "missing")])
    suite = read_suite(target, load_plugins())
    assert (suite.name, list(suite.beds)) == ("ward", ["1", "2"])
    assert suite.beds["1"].devices["oximeter"].port == "/dev/x"
    with pytest.raises(ConfigError, match="exists already"):
        setup(target, load_plugins(), ask, said.append, [])

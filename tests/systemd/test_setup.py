"""A first suite file: devices are found by what they say, and what is written can be read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitord.config import read_suite
from monitord.daemon.scan import lines, scan
from monitord.daemon.setup import setup
from monitord.errors import ConfigError
from monitord.plugins import load_plugins
from tests.peers import PseudoTerminal
from tests.ward import Oximeter


@pytest.fixture
def oximeter(tmp_path: Path) -> Iterator[Oximeter]:
    speaking = Oximeter(tmp_path / "line", voice="df2")
    try:
        yield speaking
    finally:
        speaking.close()


async def test_a_line_is_known_by_what_its_device_says(
    tmp_path: Path, oximeter: Oximeter, pty: PseudoTerminal
) -> None:
    ports = [str(tmp_path / "line"), str(pty.path), str(tmp_path / "missing")]
    spoken, silent, missing = await scan(ports, load_plugins(), listen_s=1.5)
    assert (spoken.port, spoken.driver) == (ports[0], "nonin")
    assert (silent.driver, missing.driver) == (None, None)


def test_lines_are_called_by_their_steadiest_name(tmp_path: Path) -> None:
    (tmp_path / "serial" / "by-id").mkdir(parents=True)
    for number in range(2):
        (tmp_path / f"ttyUSB{number}").touch()
    (tmp_path / "serial" / "by-id" / "usb-x").symlink_to(tmp_path / "ttyUSB0")
    assert lines(tmp_path) == [f"{tmp_path}/serial/by-id/usb-x", f"{tmp_path}/ttyUSB1"]


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

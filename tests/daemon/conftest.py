"""Two oximeters on lines, a pager, and nothing left behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon.livekit import Paper, nonin
from tests.pager import Pager
from tests.peers import PseudoTerminal


def plugged(path: Path) -> Iterator[PseudoTerminal]:
    terminal = PseudoTerminal(path)
    yield terminal
    terminal.unplug()


@pytest.fixture
def line1(tmp_path: Path) -> Iterator[PseudoTerminal]:
    yield from plugged(tmp_path / "line1")


@pytest.fixture
def line2(tmp_path: Path) -> Iterator[PseudoTerminal]:
    yield from plugged(tmp_path / "line2")


@pytest.fixture
def line9(tmp_path: Path) -> Iterator[PseudoTerminal]:
    yield from plugged(tmp_path / "line9")


@pytest.fixture
def pager() -> Iterator[Pager]:
    opened = Pager()
    yield opened
    opened.close()


@pytest.fixture
def paper(tmp_path: Path, line1: PseudoTerminal, pager: Pager) -> Paper:
    """One bed with a Nonin, told to the pager."""
    return Paper(
        folder=tmp_path,
        beds={"1": nonin(line1)},
        destinations={"pager": {"notifier": "webhook", "url": pager.url}},
    )

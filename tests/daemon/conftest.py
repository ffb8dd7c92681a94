"""Two oximeters on lines, a pager, and nothing left behind."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.daemon.livekit import Pager, Paper, nonin
from tests.peers import PseudoTerminal


@pytest.fixture
def line1(tmp_path: Path) -> Iterator[PseudoTerminal]:
    terminal = PseudoTerminal(tmp_path / "line1")
    yield terminal
    terminal.unplug()


@pytest.fixture
def line2(tmp_path: Path) -> Iterator[PseudoTerminal]:
    terminal = PseudoTerminal(tmp_path / "line2")
    yield terminal
    terminal.unplug()


@pytest.fixture
async def pager() -> AsyncIterator[Pager]:
    async with Pager() as opened:
        yield opened


@pytest.fixture
def paper(tmp_path: Path, line1: PseudoTerminal, pager: Pager) -> Paper:
    """One bed with a Nonin, told to the pager."""
    return Paper(
        folder=tmp_path,
        beds={"1": nonin(line1)},
        destinations={"pager": {"notifier": "webhook", "url": pager.url}},
    )

"""One real NATS server, and a bed on a line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon.livekit import Paper, nonin
from tests.hospital.nats_servers import NatsServers
from tests.peers import PseudoTerminal


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[NatsServers]:
    with NatsServers(tmp_path, ["ward", "north"]) as opened:
        yield opened


@pytest.fixture
def line1(tmp_path: Path) -> Iterator[PseudoTerminal]:
    terminal = PseudoTerminal(tmp_path / "line1")
    yield terminal
    terminal.unplug()


@pytest.fixture
def paper(tmp_path: Path, line1: PseudoTerminal, servers: NatsServers) -> Paper:
    """A suite called `ward` that belongs to the hospital, with one bed."""
    link = {
        "servers": servers.urls,
        "nkey_file": str(tmp_path / "ward.nk"),
        "numerics": "1s",
        "answers": ["acknowledge"],
    }
    return Paper(
        folder=tmp_path,
        beds={"1": nonin(line1)},
        destinations={"desk": {"notifier": "command", "run": ["/bin/true"]}},
        more={"hospital": link},
    )

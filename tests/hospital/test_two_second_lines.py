"""The hospital's own service on two machines that share one record on PostgreSQL: one is there, the other takes its place."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from monitord.model import AlarmEvent, AlarmLine
from monitord.store.journal.journal import Journal
from tests.hospital.hospital_kit import hospital_file
from tests.hospital.hospital_scene import Program
from tests.hospital.nats_servers import NatsServers
from tests.peers import GENEROUS_S, free_port, wait_until
from tests.postgres import Postgres, postgres

__all__ = ["postgres"]

pytestmark = [pytest.mark.peer("nats-server"), pytest.mark.peer("postgres")]

USED = 2
"""The exit code of a file that cannot be used, after which systemd does not try again."""


class Machine:
    """The service on one machine, started again when it ends, as systemd does."""

    def __init__(self, folder: Path, servers: NatsServers, database: str) -> None:
        folder.mkdir()
        self.port = free_port()
        (folder / "hospital.nk").write_text((servers.folder / "hospital.nk").read_text())
        (folder / "hospital.nk").chmod(0o600)
        file = hospital_file(
            folder, servers.urls, database=database, station={"port": self.port, "open": True}
        )
        self.program = Program(folder, "overview", ("hospital", "run", "-c", str(file)))

    def serves(self) -> bool:
        try:
            answer = httpx2.get(f"http://127.0.0.1:{self.port}/api/hospital", timeout=5)
        except httpx2.HTTPError:
            return False
        return answer.status_code == 200 and bool(answer.json()["up"])

    def ended(self) -> int:
        process = self.program.process
        assert process is not None
        return process.wait(GENEROUS_S)


@pytest.fixture
def machines(tmp_path: Path, postgres: Postgres, servers: NatsServers) -> Iterator[list[Machine]]:
    database = postgres.database()
    made = [Machine(tmp_path / name, servers, database) for name in ("one", "two")]
    (tmp_path / "database").write_text(database)
    yield made
    for each in made:
        each.program.kill()


def begun(database: str) -> Counter[str]:
    with Journal.open(database, read_only=True) as journal:
        lines = [row.effect for row in journal.effects(bed=None, type="alarm")]
    return Counter(
        line.alarm
        for line in lines
        if isinstance(line, AlarmLine) and line.event is AlarmEvent.START
    )


def test_the_second_service_waits_for_the_first_and_tells_nothing_as_new(
    tmp_path: Path, machines: list[Machine]
) -> None:
    one, two = machines
    database = (tmp_path / "database").read_text()
    silent = {"silent_suite:ward", "silent_suite:north"}
    one.program.start()
    wait_until(one.serves, explain=lambda: "the first one does not serve")
    wait_until(lambda: silent <= set(begun(database)), explain=lambda: str(begun(database)))
    # As long as the first one lives, the second one ends, and with a code after which systemd tries again.
    two.program.start()
    assert two.ended() not in {0, USED}
    log = (tmp_path / "two" / "overview.log").read_text()
    assert "another monitord has this PostgreSQL database open" in log
    assert one.serves()
    one.program.kill()

    def taken_over() -> bool:
        process = two.program.process
        if process is None or process.poll() is not None:
            two.program.start()
        time.sleep(0.5)
        return two.serves()

    wait_until(taken_over, explain=lambda: "the second one does not serve")
    # It goes on with what the first one had told: silent suites are not told again, and it hears answers.
    stands = httpx2.get(f"http://127.0.0.1:{two.port}/api/alarms", timeout=GENEROUS_S).json()
    assert silent <= {alarm["key"] for alarm in stands["active"]}
    assert [begun(database)[name] for name in sorted(silent)] == [1, 1]
    one.program.start()
    assert one.ended() not in {0, USED}
    assert begun(database)["silent_suite:north"] == 1

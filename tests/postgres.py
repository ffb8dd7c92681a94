"""A real PostgreSQL of the test run's own: in a temporary folder, on a socket, without a port.

`from tests.postgres import postgres` in a conftest; tests that use it carry
`@pytest.mark.peer("postgres")` and are left out, and named, where the server is not installed.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import find_program


class Postgres:
    """One running server; `database()` gives the URL of a new, empty database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names = count(1)
        # The server refuses to run as root: then Debian's own account runs it.
        self._account = "postgres" if os.geteuid() == 0 else None
        if self._account:
            shutil.chown(folder, user=self._account, group=self._account)
        self._run("initdb", "-D", self._data, "-U", "postgres", "--auth=trust", "--no-sync")

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        path = find_program(program)
        assert path, program
        # Its output goes to a file: a pipe would stay open as long as the server lives.
        with (self.folder / "output").open("ab") as output:
            subprocess.run(
                [path, *arguments],
                check=True,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                user=self._account,
                group=self._account,
            )

    def start(self) -> None:
        # Its processes may crash here, the machine does not: no need to wait for the disk.
        options = f"-c fsync=off -c listen_addresses= -c unix_socket_directories={self.folder}"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", self._data, "-w", "-l", log, "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """`fast` ends its sessions and writes what it holds; `immediate` is its crash."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    def database(self) -> str:
        name = f"journal_{next(self._names)}"
        self._run("createdb", "-h", str(self.folder), "-U", "postgres", name)
        return f"postgresql://postgres@/{name}?host={self.folder}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    # Not pytest's own folder: only its owner may enter that, and the server is somebody else.
    folder = Path(tempfile.mkdtemp(prefix="monitord-postgres-"))
    try:
        server = Postgres(folder)
        server.start()
        yield server
        server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)

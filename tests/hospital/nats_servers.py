"""Real NATS servers for tests: one, or a cluster of three, with the users that `server_config` writes."""

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import pytest

from monitord.hospital.server_config import ServerNode, server_config
from monitord.hospital.user_keys import make_user
from tests.peers import GENEROUS_S, free_port

HOST = "127.0.0.1"


class NatsNode:
    """One server process; it may be killed, frozen and started again on the same ports and store."""

    def __init__(self, folder: Path, node: ServerNode, text: str) -> None:
        self.node = node
        self.url = f"{'tls' if node.tls else 'nats'}://{node.client}"
        self._conf = folder / f"{node.name}.conf"
        self._conf.write_text(text)
        self._log = folder / f"{node.name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        return int(self.node.client.rsplit(":", 1)[1])

    @property
    def pid(self) -> int:
        return 0 if self._process is None else self._process.pid

    def start(self) -> None:
        program = Path(sys.executable).with_name("nats-server")
        found = str(program) if program.exists() else shutil.which("nats-server")
        if found is None:
            pytest.skip("nats-server is not on this machine")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [found, "-c", str(self._conf)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        give_up = time.monotonic() + GENEROUS_S
        while time.monotonic() < give_up:
            with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), 1):
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        self.kill()
        raise AssertionError(f"nats-server did not start: {self._log.read_text()[-2000:]}")

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


class NatsServers:
    """A cluster of `size` nodes; seeds lie in `folder`: `hospital.nk`, and one a suite."""

    def __init__(
        self,
        folder: Path,
        suites: Sequence[str],
        size: int = 1,
        tls: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        keys: Mapping[str, str] = {suite: make_user(folder, suite) for suite in suites}
        hospital = make_user(folder, "hospital")
        ports = [(free_port(), free_port()) for _ in range(size)]
        routes = [f"{HOST}:{cluster}" for _, cluster in ports] if size > 1 else []
        self.nodes = []
        for number, (client, cluster) in enumerate(ports, 1):
            node = ServerNode(
                name=f"n{number}",
                client=f"{HOST}:{client}",
                cluster=f"{HOST}:{cluster}" if size > 1 else "",
                store=str(folder / f"store{number}"),
                routes=[each for each in routes if each != f"{HOST}:{cluster}"],
                tls=tls,
            )
            text = server_config(node, suites=keys, hospital=[hospital], disk_mb=200)
            self.nodes.append(NatsNode(folder, node, text))

    @property
    def urls(self) -> list[str]:
        return [node.url for node in self.nodes]

    def __enter__(self) -> Self:
        for node in self.nodes:
            node.start()
        return self

    def __exit__(self, *error: object) -> None:
        for node in self.nodes:
            node.kill()

"""A process of the program that costs no import: a fork of one that has imported it, and done nothing else.

Python needs a second and a half of a core to read monitord, and the suite starts some hundred daemons. What is forked
is a process like any other: it has its own environment, group and output, ends by its own exit status, and can be killed.
What asks how the program starts from nothing (`tests/faults`, the commands, the installer) starts it as a shell does.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import cache
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

ROOT: Final = Path(__file__).parents[1]
PR_SET_PDEATHSIG: Final = 1
"""linux/prctl.h: the signal that this process gets when its parent ends."""


def ends_with_its_parent() -> None:
    """A run of tests that is killed leaves no process behind: it would hold its lines, whose names are given out again."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@cache
def _forks() -> ForkServerContext:
    """One server of forks a process of tests; it ends with that."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.forked_imports"])
    with patch.dict(os.environ, PYTHONPATH=str(ROOT)):
        forkserver.ensure_running()
    return context


class Forked:
    """As `subprocess.Popen`, in what tests ask of it; `main` is Python source, run as `python -c` does."""

    def __init__(
        self,
        main: str,
        *arguments: str,
        env: Mapping[str, str],
        stdout: Path,
        stderr: Path | None = None,
    ) -> None:
        begun, begins = _forks().Pipe(duplex=False)
        outputs = (str(stdout), str(stderr or stdout))
        given = (begins, main, arguments, dict(env), str(Path.cwd()), outputs)
        self._process = _forks().Process(target=_run, args=given, daemon=True)
        self._process.start()
        begins.close()
        with begun:
            # It leads a group of its own from here on.
            begun.recv()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(["monitord"], timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _run(
    begins: Connection,
    main: str,
    arguments: tuple[str, ...],
    env: dict[str, str],
    folder: str,
    outputs: tuple[str, str],
) -> None:
    """In the fork: what a shell and the interpreter do before the program's first line."""
    os.setpgid(0, 0)
    ends_with_its_parent()
    for number, path in zip((1, 2), outputs, strict=True):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    sys.argv = ["-c", *arguments]
    begins.send(None)
    begins.close()
    program: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(main, "<string>", "exec"), program)

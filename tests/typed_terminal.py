"""A command at a real pseudo-terminal, typed at as a person does: what it shows is read, then keys are sent."""

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.peers import GENEROUS_S
from tests.ward import MAIN, ROOT

_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()=>][0-9A-B]?|\x1b\][^\x07]*\x07")
_WHERE_IS_THE_CURSOR = "\x1b[6n"
ENTER, DOWN, SPACE, CTRL_C = "\r", "\x1b[B", " ", "\x03"


class TypedTerminal:
    """One `monitord` command whose terminal the test holds."""

    def __init__(
        self, *arguments: str, cwd: Path, env: Mapping[str, str], stdout: Path | None = None
    ) -> None:
        """`stdout` is a file that standard output goes to instead, as by `>` in a shell."""
        self._master, slave = os.openpty()
        self._shown = ""
        self._read_to = 0
        out = slave if stdout is None else os.open(stdout, os.O_WRONLY | os.O_CREAT, 0o600)
        self.process = subprocess.Popen(
            # A session of its own, whose terminal this becomes: Ctrl-C reaches it as from a keyboard.
            ["setsid", "--ctty", sys.executable, "-c", MAIN, *arguments],
            stdin=slave,
            stdout=out,
            stderr=slave,
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "PAGER": "cat", **env},
        )
        os.close(slave)
        if stdout is not None:
            os.close(out)

    @property
    def shown(self) -> str:
        """Everything that was on the screen, without its colours and moves."""
        return _CODES.sub("", self._shown).replace("\r", "")

    def sees(self, words: str) -> None:
        """Waits until these words come, after those that were waited for before."""
        give_up = time.monotonic() + GENEROUS_S
        while (found := self.shown.find(words, self._read_to)) < 0:
            if time.monotonic() > give_up or not self._read():
                pytest.fail(f"no {words!r} after: {self.shown[self._read_to :][-3000:]}")
        self._read_to = found + len(words)

    def types(self, *keys: str) -> None:
        """Presses keys."""
        for each in keys:
            os.write(self._master, each.encode())

    def answers(self, question: str, *keys: str) -> None:
        """Waits for a question, and types."""
        self.sees(question)
        self.types(*keys)

    def ends(self) -> int:
        """Waits for its end; the exit code."""
        give_up = time.monotonic() + GENEROUS_S
        while self.process.poll() is None:
            self._read()
            if time.monotonic() > give_up:
                pytest.fail(f"it does not end: {self.shown[-3000:]}")
        while self._read():
            pass
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._master)

    def _read(self) -> bool:
        """Takes what came; False once nothing more can."""
        if not select.select([self._master], [], [], 0.05)[0]:
            return self.process.poll() is None
        try:
            came = os.read(self._master, 65536).decode(errors="replace")
        except OSError:
            return False
        self._shown += came
        if _WHERE_IS_THE_CURSOR in came:
            with contextlib.suppress(OSError):
                os.write(self._master, b"\x1b[1;1R")
        return True


@contextmanager
def typed(*arguments: str, cwd: Path, **env: str) -> Iterator[TypedTerminal]:
    """One that is gone afterwards."""
    terminal = TypedTerminal(*arguments, cwd=cwd, env=env)
    try:
        yield terminal
    finally:
        terminal.close()

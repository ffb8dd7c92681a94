"""The command in the test's own process: `main` of the program, what it writes and how it exits.

A process of its own takes a second and more to start. It is for what must be killed, or must run beside the test.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import structlog

from monitord.cli import main


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What came of one command."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture
def monitord(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """`monitord("check", file)` as in a shell."""
    before = structlog.get_config()

    def command(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["monitord", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        return Said(code=int(ended.value.code or 0), out=said.out, err=said.err)

    yield command
    # A command sets the logging of its process, which here is that of every test.
    structlog.configure(**before)

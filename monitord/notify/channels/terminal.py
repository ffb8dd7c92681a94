"""Alarms as lines on the terminal, with the bell for high ones. Needs nothing but the terminal.

Where the output goes into a log there is no terminal: then no bell, no colour, and neither values nor names of
staff, which a log shall not hold.
"""

import os
import stat
import sys
from typing import Final, Literal, TextIO

from pydantic import BaseModel, ConfigDict

from monitord.model import AlarmLine, Notify, Priority, iso
from monitord.model.outside_text import one_line
from monitord.notify.message_text import NOT_DURABLE, RAISING, SIMULATED, where

_COLOURS = {
    Priority.HIGH: "\x1b[1;97;41m",
    Priority.MEDIUM: "\x1b[30;43m",
    Priority.LOW: "\x1b[36m",
}
_PLAIN = "\x1b[0m"
_BELL = "\a"
OUTPUT: Final = "MONITORD_OUTPUT"
"""Says what cannot be seen from within: `log` where nobody reads the output (a container's image), `seen` where
somebody does although it is no terminal, such as a file that a screen shows."""
LOG: Final = "log"
SEEN: Final = "seen"


class TerminalConfig(BaseModel):
    """`bell` rings for high alarms, `colour` is used unless it is false: both on a terminal alone."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    bell: bool = True
    colour: bool | None = None


class TerminalChannel:
    """Writes to standard error: standard output belongs to logs and to JSON lines."""

    def __init__(self, config: TerminalConfig, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        terminal = self._out.isatty()
        self._bell = config.bell and terminal
        self._colour = terminal and config.colour is not False
        self._logged = goes_into_log(self._out)

    async def send(self, message: Notify, *, durable: bool) -> None:
        """One line; never fails while the terminal takes text."""
        line = message.line
        text = logged(line, durable=durable) if self._logged else said(line, durable=durable)
        if self._colour:
            text = f"{_COLOURS[line.priority]}{text}{_PLAIN}"
        rings = self._bell and line.priority is Priority.HIGH and line.event in RAISING
        self._out.write(f"{_BELL if rings else ''}{text}\n")
        self._out.flush()

    async def close(self) -> None:
        """Nothing to let go of."""


def goes_into_log(out: TextIO) -> bool:
    """Whether what is written there goes into a log, where nobody sees it in time: the system's, a container's, a file."""
    said = os.environ.get(OUTPUT)
    if said in {LOG, SEEN}:
        return said == LOG
    if out.isatty():
        return False
    # The first process of a container writes into the container's log.
    return "JOURNAL_STREAM" in os.environ or os.getpid() == 1 or _is_file(out)


def _is_file(out: TextIO) -> bool:
    """A file or /dev/null: neither shows anything by itself."""
    try:
        mode = os.fstat(out.fileno()).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(mode) or stat.S_ISCHR(mode)


def said(line: AlarmLine, *, durable: bool) -> str:
    """`10:00:15 HIGH bed 1: SpO2 84 < 85 for 5 s [start, infusion] SIMULATED`."""
    about = ", ".join(filter(None, (line.event.value, line.phase, line.by and f"by {line.by}")))
    marks = (f" {SIMULATED}" if line.simulated else "") + ("" if durable else f" {NOT_DURABLE}")
    told = f"{line.priority.name:6} {where(line)}: {line.text} [{about}]"
    return one_line(f"{iso(line.at)[11:19]} {told}{marks}")


def logged(line: AlarmLine, *, durable: bool) -> str:
    """`HIGH bed 1: spo2_low [start, infusion] SIMULATED`: what happened, without values and names."""
    about = ", ".join(filter(None, (line.event.value, line.phase)))
    marks = (f" {SIMULATED}" if line.simulated else "") + ("" if durable else f" {NOT_DURABLE}")
    return one_line(f"{line.priority.name} {where(line)}: {line.alarm} [{about}]{marks}")


class TerminalNotifier:
    """Destination `notifier: terminal`."""

    name = "terminal"
    title = "lines on the terminal, bell for high alarms"
    local = True
    needs_terminal: Literal[True] = True
    config = TerminalConfig

    def open(self, name: str, config: TerminalConfig) -> TerminalChannel:  # noqa: ARG002 - one terminal has no names
        """A channel to this process's terminal."""
        return TerminalChannel(config)


NOTIFIER = TerminalNotifier()

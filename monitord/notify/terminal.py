"""Alarms as lines on the terminal, with the bell for high ones. Needs nothing but the terminal."""

import sys
from typing import TextIO

from pydantic import BaseModel, ConfigDict

from monitord.model import AlarmLine, Notify, Priority, iso
from monitord.notify.words import NOT_DURABLE, RAISING, SIMULATED, where

_COLOURS = {
    Priority.HIGH: "\x1b[1;97;41m",
    Priority.MEDIUM: "\x1b[30;43m",
    Priority.LOW: "\x1b[36m",
}
_PLAIN = "\x1b[0m"
_BELL = "\a"


class TerminalConfig(BaseModel):
    """`bell` rings for high alarms; `colour` needs a terminal that knows it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    bell: bool = True
    colour: bool | None = None


class TerminalChannel:
    """Writes to standard error: standard output belongs to logs and to JSON lines."""

    def __init__(self, config: TerminalConfig, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._bell = config.bell
        self._colour = self._out.isatty() if config.colour is None else config.colour

    async def send(self, message: Notify, *, durable: bool) -> None:
        """One line; never fails while the terminal takes text."""
        line = message.line
        text = said(line, durable=durable)
        if self._colour:
            text = f"{_COLOURS[line.priority]}{text}{_PLAIN}"
        rings = self._bell and line.priority is Priority.HIGH and line.event in RAISING
        self._out.write(f"{_BELL if rings else ''}{text}\n")
        self._out.flush()

    async def close(self) -> None:
        """Nothing to let go of."""


def said(line: AlarmLine, *, durable: bool) -> str:
    """`10:00:15 HIGH bed 1: SpO2 84 < 85 for 5 s [start, infusion] SIMULATED`."""
    about = ", ".join(filter(None, (line.event.value, line.phase, line.by and f"by {line.by}")))
    marks = (f" {SIMULATED}" if line.simulated else "") + ("" if durable else f" {NOT_DURABLE}")
    told = f"{line.priority.name:6} {where(line)}: {line.text} [{about}]"
    return f"{iso(line.at)[11:19]} {told}{marks}"


class TerminalNotifier:
    """Destination `notifier: terminal`."""

    name = "terminal"
    title = "lines on the terminal, bell for high alarms"
    local = True
    config = TerminalConfig

    def open(self, name: str, config: TerminalConfig) -> TerminalChannel:  # noqa: ARG002 - one terminal has no names
        """A channel to this process's terminal."""
        return TerminalChannel(config)


NOTIFIER = TerminalNotifier()

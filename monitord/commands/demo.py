"""The demo at a terminal: what it prints, and what a person should look at."""

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from monitord.commands.demo_suite import DemoOptions, demo
from monitord.commands.spans import seconds_of
from monitord.config.shipped import shipped
from monitord.daemon.logs import configure
from monitord.daemon.service import DISCLAIMER
from monitord.model import AlarmLine
from monitord.model.timeline import Timeline
from monitord.store.line import line_json

SCENARIO = "scenarios/demo.yaml"


def run(
    *, port: int, speed: float, duration: str | None, headless: bool, scenario: Path | None
) -> None:
    """Plays the demo; Ctrl-C and the end of `duration` both end it cleanly.

    ConfigError, DeviceError and StationError say why it cannot start.
    """
    configure(sys.stderr, level=logging.ERROR)
    options = DemoOptions(
        scenario=scenario or shipped(SCENARIO),
        port=port,
        speed=speed,
        seconds=None if duration is None else seconds_of("--duration", duration),
        terminal=not headless,
    )
    if headless:
        asyncio.run(demo(options, heard=_print_line))
    else:
        asyncio.run(demo(options, ready=_introduce))


def _print_line(line: AlarmLine, durable: bool) -> None:
    try:
        print(line_json(line, durable), flush=True)
    except BrokenPipeError:
        # Nobody reads any more: the demo ends as it does on Ctrl-C.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        signal.raise_signal(signal.SIGINT)


def _introduce(timeline: Timeline, port: int) -> None:
    beds = ", ".join(timeline.beds)
    print(
        f"monitord demo: {timeline.title}\n"
        f"  {DISCLAIMER}\n"
        f"\n"
        f"  Open http://127.0.0.1:{port}/   (beds {beds}; all patients are simulated)\n"
        f"  {timeline.note}\n"
        f"  Alarms also come as lines below. Ctrl-C ends the demo.\n",
        flush=True,
    )

"""`monitord demo`: what it prints at a terminal, and what a person should look at."""

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitord.commands.command_options import SpeedOption, seconds_of

if TYPE_CHECKING:
    from monitord.model import AlarmLine
    from monitord.model.timeline import Timeline

SCENARIO = "scenarios/demo.yaml"


def demo(
    port: Annotated[
        int, typer.Option(help="The port of the station page on this machine.", min=0, max=65535)
    ] = 8787,
    speed: SpeedOption = 1.0,
    duration: Annotated[
        str | None,
        typer.Option(help="The simulated time after which it ends, such as 2min. Default: never."),
    ] = None,
    headless: Annotated[
        bool,
        typer.Option(
            "--headless", help="Print alarm lines as JSON on standard output, and nothing else."
        ),
    ] = False,
    scenario: Annotated[
        Path | None, typer.Option(help="A timeline file. Default: the demo's own.")
    ] = None,
) -> None:
    """Show four simulated beds on the station page.

    The input is a timeline of patients, devices and staff. The output is the station page at
    http://127.0.0.1:8787/ by default, and alarm lines at the terminal. Simulated devices speak on real
    pseudo-terminals and a real MQTT broker. Ctrl-C ends it.

    For example: monitord demo --speed 10 --duration 30min
    """
    import asyncio
    import logging

    from monitord.commands.demo_suite import DemoOptions
    from monitord.commands.demo_suite import demo as play
    from monitord.config.files.shipped_files import shipped
    from monitord.config.protocol.timeline_file import read_scenario
    from monitord.daemon.logs import configure

    configure(sys.stderr, level=logging.ERROR)
    options = DemoOptions(
        timeline=read_scenario(scenario or shipped(SCENARIO)),
        port=port,
        speed=speed,
        seconds=None if duration is None else seconds_of("--duration", duration),
        terminal=not headless,
    )
    if headless:
        asyncio.run(play(options, heard=_print_line))
    else:
        asyncio.run(play(options, ready=_introduce))


def _print_line(line: "AlarmLine", durable: bool) -> None:
    from monitord.store.line_json import line_json

    try:
        print(line_json(line, durable), flush=True)
    except BrokenPipeError:
        # Nobody reads any more: the demo ends as it does on Ctrl-C.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        signal.raise_signal(signal.SIGINT)


def _introduce(timeline: "Timeline", port: int) -> None:
    from monitord.daemon.service import DISCLAIMER

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

"""`monitord qualify`: the bundled timelines on this installation."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from monitord.commands.command_options import SuiteOption
from monitord.errors import FAILED


def qualify(
    config: SuiteOption,
    out: Annotated[Path, typer.Option("-o", "--out", help="The file for the report.")],
    only: Annotated[
        list[str] | None,
        typer.Option(help="The name of a timeline; may be repeated. Default: all."),
    ] = None,
    speed: Annotated[
        float,
        typer.Option(
            help="How many times faster than real time to play; only 1 counts.", min=1, max=60
        ),
    ] = 1.0,
) -> None:
    """Play the bundled timelines on this installation.

    The input is the suite file, whose protocols and versions the report names, and the bundled timelines.
    The output is a dated report: each expected alarm with its bounds and when it came. The exit code is 1
    when an expectation is not met. By default all timelines are played, at real speed.

    For example: monitord qualify -c suite.yaml -o qualification.md
    """
    import logging

    from monitord.commands.qualify import qualify as run_all
    from monitord.daemon.logs import configure
    from monitord.plugins import load_plugins
    from monitord.terminal_bar import bar_while

    configure(sys.stderr, level=logging.ERROR)
    with bar_while("playing the bundled patients"):
        passed = run_all(config, out, load_plugins(), only or [], speed)
    if not passed:
        raise typer.Exit(FAILED)

"""`monitord test`: a clinic's protocol tests."""

from pathlib import Path
from typing import Annotated

import typer

from monitord.commands.command_options import JsonDocumentOption, JUnitOption
from monitord.errors import FAILED


def test(  # noqa: PLR0917 - an option each
    files: Annotated[
        list[Path],
        typer.Argument(help="The timelines that say what is expected, or folders of them."),
    ],
    protocol: Annotated[
        str | None,
        typer.Option(
            "-p", "--protocol", help="The protocol to test. Default: the one that each file names."
        ),
    ] = None,
    mutate: Annotated[
        bool,
        typer.Option(
            "--mutate", help="Change every number of the protocol and report what no test notices."
        ),
    ] = False,
    coverage: Annotated[
        bool,
        typer.Option(
            "--coverage/--no-coverage", help="Count what of the protocol the tests reach."
        ),
    ] = True,
    not_reached: Annotated[
        bool, typer.Option("--not-reached", help="Name what of the protocol no test reaches.")
    ] = False,
    junit: JUnitOption = None,
    as_json: JsonDocumentOption = False,
) -> None:
    """Run a clinic's protocol tests.

    The input is timelines: what a patient's readings do, and which alarms are expected. The output is what the
    tests reach, how many there are, and last each expectation that is not met. The exit code is 1 when there is one.
    Each test runs the protocol that its file names unless --protocol names another.

    For example: monitord test tests/desaturation.yaml
    """
    from monitord.replay.replay_console import test_command

    if not test_command(
        files,
        protocol=protocol,
        mutate=mutate,
        coverage=coverage,
        not_reached=not_reached,
        junit=junit,
        as_json=as_json,
    ):
        raise typer.Exit(FAILED)

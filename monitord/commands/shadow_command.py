"""`monitord shadow`: candidate protocols beside the live beds."""

from pathlib import Path
from typing import Annotated

import typer

from monitord.commands.command_options import JsonLinesOption, SuiteOption


def shadow(
    config: SuiteOption,
    protocol: Annotated[
        str | None,
        typer.Option(
            "-p",
            "--protocol",
            help="The candidate. Default: those below `shadow:` in the suite file.",
        ),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on, and print each new difference.")
    ] = False,
    as_json: JsonLinesOption = False,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="The file for a report, on which `promote` relies."),
    ] = None,
) -> None:
    """Compare candidate protocols with the live beds.

    The input is the journal of the suite and the candidates that the suite file names. The output is each
    alarm that a candidate would have added, lost or moved; nobody is told of a candidate's alarms.
    It ends after the present differences unless --follow is given.

    For example: monitord shadow -c suite.yaml --out shadow.jsonl
    """
    from monitord.commands.shadow_report import report

    report(config, protocol, follow=follow, as_json=as_json, out=out)

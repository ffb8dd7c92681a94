"""`monitord diff`: two protocols, two results, or two recordings of one patient."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from monitord.commands.command_options import (
    ColumnsOption,
    FormatOption,
    JsonLinesOption,
    PhaseOption,
    UnitOption,
)
from monitord.errors import BAD_CONFIG, FAILED, LEFT_OUT


def diff(  # noqa: PLR0917 - an option each
    a: Annotated[
        str, typer.Argument(help="A protocol, a result of replay --jsonl, or a recording.")
    ],
    b: Annotated[str, typer.Argument(help="The other protocol, result or recording.")],
    recordings: Annotated[
        Path | None, typer.Option(help="The folder of recordings on which protocols are compared.")
    ] = None,
    protocol: Annotated[
        str | None,
        typer.Option(
            "-p", "--protocol", help="The protocol under which two recordings are compared."
        ),
    ] = None,
    phase: PhaseOption = None,
    columns: ColumnsOption = None,
    form: FormatOption = None,
    unit: UnitOption = None,
    html: Annotated[
        Path | None,
        typer.Option(
            help="The file for a page with strips of both sides, on which a clinician judges each difference."
        ),
    ] = None,
    as_json: JsonLinesOption = False,
) -> None:
    """Compare two protocols, results or recordings.

    The input is two protocols with a folder of recordings, two files that `monitord replay --jsonl` wrote, or, with
    --protocol, two recordings or folders of them: those of one patient are found by their numbers, whatever their
    names and clocks are.
    The output is each alarm that is added, lost, moved or has another priority, as plain lines by default.
    The exit code is 1 when there is a difference and 0 when there is none; 3 when there is none in what could be
    compared, but recordings were left out, or nothing could be compared.

    For example: monitord diff ketamine_iv_0_5_40 ./ours.yaml --recordings nights
    """
    from monitord.errors import NothingAssessedError, RecordingError
    from monitord.replay.recordings.asked_columns import asked_columns
    from monitord.replay.replay_console import diff_command

    named = asked_columns(columns or (), form, unit or ())
    try:
        found = diff_command(
            a,
            b,
            recordings=recordings,
            protocol=protocol,
            phase=phase,
            columns=named,
            html=html,
            as_json=as_json,
        )
    except NothingAssessedError:
        raise
    except RecordingError as error:
        # 1 would say that they differ.
        print(error, file=sys.stderr)
        raise typer.Exit(BAD_CONFIG) from error
    if found.differences:
        raise typer.Exit(FAILED)
    if found.skipped:
        raise typer.Exit(LEFT_OUT)

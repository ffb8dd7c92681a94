"""The commands for recordings: options in, one call, lines out. Imports stand inside: help is quick."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from monitord.errors import BAD_CONFIG


def test(
    files: Annotated[list[Path], typer.Argument(help="Timelines that say what is expected.")],
    protocol: Annotated[
        str | None, typer.Option("-p", "--protocol", help="Instead of the file's own.")
    ] = None,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Ask of every number whether a test notices.")
    ] = False,
) -> None:
    """Run a clinic's protocol tests. Exit 1 when an expectation is not met."""
    from monitord.replay.console import test_command

    if not test_command(files, protocol=protocol, mutate=mutate):
        raise typer.Exit(1)


def diff(  # noqa: PLR0917 - an option each
    a: Annotated[str, typer.Argument(help="A protocol, or a result of replay --jsonl.")],
    b: Annotated[str, typer.Argument(help="The other one.")],
    recordings: Annotated[Path | None, typer.Option(help="A folder, to compare protocols.")] = None,
    phase: Annotated[str | None, typer.Option(help="Every recording is in it.")] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write strips for a clinician's verdict.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False,
) -> None:
    """Compare two protocols, or two results. Alarms added, lost, moved or re-prioritised; exit 1 when any is."""
    from monitord.errors import RecordingError
    from monitord.replay.console import diff_command

    try:
        same = diff_command(a, b, recordings=recordings, phase=phase, html=html, as_json=as_json)
    except RecordingError as error:
        # 1 would say that they differ.
        print(error, file=sys.stderr)
        raise typer.Exit(BAD_CONFIG) from error
    if not same:
        raise typer.Exit(1)


def backtest(  # noqa: PLR0917 - an option each
    folder: Annotated[Path, typer.Argument(help="Recordings, and events files beside them.")],
    protocol: Annotated[str, typer.Option("-p", "--protocol", help="A protocol's name or file.")],
    phase: Annotated[str | None, typer.Option(help="Every recording is in it.")] = None,
    interval: Annotated[str | None, typer.Option(help="Between readings, in s.")] = None,
    out: Annotated[Path | None, typer.Option(help="Keep results, CSV, JSON, HTML here.")] = None,
    workers: Annotated[int, typer.Option(help="Processes; 0 is one a core.", min=0)] = 0,
    scheduler: Annotated[str | None, typer.Option(help="A Dask scheduler, tcp://...")] = None,
    verdicts: Annotated[Path | None, typer.Option(help="What diff's page saved.")] = None,
    sweep: Annotated[
        str | None,
        typer.Option(help="'spo2_low medium limit=86,88,90 delay=5s,15s': try them all."),
    ] = None,
) -> None:
    """Alarm load and detection delay over many recordings."""
    from monitord.replay.console import backtest_command, sweep_command

    if sweep is not None:
        if interval is not None or verdicts is not None:
            raise typer.BadParameter("--sweep goes with neither --interval nor --verdicts")
        sweep_command(
            folder, protocol, sweep, phase=phase, out=out, workers=workers, scheduler=scheduler
        )
        return
    backtest_command(
        folder,
        protocol,
        phase=phase,
        interval=interval,
        out=out,
        verdicts=verdicts,
        workers=workers,
        scheduler=scheduler,
    )

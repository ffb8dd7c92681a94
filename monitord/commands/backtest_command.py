"""`monitord backtest`: alarm load over many recordings, and sweeps of settings."""

from pathlib import Path
from typing import Annotated

import typer

from monitord.commands.command_options import (
    ColumnsOption,
    FormatOption,
    IntervalOption,
    NeededProtocolOption,
    PhaseOption,
    UnitOption,
)
from monitord.errors import LEFT_OUT


def backtest(  # noqa: PLR0917 - an option each
    folder: Annotated[
        Path, typer.Argument(help="The folder of recordings, with events files beside them.")
    ],
    protocol: NeededProtocolOption,
    phase: PhaseOption = None,
    interval: IntervalOption = None,
    out: Annotated[
        Path | None, typer.Option(help="The folder for results as CSV, JSON and HTML.")
    ] = None,
    workers: Annotated[
        int, typer.Option(help="The number of processes; 0 is one for each core.", min=0)
    ] = 0,
    scheduler: Annotated[
        str | None, typer.Option(help="The address of a Dask scheduler, tcp://HOST:PORT.")
    ] = None,
    verdicts: Annotated[
        Path | None, typer.Option(help="The verdicts that the page of diff saved.")
    ] = None,
    columns: ColumnsOption = None,
    form: FormatOption = None,
    unit: UnitOption = None,
    sweep: Annotated[
        str | None,
        typer.Option(
            help="The settings to try, such as 'spo2_low medium limit=86,88,90 delay=5s,15s'."
        ),
    ] = None,
) -> None:
    """Measure alarm load and delays over recordings.

    The input is a folder of recordings and a protocol. The output is a table: alarms an hour by rule and
    priority, and how long after its onset an event was told. With --sweep it is a row for each combination of
    settings. It uses one process for each core by default.

    For example: monitord backtest nights -p ketamine_iv_0_5_40 --out results
    """
    from monitord.replay.recordings.asked_columns import asked_columns
    from monitord.replay.replay_console import backtest_command, sweep_command

    named = asked_columns(columns or (), form, unit or ())
    if sweep is not None:
        if interval is not None or verdicts is not None:
            raise typer.BadParameter("--sweep goes with neither --interval nor --verdicts")
        sweep_command(
            folder,
            protocol,
            sweep,
            phase=phase,
            columns=named,
            out=out,
            workers=workers,
            scheduler=scheduler,
        )
        return
    whole = backtest_command(
        folder,
        protocol,
        phase=phase,
        interval=interval,
        columns=named,
        out=out,
        verdicts=verdicts,
        workers=workers,
        scheduler=scheduler,
    )
    if not whole:
        raise typer.Exit(LEFT_OUT)

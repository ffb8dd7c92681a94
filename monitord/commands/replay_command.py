"""`monitord replay`: a recording through the engine; with `--station` on the page."""

from pathlib import Path
from typing import Annotated

import typer

from monitord.commands.command_options import (
    ColumnsOption,
    FormatOption,
    IntervalOption,
    PhaseOption,
    ProtocolOption,
    UnitOption,
)


def replay(  # noqa: PLR0917 - an option each
    recording: Annotated[str, typer.Argument(help="The file of a recording, or a journal.")],
    protocol: ProtocolOption = None,
    speed: Annotated[
        str | None,
        typer.Option(
            help="How many times faster than real time, or max. Default: max, and 1 with --station."
        ),
    ] = None,
    jsonl: Annotated[
        Path | None, typer.Option(help="The file for the lines. Default: standard output.")
    ] = None,
    phase: PhaseOption = None,
    events: Annotated[
        Path | None, typer.Option(help="A CSV file that says when each phase began.")
    ] = None,
    interval: IntervalOption = None,
    start: Annotated[
        str | None, typer.Option("--from", help="The start: a time, or +90min.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="The end: a time, or +90min.")] = None,
    zone: Annotated[
        str | None, typer.Option("--tz", help="The time zone of times that name none.")
    ] = None,
    patient: Annotated[
        str | None, typer.Option(help="The patient, of a file that holds several.")
    ] = None,
    columns: ColumnsOption = None,
    form: FormatOption = None,
    unit: UnitOption = None,
    html: Annotated[
        Path | None,
        typer.Option(
            help="A page for the whole recording as strips: signals, limits, alarms and why."
        ),
    ] = None,
    station: Annotated[
        int | None,
        typer.Option(help="The port at which the station page shows it.", min=0, max=65535),
    ] = None,
) -> None:
    """Run a recording through the engine.

    The input is a recording of any known kind, or a journal. The output is the alarms as JSON lines, the same
    bytes each time, on standard output by default; a summary goes to standard error.

    For example: monitord replay night.csv -p ketamine_iv_0_5_40 --phase infusion
    """
    from monitord.replay.recordings.asked_columns import asked_columns
    from monitord.replay.run.options import ReplayOptions, span_of, zone_of

    asked = ReplayOptions(
        phase=phase,
        events=events,
        interval=span_of(interval),
        start=start,
        end=end,
        tz=zone_of(zone),
        patient=patient,
        columns=asked_columns(columns or (), form, unit or ()),
    )
    if station is not None:
        from monitord.commands.replay_station import show

        show(recording, protocol, asked, port=station, speed=speed or "1")
    else:
        from monitord.replay.replay_console import replay_command

        replay_command(recording, protocol, asked, speed=speed or "max", jsonl=jsonl, html=html)

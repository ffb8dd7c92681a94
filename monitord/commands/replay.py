"""`monitord replay`: options in, one call, lines out; with `--station` a page."""

from pathlib import Path
from typing import Annotated

import typer


def replay(  # noqa: PLR0917 - an option each
    recording: Annotated[str, typer.Argument(help="A recording's file, or a journal.")],
    protocol: Annotated[
        str | None, typer.Option("-p", "--protocol", help="A protocol's name or file.")
    ] = None,
    speed: Annotated[
        str | None, typer.Option(help="Times real time, or max; max, with --station 1.")
    ] = None,
    jsonl: Annotated[Path | None, typer.Option(help="Write the lines to this file.")] = None,
    phase: Annotated[str | None, typer.Option(help="The whole recording is in it.")] = None,
    events: Annotated[Path | None, typer.Option(help="A CSV that places phases.")] = None,
    interval: Annotated[str | None, typer.Option(help="Between readings, in s.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="A time, or +90min.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="A time, or +90min.")] = None,
    zone: Annotated[str | None, typer.Option("--tz", help="Of times without one.")] = None,
    patient: Annotated[str | None, typer.Option(help="Of a file that holds several.")] = None,
    station: Annotated[
        int | None,
        typer.Option(help="Show it on the page, served at this port.", min=0, max=65535),
    ] = None,
) -> None:
    """Run a recording through the engine. Alarms as JSON lines, the same bytes each time."""
    from monitord.replay.asked import Asked, span_of, zone_of

    asked = Asked(
        phase=phase,
        events=events,
        interval=span_of(interval),
        start=start,
        end=end,
        tz=zone_of(zone),
        patient=patient,
    )
    if station is not None:
        from monitord.commands.replay_station import show

        show(recording, protocol, asked, port=station, speed=speed or "1")
    else:
        from monitord.replay.console import replay_command

        replay_command(recording, protocol, asked, speed=speed or "max", jsonl=jsonl)

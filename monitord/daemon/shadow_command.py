"""`monitord shadow`: options in, one call, lines out."""

from pathlib import Path
from typing import Annotated

import typer


def shadow(
    config: Annotated[
        Path, typer.Option("-c", "--config", help="The suite file.", show_default=False)
    ],
    protocol: Annotated[
        str | None,
        typer.Option(
            "-p", "--protocol", help="A candidate, instead of those below `shadow:` in the file."
        ),
    ] = None,
    follow: Annotated[bool, typer.Option(help="Go on, and tell of each new difference.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False,
) -> None:
    """What candidate protocols would have told at the live beds: alarms added, lost, moved."""
    from monitord.daemon.shadowing import report

    report(config, protocol, follow=follow, as_json=as_json)

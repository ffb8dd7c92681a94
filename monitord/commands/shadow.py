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
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on, and tell of each new difference.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="A report to read, keep and promote on.")
    ] = None,
) -> None:
    """Compare candidate protocols with the live beds. Alarms that would have been added, lost, moved."""
    from monitord.commands.shadowing import report

    report(config, protocol, follow=follow, as_json=as_json, out=out)


def promote(
    protocol: Annotated[str, typer.Argument(help="Which protocol the candidate would replace.")],
    config: Annotated[
        Path, typer.Option("-c", "--config", help="The suite file.", show_default=False)
    ],
    report: Annotated[
        Path, typer.Option(help="What `monitord shadow --out` wrote.", show_default=False)
    ],
    by: Annotated[str, typer.Option(help="An account with the role approver.", show_default=False)],
) -> None:
    """Put a shadow candidate in the place of a protocol. An approver does, on a report; into the audit chain.

    Asks for the approver's password; prints the lines for the suite file.
    """
    from monitord.commands.promotion import promote as record

    def ask() -> str:
        return str(typer.prompt("Password", hide_input=True, err=True))

    print(record(config, protocol, report, by=by, ask=ask), end="")

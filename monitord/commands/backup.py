"""The commands of the journal's upkeep: options in, one call, lines out."""

from pathlib import Path
from typing import Annotated

import typer

from monitord.errors import FAILED

DatabaseOption = Annotated[
    str | None, typer.Option("--database", help="A journal's file or URL, instead of a suite file.")
]
MaybeSuiteOption = Annotated[
    Path | None, typer.Option("-c", "--config", help="The suite file that names the journal.")
]


def backup(
    target: Annotated[Path | None, typer.Argument(help="The file to write.")] = None,
    config: MaybeSuiteOption = None,
    database: DatabaseOption = None,
    into: Annotated[Path | None, typer.Option(help="A folder, under a name with the time.")] = None,
    keep: Annotated[int, typer.Option(help="Of those in the folder so many stay.", min=0)] = 0,
) -> None:
    """Copy the journal. Complete and checked, beside a running daemon too."""
    from monitord.commands import upkeep

    print(upkeep.backup(upkeep.database_of(config, database), target, into, keep))


def restore(
    source: Annotated[Path, typer.Argument(help="The backup.")],
    config: MaybeSuiteOption = None,
    database: DatabaseOption = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Although there is a journal; it is kept beside.")
    ] = False,
) -> None:
    """Put a backup where the journal is, or was. The daemon must be stopped."""
    from monitord.commands import upkeep

    upkeep.restore(source, upkeep.database_of(config, database), replace=replace)


def verify(
    config: MaybeSuiteOption = None,
    database: DatabaseOption = None,
    head: Annotated[
        str | None, typer.Option(help="A head from the log (audit_head), NUMBER:HASH.")
    ] = None,
) -> None:
    """Check the audit chains. Which rows were changed, removed or slipped in; exit 1 on a fault."""
    from monitord.commands import upkeep

    found = upkeep.verify(upkeep.database_of(config, database), head)
    for fault in found.faults:
        print(f"fault: {fault}")
    print(f"{found.chains} chains, {found.links} links, head {found.head.n}:{found.head.hash}")
    if found.faults:
        raise typer.Exit(FAILED)


def retention(
    days: Annotated[
        int, typer.Option(help="So long after its end a session stays.", min=1, show_default=False)
    ],
    config: MaybeSuiteOption = None,
    database: DatabaseOption = None,
) -> None:
    """Remove old sessions whole. That they went stays in the audit chain; the daemon must be stopped."""
    from monitord.commands import upkeep

    removed = upkeep.retention(upkeep.database_of(config, database), days)
    print(f"removed: {removed.sessions} sessions, {removed.samples} readings outside of any")

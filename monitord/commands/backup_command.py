"""`monitord backup`: a copy of the journal."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from monitord.commands.command_options import DatabaseOption, MaybeSuiteOption


def backup(
    target: Annotated[Path | None, typer.Argument(help="The file to write.")] = None,
    config: MaybeSuiteOption = None,
    database: DatabaseOption = None,
    into: Annotated[
        Path | None, typer.Option(help="The folder for a copy whose name has the time.")
    ] = None,
    keep: Annotated[
        int, typer.Option(help="How many copies stay in the folder; 0 keeps all.", min=0)
    ] = 0,
) -> None:
    """Copy the journal.

    The input is the journal; a running service may go on writing it. The output is a complete and checked
    copy, whose path is printed. With --into the audit chain is verified with the heads of all earlier copies
    (audit-heads.txt in the folder) and the new head is added; all earlier copies stay unless --keep says how many.

    For example: monitord backup -c suite.yaml --into /var/backups/monitord --keep 14
    """
    from monitord.commands import backup_copies
    from monitord.config.database_place import database_of
    from monitord.terminal_bar import bar_while

    journal = database_of(config, database)
    say = partial(print, file=sys.stderr)
    with bar_while("copying and checking the journal"):
        copy = backup_copies.backup(journal, target, into, keep, say=say)
    print(copy)

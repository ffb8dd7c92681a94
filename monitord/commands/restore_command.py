"""`monitord restore`: a backup in the place of the journal."""

from pathlib import Path
from typing import Annotated

import typer

from monitord.commands.command_options import DatabaseOption, MaybeSuiteOption


def restore(
    source: Annotated[Path, typer.Argument(help="The backup to restore.")],
    config: MaybeSuiteOption = None,
    database: DatabaseOption = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a journal that exists; it is kept beside.")
    ] = False,
) -> None:
    """Put a backup where the journal is, or was.

    The input is a file that `monitord backup` wrote. It is copied and checked first: pages, chains, and whether it is
    of this suite. The output is its newest time and its open sessions, then the journal in its place. The service must
    be stopped. A journal that exists is not replaced by default: --replace does that, and keeps it beside.

    For example: monitord restore journal-20260105T100000Z.db -c suite.yaml
    """
    from monitord.commands import restore_backup
    from monitord.config.database_place import database_of

    restore_backup.restore(
        source,
        database_of(config, database),
        replace=replace,
        suite=restore_backup.suite_name(config),
    )

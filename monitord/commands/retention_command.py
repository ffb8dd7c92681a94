"""`monitord retention`: old sessions go whole."""

from pathlib import Path
from typing import Annotated

import typer

from monitord.commands.command_options import DatabaseOption, MaybeSuiteOption


def retention(
    days: Annotated[
        int,
        typer.Option(
            help="How many days a session stays after its end.", min=1, show_default=False
        ),
    ],
    config: MaybeSuiteOption = None,
    database: DatabaseOption = None,
) -> None:
    """Remove old sessions whole.

    The input is the journal, and how many days a session stays; that has no default. The output is how many
    sessions and readings were removed. That they were removed stays in the audit chain. The service must be
    stopped. A suite of a hospital keeps its sessions for 7 days or more, as long as the hospital's cluster keeps what the
    suite sent.

    For example: monitord retention --days 3650 -c suite.yaml
    """
    from monitord.config.database_place import database_of
    from monitord.daemon.sequencing.clock import wall_time
    from monitord.model import HOUR, Instant
    from monitord.store.journal.journal import Journal
    from monitord.terminal_bar import bar_while

    _check_hospital(config, days)
    # StoreError while a daemon has the journal open.
    with bar_while("removing"), Journal.open(database_of(config, database)) as journal:
        removed = journal.retain(Instant(wall_time() - days * 24 * HOUR))
    print(f"removed: {removed.sessions} sessions, {removed.samples} readings outside of any")


def _check_hospital(config: Path | None, days: int) -> None:
    """ConfigError where the hospital would have what its suite has not any more."""
    from monitord.config.files.yaml_file import read_file
    from monitord.config.suite.hospital_link import KEPT
    from monitord.errors import ConfigError
    from monitord.model import HOUR

    least = KEPT // (24 * HOUR)
    if config is None or days >= least:
        return
    try:
        written = read_file(config).value.get("hospital")
    except (ConfigError, AttributeError):
        # What cannot be read names no hospital that could be asked.
        return
    if written is not None:
        raise ConfigError(
            [
                f"{config}: its hospital's cluster keeps what the suite sent for {least} days: give --days {least} or more"
            ]
        )

"""`monitord verify`: the audit chain of the journal."""

from typing import Annotated

import typer

from monitord.commands.command_options import DatabaseOption, MaybeSuiteOption
from monitord.errors import FAILED


def verify(
    config: MaybeSuiteOption = None,
    database: DatabaseOption = None,
    head: Annotated[
        str | None,
        typer.Option(help="A head that the log has as `audit_head`, written NUMBER:HASH."),
    ] = None,
) -> None:
    """Check the audit chain.

    The input is the journal; a running service may go on writing it. The output is each row that was changed,
    removed or slipped in, what was done on purpose (retention, a restored backup), then the number of links and
    the head. The exit code is 1 on a fault. By default the chain is checked against itself, which shows no chain
    that was made anew or cut off whole; --head checks it against a head kept elsewhere.

    For example: monitord verify -c suite.yaml
    """
    from monitord.commands import upkeep

    found = upkeep.verify(upkeep.database_of(config, database), head)
    for fault in found.faults:
        print(f"fault: {fault}")
    for remark in found.remarks:
        print(f"note: {remark}")
    print(f"{found.links} links, head {found.head}")
    if found.faults:
        raise typer.Exit(FAILED)

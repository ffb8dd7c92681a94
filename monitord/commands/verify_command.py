"""`monitord verify`: the audit chain of the journal."""

from typing import TYPE_CHECKING, Annotated

import typer

from monitord.commands.command_options import DatabaseOption, MaybeSuiteOption
from monitord.errors import FAILED, ConfigError

if TYPE_CHECKING:
    from monitord.store.chain_verification import Verification


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
    from monitord.config.database_place import database_of
    from monitord.terminal_bar import bar_while

    with bar_while("verifying the audit chain"):
        found = verified(database_of(config, database), head)
    for fault in found.faults:
        print(f"fault: {fault}")
    for remark in found.remarks:
        print(f"note: {remark}")
    print(f"{found.links} links, head {found.head}")
    if found.faults:
        raise typer.Exit(FAILED)


def verified(database: str, head: str | None) -> "Verification":
    """Follows the audit chain; `head` is one that was kept elsewhere, `N:HASH`."""
    from monitord.store.chain_verification import KnownHead
    from monitord.store.chain_verification import verify as follow
    from monitord.store.database.database import Database
    from monitord.store.journal.chain import head_from_text

    try:
        known = [] if head is None else [KnownHead(head=head_from_text(head))]
    except ValueError as error:
        raise ConfigError([f"--head: {error}"]) from error
    opened = Database(database, read_only=True)
    try:
        return follow(opened, known=known)
    finally:
        opened.close()

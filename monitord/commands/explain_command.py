"""`monitord explain`: a bed at an instant, from the journal, also beside a running daemon."""

from typing import Annotated

import typer

from monitord.commands.command_options import SuiteOption


def explain(
    config: SuiteOption,
    bed: Annotated[
        str, typer.Option(help="The bed, by its key in the suite file.", show_default=False)
    ],
    at: Annotated[
        str | None,
        typer.Option(
            help="The instant, such as 2026-01-05T10:00:00Z. Default: the newest in the journal."
        ),
    ] = None,
    keys: Annotated[
        bool,
        typer.Option(
            "--keys", help="Put beside each rule the key by which the protocol's file names it."
        ),
    ] = False,
) -> None:
    """Say why a bed is as it is.

    The input is the journal that the suite file names; a running service may go on writing it.
    The output is a text: for every rule what it saw, what it waits for, and what happens next.
    Without --at it is about the newest instant in the journal.

    For example: monitord explain -c suite.yaml --bed 1
    """
    from monitord.config.files.reader import nearest
    from monitord.config.suite.suite_file import read_suite
    from monitord.daemon.sequencing.clock import wall_time
    from monitord.engine.explain import as_text
    from monitord.errors import ConfigError
    from monitord.model import from_iso
    from monitord.plugins import load_plugins
    from monitord.store.engines_from_journal import engine_at
    from monitord.store.journal.journal import Journal
    from monitord.terminal_bar import bar_while

    suite = read_suite(config, load_plugins())
    if bed not in suite.beds:
        raise ConfigError([f"no bed {bed!r}{nearest(bed, suite.beds)}"])
    try:
        asked = None if at is None else from_iso(at)
    except ValueError as error:
        fault = f"--at: {at!r} is no instant with its zone, such as 2026-01-05T10:00:00Z"
        raise ConfigError([fault]) from error
    with bar_while("reading the journal"), Journal.open(suite.database, read_only=True) as journal:
        when = asked or journal.last_instant() or wall_time()
        state = engine_at(journal, bed, when).state
    print(as_text(state, keys=keys), end="")

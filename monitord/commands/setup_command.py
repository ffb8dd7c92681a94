"""`monitord setup`: a first suite file, by asking."""

from pathlib import Path
from typing import Annotated

import typer

from monitord.errors import FAILED


def setup(
    target: Annotated[Path, typer.Argument(help="The suite file to write.")] = Path("suite.yaml"),
    port: Annotated[
        list[str] | None,
        typer.Option(
            help="A line or address to listen on; may be repeated. Default: all serial lines, and monitors that call on the network."
        ),
    ] = None,
) -> None:
    """Write a first suite file, by asking.

    The input is what lines, network and broker carry, and what you answer: the suite, its broker, its chairs with their
    devices, who is told and whether somebody heard it, the therapies and who approves them, the accounts. The output is
    a suite file without a fault, and the sounds and secrets that it names; an existing file is never overwritten.
    It may be interrupted at any question: the same command goes on there. Where standard input is no terminal it reads
    a line for each question, an empty one for the usual answer. The file is suite.yaml unless you name another.

    For example: monitord setup /etc/monitord/suite.yaml
    """
    import sys

    from rich.console import Console

    from monitord.commands.setup.askers import asker
    from monitord.commands.setup.dialogue import NoMoreAnswersError, SetupDialogue
    from monitord.commands.setup.first_suite import make_folder
    from monitord.commands.setup.first_suite import setup as write
    from monitord.commands.setup.first_suite_places import Places
    from monitord.commands.setup.kept_answers import KeptAnswers
    from monitord.plugins import load_plugins

    make_folder(target)
    places = Places(target=target)
    dialogue = SetupDialogue(asker(), KeptAnswers(places.kept), Console(highlight=False))
    try:
        write(places, load_plugins(), dialogue, port or [])
    except (KeyboardInterrupt, NoMoreAnswersError) as stopped:
        why = f"{stopped}\n" if isinstance(stopped, NoMoreAnswersError) else ""
        print(
            f"\n{why}stopped; what was answered is kept: `monitord setup {target}` goes on there",
            file=sys.stderr,
        )
        raise typer.Exit(FAILED) from None

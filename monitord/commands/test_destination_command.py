"""`monitord test-destination`: one message there, and whether somebody heard it."""

from typing import Annotated

import typer

from monitord.commands.command_options import SuiteOption
from monitord.errors import FAILED


def test_destination(
    name: Annotated[str, typer.Argument(help="The destination's name in the suite file.")],
    config: SuiteOption,
    taken: Annotated[
        bool,
        typer.Option("--taken", help="End once the destination took it, and ask nobody."),
    ] = False,
) -> None:
    """Send one test message to a destination.

    The input is a suite file and the name of a destination in it. The output is how long the destination took. Then it
    waits until somebody types "heard", unless --taken is given. The exit code is 1 where the destination
    did not take it, or nobody heard it. The message says that it is a test; no running service has to be there.

    For example: monitord test-destination pager -c suite.yaml
    """
    import sys

    from monitord.commands.destination_trial import sent
    from monitord.terminal_bar import bar_while

    with bar_while(f"telling {name}"):
        taken_after = sent(config, name)
    print(f"{name}: {taken_after}", flush=True)
    if taken:
        return
    print(
        'Type "heard" once somebody heard or saw it; anything else says that nobody did.',
        flush=True,
    )
    if sys.stdin.readline().strip().lower() != "heard":
        print(f"{name}: nobody heard it", file=sys.stderr)
        raise typer.Exit(FAILED)
    print(f"{name}: heard")

"""`monitord setup`: a first suite file, by asking."""

from pathlib import Path
from typing import Annotated

import typer


def setup(
    target: Annotated[Path, typer.Argument(help="The suite file to write.")] = Path("suite.yaml"),
    port: Annotated[
        list[str] | None,
        typer.Option(help="A line to listen on; may be repeated. Default: all serial lines."),
    ] = None,
) -> None:
    """Write a first suite file.

    The input is what the serial lines carry and what you answer to a few questions. The output is a suite
    file with beds, devices and routes; an existing file is never overwritten. The file is suite.yaml unless
    you name another.

    For example: monitord setup /etc/monitord/suite.yaml
    """
    from monitord.commands.setup import setup as write
    from monitord.plugins import load_plugins

    def ask(question: str, usual: str) -> str:
        return str(typer.prompt(question, default=usual))

    write(target, load_plugins(), ask, print, port or [])

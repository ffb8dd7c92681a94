"""Mounts the commands of `monitord.commands`: each is imported when it is asked for, or listed."""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer import main as typer_main
from typer.core import TyperGroup

from monitord import __version__
from monitord.errors import (
    BAD_CONFIG,
    FAILED,
    LEFT_OUT,
    ConfigError,
    MonitordError,
    NothingAssessedError,
    in_words,
)

COMMANDS: Final = (
    *("demo", "run", "simulate", "check", "explain", "devices", "export", "replay", "test", "diff"),
    *("shadow", "promote", "backtest", "backup", "restore", "verify", "retention", "routes"),
    *("approve", "setup", "qualify", "play", "people", "test-destination", "broker-certs"),
    "hospital",
)
"""As they are listed; `monitord.commands.NAME_command` has a function, or a group, of this name, `_` for each `-`."""


OWNER_ALONE: Final = 0o077


class LazyCommands(TyperGroup):
    """Imports a command's file when the command is asked for."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # Its keys are what a slip of the keyboard is compared with.
        self.commands = dict.fromkeys(COMMANDS)  # type: ignore[assignment]

    def get_command(self, ctx: object, cmd_name: str) -> Any:  # noqa: ARG002 - the signature of the base
        """The command of this name, None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        python_name = cmd_name.replace("-", "_")
        module = import_module(f"monitord.commands.{python_name}_command")
        command: typer.Typer | Callable[..., None] = getattr(module, python_name)
        if isinstance(command, typer.Typer):
            return typer_main.get_command(command)
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(cmd_name)(command)
        return typer_main.get_command(single)

    def invoke(self, ctx: Any) -> Any:
        """An option's value that cannot be used is said in our words, not in those of the library that found it."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as wrong:
            if isinstance(wrong.__cause__, ValueError):
                wrong.message = in_words(wrong.__cause__)
            raise


app = typer.Typer(
    name="monitord",
    cls=LazyCommands,
    help="Bedside vital-sign monitoring for infusion suites: a supplementary information system, "
    "not a medical device. Keep the approved monitor's own alarms on.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def print_version(wanted: bool) -> None:
    """`monitord --version`: of a release, or of a checkout."""
    if wanted:
        print(f"monitord {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """What stands before a command."""


def main() -> None:
    """The console script: errors are sentences; a bad file of ours is exit code 2, nothing assessed 3, all else 1.

    A file that cannot be read or written is said as well; of the service's own faults the log keeps all. What a
    command makes is its owner's alone from the first byte on, whatever the umask: an export holds a patient's hours.
    """
    before = os.umask(OWNER_ALONE)
    try:
        _run()
    finally:
        os.umask(before)


def _run() -> None:
    try:
        app()
    except ConfigError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        sys.exit(BAD_CONFIG)
    except NothingAssessedError as error:
        print(error, file=sys.stderr)
        sys.exit(LEFT_OUT)
    except MonitordError as error:
        print(error, file=sys.stderr)
        sys.exit(FAILED)
    except OSError as error:
        if error.filename is None or sys.argv[1:2] == ["run"]:
            raise
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        sys.exit(FAILED)


if __name__ == "__main__":
    main()

"""The commands of `monitord people`: options in, one call, lines out."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Accounts of staff and tokens of programs. Beside a running daemon too.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="As it stands at every action.", show_default=False)]
Config = Annotated[
    Path | None, typer.Option("-c", "--config", help="The suite file that names the journal.")
]
Url = Annotated[
    str | None, typer.Option("--database", help="A journal's file or URL, instead of a suite file.")
]
Role = Annotated[
    str,
    typer.Option(
        help="viewer, nurse, charge_nurse, clinician, approver or engineer.", show_default=False
    ),
]


@app.command("list")
def list_people(config: Config = None, database: Url = None) -> None:
    """Every account and token, without their secrets."""
    from monitord.commands import accounts, upkeep

    for line in accounts.listed(upkeep.database_of(config, database)):
        print(line)


@app.command()
def add(name: Name, role: Role, config: Config = None, database: Url = None) -> None:
    """A new account. Prints the code with which its person chooses a password, within a day."""
    from monitord.commands import accounts, upkeep

    print(accounts.add(upkeep.database_of(config, database), name, role))


@app.command()
def reset(name: Name, config: Config = None, database: Url = None) -> None:
    """End somebody's password, PIN and screens. Prints the code for a new password."""
    from monitord.commands import accounts, upkeep

    print(accounts.reset(upkeep.database_of(config, database), name))


@app.command()
def disable(name: Name, config: Config = None, database: Url = None) -> None:
    """Somebody may not come back, until a reset."""
    from monitord.commands import accounts, upkeep

    accounts.disable(upkeep.database_of(config, database), name)


@app.command()
def token(
    name: Name,
    role: Role,
    days: Annotated[int, typer.Option(help="So long it is good.", min=1, max=366)] = 90,
    config: Config = None,
    database: Url = None,
) -> None:
    """A program's token, printed this once. For `Authorization: Bearer`."""
    from monitord.commands import accounts, upkeep

    print(accounts.give_token(upkeep.database_of(config, database), name, role, days))


@app.command()
def revoke(name: Name, config: Config = None, database: Url = None) -> None:
    """End a program's token."""
    from monitord.commands import accounts, upkeep

    accounts.revoke(upkeep.database_of(config, database), name)

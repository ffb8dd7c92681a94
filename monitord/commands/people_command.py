"""`monitord people`: accounts of staff and tokens of programs."""

from typing import Annotated

import typer

from monitord.commands.command_options import DatabaseOption, MaybeSuiteOption

people = typer.Typer(
    help="Manage accounts of staff and tokens of programs.\n\nThe input is the journal that -c or --database "
    "names; a running service may go on writing it. Each command prints what it made, or nothing. A token is good "
    "for 90 days by default.\n\nFor example: monitord people add ada --role nurse -c suite.yaml",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

Name = Annotated[
    str, typer.Argument(help="The name as it stands at every action.", show_default=False)
]
Role = Annotated[
    str,
    typer.Option(
        help="The role: viewer, nurse, charge_nurse, clinician, approver or engineer.",
        show_default=False,
    ),
]


@people.command("list")
def list_people(config: MaybeSuiteOption = None, database: DatabaseOption = None) -> None:
    """List every account and token.

    The input is the journal. The output is a line for each, without secrets. By default all are listed.

    For example: monitord people list -c suite.yaml
    """
    from monitord.commands import people_accounts
    from monitord.config.database_place import database_of
    from monitord.printed_table import print_table

    rows = people_accounts.listed(database_of(config, database))
    print_table(("name", "role", "standing"), rows)


@people.command()
def add(
    name: Name, role: Role, config: MaybeSuiteOption = None, database: DatabaseOption = None
) -> None:
    """Make a new account.

    The input is a name and a role. The output is the code with which its person chooses a password. The code is
    good for a day. There is no default role.

    For example: monitord people add ada --role nurse -c suite.yaml
    """
    from monitord.commands import people_accounts
    from monitord.config.database_place import database_of

    print(people_accounts.add(database_of(config, database), name, role))


@people.command()
def reset(name: Name, config: MaybeSuiteOption = None, database: DatabaseOption = None) -> None:
    """End somebody's password, PIN and screens.

    The input is a name. The output is the code for a new password, which is good for a day by default.

    For example: monitord people reset ada -c suite.yaml
    """
    from monitord.commands import people_accounts
    from monitord.config.database_place import database_of

    print(people_accounts.reset(database_of(config, database), name))


@people.command()
def disable(name: Name, config: MaybeSuiteOption = None, database: DatabaseOption = None) -> None:
    """Keep somebody out until a reset.

    The input is a name. There is no output. By default the account keeps its name and role.

    For example: monitord people disable ada -c suite.yaml
    """
    from monitord.commands import people_accounts
    from monitord.config.database_place import database_of

    people_accounts.disable(database_of(config, database), name)


@people.command()
def token(
    name: Name,
    role: Role,
    days: Annotated[
        int | None,
        typer.Option(
            help="The number of days for which it is good.", min=1, max=366, show_default="90"
        ),
    ] = None,
    config: MaybeSuiteOption = None,
    database: DatabaseOption = None,
) -> None:
    """Make a token for a program.

    The input is a name and a role. The output is the token for `Authorization: Bearer`, printed this once.
    It is good for 90 days by default.

    For example: monitord people token archive --role viewer -c suite.yaml
    """
    from monitord.commands import people_accounts
    from monitord.config.database_place import database_of

    print(people_accounts.give_token(database_of(config, database), name, role, days))


@people.command()
def revoke(name: Name, config: MaybeSuiteOption = None, database: DatabaseOption = None) -> None:
    """End a program's token.

    The input is the token's name. There is no output. By default it ends at once.

    For example: monitord people revoke archive -c suite.yaml
    """
    from monitord.commands import people_accounts
    from monitord.config.database_place import database_of

    people_accounts.revoke(database_of(config, database), name)

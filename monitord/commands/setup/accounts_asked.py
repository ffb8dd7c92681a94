"""Accounts of staff: each gets a code with which its person chooses a password. They are in the journal, not in the file."""

from monitord.commands import people_accounts
from monitord.commands.setup.dialogue import Choice, SetupDialogue
from monitord.errors import MonitordError
from monitord.station.access.roles import Role


def accounts_asked(dialogue: SetupDialogue, database: str) -> None:
    """As many as wanted; the first is an engineer, who may add the others on the page."""
    made: list[str] = dialogue.kept.get("accounts.made") or []
    roles = [Choice(value=role.value, title=role.value.replace("_", " ")) for role in Role]
    while True:
        name = dialogue.line("Name of somebody who gets an account (nothing for nobody more):")
        if not name:
            break
        usual = Role.NURSE.value if made else Role.ENGINEER.value
        role = dialogue.pick(f"Role of {name}:", roles, usual)
        try:
            code = people_accounts.add(database, name, role)
        except MonitordError as error:
            dialogue.say(f"  {error}")
            continue
        made.append(name)
        dialogue.kept.keep("accounts.made", made)
        dialogue.say(f'  {name} ({role}): code {code}, good for a day: "I have a code" on the page')
    if not made:
        dialogue.skip(
            "no account: the first start prints a link for the first one, good for an hour"
        )

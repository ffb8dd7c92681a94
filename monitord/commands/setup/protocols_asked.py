"""The therapies: each protocol's sheet is shown whole, and who read it approves it by name."""

from datetime import UTC, datetime
from pathlib import Path

from monitord.commands import approval_signing
from monitord.commands.setup.dialogue import Choice, SetupDialogue, needed
from monitord.config import Approval, approve, read_protocol
from monitord.config.protocol.protocols import protocol_names
from monitord.config.suite.suite_file import BED_WITHOUT_SESSION
from monitord.engine.protocol.protocol import Protocol
from monitord.errors import ConfigError


def protocols_asked(dialogue: SetupDialogue, near: Path) -> list[str]:
    """Names of protocols, and files of the clinic's own."""
    shipped = [name for name in protocol_names() if name != BED_WITHOUT_SESSION]
    choices = [Choice(value=name, title=read_protocol(name).title) for name in shipped]
    names = dialogue.some(
        "protocols.shipped", "Which therapies are given here?", choices, shipped[-1:]
    )

    def fault(answer: str) -> str | None:
        try:
            for each in answer.split():
                read_protocol(each, near)
        except ConfigError as error:
            return "; ".join(error.faults)
        return None

    own = dialogue.text(
        "protocols.own",
        "Protocol files of your own, with blanks between (nothing for none):",
        fault=fault,
    )
    names += own.split()
    if not names:
        dialogue.skip("no therapy is named: nobody can be admitted")
    return names


def approvals_asked(dialogue: SetupDialogue, names: list[str], near: Path) -> list[Approval]:
    """Of each protocol, and of the one by which a chair is watched while nobody was admitted."""
    found = []
    for name in (*names, BED_WITHOUT_SESSION):
        protocol = read_protocol(name, near)
        if (approval := _approved(dialogue, protocol)) is not None:
            found.append(approval)
        else:
            dialogue.skip(
                f"{protocol.name} is not approved, and the service does not start before: "
                f"`monitord approve {protocol.name} --sheet`, then --write"
            )
    return found


def _approved(dialogue: SetupDialogue, protocol: Protocol) -> Approval | None:
    key = f"approval.{protocol.name}."
    if f"{key}given" in dialogue.kept:
        kept = dialogue.kept.get(f"{key}given")
        if not kept:
            return None
        approval = Approval.model_validate_json(kept)
        if approval == approve(protocol, by=approval.by, role=approval.role, on=approval.date):
            dialogue.say(f"  approved before: {protocol.name} by {approval.by}")
            return approval
    sheet = approval_signing.as_text(approval_signing.paper(protocol, (), None, None))
    lines = sheet.count("\n")
    if dialogue.now(f"{protocol.title}: read its sheet now ({lines} lines)?"):
        dialogue.read(sheet)
    given = dialogue.now(
        f"{protocol.title}: is it approved as its sheet says, by somebody who may?", usual=False
    )
    if not given:
        dialogue.kept.keep(f"{key}given", "")
        return None
    by = dialogue.text("approver.name", "Name of who approves:", fault=needed)
    role = dialogue.text("approver.role", "In which role:", "medical director", needed)
    made = approve(protocol, by=by, role=role, on=datetime.now(UTC).astimezone().date())
    dialogue.kept.keep(f"{key}given", made.model_dump_json())
    return made

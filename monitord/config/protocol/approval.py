"""Who approved which protocol: by, role and date, bound to the hash of the resolved values.

Any change of a value changes the hash and un-approves; comments and layout don't.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from monitord.engine.protocol.protocol import Protocol, digest, names_of
from monitord.errors import ConfigError

Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]


class Approval(BaseModel):
    """One signature in the suite file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    protocol: Words
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    by: Words
    role: Words
    date: date


def approve(protocol: Protocol, *, by: str, role: str, on: date) -> Approval:
    """Binds a person, their role and the day to what the protocol says; ValueError if one is empty."""
    return Approval(
        protocol=protocol.name, digest=digest(protocol), by=by.strip(), role=role.strip(), date=on
    )


def as_text(approval: Approval) -> str:
    """The lines to put below `approvals:` in the suite file."""
    values = approval.model_dump(mode="json")
    lines = [f"{key}: {_quoted(value)}" for key, value in values.items()]
    return "  - " + "\n    ".join(lines) + "\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def identity(protocol: Protocol) -> str:
    """As alarm lines name it: `ketamine_iv_0_5_40@1#<hash>`."""
    return f"{protocol.name}@{protocol.version}#{digest(protocol)}"


def why_unapproved(protocol: Protocol, approvals: Iterable[Approval]) -> str | None:
    """Why it may not run; None when somebody approved exactly this."""
    mine = [approval for approval in approvals if approval.protocol in names_of(protocol.name)]
    if any(approval.digest == digest(protocol) for approval in mine):
        return None
    if mine:
        last = max(mine, key=lambda approval: approval.date)
        return (
            f"{identity(protocol)} changed after {last.by} approved #{last.digest} on {last.date}: "
            f"run `monitord approve {protocol.name}` again"
        )
    return f"{identity(protocol)} is not approved: run `monitord approve {protocol.name}`"


def require_approved(protocols: Iterable[Protocol], approvals: Iterable[Approval]) -> None:
    """Raises ConfigError naming every protocol that nobody approved.

    Called by the service alone: demo, replay and tests run unapproved protocols.
    """
    signed = tuple(approvals)
    reasons = [why for protocol in protocols if (why := why_unapproved(protocol, signed))]
    if reasons:
        raise ConfigError(reasons)

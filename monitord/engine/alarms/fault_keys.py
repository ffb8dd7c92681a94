"""Which alarms are about a bed's equipment: their keys are a fault's, `cause:subject`. Pure."""

from typing import Final

from monitord.model import Cause, Fault

_CAUSES: Final = {cause.value: cause for cause in Cause}


def key_of(fault: Fault) -> str:
    """The key of the fault's rule; `fault_of` is the way back."""
    return f"{fault.cause}:{fault.subject}"


def fault_of(key: str) -> tuple[Cause, str] | None:
    """Cause and subject of a fault's key; None where a rule of the protocol has it."""
    cause, colon, subject = key.partition(":")
    return (_CAUSES[cause], subject) if colon and cause in _CAUSES else None


def of_equipment(key: str) -> bool:
    """Whether this is a fault's key."""
    return fault_of(key) is not None

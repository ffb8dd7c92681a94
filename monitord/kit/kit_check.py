"""A check: a function that returns, or raises what is broken. Pure."""

from collections.abc import Callable
from dataclasses import dataclass


class Broken(AssertionError):  # noqa: N818 - it names what a plug-in is
    """A plug-in does not keep what every plug-in must; the message says what was seen."""


class LeftOut(Exception):  # noqa: N818 - no error
    """A check cannot be made here; the message says what it would need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question of one plug-in, ready to be asked; `name` is the sentence that holds if it is kept."""

    name: str
    run: Callable[[], None]


def sentence(function: Callable[..., object]) -> str:
    """`check_splitting_changes_nothing` as words."""
    name: str = getattr(function, "__name__", repr(function))
    return name.removeprefix("check_").replace("_", " ")


def expect(condition: object, otherwise: str) -> None:
    """Broken, with these words, unless the condition holds."""
    if not condition:
        raise Broken(otherwise)

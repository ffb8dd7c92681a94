"""One step of a rule: how bad, and for how long before somebody is told. Pure."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, ConfigDict, PlainSerializer

from monitord.model import Duration, Priority, Span

STRICT = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
"""How every part of a protocol file is read: an unknown key is a fault."""


_PRIORITIES: Final = {each.name: each for each in Priority}


def _priority(word: object) -> Priority:
    if isinstance(word, Priority):
        return word
    if isinstance(word, str) and (found := _PRIORITIES.get(word.upper())) is not None:
        return found
    msg = f"{word!r} is not a priority: low, medium or high"
    raise ValueError(msg)


WrittenPriority = Annotated[
    Priority,
    BeforeValidator(_priority),
    PlainSerializer(lambda priority: priority.word, return_type=str),
]

Confidence = Literal["V", "V-", "G", "P"]
"""V read in a public source, V- a weak one, G to be confirmed by the clinic, P a proposal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """`delay` is the condition delay: how long the condition must hold, by good readings.

    `unanswered` levels are reached only by an alarm that nobody acknowledged or accepted.
    `source` and `confidence` say where the numbers come from.
    """

    __pydantic_config__ = STRICT

    priority: WrittenPriority
    delay: Duration = 0
    unanswered: bool = False
    source: str = ""
    confidence: Confidence = "P"

    @property
    def beyond(self) -> float:
        """How deep it is among levels of its priority that have no limit."""
        return 0.0

    @property
    def first_word(self) -> Priority:
        """At which priority it speaks before a second reading confirms it."""
        return self.priority

    @property
    def repeat_due(self) -> Span:
        """In which time a second reading must come; only of a level that asks for one."""
        return 0

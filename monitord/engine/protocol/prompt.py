"""What a protocol asks of staff beside an alarm, or at a time: as data. Pure.

A prompt moves nothing: no phase, no limit, no pump (design invariants 14 and 15). It is the
protocol's own text.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from monitord.engine.rules.level import STRICT, Confidence, WrittenPriority
from monitord.model import Duration, Priority

Resume = Literal["any", "after", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prompt:
    """`asks` is what is shown; `only` the phases in which; `source` says who asks it."""

    __pydantic_config__ = STRICT

    asks: str
    only: tuple[str, ...] = ()
    source: str = ""
    confidence: Confidence = "P"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmPrompt(_Prompt):
    """Stands while the alarm of `rule` is at `at_least` that priority and not over.

    `resume` says whether a paused infusion may go on without a reason given: always, `after` the
    prompt is gone, or `never` again in this session.
    """

    kind: Literal["alarm"] = "alarm"
    rule: str
    at_least: WrittenPriority = Priority.HIGH
    resume: Resume = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPrompt(_Prompt):
    """Stands from `begin` to `end` after the infusion's start: a time to look closely."""

    kind: Literal["window"] = "window"
    begin: Duration
    end: Duration


Prompt = Annotated[AlarmPrompt | WindowPrompt, Field(discriminator="kind")]

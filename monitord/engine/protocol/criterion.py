"""What must hold before the infusion starts, and before the patient leaves: as data. Pure."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from monitord.engine.readings.limit_value import WrittenLimit
from monitord.engine.rules.level import STRICT, Confidence
from monitord.model import Duration, Sentence, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Criterion:
    """`name` is what answers and records call it; `source` and `confidence` say where the numbers come from."""

    __pydantic_config__ = STRICT

    name: str
    title: str = ""
    source: str = ""
    confidence: Confidence = "P"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingCriterion(_Criterion):
    """The last `readings` of the signal stand in `needs`, the first and last so far `apart`.

    A reading within `or_within` per cent of the accepted baseline will do as well, but for one above
    `ceiling` or below `floor`. The last must be no older than `max_age`. Where the signal has no good reading,
    `or_signal` serves.
    """

    kind: Literal["reading"] = "reading"
    signal: Signal
    needs: WrittenLimit
    readings: int = 1
    apart: Duration = 0
    or_within: float | None = None
    ceiling: float | None = None
    floor: float | None = None
    max_age: Duration | None = None
    or_signal: Signal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionCriterion(_Criterion):
    """Staff answer yes, or no where `needs` is false; the answer is kept with who gave it."""

    kind: Literal["question"] = "question"
    asks: str
    needs: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ElapsedCriterion(_Criterion):
    """So much time has passed since the admission, or since the infusion's start or end."""

    kind: Literal["elapsed"] = "elapsed"
    since: Literal["admission", "infusion_start", "infusion_end"]
    at_least: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietCriterion(_Criterion):
    """No alarm of the patient is active, or latched and unacknowledged."""

    kind: Literal["quiet"] = "quiet"


Criterion = Annotated[
    ReadingCriterion | QuestionCriterion | ElapsedCriterion | QuietCriterion,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One criterion as it stands: `says` is for a person; `by` answered it, where it is a question.

    `why` is what `says` says, by key and values.
    """

    name: str
    title: str
    met: bool
    says: str
    why: Sentence
    by: str | None = None
    question: bool = False

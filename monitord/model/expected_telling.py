"""A bound on somebody being told of an alarm: by when, at which priority, how often. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, model_validator

from monitord.model.effects import AlarmEvent, AlarmLine, Priority
from monitord.model.instant import SECOND, Duration, Span, span_text
from monitord.model.tracks import Offset, Strict

ANY: Final = "any"
"""An alarm of whatever rule."""

_SPEAKS: Final = frozenset(
    {
        AlarmEvent.START,
        AlarmEvent.ESCALATE,
        AlarmEvent.REMINDER,
        AlarmEvent.REJECT,
        AlarmEvent.EXPIRE,
    }
)
_STANDS: Final = _SPEAKS | {AlarmEvent.LATCH, AlarmEvent.DEESCALATE}
# What is better and still waits for an answer goes on being told, though nobody comes for it first.
# Every other line tells of an answer, or of something that is over.


def _priority(word: object) -> object:
    words = {priority.word: priority for priority in Priority}
    if isinstance(word, str):
        if word not in words:
            msg = f"{word!r} is not a priority: one of {', '.join(words)}"
            raise ValueError(msg)
        return words[word]
    return word


WordedPriority = Annotated[Priority, BeforeValidator(_priority)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message to one destination, `at` an offset from the timeline's zero."""

    at: Span
    to: str
    line: AlarmLine


class Paged(Strict):
    """Somebody is told that an alarm stands: from `after` (zero where absent) to `until` (the timeline's end).

    The first message comes within `within` of `after`; then `every` so long another one at the latest,
    to the end, where one that the alarm is better and still stands will do; and no destination is told
    twice less than `apart` from one another. A message counts if its alarm has at
    least the `priority`, is the one of the rule `alarm`, goes to the destination `to` and has `says` in its text; what is absent
    asks for nothing.
    """

    after: Offset = 0
    until: Offset | None = None
    within: Duration | None = None
    priority: WordedPriority | None = None
    alarm: str = ANY
    to: str | None = None
    says: str = ""
    every: Duration | None = Field(default=None, gt=0)
    apart: Duration | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _has_a_time(self) -> Any:
        if self.until is not None and self.until < self.due:
            msg = "'until' comes before the first message is due"
            raise ValueError(msg)
        return self

    def window(self, end: Span) -> tuple[Span, Span]:
        """First and last offset at which a message counts; `end` is the timeline's end."""
        return self.after, end if self.until is None else self.until

    @property
    def due(self) -> Span:
        """The offset at which somebody must have been told, as far as it says."""
        return self.after + (self.within or 0)

    def of(
        self, tellings: Iterable[Delivery], end: Span, events: frozenset[AlarmEvent] = _SPEAKS
    ) -> list[Delivery]:
        """The messages that count, in the order in which they came."""
        first, last = self.window(end)
        return [
            each
            for each in tellings
            if first <= each.at <= last
            and each.line.event in events
            and self.alarm in {each.line.alarm, ANY}
            and (self.priority is None or each.line.priority >= self.priority)
            and self.to in {each.to, None}
            and self.says in each.line.text
        ]

    def took(self, tellings: Iterable[Delivery], end: Span) -> Span | None:
        """From `after` to the first message; None where nobody was told."""
        found = self.of(tellings, end)
        return found[0].at - self.after if found else None

    def unmet(self, tellings: Sequence[Delivery], end: Span) -> str | None:
        """Why the bound is not met; None if it is."""
        found = self.of(tellings, end)
        due = self.window(end)[1] if self.within is None else self.due
        if not found or found[0].at > due:
            came = f"first at {_seconds(found[0].at)}" if found else "nobody was told"
            return f"late: {self.words()}, by {_seconds(due)}; {came}"
        if self.every is not None:
            again = {each.at for each in self.of(tellings, end, _STANDS) if each.at >= found[0].at}
            times = [*sorted(again), self.window(end)[1]]
            for one, other in pairwise(times):
                if other - one > self.every:
                    return (
                        f"a gap: {self.words()}, again every {span_text(self.every)};"
                        f" nobody was told from {_seconds(one)} to {_seconds(other)}"
                    )
        if self.apart is not None:
            last: dict[str, Span] = {}
            for each in found:
                before = last.get(each.to)
                if before is not None and each.at - before < self.apart:
                    return (
                        f"too often: {self.words()}, {span_text(self.apart)} apart; {each.to} was told"
                        f" at {_seconds(before)} and {_seconds(each.at)}"
                    )
                last[each.to] = each.at
        return None

    def words(self) -> str:
        """`high spo2_low told to pager`."""
        named = "" if self.alarm == ANY else f"{self.alarm} "
        urgent = "" if self.priority is None else f"{self.priority.word} "
        whom = "somebody" if self.to is None else self.to
        saying = f" saying {self.says!r}" if self.says else ""
        return f"{urgent}{named}told to {whom}{saying}"


def _seconds(at: Span) -> str:
    return f"{at / SECOND:g} s"

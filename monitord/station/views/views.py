"""What the page is given, field by field. Pure.

The page's own types are made from these (`./dev web`). Times are written as integer milliseconds
since 1970 UTC, in engine time: the page makes ages of them with the `now` of the heartbeat, so that
a tile is sent only when something changed. A number that JSON cannot hold is written as null.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from math import isfinite
from typing import Annotated, Any, Literal, cast

from pydantic import PlainSerializer, TypeAdapter

from monitord.engine.protocol.protocol import Stage
from monitord.model import (
    AlarmPhase,
    Instant,
    Kind,
    Priority,
    Quality,
    Said,
    Sentence,
    Signal,
    in_words,
    say,
)

Millis = Annotated[Instant, PlainSerializer(lambda at: at // 1000, return_type=int)]
PriorityWord = Literal["high", "medium", "low"]
WordedPriority = Annotated[
    Priority, PlainSerializer(lambda priority: priority.word, return_type=PriorityWord)
]
Number = Annotated[
    float, PlainSerializer(lambda x: x if isfinite(x) else None, return_type=float | None)
]


@cache
def _adapter(view: Any) -> TypeAdapter[Any]:
    return TypeAdapter(view)


def jsonable(view: Any) -> Any:
    """A view as JSON has it."""
    return _adapter(cast("Hashable", type(view))).dump_python(view, mode="json")


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitView:
    """One level in force; `text` carries the relation (`<90`), `words` say it (`below 90 for 15 s`); `says` is the
    sentence of the words.

    `reached` is the limit of the value itself, empty where it waits for the baseline.

    Of the limits of its side (`low` or high) the `first` is the one that a changing value reaches first.
    `own` is one of this patient's own.
    """

    text: str
    reached: str
    words: str
    says: Sentence
    priority: WordedPriority
    delay: str
    low: bool
    first: bool
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitedView:
    """A signal with its limits in force."""

    signal: str
    label: str
    unit: str
    limits: list[LimitView]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingView:
    """The latest reading of a signal, or None for all of it where none ever came; `by_hand` where staff entered it."""

    signal: str
    label: str
    unit: str
    value: Number | None
    quality: Quality | None
    at: Millis | None
    fresh_until: Millis | None
    simulated: bool
    by_hand: bool
    limits: list[LimitView]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmView:
    """One alarm that is not over; `says` are the sentences of `text`, by key and values.

    `brief` is for a place with room for a few words, `briefly` its sentences. The larger `urgency` goes first, of equals the
    later `news`: when it began, or last became worse.
    """

    id: str
    bed: str | None
    key: str
    text: str
    says: Said
    brief: str
    briefly: Said
    urgency: int
    news: Millis
    priority: WordedPriority
    kind: Kind
    phase: AlarmPhase
    signal: str | None
    value: Number | None
    unit: str | None
    limit: Number | None
    since: Millis
    started_at: Millis
    answered_by: str | None
    accepted_by: str | None
    expires_at: Millis | None
    audio_paused_until: Millis | None
    inhibited_by: str | None
    tier: int
    next_at: Millis | None
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSignalView:
    """A signal, and what it is called within a sentence."""

    signal: Signal
    label: str


def named_signal(signal: Signal) -> NamedSignalView:
    """In English; the page knows its word by the signal."""
    return NamedSignalView(signal=signal, label=in_words(say("signal", signal=signal)))


@dataclass(frozen=True, slots=True, kw_only=True)
class DueView:
    """What the schedule wants next; `manual` where staff enter it by hand.

    `missing` are the signals that the last round left out, where it was not whole. `says` is the sentence of
    a title that the protocol does not write.
    """

    item: str
    title: str
    says: Sentence | None
    due: Millis
    interval: str
    signals: list[str]
    manual: bool
    missing: list[NamedSignalView]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A staff action as the session took it; `void` takes it back by its id.

    `at` is when it happened, as staff say; `entered_at` when it was entered. Of its
    `text` the sentences are `says`, and `wrote` is what staff wrote.
    """

    id: str
    type: str
    by: str
    at: Millis
    entered_at: Millis
    voided: bool
    text: str
    says: Said
    wrote: list[str]
    entered: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineView:
    """A value of the patient's own, and who accepted it."""

    label: str
    value: float
    unit: str
    by: str
    at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayView:
    """The patient left the bed, as staff said: silence is expected until then.

    `reason` is empty where it is none of those that the page offers.
    """

    reason: str
    by: str
    since: Millis
    until: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptView:
    """What the protocol asks now; `kept` where its cause is over and it stays all the same.

    `says` is the sentence of `asks` where monitord itself asks.
    """

    name: str
    asks: str
    says: Sentence | None
    since: Millis
    why: str
    source: str
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionView:
    """The patient reacts, as staff said; how is in their own words, in the bed's own detail."""

    by: str
    since: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """Where the visit stands; `ends` is the phase's planned end.

    `may_leave` is for how many minutes the patient may leave the bed in this phase, 0 for not.
    `concern` says that a clinician must see the patient, empty where nobody waits for one; which `forms` there
    are and what was answered is for the bed's own detail. `entries` counts all that was entered.
    """

    id: str
    pseudonym: str
    protocol: str
    title: str
    stage: Stage
    infusion: str | None
    phase: str
    phase_title: str
    since: Millis
    ends: Millis | None
    opened_at: Millis
    cuff_arm: str | None
    probe_arm: str | None
    overlays: list[str]
    baseline: list[BaselineView]
    away: AwayView | None
    may_leave: int
    prompts: list[PromptView]
    reaction: ReactionView | None
    forms: bool
    concern: str
    entries: int
    steps: list[StepView]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayView:
    """What holds besides the protocol where the answer to `asks` is yes; `always` for everybody, unasked."""

    name: str
    asks: str
    always: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceView:
    """A protocol that may be asked for at admission, and what must be asked with it."""

    name: str
    title: str
    overlays: list[OverlayView]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleView:
    """A rule that can never speak on this bed, and why; `what` and `says` are their sentences."""

    rule: str
    what: Sentence
    why: str
    says: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmonitoredView:
    """A bed that monitord gave up, and why; nobody watches it but people."""

    bed: str
    label: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwappedView:
    """A device of the bed that staff swapped: whose place it has in the suite file."""

    device: str
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BedView:
    """One tile; `protocols` may be asked for at admission, where no session is open."""

    bed: str
    label: str
    now: Millis
    simulated: bool
    session: SessionView | None
    signals: list[ReadingView]
    alarms: list[AlarmView]
    due: list[DueView]
    idle: list[IdleView]
    swapped: list[SwappedView]
    protocols: list[ChoiceView]

"""What the page is given, field by field; `web/src/types.ts` says the same. Pure.

Times are integer milliseconds since 1970 UTC, in engine time: the page makes ages of them with
the `now` of the heartbeat, so that a tile is sent only when something changed.
"""

from typing import Any, NotRequired

from typing_extensions import TypedDict

from monitord.model import Instant

Millis = int


def millis(at: Instant) -> Millis:
    """Milliseconds of an instant, rounded down."""
    return at // 1000


def optional_millis(at: Instant | None) -> Millis | None:
    """None stays None."""
    return None if at is None else millis(at)


class LimitView(TypedDict):
    """One level in force; `text` carries the relation (`<90`)."""

    text: str
    priority: str
    delay: str


class SignalView(TypedDict):
    """The latest reading of a signal, or None for all of it where none ever came."""

    signal: str
    label: str
    unit: str
    value: float | None
    quality: str | None
    at: Millis | None
    fresh_until: Millis | None
    simulated: bool
    limits: list[LimitView]


class AlarmView(TypedDict):
    """One alarm that is not over."""

    id: str
    bed: str | None
    key: str
    text: str
    priority: str
    kind: str
    phase: str
    signal: str | None
    value: float | None
    unit: str | None
    limit: float | None
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


class DueView(TypedDict):
    """What the schedule wants next; `manual` where staff enter it by hand."""

    item: str
    title: str
    due: Millis
    interval: str
    signals: list[str]
    manual: bool


class StepView(TypedDict):
    """A staff action as the session took it; `void` takes it back by its id.

    `at` is when it happened, as staff say; `entered_at` when it was entered.
    """

    id: str
    type: str
    by: str
    at: Millis
    entered_at: Millis
    voided: bool
    text: str
    entered: dict[str, Any]


class BaselineView(TypedDict):
    """A value of the patient's own, and who accepted it."""

    label: str
    value: float
    unit: str
    by: str
    at: Millis


class AwayView(TypedDict):
    """The patient left the bed, as staff said: silence is expected until then."""

    reason: str
    by: str
    since: Millis
    until: Millis


class PromptView(TypedDict):
    """What the protocol asks now; `kept` where its cause is over and it stays all the same."""

    name: str
    asks: str
    since: Millis
    why: str
    source: str
    kept: bool


class ReactionView(TypedDict):
    """The patient reacts, as staff said."""

    reason: str
    by: str
    since: Millis


class FormChoice(TypedDict):
    """A form that this protocol names."""

    name: str
    title: str


class SessionView(TypedDict):
    """Where the visit stands; `ends` is the phase's planned end.

    `may_leave` is for how many minutes the patient may leave the bed in this phase, 0 for not.
    `concern` is the answer for which a clinician must see the patient, empty without one.
    """

    id: str
    pseudonym: str
    protocol: str
    title: str
    stage: str
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
    forms: list[FormChoice]
    concern: str
    steps: list[StepView]


class OverlayView(TypedDict):
    """What holds besides the protocol where the answer to `asks` is yes."""

    name: str
    asks: str


class ChoiceView(TypedDict):
    """A protocol that may be asked for at admission, and what must be asked with it."""

    name: str
    title: str
    overlays: list[OverlayView]


class IdleView(TypedDict):
    """A rule that can never speak on this bed, and why."""

    rule: str
    why: str


class UnmonitoredView(TypedDict):
    """A bed that monitord gave up, and why; nobody watches it but people."""

    bed: str
    label: str
    why: str


class SwappedView(TypedDict):
    """A device of the bed that staff swapped: whose place it has in the suite file."""

    device: str
    of: str


class BedView(TypedDict):
    """One tile."""

    bed: str
    label: str
    now: Millis
    simulated: bool
    session: SessionView | None
    signals: list[SignalView]
    alarms: list[AlarmView]
    due: list[DueView]
    idle: list[IdleView]
    swapped: list[SwappedView]
    protocols: NotRequired[list[ChoiceView]]

"""What staff do, as values. Pure.

`by` is who did it, `happened_at` when (absent: when it arrived); `id` is given by the shell
and names the action when a later one voids it.

Each class below is an action by standing here: its `type` is the word for it everywhere. What a
station may post, and what a timeline may say, is derived from the classes.
"""

from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final, Literal

from monitord.model.effects import Priority
from monitord.model.instant import Instant
from monitord.model.sentences.sentence import Sentence, say
from monitord.model.signals import Signal


class Arm(StrEnum):
    """Where a cuff or a probe sits."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What every staff action carries."""

    id: str
    by: str
    happened_at: Instant | None = None
    type: str = field(repr=False)


COMMON_FIELDS: Final = frozenset(each.name for each in fields(Action)) | {"news"}
"""What is not special to one kind of action, or nobody enters."""

WRITTEN: Final = ("reason", "override", "done", "note")
"""What staff write in their own words, which may be about anything: for the bed's own detail and the record alone."""

AWAY_REASONS: Final = ("toilet", "walk", "other room")
"""What the page offers for an absence. Every wall may show these; what somebody wrote instead, none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit(Action):
    """Opens a session on the bed; `pseudonym` is never a name."""

    type: Literal["admit"] = field(default="admit", repr=False)
    session: str
    protocol: str
    pseudonym: str = ""
    overlays: tuple[str, ...] = ()
    cuff_arm: Arm | None = None
    probe_arm: Arm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectProtocol(Action):
    """The open session goes on under this protocol and these overlays, as the suite has them."""

    type: Literal["correct_protocol"] = field(default="correct_protocol", repr=False)
    protocol: str
    overlays: tuple[str, ...] = ()
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustLimit(Action):
    """For this patient the level that the protocol writes as `was` has another limit.

    `was` and `limit` carry their relation, such as `<90`.
    """

    type: Literal["adjust_limit"] = field(default="adjust_limit", repr=False)
    rule: str
    priority: Priority
    was: str
    limit: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TightenLimit(Action):
    """As `AdjustLimit`, by whoever may not loosen: never wider than the limit in force."""

    type: Literal["tighten_limit"] = field(default="tighten_limit", repr=False)
    rule: str
    priority: Priority
    was: str
    limit: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartBaseline(Action):
    """The readings before the drug begin."""

    type: Literal["start_baseline"] = field(default="start_baseline", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartInfusion(Action):
    """The pump was started by staff; `override` is the reason where the gate does not hold."""

    type: Literal["start_infusion"] = field(default="start_infusion", repr=False)
    override: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseInfusion(Action):
    """The pump was paused by staff."""

    type: Literal["pause_infusion"] = field(default="pause_infusion", repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeInfusion(Action):
    """The pump runs again; `override` is the reason where a prompt speaks against it."""

    type: Literal["resume_infusion"] = field(default="resume_infusion", repr=False)
    override: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopInfusion(Action):
    """The infusion ended, as planned or early; recovery begins."""

    type: Literal["stop_infusion"] = field(default="stop_infusion", repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginReaction(Action):
    """The patient reacts: staff paused the pump where it ran; readings are wanted more often."""

    type: Literal["begin_reaction"] = field(default="begin_reaction", repr=False)
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndReaction(Action):
    """The reaction is over; whether the infusion goes on is said apart."""

    type: Literal["end_reaction"] = field(default="end_reaction", repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmSteady(Action):
    """The probe sits well, and the patient's numbers are that steady: for the rest of the session."""

    type: Literal["confirm_steady"] = field(default="confirm_steady", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discharge(Action):
    """Staff decided that the patient leaves; the only way in which a session ends."""

    type: Literal["discharge"] = field(default="discharge", repr=False)
    override: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observe(Action):
    """Signs seen, counted or measured by hand, a rate set at the pump; or a note alone."""

    type: Literal["observe"] = field(default="observe", repr=False)
    values: dict[Signal, float]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FillForm(Action):
    """A form of the protocol was filled in: for each of its items the score of the answer."""

    type: Literal["fill_form"] = field(default="fill_form", repr=False)
    form: str
    answers: dict[str, int]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assess(Action):
    """A clinician saw the patient because of an answer; `note` is what came of it."""

    type: Literal["assess"] = field(default="assess", repr=False)
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptBaseline(Action):
    """These are the patient's own values; without `values`, what was read last of each sign."""

    type: Literal["accept_baseline"] = field(default="accept_baseline", repr=False)
    values: dict[Signal, float] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestion(Action):
    """Yes or no to a question of the gate or of the discharge list, named by its key."""

    type: Literal["answer_question"] = field(default="answer_question", repr=False)
    question: str
    yes: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientAway(Action):
    """The patient leaves the bed for a while: silence is expected for so many minutes."""

    type: Literal["patient_away"] = field(default="patient_away", repr=False)
    reason: str
    minutes: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientBack(Action):
    """The patient is back at the bed."""

    type: Literal["patient_back"] = field(default="patient_back", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Action):
    """The patient goes on at bed `to`, with the session and its alarms; the devices stay."""

    type: Literal["move"] = field(default="move", repr=False)
    to: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Action):
    """Base of the answers to one alarm, named by its id.

    With `news`, of somebody far away, it holds only for the alarm as it was when it had last become worse then.
    """

    alarm: str
    reason: str = ""
    news: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(Answer):
    """Seen: this condition stays quiet until it worsens, clears and recurs, or the time is over."""

    type: Literal["acknowledge"] = field(default="acknowledge", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Answer):
    """Somebody takes responsibility: escalation stops for the protocol's time."""

    type: Literal["accept"] = field(default="accept", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Answer):
    """Not me: the next tier is told at once."""

    type: Literal["reject"] = field(default="reject", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseAudio(Action):
    """The bed's sounds pause for the protocol's time; a new or worse alarm sounds all the same."""

    type: Literal["pause_audio"] = field(default="pause_audio", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseAlarms(Action):
    """What the bed's equipment says is seen and not heard for two minutes: somebody sees to it."""

    type: Literal["pause_alarms"] = field(default="pause_alarms", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHelp(Action):
    """The Help button."""

    type: Literal["call_help"] = field(default="call_help", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Void(Action):
    """An earlier action, named by its id, did not happen."""

    type: Literal["void"] = field(default="void", repr=False)
    action: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(Action):
    """Who was with the patient (`by`) gives the bed to another, who knows what is open."""

    type: Literal["hand_over"] = field(default="hand_over", repr=False)
    to: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverAll(Action):
    """The same for every bed with a session, all or none; of the suite, not of a bed."""

    type: Literal["hand_over_all"] = field(default="hand_over_all", repr=False)
    to: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDone(Action):
    """What staff did after a prompt of the protocol, which it names; the prompt itself stays as long as its cause."""

    type: Literal["record_done"] = field(default="record_done", repr=False)
    prompt: str
    done: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at before the suite opens, in words for a person."""

    what: str
    ok: bool
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSuite(Action):
    """Devices, destinations, stations, clock and disk were tried; of the suite, not of a bed."""

    type: Literal["check_suite"] = field(default="check_suite", repr=False)
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSuite(Action):
    """Nobody is here any more: no patient, and no station is missed. Nothing else is loosened."""

    type: Literal["close_suite"] = field(default="close_suite", repr=False)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapDevice(Action):
    """Two devices change places, of the suite: a spare (`with_bed` None), or one of another bed.

    The names stay where they are. `entry` and `with_entry` are marks of what the suite file says of
    the two that serve there, written by the daemon. At the bed itself the same action is an entry
    of the open session.
    """

    type: Literal["swap_device"] = field(default="swap_device", repr=False)
    bed: str
    device: str
    with_bed: str | None
    with_device: str
    reason: str = ""
    entry: str = ""
    with_entry: str = ""

    @property
    def said(self) -> Sentence:
        """What serves from here on, and as what."""
        if self.with_bed is None:
            return say("step.spare", device=self.with_device, place=self.device)
        return say("step.swap", device=self.with_device, bed=self.with_bed, place=self.device)


ACTION_TYPES: Final[dict[str, type[Action]]] = {
    str(each.__dataclass_fields__["type"].default): each
    for each in list(globals().values())
    if isinstance(each, type) and issubclass(each, Action) and each not in {Action, Answer}
}
"""Every action by its word, in the order of this file."""

if TYPE_CHECKING:
    StaffAction = Action
else:
    StaffAction = reduce(or_, ACTION_TYPES.values())

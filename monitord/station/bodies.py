"""What a page or script may post: the staff actions as JSON, told apart by `type`."""

from typing import Annotated, Any, Literal, Self
from uuid import uuid4

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from monitord.engine.rules.level import WrittenPriority
from monitord.model import (
    SIGNALS,
    Accept,
    AcceptBaseline,
    Acknowledge,
    AdjustLimit,
    Admit,
    AnswerQuestion,
    Arm,
    Assess,
    BeginReaction,
    CallHelp,
    CorrectProtocol,
    Discharge,
    EndReaction,
    FillForm,
    HandOver,
    Move,
    Observe,
    PatientAway,
    PatientBack,
    PauseAlarms,
    PauseAudio,
    PauseInfusion,
    Reject,
    ResumeInfusion,
    Signal,
    StaffAction,
    StartBaseline,
    StartInfusion,
    StopInfusion,
    TightenLimit,
    Void,
    from_datetime,
)

UNIDENTIFIED = "unidentified"
"""Who it was, where nobody was asked: Help and the audio pause must not wait for a name."""

_LINE = r"^[^\x00-\x1f\x7f]*$"
Who = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=_LINE)
]
Word = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=_LINE)
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=_LINE)]
AlarmId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_LINE)]


def _in_range(values: dict[Signal, float]) -> dict[Signal, float]:
    for signal, value in values.items():
        spec = SIGNALS[signal]
        if not spec.low <= value <= spec.high:
            raise ValueError(
                f"{signal.value} {value:g} is outside {spec.low:g} to {spec.high:g} {spec.unit}"
            )
    return values


class _Body(BaseModel):
    """`happened_at` is for what is entered later; absent means now."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    by: Who
    happened_at: AwareDatetime | None = None


class AnswerBody(_Body):
    """Who answers an alarm, and why."""

    reason: Text = ""


class StationBody(BaseModel):
    """How a named station is: whether its page is seen and its sound may be heard."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    visible: bool
    audio: bool


class ByBody(BaseModel):
    """Who did it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Who


class CloseBody(ByBody):
    """Who closes the suite, and what the next ones should know."""

    note: Text = ""


class SwapBody(ByBody):
    """Which device of a bed changes places with which other one: a spare without `with_bed`."""

    bed: Word
    device: Word
    with_bed: Word | None = None
    with_device: Word
    reason: Text = ""


class AdmitBody(_Body):
    """Opens a session: a pseudonym, never a name."""

    type: Literal["admit"]
    protocol: Word
    pseudonym: Text = ""
    overlays: Annotated[tuple[Word, ...], Field(max_length=8)] = ()
    cuff_arm: Arm | None = None
    probe_arm: Arm | None = None


class CorrectProtocolBody(_Body):
    """The open session goes on under another protocol, or other overlays."""

    type: Literal["correct_protocol"]
    protocol: Word
    overlays: Annotated[tuple[Word, ...], Field(max_length=8)] = ()
    reason: Annotated[Text, Field(min_length=1)]


class _LimitBody(_Body):
    """Another limit for this patient; `was` is the level's as the protocol writes it."""

    rule: Word
    priority: WrittenPriority
    was: Word
    limit: Word
    reason: Annotated[Text, Field(min_length=1)]


class AdjustLimitBody(_LimitBody):
    type: Literal["adjust_limit"]


class TightenLimitBody(_LimitBody):
    type: Literal["tighten_limit"]


class StartBaselineBody(_Body):
    type: Literal["start_baseline"]


class StartInfusionBody(_Body):
    type: Literal["start_infusion"]
    override: Text = ""


class PauseInfusionBody(_Body):
    type: Literal["pause_infusion"]
    reason: Text = ""


class ResumeInfusionBody(_Body):
    type: Literal["resume_infusion"]
    override: Text = ""


class StopInfusionBody(_Body):
    type: Literal["stop_infusion"]
    reason: Text = ""


class BeginReactionBody(_Body):
    type: Literal["begin_reaction"]
    reason: Annotated[Text, Field(min_length=1)]


class EndReactionBody(_Body):
    type: Literal["end_reaction"]
    reason: Text = ""


class DischargeBody(_Body):
    type: Literal["discharge"]
    override: Text = ""


class ObserveBody(_Body):
    """Signs seen, counted or measured by hand, a rate set at the pump; or a note alone."""

    type: Literal["observe"]
    values: Annotated[dict[Signal, float], AfterValidator(_in_range)] = {}
    note: Text = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.values and not self.note:
            raise ValueError("give a value or a note")
        return self


class FillFormBody(_Body):
    type: Literal["fill_form"]
    form: Word
    answers: Annotated[dict[Word, int], Field(min_length=1, max_length=100)]
    note: Text = ""


class AssessBody(_Body):
    """A clinician saw the patient: what came of it."""

    type: Literal["assess"]
    note: Annotated[Text, Field(min_length=1)]


class AcceptBaselineBody(_Body):
    """Without values: the good readings of this moment."""

    type: Literal["accept_baseline"]
    values: Annotated[dict[Signal, float], AfterValidator(_in_range)] = {}
    note: Text = ""


class AnswerQuestionBody(_Body):
    type: Literal["answer_question"]
    question: Word
    yes: bool
    note: Text = ""


class PatientAwayBody(_Body):
    type: Literal["patient_away"]
    reason: Annotated[Text, Field(min_length=1)]
    minutes: Annotated[int, Field(ge=1, le=60)] = 5


class PatientBackBody(_Body):
    type: Literal["patient_back"]


class MoveBody(_Body):
    type: Literal["move"]
    to: Word
    reason: Text = ""


class AcknowledgeBody(AnswerBody):
    type: Literal["acknowledge"]
    alarm: AlarmId


class AcceptBody(AnswerBody):
    type: Literal["accept"]
    alarm: AlarmId


class RejectBody(AnswerBody):
    type: Literal["reject"]
    alarm: AlarmId


class PauseAlarmsBody(_Body):
    type: Literal["pause_alarms"]


class PauseAudioBody(_Body):
    type: Literal["pause_audio"]
    by: Who = UNIDENTIFIED


class CallHelpBody(_Body):
    type: Literal["call_help"]
    by: Who = UNIDENTIFIED


class HandOverBody(_Body):
    type: Literal["hand_over"]
    to: Who
    note: Text = ""


class VoidBody(_Body):
    type: Literal["void"]
    action: Word
    reason: Text = ""


ActionBody = Annotated[
    AdmitBody
    | CorrectProtocolBody
    | AdjustLimitBody
    | TightenLimitBody
    | StartBaselineBody
    | StartInfusionBody
    | PauseInfusionBody
    | ResumeInfusionBody
    | StopInfusionBody
    | BeginReactionBody
    | EndReactionBody
    | DischargeBody
    | ObserveBody
    | FillFormBody
    | AssessBody
    | AcceptBaselineBody
    | AnswerQuestionBody
    | PatientAwayBody
    | PatientBackBody
    | MoveBody
    | AcknowledgeBody
    | AcceptBody
    | RejectBody
    | PauseAlarmsBody
    | PauseAudioBody
    | CallHelpBody
    | HandOverBody
    | VoidBody,
    Field(discriminator="type"),
]

_ACTIONS: dict[str, type[StaffAction]] = {
    "admit": Admit,
    "correct_protocol": CorrectProtocol,
    "adjust_limit": AdjustLimit,
    "tighten_limit": TightenLimit,
    "start_baseline": StartBaseline,
    "start_infusion": StartInfusion,
    "pause_infusion": PauseInfusion,
    "resume_infusion": ResumeInfusion,
    "stop_infusion": StopInfusion,
    "begin_reaction": BeginReaction,
    "end_reaction": EndReaction,
    "discharge": Discharge,
    "observe": Observe,
    "fill_form": FillForm,
    "assess": Assess,
    "accept_baseline": AcceptBaseline,
    "answer_question": AnswerQuestion,
    "patient_away": PatientAway,
    "patient_back": PatientBack,
    "move": Move,
    "acknowledge": Acknowledge,
    "accept": Accept,
    "reject": Reject,
    "pause_alarms": PauseAlarms,
    "pause_audio": PauseAudio,
    "call_help": CallHelp,
    "hand_over": HandOver,
    "void": Void,
}


def to_action(body: ActionBody) -> StaffAction:
    """The staff action that a body asks for, with a fresh id (and session, when it admits)."""
    fields: dict[str, Any] = {name: getattr(body, name) for name in type(body).model_fields}
    kind = fields.pop("type")
    happened_at = fields.pop("happened_at")
    if happened_at is not None:
        fields["happened_at"] = from_datetime(happened_at)
    if kind == "admit":
        fields["session"] = uuid4().hex[:12]
    return _ACTIONS[kind](id=uuid4().hex, **fields)

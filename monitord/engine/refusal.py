"""Why a staff action cannot be taken: one sentence, or None when it can. Pure."""

from collections.abc import Iterable

from monitord.engine import away, baseline, checklist, correct, forms, overlay, prompts, swaps
from monitord.engine import session as visit
from monitord.engine.criterion import QuestionCriterion
from monitord.engine.patient import Patient
from monitord.engine.state import AlarmPhase, AlarmState
from monitord.model import (
    AcceptBaseline,
    Acknowledge,
    AdjustLimit,
    Admit,
    Answer,
    AnswerQuestion,
    Assess,
    CallHelp,
    CheckSuite,
    CloseSuite,
    CorrectProtocol,
    FillForm,
    Instant,
    PatientAway,
    PatientBack,
    PauseAlarms,
    PauseAudio,
    ResumeInfusion,
    StaffAction,
    SwapDevice,
    TightenLimit,
)

OF_SUITE = "that is of the suite, not of a bed"


def refusal(
    action: StaffAction, patient: Patient, alarms: Iterable[AlarmState], at: Instant
) -> str | None:
    """Of actions about the visit, and of answers to its alarms."""
    if isinstance(action, CallHelp | PauseAudio):
        return None
    if isinstance(action, PauseAlarms):
        return None if patient.settings.bed else "only a bed's equipment pauses"
    if isinstance(action, Answer):
        return _answer(action, alarms)
    if isinstance(action, Admit):
        return _admission(action, patient)
    if isinstance(action, CheckSuite | CloseSuite):
        return None if patient.settings.bed is None else OF_SUITE
    if isinstance(action, SwapDevice) and patient.settings.bed is None:
        return swaps.refusal(action)
    if patient.session is None:
        return "no session is open on this bed"
    why: str | None = None
    match action:
        case CorrectProtocol():
            why = correct.refusal(action, patient)
        case AdjustLimit() | TightenLimit():
            why = correct.refusal_of_limit(action, patient)
        case AcceptBaseline() if not action.values:
            why = baseline.refusal(action, patient.readings, at)
        case PatientAway():
            why = away.refusal(action, patient.protocol, patient.session.phase)
        case PatientBack() if patient.session.away is None:
            why = "nobody said that the patient is away"
        case AnswerQuestion():
            why = _question(action, patient)
        case FillForm():
            why = forms.refusal(action, patient.protocol.forms)
        case Assess() if patient.session.concern is None:
            why = "no answer waits for a clinician"
        case ResumeInfusion():
            why = prompts.refusal(action, patient.protocol, patient.session, alarms, at)
    return (
        why
        or visit.refusal(patient.session, action, at)
        or checklist.refusal(action, patient, alarms, at)
    )


def _answer(action: Answer, alarms: Iterable[AlarmState]) -> str | None:
    alarm = next((alarm for alarm in alarms if alarm.id == action.alarm), None)
    if alarm is None:
        return "that alarm is over"
    answered = alarm.phase is AlarmPhase.ACKNOWLEDGED
    if answered and not isinstance(action, Acknowledge):
        return f"{alarm.answered_by} acknowledged that alarm"
    return None


def _admission(action: Admit, patient: Patient) -> str | None:
    if patient.session is not None:
        return f"session {patient.session.id} is still open"
    protocol = patient.settings.protocols.get(action.protocol)
    if protocol is None:
        return f"no protocol {action.protocol!r} in the suite file"
    for name in action.overlays:
        if name not in protocol.overlays:
            return f"protocol {action.protocol!r} has no overlay {name!r}"
    try:
        overlay.overlaid(protocol, action.overlays)
    except overlay.OverlayError as error:
        return str(error)
    return None


def _question(action: AnswerQuestion, patient: Patient) -> str | None:
    points = (*patient.protocol.gate, *patient.protocol.discharge)
    asked = {each.name for each in points if isinstance(each, QuestionCriterion)}
    if action.question in asked:
        return None
    return f"nobody asks {action.question!r} in this protocol"

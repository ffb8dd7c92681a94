"""Why a staff action cannot be taken: one sentence, or None when it can. Pure."""

from collections.abc import Iterable

from monitord.engine.alarm_state import AlarmState, worse_at
from monitord.engine.alarms import alarm_pause as pause
from monitord.engine.bed.patient import Patient
from monitord.engine.protocol import device_swaps as swaps
from monitord.engine.protocol.criterion import QuestionCriterion
from monitord.engine.protocol.own_rules import STUCK
from monitord.engine.session import away_from_bed as away
from monitord.engine.session import baseline, overlay
from monitord.engine.session import filled_forms as forms
from monitord.engine.session import session as visit
from monitord.engine.staff import checklist, leaving
from monitord.engine.staff import correction as correct
from monitord.engine.staff import standing_prompts as prompts
from monitord.model import (
    AcceptBaseline,
    AdjustLimit,
    Admit,
    Answer,
    AnswerQuestion,
    Assess,
    CallHelp,
    CheckSuite,
    CloseSuite,
    ConfirmSteady,
    CorrectProtocol,
    Discharge,
    FillForm,
    HandOverAll,
    Instant,
    PatientAway,
    PatientBack,
    PauseAlarms,
    PauseAudio,
    RecordDone,
    ResumeInfusion,
    Sentence,
    StaffAction,
    StartInfusion,
    SwapDevice,
    TightenLimit,
    say,
)


def refusal(
    action: StaffAction, patient: Patient, alarms: Iterable[AlarmState], at: Instant
) -> Sentence | None:
    """Of actions about the visit, and of answers to its alarms."""
    if (why := visit.untimely(action, at)) is not None:
        return why
    if isinstance(action, CallHelp | PauseAudio):
        return None
    if isinstance(action, PauseAlarms):
        return pause.refusal(patient)
    if isinstance(action, Answer):
        return _answer(action, alarms)
    if isinstance(action, Admit):
        return _admission(action, patient, at)
    if isinstance(action, CheckSuite | CloseSuite | HandOverAll):
        return None if patient.settings.bed is None else say("no.bed_action")
    if isinstance(action, SwapDevice) and patient.settings.bed is None:
        return swaps.refusal(action)
    if patient.session is None:
        return say("no.session")
    match action:
        case CorrectProtocol():
            why = correct.refusal(action, patient)
        case AdjustLimit() | TightenLimit():
            why = correct.refusal_of_limit(action, patient)
        case AcceptBaseline() if not action.values:
            why = baseline.refusal(action, patient.readings, at)
        case PatientAway():
            why = away.refusal(action, patient.protocol, patient.session.phase)
            since = away.last_since(patient.session)
            if why is None and since is not None and not pause.seen_since(patient, since):
                why = say("no.away_again")
        case ConfirmSteady() if all(alarm.key != STUCK for alarm in alarms):
            why = say("no.steady")
        case PatientBack() if patient.session.away is None:
            why = say("no.not_away")
        case AnswerQuestion():
            why = _question(action, patient)
        case FillForm():
            why = forms.refusal(action, patient.protocol.forms)
        case RecordDone() if action.prompt not in patient.protocol.prompts:
            why = say("no.prompt")
        case Assess() if patient.session.concern is None:
            why = say("no.concern")
        case Discharge():
            why = _unanswered(alarms)
        case ResumeInfusion() | StartInfusion():
            why = prompts.refusal(action, patient.protocol, patient.session, alarms, at)
    return (
        why
        or visit.refusal(patient.session, action, at)
        or checklist.refusal(action, patient, alarms, at)
    )


def _answer(action: Answer, alarms: Iterable[AlarmState]) -> Sentence | None:
    alarm = next((alarm for alarm in alarms if alarm.id == action.alarm), None)
    if alarm is None:
        return say("no.alarm_over")
    if action.news is not None and worse_at(alarm) > action.news:
        return say("no.worse_since")
    return None


def _unanswered(alarms: Iterable[AlarmState]) -> Sentence | None:
    """No patient leaves with an alarm of their own that nobody has seen."""
    waiting = leaving.unanswered(alarms)
    return say("no.unanswered", alarms=waiting) if waiting else None


def _admission(action: Admit, patient: Patient, at: Instant) -> Sentence | None:
    if patient.session is not None:
        age, by = at - patient.session.opened_at, patient.session.opened_by
        return say("no.admitted", by=by, age=age) if by else say("no.still_open", age=age)
    protocol = patient.settings.protocols.get(action.protocol)
    if protocol is None:
        return say("no.protocol", protocol=action.protocol)
    for name in action.overlays:
        if name not in protocol.overlays:
            return say("no.overlay", protocol=protocol.title or protocol.name, overlay=name)
    try:
        overlay.overlaid(protocol, action.overlays)
    except overlay.OverlayError as error:
        return say("no.overlay_fits", why=str(error))
    return None


def _question(action: AnswerQuestion, patient: Patient) -> Sentence | None:
    points = (*patient.protocol.gate, *patient.protocol.discharge)
    asked = {each.name for each in points if isinstance(each, QuestionCriterion)}
    if action.question in asked:
        return None
    return say("no.question", question=action.question)

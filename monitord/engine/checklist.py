"""The gate and the discharge list as they stand: which points are met, and by whom. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from monitord.engine.criterion import (
    Criterion,
    ElapsedCriterion,
    QuestionCriterion,
    QuietCriterion,
    ReadingCriterion,
)
from monitord.engine.patient import Patient
from monitord.engine.recent import NOW_AND_THEN, Taken
from monitord.engine.state import AlarmPhase, AlarmState, SessionState, State
from monitord.engine.text import spoken
from monitord.model import (
    SIGNALS,
    AnswerQuestion,
    Discharge,
    Instant,
    Kind,
    StaffAction,
    StartInfusion,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One criterion: `says` is for a person; `by` answered it, where it is a question."""

    name: str
    title: str
    met: bool
    says: str
    by: str | None = None
    question: bool = False


def gate(state: State) -> tuple[Point, ...]:
    """What must hold before the infusion starts."""
    patient, alarms = _restored(state)
    return _points(patient.protocol.gate, patient, alarms, state.now) if patient else ()


def discharge_list(state: State) -> tuple[Point, ...]:
    """What must hold before the patient leaves."""
    patient, alarms = _restored(state)
    if patient is None:
        return ()
    points = _points(patient.protocol.discharge, patient, alarms, state.now)
    return (*_seen(patient.session), *points)


def _seen(session: SessionState | None) -> Iterator[Point]:
    """An answer that asks for a clinician holds the list until one has assessed it."""
    if session is not None and session.concern is not None:
        says = f"a clinician must see the patient ({session.concern.says})"
        yield Point(name="assess", title="seen by a clinician", met=False, says=says)


def _restored(state: State) -> tuple[Patient | None, list[AlarmState]]:
    if state.settings is None or state.session is None:
        return None, []
    alarms = [track.alarm for track in state.tracks if track.alarm]
    return Patient.restored(state), alarms


def refusal(
    action: StaffAction, patient: Patient, alarms: Iterable[AlarmState], at: Instant
) -> str | None:
    """The points that hold an action back, unless somebody gave a reason to go on."""
    if isinstance(action, StartInfusion) and not action.override:
        points = _points(patient.protocol.gate, patient, alarms, at)
    elif isinstance(action, Discharge) and (held := list(_seen(patient.session))):
        # No reason will do instead: the clinician's own entry is the way on.
        return f"not yet: {held[0].says}"
    elif isinstance(action, Discharge) and not action.override:
        points = _points(patient.protocol.discharge, patient, alarms, at)
    else:
        return None
    missing = [point.says for point in points if not point.met]
    if not missing:
        return None
    return f"not yet: {'; '.join(missing)}. To go on all the same, give the reason"


def _points(
    criteria: tuple[Criterion, ...],
    patient: Patient,
    alarms: Iterable[AlarmState],
    at: Instant,
) -> tuple[Point, ...]:
    known = list(alarms)
    return tuple(_point(each, patient, known, at) for each in criteria)


def _point(criterion: Criterion, patient: Patient, alarms: list[AlarmState], at: Instant) -> Point:
    match criterion:
        case ReadingCriterion():
            return _reading(criterion, patient, at)
        case QuestionCriterion():
            return _question(criterion, patient.session)
        case ElapsedCriterion():
            return _elapsed(criterion, patient.session, at)
        case QuietCriterion():
            return _quiet(criterion, alarms)
    assert_never(criterion)


def _reading(criterion: ReadingCriterion, patient: Patient, at: Instant) -> Point:
    spec = SIGNALS[criterion.signal]
    title = criterion.title or f"{spec.label} {criterion.needs}"
    own = patient.baseline.get(criterion.signal)

    def near_own(value: float) -> bool:
        share = criterion.or_within
        return share is not None and own is not None and abs(value - own) <= own * share / 100

    def good(value: float) -> bool:
        # The criterion's relation says what is wanted, not what violates.
        return criterion.needs.violated_by(value) or near_own(value)

    latest = patient.readings.get(criterion.signal)
    if latest is None or latest.value is None or not latest.usable_at(at):
        return Point(name=criterion.name, title=title, met=False, says=f"{title}: no good reading")
    now_and_then = criterion.signal in NOW_AND_THEN and patient.taken(criterion.signal)
    taken = now_and_then or (Taken(latest.at, latest.value),)
    run = []
    for entry in reversed(taken):
        if not good(entry.value):
            break
        run.append(entry.at)
    says = f"{title}: {latest.value:g}"
    if not run:
        return Point(name=criterion.name, title=title, met=False, says=says)
    enough = len(run) >= criterion.readings and run[0] - run[-1] >= criterion.apart
    if not enough:
        says += f", needs {criterion.readings} readings"
        says += f" {spoken(criterion.apart)} apart" if criterion.apart else ""
    return Point(name=criterion.name, title=title, met=enough, says=says)


def _question(criterion: QuestionCriterion, session: SessionState | None) -> Point:
    title = criterion.title or criterion.asks
    answer = None
    for step in session.steps if session else ():
        action = step.action
        if (
            isinstance(action, AnswerQuestion)
            and action.question == criterion.name
            and not step.voided
        ):
            answer = action
    if answer is None:
        return Point(
            name=criterion.name, title=title, met=False, says=f"{title} not answered", question=True
        )
    word = "yes" if answer.yes else "no"
    return Point(
        name=criterion.name,
        title=title,
        met=answer.yes is criterion.needs,
        says=f"{title} {word} ({answer.by})",
        by=answer.by,
        question=True,
    )


def _elapsed(criterion: ElapsedCriterion, session: SessionState | None, at: Instant) -> Point:
    title = criterion.title or f"{spoken(criterion.at_least)} since {_SINCE[criterion.since]}"
    begins = None
    if session is not None:
        begins = {
            "admission": session.opened_at,
            "infusion_start": session.infusion_started,
            "infusion_end": session.infusion_stopped,
        }[criterion.since]
    if begins is None:
        return Point(name=criterion.name, title=title, met=False, says=f"{title}: not begun")
    rest = begins + criterion.at_least - at
    says = title if rest <= 0 else f"{title}: another {spoken(rest)}"
    return Point(name=criterion.name, title=title, met=rest <= 0, says=says)


_SINCE = {
    "admission": "the admission",
    "infusion_start": "the start of the infusion",
    "infusion_end": "the end of the infusion",
}


def _quiet(criterion: QuietCriterion, alarms: list[AlarmState]) -> Point:
    title = criterion.title or "no open alarm"
    loud = [
        alarm.line.text
        for alarm in alarms
        if alarm.kind is Kind.PHYSIOLOGICAL and alarm.phase is not AlarmPhase.INACTIVE
    ]
    says = f"{title}: {', '.join(loud)}" if loud else title
    return Point(name=criterion.name, title=title, met=not loud, says=says)

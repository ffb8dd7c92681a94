"""The gate and the discharge list as they stand: which points are met, and by whom. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, assert_never

from monitord.engine.alarm_state import AlarmState
from monitord.engine.alarms.alarm_lines import said_of
from monitord.engine.bed.patient import Patient
from monitord.engine.protocol.criterion import (
    Criterion,
    ElapsedCriterion,
    Point,
    QuestionCriterion,
    QuietCriterion,
    ReadingCriterion,
)
from monitord.engine.readings.reading import MANUAL, Reading
from monitord.engine.readings.recent import NOW_AND_THEN, RecentReading
from monitord.engine.readings.said_reading import whole
from monitord.engine.staff import leaving
from monitord.engine.state import SessionState, State
from monitord.model import (
    MINUTE,
    AlarmPhase,
    AnswerQuestion,
    Discharge,
    Instant,
    Kind,
    Sentence,
    Span,
    StaffAction,
    StartInfusion,
    in_words,
    say,
)

_HAND: Final[Span] = 15 * MINUTE
"""For how long a value entered by hand holds where the list says nothing of age (proposed)."""


@dataclass(frozen=True, slots=True)
class _Met:
    """Whether a criterion is met, and how it stands."""

    met: bool
    says: Sentence
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
    held = leaving.held_back(patient, alarms, state.now)
    return (*_seen(patient.session, patient.settings.language), *held, *points)


def _seen(session: SessionState | None, language: str) -> Iterator[Point]:
    """An answer that asks for a clinician holds the list until one has assessed it."""
    if session is not None and session.concern is not None:
        title, why = in_words(say("point.assess_title"), language), say("point.assess")
        says = in_words(why, language)
        yield Point(name="assess", title=title, met=False, says=says, why=why)


def _restored(state: State) -> tuple[Patient | None, list[AlarmState]]:
    if state.settings is None or state.session is None:
        return None, []
    alarms = [alarm for track in state.tracks if (alarm := track.standing) is not None]
    return Patient.restored(state), alarms


def refusal(
    action: StaffAction, patient: Patient, alarms: Iterable[AlarmState], at: Instant
) -> Sentence | None:
    """The points that hold an action back, unless somebody gave a reason to go on."""
    if isinstance(action, StartInfusion) and not action.override:
        points = _points(patient.protocol.gate, patient, alarms, at)
    elif isinstance(action, Discharge) and patient.session and patient.session.concern is not None:
        # No reason will do instead: the clinician's own entry is the way on.
        return say("no.assess")
    elif isinstance(action, Discharge) and not action.override:
        known = list(alarms)
        listed = _points(patient.protocol.discharge, patient, known, at)
        points = (*leaving.held_back(patient, known, at), *listed)
    else:
        return None
    missing = tuple(point.why for point in points if not point.met)
    return say("no.points", points=missing) if missing else None


def _points(
    criteria: tuple[Criterion, ...],
    patient: Patient,
    alarms: Iterable[AlarmState],
    at: Instant,
) -> tuple[Point, ...]:
    known = list(alarms)
    return tuple(_point(each, patient, known, at) for each in criteria)


def _point(criterion: Criterion, patient: Patient, alarms: list[AlarmState], at: Instant) -> Point:
    title = _title(criterion)
    match criterion:
        case ReadingCriterion():
            found = _reading(criterion, title, patient, at)
        case QuestionCriterion():
            found = _question(criterion, title, patient.session)
        case ElapsedCriterion():
            found = _elapsed(criterion, title, patient.session, at)
        case QuietCriterion():
            found = _quiet(title, alarms)
        case _:
            assert_never(criterion)
    language = patient.settings.language
    return Point(
        name=criterion.name,
        title=in_words(title, language),
        met=found.met,
        says=in_words(found.says, language),
        why=found.says,
        by=found.by,
        question=found.question,
    )


def _title(criterion: Criterion) -> Sentence:
    """What is asked: in the protocol's words, or in those of the criterion."""
    if criterion.title:
        return say("point.titled", title=criterion.title)
    match criterion:
        case ReadingCriterion():
            return say("point.reading", signal=criterion.signal, needs=_needs(criterion))
        case QuestionCriterion():
            return say("point.titled", title=criterion.asks)
        case ElapsedCriterion():
            return say("point.time", least=criterion.at_least, since=criterion.since)
        case QuietCriterion():
            return say("point.quiet")
    assert_never(criterion)


def _needs(criterion: ReadingCriterion) -> Sentence:
    return say(f"needs.{criterion.needs.relation}", limit=criterion.needs.value)


def _reading(criterion: ReadingCriterion, title: Sentence, patient: Patient, at: Instant) -> _Met:
    own = patient.baseline.get(criterion.signal)

    def near_own(value: float) -> bool:
        share = criterion.or_within
        if share is None or own is None or abs(value - own) > own * share / 100:
            return False
        low = criterion.floor is not None and value < criterion.floor
        return not low and (criterion.ceiling is None or value <= criterion.ceiling)

    def good(value: float) -> bool:
        # The criterion's relation says what is wanted, not what violates.
        return criterion.needs.violated_by(value) or near_own(value)

    latest = _latest(criterion, patient, at)
    if latest is None or latest.value is None:
        return _Met(met=False, says=say("point.none", title=title))
    age, shown = at - latest.at, whole(latest.signal, latest.value, criterion.needs)
    # Of which sign the value is stands with it: where another serves, that one.
    read = say("point.read", signal=latest.signal, value=shown)
    must = (
        say("point.needed", title=title)
        if criterion.title
        else say("point.must", needs=_needs(criterion))
    )
    if criterion.max_age is not None and age > criterion.max_age:
        old = say("point.old", read=read, must=must, age=age, most=criterion.max_age)
        return _Met(met=False, says=old)
    now_and_then = latest.signal in NOW_AND_THEN and patient.taken(latest.signal)
    taken = now_and_then or (RecentReading(latest.at, latest.value),)
    run = []
    for entry in reversed(taken):
        if not good(entry.value):
            break
        run.append(entry.at)
    value = say("point.value", read=read, must=must)
    if not run:
        return _Met(met=False, says=value)
    if len(run) >= criterion.readings and run[0] - run[-1] >= criterion.apart:
        return _Met(met=True, says=value)
    repeat = say("point.repeat", read=read, readings=criterion.readings)
    if criterion.apart:
        repeat = say("point.repeat_apart", **repeat.values, apart=criterion.apart)
    return _Met(met=False, says=repeat)


def _latest(criterion: ReadingCriterion, patient: Patient, at: Instant) -> Reading | None:
    """The reading that counts: of the signal, or where it has none that is good of the one that serves for it."""
    for signal in (criterion.signal, criterion.or_signal):
        reading = patient.readings.get(signal) if signal is not None else None
        if reading is not None and (reading.usable_at(at) or _by_hand(reading, criterion, at)):
            return reading
    return None


def _by_hand(reading: Reading, criterion: ReadingCriterion, at: Instant) -> bool:
    """What a person read off holds for a list as long as the list lets it, though it watches nobody."""
    most = _HAND if criterion.max_age is None else criterion.max_age
    return reading.source == MANUAL and reading.value is not None and at - reading.at <= most


def _question(criterion: QuestionCriterion, title: Sentence, session: SessionState | None) -> _Met:
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
        return _Met(met=False, says=say("point.unasked", title=title), question=True)
    says = say("point.yes" if answer.yes else "point.no", title=title, by=answer.by)
    return _Met(met=answer.yes is criterion.needs, says=says, by=answer.by, question=True)


def _elapsed(
    criterion: ElapsedCriterion, title: Sentence, session: SessionState | None, at: Instant
) -> _Met:
    begins = None
    if session is not None:
        begins = {
            "admission": session.opened_at,
            "infusion_start": session.infusion_started,
            "infusion_end": session.infusion_stopped,
        }[criterion.since]
    if begins is None:
        return _Met(met=False, says=say("point.not_begun", title=title))
    rest = begins + criterion.at_least - at
    says = title if rest <= 0 else say("point.wait", title=title, rest=rest)
    return _Met(met=rest <= 0, says=says)


def _quiet(title: Sentence, alarms: list[AlarmState]) -> _Met:
    loud = tuple(
        said_of(alarm)
        for alarm in alarms
        if alarm.kind is Kind.PHYSIOLOGICAL and alarm.phase is not AlarmPhase.INACTIVE
    )
    says = say("point.loud", title=title, alarms=loud) if loud else title
    return _Met(met=not loud, says=says)

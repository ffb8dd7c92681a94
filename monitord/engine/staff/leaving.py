"""What holds the list before the discharge in every protocol, whatever it asks: a patient who is not well. Pure."""

from collections.abc import Iterable, Iterator

from monitord.engine.alarm_state import AlarmState
from monitord.engine.alarms.alarm_lines import said_of
from monitord.engine.bed.patient import Patient
from monitord.engine.protocol.criterion import Point, QuietCriterion
from monitord.engine.rules.finding import Condition
from monitord.engine.rules.limit import LimitRule
from monitord.model import (
    PRESSURES,
    AlarmPhase,
    Instant,
    Kind,
    Priority,
    Sentence,
    Signal,
    in_words,
    say,
)


def unanswered(alarms: Iterable[AlarmState]) -> tuple[Sentence, ...]:
    """What the patient's alarms say that nobody has seen."""
    return tuple(
        said_of(alarm)
        for alarm in alarms
        if alarm.kind is Kind.PHYSIOLOGICAL
        and alarm.phase in {AlarmPhase.ACTIVE, AlarmPhase.LATCHED}
    )


def held_back(patient: Patient, alarms: list[AlarmState], at: Instant) -> Iterator[Point]:
    """The points that are not met. Alarms are none of their own where the protocol asks for quiet."""
    language = patient.settings.language

    def point(name: str, title: str, why: Sentence) -> Point:
        said = in_words(why, language)
        return Point(name=name, title=in_words(say(title), language), met=False, says=said, why=why)

    for signal, value in sorted(_severe(patient).items()):
        why = say("point.severe", signal=signal, value=value)
        yield point(f"severe_{signal}", "point.severe_title", why)
    if any(isinstance(each, QuietCriterion) for each in patient.protocol.discharge):
        return
    if waiting := unanswered(alarms):
        yield point("unanswered", "point.unanswered_title", say("no.unanswered", alarms=waiting))
    if held := tuple(said_of(alarm) for alarm in alarms if _held(alarm, patient, at)):
        yield point("held", "point.held_title", say("point.held", alarms=held))


def _severe(patient: Patient) -> dict[Signal, float]:
    """The latest pressures that a high level speaks of, though no second reading confirmed it."""
    found = {}
    for rule in patient.protocol.rules.values():
        if not isinstance(rule, LimitRule) or rule.signal not in PRESSURES:
            continue
        reading = patient.readings.get(rule.signal)
        if reading is None:
            continue
        value = reading.value
        if value is None:
            doubted = patient.memory.recent.waiting(rule.signal)
            value = reading.good_value if doubted is None else doubted.value
        own = patient.baseline.get(rule.signal)
        limits = [
            level.for_patient(own)
            for level in rule.levels_in(patient.phase)
            if level.priority is Priority.HIGH
        ]
        if value is not None and any(limit and limit.violated_by(value) for limit in limits):
            found[rule.signal] = value
    return found


def _held(alarm: AlarmState, patient: Patient, at: Instant) -> bool:
    """Whether an alarm of the patient goes on because nothing is known."""
    rule = patient.protocol.rules.get(alarm.key)
    if alarm.kind is not Kind.PHYSIOLOGICAL or rule is None:
        return False
    found = rule.check(patient, at)
    return bool(found) and all(each.condition is Condition.UNKNOWN for each in found)

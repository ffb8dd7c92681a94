"""What holds the list before the discharge in every protocol, whatever it asks: a patient who is not well. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

from monitord.engine.alarm_state import AlarmState
from monitord.engine.alarms.alarm_lines import said_of
from monitord.engine.bed.patient import Patient
from monitord.engine.protocol.criterion import Point, QuietCriterion
from monitord.engine.readings.limit_value import Limit
from monitord.engine.readings.said_reading import whole
from monitord.engine.rules.finding import Condition
from monitord.engine.rules.limit import LimitRule
from monitord.model import (
    PRESSURES,
    AlarmPhase,
    Instant,
    Kind,
    Priority,
    Relation,
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

    def point(name: str, title: Sentence, why: Sentence) -> Point:
        said = in_words(why, language)
        return Point(name=name, title=in_words(title, language), met=False, says=said, why=why)

    for signal, (value, limit) in sorted(_severe(patient).items()):
        needs = say(f"needs.{_INSIDE[limit.relation]}", limit=limit.value)
        why = say("point.severe", signal=signal, value=whole(signal, value, limit), needs=needs)
        title = say("point.severe_title", signal=signal, needs=needs)
        yield point(f"severe_{signal}", title, why)
    if any(isinstance(each, QuietCriterion) for each in patient.protocol.discharge):
        return
    if waiting := unanswered(alarms):
        yield point(
            "unanswered", say("point.unanswered_title"), say("no.unanswered", alarms=waiting)
        )
    if held := tuple(said_of(alarm) for alarm in alarms if _held(alarm, patient, at)):
        yield point("held", say("point.held_title"), say("point.held", alarms=held))


_INSIDE: Final = {
    Relation.BELOW: Relation.AT_LEAST,
    Relation.AT_MOST: Relation.ABOVE,
    Relation.ABOVE: Relation.AT_MOST,
    Relation.AT_LEAST: Relation.BELOW,
}
"""What a value must be that a limit does not speak of."""


def _severe(patient: Patient) -> dict[Signal, tuple[float, Limit]]:
    """The latest pressures that a high level speaks of, though no second reading confirmed it, and its limit.

    Of several limits the one that is farthest from the value, so that none speaks of what is asked for.
    """
    found: dict[Signal, tuple[float, Limit]] = {}
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
        beyond = [limit for limit in limits if limit and value and limit.violated_by(value)]
        if value is not None and beyond:
            farthest = beyond[0]
            for limit in beyond:
                if abs(limit.value - value) > abs(farthest.value - value):
                    farthest = limit
            known = found.get(rule.signal)
            if known is None or abs(known[1].value - value) < abs(farthest.value - value):
                found[rule.signal] = value, farthest
    return found


def _held(alarm: AlarmState, patient: Patient, at: Instant) -> bool:
    """Whether an alarm of the patient goes on because nothing is known."""
    rule = patient.protocol.rules.get(alarm.key)
    if alarm.kind is not Kind.PHYSIOLOGICAL or rule is None:
        return False
    found = rule.check(patient, at)
    return bool(found) and all(each.condition is Condition.UNKNOWN for each in found)

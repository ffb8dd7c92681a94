"""The values behind a limit's alarm: the present one, the worst, and how far it is to a step worse. Pure.

Of the last minute the worst readings are kept, as few of them as say it: worst first, each better and
later than the one before, at most one a second.
"""

from monitord.engine.alarm_state import AlarmState, LevelPhase, LevelState, RuleState, Valued
from monitord.engine.alarms import alarm_triggers
from monitord.engine.alarms.delay_and_clearing import Worst, level_deadline, step_level
from monitord.engine.bed.patient import Patient
from monitord.engine.readings.reading import MANUAL
from monitord.engine.rules import Rule
from monitord.engine.rules.limit import LimitRule
from monitord.model import (
    SECOND,
    AlarmPhase,
    Instant,
    Quality,
)
from monitord.model.frozen import replace

_COVERED = frozenset({AlarmPhase.ANSWERED, AlarmPhase.RESTING})
"""Where an answer may stand."""


def noted(
    track: RuleState, levels: tuple[LevelState, ...], rule: Rule, patient: Patient, at: Instant
) -> RuleState:
    """The track with these levels, and its reading while one is beyond its limit or there is an alarm."""
    good, doubtful = track.good, track.doubtful
    if isinstance(rule, LimitRule):
        reading = patient.readings.get(rule.signal)
        if track.alarm is None and all(s.phase is LevelPhase.IDLE for s in levels):
            good = doubtful = ()
        elif reading is not None and reading.value is not None and reading.usable_at(at):
            read = Valued(reading.at, reading.value)
            if reading.quality is Quality.GOOD:
                good = with_reading(good, read, low=rule.low)
            else:
                doubtful = with_reading(doubtful, read, low=rule.low)
    if levels is track.levels and good is track.good and doubtful is track.doubtful:
        return track
    return replace(track, levels=levels, good=good, doubtful=doubtful)


def with_reading(known: tuple[Valued, ...], read: Valued, *, low: bool) -> tuple[Valued, ...]:
    """The worst readings of the last minute, with one more."""
    first, end, since = 0, len(known), read.at - alarm_triggers.LOOKS_BACK
    while first < end and known[first].at < since:
        first += 1
    while end > first and not worse(known[end - 1].value, read.value, low=low):
        end -= 1
    if end == first or known[end - 1].at // SECOND != read.at // SECOND:
        return (*known[first:end], read)
    return known[first:end]


def worse(one: float, other: float, *, low: bool) -> bool:
    return one < other if low else one > other


def worst_since(track: RuleState, since: Instant) -> Valued | None:
    """The worst good reading since then; a doubtful one where there are no good ones."""
    return next((each for each in (*track.good, *track.doubtful) if each.at >= since), None)


def began_on(alarm: AlarmState, worst: Worst, rule: Rule | None, patient: Patient) -> AlarmState:
    """An alarm that comes back: on doubtful numbers alone, the present value is one of them and no good one of before."""
    alarm = replace(alarm, doubtful=worst.found.doubtful)
    if not alarm.doubtful or not isinstance(rule, LimitRule):
        return alarm
    reading = patient.readings.get(rule.signal)
    if reading is None or reading.value is None:
        return alarm
    return replace(alarm, value=Valued(reading.at, reading.value))


def valued(alarm: AlarmState, rule: Rule, patient: Patient, at: Instant) -> AlarmState:
    """The alarm with the present value and the worst, and what an answer covers faded to it."""
    if not isinstance(rule, LimitRule):
        return alarm
    reading = patient.readings.get(rule.signal)
    if reading is None or reading.value is None or not reading.usable_at(at):
        return alarm
    read, before = Valued(reading.at, reading.value), alarm.value
    good_at = reading.good_at
    if good_at is not None and good_at < reading.at:
        if before is not None and before.at <= good_at:
            # The last good value stays the present one, and what is covered fades to it all the same.
            read = before
        elif before is None and alarm.since < good_at and reading.good_value is not None:
            # It began on a good one.
            read = Valued(good_at, reading.good_value)
    low, covers, worst = rule.low, alarm.covers, alarm.worst
    if covers is not None and before is not None:
        covers = alarm_triggers.value_faded(covers, before.value, read.value, at, low=low)
    if worst is None or worse(read.value, worst.value, low=low):
        worst = read
    if read is before and covers is alarm.covers and worst is alarm.worst:
        return alarm
    return replace(alarm, covers=covers, value=read, worst=worst)


def stepped(alarm: AlarmState, rule: Rule, patient: Patient, at: Instant) -> AlarmState:
    """How far an answered alarm is to being a step worse: a level of its own, with delay and doubt."""
    covers = alarm.covers
    if alarm.phase not in _COVERED or covers is None or not isinstance(rule, LimitRule):
        return alarm if alarm.steps_at is None else replace(alarm, steps_at=None)
    reading = patient.readings.get(rule.signal)
    by_hand = reading is not None and reading.source == MANUAL
    level = None if covers.value is None else rule.a_step_worse(covers.value, by_hand=by_hand)
    if level is None:
        return alarm
    known = alarm.step if alarm.step.limit == level.limit.value else LevelState()
    (found,) = replace(rule, levels=(level,), phases={}, only=()).check(patient, at)
    step = step_level(known, found, level, rule.clear_delay, at)
    steps_at = level_deadline(step, level, rule.clear_delay)
    return replace(alarm, step=step, steps_at=steps_at)

"""An alarm enters a phase: the peak, the priority and the answer that it has there. Pure."""

from monitord.engine.alarm_state import AlarmState, PastPeak
from monitord.engine.alarms import answer_coverage
from monitord.engine.alarms.alarm import Transition, Trigger
from monitord.engine.alarms.delay_and_clearing import Worst
from monitord.model import (
    AlarmPhase,
    Instant,
)
from monitord.model.frozen import replace

_SOUNDS_AGAIN = frozenset(
    {
        Trigger.DEEPER,
        Trigger.BACK,
        Trigger.BREAKS,
        Trigger.THIRD,
        Trigger.REMIND,
        Trigger.LAPSE,
    }
)


def entered(
    alarm: AlarmState, row: Transition, trigger: Trigger, worst: Worst | None, at: Instant
) -> AlarmState:
    """The alarm in its new phase, with the peak, priority and answer that this phase has."""
    was, now = alarm.phase, alarm.now
    alarm = replace(alarm, phase=row.phase)
    if trigger in _SOUNDS_AGAIN:
        alarm = replace(alarm, audio_paused_until=None)
    if row.phase is AlarmPhase.RESTING or row.phase is AlarmPhase.LATCHED:
        return replace(
            alarm,
            # Who rejects what is latched does not make it end anew.
            ended_at=alarm.ended_at if was is row.phase else at,
            audio_paused_until=None
            if row.phase is AlarmPhase.RESTING
            else alarm.audio_paused_until,
        )
    if now is None or row.phase is AlarmPhase.INACTIVE:
        return alarm
    if row.phase is AlarmPhase.ANSWERED:
        return replace(alarm, priority=now.priority)
    if was is AlarmPhase.ANSWERED or was is AlarmPhase.RESTING:
        alarm = answer_coverage.unanswered(alarm)
    if trigger is Trigger.BETTER and not alarm.unconfirmed and alarm.worst is not None:
        until = at if alarm.peak_until is None else alarm.peak_until
        alarm = replace(alarm, past=PastPeak(alarm.worst.value, until - alarm.peak_from))
    anew = was in {AlarmPhase.ANSWERED, AlarmPhase.RESTING} or trigger is Trigger.BETTER
    if anew or now > alarm.peak:
        alarm = replace(
            alarm,
            peak=now,
            priority=now.priority,
            less_since=None,
            peak_from=worst.found.since if worst is not None else at,
            peak_until=None,
        )
        if worst is not None:
            alarm = replace(alarm, unconfirmed=worst.unconfirmed)
    if anew:
        alarm = replace(alarm, worst=alarm.value)
    if trigger is Trigger.CONFIRMED:
        alarm = replace(alarm, unconfirmed=False)
    known = None if trigger is Trigger.BETTER else alarm.deepest
    return replace(alarm, deepest=max(now, known or now))


def peak_timed(alarm: AlarmState, worst: Worst | None, at: Instant) -> AlarmState:
    """When the peak's level ceased to hold, or holds again."""
    if worst is not None and worst.depth == alarm.peak:
        if alarm.peak_until is None:
            return alarm
        return replace(alarm, peak_from=worst.found.since, peak_until=None)
    return alarm if alarm.peak_until is not None else replace(alarm, peak_until=at)

"""The alarms of one bed or of the suite, the most urgent first. Pure."""

from typing import Final

from monitord.engine.alarm_state import AlarmState, worse_at
from monitord.engine.protocol.confidential import Confidential
from monitord.engine.readings.said_reading import said_value
from monitord.engine.state import State
from monitord.model import (
    CLINICIAN,
    SIGNALS,
    AlarmLine,
    AlarmPhase,
    Kind,
    Said,
    Signal,
    in_words,
    public_line,
    say,
)
from monitord.station.views.views import AlarmView
from monitord.station.views.visit_view import hidden_of

_CLASS: Final = {Kind.PHYSIOLOGICAL: 2, Kind.TECHNICAL: 1, Kind.TASK: 0}
"""The patient before the equipment, both before what is to be done."""


def alarm_views(state: State, hidden: Confidential | None = None) -> list[AlarmView]:
    """Every alarm that is not over, the most urgent first, of equals the newest.

    `hidden` is made of the state where it is not given.
    """
    if hidden is None:
        hidden = hidden_of(state)
    alarms = [alarm for track in state.tracks if (alarm := track.standing) is not None]
    alarms.sort(key=lambda alarm: (-urgency(alarm), -worse_at(alarm), alarm.id))
    return [_alarm_view(alarm, hidden) for alarm in alarms]


def urgency(alarm: AlarmState) -> int:
    """What is told by itself, then what nobody answered, then by class, then by priority."""
    told = 2 if alarm.inhibited_by is None else 0
    waits = 1 if alarm.phase is not AlarmPhase.ANSWERED else 0
    return 100 * (told + waits) + 10 * _CLASS[alarm.kind] + alarm.priority


def _brief(line: AlarmLine) -> Said:
    """`SpO2 83`, `severe headache`; the sentence itself of an alarm without a value."""
    signal, value = line.signal, line.value
    if line.kind is not Kind.PHYSIOLOGICAL or signal is None or value is None:
        return line.says
    if SIGNALS[signal].manual and signal is not Signal.MOAAS:
        return (said_value(signal, value),)
    return (say("view.reading", signal=signal, value=value),)


def _alarm_view(alarm: AlarmState, hidden: Confidential) -> AlarmView:
    line = public_line(alarm.line)
    cause = alarm.inhibited_by
    briefly = _brief(line)
    first = say("one_of_two") if alarm.unconfirmed else None
    return AlarmView(
        id=alarm.id,
        bed=line.bed,
        key=line.alarm,
        text=line.text if first is None else f"{line.text} ({in_words(first)})",
        says=line.says if first is None else (*line.says, first),
        brief=in_words(briefly) if briefly and briefly != line.says else line.text,
        briefly=briefly,
        urgency=urgency(alarm),
        news=worse_at(alarm),
        priority=alarm.priority,
        kind=alarm.kind,
        phase=alarm.phase,
        signal=line.signal.value if line.signal else None,
        value=line.value,
        unit=line.unit,
        limit=line.limit,
        since=alarm.since,
        started_at=alarm.started_at,
        answered_by=alarm.answered_by,
        accepted_by=alarm.telling.accepted_by,
        expires_at=alarm.expires_at,
        audio_paused_until=alarm.audio_paused_until,
        inhibited_by=CLINICIAN if cause in hidden.rules else cause,
        tier=alarm.telling.tier,
        next_at=alarm.telling.next_at,
        simulated=line.simulated,
    )

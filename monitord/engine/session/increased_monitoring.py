"""After an accepted pressure alarm the cuff measures more often, until two readings are clear. Pure.

Staff expect the rise and take it upon themselves: the telling is suspended, the watching is not.
"""

from collections.abc import Iterable, Mapping

from monitord.engine.alarm_state import RuleState
from monitord.engine.state import DueState, IncreasedMonitoring
from monitord.model import (
    NIBP,
    AlarmPhase,
    Signal,
)
from monitord.model.frozen import replace

CLEAR_READINGS = 2
"""Readings in a row without an alarm of the item's signals."""


def begun(
    closer: tuple[IncreasedMonitoring, ...], schedule: Mapping[str, DueState], signal: Signal | None
) -> tuple[IncreasedMonitoring, ...]:
    """An alarm of this signal was accepted; what was counted of its items counts no more."""
    if signal not in NIBP:
        return closer
    items = [item for item, entry in schedule.items() if signal in entry.signals]
    others = tuple(each for each in closer if each.item not in items)
    return (*others, *(IncreasedMonitoring(item=item) for item in items))


def counted(
    closer: tuple[IncreasedMonitoring, ...],
    schedule: Mapping[str, DueState],
    tracks: Iterable[RuleState],
) -> tuple[IncreasedMonitoring, ...]:
    """After a reading of the pressures; an item no longer scheduled is given up."""
    alarming = {
        track.alarm.line.signal
        for track in tracks
        if track.alarm and track.alarm.phase in (AlarmPhase.ACTIVE, AlarmPhase.ANSWERED)
    }
    after = [
        replace(each, clear=0 if alarming.intersection(entry.signals) else each.clear + 1)
        for each in closer
        if (entry := schedule.get(each.item)) is not None
    ]
    return tuple(each for each in after if each.clear < CLEAR_READINGS)

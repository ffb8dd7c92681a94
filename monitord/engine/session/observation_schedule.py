"""When the schedule wants each of its items next. Pure."""

from collections.abc import Collection, Mapping
from typing import Final

from monitord.engine.protocol.protocol import ScheduleItem
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.state import DueState
from monitord.model import NIBP, Instant, Signal, Span

_MEASURED: Final = NIBP - {Signal.NIBP_SYS, Signal.NIBP_DIA}
"""What a cuff works out besides, and nobody measures by hand: it never keeps an item open."""


def planned(
    schedule: Mapping[str, ScheduleItem],
    seen: PatientView,
    *,
    at: Instant,
    before: Mapping[str, DueState],
    closer: Collection[str] = (),
) -> dict[str, DueState]:
    """The items that are wanted: those of this phase, and what is overdue from an earlier one.

    An item is read when all of its signals are, so it is as old as its oldest. A new phase never
    puts off what was due; only the reading does. Those in `closer` are wanted as often as in a
    reaction.
    """
    found = {
        name: _due(name, item, seen, at=at, before=before.get(name), closer=name in closer)
        for name, item in schedule.items()
    }
    return {name: due for name, due in found.items() if due is not None}


def _due(
    name: str,
    item: ScheduleItem,
    seen: PatientView,
    *,
    at: Instant,
    before: DueState | None,
    closer: bool,
) -> DueState | None:
    interval = item.every.get(seen.phase or "")
    if item.reaction is not None and (closer or seen.lasts_since("reaction") is not None):
        interval = min(item.reaction, interval or item.reaction)
    last = _last(item, seen)
    known = before if before is not None and before.last == last else None
    if interval is None:
        overdue = known is not None and at > known.due
        return known if overdue else None
    # What was back-dated is due when it was entered: nobody could be asked before.
    begins = max(seen.phase_since, seen.watched_since)
    due = begins if last is None else Instant(max(last + interval, begins))
    late_by: Span = interval
    if known is not None and known.due < due:
        # What was due before a change stays due, and is late by the shorter of the intervals.
        due, late_by = known.due, min(known.late_by or interval, interval)
    return DueState(
        item=name, due=due, interval=interval, signals=item.signals, last=last, late_by=late_by
    )


def _last(item: ScheduleItem, seen: PatientView) -> Instant | None:
    """When the last of the item's signals was read that was read the longest ago; None: not all were."""
    asked = [signal for signal in item.signals if signal not in _MEASURED] or item.signals
    readings = [seen.readings.get(signal) for signal in asked]
    taken = [each.good_at for each in readings if each is not None and each.good_at is not None]
    return min(taken) if len(taken) == len(asked) else None


def signals_of(schedule: Mapping[str, DueState]) -> frozenset[Signal]:
    """The signals whose readings move a due time."""
    return frozenset(signal for entry in schedule.values() for signal in entry.signals)

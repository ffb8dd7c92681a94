"""When the schedule wants each of its items next. Pure."""

from collections.abc import Collection, Mapping

from monitord.engine.protocol import ScheduleItem
from monitord.engine.rules.seen import Seen
from monitord.engine.state import DueState
from monitord.model import Instant, Signal


def planned(
    schedule: Mapping[str, ScheduleItem], seen: Seen, closer: Collection[str] = ()
) -> dict[str, DueState]:
    """The items that this phase wants: at its beginning unless read within the interval before.

    Those in `closer` are wanted as often as in a reaction.
    """
    found = {name: _due(name, item, seen, name in closer) for name, item in schedule.items()}
    return {name: due for name, due in found.items() if due is not None}


def _due(name: str, item: ScheduleItem, seen: Seen, closer: bool) -> DueState | None:  # noqa: FBT001 - a fact of the item
    interval = item.every.get(seen.phase or "")
    if item.reaction is not None and (closer or seen.lasts_since("reaction") is not None):
        interval = min(item.reaction, interval or item.reaction)
    if interval is None:
        return None
    taken = [
        reading.good_at
        for signal in item.signals
        if (reading := seen.readings.get(signal)) is not None and reading.good_at is not None
    ]
    due = seen.phase_since
    if taken:
        due = Instant(max(max(taken) + interval, seen.phase_since))
    return DueState(item=name, due=due, interval=interval, signals=item.signals)


def signals_of(schedule: Mapping[str, DueState]) -> frozenset[Signal]:
    """The signals whose readings move a due time."""
    return frozenset(signal for entry in schedule.values() for signal in entry.signals)

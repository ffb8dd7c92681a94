"""Which messages go together, and how often an alarm has begun of late. Pure.

Grouping never delays a high alarm: it leaves at once and takes along what waits.
"""

from collections import deque
from collections.abc import Sequence

from monitord.model import MINUTE, SECOND, AlarmEvent, Instant, Notify, Priority, Span

TOGETHER_AT_MOST = 8
# More would not be read on a pager.
GATHER: Span = SECOND
# How long a medium or low message waits for others of its bed or cause. Alarms of one cause come
# within a second of each other; medium delays are 15 s and more, so this adds little.
FOLD: Span = 5 * MINUTE
# Starts of one alarm within this time are told with their count (the acknowledgement's own span).
_ALARMS_AT_MOST = 500


def waits_until(message: Notify, now: Instant) -> Instant:
    """When a message may leave for a channel that gathers."""
    urgent = message.line.priority is Priority.HIGH
    return now if urgent else Instant(now + GATHER)


def belong_together(one: Notify, other: Notify) -> bool:
    """The same bed, or the same cause on another."""
    return one.line.bed == other.line.bed or one.line.alarm == other.line.alarm


def companions(first: Notify, waiting: Sequence[Notify]) -> list[Notify]:
    """What goes along with `first`, in the order in which it waits.

    Nothing is taken whose own alarm has an earlier message that stays behind.
    """
    taken: list[Notify] = []
    left: set[str] = set()
    for message in waiting:
        if message is first:
            continue
        fits = belong_together(first, message) and len(taken) < TOGETHER_AT_MOST - 1
        if fits and message.line.id not in left:
            taken.append(message)
        else:
            left.add(message.line.id)
    return taken


class Starts:
    """Counts the starts of each bed's alarms within `FOLD`; bounded."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str | None, str], deque[tuple[str, Instant]]] = {}

    def saw(self, message: Notify) -> None:
        """Notes a start; the same alarm's later tiers and repetitions count once."""
        line = message.line
        if line.event is not AlarmEvent.START:
            return
        key = (line.bed, line.alarm)
        seen = self._seen.pop(key, deque(maxlen=100))
        if all(alarm != line.id for alarm, _ in seen):
            seen.append((line.id, line.at))
        self._seen[key] = seen
        while len(self._seen) > _ALARMS_AT_MOST:
            del self._seen[next(iter(self._seen))]

    def of_late(self, message: Notify) -> int:
        """How many starts of the message's alarm lie within `FOLD` before it, its own included."""
        line = message.line
        seen = self._seen.get((line.bed, line.alarm), ())
        return max(1, sum(line.at - FOLD <= at <= line.at for _, at in seen))

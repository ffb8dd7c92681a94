"""What waits for the sequencer, in the order of arrival.

Readings are bounded bed by bed, so that one device that floods takes nothing from the others: the
newest are shed, and counted. Staff actions, faults and settings are always taken: people and
drivers cannot produce so many.
"""

from collections import Counter, deque

from monitord.model import Event, Frame, Instant

FRAMES_AT_MOST = 1000
# Of one bed. At the fastest device's 3 frames a second that is five minutes of a hanging daemon;
# more than the newest 10 s are no longer fresh when they are looked at.
ROUND_AT_MOST = 2000
# Events of one round: some 0.2 s of stepping and writing, well under the second that is a fault.


class Inbox:
    """Events that arrived and were not stepped yet."""

    def __init__(self) -> None:
        self.shed: Counter[str | None] = Counter()
        """By bed, how many readings there was no room for."""
        self._waiting: deque[Event] = deque()
        self._frames: Counter[str | None] = Counter()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def oldest(self) -> Instant | None:
        """When the first of those that wait happened."""
        return self._waiting[0].at if self._waiting else None

    def put(self, event: Event) -> bool:
        """Takes an event; False when it was a reading and its bed's share was full."""
        if isinstance(event.body, Frame):
            if self._frames[event.bed] >= FRAMES_AT_MOST:
                self.shed[event.bed] += 1
                return False
            self._frames[event.bed] += 1
        self._waiting.append(event)
        return True

    def take(self) -> list[Event]:
        """The next round."""
        taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), ROUND_AT_MOST))]
        for event in taken:
            if isinstance(event.body, Frame):
                self._frames[event.bed] -= 1
        return taken

"""What waits for the sequencer: of each bed in the order of arrival, the beds side by side.

A round takes so much of each bed, so that what one bed has left behind holds up no other. Bounded bed by bed, so that one device that floods takes nothing from the others, and counted: of
readings the newest are shed, of faults only the newest of each kind is kept, so that how it ends is
always known. Staff actions and settings are always taken: people cannot produce so many.
"""

from collections import Counter, deque
from dataclasses import replace
from operator import itemgetter

from monitord.model import Event, Fault, Frame, Instant
from monitord.model.outside_text import one_line

FRAMES_AT_MOST = 1000
# Of one bed. At the fastest device's 3 frames a second that is five minutes of a hanging daemon;
# more than the newest 10 s are no longer fresh when they are looked at.
FAULTS_AT_MOST = 50
# Of one bed: a device has a handful of kinds, and changes them at human speed.
DETAIL_AT_MOST = 200
# Of what a device says of itself: more nobody reads in an alarm.
OF_A_BED = 100
# Events of one bed in one round: of a suite that floods some 0.1 s of stepping and writing, and more than a device
# sends between two rounds otherwise.


class Inbox:
    """Events that arrived and were not stepped yet."""

    def __init__(self) -> None:
        self.shed: Counter[str | None] = Counter()
        """By bed, how many readings and changes of faults there was no room for."""
        self._waiting: dict[str | None, deque[tuple[int, Event]]] = {}
        """By bed what arrived, with its number."""
        self._arrived = 0
        self._frames: Counter[str | None] = Counter()
        self._faults: Counter[str | None] = Counter()
        self._late: dict[tuple[str, str, str, str], Event] = {}
        """The newest fault of each kind that there was no room for; they go into the next round."""

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values())) + len(self._late)

    @property
    def oldest(self) -> Instant | None:
        """When the first of those that wait happened."""
        return min(self.oldest_by_bed.values(), default=None)

    @property
    def oldest_by_bed(self) -> dict[str | None, Instant]:
        """Of each bed with something that waits, when the first of it happened."""
        return {bed: events[0][1].at for bed, events in self._waiting.items()}

    def put(self, event: Event) -> bool:
        """Takes an event; False when it was a reading and its bed's share was full."""
        if isinstance(event.body, Fault):
            # What a device or a server says of itself is text from outside.
            plain = one_line(event.body.detail, DETAIL_AT_MOST)
            event = replace(event, body=replace(event.body, detail=plain))
        if isinstance(event.body, Frame):
            if self._frames[event.bed] >= FRAMES_AT_MOST:
                self.shed[event.bed] += 1
                return False
            self._frames[event.bed] += 1
        elif isinstance(event.body, Fault) and event.bed is not None:
            if self._faults[event.bed] >= FAULTS_AT_MOST:
                key = (event.bed, event.source, event.body.cause.value, event.body.subject)
                self.shed[event.bed] += key in self._late
                self._late[key] = event
                return True
            self._faults[event.bed] += 1
        self._append(event)
        return True

    def _append(self, event: Event) -> None:
        self._arrived += 1
        self._waiting.setdefault(event.bed, deque()).append((self._arrived, event))

    def take(self) -> list[Event]:
        """The next round, in the order of arrival."""
        round_: list[tuple[int, Event]] = []
        for bed, events in list(self._waiting.items()):
            round_ += [events.popleft() for _ in range(min(len(events), OF_A_BED))]
            if not events:
                del self._waiting[bed]
        taken = [event for _, event in sorted(round_, key=itemgetter(0))]
        for event in taken:
            if isinstance(event.body, Frame):
                self._frames[event.bed] -= 1
            elif isinstance(event.body, Fault) and event.bed is not None:
                self._faults[event.bed] -= 1
        for event in self._late.values():
            self._faults[str(event.bed)] += 1
            self._append(event)
        self._late.clear()
        return taken

"""Deadlines by name, the earliest first. Pure.

At one instant what was read comes first, then levels, answers that expire, and tiers: `_ORDER`.

Moving a deadline later, which every sample does, costs one dictionary write: the heap keeps the
earlier entry and learns the truth when that entry surfaces.
"""

from heapq import heapify, heappop, heappush
from typing import Final

from monitord.model import Instant

_ORDER: Final = {"read": 0, "phase": 1, "alarm_paused": 1, "rule": 2, "alarm": 3, "tell": 4}
_LAST: Final = 5


def _rank(name: str) -> int:
    return _ORDER.get(name.partition(":")[0], _LAST)


class Timers:
    """At most one deadline a name; equal times fire in the order of their kinds, then their names."""

    def __init__(self, entries: tuple[tuple[str, Instant], ...] = ()) -> None:
        self._at: dict[str, Instant] = dict(entries)
        self._queued: dict[str, Instant] = dict(entries)
        self._heap: list[tuple[Instant, int, str]] = [
            (at, _rank(name), name) for name, at in entries
        ]
        heapify(self._heap)

    def set(self, name: str, at: Instant | None) -> None:
        """Arms, moves or (None) disarms."""
        if at is None:
            self._at.pop(name, None)
            return
        self._at[name] = at
        queued = self._queued.get(name)
        if queued is None or at < queued:
            self._queued[name] = at
            heappush(self._heap, (at, _rank(name), name))

    @property
    def earliest(self) -> Instant | None:
        """When the next deadline is; None when there is none."""
        while self._heap:
            at, rank, name = self._heap[0]
            true_at = self._at.get(name)
            if true_at == at:
                return at
            heappop(self._heap)
            if self._queued.get(name) != at:
                continue
            if true_at is None:
                del self._queued[name]
            else:
                self._queued[name] = true_at
                heappush(self._heap, (true_at, rank, name))
        return None

    def pop(self) -> tuple[Instant, str]:
        """Takes the earliest out; call only when `earliest` is not None."""
        at, _, name = heappop(self._heap)
        del self._at[name]
        del self._queued[name]
        return at, name

    def pop_others(self, kind: str, at: Instant) -> list[str]:
        """Takes out what is due next at this instant, as long as it is of one kind; the names behind it."""
        names = []
        while self.earliest == at and self._heap[0][2].startswith(f"{kind}:"):
            names.append(self.pop()[1].partition(":")[2])
        return names

    def armed(self, name: str) -> bool:
        """Whether a deadline of this name is ahead."""
        return name in self._at

    def when(self, name: str) -> Instant | None:
        """When the deadline of this name is; None where it is not armed."""
        return self._at.get(name)

    @property
    def entries(self) -> tuple[tuple[str, Instant], ...]:
        """Every armed deadline, by name."""
        return tuple(sorted(self._at.items()))

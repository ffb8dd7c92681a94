"""Deadlines by name, the earliest first. Pure.

Moving a deadline later, which every sample does, costs one dictionary write: the heap keeps the
earlier entry and learns the truth when that entry surfaces.
"""

from heapq import heapify, heappop, heappush

from monitord.model import Instant


class Timers:
    """At most one deadline a name; equal times fire in the order of their names."""

    def __init__(self, entries: tuple[tuple[str, Instant], ...] = ()) -> None:
        self._at: dict[str, Instant] = dict(entries)
        self._queued: dict[str, Instant] = dict(entries)
        self._heap: list[tuple[Instant, str]] = [(at, name) for name, at in entries]
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
            heappush(self._heap, (at, name))

    @property
    def earliest(self) -> Instant | None:
        """When the next deadline is; None when there is none."""
        while self._heap:
            at, name = self._heap[0]
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
                heappush(self._heap, (true_at, name))
        return None

    def pop(self) -> tuple[Instant, str]:
        """Takes the earliest out; call only when `earliest` is not None."""
        at, name = heappop(self._heap)
        del self._at[name]
        del self._queued[name]
        return at, name

    def armed(self, name: str) -> bool:
        """Whether a deadline of this name is ahead."""
        return name in self._at

    @property
    def entries(self) -> tuple[tuple[str, Instant], ...]:
        """Every armed deadline, by name."""
        return tuple(sorted(self._at.items()))

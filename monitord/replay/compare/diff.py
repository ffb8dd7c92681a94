"""Two sets of alarms over the same sessions: what is added, lost, moved or re-prioritised. Pure.

Two alarms of one rule in one session are the same where they overlap in time, earliest first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from monitord.model import SECOND, Instant, Span, iso
from monitord.replay.run.episodes import Episode

Sessions = Mapping[str, Sequence[Episode]]
"""The alarms of each session, by its name."""


class Change(StrEnum):
    """What became of an alarm from A to B; the worst for a patient first."""

    LOST = "lost"
    MOVED = "moved"
    PRIORITY = "re-prioritised"
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One alarm that is not as it was: `before` in A, `after` in B."""

    session: str
    change: Change
    before: Episode | None
    after: Episode | None

    @property
    def alarm(self) -> str:
        """The rule."""
        return self._shown.alarm

    @property
    def at(self) -> Instant:
        """Where to look: the earlier of the starts."""
        return min(each.start for each in (self.before, self.after) if each is not None)

    @property
    def _shown(self) -> Episode:
        shown = self.before or self.after
        assert shown is not None  # noqa: S101 - a difference is of at least one alarm
        return shown

    @property
    def later(self) -> float:
        """By how many seconds B's alarm comes later; infinite where it does not come."""
        if self.before is None or self.after is None:
            return float("inf") if self.after is None else float("-inf")
        return (self.after.start - self.before.start) / SECOND

    def words(self) -> str:
        """The difference as a sentence."""
        match self.change:
            case Change.LOST | Change.ADDED:
                return str(self._shown)
            case Change.PRIORITY:
                return f"{self.before} became {self.after}"
            case Change.MOVED:
                return f"{self._shown}: {'; '.join(_moves(self.before, self.after))}"

    def row(self) -> dict[str, Any]:
        """For JSON and CSV."""
        return {
            "session": self.session,
            "change": self.change.value,
            "alarm": self.alarm,
            "at": iso(self.at),
            "before": None if self.before is None else self.before.peak.word,
            "after": None if self.after is None else self.after.peak.word,
            "words": self.words(),
        }


def compare(a: Sessions, b: Sessions) -> list[Difference]:
    """Every difference, the worst first."""
    found = []
    for session in sorted({*a, *b}):
        found += list(_compare(session, a.get(session, ()), b.get(session, ())))
    return worst_first(found)


def on_another_clock(found: Iterable[Episode], later: Span) -> list[Episode]:
    """The same alarms by a clock that is `later` slow: so much is taken from every time."""
    return [
        replace(
            each,
            start=Instant(each.start - later),
            end=None if each.end is None else Instant(each.end - later),
            reached=tuple((priority, Instant(at - later)) for priority, at in each.reached),
        )
        for each in found
    ]


def worst_first(found: Iterable[Difference]) -> list[Difference]:
    """The lost first, then what comes latest."""
    order = list(Change)
    return sorted(found, key=lambda d: (order.index(d.change), -d.later, d.session, d.at))


def _compare(session: str, a: Sequence[Episode], b: Sequence[Episode]) -> Iterator[Difference]:
    for rule in sorted({episode.alarm for episode in (*a, *b)}):
        left = [episode for episode in b if episode.alarm == rule]
        for before in (episode for episode in a if episode.alarm == rule):
            after = next((other for other in left if _same(before, other)), None)
            if after is None:
                yield Difference(session=session, change=Change.LOST, before=before, after=None)
                continue
            left.remove(after)
            if after != before:
                same = {p for p, _ in before.reached} == {p for p, _ in after.reached}
                change = Change.MOVED if same else Change.PRIORITY
                yield Difference(session=session, change=change, before=before, after=after)
        for after in left:
            yield Difference(session=session, change=Change.ADDED, before=None, after=after)


def _same(one: Episode, other: Episode) -> bool:
    return (one.end is None or other.start <= one.end) and (
        other.end is None or one.start <= other.end
    )


def _moves(before: Episode | None, after: Episode | None) -> Iterator[str]:
    if before is None or after is None:
        return
    times = dict(after.reached)
    for priority, at in before.reached:
        if (moved := times[priority] - at) != 0:
            yield f"{priority.word} {_later(moved)}"
    if before.end is None or after.end is None:
        if before.end != after.end:
            yield "ends" if before.end is None else "ends no more"
    elif after.end != before.end:
        yield f"ends {_later(after.end - before.end)}"


def _later(span: int) -> str:
    return f"{abs(span) / SECOND:g} s {'later' if span > 0 else 'earlier'}"


def tally(found: Sequence[Change]) -> str:
    """The counts as a sentence."""
    if not found:
        return "no difference"
    counts = [(change, sum(1 for each in found if each is change)) for change in Change]
    return ", ".join(f"{count} {change.value}" for change, count in counts if count)

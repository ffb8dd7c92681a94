"""Section 1, ten seconds, and who learns what ends or eases: one alarm's destinations."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.engine.second_edition.page import TEN

ANSWER = "answer"
ENDS = frozenset({"over", "latch"})


@dataclass(slots=True)
class Telling:
    """To each destination: when it was last told, and what waits for it."""

    last: dict[str, int] = field(default_factory=dict)
    ever: set[str] = field(default_factory=set)
    since_end: set[str] = field(default_factory=set)
    waiting: dict[str, tuple[int, str]] = field(default_factory=dict)
    now: dict[str, str] = field(default_factory=dict)

    def tell(self, at: int, to: Iterable[str], *, worse: bool) -> None:
        """What is worse goes at once; other things only to whom nothing was told for ten seconds."""
        for each in sorted(to):
            due = self.last.get(each, -TEN) + TEN
            if worse or due <= at:
                self._out(at, each)
            else:
                self.waiting[each] = (due, "told")

    def ends(self, at: int, what: str) -> None:
        """Over or latched: to those told since the last such line; cancels what waits for others."""
        self.eases(at, what)
        # Who never hears of it, because somebody answers meanwhile, is told of the next end.
        self.since_end = {each for each in self.since_end if each in self.waiting}

    def wait_no_more(self) -> None:
        """There is no later line of this alarm, so nothing waits for one."""
        for each, (_, what) in sorted(self.waiting.items()):
            self.now[each] = what
        self.waiting, self.since_end = {}, set()

    def eases(self, at: int, what: str) -> None:
        """Less, and still there: to the same, who are to learn of its end as well."""
        for each in sorted(self.ever - self.since_end):
            self.waiting.pop(each, None)
        self._quietly(at, self.since_end, what)

    def answered(self, at: int) -> None:
        """Those who were told learn that somebody answered."""
        self._quietly(at, self.ever, ANSWER)

    def flush(self, at: int) -> None:
        """Sends what has waited long enough."""
        for each, (due, what) in sorted(self.waiting.items()):
            if due > at:
                continue
            if what == "told":
                self._out(at, each)
            else:
                del self.waiting[each]
                self.now.setdefault(each, what)
                if what in ENDS:
                    self.since_end.discard(each)

    def _out(self, at: int, each: str) -> None:
        self.now[each] = "told"
        self.last[each] = at
        self.ever.add(each)
        self.since_end.add(each)
        self.waiting.pop(each, None)

    def _quietly(self, at: int, to: set[str], what: str) -> None:
        """Deferred itself by the ten seconds, and defers nothing."""
        for each in sorted(to):
            due = self.last.get(each, -TEN) + TEN
            if due <= at:
                self.waiting.pop(each, None)
                self.now[each] = what
            else:
                self.waiting[each] = (due, what)

"""Section 1, what an answer covers: a level and a value, each for itself, and the step beyond it."""

from dataclasses import dataclass

from tests.engine.second_edition.page import BETTER_FOR, COVERS, Key, Level, Rule
from tests.engine.second_edition.sums import Readings, Sum


def worst_value(rule: Rule, readings: Readings, at: int, *, doubtful: bool) -> float | None:
    """The worst good value that came in the 60 s before `at`, the present one included.

    A doubtful one where the alarm began on `doubtful` ones alone, or no good one came in that time.
    """
    good = [value for when, value in readings.good if when >= at - COVERS]
    values = good + [value for _, value in readings.good[-1:]]
    if doubtful or not good:
        values += [value for when, value in readings.doubtful if when >= at - COVERS]
    if not values:
        return None
    return min(values) if rule.low else max(values)


@dataclass(slots=True)
class Covers:
    """`level` None: nothing is covered any more."""

    rule: Rule
    level: Key | None
    value: float | None
    step: Sum | None = None
    level_better_since: int | None = None
    value_reached: int = 0

    def __post_init__(self) -> None:
        self.step = self._step()

    def _step(self) -> Sum | None:
        if self.value is None:
            return None
        limit = self.value - self.rule.step if self.rule.low else self.value + self.rule.step
        return Sum(self.rule, Level(0, limit, self.rule.step_held, strict=False))

    def stand(self, at: int, present: Key | None) -> None:
        """Whether the level that is covered was reached again."""
        if self.level is None:
            return
        if present is not None and present >= self.level:
            self.level_better_since = None
        elif self.level_better_since is None:
            self.level_better_since = at

    def lapse(self, at: int, present: Key | None, value: float | None) -> None:
        """What nothing reached for 2 min becomes the present one: the level that stood until now."""
        since = self.level_better_since
        if since is not None and at - since >= BETTER_FOR:
            self.level, self.level_better_since = present, None
        if value is None or self.value is None:
            return
        if self.rule.worse_by(value, self.value) >= 0:
            # It stands, and so it is reached, until the next reading.
            self.value_reached = at + 1
        elif at - self.value_reached >= BETTER_FOR:
            self.value, self.value_reached = value, at
            self.step = self._step()

    def deeper(self, present: Key) -> bool:
        """Whether a level is deeper than what is covered."""
        return self.level is None or present > self.level

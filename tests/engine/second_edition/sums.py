"""Section 1, a delay is a sum; section 2, confirmation; section 3, doubt: one level's condition."""

from dataclasses import dataclass, field

from tests.engine.second_edition.page import (
    AMONG,
    APART,
    DOUBT,
    HIGH,
    LOW,
    MEDIUM,
    SILENT,
    Key,
    Level,
    Reading,
    Rule,
)


@dataclass(slots=True)
class Readings:
    """What was read until now."""

    last: Reading | None = None
    last_at: int = 0
    good: list[tuple[int, float]] = field(default_factory=list)
    doubtful: list[tuple[int, float]] = field(default_factory=list)

    def take(self, at: int, reading: Reading) -> None:
        self.last, self.last_at = reading, at
        if reading.value is not None:
            (self.doubtful if reading.doubtful else self.good).append((at, reading.value))

    def known(self, at: int, fresh: int) -> Reading | None:
        """The last reading where it has a number and still speaks at `at`."""
        if self.last is None or self.last.value is None or at - self.last_at >= fresh:
            return None
        return self.last


@dataclass(slots=True)
class Sum:
    """One level of a rule: its sum, whether it holds, and whether a second reading confirmed it."""

    rule: Rule
    level: Level
    sum: int = 0
    doubt_only: bool = True
    holds: bool = False
    clearing_since: int | None = None
    confirmed: bool = True
    first_at: int = 0
    failures: int = 0
    overdue: bool = False

    @property
    def need(self) -> int:
        return self.level.delay + (DOUBT if self.doubt_only else 0)

    @property
    def key(self) -> Key:
        """The level as it speaks now: before it is confirmed at the priority of its first word."""
        priority = self.level.priority
        if not self.confirmed and not self.overdue:
            priority = MEDIUM if priority == HIGH or self.rule.low else LOW
        return Key(priority, self.rule.depth(self.level), self.confirmed)

    def pass_second(self, at: int, readings: Readings) -> None:
        """The second that ends at `at`, under the reading that stood in it."""
        if self.holds:
            return
        known = readings.known(at - 1, self.rule.fresh)
        if known is None:
            # Unknown grows only a sum above zero, 10 s beyond its need while no reading comes.
            if self.sum > 0:
                self.sum = min(self.sum + 1, self.need + SILENT)
        elif self._beyond(known):
            self.sum = min(self.sum + 1, self.need)
        elif not known.doubtful:
            # A good reading inside pays back twice as fast; a doubtful one leaves it as it is.
            self.sum = max(0, self.sum - 2)

    def take(self, at: int, reading: Reading, readings: Readings) -> None:
        """A reading, already among the `readings`."""
        if reading.value is None:
            self.failures += 1
            self.clearing_since = None
            return
        beyond = self._beyond(reading)
        if not self.holds:
            if self.sum == 0 and beyond:
                self.doubt_only = reading.doubtful
            elif beyond and not reading.doubtful:
                self.doubt_only = False
            self.sum = min(self.sum, self.need)
            if self.level.twice and beyond:
                self._begin(at, readings)
            return
        if self.level.twice and not self.confirmed:
            if not beyond:
                # On the good side of the plain limit: an unconfirmed level ends.
                self._end()
            else:
                self.confirmed = self._is_confirmed(at, readings)
            return
        own = self.level.hysteresis
        inside = self.rule.hysteresis if own is None else own
        clear = not reading.doubtful and not self._beyond(reading, inside)
        if not clear:
            # Anything but a good reading beyond the hysteresis begins the clear delay anew.
            self.clearing_since = None
        elif self.clearing_since is None:
            self.clearing_since = at

    def judge(self, at: int, readings: Readings) -> None:
        """What the level says at the end of this instant."""
        known = readings.known(at, self.rule.fresh)
        if not self.holds:
            speaks = known is not None and self._beyond(known) and self.sum >= self.need
            if speaks and not self.level.twice:
                self.holds = True
                self.clearing_since = None
            return
        if self.level.twice and not self.confirmed:
            late = at >= self.first_at + self.rule.repeat_within
            if late or self.failures >= 2:
                self.overdue = True
            return
        if known is None:
            self.clearing_since = None
        since = self.clearing_since
        if since is not None and at - since >= self.rule.clear_delay:
            self._end()

    def _beyond(self, reading: Reading, slack: float = 0.0) -> bool:
        return reading.value is not None and self.rule.violates(self.level, reading.value, slack)

    def _begin(self, at: int, readings: Readings) -> None:
        self.holds, self.first_at, self.failures = True, at, 0
        self.overdue, self.clearing_since = False, None
        self.confirmed = self._is_confirmed(at, readings)

    def _is_confirmed(self, at: int, readings: Readings) -> bool:
        """By any earlier violating reading among the last three good ones, older than 30 s."""
        return any(
            at - when > APART and self.rule.violates(self.level, value)
            for when, value in readings.good[-AMONG:-1]
        )

    def _end(self) -> None:
        self.holds, self.sum, self.clearing_since = False, 0, None
        self.doubt_only = True

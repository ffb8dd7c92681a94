"""What is remembered of one rule's levels and of its alarm, as frozen values. Pure.

The tables that move them are in `alarms/delay_and_clearing.py` and `alarms/alarm.py`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BeforeValidator

from monitord.engine.rules.finding import Condition, Repeat
from monitord.model import EPOCH, AlarmLine, AlarmPhase, Instant, Kind, Priority, Reason, Span
from monitord.model.frozen import fast_frozen


class LevelPhase(StrEnum):
    """Where one level of one rule stands; see the table in `alarms/delay_and_clearing.py`."""

    IDLE = "idle"
    PENDING = "pending"
    HOLDING = "holding"
    CLEARING = "clearing"


@fast_frozen
@dataclass(frozen=True, slots=True)
class LevelState:
    """`since` is when the condition began, `clear_from` when its absence did (clearing).

    `held_until` is when the level last ceased to hold, `held_as` the priority of a first word that was
    refuted then. Of a pending level: its sum (`total`) as it was
    at `at`, whether all readings since it began are `doubtful`, whether no reading comes (`silent`),
    when the last one beyond the limit came, and whether the last of all was `inside` by more than the
    hysteresis.
    """

    phase: LevelPhase = LevelPhase.IDLE
    since: Instant = EPOCH
    condition: Condition = Condition.UNKNOWN
    value: float | None = None
    limit: float | None = None
    simulated: bool = False
    clear_from: Instant = EPOCH
    total: Span = 0
    at: Instant = EPOCH
    doubtful: bool = False
    silent: bool = False
    beyond_at: Instant = EPOCH
    inside: bool = False
    repeat: Repeat = Repeat.NONE
    held_until: Instant = EPOCH
    held_as: Priority | None = None


@fast_frozen
@dataclass(frozen=True, slots=True, order=True)
class Depth:
    """How bad a level is: by priority, then by its limit (`beyond`, larger is deeper), then by its delay."""

    priority: Priority
    beyond: float = 0.0
    delay: int = 0


def _depth(written: object) -> object:
    """A peak of 0.1.0 is a priority alone."""
    return {"priority": written} if isinstance(written, int) else written


WrittenDepth = Annotated[Depth, BeforeValidator(_depth)]


@fast_frozen
@dataclass(frozen=True, slots=True)
class Valued:
    """A value and when it was read."""

    at: Instant
    value: float


@fast_frozen
@dataclass(frozen=True, slots=True)
class PastPeak:
    """What an alarm was before it was lesser for so long that it became so, unanswered: `value` for `lasted`."""

    value: float
    lasted: Span


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What an answer covers; `depth_at` and `value_at` are when something as bad was last seen.

    `needs` are the conditions that held, of a rule without a value.
    """

    priority: Priority
    depth: Depth | None
    depth_at: Instant
    value: float | None = None
    value_at: Instant = EPOCH
    needs: tuple[str, ...] = ()
    needs_at: Instant = EPOCH


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What one destination was told of an alarm.

    `at` is the last telling that makes the next wait (`router.TOGETHER`), `priority` the highest
    since the clock of telling began, `open` whether it was told since the alarm last ended or
    eased; `waits` is what it is told once the wait is over.
    """

    name: str
    at: Instant | None = None
    priority: Priority | None = None
    open: bool = False
    waits: AlarmLine | None = None


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How far the telling has come: the clock runs from `since`, `tier` was told last.

    `next_at` is when the next message is due, `steps_at` when the next tier is; `early` are tiers
    that a rejection told before their time. `owed` says that the alarm came back and nobody was
    told yet, `back_at` when those are told whom an inhibition kept from it, `back_told` that they
    were already in this life.
    """

    since: Instant | None = None
    tier: int = -1
    next_at: Instant | None = None
    steps_at: Instant | None = None
    early: tuple[int, ...] = ()
    told: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    owed: bool = False
    back_at: Instant | None = None
    back_told: bool = False
    accepted_by: str | None = None
    count: int = 0


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmState:
    """The life of one rule in one session, from its start until it is over and its rest as well.

    `line` is the last line about it. `priority` is what is told; `now` the deepest level that holds,
    `peak` the deepest since the last answer or since the alarm became what it is, `worst` the worst
    value of that time, `peak_from` and `peak_until` (None: it goes on) when the peak's level held.
    `deepest` is the deepest since the last answer, through all its returns, `past` what it was before
    it became better and nobody had answered. `unconfirmed` says that
    the peak is a first word, and `needs` what holds of a rule without a value.

    `doubtful` says that it began, or came back, on doubtful readings alone.
    `covers` is what an answer covers, `step` how far the alarm is to being a step worse (at `steps_at` by time alone), `starts` how
    often it rose to the answered priority, `returns` how often it came back within the rest,
    `answers` how many answers in a row found nothing better than `first_answer` did.
    """

    key: str
    id: str
    phase: AlarmPhase
    kind: Kind
    priority: Priority
    peak: WrittenDepth
    since: Instant
    started_at: Instant
    line: AlarmLine
    now: Depth | None = None
    deepest: Depth | None = None
    less_since: Instant | None = None
    past: PastPeak | None = None
    needs: tuple[str, ...] = ()
    unconfirmed: bool = False
    doubtful: bool = False
    value: Valued | None = None
    worst: Valued | None = None
    peak_from: Instant = EPOCH
    peak_until: Instant | None = None
    answered_by: str | None = None
    expires_at: Instant | None = None
    covers: Covered | None = None
    starts: int = 1
    returns: int = 0
    ended_at: Instant | None = None
    answers: int = 0
    first_answer: Covered | None = None
    step: LevelState = LevelState()
    steps_at: Instant | None = None
    audio_paused_until: Instant | None = None
    inhibited_by: str | None = None
    telling: Telling = Telling()

    @property
    def stands(self) -> bool:
        """Whether there is anything to see: what rests is over."""
        return self.phase in _STANDS


_STANDS = frozenset({AlarmPhase.ACTIVE, AlarmPhase.ANSWERED, AlarmPhase.LATCHED})


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class RuleState:
    """One rule in one session: its levels, its alarm if there is one, how many alarms and near misses there were.

    The last near miss that was written was at `missed_at`, with `unwritten` more since then. `good` and `doubtful` are the worst readings of the last minute, worst first, while a level is
    not idle (`alarms/alarm_values.py`).
    """

    key: str
    levels: tuple[LevelState, ...] = ()
    alarm: AlarmState | None = None
    started: int = 0
    missed: int = 0
    missed_at: Instant | None = None
    unwritten: int = 0
    good: tuple[Valued, ...] = ()
    doubtful: tuple[Valued, ...] = ()

    @property
    def standing(self) -> AlarmState | None:
        """The alarm, unless it rests."""
        return self.alarm if self.alarm is not None and self.alarm.stands else None


_NEWS: Final = frozenset(
    {Reason.FIRST, Reason.WORSE, Reason.BREAKTHROUGH, Reason.CONFIRMED, Reason.EXPIRED}
)


def worse_at(alarm: AlarmState) -> Instant:
    """When the alarm began, or last became worse."""
    told = alarm.line.at if alarm.line.reason in _NEWS else alarm.started_at
    return max(alarm.started_at, alarm.peak_from, told)

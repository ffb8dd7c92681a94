"""Everything that one engine knows, as one frozen, serialisable value. Pure.

The page, `explain` and snapshots are functions of `State`.
"""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import TypeAdapter

from monitord.engine.arrival import SourceClock
from monitord.engine.burden import Burden
from monitord.engine.coverage import SignalCoverage
from monitord.engine.hold import Hold
from monitord.engine.plausible import NOTHING_DOUBTED, Belief
from monitord.engine.protocol import Settings, Stage
from monitord.engine.reading import Absence, Away, FaultState, Reading
from monitord.engine.recent import RecentReadings
from monitord.engine.rules.finding import Condition
from monitord.engine.swaps import Placed
from monitord.engine.trail import Trail
from monitord.model import (
    EPOCH,
    AdjustLimit,
    AlarmLine,
    Arm,
    Duration,
    Instant,
    Kind,
    Priority,
    Signal,
    StaffAction,
    TightenLimit,
)


class LevelPhase(StrEnum):
    """Where one level of one rule stands; see the table in `alarm.py`."""

    IDLE = "idle"
    PENDING = "pending"
    HOLDING = "holding"
    CLEARING = "clearing"


@dataclass(frozen=True, slots=True)
class LevelState:
    """`since` is when the condition began, `clear_from` when its absence did (clearing)."""

    phase: LevelPhase = LevelPhase.IDLE
    since: Instant = EPOCH
    condition: Condition = Condition.UNKNOWN
    value: float | None = None
    limit: float | None = None
    simulated: bool = False
    clear_from: Instant = EPOCH


class AlarmPhase(StrEnum):
    """Where one alarm stands; see the table in `alarm.py`."""

    INACTIVE = "inactive"
    ACTIVE = "active"
    ACKNOWLEDGED = "acknowledged"
    LATCHED = "latched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How far the telling has come: `tier` was told, `next_at` is when the next step is due."""

    tier: int = -1
    next_at: Instant | None = None
    told: tuple[str, ...] = ()
    accepted_by: str | None = None
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmState:
    """The life of one rule in one session, from its start to its end.

    `line` is the last line told about it; `peak` the worst priority since the start.
    """

    key: str
    id: str
    phase: AlarmPhase
    kind: Kind
    priority: Priority
    peak: Priority
    since: Instant
    started_at: Instant
    line: AlarmLine
    answered_by: str | None = None
    expires_at: Instant | None = None
    audio_paused_until: Instant | None = None
    inhibited_by: str | None = None
    telling: Telling = Telling()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackState:
    """One rule in one session: its levels, its alarm if there is one, how many alarms and near misses there were."""

    key: str
    levels: tuple[LevelState, ...] = ()
    alarm: AlarmState | None = None
    started: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A staff action as the session took it; a voided one no longer counts."""

    action: StaffAction
    at: Instant
    voided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A patient's own value of one signal: who accepted it, when, and the reading behind it.

    `read_at` and `source` are None where staff typed the value; `action` names the step.
    """

    signal: Signal
    value: float
    by: str
    at: Instant
    action: str
    read_at: Instant | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """That the patient reacts: since when, who said so, to what."""

    since: Instant
    by: str
    reason: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """An answer for which a clinician must see the patient: entered when, by whom, in words."""

    since: Instant
    by: str
    says: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A prompt that stays for the session although its cause is over: what it was, when."""

    prompt: str
    at: Instant
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closer:
    """An item of the schedule that is read at its interval of a reaction (`closer.py`).

    `clear` counts the readings in a row without an alarm.
    """

    item: str
    clear: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """One patient's visit. `protocol` is its name in the settings snapshotted for the session.

    `phase_ends` is planned; `running_since` is None while the infusion does not run, and
    `run_time` is what ran before.
    """

    id: str
    pseudonym: str
    protocol: str
    overlays: tuple[str, ...]
    cuff_arm: Arm | None
    probe_arm: Arm | None
    opened_at: Instant
    stage: Stage
    infusion: str | None
    phase: str
    phase_since: Instant
    phase_ends: Instant | None
    infusion_started: Instant | None
    infusion_stopped: Instant | None
    steps: tuple[Step, ...] = ()
    baseline: tuple[Baseline, ...] = ()
    away: Away | None = None
    absences: tuple[Absence, ...] = ()
    closer: tuple[Closer, ...] = ()
    paused_since: Instant | None = None
    reaction: Reaction | None = None
    kept: tuple[Kept, ...] = ()
    concern: Concern | None = None
    adjusted: tuple[AdjustLimit | TightenLimit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueState:
    """When one item of the schedule is wanted next, and how often in this phase."""

    item: str
    due: Instant
    interval: Duration
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One bed's engine (or the suite's, `settings.bed` None) at instant `now`.

    `settings` are current; `session_settings` those that the open session was admitted with, or
    put right to.
    `effects` counts the effects decided so far, so that a restart repeats none.
    """

    now: Instant
    settings: Settings | None
    session_settings: Settings | None
    session: SessionState | None
    readings: tuple[Reading, ...]
    clocks: tuple[SourceClock, ...]
    faults: tuple[FaultState, ...]
    tracks: tuple[TrackState, ...]
    due: tuple[DueState, ...]
    timers: tuple[tuple[str, Instant], ...]
    requested: tuple[Instant, ...]
    watch_since: Instant
    help_since: Instant | None
    effects: int
    coverage: tuple[SignalCoverage, ...] = ()
    recent: tuple[RecentReadings, ...] = ()
    hold: Hold | None = None
    burdens: tuple[Burden, ...] = ()
    trails: tuple[Trail, ...] = ()
    belief: Belief = NOTHING_DOUBTED
    paused_until: Instant | None = None
    """How long technical alarms rest (`pause.py`)."""

    @property
    def swapped(self) -> tuple[Placed, ...]:
        """Which devices serve elsewhere; known to the suite's own engine."""
        return self.settings.placed if self.settings else ()


STATE = TypeAdapter(State)

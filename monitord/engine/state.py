"""Everything that one engine knows, as one frozen, serialisable value. Pure.

The page, `explain` and snapshots are functions of `State`.
"""

from dataclasses import dataclass

from pydantic import TypeAdapter

from monitord.engine.alarm_state import RuleState
from monitord.engine.protocol.device_swaps import Placed
from monitord.engine.protocol.protocol import Settings, Stage
from monitord.engine.readings.arrival import SourceClock
from monitord.engine.readings.burden_memory import Burden
from monitord.engine.readings.coverage import SignalCoverage
from monitord.engine.readings.cuff_failures import CuffFailures
from monitord.engine.readings.cuff_interference import Hold
from monitord.engine.readings.old_readings import OldReading
from monitord.engine.readings.plausibility import NOTHING_DOUBTED, Belief
from monitord.engine.readings.reading import Absence, Away, Claim, FaultState, Reading
from monitord.engine.readings.recent import RecentReadings
from monitord.engine.readings.steadiness import Steadiness
from monitord.engine.readings.trend_memory import Trail
from monitord.model import (
    AdjustLimit,
    Arm,
    Duration,
    Instant,
    Said,
    Signal,
    StaffAction,
    TightenLimit,
)
from monitord.model.frozen import fast_frozen


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
    """A prompt that stays for the session although its cause is over: what it was, when.

    `why` is what `says` says, by key and values.
    """

    prompt: str
    at: Instant
    says: str
    why: Said = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncreasedMonitoring:
    """An item of the schedule that is read at its interval of a reaction (`increased_monitoring.py`).

    `clear` counts the readings in a row without an alarm.
    """

    item: str
    clear: int = 0


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """One patient's visit. `protocol` is its name in the settings snapshotted for the session.

    `phase_ends` is planned; `running_since` is None while the infusion does not run, and
    `run_time` is what ran before. `kept_of_forms` are the signals that forms of a protocol kept which was put right
    since: they stay confidential.
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
    closer: tuple[IncreasedMonitoring, ...] = ()
    paused_since: Instant | None = None
    reaction: Reaction | None = None
    kept: tuple[Kept, ...] = ()
    concern: Concern | None = None
    adjusted: tuple[AdjustLimit | TightenLimit, ...] = ()
    opened_by: str = ""
    kept_of_forms: tuple[Signal, ...] = ()


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class DueState:
    """When one item of the schedule is wanted next, and how often in this phase.

    `last` is when all of its signals had last been read; None where they never were. `late_by` is
    the interval by whose shares it grows late: the shortest since it became due.
    """

    item: str
    due: Instant
    interval: Duration
    signals: tuple[Signal, ...]
    last: Instant | None = None
    late_by: Duration = 0


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
    tracks: tuple[RuleState, ...]
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
    old: tuple[OldReading, ...] = ()
    steadiness: tuple[Steadiness, ...] = ()
    claims: tuple[Claim, ...] = ()
    cuff_failed: CuffFailures | None = None
    replaced: tuple[Reading, ...] = ()
    paused_until: Instant | None = None
    """How long technical alarms are paused (`alarm_pause.py`)."""

    @property
    def swapped(self) -> tuple[Placed, ...]:
        """Which devices serve elsewhere; known to the suite's own engine."""
        return self.settings.placed if self.settings else ()


STATE = TypeAdapter(State)

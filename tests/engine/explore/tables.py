"""The alarm's tables alone: the levels are given, the clock jumps from deadline to deadline."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Final

from monitord.engine.alarm_state import Depth, LevelPhase, LevelState, RuleState
from monitord.engine.alarms import alarm_triggers
from monitord.engine.alarms.alarm import Trigger
from monitord.engine.alarms.alarms import Alarms
from monitord.engine.alarms.delay_and_clearing import Worst
from monitord.engine.alarms.router import Instead
from monitord.engine.bed.patient import Patient
from monitord.engine.rules import Rule
from monitord.engine.rules.limit import LimitRule
from monitord.engine.rules_in_use import RulesInUse
from monitord.engine.timers import Timers
from monitord.model import (
    SECOND,
    AlarmEvent,
    AlarmPhase,
    Effect,
    Instant,
    Notify,
    Priority,
    Reason,
)
from tests.builders import HIGH, LOW, MEDIUM, Bed, level, spo2_low
from tests.engine.test_traces import bed_of

KEY: Final = "spo2_low"
CAUSE: Final = "link:oximeter"
RULE: Final[Rule] = spo2_low(
    levels=(level("<95", LOW), level("<90", MEDIUM), level("<85", HIGH), level("<80", HIGH))
)
assert isinstance(RULE, LimitRule)
LIMITS: Final = RULE.levels
LEVELS: Final = dict(zip(("low", "medium", "high", "deepest"), LIMITS, strict=True))
ANSWERS: Final = {
    "acknowledge": Trigger.ACKNOWLEDGE,
    "accept": Trigger.ACCEPT,
    "reject": Trigger.REJECT,
}
QUIET: Final = frozenset(
    {*(AlarmEvent.ACKNOWLEDGE, AlarmEvent.ACCEPT), *(AlarmEvent.CLEAR, AlarmEvent.DEESCALATE)}
)
"""What tells nobody that something is wrong."""
WITHIN: Final = {MEDIUM: 310 * SECOND, HIGH: 130 * SECOND}
"""To the first repeat, where rejections told every tier early; and the ten seconds that a telling may wait."""

_TELLING: Final = frozenset({AlarmPhase.ACTIVE, AlarmPhase.LATCHED})


@dataclass(frozen=True, slots=True)
class Known:
    """One alarm, its deadlines, what is so around it, and who was told of what (a ghost of the test)."""

    now: Instant
    track: RuleState
    timers: tuple[tuple[str, Instant], ...] = ()
    present: str = ""
    inhibited: bool = False
    told_at: Instant | None = None
    told: Depth | None = None
    """The deepest of which somebody was told since the last answer."""


class _Alone(Alarms):
    """Alarms whose inhibition is given."""

    inhibited = False

    def use(self, timers: Timers) -> None:
        """Goes on from other deadlines."""
        self._timers = self.announcer._timers = timers

    def _instead(self, rule: Rule | None, at: Instant) -> Instead | None:
        everybody = dict.fromkeys(("desk", "ward", "pager"), HIGH)
        return Instead(key=CAUSE, told=everybody) if self.inhibited else None


class Tables:
    """Inputs: a level deeper, less, or none; answers; a pause; inhibition; restart, move, phase; time."""

    inputs = (
        *LEVELS, "gone", *ANSWERS, "pause audio", "inhibited", "not inhibited", "restart", "move",
        "rests in this phase", "ten seconds", "next deadline", "two minutes",
    )  # fmt: skip

    def __init__(self) -> None:
        bed: Bed = bed_of(KEY)
        self._begin = bed.now
        patient = Patient.restored(bed.engine.state)
        self._out: list[Effect] = []
        self._alarms = _Alone("1", patient, Timers(), self._out.append)

    def begin(self) -> Known:
        return Known(self._begin, RuleState(key=KEY))

    def after(self, state: Known, given: str) -> Known | None:
        timers, alarms = Timers(state.timers), self._alarms
        alarms.use(timers)
        alarms.tracks, alarms.rules = {KEY: state.track}, RulesInUse({KEY: RULE})
        alarms.inhibited = state.inhibited
        here = _Here(alarms, timers, self._out, state)
        return here.result() if here.take(given) else None

    def key(self, state: Known) -> Hashable:
        """What decides what an alarm does next; the clock only as what is over and what is not."""
        alarm, now = state.track.alarm, state.now
        if alarm is None:
            return (state.present, state.inhibited)
        covers, telling = alarm.covers, alarm.telling
        covered = covers and (covers.depth, now - covers.depth_at >= alarm_triggers.FADES)
        return (
            (alarm.phase, alarm.priority, alarm.peak, state.present, state.inhibited, covered),
            (alarm.less_since is None, min(alarm.starts, 3), min(alarm.returns, 4)),
            (min(alarm.answers, 3), alarm.expires_at is None, alarm.audio_paused_until is None),
            (telling.since is None, telling.tier, bool(telling.early), telling.owed),
            (telling.back_at is None, any(place.waits for place in telling.places)),
            state.told is not None and state.told >= alarm.peak,
        )

    def wrong(self, state: Known) -> Iterator[str]:
        """Told within the bound, or a suppression that is named and ends."""
        alarm = state.track.alarm
        armed = dict(state.timers)
        if state.told is not None and state.told.priority is HIGH:
            stands = alarm is not None and alarm.phase in _TELLING and alarm.priority is HIGH
            if not stands:
                yield "high was told, nobody answered, and it is no longer high"
        if alarm is None:
            if state.present:
                yield f"{state.present} holds and there is no alarm"
            return
        depth = _depth(state.present)
        bad = depth is not None and depth.priority > LOW
        if any(at < state.now for at in armed.values()):
            yield "a deadline was left behind"
        match alarm.phase:
            case AlarmPhase.ANSWERED:
                if alarm.expires_at is None or armed.get(f"alarm:{KEY}") != alarm.expires_at:
                    yield "answered without an end"
                if depth and alarm.covers and alarm.covers.depth and depth > alarm.covers.depth:
                    yield "deeper than what the answer covers, and answered all the same"
            case AlarmPhase.RESTING:
                if bad:
                    yield "a level holds and the alarm rests"
                if f"rest:{KEY}" not in armed:
                    yield "rests without an end"
            case AlarmPhase.ACTIVE | AlarmPhase.LATCHED if alarm.priority > LOW:
                yield from self._told(state)
                if depth and depth > alarm.peak:
                    yield "deeper than the peak, and nothing was said"

    def _told(self, state: Known) -> Iterator[str]:
        alarm = state.track.alarm
        assert alarm is not None
        due = dict(state.timers).get(f"tell:{KEY}")
        within = WITHIN[alarm.priority]
        if due is None or due > state.now + within:
            yield "told nobody next within the repeat"
        waits = any(place.waits is not None for place in alarm.telling.places)
        if state.inhibited or alarm.telling.owed or alarm.telling.back_at is not None or waits:
            # Each of these ends by itself, in ten seconds or at the next time of the grid.
            return
        if state.told is None or state.told.priority < alarm.priority:
            yield f"{alarm.priority.word} and nobody was told of that"
        elif state.told_at is None or state.now - state.told_at > within:
            yield "nobody was told for longer than the repeat"


class _Here:
    """One transition: what comes in, and what comes out."""

    def __init__(self, alarms: _Alone, timers: Timers, out: list[Effect], state: Known) -> None:
        self.alarms, self.timers, self.out, self.state = alarms, timers, out, state
        self.now, self.present = state.now, state.present
        self.told, self.told_at = state.told, state.told_at

    @property
    def track(self) -> RuleState:
        return self.alarms.tracks[KEY]

    def take(self, given: str) -> bool:
        """False where the input is refused or says nothing new."""
        alarm = self.track.alarm
        if given in LEVELS or given == "gone":
            present = "" if given == "gone" else given
            if present == self.present:
                return False
            self.present = present
            self.look()
        elif given in ANSWERS:
            if alarm is None or alarm.phase is AlarmPhase.RESTING:
                return False
            self.alarms.answer(self.track, ANSWERS[given], "nurse", self.now)
            if given != "reject":
                self.told, self.told_at = None, None
        elif given == "pause audio":
            self.alarms.pause_audio("nurse", self.now)
        elif given in {"inhibited", "not inhibited"}:
            if self.alarms.inhibited == (given == "inhibited"):
                return False
            self.alarms.inhibited = not self.alarms.inhibited
            self.look()
        elif given in {"restart", "move"}:
            if self.track.standing is None:
                return False
            why = Reason.LATE if given == "restart" else Reason.MOVED
            self.alarms.tell_again(self.now, why)
        elif given == "rests in this phase":
            self.present = ""
            self.look(applies=False)
        else:
            return self._time(given)
        self._heard()
        return True

    def look(self, *, applies: bool = True) -> None:
        """As the evaluator looks: the deepest level that holds."""
        worst = None
        if self.present:
            found = LevelState(LevelPhase.HOLDING, self.now, limit=LEVELS[self.present].limit.value)
            depth = _depth(self.present)
            assert depth is not None
            worst = Worst(depth, LEVELS[self.present], found)
        self.alarms.tracks[KEY] = self.alarms.move(
            self.track, RULE, worst, self.now, applies=applies
        )
        self._heard()

    def _time(self, given: str) -> bool:
        if given == "next deadline":
            due = self._due()
            if due is None:
                return False
            until = due
        else:
            until = Instant(self.now + (10 if given == "ten seconds" else 120) * SECOND)
        while (due := self._due()) is not None and due <= until:
            self.now = max(due, self.now)
            self._fire()
        self.now = max(self.now, until)
        self._heard()
        return True

    def _due(self) -> Instant | None:
        alarm = self.track.alarm
        wake = None if alarm is None else alarm_triggers.wake(alarm)
        times = [at for at in (self.timers.earliest, wake) if at is not None]
        return min(times, default=None)

    def _fire(self) -> None:
        alarm = self.track.alarm
        wake = None if alarm is None else alarm_triggers.wake(alarm)
        if wake is not None and wake <= self.now:
            self.look()
            return
        _, name = self.timers.pop()
        match name.partition(":")[0]:
            case "tell":
                self.alarms.tell_next(KEY, self.now)
            case "alarm":
                self.alarms.answer_over(KEY, self.now)
            case "rest":
                self.alarms.rest_over(KEY, self.now)
            case "audio":
                self.alarms.audio_over(KEY, self.now)
        self._heard()

    def _heard(self) -> None:
        """The test's own memory of who was told of what."""
        for effect in self.out:
            if not isinstance(effect, Notify):
                continue
            if effect.reason is Reason.LATE or effect.line.event not in QUIET:
                alarm = self.track.alarm
                if alarm is None or alarm.phase not in _TELLING:
                    continue
                same = alarm.priority is effect.line.priority
                depth = alarm.peak if same else Depth(effect.line.priority, 0.0)
                self.told = depth if self.told is None else max(self.told, depth)
                self.told_at = effect.line.at
        self.out.clear()

    def result(self) -> Known:
        return Known(
            self.now,
            self.track,
            self.timers.entries,
            self.present,
            self.alarms.inhibited,
            self.told_at,
            self.told,
        )


def _depth(name: str) -> Depth | None:
    if not name:
        return None
    chosen = LEVELS[name]
    return Depth(Priority(chosen.priority), -chosen.limit.value, chosen.delay)

"""The rules of one bed, looked at when their inputs change or their time has come. Pure.

A rule finds conditions; `delay_and_clearing.py` makes levels of them, `alarms.py` a life.
"""

from collections.abc import Collection, Mapping

from monitord.engine.alarm_state import AlarmState, LevelPhase, LevelState, RuleState
from monitord.engine.alarms import alarm_triggers, answer_coverage, silent_levels
from monitord.engine.alarms.alarm_values import noted
from monitord.engine.alarms.alarms import Alarms
from monitord.engine.alarms.delay_and_clearing import (
    Worst,
    refit,
    step_level,
    worst_missed,
    worst_of,
)
from monitord.engine.alarms.fault_keys import key_of
from monitord.engine.alarms.near_miss import near_miss
from monitord.engine.alarms.rule_look import (
    RuleAfterLook,
    RuleInPhase,
    at_rest,
    due_by_time,
    in_phase,
    unless_unanswered,
)
from monitord.engine.alarms.silent_levels import levels_of
from monitord.engine.bed.patient import Patient
from monitord.engine.protocol.own_rules import AWAY, own_rules, unsteady
from monitord.engine.readings.cuff_interference import HELD
from monitord.engine.readings.reading import FrameOutcome, Reading
from monitord.engine.rule_by_key import rule_of
from monitord.engine.rules import Rule
from monitord.engine.rules.equipment_fault import TechnicalRule
from monitord.engine.rules.finding import Condition, Repeat
from monitord.engine.rules.level import Level
from monitord.engine.rules_in_use import RulesInUse
from monitord.engine.rules_to_evaluate import RulesToEvaluate
from monitord.engine.steady_rules import SteadyRules
from monitord.engine.timers import Timers
from monitord.model import (
    NIBP,
    Cause,
    Fault,
    Instant,
    Kind,
    Signal,
)
from monitord.model.frozen import replace


class RuleEvaluator:
    """Mutable, owned by one engine: which rules there are, and what their levels are now."""

    def __init__(self, patient: Patient, alarms: Alarms, timers: Timers) -> None:
        self._patient = patient
        self._alarms = alarms
        self._timers = timers
        self.rules = RulesInUse()
        self._phase: str | None = None
        self._in_phase: dict[str, RuleInPhase] = {}
        self._levels: dict[str, tuple[Level, ...]] = {}
        self._to_evaluate = RulesToEvaluate(timers)
        self._steady = SteadyRules(patient, alarms, timers)
        self._to_move: set[str] = set()
        """Of rules that are looked at together those whose alarms move after the present one's."""

    # Which rules there are.

    def begin(self, known: dict[str, RuleState], at: Instant) -> None:
        """Rules of a new protocol; what the levels knew before goes on (invariant 8)."""
        for state in self._patient.fault_states:
            self._technical(key_of(state.fault))
        self._compile()
        self._alarms.tracks = {key: self._second_edition(t, at) for key, t in known.items()}
        known = self._alarms.tracks
        self._levels = {key: levels for key, levels in self._levels.items() if key in known}
        for key in sorted(known.keys() - self.rules.keys()):
            ended = self._alarms.end(key, at)
            known[key] = replace(ended, levels=())
            self._levels.pop(key, None)
        self.look_at_all(at)

    @property
    def protocol_rules(self) -> frozenset[str]:
        """The rules in use that stand in the protocol; the rest are the engine's own."""
        own = own_rules(self._patient.protocol)
        return frozenset(
            k for k, r in self.rules.items() if k not in own and not isinstance(r, TechnicalRule)
        )

    def take_rules(self, begun: dict[str, tuple[LevelState, ...]]) -> None:
        """Rules of a protocol put right; `begun` is what is known of those that are new."""
        self._compile()
        self._levels = {key: known for key, known in self._levels.items() if key in self.rules}
        for key, states in begun.items():
            started = self._alarms.tracks.get(key) or RuleState(key=key)
            self._alarms.tracks[key] = replace(started, levels=states)
            self._levels[key] = levels_of(self.rules[key], self._patient.phase)[: len(states)]

    def restore(self, tracks: tuple[RuleState, ...], at: Instant) -> None:
        """As they were when a state was taken."""
        for track in tracks:
            self._technical(track.key)
        self._compile()
        self._alarms.tracks = {t.key: self._second_edition(t, at) for t in tracks}
        for key, rule in self.rules.items():
            if key in self._alarms.tracks:
                known = len(self._alarms.tracks[key].levels)
                # An earlier version knew fewer.
                self._levels[key] = levels_of(rule, self._patient.phase)[:known]
                self._to_evaluate.settle(key, self._alarms.tracks[key], rule, self._patient)

    def _second_edition(self, track: RuleState, at: Instant) -> RuleState:
        rule = self.rules.get(track.key)
        if rule is None or track.alarm is None:
            return track
        levels = levels_of(rule, self._patient.phase)
        worst = worst_of(levels, track.levels) if len(levels) == len(track.levels) else None
        depth = None if worst is None else worst.depth
        return replace(track, alarm=alarm_triggers.of_first_edition(track.alarm, depth, at))

    def _compile(self) -> None:
        technical = {k: r for k, r in self.rules.items() if isinstance(r, TechnicalRule)}
        rules = {**self._patient.protocol.rules, **technical, **own_rules(self._patient.protocol)}
        self._use(rules)
        self._to_evaluate.begin(self.rules)

    def _use(self, rules: Mapping[str, Rule]) -> None:
        self._alarms.rules = self.rules = RulesInUse(rules)
        self._in_phase.clear()
        self._steady.forget()

    def _technical(self, key: str) -> None:
        """A fault's rule is made when the fault first appears."""
        if self._patient.settings.bed is not None and key.startswith(f"{Cause.GATEWAY}:"):
            return  # the suite tells it, once for all its beds
        rule = rule_of(key, self._patient.protocol)
        if rule is not None and key not in self.rules:
            self._use({**self.rules, key: rule})

    # When to look.

    def look_at_all(self, at: Instant) -> None:
        """Phase, protocol or settings changed."""
        self._to_evaluate.wake()
        self._steady.forget()
        for key in self.rules:
            self.evaluate(key, at)

    def look_after(self, heard: FrameOutcome, at: Instant) -> None:
        """What a frame brought besides its readings."""
        keys = set[str]()
        if heard.is_back:
            keys |= {AWAY, *(key for key, each in self._alarms.tracks.items() if each.alarm)}
        for signal in heard.returned:
            keys.add(unsteady(signal))
        for signal in heard.contested:
            # Whatever the believed device says.
            keys.update(self._to_evaluate.of(signal))
        if heard.hold_moved:
            # An absence that waits for the cuff may speak.
            keys.update(key for key, rule in self.rules.items() if rule.absence_of in HELD)
        for key in keys:
            if key in self.rules:
                self._timers.set(f"rule:{key}", at)

    def must_look(self, signal: Signal) -> bool:
        """Whether a rule must look at the reading that came."""
        return self._to_evaluate.must_look(signal, self._patient.readings.get(signal))

    def look_at_signals(self, signals: set[Signal], at: Instant) -> None:
        """New readings: the rules that listen to them."""
        readings, keys = self._patient.readings, list[str]()
        for signal in sorted(signals) if len(signals) > 1 else signals:
            reading = readings.get(signal)
            silent = reading is not None and reading.value is None and self._is_silent(signal)
            keys += self._to_evaluate.look(signal, reading, silent=silent)
        if keys:
            self._look_together(dict.fromkeys(keys), at)

    def _is_silent(self, signal: Signal) -> bool:
        """Whether a limit of the signal was on its way when the numbers stopped: its absence speaks for it."""
        for key in self._to_evaluate.of(signal):
            rule, track = self.rules[key], self._alarms.tracks.get(key)
            if track is not None and rule.limit_of and silent_levels.is_silent(track):
                return True
            if track is not None and rule.absence_of and silent_levels.speaks_for_limit(track):
                return True
        return False

    def take_fault(
        self, fault: Fault, at: Instant, *, simulated: bool = False, until: Instant | None = None
    ) -> None:
        """Notes that a fault began or ended; looks at it where that is news."""
        if self._patient.take_fault(fault, at, simulated=simulated, until=until):
            self.evaluate_fault(fault, at)

    def evaluate_fault(self, fault: Fault, at: Instant) -> None:
        """A fault began or ended: its own rule, and those that it inhibits."""
        key = key_of(fault)
        self._technical(key)
        self.evaluate(key, at)
        self.evaluate_alarms(at)

    def audit(self, at: Instant) -> None:
        """An active alarm without a next step is itself an alarm."""
        named = self._alarms.announcer.context.named
        forgotten = {named(key): why for key, why in self._alarms.forgotten(at).items()}
        faults = [
            Fault(cause=Cause.FORGOTTEN, subject=key, present=True, why=why)
            for key, why in forgotten.items()
        ]
        faults += [
            replace(state.fault, present=False)
            for state in self._patient.fault_states
            if state.fault.cause is Cause.FORGOTTEN and state.fault.subject not in forgotten
        ]
        for fault in faults:
            self.take_fault(fault, at)

    def evaluate_alarms(self, at: Instant) -> None:
        """What explains an alarm, and is told instead, came or went."""
        for key, track in list(self._alarms.tracks.items()):
            if track.alarm is not None:
                self.evaluate(key, at)

    def look_at_items(self, items: set[str], at: Instant) -> None:
        """Due times moved."""
        for key, rule in self.rules.items():
            if rule.item in items:
                self.evaluate(key, at)

    def doubted(self, reading: Reading) -> tuple[Fault, Instant]:
        """The fault of pressures that hardly go together, and until when it holds.

        Where a limit's first word asks for the repeat, nothing else does.
        """
        asked = any(
            state.repeat is Repeat.ASKED
            for key, rule in self.rules.items()
            if rule.signal in NIBP and (track := self._alarms.tracks.get(key))
            for state in track.levels
        )
        return self._patient.memory.plausible.told(reading, asked=asked)

    def evaluate(self, key: str, at: Instant) -> None:
        """Evaluates one rule and moves its alarm."""
        if (seen := self._levels_after(key, at)) is None:
            return
        self._move(seen, at)
        limited = seen.rule.limit_of
        if limited is not None and silent_levels.is_silent(self._alarms.tracks[key]):
            # What its sum has reached without a reading is said by the absence.
            for other in self._to_evaluate.of(limited):
                if self.rules[other].absence_of:
                    self.evaluate(other, at)

    def _look_together(self, keys: Collection[str], at: Instant) -> None:
        """Evaluates several rules, then moves their alarms: limits and what is worst first.

        So what is told in the place of others is told before them.
        """
        self._steady.begin_look()
        found = [
            seen
            for key in keys
            if not self._steady.stands(key, self._now(key), at)
            and (seen := self._levels_after(key, at)) is not None
        ]
        if len(found) > 1:
            self._to_move = {seen.key for seen in found}
            leaders = self.rules.leaders
            found.sort(key=lambda s: (*s.urgency, not leaders(s.key).isdisjoint(keys)))
        for seen in found:
            self._to_move.discard(seen.key)
            self._move(seen, at)
        for key in self._steady.led_anew():
            self.evaluate(key, at)

    def _now(self, key: str) -> RuleInPhase | None:
        """The rule in the present phase; None where there is none of this key."""
        phase = self._patient.phase
        if phase != self._phase:
            self._phase = phase
            self._in_phase.clear()
        known = self._in_phase.get(key)
        if known is None and (rule := self.rules.get(key)) is not None:
            known = self._in_phase[key] = in_phase(rule, phase)
        return known

    def _levels_after(self, key: str, at: Instant) -> RuleAfterLook | None:
        """The rule after a look; None where nothing of it holds, begins or ends, and it has no alarm."""
        now = self._now(key)
        if now is None:
            return None
        rule, levels = now.rule, now.levels
        track = self._alarms.tracks.get(key) or RuleState(key=key)
        known_levels = self._levels.get(key)
        before, refitted = track.levels, False
        if known_levels is not levels and known_levels != levels:
            refitted = known_levels is not None
            before = refit(before, known_levels or (), levels)
            self._levels[key] = levels
        found = rule.check(self._patient, at)
        if levels and (absent := rule.absence_of):
            tracks, phase = self._alarms.tracks, self._patient.phase
            found += silent_levels.findings(absent, self.rules, tracks, phase, at)
        alarm = track.alarm
        if before is track.levels and at_rest(track, found):
            self._alarms.tracks[key] = track
            self._settle(key, track, rule, levels, at)
            return None
        if alarm is not None and now.waits and self._answered(alarm, at):
            found = tuple(
                unless_unanswered(*each, at) for each in zip(levels, before, found, strict=True)
            )
        after, clear_delay = before, rule.clear_delay
        for n, (state, finding, level) in enumerate(zip(before, found, levels, strict=True)):
            if state.phase is LevelPhase.IDLE and finding.condition is not Condition.TRUE:
                continue
            moved = step_level(state, finding, level, clear_delay, at)
            if moved is not state:
                after = (*after[:n], moved, *after[n + 1 :])
        if before is track.levels and self._steady.goes_on(track, after, at):
            track = track if after is track.levels else replace(track, levels=after)
            self._alarms.tracks[key] = track
            self._settle(key, track, rule, levels, at)
            return None
        known, track = track, noted(track, after, rule, self._patient, at)
        if track.levels is not known.levels:
            missed = worst_missed(levels, before, after)
            present = track.standing.priority if track.standing else 0
            worse = missed is not None and missed.priority > present
            if missed is not None and worse and rule.alarm_kind is Kind.PHYSIOLOGICAL:
                track = self._missed(track, rule, missed, at)
        return RuleAfterLook(key, rule, levels, track, worst_of(levels, after), refitted)

    def _missed(self, track: RuleState, rule: Rule, missed: Worst, at: Instant) -> RuleState:
        announcer = self._alarms.announcer
        track, line = near_miss(
            track,
            rule,
            missed,
            at,
            patient=self._patient,
            context=announcer.context,
            tracks=self._alarms.tracks.values(),
        )
        if line is not None:
            announcer.record(line)
        return track

    def _move(self, seen: RuleAfterLook, at: Instant) -> None:
        key, rule, track = seen.key, seen.rule, seen.track
        stood = track.standing is not None
        self._alarms.tracks[key] = track
        track = self._alarms.move(
            track, rule, seen.worst, at, applies=bool(seen.levels), refitted=seen.refitted
        )
        self._alarms.tracks[key] = track
        self._settle(key, track, rule, seen.levels, at)
        self._steady.settle(seen, track, at)
        if stood and track.standing is None:
            # What was told in the place of others is over.
            for other, waiting in list(self._alarms.tracks.items()):
                led = waiting.alarm is not None and waiting.alarm.inhibited_by == key
                if led and other not in self._to_move:
                    self.evaluate(other, at)

    def _settle(
        self, key: str, track: RuleState, rule: Rule, levels: tuple[Level, ...], at: Instant
    ) -> None:
        """When the rule must look again."""
        self._to_evaluate.settle(key, track, rule, self._patient)
        self._timers.set(f"rule:{key}", self._next_look(key, track, rule, levels, at))

    def _answered(self, alarm: AlarmState, at: Instant) -> bool:
        """Whether an answer stands to the alarm, or to what is told in its place."""
        cause = self._alarms.tracks.get(alarm.inhibited_by or "")
        return answer_coverage.stands(alarm, at) or (
            cause is not None
            and cause.alarm is not None
            and answer_coverage.stands(cause.alarm, at)
        )

    def _next_look(
        self, key: str, track: RuleState, rule: Rule, levels: tuple[Level, ...], at: Instant
    ) -> Instant | None:
        idle = self._to_evaluate.idle(key)
        ahead = None if idle and not rule.by_time else rule.wake(self._patient, at)
        due = due_by_time(track, rule, levels)
        if due is not None and (ahead is None or due < ahead):
            ahead = due
        # What is due now was looked at now.
        return ahead if ahead is not None and ahead > at else None

"""The rules of one bed, looked at when their inputs change or their time has come. Pure.

A rule finds conditions; `levels.py` makes levels of them, `alarms.py` a life.
"""

from dataclasses import replace
from typing import Final

from monitord.engine.alarms import Alarms
from monitord.engine.equipment import fault_of
from monitord.engine.inhibit import deeper_cause, same_said
from monitord.engine.levels import (
    HOLDS,
    level_deadline,
    refit,
    step_level,
    worst_missed,
    worst_of,
)
from monitord.engine.patient import Patient
from monitord.engine.protocol import Protocol
from monitord.engine.rules import Rule
from monitord.engine.rules.assess import AssessRule
from monitord.engine.rules.away import AwayRule
from monitord.engine.rules.burden import BurdenRule
from monitord.engine.rules.finding import NOT_REACHED, Finding
from monitord.engine.rules.help import HelpRule
from monitord.engine.rules.level import Level
from monitord.engine.rules.limit import LimitRule
from monitord.engine.rules.overdue import OverdueRule
from monitord.engine.rules.rule import Quick
from monitord.engine.rules.technical import TechnicalRule
from monitord.engine.rules.trend import TrendRule
from monitord.engine.state import AlarmPhase, LevelPhase, LevelState, TrackState
from monitord.engine.timers import Timers
from monitord.model import Cause, Fault, Instant, Kind, Priority, Quality, Signal

HELP: Final = "help"
AWAY: Final = "away"
ASSESS: Final = "assess"


def _own() -> dict[str, Rule]:
    """The rules that every bed has, whatever its protocol."""
    return {HELP: HelpRule(), AWAY: AwayRule(), ASSESS: AssessRule()}


def rule_of(key: str, protocol: Protocol) -> Rule | None:
    """The rule of this key: the protocol's, Help, or a fault's `cause:subject`."""
    if key == HELP:
        return HelpRule()
    if key == AWAY:
        return AwayRule()
    if key == ASSESS:
        return AssessRule()
    if (fault := fault_of(key)) is not None:
        return TechnicalRule(cause=fault[0], subject=fault[1])
    return protocol.rules.get(key)


class Rounds:
    """Mutable, owned by one engine: which rules there are, and what their levels are now."""

    def __init__(self, patient: Patient, alarms: Alarms, timers: Timers) -> None:
        self._patient = patient
        self._alarms = alarms
        self._timers = timers
        self.rules: dict[str, Rule] = {}
        self._by_signal: dict[Signal, tuple[str, ...]] = {}
        self._same: dict[Signal, tuple[str, ...]] = {}
        """Rules that are silent while a limit of the signal says the same."""
        self._levels: dict[str, tuple[Level, ...]] = {}
        self._quick: dict[str, Quick | None] = {}
        self._idle: set[str] = set()

    # Which rules there are.

    def begin(self, known: dict[str, TrackState], at: Instant) -> None:
        """Rules of a new protocol; what the levels knew before goes on (invariant 8)."""
        for state in self._patient.fault_states:
            self._technical(f"{state.fault.cause}:{state.fault.subject}")
        self._compile()
        self._alarms.tracks = known
        self._levels = {key: levels for key, levels in self._levels.items() if key in known}
        for key in sorted(known.keys() - self.rules.keys()):
            ended = self._alarms.end(key, at)
            known[key] = replace(ended, levels=())
            self._levels.pop(key, None)
        self.look_at_all(at)

    @property
    def protocol_rules(self) -> frozenset[str]:
        """The rules in use that stand in the protocol; the rest are the engine's own."""
        own = {HELP, AWAY, ASSESS}
        return frozenset(
            k for k, r in self.rules.items() if k not in own and not isinstance(r, TechnicalRule)
        )

    def take_rules(self, begun: dict[str, tuple[LevelState, ...]]) -> None:
        """Rules of a protocol put right; `begun` is what is known of those that are new."""
        self._compile()
        self._levels = {key: known for key, known in self._levels.items() if key in self.rules}
        for key, states in begun.items():
            started = self._alarms.tracks.get(key) or TrackState(key=key)
            self._alarms.tracks[key] = replace(started, levels=states)
            self._levels[key] = self.rules[key].levels_in(self._patient.phase)

    def restore(self, tracks: tuple[TrackState, ...]) -> None:
        """As they were when a state was taken."""
        for track in tracks:
            self._technical(track.key)
        self._compile()
        self._alarms.tracks = {track.key: track for track in tracks}
        for key, rule in self.rules.items():
            if key in self._alarms.tracks:
                self._levels[key] = rule.levels_in(self._patient.phase)
                self._settle(key, self._alarms.tracks[key], rule)

    def _compile(self) -> None:
        technical = {k: r for k, r in self.rules.items() if isinstance(r, TechnicalRule)}
        rules = {**self._patient.protocol.rules, **technical, **_own()}
        # In the order of their names: the same however this engine came to know them.
        self.rules = dict(sorted(rules.items()))
        self._idle.clear()
        by_signal: dict[Signal, list[str]] = {}
        for key, rule in self.rules.items():
            for signal in rule.inputs:
                by_signal.setdefault(signal, []).append(key)
        self._by_signal = {signal: tuple(keys) for signal, keys in by_signal.items()}
        same: dict[Signal, list[str]] = {}
        for key, rule in self.rules.items():
            if isinstance(rule, BurdenRule | TrendRule):
                same.setdefault(rule.signal, []).append(key)
        self._same = {signal: tuple(keys) for signal, keys in same.items()}

    def _technical(self, key: str) -> None:
        """A fault's rule is made when the fault first appears."""
        if self._patient.settings.bed is not None and key.startswith(f"{Cause.GATEWAY}:"):
            return  # the suite tells it, once for all its beds
        rule = rule_of(key, self._patient.protocol)
        if rule is not None and key not in self.rules:
            self.rules = dict(sorted([*self.rules.items(), (key, rule)]))

    # When to look.

    def look_at_all(self, at: Instant) -> None:
        """Phase, protocol or settings changed."""
        self._idle.clear()
        for key in self.rules:
            self.look(key, at)

    def look_at_signals(self, signals: set[Signal], at: Instant) -> None:
        """New readings: the rules that listen to them."""
        readings = self._patient.readings
        for signal in sorted(signals) if len(signals) > 1 else signals:
            reading = readings.get(signal)
            good = reading is not None and reading.quality is Quality.GOOD
            for key in self._by_signal.get(signal, ()):
                if good and reading and key in self._idle and reading.value is not None:
                    quick = self._quick[key]
                    if quick is not None and quick.low < reading.value < quick.high:
                        if quick.again is not None:
                            again = Instant(reading.at + quick.again)
                            self._timers.set(f"rule:{key}", again)
                        continue
                self.look(key, at)

    def look_at_fault(self, fault: Fault, at: Instant) -> None:
        """A fault began or ended: its own rule, and those that it inhibits."""
        self._technical(f"{fault.cause}:{fault.subject}")
        self.look(f"{fault.cause}:{fault.subject}", at)
        self.look_at_alarms(at)

    def look_at_alarms(self, at: Instant) -> None:
        """What explains an alarm, and is told instead, came or went."""
        for key, track in list(self._alarms.tracks.items()):
            if track.alarm is not None:
                self.look(key, at)

    def look_at_items(self, items: set[str], at: Instant) -> None:
        """Due times moved."""
        for key, rule in self.rules.items():
            if isinstance(rule, OverdueRule) and rule.item in items:
                self.look(key, at)

    def look(self, key: str, at: Instant) -> None:
        """Evaluates one rule and moves its alarm."""
        rule = self.rules.get(key)
        if rule is None:
            return
        levels = rule.levels_in(self._patient.phase)
        track = self._alarms.tracks.get(key) or TrackState(key=key)
        before = self._fitted(key, track.levels, levels)
        found = rule.check(self._patient, at)
        if _answered(track):
            found = tuple(map(_unless_unanswered, levels, before, found))
        after = tuple(
            [
                step_level(state, finding, level.delay, rule.clear_delay, at)
                for state, finding, level in zip(before, found, levels, strict=True)
            ]
        )
        if after != track.levels:
            track = replace(track, levels=after)
            missed = worst_missed(levels, before, after)
            present = track.alarm.priority if track.alarm else 0
            worse = missed is not None and missed.priority > present
            if missed is not None and worse and rule.alarm_kind is Kind.PHYSIOLOGICAL:
                track = self._alarms.near_miss(track, rule, missed, at)
        worst = worst_of(levels, after)
        if worst is not None or track.alarm is not None:
            cause = deeper_cause(rule, self._patient, at, worst.priority if worst else None)
            cause = cause or same_said(rule, worst, self.rules, self._alarms.tracks)
            track = self._alarms.move(
                track, rule, worst, at, inhibited_by=cause, applies=bool(levels)
            )
        known = self._alarms.tracks.get(key)
        self._alarms.tracks[key] = track
        self._settle(key, track, rule)
        self._timers.set(f"rule:{key}", self._next_look(key, track, rule, levels, at))
        if isinstance(rule, LimitRule) and _standing(known) != _standing(track):
            for other in self._same.get(rule.signal, ()):
                if (shadow := self._alarms.tracks.get(other)) and shadow.alarm:
                    self.look(other, at)

    def _fitted(
        self, key: str, states: tuple[LevelState, ...], levels: tuple[Level, ...]
    ) -> tuple[LevelState, ...]:
        if self._levels.get(key) is not levels:
            states = refit(states, self._levels.get(key, ()), levels)
            self._levels[key] = levels
        return states

    def _settle(self, key: str, track: TrackState, rule: Rule) -> None:
        """Whether the next good reading may be passed over."""
        if key not in self._idle or isinstance(rule, TrendRule):
            self._quick[key] = rule.quick(self._patient)
        if track.alarm is None and all(s.phase is LevelPhase.IDLE for s in track.levels):
            self._idle.add(key)
        else:
            self._idle.discard(key)

    def _next_look(
        self, key: str, track: TrackState, rule: Rule, levels: tuple[Level, ...], at: Instant
    ) -> Instant | None:
        idle = key in self._idle
        ahead = None if idle and not rule.by_time else rule.wake(self._patient, at)
        for state, level in zip(track.levels, levels, strict=True):
            if state.phase is LevelPhase.IDLE:
                continue
            deadline = level_deadline(state, level.delay, rule.clear_delay)
            if deadline is not None and (ahead is None or deadline < ahead):
                ahead = deadline
        return ahead


def _standing(track: TrackState | None) -> tuple[AlarmPhase, Priority] | None:
    alarm = track.alarm if track else None
    return (alarm.phase, alarm.priority) if alarm else None


def _answered(track: TrackState) -> bool:
    alarm = track.alarm
    if alarm is None:
        return False
    return alarm.phase is AlarmPhase.ACKNOWLEDGED or alarm.telling.accepted_by is not None


def _unless_unanswered(level: Level, state: LevelState, finding: Finding) -> Finding:
    """A level that an answer keeps away, as long as it has not been reached."""
    return NOT_REACHED if level.unanswered and state.phase not in HOLDS else finding

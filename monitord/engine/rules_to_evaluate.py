"""Which rules look at a new reading, and which are passed over: most readings change nothing. Pure.

An idle rule says between which values of its signal a reading makes no level of it true (`Quick`): a good
one, or any. Of all idle rules of a signal together that is one band, kept until one of them changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf

from monitord.engine.alarm_state import LevelPhase, RuleState
from monitord.engine.alarms.steady_rule import is_settled
from monitord.engine.readings.reading import Reading
from monitord.engine.rules import Rule
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import Quick
from monitord.engine.rules.trend import TrendRule
from monitord.engine.rules_in_use import RulesInUse
from monitord.engine.timers import Timers
from monitord.model import AlarmPhase, Instant, Quality, Signal, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class _Band:
    """Values that all idle rules of a signal pass over.

    `timed` are those of them that must be looked at some time after it, `awake` the other rules.
    """

    low: float
    high: float
    idle: Mapping[str, Quick]
    timed: tuple[tuple[str, Span], ...]
    awake: tuple[str, ...]


class RulesToEvaluate:
    """Mutable, owned by one evaluator."""

    def __init__(self, timers: Timers) -> None:
        self._timers = timers
        self._rules = RulesInUse()
        self._quick: dict[str, Quick | None] = {}
        self._idle: set[str] = set()
        self._bands: dict[Signal, _Band] = {}

    def begin(self, rules: RulesInUse) -> None:
        """These rules from here on, all of them awake."""
        self._rules = rules
        self.wake()

    def wake(self) -> None:
        """What was idle is looked at again: phase, protocol or settings changed."""
        self._idle.clear()
        self._bands.clear()

    def of(self, signal: Signal) -> tuple[str, ...]:
        """The rules that listen to a signal."""
        return self._rules.reading.get(signal, ())

    def idle(self, key: str) -> bool:
        """Whether the rule may be passed over."""
        return key in self._idle

    def settle(self, key: str, track: RuleState, rule: Rule, patient: PatientView) -> None:
        """After a look: whether the next good reading may pass the rule over."""
        awake = not _at_rest(track) or any(s.phase is not LevelPhase.IDLE for s in track.levels)
        if awake is (key not in self._idle) and (awake or not isinstance(rule, TrendRule)):
            return
        if awake:
            self._idle.discard(key)
        else:
            self._idle.add(key)
            self._quick[key] = rule.quick(patient)
        for signal in rule.inputs:
            self._bands.pop(signal, None)

    def must_look(self, signal: Signal, reading: Reading | None) -> bool:
        """Whether a rule must look at this reading; where none must, those that look again later are told when."""
        if reading is None or reading.value is None or reading.quality is not Quality.GOOD:
            return any(True for _ in self.look(signal, reading))
        band = self._bands.get(signal) or self._band(signal)
        if band.awake or not band.low < reading.value < band.high:
            return True
        for key, again in band.timed:
            self._timers.set(f"rule:{key}", Instant(reading.at + again))
        return False

    def look(
        self, signal: Signal, reading: Reading | None, *, silent: bool = False
    ) -> Iterator[str]:
        """The rules that must look at this reading; when an idle one must look, its timer says.

        `silent`: a limit was on its way when the numbers stopped, and its absence must look.
        """
        if reading is None:
            yield from self.of(signal)
            return
        value, at = reading.value, reading.at
        band = self._bands.get(signal) or self._band(signal)
        if value is None or reading.quality is not Quality.GOOD:
            for key in self.of(signal):
                quick = band.idle.get(key)
                if quick is not None and quick.passes_any(value):
                    continue
                counts = silent or value is not None or self._rules[key].hears_silence
                if counts or self._is_due(key, at):
                    yield key
            return
        if band.low < value < band.high:
            for key, again in band.timed:
                self._timers.set(f"rule:{key}", Instant(at + again))
            yield from band.awake
            return
        for key in self.of(signal):
            quick = band.idle.get(key)
            if quick is None or not quick.low < value < quick.high:
                yield key
            elif quick.again is not None:
                self._timers.set(f"rule:{key}", Instant(at + quick.again))

    def _is_due(self, key: str, at: Instant) -> bool:
        due = self._timers.when(f"rule:{key}")
        return due is not None and due <= at

    def _band(self, signal: Signal) -> _Band:
        keys = self.of(signal)
        known = {key: self._quick[key] for key in keys if key in self._idle}
        idle = {key: quick for key, quick in known.items() if quick is not None}
        band = self._bands[signal] = _Band(
            low=max((quick.low for quick in idle.values()), default=-inf),
            high=min((quick.high for quick in idle.values()), default=inf),
            idle=idle,
            timed=tuple((key, q.again) for key, q in idle.items() if q.again is not None),
            awake=tuple(key for key in keys if key not in idle),
        )
        return band


def _at_rest(track: RuleState) -> bool:
    """Whether nothing of a rule moves as long as none of its levels does: no alarm, or one that is over."""
    alarm = track.alarm
    if track.good or track.doubtful:
        return False
    return alarm is None or (
        alarm.phase is AlarmPhase.RESTING
        and alarm.now is None
        and alarm.peak_until is not None
        and alarm.inhibited_by is None
        and is_settled(alarm)
    )

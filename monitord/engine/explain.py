"""Why a bed is as it is: every rule with what it saw, what it waits for, what comes next. Pure.

A function of `State` alone, so the answer is the same live, after a restart and from the journal.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitord.engine.alarm_state import AlarmState, Covered, LevelPhase, LevelState, RuleState
from monitord.engine.alarms.alarm_pause import ALARM_PAUSED
from monitord.engine.alarms.delay_and_clearing import needs, sum_at
from monitord.engine.bed.news2 import news2
from monitord.engine.bed.patient import Patient
from monitord.engine.protocol.own_rules import AWAY
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.readings import old_readings, plausibility
from monitord.engine.readings.limit_value import parse_limit
from monitord.engine.readings.said_reading import beyond, whole
from monitord.engine.rule_by_key import rule_of
from monitord.engine.rule_name import named
from monitord.engine.rules import ProtocolRule, Rule
from monitord.engine.rules.burden import BurdenRule
from monitord.engine.rules.finding import Condition, Repeat
from monitord.engine.rules.level import Level
from monitord.engine.session.overlay import in_force, titled
from monitord.engine.staff import standing_prompts as prompts
from monitord.engine.state import State
from monitord.model import (
    DEFAULT_LANGUAGE,
    HOUR,
    SIGNALS,
    AlarmPhase,
    CorrectProtocol,
    Instant,
    Quality,
    Said,
    Sentence,
    Signal,
    Span,
    in_words,
    say,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One rule by key and in words: its state (a key of the vocabulary `state`), then what it saw, line by line."""

    key: str
    name: Sentence
    state: str
    lines: tuple[Said, ...]


def explain(state: State) -> tuple[Explained, ...]:
    """Every rule of the bed, those that hold or wait first."""
    if state.settings is None:
        return ()
    patient = Patient.restored(state)
    tracks = {track.key: track for track in state.tracks}
    keys = dict.fromkeys([*tracks, *patient.protocol.rules])
    found = [
        _one(key, rule, tracks.get(key, RuleState(key=key)), patient, state)
        for key in keys
        if (rule := rule_of(key, patient.protocol)) is not None
    ]
    return tuple(sorted(found, key=lambda each: _ORDER.index(each.state)))


_ALARM_STATES = {
    AlarmPhase.ACTIVE: "alarm",
    AlarmPhase.LATCHED: "latched",
    AlarmPhase.ANSWERED: "acknowledged",
}
_ORDER = ("alarm", "latched", "acknowledged", "waits", "cannot_tell", "quiet", "rests")


_OLD_SHOWN = 3
# Beside a rule; the text of the whole bed has them all.


def _one(key: str, rule: Rule, track: RuleState, patient: Patient, state: State) -> Explained:
    levels, name = rule.levels_in(patient.phase), named(key, patient.protocol)
    if not levels and track.standing is None:
        return Explained(key=key, name=name, state="rests", lines=((say("why.rests"),),))
    pairs = list(zip(levels, track.levels, strict=False))
    lines = [*_inputs(rule, patient, state.now)]
    for level, found in pairs:
        lines += _level(rule, level, found, patient, state.now)
    if track.alarm is not None:
        lines += [(each,) for each in _alarm(track.alarm, patient.protocol, state.now)]
    if track.standing is not None:
        word = _ALARM_STATES[track.standing.phase]
        return Explained(key=key, name=name, state=word, lines=tuple(lines))
    findings = rule.check(patient, state.now)
    if any(found.phase is LevelPhase.PENDING for _, found in pairs):
        word = "waits"
    elif findings and all(finding.condition is Condition.UNKNOWN for finding in findings):
        word = "cannot_tell"
    else:
        word = "quiet"
    return Explained(key=key, name=name, state=word, lines=tuple(lines))


def _inputs(rule: Rule, patient: Patient, at: Instant) -> Iterator[Said]:
    for signal in sorted(rule.inputs):
        yield (_input(signal, patient, at),)
        kept = patient.memory.old.of(signal)[-_OLD_SHOWN:]
        yield from ((each,) for each in old_readings.said(kept, at))
    if isinstance(rule, BurdenRule) and (known := patient.burden(rule.signal, rule.beyond)):
        points = known.until(at, patient.readings.get(rule.signal)).points
        yield (say("input.burden", points=round(points), limit=beyond(rule.beyond)),)


def _input(signal: Signal, patient: Patient, at: Instant) -> Sentence:
    reading = patient.readings.get(signal)
    if reading is None:
        return say("input.none", signal=signal, age=_ago(patient.watched_since, at))
    age = _ago(reading.at, at)
    if reading.value is None:
        what = say("input.no_value", signal=signal, age=age)
    elif (unit := SIGNALS[signal].unit) != _NO_UNIT:
        what = say("input", signal=signal, value=whole(signal, reading.value), unit=unit, age=age)
    else:
        what = say("input.unitless", signal=signal, value=whole(signal, reading.value), age=age)
    if reading.quality is not Quality.GOOD:
        what = say("input.marked", what=what, quality=reading.quality)
    if reading.simulated:
        what = say("input.simulated", what=what)
    if at >= reading.fresh_until:
        return say("input.too_old", what=what)
    return say("input.counts", what=what, rest=reading.fresh_until - at)


_NO_UNIT = "1"
_HELD = {Condition.UNKNOWN: "level.held", Condition.FALSE: "level.shrinks"}


def _level(
    rule: Rule, level: Level, found: LevelState, patient: Patient, at: Instant
) -> Iterator[Said]:
    word = level.priority.word
    match found.phase:
        case LevelPhase.PENDING:
            total = sum_at(found, at)
            missing = needs(found, level) - total
            waits = say("level.waits_reading", priority=word, lasted=total)
            if missing > 0:
                waits = say("level.waits", **waits.values, rest=missing)
            held = _HELD.get(found.condition)
            doubt = (say("level.doubtful"),) if found.doubtful else ()
            yield (waits, *doubt, *((say(held),) if held else ()))
        case LevelPhase.HOLDING:
            unsure = (say("level.unsure"),) if found.condition is Condition.UNKNOWN else ()
            says = rule.says(level, found, patient, at)
            yield (say("level.holds", priority=word, what=says), *unsure)
            if found.repeat is not Repeat.NONE:
                due = found.since + level.repeat_due
                if due > at:
                    yield (say("level.repeat", priority=word, rest=due - at),)
                else:
                    yield (say("level.repeat_over", priority=word),)
        case LevelPhase.CLEARING:
            ends = found.clear_from + rule.clear_delay
            yield (say("level.clears", priority=word, rest=max(0, ends - at)),)
        case LevelPhase.IDLE:
            return


_NEVER = 365 * 24 * HOUR
# A replay has a route that tells nobody: its next step never comes.
_DECIDED = {AWAY: "alarm.away", ALARM_PAUSED: "alarm.paused"}


def _alarm(alarm: AlarmState, protocol: Protocol, at: Instant) -> Iterator[Sentence]:
    yield say("alarm.since", priority=alarm.priority.word, age=_ago(alarm.started_at, at))
    if alarm.inhibited_by in _DECIDED:
        yield say(_DECIDED[alarm.inhibited_by])
    elif alarm.inhibited_by:
        yield say("alarm.instead", other=named(alarm.inhibited_by, protocol))
    if alarm.answered_by and alarm.expires_at is not None:
        key = "acknowledged" if alarm.telling.accepted_by is None else "accepted"
        yield say(f"alarm.{key}", by=alarm.answered_by, rest=alarm.expires_at - at)
    if alarm.covers is not None:
        yield _covers(alarm.covers)
    if alarm.phase is AlarmPhase.RESTING:
        yield say("alarm.rests")
    if alarm.audio_paused_until is not None and alarm.audio_paused_until > at:
        yield say("alarm.audio_paused", rest=alarm.audio_paused_until - at)
    if alarm.phase is AlarmPhase.LATCHED:
        yield say("alarm.latched")
    if alarm.telling.told:
        yield say("alarm.told", names=", ".join(alarm.telling.told))
    if alarm.telling.next_at is not None and alarm.telling.next_at - at < _NEVER:
        yield say("alarm.next", rest=max(0, alarm.telling.next_at - at))


def _covers(covers: Covered) -> Sentence:
    """What may come without a word, until it fades."""
    if covers.depth is None and covers.value is None:
        return say("alarm.covers_nothing")
    if covers.depth is None:
        return say("alarm.covers_only", value=covers.value or 0.0)
    priority = covers.depth.priority.word
    if covers.value is None:
        return say("alarm.covers", priority=priority)
    return say("alarm.covers_value", priority=priority, value=covers.value)


def as_text(state: State, *, keys: bool = False) -> str:
    """For a person: the bed in a sentence, then every rule that is not simply quiet.

    With `keys` each rule has beside its words the key by which the protocol's file and alarm ids name it.
    """
    language = DEFAULT_LANGUAGE if state.settings is None else state.settings.language

    def words(said: Sentence | Said) -> str:
        return in_words(said, language)

    def called(each: Explained) -> Sentence:
        return say("bed.keyed", name=each.name, rule=each.key) if keys else each.name

    lines = [words(_heading(state)), *(words(each) for each in _asked(state))]
    explained = explain(state)
    for each in explained:
        if each.state in {"quiet", "rests"}:
            continue
        lines.append(words(say("bed.rule", rule=called(each), state=each.state)))
        lines += [f"    {words(line)}" for line in each.lines]
    score = news2({each.signal: each for each in state.readings}, state.now)
    if state.session is not None and score is not None:
        lines.append(words(say("news2.shown", score=score.said())))
    for group in ("quiet", "rests"):
        if names := _each_once(called(each) for each in explained if each.state == group):
            lines.append(words(say(f"bed.{group}", rules=names)))
    lines += [words(each) for each in plausibility.said(state.belief)]
    lines += [words(each) for each in old_readings.said(state.old, state.now)]
    return "\n".join(lines) + "\n"


def _each_once(names: Iterable[Sentence]) -> tuple[Sentence, ...]:
    """Two rules may have one name."""
    found: list[Sentence] = []
    for name in names:
        if name not in found:
            found.append(name)
    return tuple(found)


def _heading(state: State) -> Said:
    bed = state.settings.bed if state.settings else None
    where = say("bed.suite") if bed is None else say("bed", bed=bed)
    if state.session is None:
        return (say("bed.empty", where=where),)
    session = state.session
    since = _ago(session.phase_since, state.now)
    stands = say("bed.session", where=where, session=session.id, phase=session.phase, age=since)
    if session.phase_ends is None:
        return (stands,)
    rest = session.phase_ends - state.now
    return (stands, say("bed.ends", rest=rest) if rest > 0 else say("bed.ended", age=-rest))


def _asked(state: State) -> Iterator[Sentence]:
    """What goes on besides the plan, and what the protocol asks."""
    session = state.session
    if session is not None and session.reaction is not None:
        began = _ago(session.reaction.since, state.now)
        yield say("bed.reaction", age=began, reason=session.reaction.reason, by=session.reaction.by)
    if session is not None and session.paused_since is not None:
        yield say("bed.paused", age=_ago(session.paused_since, state.now))
    yield from _suppressed(state)
    settings = state.session_settings or state.settings
    steps = session.steps if session else ()
    corrected = [step for step in steps if isinstance(step.action, CorrectProtocol)]
    for step in corrected:
        action = step.action
        if isinstance(action, CorrectProtocol):
            known = settings.protocols if settings else {}
            yield say(
                "bed.corrected" if step is corrected[-1] else "bed.corrected_before",
                age=_ago(step.at, state.now),
                terms=titled(known.get(action.protocol), action),
                reason=action.reason,
                by=action.by,
            )
    rules = in_force(settings, session).rules if settings and session else {}
    for made in session.adjusted if session else ():
        yield say(
            "bed.adjusted",
            rule=_signal_of(made.rule, rules),
            priority=made.priority.word,
            was=beyond(parse_limit(made.was)),
            limit=beyond(parse_limit(made.limit)),
            reason=made.reason,
            by=made.by,
        )
    for each in prompts.standing(state):
        key = "bed.asked_kept" if each.kept else "bed.asked"
        yield say(key, age=_ago(each.since, state.now), prompt=each.said)


def _signal_of(key: str, rules: Mapping[str, ProtocolRule]) -> Sentence:
    """What a rule watches, in a word."""
    rule = rules.get(key)
    signal = None if rule is None else rule.signal
    return say("as_written", text=key) if signal is None else say("signal", signal=signal)


def _suppressed(state: State) -> Iterator[Sentence]:
    """What keeps more than one rule quiet, why, and until when (design invariant 7)."""
    away = state.session.away if state.session else None
    if away is not None:
        since, rest = _ago(away.since, state.now), away.until - state.now
        over = say("bed.away_over", age=since, reason=away.reason, by=away.by)
        yield say("bed.away", **over.values, rest=rest) if rest > 0 else over
    held = state.hold
    if held is not None and held.since <= state.now < held.until:
        yield say("bed.cuff", rest=held.until - state.now)


def _ago(then: Instant, now: Instant) -> Span:
    return max(0, now - then)

"""Why a bed is as it is: every rule with what it saw, what it waits for, what comes next. Pure.

A function of `State` alone, so the answer is the same live, after a restart and from the journal.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from monitord.engine import plausible, prompts
from monitord.engine.news2 import news2
from monitord.engine.patient import Patient
from monitord.engine.pause import ALARM_PAUSED
from monitord.engine.rounds import AWAY, rule_of
from monitord.engine.rules import Rule
from monitord.engine.rules.burden import BurdenRule
from monitord.engine.rules.finding import Condition
from monitord.engine.rules.level import Level
from monitord.engine.state import AlarmPhase, AlarmState, LevelPhase, LevelState, State, TrackState
from monitord.engine.text import sentence, spoken
from monitord.model import SIGNALS, CorrectProtocol, Instant, Quality, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One rule: its state in a word, then sentences."""

    key: str
    state: str
    lines: tuple[str, ...]


def explain(state: State) -> tuple[Explained, ...]:
    """Every rule of the bed, those that hold or wait first."""
    if state.settings is None:
        return ()
    patient = Patient.restored(state)
    tracks = {track.key: track for track in state.tracks}
    keys = dict.fromkeys([*tracks, *patient.protocol.rules])
    found = [
        _one(key, rule, tracks.get(key, TrackState(key=key)), patient, state)
        for key in keys
        if (rule := rule_of(key, patient.protocol)) is not None
    ]
    return tuple(sorted(found, key=lambda each: _ORDER.index(each.state)))


_ALARM_WORDS = {
    AlarmPhase.ACTIVE: "alarm",
    AlarmPhase.LATCHED: "latched",
    AlarmPhase.ACKNOWLEDGED: "acknowledged",
}
_ORDER = ("alarm", "latched", "acknowledged", "waits", "cannot tell", "quiet", "rests")


def _one(key: str, rule: Rule, track: TrackState, patient: Patient, state: State) -> Explained:
    levels = rule.levels_in(patient.phase)
    if not levels and track.alarm is None:
        return Explained(key=key, state="rests", lines=("not watched in this phase",))
    pairs = list(zip(levels, track.levels, strict=False))
    lines = [*_inputs(rule, patient, state.now)]
    for level, found in pairs:
        lines += _level(rule, level, found, patient, state.now)
    if track.alarm is not None:
        lines += _alarm(track.alarm, state.now)
        return Explained(key=key, state=_ALARM_WORDS[track.alarm.phase], lines=tuple(lines))
    findings = rule.check(patient, state.now)
    if any(found.phase is LevelPhase.PENDING for _, found in pairs):
        word = "waits"
    elif findings and all(finding.condition is Condition.UNKNOWN for finding in findings):
        word = "cannot tell"
    else:
        word = "quiet"
    return Explained(key=key, state=word, lines=tuple(lines))


def _inputs(rule: Rule, patient: Patient, at: Instant) -> Iterator[str]:
    for signal in sorted(rule.inputs):
        yield _input(signal, patient, at)
    if isinstance(rule, BurdenRule) and (known := patient.burden(rule.signal, rule.beyond)):
        points = known.until(at, patient.readings.get(rule.signal)).points
        yield f"{points:.0f} points {rule.beyond}: depth times seconds, paid back outside"


def _input(signal: Signal, patient: Patient, at: Instant) -> str:
    spec = SIGNALS[signal]
    reading = patient.readings.get(signal)
    if reading is None:
        return f"{spec.label}: no reading since {_ago(patient.watched_since, at)}"
    value = "no value" if reading.value is None else f"{reading.value:g} {_unit(spec.unit)}".strip()
    quality = "" if reading.quality is Quality.GOOD else f", {_words(reading.quality)}"
    mark = ", simulated" if reading.simulated else ""
    age = _ago(reading.at, at)
    if at >= reading.fresh_until:
        return f"{spec.label}: {value}{quality} from {age}{mark}: too old to count"
    counts_until = spoken(reading.fresh_until - at)
    return f"{spec.label}: {value}{quality} from {age}{mark}, counts for another {counts_until}"


def _level(
    rule: Rule, level: Level, found: LevelState, patient: Patient, at: Instant
) -> Iterator[str]:
    word = level.priority.word
    match found.phase:
        case LevelPhase.PENDING:
            ends = found.since + level.delay
            rest = f"in {spoken(ends - at)}" if ends > at else "with the next good reading"
            held = "; held: no good reading now" if found.condition is Condition.UNKNOWN else ""
            yield f"{word}: true for {spoken(at - found.since)}, alarms {rest} unless it ends{held}"
        case LevelPhase.HOLDING:
            says = sentence(rule, level, found, patient, at)
            unsure = (
                "; no good reading says that it is over"
                if found.condition is Condition.UNKNOWN
                else ""
            )
            yield f"{word}: {says}, since {_ago(found.since, at)}{unsure}"
        case LevelPhase.CLEARING:
            ends = found.clear_from + rule.clear_delay
            yield f"{word}: back inside, clears in {spoken(max(0, ends - at))} if it stays"
        case LevelPhase.IDLE:
            return


_DECIDED = {AWAY: "the patient is away", ALARM_PAUSED: "staff paused technical alarms"}


def _alarm(alarm: AlarmState, at: Instant) -> Iterator[str]:
    yield f"alarm {alarm.id}, {alarm.priority.word}, since {_ago(alarm.started_at, at)}"
    if alarm.inhibited_by:
        why = _DECIDED.get(alarm.inhibited_by, f"{alarm.inhibited_by} is told instead")
        yield f"told to nobody: {why}"
    if alarm.answered_by and alarm.expires_at is not None:
        verb = "acknowledged" if alarm.phase is AlarmPhase.ACKNOWLEDGED else "accepted"
        yield f"{verb} by {alarm.answered_by}, sounds again in {spoken(alarm.expires_at - at)}"
    if alarm.audio_paused_until is not None and alarm.audio_paused_until > at:
        yield f"audio paused for another {spoken(alarm.audio_paused_until - at)}"
    if alarm.phase is AlarmPhase.LATCHED:
        yield "it is over, and stays until somebody acknowledges"
    if alarm.telling.told:
        yield f"told: {', '.join(alarm.telling.told)}"
    if alarm.telling.next_at is not None:
        yield f"next step in {spoken(max(0, alarm.telling.next_at - at))} unless somebody answers"


def as_text(state: State) -> str:
    """For a person: the bed in a sentence, then every rule that is not simply quiet."""
    lines = [_heading(state), *_asked(state)]
    explained = explain(state)
    for each in explained:
        if each.state in {"quiet", "rests"}:
            continue
        lines.append(f"{each.key}: {each.state}")
        lines += [f"    {line}" for line in each.lines]
    quiet = [each.key for each in explained if each.state == "quiet"]
    resting = [each.key for each in explained if each.state == "rests"]
    score = news2({each.signal: each for each in state.readings}, state.now)
    if state.session is not None and score is not None:
        lines.append(f"{score.words()}; shown only, nothing alarms on it")
    if quiet:
        lines.append(f"quiet, with good readings: {', '.join(quiet)}")
    if resting:
        lines.append(f"not watched in this phase: {', '.join(resting)}")
    lines += plausible.in_words(state.belief)
    return "\n".join(lines) + "\n"


def _heading(state: State) -> str:
    bed = (
        "the suite"
        if state.settings is None or state.settings.bed is None
        else (f"bed {state.settings.bed}")
    )
    if state.session is None:
        return f"{bed}: no session"
    session = state.session
    ends = "" if session.phase_ends is None else _planned(session.phase_ends, state.now)
    since = _ago(session.phase_since, state.now)
    return f"{bed}: session {session.id}, {session.phase} since {since}{ends}"


def _asked(state: State) -> Iterator[str]:
    """What goes on besides the plan, and what the protocol asks."""
    session = state.session
    if session is not None and session.reaction is not None:
        began = _ago(session.reaction.since, state.now)
        yield f"reaction since {began}: {session.reaction.reason} ({session.reaction.by})"
    if session is not None and session.paused_since is not None:
        yield f"infusion paused since {_ago(session.paused_since, state.now)}"
    yield from _suppressed(state)
    for step in session.steps if session else ():
        if isinstance(step.action, CorrectProtocol):
            terms = "+".join((step.action.protocol, *step.action.overlays))
            when = _ago(step.at, state.now)
            yield f"put right {when}: {terms}, {step.action.reason} ({step.action.by})"
    for made in session.adjusted if session else ():
        own = f"{made.rule} {made.priority.word} {made.was}"
        yield f"adjusted: {own} is {made.limit} for this patient, {made.reason} ({made.by})"
    for each in prompts.standing(state):
        why = f" ({each.why})" if each.why else ""
        over = ", over; kept for this session" if each.kept else ""
        yield f"asked since {_ago(each.since, state.now)}: {each.asks}{why}{over}"


def _suppressed(state: State) -> Iterator[str]:
    """What keeps more than one rule quiet, why, and until when (design invariant 7)."""
    away = state.session.away if state.session else None
    if away is not None:
        rest = away.until - state.now
        ends = (
            f"told to nobody for another {spoken(rest)}" if rest > 0 else "told: the time is over"
        )
        yield f"away since {_ago(away.since, state.now)}: {away.reason} ({away.by}); silence is {ends}"
    held = state.hold
    if held is not None and held.since <= state.now < held.until:
        rest = held.until - state.now
        yield (
            "cuff inflated on the probe's arm: SpO2 and pulse do not count "
            f"for another {spoken(rest)}"
        )


def _planned(ends: Instant, now: Instant) -> str:
    if ends > now:
        return f", planned to end in {spoken(ends - now)}"
    return f", planned to end {_ago(ends, now)}"


def _ago(then: Instant, now: Instant) -> str:
    return f"{spoken(max(0, now - then))} ago"


def _unit(unit: str) -> str:
    return {"1": "", "mm[Hg]": "mmHg", "Cel": "°C"}.get(unit, unit)


def _words(quality: Quality) -> str:
    return str(quality).replace("_", " ")

"""The lines of an alarm's life: what each says, as of the instant at which it is said. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from monitord.engine.alarm_state import AlarmState, LevelPhase, LevelState, RuleState, Valued
from monitord.engine.alarms.delay_and_clearing import HOLDS, Worst, depth_of
from monitord.engine.alarms.fault_keys import of_equipment
from monitord.engine.alarms.silent_levels import levels_of
from monitord.engine.bed.patient import Patient
from monitord.engine.protocol.confidential import confidential_of
from monitord.engine.protocol.protocol import digest
from monitord.engine.readings.limit_value import Limit
from monitord.engine.readings.said_reading import (
    beyond,
    beyond_baseline,
    has_words,
    lasting,
    said_value,
    says_all,
    whole,
)
from monitord.engine.rules import Rule
from monitord.engine.rules.level import Level
from monitord.engine.rules.limit import LimitRule
from monitord.model import (
    CLINICIAN,
    SIGNALS,
    AlarmEvent,
    AlarmLine,
    AlarmPhase,
    Instant,
    Kind,
    Quality,
    Reason,
    Relation,
    Said,
    Sentence,
    Span,
    in_words,
    public_line,
    say,
)
from monitord.model.frozen import replace


@dataclass(frozen=True, slots=True, kw_only=True)
class LineContext:
    """What all lines of one bed and session share; `owner` begins their ids.

    `confidential` are the rules of which nobody elsewhere may read more than that a clinician is needed.
    """

    suite: str
    bed: str | None
    session: str | None
    pseudonym: str | None
    owner: str
    protocol: str
    confidential: frozenset[str] = frozenset()

    def named(self, key: str) -> str:
        """The rule as ids and other alarms' lines name it: in its own word, unless that is confidential."""
        return CLINICIAN if key in self.confidential else key

    def started_id(self, track: RuleState, tracks: Iterable[RuleState]) -> str:
        """Of the alarm that starts; of a confidential one counted over all rules, so that it says nothing of its own."""
        known = (each.started for each in tracks if not of_equipment(each.key))
        number = 1 + (sum(known) if track.key in self.confidential else track.started)
        return f"{self.owner}/{self.named(track.key)}/{number}"

    def missed_id(self, track: RuleState, tracks: Iterable[RuleState]) -> str:
        """Of a near miss, counted in the same way."""
        known = (each.missed for each in tracks if not of_equipment(each.key))
        number = 1 + (sum(known) if track.key in self.confidential else track.missed)
        return f"{self.owner}/{self.named(track.key)}/miss-{number}"

    def covered(self, alarm: AlarmState) -> str | None:
        """What is told in the alarm's place, as a line may name it."""
        return None if alarm.inhibited_by is None else self.named(alarm.inhibited_by)

    def line(
        self,
        rule: Rule,
        worst: Worst,
        patient: Patient,
        *,
        alarm_id: str,
        key: str,
        at: Instant,
        event: AlarmEvent,
        reason: Reason,
    ) -> AlarmLine:
        """The first line of an alarm, or of a near miss."""
        signal = rule.signal
        found = worst.found
        missed = event is AlarmEvent.NEAR_MISS
        says = (rule.says_missed if missed else rule.says)(worst.level, found, patient, at)
        reading = None if signal is None else patient.readings.get(signal)
        return AlarmLine(
            id=alarm_id,
            at=at,
            suite=self.suite,
            bed=self.bed,
            session=self.session,
            alarm=key,
            signal=signal,
            event=event,
            priority=worst.priority,
            kind=rule.alarm_kind,
            value=found.value,
            unit=SIGNALS[signal].unit if signal else None,
            limit=found.limit,
            since=found.since,
            phase=patient.phase,
            protocol=self.protocol,
            reason=reason,
            text=in_words(says, patient.settings.language),
            says=says,
            # Of time that passed no reading says whether it is real.
            simulated=found.simulated or patient.settings.only_simulated,
            value_at=reading.at if reading is not None and found.value is not None else None,
            relation=rule.relation_of(worst.level),
            compares=rule.compares,
            pseudonym=self.pseudonym,
            confidential=key in self.confidential,
        )


def line_context(bed: str | None, patient: Patient) -> LineContext:
    """As it stands; made anew when a session begins or ends."""
    session, protocol = patient.session, patient.protocol
    watch = f"watch-{bed or 'suite'}-{patient.watch_since}"
    return LineContext(
        suite=patient.settings.suite,
        bed=bed,
        session=session.id if session else None,
        pseudonym=(session.pseudonym or None) if session else None,
        owner=session.id if session else watch,
        protocol=f"{protocol.name}@{protocol.version}#{digest(protocol)}",
        confidential=confidential_of(protocol, session.kept_of_forms if session else ()).rules,
    )


def said_now(  # noqa: PLR0917 - each is one thing that the answer depends on
    line: AlarmLine,
    alarm: AlarmState,
    rule: Rule | None,
    track: RuleState,
    patient: Patient,
    at: Instant,
) -> AlarmLine:
    """The line with what is true at this instant: the present value, the worst, for how long, where it stands."""
    levels = () if rule is None else levels_of(rule, patient.phase)
    pairs = list(zip(levels, track.levels, strict=False))
    paused = alarm.audio_paused_until is not None and at < alarm.audio_paused_until
    line = replace(line, at=at, phase=patient.phase, state=alarm.phase, audio_paused=paused)
    if rule is not None:
        line = replace(line, relation=_relation(line, rule, pairs), compares=rule.compares)
    holding = [pair for pair in pairs if pair[1].phase in HOLDS]
    deepest = max(holding, key=lambda pair: depth_of(*pair), default=None)
    known_at = [state for _, state in pairs if state.value is not None]
    held = next((state for state in known_at if state.phase is LevelPhase.HOLDING), None)
    found = held or next(iter(known_at), None)
    reading = None if line.signal is None else patient.readings.get(line.signal)
    if isinstance(rule, LimitRule) and held is None and reading and reading.value is not None:
        # A level that no longer waits keeps the last value beyond its limit: not what is true now.
        line = replace(line, value=reading.value, value_at=reading.at)
    elif found is not None and found.value is not None:
        known = line.value_at if alarm.value is None else alarm.value.at
        read_at = known if reading is None or reading.value is None else reading.at
        line = replace(line, value=found.value, value_at=read_at)
    if alarm.worst is not None:
        worst, low = alarm.worst, rule is not None and rule.low
        if line.value is not None and (
            line.value < worst.value if low else line.value > worst.value
        ):
            # A doubtful number is nobody's worst, but what is said must not contradict itself.
            worst = Valued(line.value_at or at, line.value)
        line = replace(line, worst=worst.value, worst_at=worst.at)
    simulated = line.simulated or any(state.simulated for _, state in pairs)
    line = replace(line, simulated=simulated)
    return said_as(line, _said(line, alarm, rule, deepest, patient, at), patient)


def _relation(
    line: AlarmLine, rule: Rule, pairs: list[tuple[Level, LevelState]]
) -> Relation | None:
    """Of the level whose limit the line names; a rule has one side, so any other says the side too."""
    named = next((level for level, state in pairs if state.limit == line.limit), None)
    if named is not None:
        return rule.relation_of(named)
    known = line.relation
    return rule.relation_of(pairs[0][0]) if known is None and pairs else known


def said_as(line: AlarmLine, says: Said, patient: Patient) -> AlarmLine:
    """The line with these sentences, in the language of the suite."""
    return replace(line, says=says, text=in_words(says, patient.settings.language))


def said_of(alarm: AlarmState) -> Sentence:
    """What was said last of an alarm, as one sentence: of one that is confidential as everybody may read it."""
    line = public_line(alarm.line)
    return say("technical", what=line.says) if line.says else say("as_written", text=line.text)


def _said(  # noqa: PLR0917 - each is one thing that the answer depends on
    line: AlarmLine,
    alarm: AlarmState,
    rule: Rule | None,
    deepest: tuple[Level, LevelState] | None,
    patient: Patient,
    at: Instant,
) -> Said:
    """`SpO2 55 now, below 80 for 40 s; lowest 52`."""
    over = line.event in _ENDS or (
        line.event is not AlarmEvent.REMINDER
        and deepest is None
        and (rule is None or not alarm.stands or alarm.phase is AlarmPhase.LATCHED)
    )
    if isinstance(rule, LimitRule) and line.value is not None and alarm.unconfirmed and over:
        said = _refuted(line, rule, at)
    elif isinstance(rule, LimitRule) and line.value is not None and not alarm.unconfirmed:
        said = _of_limit(line, alarm, rule, patient, at, over=over)
    elif rule is not None and deepest is not None:
        said = rule.says(*deepest, patient, at)
        said = (*said, say("ended")) if over else said
    else:
        ends = rule.says_over(patient, at) if rule is not None and over else None
        said = (ends,) if ends is not None else _as_before(line, over=over)
    if alarm.phase is AlarmPhase.LATCHED:
        said = (*said, say("unanswered"))
    if alarm.telling.owed or alarm.returns > 1:
        key = "times.lost" if alarm.kind is Kind.TECHNICAL else "times.came"
        said = (*said, say(key, times=alarm.returns + 1))
    return said


_ENDS: Final = frozenset({AlarmEvent.CLEAR, AlarmEvent.END})
_AFTER: Final = frozenset({"ended", "unanswered", "times.came", "times.lost"})
"""What is said anew after whatever else."""


def _as_before(line: AlarmLine, *, over: bool) -> Said:
    """What was said last; of a line of 0.1, which has only its text, that."""
    known = line.says or (say("as_written", text=line.text.removesuffix(": over")),)
    said = tuple(each for each in known if each.key not in _AFTER)
    return (*said, say("ended")) if over else said


def _refuted(line: AlarmLine, rule: LimitRule, at: Instant) -> Said:
    """`Systolic BP 130 now, alarm over; the first reading was 185`."""
    value, worst = line.value or 0.0, line.worst
    said = say("over", reading=said_value(rule.signal, value, _age(line, at)))
    if worst is None or worst == value:
        return (said,)
    return (said, say("was.first", worst=whole(rule.signal, worst)))


def _age(line: AlarmLine, at: Instant) -> Span:
    return 0 if line.value_at is None else max(0, at - line.value_at)


def _of_limit(
    line: AlarmLine,
    alarm: AlarmState,
    rule: LimitRule,
    patient: Patient,
    at: Instant,
    *,
    over: bool,
) -> Said:
    signal, value = rule.signal, line.value or 0.0
    age = _age(line, at)
    reading = patient.readings.get(signal)
    current = reading is not None and reading.at == line.value_at
    quality = reading.quality if reading is not None and current else Quality.GOOD
    limit, own = _peak_of(rule, alarm, patient.baseline.get(signal))
    said = said_value(signal, value, age, quality, limit=limit)
    until = at if alarm.peak_until is None else alarm.peak_until
    holds = alarm.peak_until is None and limit.violated_by(value)
    worst = value if line.worst is None else line.worst
    if says_all(signal):
        if holds:
            return (said, say("ended")) if over else (said,)
        was = say("was.sign", worst=f"{worst:g}") if has_words(signal) else None
        now = say("over" if over else "better", reading=said)
        return (now, was or say("was.score", worst=worst))
    if holds:
        words = beyond(limit) if own is None else beyond_baseline(signal, value, own)
        text: Said = (lasting("limit", alarm.peak_from, until, reading=said, beyond=words),)
        text = (*text, say("ended")) if over else text
    else:
        words = beyond(limit) if own is None else beyond_baseline(signal, worst, own)
        now = say("over" if over else "better", reading=said)
        text = (now, lasting("was", alarm.peak_from, until, beyond=words))
    worst, value = whole(signal, worst, limit), whole(signal, value, limit)
    if worst != value:
        text = (*text, say("worst.lowest" if rule.low else "worst.highest", worst=worst))
    if alarm.past is None:
        return text
    past = say("was.unanswered", worst=whole(signal, alarm.past.value), lasted=alarm.past.lasted)
    return (*text, past)


def _peak_of(rule: LimitRule, alarm: AlarmState, own: float | None) -> tuple[Limit, float | None]:
    """The limit of the peak's level, and the baseline where the level is one of a change since it."""
    value = -alarm.peak.beyond if rule.low else alarm.peak.beyond
    every = (*rule.levels, *(level for levels in rule.phases.values() for level in levels))
    limits = [(level, level.for_patient(own)) for level in every]
    found = [(level, limit) for level, limit in limits if limit and limit.value == value]
    plain = next((limit for level, limit in found if level.of == "value"), None)
    if plain is not None:
        return plain, None
    if found:
        return found[0][1], own
    return Limit(rule.levels[0].limit.relation, value), None

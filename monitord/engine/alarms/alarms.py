"""The alarms of one bed: lives moved on, answers taken, people told. Pure.

`alarm.py` has the table, `alarm_triggers.py` finds what moves an alarm, `alarm_announcer.py` says it; this keeps what
they decided, by the rule's key. `rule_evaluator.py` looks at the rules.
"""

from monitord.engine.alarm_state import AlarmState, Depth, RuleState
from monitord.engine.alarms import (
    alarm_triggers,
    answer_coverage,
    forgotten_alarms,
    phase_entry,
    router,
)
from monitord.engine.alarms import inhibition as inhibit
from monitord.engine.alarms.alarm import TABLE, Trigger
from monitord.engine.alarms.alarm_announcer import AlarmAnnouncer, Emit
from monitord.engine.alarms.alarm_triggers import Present
from monitord.engine.alarms.alarm_values import began_on, noted, stepped, valued, worst_since
from monitord.engine.alarms.delay_and_clearing import HOLDS, Worst, pending_again, worst_of
from monitord.engine.alarms.fault_keys import of_equipment
from monitord.engine.alarms.router import Instead
from monitord.engine.alarms.silent_levels import levels_of
from monitord.engine.bed.patient import Patient
from monitord.engine.rules import Rule
from monitord.engine.rules_in_use import RulesInUse
from monitord.engine.timers import Timers
from monitord.model import (
    AlarmPhase,
    Instant,
    Kind,
    Reason,
    Sentence,
)
from monitord.model.frozen import replace

_ENDS = frozenset({Trigger.PHASE_OVER, Trigger.OVER, Trigger.CORRECTED})
_RISES = frozenset({Trigger.BACK, Trigger.DEEPER})
_OF_NO_ANSWER = frozenset({Trigger.REJECT, Trigger.REMIND, Trigger.LAPSE})
_OVER = frozenset({AlarmPhase.RESTING, AlarmPhase.LATCHED})
_OF_THE_ANSWER = frozenset({Trigger.BREAKS, Trigger.THIRD})


def _rises(alarm: AlarmState, depth: Depth | None) -> bool:
    """Whether an answered alarm is deeper than it was until now, though perhaps no deeper than its answer covers."""
    known = alarm.now
    answered = alarm.phase is AlarmPhase.ANSWERED
    return answered and known is not None and depth is not None and depth > known


class Alarms:
    """Mutable, owned by one engine; every alarm in it is a frozen value."""

    def __init__(self, bed: str | None, patient: Patient, timers: Timers, emit: Emit) -> None:
        self._bed = bed
        self._patient = patient
        self._timers = timers
        self._emit = emit
        self.tracks: dict[str, RuleState] = {}
        self.rules = RulesInUse()
        """Those in use, as `rule_evaluator.py` has them."""
        self.announcer = AlarmAnnouncer(bed, patient, timers, emit)

    def session_changed(self) -> None:
        """What every line of the session carries is computed once."""
        self.announcer.session_changed()

    @property
    def telling(self) -> bool:
        """False while time is made up after downtime."""
        return self.announcer.telling

    def fall_silent(self) -> None:
        """Time is made up after downtime: who is told is decided at its end."""
        self.announcer.telling = False

    def speak_again(self, at: Instant) -> None:
        """The time is made up: what stands is told once, as late."""
        self.announcer.telling = True
        self.tell_again(at, Reason.LATE)

    def move(
        self,
        track: RuleState,
        rule: Rule,
        worst: Worst | None,
        at: Instant,
        *,
        applies: bool,
        refitted: bool = False,
    ) -> RuleState:
        """The track after a look: `worst` is the deepest level that holds.

        `applies` is false where the rule has no levels in the present phase; `refitted` says that its
        levels are others than at the last look.
        """
        if track.alarm is None:
            return track if worst is None else self._start(track, rule, worst, at)
        if worst is not None and self._rested(track.alarm, at):
            return self._start(self._forget(track, at), rule, worst, at)
        depth = None if worst is None else worst.depth
        alarm = self._uninhibited(track.alarm, rule, at)
        alarm = stepped(valued(alarm, rule, self._patient, at), rule, self._patient, at)
        if refitted:
            alarm = alarm_triggers.refitted(alarm, depth)
        alarm = phase_entry.peak_timed(answer_coverage.eased(alarm, rule, depth), worst, at)
        present = Present(
            depth=depth,
            applies=applies,
            unconfirmed=worst is not None and worst.unconfirmed,
            stepped=alarm.step.phase in HOLDS,
            needs=rule.needs(self._patient, at) if worst is not None else (),
        )
        latching = self._patient.protocol.alarms.latching
        after, trigger = alarm_triggers.seen(alarm, present, latching, at)
        breaks = trigger in _OF_THE_ANSWER
        if answer_coverage.expired(alarm, at) and (breaks or _rises(alarm, depth)):
            # An answer that expires at this instant counts as none: what is no deeper is its end.
            lapsed = self.announcer.expired(alarm, at)
            ended, deeper = alarm_triggers.seen(lapsed, present, latching, at)
            if deeper is not None:
                after, trigger = ended, deeper
            elif breaks:
                trigger = answer_coverage.end_of(alarm)
        if after is not track.alarm:
            track = replace(track, alarm=after)
        if trigger is None:
            return track
        return self._transition(track, trigger, at, rule=rule, worst=worst)

    def _start(self, track: RuleState, rule: Rule, worst: Worst, at: Instant) -> RuleState:
        number = track.started + 1
        row, context = TABLE[AlarmPhase.INACTIVE, Trigger.HOLDS], self.announcer.context
        line = context.line(
            rule,
            worst,
            self._patient,
            alarm_id=context.started_id(track, self.tracks.values()),
            key=track.key,
            at=at,
            event=row.event,
            reason=row.reason,
        )
        alarm = AlarmState(
            key=track.key,
            id=line.id,
            phase=row.phase,
            kind=rule.alarm_kind,
            priority=worst.priority,
            peak=worst.depth,
            now=worst.depth,
            deepest=worst.depth,
            unconfirmed=worst.unconfirmed,
            doubtful=worst.found.doubtful,
            since=worst.found.since,
            peak_from=worst.found.since,
            started_at=at,
            line=line,
        )
        alarm = replace(alarm, worst=worst_since(track, alarm.since))
        alarm = valued(alarm, rule, self._patient, at)
        track = replace(track, alarm=alarm, started=number)
        instead = self._instead(rule, at)
        return self.announcer.say(track, line, row, at, rule=rule, instead=instead)

    def _transition(
        self,
        track: RuleState,
        trigger: Trigger,
        at: Instant,
        *,
        rule: Rule | None,
        worst: Worst | None = None,
        by: str | None = None,
    ) -> RuleState:
        """Moves an alarm by the table; the track without it once it is over."""
        alarm = track.alarm
        row = TABLE.get((alarm.phase, trigger)) if alarm else None
        if alarm is None or row is None:
            if alarm is not None and trigger in _ENDS:
                return self._forget(track, at)
            return track
        was = alarm
        quietly = False
        levels = () if rule is None else levels_of(rule, self._patient.phase)
        answered = was.phase is AlarmPhase.ANSWERED
        if answered and trigger in _OF_NO_ANSWER and len(levels) == len(track.levels):
            # What is no longer answered is as far confirmed as its level is.
            present = worst_of(levels, track.levels)
            alarm = replace(alarm, unconfirmed=present is not None and present.unconfirmed)
        alarm = phase_entry.entered(alarm, row, trigger, worst, at)
        if worst is not None and was.phase in _OVER and row.phase is AlarmPhase.ACTIVE:
            alarm = began_on(alarm, worst, rule, self._patient)
        match trigger:
            case Trigger.ACKNOWLEDGE | Trigger.ACCEPT:
                alarm = answer_coverage.answered(
                    was, alarm, track, rule, self._patient, trigger, by, at
                )
            case Trigger.BACK | Trigger.BACK_LESS:
                rearm = self._patient.protocol.alarms.rearm
                # What somebody answered and was over is no return of what nobody answered.
                anew = was.deepest is None
                alarm = answer_coverage.returned(alarm, rearm, at, anew=anew)
        if trigger in _RISES:
            # What comes back too often waits for the grid; what is worse than ever waits for nothing.
            known = was.deepest
            lesser = known is not None and alarm.now is not None and alarm.now <= known
            quietly = lesser and alarm.returns > alarm_triggers.RETURNS
            # What comes back of the equipment waits its ten seconds: often it is gone by then.
            deeper = alarm.now is not None and (known is None or alarm.now > was.peak)
            row = replace(row, worse=row.worse or (deeper and was.kind is Kind.PHYSIOLOGICAL))
        line = replace(
            alarm.line, at=at, event=row.event, reason=row.reason, priority=alarm.priority, by=by
        )
        if worst is not None and row.phase is not AlarmPhase.LATCHED:
            since = worst.found.since if was.phase is AlarmPhase.RESTING else line.since
            line = replace(line, limit=worst.found.limit, since=since)
        instead = self._instead(rule, at)
        track = replace(track, alarm=alarm)
        track = self.announcer.say(
            track, line, row, at, rule=rule, instead=instead, quietly=quietly
        )
        anew = row.phase is AlarmPhase.RESTING and rule is not None and not rule.rearms
        return self._forget(track, at) if anew or row.phase is AlarmPhase.INACTIVE else track

    def _rested(self, alarm: AlarmState, at: Instant) -> bool:
        """Whether it was over for so long that what comes now is new, though it is still to be told."""
        if alarm.phase is not AlarmPhase.RESTING:
            return False
        ends = alarm_triggers.rests_until(alarm, self._patient.protocol.alarms.rearm)
        return ends is not None and at > ends

    def _forget(self, track: RuleState, at: Instant) -> RuleState:
        if track.alarm is not None:
            self.announcer.say_last(track, track.alarm, self.rules.get(track.key), at)
        self.announcer.disarm(track.key)
        return replace(track, alarm=None)

    # Answers.

    def find(self, alarm_id: str) -> RuleState | None:
        """The track whose present alarm has this id."""
        for track in self.tracks.values():
            if track.alarm is not None and track.alarm.id == alarm_id:
                return track
        return None

    def answer(self, track: RuleState, trigger: Trigger, by: str, at: Instant) -> None:
        """Somebody acknowledges, accepts or rejects."""
        rule = self.rules.get(track.key)
        self.tracks[track.key] = self._answered(track, rule, trigger, by, at)
        if trigger is Trigger.REJECT:
            return
        for key, other in list(self.tracks.items()):
            led = other.alarm is not None and other.alarm.inhibited_by == track.key
            beside = self.rules.get(key)
            if led and rule is not None and beside is not None and rule.leads(beside):
                # One telling of one measurement: who answers it answers all that it said.
                self.tracks[key] = self._answered(other, beside, trigger, by, at)

    def _answered(
        self, track: RuleState, rule: Rule | None, trigger: Trigger, by: str, at: Instant
    ) -> RuleState:
        alarm = track.alarm
        if rule is not None and alarm is not None:
            # What was read at this very instant came before the act.
            track = noted(track, track.levels, rule, self._patient, at)
            alarm = valued(alarm, rule, self._patient, at)
            track = replace(track, alarm=answer_coverage.eased(alarm, rule, alarm.now))
        return self._transition(track, trigger, at, rule=rule, by=by)

    def pause_audio(self, by: str, at: Instant) -> None:
        """Every sounding alarm of the bed pauses its sound; a new or worse one sounds."""
        until = Instant(at + self._patient.protocol.alarms.audio_pause)
        for key, track in self.tracks.items():
            if track.alarm is not None and router.awaits_answer(track.alarm):
                self.tracks[key] = self.announcer.audio(track, self.rules.get(key), until, by, at)

    # Deadlines.

    def audio_over(self, key: str, at: Instant) -> None:
        """The pause is over: the alarm sounds again."""
        track = self.tracks[key]
        self.tracks[key] = self.announcer.audio(track, self.rules.get(key), None, None, at)

    def answer_over(self, key: str, at: Instant) -> None:
        """An acknowledgement or acceptance has run out: telling goes on; one that rests says nothing."""
        track = self.tracks[key]
        alarm = track.alarm
        if alarm is None or not answer_coverage.expired(alarm, at):
            return
        if alarm.phase is AlarmPhase.RESTING:
            self.tracks[key] = replace(track, alarm=answer_coverage.unanswered(alarm))
            return
        end = answer_coverage.end_of(alarm)
        self.tracks[key] = self._transition(track, end, at, rule=self.rules.get(key))

    def rest_over(self, key: str, at: Instant) -> None:
        """It did not come back: what comes now is a new alarm."""
        track = self.tracks[key]
        alarm = track.alarm
        if alarm is None or alarm.phase is not AlarmPhase.RESTING:
            return
        if alarm.telling.owed and alarm.telling.steps_at is not None:
            self._timers.set(f"rest:{key}", Instant(alarm.telling.steps_at + 1))
        else:
            self.tracks[key] = self._forget(track, at)

    def tell_next(self, key: str, at: Instant) -> None:
        """Nobody answered in time, or a message has waited long enough."""
        track = self.tracks[key]
        alarm = track.alarm
        if alarm is None:
            return
        rule = self.rules.get(key)
        instead = self._instead(rule, at)
        if instead is not None and instead.key in self.tracks:
            # What is told in its place is told first where both are due.
            due = self._timers.when(f"tell:{instead.key}")
            if due is not None and due <= at:
                self._timers.set(f"tell:{instead.key}", None)
                self.tell_next(instead.key, at)
                instead = self._instead(rule, at)
        self.tracks[key] = self.announcer.tell_due(track, alarm, at, rule=rule, instead=instead)

    def tell_again(self, at: Instant, why: Reason) -> None:
        """After downtime (late) or at another bed (moved) each alarm is told once.

        Of one that was answered those who know of it learn to which bed it moved.
        """
        for key, track in self.tracks.items():
            if (alarm := track.standing) is not None:
                rule = self.rules.get(key)
                instead = self._instead(rule, at)
                self.tracks[key] = self.announcer.tell_again(
                    track, alarm, at, why, rule=rule, instead=instead
                )

    def leave(self, at: Instant) -> None:
        """The patient goes on at another bed with the alarms; those of the equipment end here."""
        for key in self.tracks:
            if of_equipment(key):
                self.end(key, at)
            else:
                self.announcer.disarm(key, with_rule=True)
        self.tracks = {}

    def end_all(self, at: Instant) -> dict[str, RuleState]:
        """The session is over or begins: alarms end; returns what the levels knew."""
        known = {}
        for key in list(self.tracks):
            track = self.end(key, at)
            levels = tuple(pending_again(level) for level in track.levels)
            known[key] = RuleState(key=key, levels=levels)
        self.tracks = {}
        return known

    def end(self, key: str, at: Instant, why: Trigger = Trigger.OVER) -> RuleState:
        """One alarm ends because its session or its rule does; how many there were stays."""
        track = self.tracks[key]
        track = self._transition(track, why, at, rule=self.rules.get(key))
        self.announcer.disarm(key, with_rule=True)
        self.tracks[key] = track
        return track

    def forgotten(self, at: Instant) -> dict[str, Sentence]:
        """The alarms that nobody would hear of again, by key, and why."""
        return dict(
            forgotten_alarms.forgotten(
                [track.alarm for track in self.tracks.values() if track.alarm is not None],
                lambda alarm: self.announcer.route(alarm, at) is not None,
                self._timers.armed,
            )
        )

    # What is told in its place.

    def _instead(self, rule: Rule | None, at: Instant) -> Instead | None:
        if rule is None:
            return None
        return inhibit.instead(rule, self._patient, self.rules, self.tracks, at)

    def _uninhibited(self, alarm: AlarmState, rule: Rule, at: Instant) -> AlarmState:
        """What was told in its place is over: it is told a little later, for most end together."""
        cause = alarm.inhibited_by
        if cause is None:
            return alarm
        instead = self._instead(rule, at)
        if instead is not None and instead.key == cause:
            return alarm
        wait = 0 if inhibit.decided(cause) else router.TOGETHER
        alarm = router.uninhibited(alarm, self.announcer.route(alarm, at), at, wait)
        self.announcer.arm(alarm)
        return alarm

"""What an alarm says: the line of each transition, the messages, the deadlines of the next. Pure."""

from collections.abc import Callable

from monitord.engine.alarm_state import AlarmState, RuleState
from monitord.engine.alarms import alarm_triggers, phase_entry, router
from monitord.engine.alarms.alarm import Hearers, TellingClock, Transition, Trigger
from monitord.engine.alarms.alarm_lines import line_context, said_as, said_now
from monitord.engine.alarms.route_choice import choose_route
from monitord.engine.alarms.router import Instead
from monitord.engine.bed.patient import Patient
from monitord.engine.protocol.protocol import Route
from monitord.engine.rules import Rule
from monitord.engine.timers import Timers
from monitord.model import (
    AlarmEvent,
    AlarmLine,
    AlarmPhase,
    Effect,
    Instant,
    Notify,
    Reason,
    Withdraw,
    say,
)
from monitord.model.frozen import replace

Emit = Callable[[Effect], None]

_ANSWERS = frozenset({AlarmEvent.ACKNOWLEDGE, AlarmEvent.ACCEPT})
_OVER = frozenset({AlarmEvent.CLEAR, AlarmEvent.END})
_TOLD_LATE = frozenset({AlarmEvent.START, AlarmEvent.ESCALATE})
"""What a line says of an alarm that goes on; after another one a late message reminds: who was never told has to hear
of a high alarm that was over before anybody answered, too."""
_OF_ALARM = ("alarm", "rest", "tell", "audio")
"""The deadlines of one alarm: answer over, rest over, tell, sound again."""


class AlarmAnnouncer:
    """Of one engine. While time is made up after downtime (`telling` False) only ends are told."""

    def __init__(self, bed: str | None, patient: Patient, timers: Timers, emit: Emit) -> None:
        self._bed = bed
        self._patient = patient
        self._timers = timers
        self._emit = emit
        self.context = line_context(bed, patient)
        self.telling = True
        self.moved = 0
        """How often an alarm of the bed has begun, moved, been told or ended."""

    def session_changed(self) -> None:
        """What every line of the session carries is computed once."""
        self.context = line_context(self._bed, self._patient)

    def route(self, alarm: AlarmState, at: Instant) -> Route | None:
        """Its route, by priority, class and phase; None where it is for the screen."""
        patient = self._patient
        return choose_route(patient.governing, alarm.priority, alarm.kind, patient.phase, at)

    def expired(self, alarm: AlarmState, at: Instant) -> AlarmState:
        """An answer that is over without a word of its own: something worse is told at once."""
        row = Transition(
            AlarmPhase.ACTIVE,
            AlarmEvent.EXPIRE,
            Reason.EXPIRED,
            Hearers.SCREEN,
            TellingClock.FROM_TIER,
        )
        alarm = phase_entry.entered(alarm, row, Trigger.LAPSE, None, at)
        return router.clock_from_tier(alarm, self.route(alarm, at), at)

    def say(
        self,
        track: RuleState,
        line: AlarmLine,
        row: Transition,
        at: Instant,
        *,
        rule: Rule | None,
        instead: Instead | None,
        quietly: bool = False,
    ) -> RuleState:
        """Writes the line of a transition, as true now, and tells whom the table and the clock name."""
        alarm = track.alarm
        if alarm is None:
            return track
        line = said_now(line, alarm, rule, track, self._patient, at)
        alarm, messages = router.tell(
            replace(alarm, line=line),
            line,
            row,
            self.route(alarm, at),
            at,
            instead=instead,
            quietly=quietly,
            in_vain=self._in_vain(alarm, row, at),
        )
        line = replace(line, inhibited_by=self.context.covered(alarm))
        self._emit(line)
        alarm = replace(alarm, line=line)
        self.send(alarm, messages)
        return replace(track, alarm=alarm)

    def _in_vain(self, alarm: AlarmState, row: Transition, at: Instant) -> Route | None:
        """The route of what was answered now, where that is the third answer without anything better.

        The alarm itself may be for the screen by now: it is answered at its present priority.
        """
        third = row.event in _ANSWERS and alarm.answers == alarm_triggers.ANSWERS
        if not third or alarm.covers is None:
            return None
        return self.route(replace(alarm, priority=alarm.covers.priority), at)

    def audio(
        self,
        track: RuleState,
        rule: Rule | None,
        until: Instant | None,
        by: str | None,
        at: Instant,
    ) -> RuleState:
        """A pause of the sound begins or, with `until` None, is over: written, told nobody."""
        alarm = track.alarm
        if alarm is None:
            return track
        event = AlarmEvent.EXPIRE if until is None else AlarmEvent.AUDIO_PAUSE
        alarm = replace(alarm, audio_paused_until=until)
        line = replace(alarm.line, at=at, event=event, reason=Reason.AUDIO_PAUSED, by=by)
        line = said_now(line, alarm, rule, track, self._patient, at)
        self._emit(line)
        self.arm(alarm := replace(alarm, line=line))
        return replace(track, alarm=alarm)

    def tell_due(
        self,
        track: RuleState,
        alarm: AlarmState,
        at: Instant,
        *,
        rule: Rule | None,
        instead: Instead | None,
    ) -> RuleState:
        """A tier, a repeat, or what has waited long enough."""
        route = self.route(alarm, at)
        step = router.due_step(alarm, route, at) if route is not None else None
        line = None
        if step is not None:
            event, reason = step
            line = replace(alarm.line, event=event, reason=reason, by=None)
            line = said_now(line, alarm, rule, track, self._patient, at)
            alarm = replace(alarm, line=line)
        anew = self._anew(track, alarm, rule, at)
        alarm, messages = router.tell_due(alarm, line, route, at, anew=anew, instead=instead)
        if line is not None:
            line = replace(line, inhibited_by=self.context.covered(alarm))
            alarm = replace(alarm, line=line)
            self._emit(line)
        self.send(alarm, messages)
        return replace(track, alarm=alarm)

    def tell_again(
        self,
        track: RuleState,
        alarm: AlarmState,
        at: Instant,
        why: Reason,
        *,
        rule: Rule | None,
        instead: Instead | None,
    ) -> RuleState:
        """After downtime (late), or at this bed after another one (moved)."""
        event = alarm.line.event if alarm.line.event in _TOLD_LATE else AlarmEvent.REMINDER
        line = replace(alarm.line, event=event, reason=why)
        line = said_now(line, alarm, rule, track, self._patient, at)
        if why is Reason.MOVED:
            says = (*line.says, say("moved", bed=line.bed or ""))
            line = replace(line, event=AlarmEvent.REMINDER, bed=self._bed)
            alarm, line = replace(alarm, line=line), said_as(line, says, self._patient)
            # What waits to be told names the bed that was left.
            self._emit(Withdraw(alarm=alarm.id))
            self._emit(line)
        route = self.route(alarm, at)
        alarm, messages = router.tell_again(alarm, line, route, at, instead=instead)
        self.send(alarm, messages)
        return replace(track, alarm=alarm)

    def say_last(self, track: RuleState, alarm: AlarmState, rule: Rule | None, at: Instant) -> None:
        """Of an alarm that is forgotten nothing waits any more: it is told now."""
        alarm, messages = router.tell_waiting(alarm, at, self._anew(track, alarm, rule, at))
        self.send(alarm, messages)

    def _anew(
        self, track: RuleState, alarm: AlarmState, rule: Rule | None, at: Instant
    ) -> router.Anew:
        """How what waits is said as it is now."""
        return lambda waits: said_now(waits, alarm, rule, track, self._patient, at)

    def record(self, line: AlarmLine) -> None:
        """Writes a line that is told to nobody."""
        self._emit(line)

    def send(self, alarm: AlarmState, messages: list[router.Message]) -> None:
        """Emits the messages and arms what comes next."""
        self.arm(alarm)
        for message in messages:
            # What is over is told also while time is made up: somebody may be on the way.
            over = not isinstance(message, Notify) or message.line.event in _OVER
            if self.telling or over:
                self._emit(message)

    def arm(self, alarm: AlarmState) -> None:
        """Sets the deadlines of this alarm."""
        self.moved += 1
        key = alarm.key
        self._timers.set(f"tell:{key}", alarm.telling.next_at)
        self._timers.set(f"alarm:{key}", alarm.expires_at)
        self._timers.set(f"audio:{key}", alarm.audio_paused_until)
        ends = alarm_triggers.rests_until(alarm, self._patient.protocol.alarms.rearm)
        self._timers.set(f"rest:{key}", ends)

    def disarm(self, key: str, *, with_rule: bool = False) -> None:
        """Nothing of this alarm is due any more, and, `with_rule`, nothing of its rule."""
        self.moved += 1
        for timer in (*_OF_ALARM, "rule") if with_rule else _OF_ALARM:
            self._timers.set(f"{timer}:{key}", None)

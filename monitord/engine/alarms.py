"""The alarms of one bed: lives moved on, answers taken, people told. Pure.

`alarm.py` and `router.py` decide; this keeps what they decided, by the rule's key, and writes
the lines. `rounds.py` looks at the rules.
"""

from collections.abc import Callable
from dataclasses import replace

from monitord.engine import auditor, router
from monitord.engine.alarm import TABLE, Stimulus
from monitord.engine.equipment import of_equipment
from monitord.engine.levels import Worst, pending_again
from monitord.engine.lines import Facts, ended, facts_of, letterhead
from monitord.engine.patient import Patient
from monitord.engine.protocol import Route
from monitord.engine.routes import choose_route
from monitord.engine.rules import Rule
from monitord.engine.state import AlarmPhase, AlarmState, TrackState
from monitord.engine.timers import Timers
from monitord.model import (
    SECOND,
    AlarmEvent,
    AlarmLine,
    Effect,
    Instant,
    Kind,
    Notify,
    Priority,
    Reason,
    Span,
    Withdraw,
)

Emit = Callable[[Effect], None]

_SOUNDING = frozenset({AlarmPhase.ACTIVE, AlarmPhase.LATCHED})
_NEWLY_BAD = frozenset({AlarmEvent.START, AlarmEvent.ESCALATE})
_OVER = frozenset({AlarmEvent.CLEAR, AlarmEvent.END})
SETTLES: Span = 10 * SECOND
# As long as a reading stays fresh: a device that is back sends one within that time.
TIMERS = ("rule", "alarm", "tell", "audio")
"""The deadlines of one track: look again, answer over, tell the next tier, sound again."""


class Alarms:
    """Mutable, owned by one engine; every alarm in it is a frozen value."""

    def __init__(self, bed: str | None, patient: Patient, timers: Timers, emit: Emit) -> None:
        self._bed = bed
        self._patient = patient
        self._timers = timers
        self._emit = emit
        self.tracks: dict[str, TrackState] = {}
        self._head = letterhead(bed, patient)
        self.telling = True
        """False while time is made up after downtime: who is told is decided at its end."""

    def session_changed(self) -> None:
        """What every line of the session carries is computed once."""
        self._head = letterhead(self._bed, self._patient)

    def move(
        self,
        track: TrackState,
        rule: Rule,
        worst: Worst | None,
        at: Instant,
        *,
        inhibited_by: str | None,
        applies: bool,
    ) -> TrackState:
        """The track after a look: `worst` is the worst level that holds.

        `applies` is false where the rule has no levels in the present phase.
        """
        alarm = track.alarm
        if alarm is None:
            if worst is None:
                return track
            return self._start(track, rule, worst, at, inhibited_by)
        if alarm.inhibited_by != inhibited_by:
            alarm = self._inhibit(alarm, inhibited_by, at)
            track = replace(track, alarm=alarm)
        if worst is None:
            facts = ended(track, alarm)
            if not applies:
                return self._stir(track, Stimulus.PHASE_OVER, alarm.priority, facts, at)
            latches = (
                rule.alarm_kind is Kind.PHYSIOLOGICAL
                and alarm.peak in self._patient.protocol.alarms.latching
            )
            stimulus = Stimulus.GONE_LATCHING if latches else Stimulus.GONE
            return self._stir(track, stimulus, alarm.priority, facts, at)
        if alarm.phase is AlarmPhase.LATCHED:
            stimulus = Stimulus.RAISED
        elif worst.priority == alarm.priority:
            return track
        else:
            stimulus = Stimulus.WORSE if worst.priority > alarm.priority else Stimulus.LESS
        facts = facts_of(rule, worst, self._patient, at)
        return self._stir(track, stimulus, worst.priority, facts, at)

    def _start(
        self, track: TrackState, rule: Rule, worst: Worst, at: Instant, inhibited_by: str | None
    ) -> TrackState:
        number = track.started + 1
        line = self._head.line(
            rule,
            worst,
            self._patient,
            alarm_id=f"{self._head.owner}/{track.key}/{number}",
            key=track.key,
            at=at,
            event=AlarmEvent.START,
            reason=Reason.FIRST,
            inhibited_by=inhibited_by,
        )
        alarm = AlarmState(
            key=track.key,
            id=line.id,
            phase=AlarmPhase.ACTIVE,
            kind=rule.alarm_kind,
            priority=worst.priority,
            peak=worst.priority,
            since=worst.found.since,
            started_at=at,
            line=line,
            inhibited_by=inhibited_by,
        )
        return replace(track, alarm=self._say(alarm, line, at), started=number)

    def _stir(
        self, track: TrackState, stimulus: Stimulus, priority: Priority, facts: Facts, at: Instant
    ) -> TrackState:
        """Moves an alarm by the table; the track without it once it is over."""
        alarm = track.alarm
        move = TABLE.get((alarm.phase, stimulus)) if alarm else None
        if alarm is None or move is None:
            return track
        line = replace(
            alarm.line,
            at=at,
            event=move.event,
            reason=move.reason,
            priority=priority,
            phase=self._patient.phase,
            value=facts.value,
            limit=facts.limit,
            text=facts.text,
            simulated=alarm.line.simulated or facts.simulated,
            by=facts.by,
        )
        alarm = replace(alarm, phase=move.phase, priority=priority, peak=max(priority, alarm.peak))
        if move.event in _NEWLY_BAD or stimulus is Stimulus.EXPIRE:
            # Worse breaks through an answer and a pause (invariant 6).
            alarm = self._unanswered(alarm)
        alarm = self._say(alarm, line, at)
        if move.phase is AlarmPhase.INACTIVE:
            for timer in ("alarm", "tell", "audio"):
                self._timers.set(f"{timer}:{track.key}", None)
            return replace(track, alarm=None)
        return replace(track, alarm=alarm)

    def _unanswered(self, alarm: AlarmState) -> AlarmState:
        self._timers.set(f"alarm:{alarm.key}", None)
        self._timers.set(f"audio:{alarm.key}", None)
        return replace(
            alarm,
            answered_by=None,
            expires_at=None,
            audio_paused_until=None,
            telling=replace(alarm.telling, accepted_by=None),
        )

    def near_miss(self, track: TrackState, rule: Rule, missed: Worst, at: Instant) -> TrackState:
        """A condition ended before its delay: recorded, never told."""
        number = track.missed + 1
        known = track.alarm.id if track.alarm else f"{self._head.owner}/{track.key}/miss-{number}"
        line = self._head.line(
            rule,
            missed,
            self._patient,
            alarm_id=known,
            key=track.key,
            at=at,
            event=AlarmEvent.NEAR_MISS,
            reason=Reason.BEFORE_DELAY,
        )
        self._emit(line)
        return replace(track, missed=number)

    def _inhibit(self, alarm: AlarmState, by: str | None, at: Instant) -> AlarmState:
        """A deeper cause appears or goes: the telling stops, or begins after all, a little later.

        What is back is given the time to speak: most silences end with their cause.
        """
        line = replace(alarm.line, inhibited_by=by)
        next_at = None
        if by is None and router.awaits_answer(replace(alarm, inhibited_by=None)):
            next_at = Instant(at + SETTLES) if self._route(alarm, at) else None
        self._timers.set(f"tell:{alarm.key}", next_at)
        telling = replace(alarm.telling, next_at=next_at)
        return replace(alarm, inhibited_by=by, line=line, telling=telling)

    # Answers.

    def find(self, alarm_id: str) -> TrackState | None:
        """The track whose present alarm has this id."""
        for track in self.tracks.values():
            if track.alarm is not None and track.alarm.id == alarm_id:
                return track
        return None

    def acknowledge(self, track: TrackState, by: str, at: Instant) -> None:
        """Seen by somebody; a latched alarm ends with it, an acknowledged one is extended."""
        alarm = track.alarm
        if alarm is None:
            return
        facts = Facts.of(alarm.line, by)
        track = self._stir(track, Stimulus.ACKNOWLEDGE, alarm.priority, facts, at)
        if track.alarm is not None:
            expires = Instant(at + self._patient.protocol.alarms.acknowledge_expires)
            self._timers.set(f"alarm:{track.key}", expires)
            self._timers.set(f"audio:{track.key}", None)
            answered = replace(
                track.alarm, answered_by=by, expires_at=expires, audio_paused_until=None
            )
            track = replace(track, alarm=answered)
        self.tracks[track.key] = track

    def accept(self, track: TrackState, by: str, at: Instant) -> None:
        """Somebody takes responsibility: the telling rests for the protocol's time."""
        if track.alarm is None:
            return
        alarm = self._answer(track.alarm, AlarmEvent.ACCEPT, Reason.ACCEPTED, by, at)
        expires = Instant(at + self._patient.protocol.alarms.accept_expires)
        self._timers.set(f"alarm:{track.key}", expires)
        telling = replace(alarm.telling, accepted_by=by)
        alarm = replace(alarm, answered_by=by, expires_at=expires, telling=telling)
        self.tracks[track.key] = replace(track, alarm=alarm)

    def reject(self, track: TrackState, by: str, at: Instant) -> None:
        """Not me: the next tier is told at once."""
        if track.alarm is None:
            return
        self._timers.set(f"alarm:{track.key}", None)
        alarm = replace(track.alarm, answered_by=None, expires_at=None)
        alarm = self._answer(alarm, AlarmEvent.REJECT, Reason.REJECTED, by, at)
        self.tracks[track.key] = replace(track, alarm=alarm)

    def _answer(
        self, alarm: AlarmState, event: AlarmEvent, reason: Reason, by: str | None, at: Instant
    ) -> AlarmState:
        line = replace(alarm.line, at=at, event=event, reason=reason, by=by)
        return self._say(alarm, line, at)

    def pause_audio(self, by: str, at: Instant) -> None:
        """Every sounding alarm of the bed pauses its sound; a new or worse one sounds."""
        until = Instant(at + self._patient.protocol.alarms.audio_pause)
        for key, track in self.tracks.items():
            if track.alarm is not None and track.alarm.phase in _SOUNDING:
                self._timers.set(f"audio:{key}", until)
                self.tracks[key] = self._audio(track.alarm, track, until, by, at)

    def _audio(
        self,
        alarm: AlarmState,
        track: TrackState,
        until: Instant | None,
        by: str | None,
        at: Instant,
    ) -> TrackState:
        """A pause of the sound begins or, with `until` None, is over: written, told nobody."""
        event = AlarmEvent.EXPIRE if until is None else AlarmEvent.AUDIO_PAUSE
        line = replace(alarm.line, at=at, event=event, reason=Reason.AUDIO_PAUSED, by=by)
        self._emit(line)
        return replace(track, alarm=replace(alarm, line=line, audio_paused_until=until))

    # Deadlines.

    def audio_over(self, key: str, at: Instant) -> None:
        """The pause is over: the alarm sounds again."""
        track = self.tracks[key]
        if track.alarm is not None:
            self.tracks[key] = self._audio(track.alarm, track, None, None, at)

    def answer_over(self, key: str, at: Instant) -> None:
        """An acknowledgement or acceptance has run out: telling goes on."""
        track = self.tracks[key]
        alarm = track.alarm
        if alarm is None:
            return
        if alarm.phase is AlarmPhase.ACKNOWLEDGED:
            facts = Facts.of(alarm.line, None)
            self.tracks[key] = self._stir(track, Stimulus.EXPIRE, alarm.priority, facts, at)
        elif alarm.telling.accepted_by is not None:
            telling = replace(alarm.telling, accepted_by=None)
            alarm = replace(alarm, answered_by=None, expires_at=None, telling=telling)
            alarm = self._answer(alarm, AlarmEvent.EXPIRE, Reason.EXPIRED, None, at)
            self.tracks[key] = replace(track, alarm=alarm)

    def tell_next(self, key: str, at: Instant) -> None:
        """Nobody answered in time."""
        track = self.tracks[key]
        alarm = track.alarm
        route = self._route(alarm, at) if alarm else None
        if alarm is None or route is None:
            return
        event, reason = router.next_step(alarm, route)
        line = replace(alarm.line, at=at, event=event, reason=reason, by=None)
        self._emit(line)
        alarm, messages = router.tell_next(replace(alarm, line=line), line, route, at)
        self.tracks[key] = replace(track, alarm=self._told(alarm, messages))

    def tell_again(self, at: Instant, why: Reason) -> None:
        """After downtime (late) or at another bed (moved) each alarm is told once.

        Of one that was answered those who know of it learn to which bed it moved.
        """
        for key, track in self.tracks.items():
            if track.alarm is None:
                continue
            alarm, route = track.alarm, self._route(track.alarm, at)
            line = replace(alarm.line, at=at, reason=why)
            if why is Reason.MOVED:
                text = f"{line.text}, moved from bed {line.bed}"
                line = replace(line, event=AlarmEvent.REMINDER, bed=self._bed)
                alarm, line = replace(alarm, line=line), replace(line, text=text)
                # What waits to be told names the bed that was left.
                self._emit(Withdraw(alarm=alarm.id))
                self._emit(line)
            alarm, messages = router.tell_again(alarm, line, route, at)
            self.tracks[key] = replace(track, alarm=self._told(alarm, messages))

    def leave(self, at: Instant) -> None:
        """The patient goes on at another bed with the alarms; those of the equipment end here."""
        for key in self.tracks:
            if of_equipment(key):
                self.end(key, at)
            self._disarm(key)
        self.tracks = {}

    def end_all(self, at: Instant) -> dict[str, TrackState]:
        """The session is over or begins: alarms end; returns what the levels knew."""
        known = {}
        for key in list(self.tracks):
            track = self.end(key, at)
            levels = tuple(pending_again(level) for level in track.levels)
            known[key] = TrackState(key=key, levels=levels)
        self.tracks = {}
        return known

    def end(self, key: str, at: Instant, why: Stimulus = Stimulus.OVER) -> TrackState:
        """One alarm ends because its session or its rule does; how many there were stays."""
        track = self.tracks[key]
        if track.alarm is not None:
            facts = Facts.of(track.alarm.line, None)
            track = self._stir(track, why, track.alarm.priority, facts, at)
        self._disarm(key)
        self.tracks[key] = track
        return track

    def _disarm(self, key: str) -> None:
        for timer in TIMERS:
            self._timers.set(f"{timer}:{key}", None)

    def forgotten(self, at: Instant) -> dict[str, str]:
        """The alarms that nobody would hear of again, by key, and why."""
        return dict(
            auditor.forgotten(
                self._patient,
                [track.alarm for track in self.tracks.values() if track.alarm is not None],
                lambda alarm: self._route(alarm, at) is not None,
                self._timers.armed,
                at,
            )
        )

    # Words and messages.

    def _route(self, alarm: AlarmState, at: Instant) -> Route | None:
        patient = self._patient
        return choose_route(patient.governing, alarm.priority, alarm.kind, patient.phase, at)

    def _say(self, alarm: AlarmState, line: AlarmLine, at: Instant) -> AlarmState:
        self._emit(line)
        alarm, messages = router.tell(replace(alarm, line=line), line, self._route(alarm, at), at)
        return self._told(alarm, messages)

    def _told(self, alarm: AlarmState, messages: list[router.Message]) -> AlarmState:
        self._timers.set(f"tell:{alarm.key}", alarm.telling.next_at)
        for message in messages:
            # What is over is told also while time is made up: somebody may be on the way.
            over = not isinstance(message, Notify) or message.line.event in _OVER
            if self.telling or over:
                self._emit(message)
        return alarm

"""The alarms of one bed: rules looked at, lives moved on, people told. Pure.

`alarm.py` and `router.py` decide; this keeps what they decided, by the rule's key, and writes
the lines.
"""

from collections.abc import Callable
from dataclasses import replace

from monitord.engine import router
from monitord.engine.alarm import TABLE, Stimulus
from monitord.engine.levels import (
    Worst,
    level_deadline,
    pending_again,
    refit,
    step_level,
    worst_missed,
    worst_of,
)
from monitord.engine.lines import Facts, ended, facts_of, letterhead
from monitord.engine.patient import Patient
from monitord.engine.protocol import Route
from monitord.engine.rules import Rule
from monitord.engine.rules.level import Level
from monitord.engine.state import AlarmPhase, AlarmState, LevelPhase, TrackState
from monitord.engine.timers import Timers
from monitord.model import AlarmEvent, AlarmLine, Effect, Instant, Kind, Priority, Reason

Emit = Callable[[Effect], None]


class Alarms:
    """Mutable, owned by one engine; every alarm in it is a frozen value."""

    def __init__(self, bed: str | None, patient: Patient, timers: Timers, emit: Emit) -> None:
        self._bed = bed
        self._patient = patient
        self._timers = timers
        self._emit = emit
        self.tracks: dict[str, TrackState] = {}
        self._levels: dict[str, tuple[Level, ...]] = {}
        self._head = letterhead(bed, patient)
        self.telling = True
        """False while time is made up after downtime: lines are written, nobody is told."""

    def restore(self, tracks: tuple[TrackState, ...], rules: dict[str, Rule]) -> None:
        """As they were when a state was taken."""
        self.tracks = {track.key: track for track in tracks}
        for key, rule in rules.items():
            self._levels[key] = rule.levels_in(self._patient.phase)
        self.session_changed()

    def session_changed(self) -> None:
        """What every line of the session carries is computed once."""
        self._head = letterhead(self._bed, self._patient)

    def look(self, key: str, rule: Rule, at: Instant, inhibited_by: str | None = None) -> None:
        """Evaluates one rule and moves its alarm."""
        levels = rule.levels_in(self._patient.phase)
        track = self.tracks.get(key) or TrackState(key=key)
        before = track.levels
        if self._levels.get(key) is not levels:
            before = refit(before, self._levels.get(key, ()), levels)
            self._levels[key] = levels
        findings = rule.check(self._patient, at)
        after = tuple(
            [
                step_level(state, finding, level.delay, rule.clear_delay, at)
                for state, finding, level in zip(before, findings, levels, strict=True)
            ]
        )
        if after != before or track.alarm is not None:
            track = replace(track, levels=after)
            missed = worst_missed(levels, before, after)
            if missed is not None and rule.alarm_kind is Kind.PHYSIOLOGICAL:
                track = self._near_miss(track, rule, missed, at)
            track = self._move(track, rule, levels, at, inhibited_by)
        elif track.levels is not before:
            track = replace(track, levels=before)
        self.tracks[key] = track
        self._arm(key, rule, levels, at)

    def _arm(self, key: str, rule: Rule, levels: tuple[Level, ...], at: Instant) -> None:
        ahead = rule.wake(self._patient, at)
        for state, level in zip(self.tracks[key].levels, levels, strict=True):
            if state.phase is LevelPhase.IDLE:
                continue
            deadline = level_deadline(state, level.delay, rule.clear_delay)
            if deadline is not None and (ahead is None or deadline < ahead):
                ahead = deadline
        self._timers.set(f"rule:{key}", ahead)

    def _move(
        self,
        track: TrackState,
        rule: Rule,
        levels: tuple[Level, ...],
        at: Instant,
        inhibited_by: str | None,
    ) -> TrackState:
        worst = worst_of(levels, track.levels)
        alarm = track.alarm
        if alarm is None:
            if worst is None:
                return track
            return self._start(track, rule, worst, at, inhibited_by)
        if alarm.inhibited_by != inhibited_by:
            alarm = self._inhibit(alarm, inhibited_by, at)
            track = replace(track, alarm=alarm)
        if worst is None:
            if alarm.phase is AlarmPhase.LATCHED:
                return track
            latches = (
                rule.alarm_kind is Kind.PHYSIOLOGICAL
                and alarm.peak in self._patient.protocol.alarms.latching
            )
            stimulus = Stimulus.GONE_LATCHING if latches else Stimulus.GONE
            if not levels:
                stimulus = Stimulus.OVER
            return self._stir(track, stimulus, alarm.priority, ended(track, alarm), at)
        if alarm.phase is AlarmPhase.LATCHED:
            return self._stir(
                track, Stimulus.RAISED, worst.priority, facts_of(rule, worst, self._patient, at), at
            )
        if worst.priority == alarm.priority:
            return track
        stimulus = Stimulus.WORSE if worst.priority > alarm.priority else Stimulus.LESS
        return self._stir(
            track, stimulus, worst.priority, facts_of(rule, worst, self._patient, at), at
        )

    def _start(
        self, track: TrackState, rule: Rule, worst: Worst, at: Instant, inhibited_by: str | None
    ) -> TrackState:
        number = track.started + 1
        line = self._head.line(
            f"{self._head.owner}/{track.key}/{number}",
            track.key,
            rule,
            worst,
            self._patient,
            at,
            AlarmEvent.START,
            Reason.FIRST,
        )
        line = replace(line, inhibited_by=inhibited_by)
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
        if move.phase is not AlarmPhase.ACKNOWLEDGED:
            self._timers.set(f"alarm:{track.key}", None)
            alarm = replace(alarm, answered_by=None, expires_at=None)
        alarm = self._say(alarm, line, at)
        if move.phase is AlarmPhase.INACTIVE:
            self._timers.set(f"tell:{track.key}", None)
            return replace(track, alarm=None)
        return replace(track, alarm=alarm)

    def _near_miss(self, track: TrackState, rule: Rule, missed: Worst, at: Instant) -> TrackState:
        number = track.missed + 1
        known = track.alarm.id if track.alarm else f"{self._head.owner}/{track.key}/miss-{number}"
        line = self._head.line(
            known,
            track.key,
            rule,
            missed,
            self._patient,
            at,
            AlarmEvent.NEAR_MISS,
            Reason.BEFORE_DELAY,
        )
        self._emit(line)
        return replace(track, missed=number)

    def _inhibit(self, alarm: AlarmState, by: str | None, at: Instant) -> AlarmState:
        """A deeper cause appears or goes: the telling stops, or begins after all."""
        alarm = replace(alarm, inhibited_by=by)
        if by is not None:
            self._timers.set(f"tell:{alarm.key}", None)
            return replace(alarm, telling=replace(alarm.telling, next_at=None))
        line = replace(
            alarm.line,
            at=at,
            event=AlarmEvent.REMINDER,
            reason=Reason.UNINHIBITED,
            inhibited_by=None,
        )
        return self._say(alarm, line, at)

    # Answers.

    def find(self, alarm_id: str) -> TrackState | None:
        """The track whose present alarm has this id."""
        for track in self.tracks.values():
            if track.alarm is not None and track.alarm.id == alarm_id:
                return track
        return None

    def acknowledge(self, track: TrackState, by: str, at: Instant) -> None:
        """Seen by somebody; a latched alarm ends with it."""
        alarm = track.alarm
        if alarm is None:
            return
        facts = Facts.of(alarm.line, by)
        track = self._stir(track, Stimulus.ACKNOWLEDGE, alarm.priority, facts, at)
        if track.alarm is not None and track.alarm.phase is AlarmPhase.ACKNOWLEDGED:
            expires = Instant(at + self._patient.protocol.alarms.acknowledge_expires)
            self._timers.set(f"alarm:{track.key}", expires)
            track = replace(track, alarm=replace(track.alarm, answered_by=by, expires_at=expires))
        self.tracks[track.key] = track

    def accept(self, track: TrackState, by: str, at: Instant) -> None:
        """Somebody takes responsibility: the telling rests for the protocol's time."""
        if track.alarm is None or track.alarm.phase is not AlarmPhase.ACTIVE:
            return
        alarm = self._answer(track.alarm, AlarmEvent.ACCEPT, Reason.ACCEPTED, by, at)
        expires = Instant(at + self._patient.protocol.alarms.accept_expires)
        self._timers.set(f"alarm:{track.key}", expires)
        telling = replace(alarm.telling, accepted_by=by)
        alarm = replace(alarm, answered_by=by, expires_at=expires, telling=telling)
        self.tracks[track.key] = replace(track, alarm=alarm)

    def reject(self, track: TrackState, by: str, at: Instant) -> None:
        """Not me: the next tier is told at once."""
        if track.alarm is None or track.alarm.phase is not AlarmPhase.ACTIVE:
            return
        alarm = self._answer(track.alarm, AlarmEvent.REJECT, Reason.REJECTED, by, at)
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
            alarm = track.alarm
            if alarm is None or alarm.phase not in {AlarmPhase.ACTIVE, AlarmPhase.LATCHED}:
                continue
            line = replace(
                alarm.line,
                at=at,
                event=AlarmEvent.AUDIO_PAUSE,
                reason=Reason.AUDIO_PAUSED,
                by=by,
            )
            self._emit(line)
            self._timers.set(f"audio:{key}", until)
            self.tracks[key] = replace(
                track, alarm=replace(alarm, line=line, audio_paused_until=until)
            )

    # Deadlines.

    def audio_over(self, key: str, at: Instant) -> None:
        """The pause is over: the alarm sounds again."""
        track = self.tracks[key]
        if track.alarm is None:
            return
        line = replace(
            track.alarm.line,
            at=at,
            event=AlarmEvent.EXPIRE,
            reason=Reason.AUDIO_PAUSED,
            by=None,
        )
        self._emit(line)
        alarm = replace(track.alarm, line=line, audio_paused_until=None)
        self.tracks[key] = replace(track, alarm=alarm)

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
            alarm = replace(alarm, answered_by=None, expires_at=None)
            alarm = self._answer(alarm, AlarmEvent.EXPIRE, Reason.EXPIRED, None, at)
            self.tracks[key] = replace(track, alarm=alarm)

    def tell_next(self, key: str, at: Instant) -> None:
        """Nobody answered in time."""
        track = self.tracks[key]
        alarm = track.alarm
        route = self._route(alarm.priority) if alarm else None
        if alarm is None or route is None:
            return
        steps_on = router.steps_on(alarm, route)
        line = replace(
            alarm.line,
            at=at,
            event=AlarmEvent.ESCALATE if steps_on else AlarmEvent.REMINDER,
            reason=Reason.ESCALATED if steps_on else Reason.REPEATED,
            by=None,
        )
        self._emit(line)
        alarm, messages = router.tell_next(replace(alarm, line=line), line, route, at)
        self.tracks[key] = replace(track, alarm=self._told(alarm, messages))

    def tell_late(self, at: Instant) -> None:
        """After downtime each alarm that still waits for an answer is told once, as late."""
        for key, track in self.tracks.items():
            if track.alarm is None:
                continue
            route = self._route(track.alarm.priority)
            line = replace(track.alarm.line, at=at, reason=Reason.LATE)
            alarm, messages = router.tell_late(track.alarm, line, route, at)
            self.tracks[key] = replace(track, alarm=self._told(alarm, messages))

    def end_all(self, at: Instant) -> dict[str, TrackState]:
        """The session is over or begins: alarms end; returns what the levels knew."""
        known = {}
        for key, track in self.tracks.items():
            if track.alarm is not None:
                self._stir(
                    track, Stimulus.OVER, track.alarm.priority, Facts.of(track.alarm.line, None), at
                )
            for timer in ("rule", "alarm", "tell", "audio"):
                self._timers.set(f"{timer}:{key}", None)
            known[key] = TrackState(
                key=key, levels=tuple(pending_again(level) for level in track.levels)
            )
        self.tracks = {}
        return known

    # Words and messages.

    def _route(self, priority: Priority) -> Route | None:
        return self._patient.governing.routes.get(priority)

    def _say(self, alarm: AlarmState, line: AlarmLine, at: Instant) -> AlarmState:
        self._emit(line)
        alarm, messages = router.tell(
            replace(alarm, line=line), line, self._route(alarm.priority), at
        )
        return self._told(alarm, messages)

    def _told(self, alarm: AlarmState, messages: list[router.Message]) -> AlarmState:
        self._timers.set(f"tell:{alarm.key}", alarm.telling.next_at)
        if self.telling:
            for message in messages:
                self._emit(message)
        return alarm

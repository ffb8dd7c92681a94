"""The engine of one bed: events and elapsed time in, effects out. Pure.

`advance` fires every deadline up to an instant, in order, each at its own time; `step` does so up
to the event's time and then takes the event. So what comes out depends on the journal alone.
"""

from dataclasses import dataclass, replace

from monitord.engine import baseline, closer, correct, pause, prompts, swaps
from monitord.engine.alarms import Alarms
from monitord.engine.measuring import Measuring
from monitord.engine.patient import Patient
from monitord.engine.plausible import NOTHING_DOUBTED
from monitord.engine.protocol import SETTINGS
from monitord.engine.refusal import refusal
from monitord.engine.rivals import rivalry
from monitord.engine.rounds import ASSESS, AWAY, HELP, Rounds
from monitord.engine.state import STATE, State, TrackState
from monitord.engine.timers import Timers
from monitord.model import (
    EPOCH,
    NIBP,
    Accept,
    Acknowledge,
    AdjustLimit,
    Admit,
    Arrived,
    CallHelp,
    Cause,
    Configured,
    CorrectProtocol,
    Effect,
    Event,
    Fault,
    FillForm,
    Frame,
    Instant,
    Move,
    Observe,
    PauseAlarms,
    PauseAudio,
    Reason,
    Reject,
    Signal,
    StaffAction,
    Started,
    SwapDevice,
    TightenLimit,
    Void,
)


@dataclass(slots=True)
class _Bed:
    """The parts of a configured engine."""

    patient: Patient
    alarms: Alarms
    rounds: Rounds
    measuring: Measuring


class Engine:
    """One bed, or with `bed` None the suite itself. Give a `state` to go on from it."""

    def __init__(
        self, bed: str | None, state: State | None = None, *, effects_decided: int = 0
    ) -> None:
        self._bed = bed
        self.now = state.now if state else EPOCH
        """Engine time: the latest event or deadline taken."""
        self._out: list[Effect] = []
        self.effects_decided = state.effects if state else effects_decided
        """How many effects this bed's engine has decided since its journal began."""
        self._timers = Timers(state.timers if state else ())
        self._parts: _Bed | None = None
        if state is not None and state.settings is not None:
            parts = self._parts = self._assemble(Patient.restored(state), state.requested)
            parts.rounds.restore(state.tracks)

    def _assemble(self, patient: Patient, requested: tuple[Instant, ...] = ()) -> _Bed:
        timers, tell = self._timers, self._out.append
        alarms = Alarms(self._bed, patient, timers, tell)
        measuring = Measuring(patient, alarms, timers, tell, requested)
        return _Bed(patient, alarms, Rounds(patient, alarms, timers), measuring)

    # The contract.

    @property
    def deadline(self) -> Instant | None:
        """When `advance` has something to do; None when only an event can bring it."""
        return self._timers.earliest

    def step(self, event: Event) -> list[Effect]:
        """Takes one event; one stamped earlier than `now` counts from `now`."""
        if event.at < self.now:
            event = replace(event, at=self.now)
        if isinstance(event.body, Started):
            return self._restart(event.body, event.at)
        effects = self.advance(event.at)
        self._take(event)
        self._keep_prompts()
        self._audit(event.at)
        return effects + self._taken() if effects else self._taken()

    def advance(self, to: Instant) -> list[Effect]:
        """Fires every deadline up to and at `to`, in order, at the deadline's own time."""
        while (at := self._timers.earliest) is not None and at <= to:
            _, name = self._timers.pop()
            self.now = max(at, self.now)
            self._fire(name, self.now)
            self._keep_prompts()
            self._audit(self.now)
        self.now = max(to, self.now)
        return self._taken()

    def _keep_prompts(self) -> None:
        """What speaks against resuming stays, though the alarm that said so ends."""
        patient = self._parts.patient if self._parts else None
        if patient is not None and patient.session is not None and self._out:
            kept = prompts.kept_after(patient.protocol, patient.session, self._out)
            patient.session = replace(patient.session, kept=kept)

    def _audit(self, at: Instant) -> None:
        """An active alarm without a next step is itself an alarm."""
        bed = self._parts
        if bed is None or not self._out:
            return
        forgotten = bed.alarms.forgotten(at)
        for key, why in forgotten.items():
            fault = Fault(cause=Cause.FORGOTTEN, subject=key, present=True, detail=why)
            if bed.patient.take_fault(fault, at, simulated=False):
                bed.rounds.look_at_fault(fault, at)
        for state in bed.patient.fault_states:
            fault = replace(state.fault, present=False)
            over = fault.subject not in forgotten
            if fault.cause is Cause.FORGOTTEN and over:
                bed.patient.take_fault(fault, at, simulated=False)
                bed.rounds.look_at_fault(fault, at)

    @property
    def state(self) -> State:
        """All that this engine knows."""
        bed = self._parts
        patient = bed.patient if bed else None
        return State(
            now=self.now,
            settings=patient.settings if patient else None,
            session_settings=patient.session_settings if patient else None,
            session=patient.session if patient else None,
            readings=tuple(patient.readings.values()) if patient else (),
            clocks=tuple(patient.clocks.values()) if patient else (),
            faults=patient.fault_states if patient else (),
            tracks=tuple(bed.alarms.tracks.values()) if bed else (),
            due=tuple(patient.schedule.values()) if patient else (),
            timers=self._timers.entries,
            requested=bed.measuring.requested if bed else (),
            watch_since=patient.watch_since if patient else EPOCH,
            help_since=patient.help_since if patient else None,
            coverage=patient.coverage.kept if patient else (),
            recent=patient.memory.recent.kept if patient else (),
            burdens=patient.memory.burdens.kept if patient else (),
            trails=patient.memory.trails.kept if patient else (),
            belief=patient.memory.plausible.kept if patient else NOTHING_DOUBTED,
            hold=patient.hold if patient else None,
            paused_until=patient.paused_until if patient else None,
            effects=self.effects_decided,
        )

    # Events.

    def _taken(self) -> list[Effect]:
        effects = self._out[:]
        self._out.clear()
        self.effects_decided += len(effects)
        return effects

    def _restart(self, started: Started, at: Instant) -> list[Effect]:
        """What fell due while nothing ran is made up in silence, then told once as late."""
        if started.down_since is None or self._parts is None:
            return self.advance(at)
        effects = self.advance(min(started.down_since, at))
        alarms = self._parts.alarms
        alarms.telling = False
        effects += self.advance(at)
        alarms.telling = True
        alarms.tell_again(at, Reason.LATE)
        return effects + self._taken()

    def _take(self, event: Event) -> None:
        body, bed, at = event.body, self._parts, event.at
        if isinstance(body, Configured):
            self._configure(body, at)
            return
        if isinstance(body, Arrived):
            self._arrive(body, at)
            return
        if bed is None or isinstance(body, Started):
            return
        match body:
            case Frame():
                away = bed.patient.away
                for fault, until in rivalry(bed.patient, event, body):
                    self._take_fault(bed, event, fault, until)
                changed = bed.patient.take_frame(event, body)
                if away is not bed.patient.away:
                    bed.rounds.look(AWAY, at)
                    bed.rounds.look_at_alarms(at)
                if Signal.NIBP_SYS in changed:
                    self._take_fault(bed, event, *bed.patient.memory.plausible.told(event))
                if changed:
                    self._read(bed, changed, at)
            case Fault():
                self._take_fault(bed, event, body)
            case _:
                alarms = [t.alarm for t in bed.alarms.tracks.values() if t.alarm is not None]
                refused = refusal(body, bed.patient, alarms, at)
                if refused is None:
                    self._act(bed, event, body, at)
                self._out += baseline.answer(body, refused, bed.patient.session)

    @staticmethod
    def _take_fault(bed: _Bed, event: Event, fault: Fault, until: Instant | None = None) -> None:
        if bed.patient.take_fault(fault, event.at, simulated=event.simulated, until=until):
            bed.rounds.look_at_fault(fault, event.at)

    def _configure(self, configured: Configured, at: Instant) -> None:
        """New settings: at once on an empty bed, bindings only while a session is open."""
        settings = SETTINGS.validate_json(configured.document)
        if self._parts is None:
            self._parts = self._assemble(Patient(settings, at))
        bed = self._parts
        ended = bed.patient.configure(settings)
        for fault in ended:
            bed.rounds.look_at_fault(fault, at)
        if bed.patient.session is None:
            self._begin(bed, at, bed.alarms.tracks)
        else:
            bed.measuring.plan(bed.patient.schedule, at)
            bed.rounds.look_at_all(at)

    def _arrive(self, arrived: Arrived, at: Instant) -> None:
        """The patient of another bed is here: what this one knew of itself ends first."""
        if self._parts is not None:
            self._parts.alarms.end_all(at)
        state = STATE.validate_json(arrived.state)
        self._timers = Timers(state.timers)
        bed = self._parts = self._assemble(Patient.restored(state), state.requested)
        bed.rounds.restore(state.tracks)
        bed.alarms.tell_again(at, Reason.MOVED)
        bed.measuring.plan(bed.patient.schedule, at)
        self._phase_changed(bed, at)

    def _act(self, bed: _Bed, event: Event, action: StaffAction, at: Instant) -> None:
        patient, alarms, rounds = bed.patient, bed.alarms, bed.rounds
        match action:
            case Admit():
                known = alarms.end_all(at)
                patient.admit(action, at)
                self._begin(bed, at, known)
            case CorrectProtocol() | AdjustLimit() | TightenLimit():
                correct.correct(action, patient, alarms, rounds, at)
                self._phase_changed(bed, at)
            case Acknowledge() | Accept() | Reject():
                self._answer(bed, action, at)
                self._reschedule(bed, at)
            case Move():
                alarms.leave(at)
                patient.leave(at)
                self._begin(bed, at, {})
            case PauseAudio():
                alarms.pause_audio(action.by, at)
            case PauseAlarms():
                patient.paused_until = Instant(at + pause.LASTS)
                self._timers.set(pause.ALARM_PAUSED, patient.paused_until)
                rounds.look_at_alarms(at)
            case SwapDevice() if patient.settings.bed is None:
                placed = swaps.after(patient.settings.placed, action)
                patient.settings = replace(patient.settings, placed=placed)
            case CallHelp():
                patient.help_since = patient.help_since or at
                rounds.look(HELP, at)
            case Observe() | FillForm():
                patient.step_session(action, at)
                rounds.look(ASSESS, at)
                self._read(bed, patient.observe(event, action, at), at)
            case Void():
                changed = patient.unobserve(action.action)
                patient.step_session(action, at)
                self._phase_changed(bed, at)
                self._read(bed, changed, at)
            case _:
                patient.step_session(action, at)
                if patient.discharged:
                    alarms.end_all(at)
                    patient.leave(at)
                    self._begin(bed, at, {})
                else:
                    self._phase_changed(bed, at)

    @staticmethod
    def _answer(bed: _Bed, answer: Acknowledge | Accept | Reject, at: Instant) -> None:
        track = bed.alarms.find(answer.alarm)
        if track is None:
            return
        match answer:
            case Acknowledge():
                bed.alarms.acknowledge(track, answer.by, at)
                if track.key == HELP:
                    bed.patient.help_since = None
                    bed.rounds.look(HELP, at)
            case Accept():
                bed.alarms.accept(track, answer.by, at)
                session = bed.patient.session
                if session is not None and track.alarm is not None:
                    about = track.alarm.line.signal
                    more = closer.begun(session.closer, bed.patient.schedule, about)
                    bed.patient.session = replace(session, closer=more)
            case Reject():
                bed.alarms.reject(track, answer.by, at)

    # Deadlines.

    def _fire(self, name: str, at: Instant) -> None:
        bed = self._parts
        if bed is None:
            return
        kind, _, key = name.partition(":")
        match kind:
            case "rule":
                bed.rounds.look(key, at)
                if key == AWAY:
                    bed.rounds.look_at_alarms(at)
            case "alarm":
                bed.alarms.answer_over(key, at)
                bed.rounds.look(key, at)
            case "tell":
                bed.alarms.tell_next(key, at)
            case pause.ALARM_PAUSED:
                bed.rounds.look_at_alarms(at)
            case "audio":
                bed.alarms.audio_over(key, at)
            case "phase":
                if bed.patient.move_on(at):
                    self._phase_changed(bed, at)
            case "request":
                bed.measuring.ask(key, Reason.SCHEDULED, at)
            case "confirm":
                if key in bed.patient.schedule:
                    bed.measuring.ask(key, Reason.CONFIRMING, at)

    # Phase and schedule.

    def _begin(self, bed: _Bed, at: Instant, known: dict[str, TrackState]) -> None:
        """A session begins or ends, or an empty bed has new settings."""
        bed.alarms.session_changed()
        self._plan(bed.patient, at)
        bed.measuring.plan(bed.patient.reschedule(), at)
        bed.rounds.begin(known, at)

    def _phase_changed(self, bed: _Bed, at: Instant) -> None:
        self._plan(bed.patient, at)
        self._reschedule(bed, at)
        bed.rounds.look_at_all(at)

    def _plan(self, patient: Patient, at: Instant) -> None:
        ends = patient.session.phase_ends if patient.session else None
        self._timers.set("phase", ends if ends is not None and ends > at else None)

    def _reschedule(self, bed: _Bed, at: Instant) -> None:
        moved = bed.patient.reschedule()
        bed.measuring.plan(moved, at)
        bed.rounds.look_at_items(moved, at)

    def _read(self, bed: _Bed, signals: set[Signal], at: Instant) -> None:
        """New readings came."""
        patient = bed.patient
        bed.rounds.look_at_signals(signals, at)
        session = patient.session
        if session and session.closer and patient.good_now(Signal.NIBP_SYS, signals):
            left = closer.counted(session.closer, patient.schedule, bed.alarms.tracks.values())
            patient.session = replace(session, closer=left)
        if not patient.scheduled.isdisjoint(signals):
            self._reschedule(bed, at)
            if not NIBP.isdisjoint(signals):
                bed.measuring.confirm(bed.rounds.rules.values(), at)

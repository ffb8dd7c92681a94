"""The engine of one bed: events and elapsed time in, effects out. Pure.

`advance` fires every deadline before an instant, in order, each at its own time; `step` does so up
to the event's time and then takes the event. So at one instant readings come first, then acts of staff
as they stand in the journal, then what was due; and what comes out depends on the journal alone.
"""

from dataclasses import dataclass

from monitord.engine.alarm_state import RuleState
from monitord.engine.alarms import alarm_pause as pause
from monitord.engine.alarms.alarms import Alarms
from monitord.engine.alarms.answer_coverage import TRIGGERS
from monitord.engine.bed import readings_to_repeat, staff_entries
from monitord.engine.bed.patient import Patient
from monitord.engine.new_readings import NewReadings
from monitord.engine.protocol import device_swaps as swaps
from monitord.engine.protocol.confidential import ASSESS
from monitord.engine.protocol.own_rules import AWAY, HELP
from monitord.engine.protocol.protocol import settings_of
from monitord.engine.reading_requests import Measuring
from monitord.engine.readings.plausibility import NOTHING_DOUBTED
from monitord.engine.rule_evaluator import RuleEvaluator
from monitord.engine.session import baseline, increased_monitoring
from monitord.engine.staff import correction, standing_prompts
from monitord.engine.staff.refusal import refusal
from monitord.engine.state import STATE, State
from monitord.engine.timers import Timers
from monitord.model import (
    EPOCH,
    Accept,
    Acknowledge,
    AdjustLimit,
    Admit,
    Arrived,
    CallHelp,
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
from monitord.model.frozen import replace


@dataclass(slots=True)
class _Bed:
    """The parts of a configured engine."""

    patient: Patient
    alarms: Alarms
    evaluator: RuleEvaluator
    measuring: Measuring
    news: NewReadings


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
            parts.evaluator.restore(state.tracks, state.now)

    def _assemble(self, patient: Patient, requested: tuple[Instant, ...] = ()) -> _Bed:
        timers, tell = self._timers, self._out.append
        alarms = Alarms(self._bed, patient, timers, tell)
        measuring = Measuring(patient, alarms, timers, tell, requested)
        evaluator = RuleEvaluator(patient, alarms, timers)
        news = NewReadings(patient, alarms, evaluator, measuring, timers)
        return _Bed(patient, alarms, evaluator, measuring, news)

    # The contract.

    @property
    def deadline(self) -> Instant | None:
        """When `advance` has something to do; None when only an event can bring it.

        One microsecond after what is due: an event of that very instant comes before it.
        """
        earliest = self._timers.earliest
        return None if earliest is None else Instant(earliest + 1)

    def step(self, event: Event) -> list[Effect]:
        """Takes one event; one stamped earlier than `now` counts from `now`."""
        if event.at < self.now:
            event = replace(event, at=self.now)
        if isinstance(event.body, Started):
            return self._restart(event.body, event.at)
        effects = self.advance(event.at)
        self._take(event)
        self._look_over()
        return effects + self._taken() if effects else self._taken()

    def advance(self, to: Instant) -> list[Effect]:
        """Fires every deadline before `to`, in order, at the deadline's own time.

        What is due at `to` itself waits: a reading that arrives at the due time is in time.
        """
        while (at := self._timers.earliest) is not None and at < to:
            _, name = self._timers.pop()
            self.now = max(at, self.now)
            self._fire(name, self.now)
            self._look_over()
        self.now = max(to, self.now)
        return self._taken()

    def settle(self, before: Instant) -> list[Effect]:
        """What is due at the present instant, once an event of a later one comes: should a rule raise on
        it, that is not this event's doing.
        """
        return self.advance(min(before, Instant(self.now + 1)))

    def _look_over(self) -> None:
        """After anything came out: prompts that stay, and alarms that nobody would hear of again."""
        bed = self._parts
        if bed is None or not self._out:
            return
        if (session := bed.patient.session) is not None:
            # What speaks against resuming stays, though the alarm that said so ends.
            kept = standing_prompts.kept_after(bed.patient.protocol, session, self._out)
            bed.patient.session = kept
        bed.evaluator.audit(self.now)

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
            old=patient.memory.old.kept if patient else (),
            hold=patient.hold if patient else None,
            steadiness=patient.losses.kept if patient else (),
            claims=patient.rivals.kept if patient else (),
            cuff_failed=patient.cuff_failed if patient else None,
            replaced=tuple(patient.replaced.values()) if patient else (),
            paused_until=patient.paused_until if patient else None,
            effects=self.effects_decided,
        )

    # Events.

    def _taken(self) -> list[Effect]:
        if not self._out:
            return []
        effects = self._out[:]
        self._out.clear()
        self.effects_decided += len(effects)
        return effects

    def _restart(self, started: Started, at: Instant) -> list[Effect]:
        """What fell due while nothing ran is made up in silence, then told once as late."""
        if started.down_since is None or self._parts is None:
            return self.advance(at)
        effects = self.advance(min(Instant(started.down_since + 1), at))
        alarms = self._parts.alarms
        alarms.fall_silent()
        effects += self.advance(at)
        alarms.speak_again(at)
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
                for over in bed.patient.faults.heard(event, body):
                    bed.evaluator.evaluate_fault(over, at)
                heard = bed.patient.take_frame(event, body)
                for fault, until in (*bed.patient.faults.lapsed(at), *heard.faults):
                    bed.evaluator.take_fault(fault, at, simulated=event.simulated, until=until)
                bed.news.look_later(heard.changed, at)
                bed.evaluator.look_after(heard, at)
                for fault in readings_to_repeat.told(bed.patient, event):
                    bed.evaluator.take_fault(fault, at, simulated=event.simulated)
            case Fault():
                bed.evaluator.take_fault(body, at, simulated=event.simulated)
            case _:
                alarms = [t.standing for t in bed.alarms.tracks.values() if t.standing]
                refused = refusal(body, bed.patient, alarms, at)
                if refused is None:
                    self._act(bed, event, body, at)
                self._out += baseline.answer(body, refused, bed.patient)

    def _configure(self, configured: Configured, at: Instant) -> None:
        """New settings: at once on an empty bed, bindings only while a session is open."""
        settings = settings_of(configured.document)
        if self._parts is None:
            self._parts = self._assemble(Patient(settings, at))
        bed = self._parts
        ended = bed.patient.configure(settings)
        for fault in ended:
            bed.evaluator.evaluate_fault(fault, at)
        if bed.patient.session is None:
            self._begin(bed, at, bed.alarms.tracks)
        else:
            bed.measuring.plan(bed.patient.schedule, at)
            bed.evaluator.look_at_all(at)

    def _arrive(self, arrived: Arrived, at: Instant) -> None:
        """The patient of another bed is here: what this one knew of itself ends first."""
        if self._parts is not None:
            self._parts.alarms.end_all(at)
        state = STATE.validate_json(arrived.state)
        self._timers = Timers(state.timers)
        bed = self._parts = self._assemble(Patient.restored(state), state.requested)
        bed.evaluator.restore(state.tracks, state.now)
        bed.alarms.tell_again(at, Reason.MOVED)
        bed.measuring.plan(bed.patient.schedule, at)
        self._phase_changed(bed, at)

    def _act(self, bed: _Bed, event: Event, action: StaffAction, at: Instant) -> None:
        patient, alarms, evaluator = bed.patient, bed.alarms, bed.evaluator
        match action:
            case Admit():
                known = alarms.end_all(at)
                patient.admit(action, at)
                self._begin(bed, at, known)
            case CorrectProtocol() | AdjustLimit() | TightenLimit():
                correction.correct(action, patient, alarms, evaluator, at)
                self._phase_changed(bed, at)
            case Acknowledge() | Accept() | Reject():
                self._answer(bed, action, at)
                bed.news.reschedule(at)
            case Move():
                alarms.leave(at)
                patient.leave(at)
                self._begin(bed, at, {})
            case PauseAudio():
                alarms.pause_audio(action.by, at)
            case PauseAlarms():
                patient.paused_until = Instant(at + pause.LASTS)
                self._timers.set(pause.ALARM_PAUSED, patient.paused_until)
                evaluator.evaluate_alarms(at)
            case SwapDevice() if patient.settings.bed is None:
                placed = swaps.after(patient.settings.placed, action)
                patient.settings = replace(patient.settings, placed=placed)
            case CallHelp():
                patient.help_since = patient.help_since or at
                evaluator.evaluate(HELP, at)
            case Observe() | FillForm():
                patient.step_session(action, at)
                evaluator.evaluate(ASSESS, at)
                bed.news.look_later(staff_entries.entered(patient, event, action, at), at)
            case Void():
                changed = staff_entries.taken_back(patient, event, action.action)
                patient.step_session(action, at)
                self._phase_changed(bed, at)
                bed.news.look_later(changed, at)
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
        bed.alarms.answer(track, TRIGGERS[type(answer)], answer.by, at)
        session = bed.patient.session
        if isinstance(answer, Acknowledge) and track.key == HELP:
            bed.patient.help_since = None
            bed.evaluator.evaluate(HELP, at)
        elif isinstance(answer, Accept) and session is not None and track.alarm is not None:
            about = track.alarm.line.signal
            more = increased_monitoring.begun(session.closer, bed.patient.schedule, about)
            bed.patient.session = replace(session, closer=more)

    # Deadlines.

    def _fire(self, name: str, at: Instant) -> None:
        bed = self._parts
        if bed is None:
            return
        kind, _, key = name.partition(":")
        match kind:
            case "read":
                bed.news.look({Signal(key)}, at)
            case "rule":
                bed.evaluator.evaluate(key, at)
                if key == AWAY:
                    bed.evaluator.evaluate_alarms(at)
            case "alarm":
                # Levels first: an answer that expires now counts as none.
                bed.evaluator.evaluate(key, at)
                bed.alarms.answer_over(key, at)
                bed.evaluator.evaluate(key, at)
            case "rest":
                bed.alarms.rest_over(key, at)
            case "tell":
                bed.alarms.tell_next(key, at)
            case pause.ALARM_PAUSED:
                bed.evaluator.evaluate_alarms(at)
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

    def _begin(self, bed: _Bed, at: Instant, known: dict[str, RuleState]) -> None:
        """A session begins or ends, or an empty bed has new settings."""
        bed.alarms.session_changed()
        self._plan(bed.patient, at)
        bed.measuring.plan(bed.patient.reschedule(at), at)
        bed.evaluator.begin(known, at)

    def _phase_changed(self, bed: _Bed, at: Instant) -> None:
        self._plan(bed.patient, at)
        bed.news.reschedule(at)
        bed.evaluator.look_at_all(at)

    def _plan(self, patient: Patient, at: Instant) -> None:
        ends = patient.session.phase_ends if patient.session else None
        self._timers.set("phase", ends if ends is not None and ends > at else None)

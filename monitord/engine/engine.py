"""The engine of one bed: events and elapsed time in, effects out. Pure.

`advance` fires every deadline up to an instant, in order, each at its own time; `step` does so up
to the event's time and then takes the event. So what comes out depends on the journal alone.
"""

from monitord.engine import cuff
from monitord.engine.alarms import Alarms
from monitord.engine.patient import Patient
from monitord.engine.protocol import SETTINGS
from monitord.engine.rules import Rule
from monitord.engine.rules.help import HelpRule
from monitord.engine.rules.overdue import OverdueRule
from monitord.engine.rules.stale import StaleRule
from monitord.engine.rules.technical import TechnicalRule
from monitord.engine.state import State, TrackState
from monitord.engine.timers import Timers
from monitord.model import (
    NIBP,
    Accept,
    Acknowledge,
    Admit,
    Answer,
    Answered,
    CallHelp,
    Cause,
    Configured,
    Effect,
    Event,
    Fault,
    Frame,
    Instant,
    Observe,
    PauseAudio,
    Reason,
    Reject,
    RequestReading,
    Signal,
    StaffAction,
    Started,
    Void,
)

HELP = "help"
CAUSES = frozenset(cause.value for cause in Cause)


class Engine:
    """One bed, or with `bed` None the suite itself. Give a `state` to go on from it."""

    def __init__(self, bed: str | None, state: State | None = None) -> None:
        self._bed = bed
        self.now = state.now if state else Instant(0)
        """Engine time: the latest event or deadline taken."""
        self._out: list[Effect] = []
        self._count = state.effects if state else 0
        self._timers = Timers(state.timers if state else ())
        self._requested: tuple[Instant, ...] = state.requested if state else ()
        self._rules: dict[str, Rule] = {}
        self._by_signal: dict[Signal, tuple[str, ...]] = {}
        self._patient: Patient | None = None
        self._alarms: Alarms | None = None
        if state is not None and state.settings is not None:
            patient = self._patient = Patient.restored(state)
            self._alarms = Alarms(bed, patient, self._timers, self._out.append)
            self._compile(patient)
            for track in state.tracks:
                self._rule(track.key)
            self._alarms.restore(state.tracks, self._rules)

    # The contract.

    @property
    def deadline(self) -> Instant | None:
        """When `advance` has something to do; None when only an event can bring it."""
        return self._timers.earliest

    def step(self, event: Event) -> list[Effect]:
        """Takes one event, stamped `max(event.at, engine.now)` by the sequencer."""
        if isinstance(event.body, Started):
            return self._restart(event.body, event.at)
        effects = self.advance(event.at)
        self.now = max(event.at, self.now)
        self._take(event, self.now)
        return effects + self._taken()

    def advance(self, to: Instant) -> list[Effect]:
        """Fires every deadline up to and at `to`, in order, at the deadline's own time."""
        while (at := self._timers.earliest) is not None and at <= to:
            _, name = self._timers.pop()
            self.now = max(at, self.now)
            self._fire(name, self.now)
        self.now = max(to, self.now)
        return self._taken()

    @property
    def state(self) -> State:
        """All that this engine knows."""
        patient = self._patient
        return State(
            now=self.now,
            settings=patient.settings if patient else None,
            session_settings=patient.session_settings if patient else None,
            session=patient.session if patient else None,
            readings=tuple(patient.readings.values()) if patient else (),
            clocks=tuple(patient.clocks.values()) if patient else (),
            faults=patient.fault_states if patient else (),
            tracks=tuple(self._alarms.tracks.values()) if self._alarms else (),
            due=tuple(patient.schedule.values()) if patient else (),
            timers=self._timers.entries,
            requested=self._requested,
            watch_since=patient.watch_since if patient else Instant(0),
            help_since=patient.help_since if patient else None,
            effects=self._count,
        )

    # Events.

    def _taken(self) -> list[Effect]:
        effects = list(self._out)
        self._out.clear()
        self._count += len(effects)
        return effects

    def _restart(self, started: Started, at: Instant) -> list[Effect]:
        """What fell due while nothing ran is made up in silence, then told once as late."""
        effects = self.advance(started.down_since) if started.down_since is not None else []
        if self._alarms is None:
            return effects + self.advance(at)
        self._alarms.telling = False
        effects += self.advance(at)
        self._alarms.telling = True
        if started.down_since is not None:
            self._alarms.tell_late(self.now)
        return effects + self._taken()

    def _take(self, event: Event, at: Instant) -> None:
        body = event.body
        if isinstance(body, Configured):
            self._configure(body, at)
            return
        patient, alarms = self._patient, self._alarms
        if patient is None or alarms is None or isinstance(body, Started):
            return
        match body:
            case Frame():
                self._look_at_signals(patient, patient.take_frame(event, body), at)
            case Fault():
                if patient.take_fault(body, at, simulated=event.simulated):
                    self._look_at_fault(patient, body, at)
            case _:
                refused = self._refusal(patient, alarms, body, at)
                if refused is None:
                    self._act(patient, alarms, event, body, at)
                self._out.append(Answered(action=body.id, refused=refused))

    def _configure(self, configured: Configured, at: Instant) -> None:
        """New settings: at once on an empty bed, bindings only while a session is open."""
        settings = SETTINGS.validate_json(configured.document)
        if self._patient is None:
            self._patient = Patient(settings, at)
            self._alarms = Alarms(self._bed, self._patient, self._timers, self._out.append)
        self._patient.settings = settings
        if self._patient.session is None and self._alarms is not None:
            self._begin(self._patient, self._alarms, at, self._alarms.tracks)

    @staticmethod
    def _refusal(patient: Patient, alarms: Alarms, action: StaffAction, at: Instant) -> str | None:
        match action:
            case Answer():
                return None if alarms.find(action.alarm) else "that alarm is over"
            case CallHelp() | PauseAudio():
                return None
            case _:
                return patient.refusal(action, at)

    def _act(
        self, patient: Patient, alarms: Alarms, event: Event, action: StaffAction, at: Instant
    ) -> None:
        match action:
            case Admit():
                known = alarms.end_all(at)
                patient.admit(action, at)
                self._begin(patient, alarms, at, known)
            case Acknowledge() | Accept() | Reject():
                self._answer(patient, alarms, action, at)
            case PauseAudio():
                alarms.pause_audio(action.by, at)
            case CallHelp():
                patient.help_since = patient.help_since or at
                self._look(HELP, at)
            case Observe():
                patient.step_session(action, at)
                self._look_at_signals(patient, patient.observe(event, action, at), at)
            case Void():
                changed = patient.unobserve(action.action)
                patient.step_session(action, at)
                self._phase_changed(patient, at)
                self._look_at_signals(patient, changed, at)
            case _:
                patient.step_session(action, at)
                if patient.discharged:
                    alarms.end_all(at)
                    patient.leave(at)
                    self._begin(patient, alarms, at, {})
                else:
                    self._phase_changed(patient, at)

    def _answer(
        self, patient: Patient, alarms: Alarms, answer: Acknowledge | Accept | Reject, at: Instant
    ) -> None:
        track = alarms.find(answer.alarm)
        if track is None:
            return
        match answer:
            case Acknowledge():
                alarms.acknowledge(track, answer.by, at)
                if track.key == HELP:
                    patient.help_since = None
                    self._look(HELP, at)
            case Accept():
                alarms.accept(track, answer.by, at)
            case Reject():
                alarms.reject(track, answer.by, at)

    # Deadlines.

    def _fire(self, name: str, at: Instant) -> None:
        patient, alarms = self._patient, self._alarms
        if patient is None or alarms is None:
            return
        kind, _, key = name.partition(":")
        match kind:
            case "rule":
                self._look(key, at)
            case "alarm":
                alarms.answer_over(key, at)
            case "tell":
                alarms.tell_next(key, at)
            case "audio":
                alarms.audio_over(key, at)
            case "phase":
                if patient.move_on(at):
                    self._phase_changed(patient, at)
            case "request":
                self._request(patient, alarms, key, Reason.SCHEDULED, at)

    def _request(
        self, patient: Patient, alarms: Alarms, item: str, reason: Reason, at: Instant
    ) -> None:
        """A cuff reading is due: ask for it when the bed allows, and try again later."""
        bounds = patient.settings.cuff
        blocked = cuff.spo2_alarm_active(alarms.tracks)
        if cuff.refusal(bounds, patient.session, self._requested, blocked, at) is None:
            self._requested = (*(t for t in self._requested if t > at - cuff.KEPT), at)
            if alarms.telling:
                request = RequestReading(bed=self._bed or "", signal=Signal.NIBP_SYS, reason=reason)
                self._out.append(request)
        retry = max(cuff.HARD_MINIMUM, bounds.minimum_interval)
        self._timers.set(f"request:{item}", Instant(at + retry))

    # Rules.

    def _rule(self, key: str) -> Rule | None:
        """The rule of this key; a technical one is made when its fault first appears."""
        rule = self._rules.get(key)
        if rule is None:
            cause, colon, subject = key.partition(":")
            if colon and cause in CAUSES:
                rule = self._rules[key] = TechnicalRule(cause=Cause(cause), subject=subject)
        return rule

    def _compile(self, patient: Patient) -> None:
        """Which rules exist, and which signals each listens to."""
        technical = {k: r for k, r in self._rules.items() if isinstance(r, TechnicalRule)}
        self._rules = {**patient.protocol.rules, **technical, HELP: HelpRule()}
        by_signal: dict[Signal, list[str]] = {}
        for key, rule in self._rules.items():
            for signal in rule.inputs:
                by_signal.setdefault(signal, []).append(key)
        self._by_signal = {signal: tuple(keys) for signal, keys in by_signal.items()}

    def _begin(
        self, patient: Patient, alarms: Alarms, at: Instant, known: dict[str, TrackState]
    ) -> None:
        """Rules of a new protocol; what the levels knew before goes on (invariant 8)."""
        for state in patient.fault_states:
            self._rule(f"{state.fault.cause}:{state.fault.subject}")
        self._compile(patient)
        alarms.session_changed()
        alarms.tracks = {key: track for key, track in known.items() if key in self._rules}
        self._phase_changed(patient, at)

    def _phase_changed(self, patient: Patient, at: Instant) -> None:
        session = patient.session
        self._timers.set(
            "phase", session.phase_ends if session and _ahead(session.phase_ends, at) else None
        )
        self._reschedule(patient, at)
        for key in self._rules:
            self._look(key, at)

    def _reschedule(self, patient: Patient, at: Instant) -> None:
        moved = patient.reschedule()
        for item in moved:
            due = patient.due(item)
            entry = patient.schedule.get(item)
            if entry is None or not NIBP.intersection(entry.signals):
                due = None
            self._timers.set(f"request:{item}", due if due is None else max(due, at))
        for key, rule in self._rules.items():
            if isinstance(rule, OverdueRule) and rule.item in moved:
                self._look(key, at)

    def _look_at_signals(self, patient: Patient, signals: set[Signal], at: Instant) -> None:
        for signal in sorted(signals):
            for key in self._by_signal.get(signal, ()):
                self._look(key, at)
        if patient.scheduled.intersection(signals):
            self._reschedule(patient, at)

    def _look_at_fault(self, patient: Patient, fault: Fault, at: Instant) -> None:
        key = f"{fault.cause}:{fault.subject}"
        self._rule(key)
        self._look(key, at)
        source = patient.settings.sources.get(fault.subject)
        for signal in source.signals if source else ():
            for listening in self._by_signal.get(signal, ()):
                self._look(listening, at)

    def _look(self, key: str, at: Instant) -> None:
        rule = self._rule(key)
        if rule is not None and self._alarms is not None:
            self._alarms.look(key, rule, at, self._deeper(rule))

    def _deeper(self, rule: Rule) -> str | None:
        """The technical cause behind this rule's, which is told instead (invariant 10)."""
        patient = self._patient
        if patient is None or not patient.fault_states:
            return None
        match rule:
            case StaleRule():
                lost = [
                    name
                    for name, source in patient.settings.sources.items()
                    if rule.signal in source.signals
                ]
            case TechnicalRule(cause=Cause.DEVICE | Cause.BATTERY):
                lost = [rule.subject]
            case _:
                return None
        if lost and all(patient.fault(Cause.LINK, name) for name in lost):
            return f"{Cause.LINK}:{lost[0]}"
        return None


def _ahead(ends: Instant | None, at: Instant) -> bool:
    return ends is not None and ends > at

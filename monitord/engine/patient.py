"""What is known of the patient on one bed: readings, faults, session, schedule. Pure.

`Patient` is what the rules see (`rules/seen.py`).
"""

from dataclasses import replace

from monitord.engine import away, baseline, due, forms, hold, overlay, swaps
from monitord.engine import session as visit
from monitord.engine.arrival import Arrival, SourceClock, judge
from monitord.engine.burden import Burden
from monitord.engine.coverage import Coverage
from monitord.engine.fresh import speaks_for
from monitord.engine.limit import Limit
from monitord.engine.memory import Memory
from monitord.engine.protocol import Protocol, Settings, Stage
from monitord.engine.reading import Away, FaultState, Reading
from monitord.engine.recent import Taken
from monitord.engine.state import DueState, SessionState, State
from monitord.engine.trail import Trail
from monitord.model import (
    OF_DEVICES,
    AcceptBaseline,
    Admit,
    Cause,
    Event,
    Fault,
    FillForm,
    Frame,
    Instant,
    Observe,
    Quality,
    Sample,
    Signal,
    Span,
    StaffAction,
)

MANUAL = "manual"


class Patient:
    """Mutable, owned by one engine; everything in it is a frozen value."""

    def __init__(self, settings: Settings, at: Instant) -> None:
        self.settings = settings
        self.session_settings: Settings | None = None
        self.session: SessionState | None = None
        self._overlaid: Protocol | None = None
        self._fresh: dict[Signal, Span] = {}
        """Found once a signal; forgotten with the protocol and the settings."""
        self.readings: dict[Signal, Reading] = {}
        self.clocks: dict[tuple[str, Signal], SourceClock] = {}
        self._faults: dict[tuple[Cause, str], FaultState] = {}
        self.help_since: Instant | None = None
        self.paused_until: Instant | None = None
        self.watch_since = at
        self.schedule: dict[str, DueState] = {}
        self.scheduled: frozenset[Signal] = frozenset()
        """The signals whose readings move a due time."""
        self.coverage = Coverage()
        self.memory = Memory()
        self.hold: hold.Hold | None = None
        self.baseline: dict[Signal, float] = {}
        """The patient's own values, as far as somebody accepted them."""

    @classmethod
    def restored(cls, state: State) -> "Patient":
        """As it was when `state` was taken; the state must have settings."""
        if state.settings is None:
            msg = "a state without settings holds no patient"
            raise ValueError(msg)
        patient = cls(state.settings, state.watch_since)
        patient.session_settings = state.session_settings
        patient.session = state.session
        if state.session is not None and (state.session.overlays or state.session.adjusted):
            patient._overlaid = overlay.in_force(patient.governing, state.session)
        patient.readings = {r.signal: r for r in state.readings}
        patient.clocks = {(c.source, c.signal): c for c in state.clocks}
        patient._faults = {(f.fault.cause, f.fault.subject): f for f in state.faults}
        patient.help_since, patient.paused_until = state.help_since, state.paused_until
        patient.schedule = {d.item: d for d in state.due}
        patient.scheduled = due.signals_of(patient.schedule)
        patient.coverage = Coverage(state.coverage)
        patient.memory = Memory(state)
        patient.hold = state.hold
        patient.baseline = baseline.in_force(state.session)
        return patient

    # What the rules see.

    @property
    def phase(self) -> str | None:
        """The phase's name; None on a bed without a session."""
        return self.session.phase if self.session else None

    @property
    def phase_since(self) -> Instant:
        """When the phase began, or the watch on an empty bed."""
        return self.session.phase_since if self.session else self.watch_since

    @property
    def watched_since(self) -> Instant:
        """When the session was entered, or the watch on an empty bed began."""
        return self.session.opened_at if self.session else self.watch_since

    def taken(self, signal: Signal) -> tuple[Taken, ...]:
        """The last good readings of a signal that is read now and then, oldest first."""
        return self.memory.recent.of(signal)

    def burden(self, signal: Signal, limit: Limit) -> Burden | None:
        """How far and how long the signal was beyond the limit; None where no rule asks."""
        return self.memory.burdens.of(signal, limit)

    def trail(self, signal: Signal, within: Span) -> Trail | None:
        """Lowest and highest of the time looked back; None where no rule asks."""
        return self.memory.trails.of(signal, within)

    def fault(self, cause: Cause, subject: str) -> FaultState | None:
        """The fault, if it is present."""
        return self._faults.get((cause, subject))

    @property
    def fault_states(self) -> tuple[FaultState, ...]:
        """Every fault that is present."""
        return tuple(self._faults.values())

    @property
    def away(self) -> Away | None:
        """That the patient left the bed, and is not known to be back."""
        return self.session.away if self.session else None

    @property
    def infusion(self) -> str | None:
        """`running`, `paused` or `stopped`, as staff entered it; None before it."""
        return self.session.infusion if self.session else None

    def lasts_since(self, what: str) -> Instant | None:
        """Since when a pause or reaction lasts, or the infusion longer than planned (maybe ahead)."""
        session = self.session
        if session is None:
            return None
        if what == "pause":
            return session.paused_since
        if what == "reaction":
            return session.reaction.since if session.reaction else None
        if what == "concern":
            return session.concern.since if session.concern else None
        return session.phase_ends if session.infusion == "running" else None

    def due(self, item: str) -> Instant | None:
        """When the schedule wants the item next."""
        entry = self.schedule.get(item)
        return entry.due if entry else None

    def interval(self, item: str) -> Span:
        """The item's interval in this phase."""
        entry = self.schedule.get(item)
        return entry.interval if entry else 0

    def good_now(self, signal: Signal, changed: set[Signal]) -> bool:
        """Whether one of the readings that came is a good one of this signal."""
        reading = self.readings.get(signal)
        return signal in changed and reading is not None and reading.quality.usable

    # Settings in force.

    @property
    def only_simulated(self) -> bool:
        """Whether nothing but twins is bound to the bed."""
        sources = self.settings.sources.values()
        return bool(sources) and all(source.simulated for source in sources)

    def configure(self, settings: Settings) -> list[Fault]:
        """Takes new settings; returns the faults that ended: their device left the bed."""
        moved = swaps.moved(self.settings.sources, settings.sources)
        self.clocks = {key: each for key, each in self.clocks.items() if key[0] not in moved}
        self.settings = settings
        self._fresh.clear()
        gone = [
            state.fault
            for (cause, subject), state in self._faults.items()
            if cause in OF_DEVICES and (subject in moved or subject not in settings.sources)
        ]
        for fault in gone:
            del self._faults[fault.cause, fault.subject]
        return gone

    @property
    def governing(self) -> Settings:
        """The settings whose protocol and routes are in force (invariant 5)."""
        return self.session_settings or self.settings

    @property
    def protocol(self) -> Protocol:
        """The session's protocol with its overlays, or the suite's watch."""
        if self.session is None:
            return self.settings.watch
        return self._overlaid or self.governing.protocols[self.session.protocol]

    def fresh(self, signal: Signal) -> Span:
        """How long one reading of the signal speaks for the patient."""
        span = self._fresh.get(signal)
        if span is None:
            span = self._fresh[signal] = speaks_for(signal, self.protocol, self.settings)
        return span

    # What happens.

    def take_frame(self, event: Event, frame: Frame) -> set[Signal]:
        """Stores what counts; returns the signals that have a new reading."""
        changed = set()
        same_arm = self.same_arm
        self.memory.follow(self.protocol, event.at)
        for sample in frame.samples:
            before = self.readings.get(sample.signal)
            if not self._counts(event, sample, before):
                continue
            reading = self._reading(event, frame, sample, before)
            if same_arm:
                self.hold = hold.after(self.hold, sample, event.at)
            self.coverage.took(before, reading)
            if self.session is not None and self.session.away is not None:
                self.session = away.noticed(self.session, self.protocol, before, reading)
            self.readings[sample.signal] = reading
            changed.add(sample.signal)
        return changed

    @property
    def same_arm(self) -> bool:
        """Whether staff said that cuff and probe sit on one arm; unknown is no reason to hold."""
        arm = self.session.cuff_arm if self.session else None
        return self.session is not None and arm is not None and arm is self.session.probe_arm

    def cuff_inflates(self, at: Instant) -> None:
        """A reading was asked for."""
        if self.same_arm:
            self.hold = hold.begins(self.hold, at)

    def observe(self, event: Event, action: Observe | FillForm, at: Instant) -> set[Signal]:
        """Stores what staff saw or measured by hand, as of when it happened."""
        when = action.happened_at or at
        changed = set()
        for signal, value in forms.observed(action, self.protocol.forms).items():
            known = self.readings.get(signal)
            if known is not None and known.good_at is not None and known.good_at > when:
                continue
            sample = Sample(signal=signal, value=value)
            stamped = replace(event, at=when, source=MANUAL)
            self.readings[signal] = self._reading(stamped, None, sample, known)
            changed.add(signal)
        return changed

    def unobserve(self, action_id: str) -> set[Signal]:
        """Takes back what a voided observation said; nothing is known in its place."""
        changed = set()
        for step in self.session.steps if self.session else ():
            action = step.action
            if action.id == action_id:
                for signal in forms.observed(action, self.protocol.forms):
                    known = self.readings.get(signal)
                    if known and known.source == MANUAL and known.at == visit.happened(step):
                        del self.readings[signal]
                        self.memory.recent.back(signal, known.at)
                        changed.add(signal)
        return changed

    def _counts(self, event: Event, sample: Sample, known: Reading | None) -> bool:
        if sample.quality is Quality.REPEATED:
            # The monitor's memory of a reading that was taken before: no news, and no doubt of it.
            return False
        # Two devices that claim one signal never mix: the one that speaks keeps the word.
        if (
            known is not None
            and known.source not in (event.source, MANUAL)
            and known.usable_at(event.at)
        ):
            return False
        if sample.measured_at is None:
            return True
        key = (event.source, sample.signal)
        clock, arrival = judge(
            self.clocks.get(key),
            source=event.source,
            signal=sample.signal,
            measured_at=sample.measured_at,
            at=event.at,
            stale=self.fresh(sample.signal),
        )
        self.clocks[key] = clock
        return arrival is Arrival.NEWS

    def _reading(
        self, event: Event, frame: Frame | None, sample: Sample, known: Reading | None
    ) -> Reading:
        quality, began = self.memory.plausible.judge(event, frame, sample, known)
        if self.hold is not None and hold.holds(self.hold, sample.signal, event.at):
            quality = Quality.CUFF_INFLATED
        usable = sample.value is not None and quality.usable
        reading = Reading(
            signal=sample.signal,
            value=sample.value,
            quality=quality,
            at=event.at,
            fresh_until=Instant(event.at + self.fresh(sample.signal)),
            good_at=event.at if usable else (known.good_at if known else None),
            source=event.source,
            simulated=event.simulated,
            measured_at=sample.measured_at,
            began=began,
        )
        self.memory.took(known, reading, self.readings.get(Signal.PULSE_RATE))
        return reading

    def take_fault(
        self, fault: Fault, at: Instant, *, simulated: bool, until: Instant | None = None
    ) -> bool:
        """Notes a fault's beginning or end; whether anything changed but when it lapses."""
        known = self._faults.pop((fault.cause, fault.subject), None)
        if fault.present:
            since = known.since if known else at
            state = FaultState(fault=fault, since=since, simulated=simulated)
            lapses = until if known is None or known.until is not None else None
            self._faults[fault.cause, fault.subject] = replace(state, until=lapses)
        return fault.present != (known is not None)

    def admit(self, action: Admit, at: Instant) -> None:
        """Opens the session under today's settings, which stay its own (invariant 5)."""
        self.session_settings = self.settings
        self._fresh.clear()
        protocol = self.settings.protocols[action.protocol]
        if action.overlays:
            protocol = self._overlaid = overlay.overlaid(protocol, action.overlays)
        self.session = visit.admit(action, at, protocol)
        self.coverage.begin(protocol.continuous, self.readings, at)

    def go_on(self, session: SessionState, settings: Settings, at: Instant) -> None:
        """The open session under other terms; no reading speaks for longer than they say."""
        self.session, self.session_settings = session, settings
        self._overlaid = overlay.in_force(settings, session)
        self._fresh.clear()
        for signal, known in self.readings.items():
            ends = Instant(min(known.fresh_until, known.at + self.fresh(signal)))
            self.readings[signal] = replace(known, fresh_until=ends)
        self.coverage.expect(self._overlaid.continuous, self.readings, at)
        self.move_on(at)

    def step_session(self, action: StaffAction, at: Instant) -> None:
        """Takes an action that `refusal` let pass."""
        if self.session is None:
            return
        self.session = visit.take(self.session, action, at)
        if isinstance(action, AcceptBaseline):
            values = baseline.accepted(action, self.readings, at)
            self.session = replace(self.session, baseline=(*self.session.baseline, *values))
        self.baseline = baseline.in_force(self.session)
        self.session = away.after(self.session, action, at)
        concern = forms.concern(self.session.steps, self.protocol.forms, self.session.concern)
        self.session = replace(self.session, concern=concern)
        self.move_on(at)

    def move_on(self, at: Instant) -> bool:
        """Brings stage and phase up to this instant; whether the phase changed."""
        if self.session is None:
            return False
        before = (self.session.phase, self.session.phase_since)
        self.session = visit.at_instant(self.session, self.protocol, at)
        if self.session.away and self.session.phase not in self.protocol.away.phases:
            self.session = away.back(self.session, at)
        return before != (self.session.phase, self.session.phase_since)

    @property
    def discharged(self) -> bool:
        """Whether staff ended the session."""
        return self.session is not None and self.session.stage is Stage.DISCHARGED

    def leave(self, at: Instant) -> None:
        """The bed is empty: nothing of the patient stays."""
        self.session = None
        self.session_settings = None
        self._overlaid = None
        self._fresh.clear()
        self.readings.clear()
        self.baseline.clear()
        self.memory.end()
        self.hold = None
        self.coverage.end()
        self.help_since = self.paused_until = None
        self.watch_since = at

    def reschedule(self) -> set[str]:
        """Due times after a reading or a new phase; returns the items whose due time moved."""
        before = self.schedule
        self.schedule = {}
        if self.session is not None:
            items = [each.item for each in self.session.closer]
            self.schedule = due.planned(self.protocol.schedule, self, items)
        self.scheduled = due.signals_of(self.schedule)
        names = before.keys() | self.schedule.keys()
        return {name for name in names if before.get(name) != self.schedule.get(name)}

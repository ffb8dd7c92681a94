"""What is known of the patient on one bed, as the rules see it (`PatientView`). Pure."""

from collections.abc import Iterator

from monitord.engine.bed.faults import Faults
from monitord.engine.bed.memory import Memory
from monitord.engine.bed.source_conflict import Rivals
from monitord.engine.protocol import device_swaps as swaps
from monitord.engine.protocol import reading_lifetime as lifetime
from monitord.engine.protocol.protocol import Protocol, Settings, Stage
from monitord.engine.readings import cuff_failures
from monitord.engine.readings import cuff_interference as hold
from monitord.engine.readings.arrival import Arrival, SourceClock, judge
from monitord.engine.readings.burden_memory import Burden
from monitord.engine.readings.coverage import Coverage
from monitord.engine.readings.limit_value import Limit
from monitord.engine.readings.reading import (
    MANUAL,
    Away,
    FaultState,
    FrameOutcome,
    Reading,
    following,
)
from monitord.engine.readings.recent import RecentReading
from monitord.engine.readings.steadiness import Steadiness, SteadinessBook
from monitord.engine.readings.trend_memory import Trail
from monitord.engine.readings.zero_readings import unless_gap
from monitord.engine.session import away_from_bed as away
from monitord.engine.session import baseline, overlay
from monitord.engine.session import filled_forms as forms
from monitord.engine.session import observation_schedule as due
from monitord.engine.session import session as visit
from monitord.engine.state import DueState, SessionState, State
from monitord.model import (
    AcceptBaseline,
    Admit,
    Cause,
    Event,
    Fault,
    Frame,
    Instant,
    Quality,
    Sample,
    Signal,
    Span,
    StaffAction,
)
from monitord.model.frozen import replace


class Patient:
    """Mutable, owned by one engine; everything in it is a frozen value."""

    def __init__(self, settings: Settings, at: Instant) -> None:
        self.settings = settings
        self.session_settings: Settings | None = None
        self.session: SessionState | None = None
        self._overlaid: Protocol | None = None
        self._spans = lifetime.Spans(self)
        self.readings: dict[Signal, Reading] = {}
        self.clocks: dict[tuple[str, Signal], SourceClock] = {}
        self.faults = Faults()
        self.help_since: Instant | None = None
        self.paused_until: Instant | None = None
        self.watch_since = at
        self.schedule: dict[str, DueState] = {}
        self.scheduled: frozenset[Signal] = frozenset()
        """The signals whose readings move a due time."""
        self.coverage = Coverage()
        self.memory = Memory()
        self.losses = SteadinessBook()
        self.rivals = Rivals()
        self.replaced: dict[Signal, Reading] = {}
        """Of each signal that staff entered by hand: the last reading of a device before it."""
        self.cuff_failed: cuff_failures.CuffFailures | None = None
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
        patient.faults = Faults(state.faults)
        patient.help_since, patient.paused_until = state.help_since, state.paused_until
        patient.schedule = {d.item: d for d in state.due}
        patient.scheduled = due.signals_of(patient.schedule)
        patient.coverage, patient.memory = Coverage(state.coverage), Memory(state)
        patient.hold, patient.cuff_failed = state.hold, state.cuff_failed
        patient.losses, patient.rivals = SteadinessBook(state.steadiness), Rivals(state.claims)
        patient.replaced = {r.signal: r for r in state.replaced}
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

    def taken(self, signal: Signal) -> tuple[RecentReading, ...]:
        """The last good readings of a signal that is read now and then, oldest first."""
        return self.memory.recent.of(signal)

    def repeat_failed(self, signal: Signal) -> bool:
        """Whether a repeat will not come: the cuff failed twice, or may not start."""
        return self.memory.recent.failed(signal)

    def burden(self, signal: Signal, limit: Limit) -> Burden | None:
        """How far and how long the signal was beyond the limit; None where no rule asks."""
        return self.memory.burdens.of(signal, limit)

    def trail(self, signal: Signal, within: Span) -> Trail | None:
        """Lowest and highest of the time looked back; None where no rule asks."""
        return self.memory.trails.of(signal, within)

    def fault(self, cause: Cause, subject: str) -> FaultState | None:
        """The fault, if it is present."""
        return self.faults.of(cause, subject)

    @property
    def fault_states(self) -> tuple[FaultState, ...]:
        """Every fault that is present."""
        return self.faults.kept

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
        return None if self.session is None else visit.lasts_since(self.session, what)

    def due(self, item: str) -> Instant | None:
        """When the schedule wants the item next."""
        entry = self.schedule.get(item)
        return entry.due if entry else None

    def interval(self, item: str) -> Span:
        """The interval by whose shares the item grows late."""
        entry = self.schedule.get(item)
        return (entry.late_by or entry.interval) if entry else 0

    # Settings in force.

    def configure(self, settings: Settings) -> list[Fault]:
        """Takes new settings; returns the faults that ended: their device left the bed."""
        moved = swaps.moved(self.settings.sources, settings.sources)
        self.clocks = {key: each for key, each in self.clocks.items() if key[0] not in moved}
        self.settings = settings
        self._spans.forget()
        return self.faults.unbound(moved, settings)

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
        return self._spans.fresh(signal)

    def speaks(self, signal: Signal, source: str) -> Span:
        """As `fresh`, of one source: what a person counts speaks until the next count is due."""
        counted = lifetime.by_hand(signal, self.protocol, self.phase) if source == MANUAL else None
        return self._spans.fresh(signal) if counted is None else counted

    def expected_within(self, signal: Signal) -> Span:
        """How long a declared slow source of the signal may be silent; 0 where there is none."""
        return lifetime.expected_within(self._spans.interval(signal))

    def steadiness(self, signal: Signal) -> Steadiness | None:
        """How often the signal was lost for a few seconds; None where it never was."""
        return self.losses.of(signal)

    def contested(self, signal: Signal, at: Instant) -> tuple[Reading, ...]:
        """What other devices say of the signal, in a conflict that lasts."""
        return self.rivals.contested(signal, at)

    def held_until(self, signal: Signal, at: Instant) -> Instant | None:
        """Until when the cuff on the probe's arm holds the signal back; None where it does not."""
        return hold.until(self.hold, signal, at)

    # What happens.

    def take_frame(self, event: Event, frame: Frame) -> FrameOutcome:
        """Stores what counts; returns what came of it."""
        heard = FrameOutcome()
        left, held = self.away, self.hold and self.hold.until
        same_arm = hold.on_one_arm(self.session)
        self.memory.follow(self.protocol, event.at)
        for said in frame.samples:
            sample = said
            if said.value == 0:
                sample = unless_gap(event, frame, said, self.readings, self.rivals.claims)
            before = self.readings.get(sample.signal)
            if not self._counts(event, sample, before, heard):
                continue
            if same_arm:
                self.hold = hold.after(self.hold, sample, event.at)
            reading = self.read(event, frame, sample, before)
            self.coverage.took(before, reading)
            if self.session is not None and self.session.away is not None:
                self.session = away.noticed(self.session, self.protocol, before, reading)
            self.readings[sample.signal] = reading
            heard.changed.add(sample.signal)
            if self.losses.took(before, reading):
                heard.returned.add(sample.signal)
        heard.is_back = left is not self.away
        heard.hold_moved = held != (self.hold and self.hold.until)
        return heard

    def cuff_inflates(self, at: Instant) -> None:
        """A reading was asked for."""
        if hold.on_one_arm(self.session):
            self.hold = hold.begins(self.hold, at)

    def cuff_faults(self) -> Iterator[Fault]:
        """That the cuff fails, or does no longer, after a reading of the pressure."""
        before = self.cuff_failed
        self.cuff_failed = cuff_failures.after(before, self.readings.get(Signal.NIBP_SYS))
        return cuff_failures.told(before, self.cuff_failed)

    def _counts(
        self, event: Event, sample: Sample, known: Reading | None, heard: FrameOutcome
    ) -> bool:
        if sample.quality is Quality.REPEATED:
            # The monitor's memory of a reading that was taken before: no news, and no doubt of it.
            return False
        if sample.quality is Quality.UNKNOWN_AGE:
            self.memory.old.took(event, sample, Arrival.UNKNOWN_AGE)
            return False
        if known is not None and known.source == MANUAL and self._leaves_the_word(sample):
            return False
        believed, found = self.rivals.word(event, sample, known, self)
        heard.faults += found
        if not believed:
            if any(self.rivals.contested(sample.signal, event.at)):
                heard.contested.add(sample.signal)
            return False
        if sample.measured_at is None:
            return True
        key = (event.source, sample.signal)
        self.clocks[key], arrival = judge(
            self.clocks.get(key),
            source=event.source,
            signal=sample.signal,
            measured_at=sample.measured_at,
            at=event.at,
            stale=lifetime.of_measurement(sample.signal, event.body, self.fresh),
        )
        self.memory.old.took(event, sample, arrival)
        return arrival is Arrival.NEWS

    def _leaves_the_word(self, sample: Sample) -> bool:
        """A device that says nothing leaves the word to the person who counted."""
        counted = lifetime.by_hand(sample.signal, self.protocol, self.phase) is not None
        return counted and not sample.quality.may_raise

    def read(
        self, event: Event, frame: Frame | None, sample: Sample, known: Reading | None
    ) -> Reading:
        """The reading that a sample makes after the one that is `known`; without a frame, of a person's hand."""
        quality, began = self.memory.plausible.judge(event, frame, sample, known)
        if self.hold is not None and sample.signal in hold.HELD:
            self.hold, quality = hold.judge(self.hold, sample, quality, event.at)
        reading = following(
            known,
            sample,
            event,
            quality=quality,
            fresh=self.speaks(sample.signal, event.source),
            every=self._spans.interval(sample.signal),
            began=began,
        )
        self.memory.took(known, reading, self.readings.get(Signal.PULSE_RATE))
        return reading

    def take_fault(
        self, fault: Fault, at: Instant, *, simulated: bool, until: Instant | None = None
    ) -> bool:
        """Notes a fault's beginning or end; whether anything changed but when it lapses."""
        return self.faults.take(fault, at, simulated=simulated, settings=self.settings, until=until)

    def admit(self, action: Admit, at: Instant) -> None:
        """Opens the session under today's settings, which stay its own (invariant 5)."""
        self.session_settings = self.settings
        self._spans.forget()
        protocol = self.settings.protocols[action.protocol]
        if action.overlays:
            protocol = self._overlaid = overlay.overlaid(protocol, action.overlays)
        self.session = visit.admit(action, at, protocol)
        self.coverage.begin(protocol.continuous, self.readings, at)

    def go_on(self, session: SessionState, settings: Settings, at: Instant) -> None:
        """The open session under other terms; no reading speaks for longer than they say."""
        self.session, self.session_settings = session, settings
        self._overlaid = overlay.in_force(settings, session)
        self._spans.forget()
        for signal, known in self.readings.items():
            ends = Instant(min(known.fresh_until, known.at + self.speaks(signal, known.source)))
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
        self._spans.forget()
        self.readings.clear()
        self.replaced.clear()
        self.baseline.clear()
        self.memory.end()
        self.hold = self.cuff_failed = None
        self.losses, self.rivals = SteadinessBook(), Rivals()
        self.coverage.end()
        self.help_since = self.paused_until = None
        self.watch_since = at

    def reschedule(self, at: Instant) -> set[str]:
        """Due times after a reading or a new phase; returns the items whose due time moved."""
        before = self.schedule
        self.schedule = {}
        if self.session is not None:
            items = [each.item for each in self.session.closer]
            self.schedule = due.planned(
                self.protocol.schedule, self, at=at, before=before, closer=items
            )
        self.scheduled = due.signals_of(self.schedule)
        names = before.keys() | self.schedule.keys()
        return {name for name in names if before.get(name) != self.schedule.get(name)}

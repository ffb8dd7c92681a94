"""One session as the journal has it: what came in, what was decided, and what follows from both.

Read beside a running daemon too. A record holds a pseudonym and never a patient's name.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import tzinfo

from pydantic import ValidationError

from monitord.config import identity
from monitord.engine.engine import Engine
from monitord.engine.protocol.confidential import NOTHING, Confidential, confidential_of
from monitord.engine.protocol.criterion import Point
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.readings.coverage import Watch, spans_until
from monitord.engine.session.away_from_bed import absences
from monitord.engine.session.overlay import in_force
from monitord.engine.staff import checklist
from monitord.engine.state import STATE, Baseline, SessionState, State
from monitord.errors import RecordingError
from monitord.model import (
    DEFAULT_LANGUAGE,
    HOUR,
    AlarmLine,
    Answered,
    Arrived,
    Discharge,
    Event,
    Fault,
    Instant,
    Signal,
    Span,
    StaffAction,
    StartInfusion,
    Void,
)
from monitord.store.database.code_mark import code_mark
from monitord.store.journal.journal import Journal, StoredEffect
from monitord.store.sessions import StoredSession

BEFORE: Span = HOUR
"""How much of the bed's time before admission belongs to a record: what was true then alarms after
its delay, and trends look back less than this.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How a signal was watched from `begin` to `end`; `cause` is empty while all was well."""

    signal: Signal
    begin: Instant
    end: Instant
    watch: Watch
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAction:
    """What somebody did; `refused` is why the engine did not take it, `voided` by which action."""

    at: Instant
    action: StaffAction
    refused: str | None = None
    voided: str | None = None

    @property
    def happened(self) -> Instant:
        """When it was done, which may be before it was entered."""
        return self.at if self.action.happened_at is None else self.action.happened_at

    @property
    def stands(self) -> bool:
        """Whether it was taken, and not taken back."""
        return self.refused is None and self.voided is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One session. `before` holds the settings and readings from before its admission that its
    alarms depend on, `events` its own, each with its seq; `end` is when it ended, or the newest
    instant of the journal while it is open.
    """

    session: StoredSession
    suite: str
    end: Instant
    before: tuple[tuple[int, Event], ...]
    events: tuple[tuple[int, Event], ...]
    effects: tuple[StoredEffect, ...]
    state: SessionState | None
    protocol: str
    gate: tuple[Point, ...]
    discharge: tuple[Point, ...]
    coverage: tuple[Watched, ...]
    confidential: Confidential = NOTHING
    in_force: Protocol | None = None
    """The protocol under which the session was last, with the limits of the patient's own."""
    protocols: Mapping[str, Protocol] = field(default_factory=dict)
    """Those that the bed had, by name."""
    zone: tzinfo | None = None
    """Of the clock on the suite's wall; None for that of this machine."""
    label: str = ""
    """What staff call the bed; empty where the suite's file is not at hand."""
    language: str = DEFAULT_LANGUAGE
    """In which a report of it is read."""
    no_session: str = ""
    """What this is where it is none: a recording of another program, or its replay. Each form says it."""

    @property
    def id(self) -> str:
        """The session's name."""
        return self.session.session

    @property
    def title(self) -> str:
        """What it is, in the first line of a file."""
        return self.no_session or f"monitord session {self.id}"

    @property
    def pseudonym(self) -> str:
        """What the patient is called here."""
        return self.state.pseudonym if self.state else ""

    @property
    def simulated(self) -> bool:
        """Whether anything in it came from a twin."""
        return any(event.simulated for _, event in self.events)

    @property
    def baseline(self) -> tuple[Baseline, ...]:
        """The patient's own values, as staff accepted them."""
        return self.state.baseline if self.state else ()

    @property
    def lines(self) -> list[AlarmLine]:
        """Every alarm line, in the order of decision."""
        return [each.effect for each in self.effects if isinstance(each.effect, AlarmLine)]

    @property
    def actions(self) -> list[RecordedAction]:
        """What staff did, in the order in which it was entered."""
        answers = {
            e.effect.action: e.effect for e in self.effects if isinstance(e.effect, Answered)
        }
        found = []
        voided: dict[str, str] = {}
        for _, event in self.events:
            if isinstance(event.body, StaffAction):
                answer = answers.get(event.body.id)
                refused = answer.refused if answer else None
                found.append((event.at, event.body, refused))
                if isinstance(event.body, Void) and refused is None:
                    voided[event.body.action] = event.body.id
        return [
            RecordedAction(at=at, action=action, refused=refused, voided=voided.get(action.id))
            for at, action, refused in found
        ]


def read_record(journal: Journal, name: str) -> Record:
    """The record of a session, or of the latest session of a bed; RecordingError where there is none."""
    sessions = journal.sessions()
    chosen = next((each for each in sessions if each.session == name), None)
    if chosen is None:
        chosen = next((each for each in reversed(sessions) if each.bed == name), None)
    if chosen is None:
        raise RecordingError(f"no session and no bed with one is called {name!r}")
    events = tuple(journal.events(session=chosen.session))
    effects = tuple(journal.effects(session=chosen.session))
    if not events:
        raise RecordingError(f"{chosen.session}: nothing of it is left in the journal")
    bed = events[0][1].bed
    before = tuple(_before(journal, chosen, bed, sessions))
    newest = max(events[-1][1].at, effects[-1].at if effects else events[-1][1].at)
    end = chosen.ended_at or Instant(max(newest, journal.last_instant() or newest))
    seen = _follow(chosen, bed, (*before, *events), end, _newest_state(journal, chosen, events))
    state = seen.state
    session = state.session if state else None
    return Record(
        session=chosen,
        suite=(state.settings.suite if state and state.settings else ""),
        end=end,
        before=before,
        events=events,
        effects=effects,
        state=session,
        protocol=_protocol(state),
        gate=seen.gate,
        discharge=checklist.discharge_list(state) if state else (),
        coverage=tuple(_watched(state)) if state else (),
        confidential=_confidential(state),
        in_force=_in_force(state),
        protocols=_protocols(state),
    )


def _confidential(state: State | None) -> Confidential:
    """By the protocol in force, and by those under which the session was before it."""
    session, protocol = (state.session if state else None), _in_force(state)
    if session is None or protocol is None:
        return NOTHING
    return confidential_of(protocol, session.kept_of_forms)


def _in_force(state: State | None) -> Protocol | None:
    session, settings = (state.session, state.session_settings) if state else (None, None)
    return in_force(settings, session) if settings is not None and session is not None else None


def _protocols(state: State | None) -> Mapping[str, Protocol]:
    settings = (state.session_settings or state.settings) if state else None
    return settings.protocols if settings is not None else {}


def _before(
    journal: Journal, chosen: StoredSession, bed: str | None, sessions: Iterable[StoredSession]
) -> Iterator[tuple[int, Event]]:
    """Of the bed of admission: settings and standing faults, and what came since the session before
    ended or moved away, an hour at most.
    """
    last = chosen.first_seq - 1
    earlier = [s for s in sessions if s.bed == bed and s.first_seq < chosen.first_seq]
    left = journal.events(bed=bed, types=("move",), until=last)
    gone = max([0, *(s.last_seq or 0 for s in earlier), *(seq for seq, _ in left)])
    kept: dict[int, Event] = {}
    for seq, event in journal.events(bed=bed, types=("configured",), until=last):
        kept = {seq: event}
    faults: dict[tuple[str, str], tuple[int, Event]] = {}
    for seq, event in journal.events(bed=bed, types=("fault",), until=last):
        if isinstance(event.body, Fault):
            faults[event.body.cause, event.body.subject] = seq, event
    kept |= {seq: e for seq, e in faults.values() if isinstance(e.body, Fault) and e.body.present}
    since = Instant(chosen.admitted_at - BEFORE)
    kept |= dict(journal.events(bed=bed, since=since, after=gone, until=last))
    yield from sorted(kept.items())


@dataclass(slots=True)
class _Seen:
    """What only the engine's state on the way tells."""

    state: State | None = None
    gate: tuple[Point, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class _KeptState:
    """The state after event `seq`; what only the way there tells is told by the event `told` at the latest."""

    state: State
    seq: int
    told: int


def _newest_state(
    journal: Journal, session: StoredSession, events: Sequence[tuple[int, Event]]
) -> _KeptState | None:
    """The snapshot of the bed, where it is one of this session that shortens the way."""
    snapshot = journal.snapshots.load(session.bed, code_version=code_mark())
    if snapshot is None:
        return None
    telling = (StartInfusion, Discharge, Arrived)
    told = max((seq for seq, event in events if isinstance(event.body, telling)), default=0)
    with suppress(ValidationError):
        state = STATE.validate_json(snapshot.text)
        if state.session and state.session.id == session.session and snapshot.seq > told:
            return _KeptState(state=state, seq=snapshot.seq, told=told)
    return None


def _follow(
    session: StoredSession,
    bed: str | None,
    events: Iterable[tuple[int, Event]],
    end: Instant,
    kept: _KeptState | None,
) -> _Seen:
    """The state at the session's end, and the gate as it stood when the infusion was started.

    `bed` is that of the admission. Behind what must be seen on the way it goes on from the `kept` state.
    """
    engine, seen = Engine(bed), _Seen()
    for seq, event in events:
        if kept is not None and kept.told < seq <= kept.seq:
            engine = Engine(session.bed, kept.state)
            continue
        if isinstance(event.body, Arrived):
            engine, bed = Engine(event.bed), event.bed
        if event.bed != bed:
            continue  # the move itself, at the bed that was left
        # An event on which a rule raises was skipped by the daemon too (invariant 16).
        with suppress(Exception):
            engine.settle(event.at)
        with suppress(Exception):
            if isinstance(event.body, StartInfusion):
                engine.advance(event.at)
                seen.gate = checklist.gate(engine.state)
            if isinstance(event.body, Discharge):
                engine.advance(event.at)
                seen.state = engine.state
            engine.step(event)
    if session.open or seen.state is None:
        with suppress(Exception):
            engine.advance(end)
            seen.state = engine.state
    return seen


def _protocol(state: State | None) -> str:
    settings = (state.session_settings or state.settings) if state else None
    if state is None or settings is None or state.session is None:
        return ""
    found = settings.protocols.get(state.session.protocol)
    return identity(found) if found else state.session.protocol


def _watched(state: State) -> Iterator[Watched]:
    latest = {reading.signal: reading for reading in state.readings}
    away = absences(state.session, state.now)
    for each in state.coverage:
        last = latest.get(each.signal)
        for begin, end, watch, cause in spans_until(each, last, state.now, away):
            yield Watched(signal=each.signal, begin=begin, end=end, watch=watch, cause=cause)

"""From the journal to engines: the fold that a restart, replay and explain share.

State is the fold of events; a snapshot only shortens it. An event on which a rule raised is
skipped, as it was when it happened (design invariant 16).
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from pydantic import ValidationError

from monitord.engine.engine import Engine
from monitord.engine.state import STATE, State
from monitord.errors import StoreError
from monitord.model import Cause, Effect, Event, Fault, Instant
from monitord.store.database.code_mark import code_mark
from monitord.store.journal.journal import Journal
from monitord.store.snapshots import Snapshot

_log = structlog.get_logger()

KEEP_EVERY = 20_000
# Some two seconds of folding.


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """An engine as the journal left it.

    `unrecorded` are effects that follow from recorded events but were not themselves recorded
    before the crash, the first with the running number `first_n`. `skipped` are events that cannot
    be read, or on which the engine raises today although it did not when they happened.
    """

    engine: Engine
    unrecorded: tuple[Effect, ...]
    first_n: int
    skipped: frozenset[int] = frozenset()


def restore(
    journal: Journal,
    bed: str | None,
    until: Instant,
    kept: Callable[[Snapshot], object] = lambda _: None,
) -> Restored:
    """Folds what the journal holds of one bed, then fires what fell due up to `until`.

    `until` is the journal's newest instant: up to it the daemon is known to have lived. Without
    a snapshot only the open session is folded; what came before it cannot have left anything
    unrecorded, because effects are recorded with their cause. `kept` is given a snapshot after every
    `KEEP_EVERY` events, so that a fold that is cut short goes on there; a page of events and the effects that
    are not recorded is all that is held in memory.
    """
    recorded = journal.last_effect_number(bed)
    found = _start(journal, bed)
    if found is not None:
        state, after, start = found
        recorded, exact = max(recorded, start), True
    else:
        state, after = None, max(0, journal.first_needed(bed) - 1)
        exact = next(journal.events(bed=bed, until=after), None) is None
        start = 0 if exact else recorded
    # Of an inexact fold nothing was left unrecorded, and its count of effects is no snapshot's.
    fold = _Fold(
        journal,
        bed,
        after,
        recorded if exact else sys.maxsize,
        kept if exact else lambda _: None,
    )
    ends: Instant | None = Instant(until + 1)
    effects: list[Effect] = []
    while True:
        engine = Engine(bed, state, effects_decided=start)
        try:
            effects = fold.over(engine, ends)
            break
        except EngineRaisedError as raised:
            if raised.seq is not None:
                fold.skipped.add(raised.seq)
            else:
                # Live it will raise again, and quarantine the bed with an alarm.
                ends = None
    if not exact:
        engine.effects_decided = recorded
    first_n = engine.effects_decided - len(effects) + 1
    return Restored(
        engine=engine,
        unrecorded=tuple(effects),
        first_n=first_n,
        skipped=frozenset(fold.skipped),
    )


@dataclass(slots=True)
class _Fold:
    """The events of a bed behind `after`, without those that were `skipped`."""

    journal: Journal
    bed: str | None
    after: int
    recorded: int
    kept: Callable[[Snapshot], object]
    skipped: set[int] = field(default_factory=set)

    def over(self, engine: Engine, ends: Instant | None) -> list[Effect]:
        """The effects beyond those that are recorded; `ends` is until when time goes on behind the last event."""
        effects: list[Effect] = []
        events = stepped_events(
            self.journal, self.bed, after=self.after, unreadable=self._unreadable
        )
        kept = ((seq, event) for seq, event in events if seq not in self.skipped)
        for count, (seq, decided) in enumerate(effects_of(engine, kept, ends), 1):
            effects += self.unrecorded(engine, decided)
            if seq is not None and count % KEEP_EVERY == 0 and not effects:
                self.kept(snapshot_of(engine, self.bed, seq))
        return effects

    def unrecorded(self, engine: Engine, effects: list[Effect]) -> list[Effect]:
        """Of what was just decided the part that the journal does not hold."""
        new = engine.effects_decided - self.recorded
        return effects[-new:] if 0 < new < len(effects) else effects if new > 0 else []

    def _unreadable(self, seq: int, error: StoreError) -> None:
        self.skipped.add(seq)
        _log.error("event_unreadable", bed=self.bed, seq=seq, detail=str(error))


class EngineRaisedError(Exception):
    """An engine raised on the event `seq`; None where time alone did it."""

    def __init__(self, seq: int | None) -> None:
        super().__init__(seq)
        self.seq = seq


def effects_of(
    engine: Engine, events: Iterable[tuple[int, Event]], ends: Instant | None
) -> Iterator[tuple[int | None, list[Effect]]]:
    """Each event with the effects up to it; last, without one, those up to `ends`.

    EngineRaisedError where the engine raises: then it is no longer what it should be.
    """
    last: tuple[int, Event] | None = None

    def raised(error: Exception, seq: int | None) -> EngineRaisedError:
        if last is not None and last[1].at == engine.now:
            seq = last[0]  # its readings: they are looked at once their instant is over
        _log.error("event_skipped" if seq else "deadline_failed", seq=seq, exc_info=error)
        return EngineRaisedError(seq)

    for seq, event in events:
        try:
            effects = engine.settle(event.at)
        except Exception as error:
            raise raised(error, seq) from error
        last = seq, event
        try:
            effects += engine.step(event)
        except Exception as error:
            raise raised(error, seq) from error
        yield seq, effects
    if ends is not None:
        try:
            effects = engine.advance(ends)
        except Exception as error:
            raise raised(error, None) from error
        yield None, effects


def _start(journal: Journal, bed: str | None) -> tuple[State, int, int] | None:
    """A state to fold from, the event and the effect number after which it stands.

    A snapshot that does not load is skipped: the events are folded. One that was carried over from
    another journal has no events before it, so it is read whatever code wrote it.
    """
    snapshot = journal.snapshots.load(bed, code_version=code_mark())
    carried = journal.snapshots.carried(bed)
    if carried is not None and _ended_since(journal, bed, carried.seq):
        carried = None
    for each in (snapshot, carried):
        if each is not None:
            try:
                return STATE.validate_json(each.text), each.seq, each.n
            except ValidationError as error:
                _log.error("snapshot_skipped", bed=bed, seq=each.seq, detail=str(error)[:200])
    return None


def _ended_since(journal: Journal, bed: str | None, seq: int) -> bool:
    """Whether a session of the bed ended behind `seq`: what came before it is folded no more."""
    return any(each.bed == bed and (each.last_seq or 0) > seq for each in journal.sessions())


def quarantine_mark(event: Event) -> Event:
    """What is recorded behind an event on which the engine raised; itself it is never stepped."""
    fault = Fault(cause=Cause.QUARANTINE, subject=event.bed or "", present=True)
    return Event(at=event.at, bed=event.bed, body=fault)


def stepped_events(
    journal: Journal,
    bed: str | None,
    *,
    after: int = 0,
    unreadable: Callable[[int, StoreError], object] | None = None,
) -> Iterator[tuple[int, Event]]:
    """The bed's events that its engine took: neither marks nor what they stand behind."""
    held: tuple[int, Event] | None = None
    for seq, event in journal.events(bed=bed, after=after, unreadable=unreadable):
        if event == quarantine_mark(event):
            held = None
            continue
        if held is not None:
            yield held
        held = seq, event
    if held is not None:
        yield held


def snapshot_of(engine: Engine, bed: str | None, seq: int) -> Snapshot:
    """The engine's state after event `seq`."""
    return Snapshot(
        bed=bed,
        seq=seq,
        n=engine.effects_decided,
        code_version=code_mark(),
        text=STATE.dump_json(engine.state).decode(),
    )


def engine_at(journal: Journal, bed: str | None, at: Instant) -> Engine:
    """The bed's engine as it stood at an instant: from the snapshot before it, else from the settings before the
    session of then, or the last one before it.
    """
    snapshot = journal.snapshots.load(bed, code_version=code_mark())
    engine, first = Engine(bed), max(0, journal.first_needed_at(bed, at) - 1)
    for each in (snapshot, journal.snapshots.carried(bed)):
        with suppress(ValidationError):
            state = None if each is None else STATE.validate_json(each.text)
            if each is not None and state is not None and state.now <= at:
                engine, first = Engine(bed, state, effects_decided=each.n), each.seq
                break
    for seq, event in journal.events(bed=bed, after=first):
        if event.at > at:
            break
        try:
            engine.step(event)
        except Exception as error:  # noqa: BLE001 - skipped when it happened, skipped again
            _log.error("event_skipped", bed=bed, seq=seq, exc_info=error)
    engine.advance(Instant(at + 1))
    return engine

"""From the journal to engines: the fold that a restart, replay and explain share.

State is the fold of events; a snapshot only shortens it. An event on which a rule raised is
skipped, as it was when it happened (design invariant 16).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import structlog

from monitord.engine.engine import Engine
from monitord.engine.state import STATE
from monitord.model import Cause, Effect, Event, Fault, Instant
from monitord.store.code import code_mark
from monitord.store.journal import Journal
from monitord.store.snapshots import Snapshot

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """An engine as the journal left it.

    `unrecorded` are effects that follow from recorded events but were not themselves recorded
    before the crash, the first with the running number `first_n`. `skipped` are events on which
    the engine raises today although it did not when they happened.
    """

    engine: Engine
    unrecorded: tuple[Effect, ...]
    first_n: int
    skipped: frozenset[int] = frozenset()


def restore(journal: Journal, bed: str | None, until: Instant) -> Restored:
    """Folds what the journal holds of one bed, then fires what fell due up to `until`.

    `until` is the journal's newest instant: up to it the daemon is known to have lived. Without
    a snapshot only the open session is folded; what came before it cannot have left anything
    unrecorded, because effects are recorded with their cause.
    """
    recorded = journal.last_effect_number(bed)
    snapshot = journal.snapshots.load(bed, code_version=code_mark())
    if snapshot is not None:
        state, after, start = STATE.validate_json(snapshot.text), snapshot.seq, snapshot.n
        exact = True
    else:
        state, after = None, max(0, journal.first_needed(bed) - 1)
        exact = next(journal.events(bed=bed, until=after), None) is None
        start = 0 if exact else recorded
    skipped: set[int] = set()
    while True:
        engine = Engine(bed, state, effects_decided=start)
        effects: list[Effect] = []
        failed = _fold(journal, engine, bed, after=after, skipped=skipped, effects=effects)
        if failed is None:
            break
        skipped.add(failed)
    try:
        effects += engine.advance(until)
    except Exception as error:  # noqa: BLE001 - one bed's fault is one bed's (invariant 16)
        # Live it will raise again, and quarantine the bed with an alarm.
        _log.error("deadline_failed", bed=bed, exc_info=error)
        engine, effects = Engine(bed, state, effects_decided=start), []
        _fold(journal, engine, bed, after=after, skipped=skipped, effects=effects)
    if not exact:
        engine.effects_decided = recorded
        effects.clear()
    unrecorded = tuple(effects[max(0, recorded - start) :])
    first_n = engine.effects_decided - len(unrecorded) + 1
    return Restored(
        engine=engine, unrecorded=unrecorded, first_n=first_n, skipped=frozenset(skipped)
    )


def _fold(
    journal: Journal,
    engine: Engine,
    bed: str | None,
    *,
    after: int,
    skipped: set[int],
    effects: list[Effect],
) -> int | None:
    """The number of an event on which the engine raised; None when it took all."""
    for seq, event in stepped_events(journal, bed, after=after):
        if seq in skipped:
            continue
        try:
            effects += engine.step(event)
        except Exception as error:  # noqa: BLE001 - one bed's fault is one bed's (invariant 16)
            _log.error("event_skipped", bed=bed, seq=seq, exc_info=error)
            return seq
    return None


def quarantine_mark(event: Event) -> Event:
    """What is recorded behind an event on which the engine raised; itself it is never stepped."""
    fault = Fault(cause=Cause.QUARANTINE, subject=event.bed or "", present=True)
    return Event(at=event.at, bed=event.bed, body=fault)


def stepped_events(
    journal: Journal, bed: str | None, *, after: int = 0
) -> Iterator[tuple[int, Event]]:
    """The bed's events that its engine took: neither marks nor what they stand behind."""
    held: tuple[int, Event] | None = None
    for seq, event in journal.events(bed=bed, after=after):
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
    """The bed's engine as it stood at an instant of the past, folded from the beginning."""
    engine = Engine(bed)
    for seq, event in journal.events(bed=bed):
        if event.at > at:
            break
        try:
            engine.step(event)
        except Exception as error:  # noqa: BLE001 - skipped when it happened, skipped again
            _log.error("event_skipped", bed=bed, seq=seq, exc_info=error)
    engine.advance(at)
    return engine

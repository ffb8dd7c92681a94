"""Steps the engines of all beds, each by itself: what one raises puts that bed into quarantine, and no other."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import structlog

from monitord.daemon.sequencing.clock import LiveClock
from monitord.daemon.sequencing.engine_deadlines import EngineDeadlines
from monitord.engine.engine import Engine
from monitord.engine.staff.move import moved
from monitord.model import (
    DEFAULT_LANGUAGE,
    Answered,
    Arrived,
    Cause,
    Event,
    Fault,
    HandOver,
    HandOverAll,
    Instant,
    Move,
    Sentence,
    StaffAction,
    say,
)
from monitord.store.engines_from_journal import quarantine_mark
from monitord.store.journal.entry import Entry

_log = structlog.get_logger()


class EngineSteps:
    """Adds what engines decide to the entries of a round; `answer` takes what no engine answers."""

    def __init__(
        self,
        engines: dict[str | None, Engine],
        clock: LiveClock,
        answer: Callable[[Answered], None],
    ) -> None:
        self.quarantined: set[str | None] = set()
        self._engines = engines
        self._clock = clock
        self._answer = answer
        self._due = EngineDeadlines(engines)
        self._last: dict[str | None, Event] = {}
        """The latest event of each bed: what it brought for the levels is taken behind it."""

    @property
    def earliest(self) -> Instant | None:
        """The first deadline of all engines."""
        return self._due.earliest

    def begin(self) -> None:
        """The engines are complete: from now on their deadlines count."""
        for bed in self._engines:
            self._due.note(bed)

    def advance(
        self, until: Instant, entries: list[Entry], *, waiting: Mapping[str | None, Instant]
    ) -> None:
        """Every engine with a deadline up to `until`; of a bed only up to what of it is `waiting`.

        That happened before the deadlines that it may take away.
        """
        for bed in self._due.take(until):
            self._advance(bed, min(until, waiting.get(bed, until)), entries)

    def step(self, event: Event, entries: list[Entry]) -> None:
        """The engine of the event's bed; an event before that engine's time counts from its time."""
        engine = self._engines.get(event.bed)
        if engine is None:
            self._refuse(event)
            return
        if event.at < engine.now:
            event = replace(event, at=engine.now)
        if isinstance(event.body, Move) and not self._arrive(event, event.body, entries):
            return
        if isinstance(event.body, HandOverAll) and not self._hand_over(event, event.body, entries):
            return
        self._advance(event.bed, event.at, entries, settling=True)
        if (engine := self._engines.get(event.bed)) is None:
            self._refuse(event)
            return
        first = engine.effects_decided + 1
        try:
            effects = engine.step(event)
        except Exception as error:  # noqa: BLE001 - one bed's fault is one bed's (invariant 16)
            entries.append(Entry(event=event, effects=(), bed=event.bed, first_n=first))
            self._mark(event, first, entries)
            self._refuse(event)
            self._quarantine(event.bed, error, entries)
            return
        finally:
            self._due.note(event.bed)
        self._last[event.bed] = event
        entries.append(Entry(event=event, effects=tuple(effects), bed=event.bed, first_n=first))

    def _arrive(self, event: Event, move: Move, entries: list[Entry]) -> bool:
        """The patient is at the other bed before this one is left; False where that cannot be."""
        for bed in (event.bed, move.to):
            self._advance(bed, event.at, entries)
        here, there = self._engines.get(event.bed), self._engines.get(move.to)
        body = moved(here.state if here else None, there.state if there else None, move)
        if not isinstance(body, Arrived):
            settings = here.state.settings if here else None
            language = settings.language if settings else DEFAULT_LANGUAGE
            self._answer(Answered.to(move.id, body, language))
            return False
        self.step(replace(event, at=body.at, bed=move.to, body=body), entries)
        if move.to not in self._engines:
            self._refuse(event)
            return False
        return True

    def _hand_over(self, event: Event, all_beds: HandOverAll, entries: list[Entry]) -> bool:
        """Every bed with a session is handed over in the same entries, which are written whole or not at all."""
        for bed in self._engines:
            self._advance(bed, event.at, entries)
        occupied = [bed for bed, engine in self._engines.items() if bed and engine.state.session]
        if not occupied:
            self._answer(Answered.to(all_beds.id, say("no.nobody_here")))
            return False
        each = [replace(event, bed=bed, body=_at_bed(all_beds, bed)) for bed in occupied]
        # Tried first, on engines of their own: what one chair does not take is done at none.
        for one in each:
            if (refused := self._refused(one)) is not None:
                self._answer(Answered.to(all_beds.id, refused))
                return False
        for one in each:
            self.step(one, entries)
        return True

    def _refused(self, event: Event) -> Sentence | None:
        """Why the bed would not take this action; None where it would."""
        engine = self._engines[event.bed]
        try:
            effects = Engine(event.bed, engine.state).step(event)
        except Exception as error:  # noqa: BLE001 - the bed goes on without it
            _log.error("hand_over_failed", bed=event.bed, exc_info=error)
            return say("no.hand_over_fault", bed=event.bed or "")
        answers = (each for each in effects if isinstance(each, Answered))
        return next((each.why for each in answers if each.refused is not None), None)

    def _advance(
        self, bed: str | None, to: Instant, entries: list[Entry], *, settling: bool = False
    ) -> None:
        engine = self._engines.get(bed)
        if engine is None:
            return
        first = engine.effects_decided + 1
        try:
            effects = engine.settle(to) if settling else engine.advance(to)
        except Exception as error:  # noqa: BLE001 - one bed's fault is one bed's (invariant 16)
            last = self._last.get(bed)
            if last is not None and last.at == engine.now:
                self._mark(last, first, entries)
            self._quarantine(bed, error, entries)
            return
        finally:
            self._due.note(bed)
        if effects:
            entries.append(Entry(event=None, effects=tuple(effects), bed=bed, first_n=first))

    @staticmethod
    def _mark(event: Event, first: int, entries: list[Entry]) -> None:
        """A restart skips this event."""
        entries.append(Entry(event=quarantine_mark(event), bed=event.bed, first_n=first))

    def _quarantine(self, bed: str | None, error: Exception, entries: list[Entry]) -> None:
        """The bed is given up until a restart; the suite's engine says so.

        When it is the suite's own that raised it goes on all the same: nobody else could say so.
        """
        _log.error("quarantined", bed=bed, exc_info=error)
        again = bed in self.quarantined
        self.quarantined.add(bed)
        if bed is None and again:
            return
        if bed is not None:
            self._engines.pop(bed, None)
        detail = f"{type(error).__name__}: {error}"[:200]
        fault = Fault(cause=Cause.QUARANTINE, subject=bed or "suite", present=True, detail=detail)
        self.step(Event(at=self._clock.now(), bed=None, body=fault), entries)

    def _refuse(self, event: Event) -> None:
        """Nobody else will answer this."""
        if isinstance(event.body, StaffAction):
            self._answer(not_monitored(event.body))


def _at_bed(all_beds: HandOverAll, bed: str) -> HandOver:
    return HandOver(
        id=f"{all_beds.id}/{bed}",
        by=all_beds.by,
        happened_at=all_beds.happened_at,
        to=all_beds.to,
        note=all_beds.note,
    )


def not_monitored(action: StaffAction) -> Answered:
    """The answer of a bed without an engine."""
    return Answered.to(action.id, say("no.not_monitored"))

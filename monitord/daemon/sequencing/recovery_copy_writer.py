"""The recovery copy, written off the loop at every staff action and every 30 s."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from monitord.driver import Clock
from monitord.engine.engine import Engine
from monitord.engine.state import STATE, State
from monitord.errors import StoreError
from monitord.model import SECOND, Instant, Span
from monitord.store.accounts import Everybody, People
from monitord.store.database.code_mark import code_mark
from monitord.store.journal.journal import Journal
from monitord.store.recovery_copy import RecoveryCopy, StateInPieces, write_copy
from monitord.store.snapshots import Snapshot
from monitord.store.state_texts import StateTexts

_log = structlog.get_logger()

EVERY: Span = 30 * SECOND
WAIT_S = 1.0
PAUSE_S = 0.001
# Between two beds where nobody waits: the interpreter runs one thread at a time, and readings go before.


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStates:
    """The engines at one moment: `states` by bed with how many effects each has decided."""

    at: Instant
    exact: bool
    states: Mapping[str | None, tuple[State, int]]


class RecoveryCopyWriter:
    """Writes to each of `folders`; `place` is the database of the suite file."""

    def __init__(
        self, journal: Journal, clock: Clock, place: str, folders: tuple[Path, ...]
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._place = place
        self._folders = folders
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="copy")
        self._due = clock.now()
        self._writing: asyncio.Future[None] | None = None
        self._wanted = False
        self._people = Everybody()
        self._texts = StateTexts()
        self._silent: set[Path] = set()

    def keep(self, engines: Mapping[str | None, Engine], *, acted: bool, exact: bool) -> None:
        """When it is time, or staff did something. `exact`: the engines stand where the journal does."""
        now = self._clock.now()
        self._wanted = self._wanted or acted or now >= self._due
        if not self._wanted or (self._writing is not None and not self._writing.done()):
            return
        self._wanted, self._due = False, Instant(now + EVERY)
        loop = asyncio.get_running_loop()
        standing = self.standing(engines, exact=exact)
        # Where the journal stands is read now: a moment later it may hold more than these states.
        carried = self._journal.stands(self._place, standing.at, self._people)
        self._writing = loop.run_in_executor(self._thread, self._write, carried, standing, PAUSE_S)

    async def keep_now(self, engines: Mapping[str | None, Engine]) -> None:
        """Ends once a copy of these engines is written, or a second is over: a disk that hangs holds nobody up.

        For what somebody did while the journal takes nothing.
        """
        standing = self.standing(engines, exact=False)
        carried = self._journal.stands(self._place, standing.at, self._people)
        loop = asyncio.get_running_loop()
        writing = loop.run_in_executor(self._thread, self._write, carried, standing)
        await asyncio.wait({writing}, timeout=WAIT_S)

    def finish(self, engines: Mapping[str | None, Engine], *, exact: bool) -> None:
        """The last one, as the daemon ends."""
        standing = self.standing(engines, exact=exact)
        carried = self._journal.stands(self._place, standing.at, self._people)
        self._thread.submit(self._write, carried, standing).result()
        self._thread.shutdown(wait=True)

    def standing(self, engines: Mapping[str | None, Engine], *, exact: bool) -> EngineStates:
        """The engines now; their states are values, so that writing them can wait."""
        states = {bed: (each.state, each.effects_decided) for bed, each in engines.items()}
        return EngineStates(at=self._clock.now(), exact=exact, states=states)

    def carried(self, standing: EngineStates) -> RecoveryCopy:
        """What a fresh journal goes on with, in the place of the present one; from any thread."""
        stands = self._journal.stands(self._place, standing.at, self._read_people())
        return _with_states(stands, standing)

    def _write(self, carried: RecoveryCopy, standing: EngineStates, pause_s: float = 0.0) -> None:
        """Never raises: what it is for may never come."""
        try:
            carried = replace(carried, exact=standing.exact, people=self._read_people())
        except Exception as error:  # noqa: BLE001 - alarming goes on without a copy
            _log.error("copy_not_written", detail=repr(error))
            return
        for folder in self._folders:
            try:
                write_copy(folder, carried, self._pieces(standing, pause_s))
            except Exception as error:  # noqa: BLE001 - a disk, or a state that has no text
                if folder not in self._silent:
                    _log.error("copy_not_written", folder=str(folder), detail=str(error))
                self._silent.add(folder)
            else:
                self._silent.discard(folder)

    def _pieces(self, standing: EngineStates, pause_s: float) -> Iterator[StateInPieces]:
        mark = code_mark()
        for bed, (state, n) in standing.states.items():
            pieces = self._texts.pieces(bed, state)
            yield StateInPieces(bed=bed, n=n, code_version=mark, pieces=pieces)
            if pause_s:
                time.sleep(pause_s)

    def _read_people(self) -> Everybody:
        """Accounts as they are, or as they were last read where the record fails."""
        try:
            self._people = People(self._journal.database).read()
        except StoreError as error:
            _log.warning("accounts_not_read", detail=str(error))
        return self._people


def _with_states(carried: RecoveryCopy, standing: EngineStates) -> RecoveryCopy:
    states = tuple(
        Snapshot(
            bed=bed,
            seq=carried.seq,
            n=n,
            code_version=code_mark(),
            text=STATE.dump_json(state).decode(),
        )
        for bed, (state, n) in standing.states.items()
    )
    return replace(carried, exact=standing.exact, states=states)

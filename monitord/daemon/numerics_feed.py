"""Shows the numbers of beds to destinations that take them. One that does not is a line in the log: nobody is told
less for it. A slow one delays no other, and no alarm.
"""

import asyncio
from collections.abc import Iterator

from monitord.counted_warning import CountedWarning
from monitord.daemon.current_suite import CurrentSuite
from monitord.daemon.sequencing.clock import LiveClock
from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.engine.protocol.confidential import OF_FORMS, confidential_of
from monitord.engine.session.overlay import in_force
from monitord.engine.state import State
from monitord.errors import NotifyError
from monitord.model import NIBP, Instant
from monitord.notify.notifier import BedNumerics, Numeric, ShowsNumerics
from monitord.notify.outbox_dispatcher import OutboxDispatcher

_LOOKS_S = 0.5


class NumericsFeed:
    """Runs beside the outbox."""

    def __init__(
        self,
        current: CurrentSuite,
        sequencer: Sequencer,
        outbox: OutboxDispatcher,
        clock: LiveClock,
    ) -> None:
        self._current = current
        self._sequencer = sequencer
        self._outbox = outbox
        self._clock = clock
        self._due: dict[str, Instant] = {}
        self._showing: dict[str, asyncio.Task[None]] = {}
        self._missed = CountedWarning("numerics_not_taken")

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._clock.sleep(_LOOKS_S)
                self._look(group)

    def _look(self, group: asyncio.TaskGroup) -> None:
        now = self._clock.now()
        for name, worker in self._outbox.workers.items():
            channel = worker.channel
            if not isinstance(channel, ShowsNumerics) or now < self._due.get(name, now):
                continue
            showing = self._showing.get(name)
            if showing is None or showing.done():
                self._due[name] = Instant(now + channel.every)
                show = self._show(name, channel)
                self._showing[name] = group.create_task(show, name=f"numerics {name}")

    async def _show(self, name: str, channel: ShowsNumerics) -> None:
        for shown in self._numerics(channel):
            try:
                await channel.show(shown)
            except NotifyError as error:
                # The next beds wait for the next time: a receiver that is away would cost its time-out for each.
                self._missed.add(destination=name, bed=shown.bed, error=str(error))
                return
            except Exception as error:  # noqa: BLE001 - a plug-in's own code
                self._missed.add(destination=name, bed=shown.bed, error=repr(error)[:200])
                return

    def _numerics(self, channel: ShowsNumerics) -> Iterator[BedNumerics]:
        suite = self._current.suite
        for bed in suite.beds:
            engine = self._sequencer.engines.get(bed)
            if engine is None or (channel.beds and bed not in channel.beds):
                continue
            shown = bed_numerics(engine.state, suite.name, bed, self._clock.now())
            if shown is not None:
                yield shown


def bed_numerics(state: State, suite: str, bed: str, now: Instant) -> BedNumerics | None:
    """What the bed shows; None where nobody was admitted or nothing was read."""
    if state.session is None or not state.readings:
        return None
    settings = state.session_settings or state.settings
    known = state.session.kept_of_forms
    hidden = OF_FORMS.union(known)
    if settings:
        hidden = confidential_of(in_force(settings, state.session), known).signals
    numerics = []
    for reading in state.readings:
        if reading.signal in hidden:
            # What staff took down of a form is no number for others.
            continue
        # A pressure speaks for the time of its measurement, however long ago.
        fresh = reading.signal in NIBP or now < reading.fresh_until
        there = fresh and reading.value is not None and reading.quality.may_raise
        numerics.append(
            Numeric(
                signal=reading.signal,
                value=reading.value if there else None,
                at=reading.at,
                doubtful=reading.quality.doubtful,
            )
        )
    return BedNumerics(
        suite=suite,
        bed=bed,
        session=state.session.id,
        at=now,
        numerics=tuple(numerics),
        simulated=any(reading.simulated for reading in state.readings),
    )

"""The queue of one destination and its worker: at least once, in order within an alarm, worst first, retried.

A message that cannot be delivered is a fault that the engine alarms about by another route (design
invariant 13). Answers, signs of life and tests of the destination go by the same channel.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import structlog

from monitord.driver import Clock, raise_if_cancelled, run_isolated
from monitord.errors import NotifyError
from monitord.model import (
    EPOCH,
    SECOND,
    Attempt,
    Cause,
    Fault,
    Instant,
    Notify,
    Priority,
    Reason,
    Span,
)
from monitord.notify.grouping import Starts, companions, waits_until
from monitord.notify.notifier import (
    Answers,
    Bundle,
    Channel,
    Gathers,
    KeepsHeads,
    Listens,
    Pulse,
    Pulses,
)

_log = structlog.get_logger()

QUEUE_AT_MOST = 1000
# Waiting messages of one destination. When full, repetitions and reminders are shed, oldest
# first, and counted; a start, a worsening or an end never.
SHEDDABLE = frozenset({Reason.REPEATED, Reason.REMINDER})
ATTEMPT_S = 10.0
# A destination that has not answered by then has failed this attempt.
FIRST_PAUSE: Span = SECOND // 2
LONGEST_PAUSE: Span = 15 * SECOND
# Half of the shortest tier time (30 s, reference clinical section 7): at least two tries a tier.
FAILED_AFTER = 2
# Attempts in a row without success before the destination itself is a fault.
REFUSED_PAUSE: Span = 60 * SECOND
# What was refused for good is tried so seldom: the receiver may be put right (proposed).
LISTEN_AGAIN_S = 5.0
# A way back that was lost is looked for again after so long, plus or minus a half.


@dataclass(slots=True, eq=False)
class _Waiting:
    """One message and how its delivery stands."""

    notify: Notify
    durable: bool
    attempts: int = 0
    next_at: Instant = EPOCH
    alone: bool = False  # a bundle with it was refused: which message it was shows one by one
    refused: bool = False  # for good: it waits long between its tries


Report = Callable[[Fault], None]
Settle = Callable[[Attempt], None]
Refused = Callable[[Notify, str], Awaitable[None]]
"""Takes word that a destination refused a message for good, and why: others must be told at once."""


async def nobody_else(notify: Notify, why: str) -> None:
    """Where no engine hears of a refusal."""


class Worker:
    """Delivers to one destination; its messages wait in memory, their rows in the journal."""

    def __init__(
        self,
        name: str,
        channel: Channel,
        *,
        clock: Clock,
        random: Random,
        report: Report,
        settle: Settle,
        refused: Refused = nobody_else,
    ) -> None:
        self.name = name
        self.channel = channel
        self.failures = 0
        """Attempts in a row that failed; 0 when the last one arrived."""
        self.shed = 0
        self.last_error = ""
        self._clock = clock
        self._random = random
        self._report = report
        self._settle = settle
        self._refused = refused
        self._refused_alarms: set[str] = set()
        """Standing alarms of which a message was refused for good: said once of each."""
        self._queue: list[_Waiting] = []
        self._sending: list[_Waiting] = []
        self._turns = 0
        self._told_at: dict[str | None, int] = {}  # by bed, the turn in which it was told of last
        self._starts = Starts()
        self._faulty: bool | None = None  # None: not known yet, a restart may have left a fault
        self._shedding = False
        self._wake = asyncio.Event()

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def oldest(self) -> Instant | None:
        """When the first of the waiting messages was decided."""
        return self._queue[0].notify.line.at if self._queue else None

    def inherit(self, other: "Worker", as_told: Callable[[Notify], Notify]) -> None:
        """Takes over what another one for the same destination has not told, as this one may be told it."""
        self._queue, self._starts, self._faulty = other._queue, other._starts, other._faulty  # noqa: SLF001
        for waiting in self._queue:
            waiting.next_at, waiting.refused = EPOCH, False
            waiting.notify = as_told(waiting.notify)

    # The queue.

    def put(self, notify: Notify, *, durable: bool) -> None:
        """Queues a message; a repetition takes the place of the one before it.

        A full queue sheds its oldest repetition first.
        """
        self._starts.saw(notify)
        waiting = _Waiting(notify, durable)
        if isinstance(self.channel, Gathers):
            waiting.next_at = waits_until(notify, self._clock.now())
        if notify.reason in SHEDDABLE:
            self._supersede(notify)
        for known in self._of(notify.line.id):
            if known.refused and known not in self._sending:
                self._give_up(known, "a later message took its place")
            elif known.attempts and notify.line.event.asks and notify.reason not in SHEDDABLE:
                # What is worse waits behind it, and for nothing else.
                known.next_at = EPOCH
        if len(self._queue) >= QUEUE_AT_MOST:
            self._shed_one()
        self._queue.append(waiting)
        self._wake.set()

    def withdraw(self, alarm: str) -> None:
        """Nothing queued for this alarm is told any more."""
        self._queue = [w for w in self._queue if w.notify.line.id != alarm]
        self._refused_alarms.discard(alarm)
        self._wake.set()

    def _of(self, alarm: str) -> list[_Waiting]:
        return [waiting for waiting in self._queue if waiting.notify.line.id == alarm]

    def _supersede(self, notify: Notify) -> None:
        for waiting in self._queue:
            same = waiting.notify.line.id == notify.line.id
            if same and waiting.notify.reason in SHEDDABLE and waiting not in self._sending:
                self._give_up(waiting, "a later repetition took its place")
                return

    def _shed_one(self) -> None:
        for waiting in self._queue:
            if waiting.notify.reason in SHEDDABLE and waiting not in self._sending:
                self.shed += 1
                self._give_up(waiting, "shed: too many messages wait")
                if not self._shedding:
                    self._shedding = True
                    self._tell_fault("too many messages wait: repetitions are dropped")
                return

    def _give_up(self, waiting: _Waiting, error: str) -> None:
        self._done(waiting)
        self._settle(Attempt(key=waiting.notify.key, at=self._clock.now(), error=error))

    def _done(self, waiting: _Waiting) -> None:
        if waiting in self._queue:
            self._queue.remove(waiting)

    def _next(self, now: Instant) -> tuple[_Waiting | None, Instant | None]:
        """The message to send, or when to look again: worst first, beds in turn, in order within an alarm.

        An alarm is as urgent as the worst of what waits for it.
        """
        heads: dict[str, _Waiting] = {}
        worst: dict[str, int] = {}
        for waiting in self._queue:
            alarm = waiting.notify.line.id
            heads.setdefault(alarm, waiting)
            worst[alarm] = max(worst.get(alarm, 0), waiting.notify.line.priority)
        ready = [w for w in heads.values() if w.next_at <= now]
        if ready:
            turn = self._told_at
            urgent = [(worst[w.notify.line.id], -turn.get(w.notify.line.bed, 0)) for w in ready]
            return ready[urgent.index(max(urgent))], None
        return None, min((w.next_at for w in heads.values()), default=None)

    def _together(self, first: _Waiting) -> list[_Waiting]:
        """The first and what goes along with it, where the channel takes several as one."""
        if first.alone or not isinstance(self.channel, Gathers):
            return [first]
        by_key = {w.notify.key: w for w in self._queue if not w.alone}
        along = companions(first.notify, [w.notify for w in by_key.values()])
        return [first, *(by_key[notify.key] for notify in along)]

    # Delivery.

    async def run(self) -> None:
        """Delivers until cancelled."""
        try:
            while True:
                raise_if_cancelled()
                waiting, look_again = self._next(self._clock.now())
                if waiting is not None:
                    await self._attempt(self._together(waiting))
                    continue
                await self._nap(look_again)
        finally:
            try:
                await self.channel.close()
            except Exception as error:  # noqa: BLE001 - a plug-in's own code; the others must still close
                _log.warning("destination_not_closed", destination=self.name, error=repr(error))

    async def _nap(self, look_again: Instant | None) -> None:
        """Until something is queued, or the next try is due."""
        self._wake.clear()
        woken = asyncio.create_task(self._wake.wait(), name=f"wake {self.name}")
        waits: set[asyncio.Task[Any]] = {woken}
        if look_again is not None:
            pause = self._clock.sleep((look_again - self._clock.now()) / SECOND)
            waits.add(asyncio.ensure_future(pause))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _attempt(self, together: list[_Waiting]) -> None:
        self._turns += 1
        for waiting in together:
            waiting.attempts += 1
            self._told_at[waiting.notify.line.bed] = self._turns
        self._sending = together
        try:
            failure = await self._guarded(self._send(together))
        finally:
            self._sending = []
        if failure is not None:
            withdrawn = together[0] not in self._queue
            self._failed(together, failure)
            if not failure.retry and len(together) == 1 and not withdrawn:
                await self._tell_others(together[0].notify, str(failure))
            return
        now = self._clock.now()
        for waiting in together:
            self._done(waiting)
            self._settle(Attempt(key=waiting.notify.key, at=now))
        self._works()

    async def _send(self, together: list[_Waiting]) -> None:
        first, channel = together[0], self.channel
        if isinstance(channel, Gathers):
            bundle = Bundle(
                messages=tuple(w.notify for w in together),
                starts=self._starts.of_late(first.notify),
                durable=all(w.durable for w in together),
            )
            await channel.send_bundle(bundle)
        else:
            await channel.send(first.notify, durable=first.durable)

    async def _guarded(self, way: Any) -> NotifyError | None:
        """What went wrong on the way, whatever the plug-in did; None when it arrived."""
        try:
            async with asyncio.timeout(ATTEMPT_S):
                await run_isolated(way, f"attempt {self.name}")
        except NotifyError as error:
            return error
        except TimeoutError:
            return NotifyError(f"no answer within {ATTEMPT_S:g} s")
        except asyncio.CancelledError:
            # A library inside the plug-in may cancel itself; only the owner's cancel ends us.
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            return NotifyError("the notifier was cancelled from inside")
        except Exception as error:  # noqa: BLE001 - the one catch-all around a plug-in
            return NotifyError(f"the notifier crashed: {error!r}")
        return None

    def _failed(self, together: list[_Waiting], error: NotifyError) -> None:
        self._fails(str(error), at_once=not error.retry)
        now = self._clock.now()
        for waiting in together:
            for_good = not error.retry and len(together) == 1
            behind = any(known is not waiting for known in self._of(waiting.notify.line.id))
            if for_good and (behind or not waiting.notify.line.event.asks):
                # What came meanwhile must not wait for what is never taken.
                self._give_up(waiting, str(error))
                continue
            waiting.alone = waiting.alone or not error.retry
            waiting.refused = for_good
            ceiling = min(LONGEST_PAUSE, FIRST_PAUSE << min(waiting.attempts, 8))
            pause = REFUSED_PAUSE if for_good else ceiling
            waiting.next_at = Instant(now + round(self._random.uniform(0.5, 1) * pause))
            self._settle(
                Attempt(key=waiting.notify.key, at=now, error=str(error), next_at=waiting.next_at)
            )

    async def _tell_others(self, notify: Notify, why: str) -> None:
        """Of each alarm once: whoever comes next must not wait for a destination that refuses."""
        alarm = notify.line.id
        if not notify.line.event.asks or alarm in self._refused_alarms:
            return
        self._refused_alarms.add(alarm)
        await self._refused(notify, why)

    # How the destination stands.

    def _fails(self, error: str, *, at_once: bool = False) -> None:
        self.failures += 1
        self.last_error = error
        if self.failures == 1:
            _log.warning("destination_failed", destination=self.name, error=error)
        if self.failures >= FAILED_AFTER or at_once:
            self._tell_fault(error)

    def _works(self, *, by_pulse: bool = False) -> None:
        if self.failures:
            for waiting in self._queue:
                # What was refused for good is another matter than the way to the destination.
                waiting.next_at = waiting.next_at if waiting.refused else EPOCH
        if by_pulse and any(waiting.attempts for waiting in self._queue):
            self._wake.set()
            return  # a sign of life says nothing of messages that do not arrive
        if self.failures:
            _log.info("destination_back", destination=self.name)
        self.failures = 0
        self._shedding = self._shedding and len(self._queue) > QUEUE_AT_MOST // 2
        urgent = any(w.refused or w.notify.line.priority is Priority.HIGH for w in self._queue)
        if self._faulty is not False and not self._shedding and not urgent:
            self._faulty = False
            self._report(Fault(cause=Cause.DESTINATION, subject=self.name, present=False))

    def _tell_fault(self, detail: str) -> None:
        if not self._faulty:
            self._faulty = True
            fault = Fault(
                cause=Cause.DESTINATION, subject=self.name, present=True, detail=detail[:200]
            )
            self._report(fault)

    # What else a channel can do.

    async def pulse(self, pulse: Pulse) -> None:
        """Shows a sign of life; failing twice in a row is a fault like any other."""
        if isinstance(self.channel, Pulses):
            failure = await self._guarded(self.channel.pulse(pulse))
            if failure is None:
                self._works(by_pulse=True)
            else:
                self._fails(str(failure))

    async def keep_head(self, pulse: Pulse) -> None:
        """Hands the audit chain's head over; that it failed is a line in the log: alarms have their own attempts."""
        if isinstance(self.channel, KeepsHeads):
            failure = await self._guarded(self.channel.keep_head(pulse))
            if failure is not None:
                _log.warning("audit_head_not_sent", destination=self.name, error=str(failure))

    async def listen(self, suite: str, answers: Answers) -> None:
        """Takes answers until cancelled, whatever happens to their way."""
        channel = self.channel
        if not isinstance(channel, Listens):
            return
        while True:
            try:
                await run_isolated(channel.listen(suite, answers), f"listen {self.name}")
                return
            except NotifyError as error:
                _log.warning("answers_cut_off", destination=self.name, error=str(error))
            except Exception as error:  # noqa: BLE001 - a plug-in's own code
                _log.error("answers_crashed", destination=self.name, error=repr(error))
            raise_if_cancelled()
            await self._clock.sleep(LISTEN_AGAIN_S * self._random.uniform(0.5, 1.5))

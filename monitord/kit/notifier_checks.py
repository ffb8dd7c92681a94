"""What every notifier must keep, against a peer that takes, refuses or never answers."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random
from typing import Any, Final

from pydantic import ValidationError

from monitord.errors import NotifyError
from monitord.kit.kit_check import LeftOut, expect
from monitord.kit.kit_clock import START, KitClock, comes_true
from monitord.model import (
    AlarmEvent,
    AlarmLine,
    AlarmPhase,
    Attempt,
    Fault,
    Kind,
    Notify,
    Priority,
    Reason,
    Relation,
    Signal,
)
from monitord.notify.channels.rehearsal import Mood, Rehearsal
from monitord.notify.delivery_queue import Worker
from monitord.notify.notifier import Channel, Notifier

PATIENCE_S: Final = 3.0
"""Real seconds for what must come."""

STALL_S: Final = 1.0
"""How long a peer that never answers is waited for before the attempt is taken back."""

SPEED: Final = 50.0
"""Pauses between attempts pass so much faster."""


def check_it_says_what_it_is(notifier: Notifier) -> None:
    expect(notifier.title.strip(), "no title: say what it does")
    expect(isinstance(notifier.local, bool), "`local` says whether it needs neither net nor broker")


def check_unknown_settings_are_refused(notifier: Notifier) -> None:
    refused = False
    try:
        notifier.config.model_validate({"no_such_setting": 1})
    except ValidationError as error:
        refused = any(e["type"] == "extra_forbidden" for e in error.errors())
    expect(refused, 'a misspelt setting is taken: write extra="forbid"')


async def check_a_message_is_taken_with_its_key(notifier: Notifier) -> None:
    async with _opened(notifier) as (channel, peer):
        await channel.send(message("k1"), durable=True)
        expect(peer.keys == ["k1"], f"of one message with the key k1 the peer took {peer.keys}")


async def check_the_same_message_keeps_its_key(notifier: Notifier) -> None:
    async with _opened(notifier) as (channel, peer):
        for _ in range(2):
            await channel.send(message("k1"), durable=False)
        expect(set(peer.keys) <= {"k1"} and peer.keys, f"sent twice, the keys were {peer.keys}")


async def check_a_refusal_is_tried_again(notifier: Notifier) -> None:
    async with _opened(notifier) as (channel, peer), _delivering(channel) as (worker, told):
        peer.mood = Mood.REFUSES
        worker.put(message("k1"), durable=True)
        await _until(lambda: worker.failures >= 2, "a refusal does not raise NotifyError")
        expect(told.faults and told.faults[-1].present, "two refusals are no fault")
        expect(not peer.keys, "the peer took what it refused")
        peer.mood = Mood.TAKES
        await _until(lambda: "k1" in peer.keys, "after a refusal the message never arrives")
        await _until(lambda: not told.faults[-1].present, "the fault outlives its end")
        expect(told.outcomes[-1].error is None, f"the last attempt failed: {told.outcomes[-1]}")


async def check_a_peer_that_never_answers_is_left(notifier: Notifier) -> None:
    async with _opened(notifier) as (channel, peer):
        peer.mood = Mood.STALLS
        attempt = asyncio.create_task(channel.send(message("k1"), durable=True))
        await asyncio.wait({attempt}, timeout=STALL_S)
        attempt.cancel()
        await asyncio.wait({attempt}, timeout=PATIENCE_S)
        expect(attempt.done(), "an attempt that waits can't be taken back")
        if not attempt.cancelled():
            error = attempt.exception()
            expect(isinstance(error, NotifyError), f"a peer that never answers gives {error!r}")
        peer.mood = Mood.TAKES
        await _until_sent(channel, "k2")
        expect("k2" in peer.keys, "after a stalled attempt nothing arrives any more")


async def check_closing_is_quick_and_repeatable(notifier: Notifier) -> None:
    async with _opened(notifier) as (channel, peer):
        peer.mood = Mood.STALLS
        attempt = asyncio.create_task(channel.send(message("k1"), durable=True))
        await asyncio.sleep(0.1)
        attempt.cancel()
        await asyncio.wait({attempt}, timeout=PATIENCE_S)
        for _ in range(2):
            async with asyncio.timeout(PATIENCE_S):
                await channel.close()


def message(key: str) -> Notify:
    """A high alarm of a made-up patient."""
    line = AlarmLine(
        id="rehearsal/spo2_low/1",
        at=START,
        suite="rehearsal",
        bed="1",
        session="rehearsal",
        alarm="spo2_low",
        signal=Signal.SPO2,
        event=AlarmEvent.START,
        priority=Priority.HIGH,
        kind=Kind.PHYSIOLOGICAL,
        value=84.0,
        unit="%",
        limit=85.0,
        since=START,
        phase="infusion",
        protocol="rehearsal@1",
        reason=Reason.FIRST,
        text="SpO2 84 < 85 for 5 s",
        simulated=True,
        value_at=START,
        relation=Relation.BELOW,
        compares="value",
        state=AlarmPhase.ACTIVE,
    )
    return Notify(
        key=key, destination="rehearsal", tier=0, reason=Reason.FIRST, line=line, opens=True
    )


class _Told:
    """What the worker reports."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.outcomes: list[Attempt] = []


@contextlib.asynccontextmanager
async def _opened(notifier: Notifier) -> AsyncIterator[tuple[Channel, Rehearsal]]:
    rehearse: Any = getattr(notifier, "rehearse", None)
    if rehearse is None:
        raise LeftOut("the notifier has no rehearse(): there is no peer to prove it against")
    async with rehearse() as peer:
        config = notifier.config.model_validate_json(json.dumps(dict(peer.settings)), strict=True)
        channel = notifier.open("rehearsal", config)
        try:
            yield channel, peer
        finally:
            await channel.close()


@contextlib.asynccontextmanager
async def _delivering(channel: Channel) -> AsyncIterator[tuple[Worker, _Told]]:
    told = _Told()
    worker = Worker(
        "rehearsal",
        channel,
        clock=KitClock(SPEED),
        random=Random(1),
        report=told.faults.append,
        settle=told.outcomes.append,
    )
    run = asyncio.create_task(worker.run())
    try:
        yield worker, told
    finally:
        run.cancel()
        await asyncio.wait({run}, timeout=PATIENCE_S)


async def _until(condition: Callable[[], object], otherwise: str) -> None:
    expect(await comes_true(condition, PATIENCE_S), otherwise)


async def _until_sent(channel: Channel, key: str) -> None:
    """A channel may need an attempt to notice that its connection is gone."""
    for _ in range(2):
        with contextlib.suppress(NotifyError):
            async with asyncio.timeout(PATIENCE_S):
                await channel.send(message(key), durable=True)
            return


NOTIFIER_CHECKS: Final[tuple[Callable[[Notifier], None], ...]] = (
    check_it_says_what_it_is,
    check_unknown_settings_are_refused,
)

PEER_CHECKS: Final[tuple[Callable[[Notifier], Awaitable[None]], ...]] = (
    check_a_message_is_taken_with_its_key,
    check_the_same_message_keeps_its_key,
    check_a_refusal_is_tried_again,
    check_a_peer_that_never_answers_is_left,
    check_closing_is_quick_and_repeatable,
)

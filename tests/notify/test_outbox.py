"""The outbox: at least once, in order, worst first, nobody held up, nothing lost silently."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from random import Random
from typing import Any

import pytest

from monitord.errors import NotifyError
from monitord.model import SECOND, AlarmEvent, Fault, Notify, Reason
from monitord.notify.delivery_queue import (
    ATTEMPT_S,
    LONGEST_PAUSE,
    QUEUE_AT_MOST,
    REFUSED_PAUSE,
    Refused,
    nobody_else,
)
from monitord.notify.notifier import Pulse
from monitord.notify.outbox_dispatcher import OutboxDispatcher
from tests.builders_notify import HIGH, LOW, MEDIUM, Book, Crowd, Moody, notify
from tests.peers import START, LoopClock, until

pytestmark = pytest.mark.looptime


@asynccontextmanager
async def delivering(
    book: Book, refused: Refused = nobody_else, **channels: Moody
) -> AsyncIterator[OutboxDispatcher]:
    outbox = OutboxDispatcher(
        channels,
        clock=LoopClock(),
        random=Random(1),
        report=book.hear,
        settle=book.outcomes.append,
        refused=refused,
    )
    running = asyncio.create_task(outbox.run())
    await asyncio.sleep(0.01)
    try:
        yield outbox
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert all(channel.closed for channel in channels.values())


def at_least(channel: Moody, count: int) -> bool:
    return len(channel.told) >= count


async def test_a_notifier_that_answers_a_cancellation_with_an_error_of_its_own_is_ended() -> None:
    class Clinging(Moody):
        async def send(self, message: Notify, *, durable: bool) -> None:
            self.tried.append(message.key)
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise NotifyError("the line did not close") from None

    pager = Clinging()
    async with asyncio.timeout(5), delivering(Book(), pager=pager) as outbox:
        outbox.put(notify(), durable=True)
        await until(lambda: pager.tried)


async def test_a_notifier_whose_group_of_tasks_failed_is_tried_again() -> None:
    class Grouped(Moody):
        async def send(self, message: Notify, *, durable: bool) -> None:
            self.tried.append(message.key)
            if len(self.tried) < 3:
                async with asyncio.TaskGroup() as group:
                    group.create_task(asyncio.Event().wait())
                    group.create_task(self.refuse())
            await super().send(message, durable=durable)

        async def refuse(self) -> None:
            raise NotifyError("not now")

    pager = Grouped()
    async with delivering(Book(), pager=pager) as outbox:
        outbox.put(notify(), durable=True)
        await until(lambda: pager.told)


async def test_the_worst_is_told_first_and_each_alarm_in_its_order() -> None:
    pager = Moody("fail")
    async with delivering(Book(), pager=pager) as outbox:
        outbox.put(notify("map_low", priority=LOW), durable=True)
        await until(lambda: pager.tried)
        outbox.put(notify("sys_high", priority=MEDIUM), durable=True)
        outbox.put(notify(n=1, priority=MEDIUM), durable=True)
        worse = notify(n=2, priority=HIGH, event=AlarmEvent.ESCALATE, reason=Reason.WORSE)
        outbox.put(worse, durable=True)
        await until(lambda: len(pager.told) == 4)
    # The escalated alarm goes before the other medium one, its own start before its worsening.
    assert pager.told == [
        "s1/spo2_low/1/1/pager",
        "s1/spo2_low/1/2/pager",
        "s1/sys_high/1/1/pager",
        "s1/map_low/1/1/pager",
    ]


async def test_a_bed_with_many_alarms_holds_up_no_other_beds() -> None:
    pager = Moody()
    async with delivering(Book(), pager=pager) as outbox:
        for number in range(50):
            outbox.put(notify(number=number, priority=MEDIUM), durable=True)
        outbox.put(notify(bed="2", priority=MEDIUM), durable=True)
        outbox.put(notify("map_low", priority=HIGH), durable=True)
        await until(lambda: len(pager.told) == 52)
    assert pager.told[:3] == [
        "s1/map_low/1/1/pager",
        "s2/spo2_low/1/1/pager",
        "s1/spo2_low/0/1/pager",
    ]


async def test_a_failed_message_is_tried_again_with_growing_pauses_under_the_same_key() -> None:
    book, pager = Book(), Moody(*["fail"] * 8)
    loop = asyncio.get_running_loop()
    async with delivering(book, pager=pager) as outbox:
        outbox.put(notify(), durable=True)
        await until(book.arrived, timeout=200)
        took = loop.time()
    assert set(pager.tried) == {"s1/spo2_low/1/1/pager"}
    pauses = [o.next_at - o.at for o in book.outcomes if o.next_at is not None]
    assert len(pauses) == 8
    assert pauses[0] <= SECOND
    assert max(pauses) <= LONGEST_PAUSE
    assert sum(pauses[:4]) < 30 * SECOND  # several tries inside the shortest tier time
    assert took < 100


async def test_a_slow_or_dead_destination_delays_no_other() -> None:
    dead, alive = Moody(*["hang"] * 50), Moody()
    loop = asyncio.get_running_loop()
    async with delivering(Book(), dead=dead, alive=alive) as outbox:
        for number in range(20):
            outbox.put(notify(number=number, to="dead"), durable=True)
            outbox.put(notify(number=number, to="alive"), durable=True)
        before = loop.time()
        await until(lambda: len(alive.told) == 20)
        assert loop.time() - before < 0.1
        assert dead.told == []


async def test_two_failures_in_a_row_are_a_fault_and_success_ends_it() -> None:
    book, pager = Book(), Moody("take", "fail", "take", "fail", "hang", "fail")
    async with delivering(book, pager=pager) as outbox:
        for number in range(3):
            outbox.put(notify(number=number), durable=True)
            wanted = number + 1
            await until(partial(at_least, pager, wanted), timeout=100)
    # The first success ends what a run before may have left; one failure alone is no fault.
    assert book.story == [("pager", False), ("pager", True), ("pager", False)]
    assert book.faults[1].detail == f"no answer within {ATTEMPT_S:g} s"


async def test_a_refused_message_is_a_fault_at_once_others_are_told_and_it_is_tried_seldom() -> (
    None
):
    book, pager, others = Book(), Moody("refuse", "refuse"), list[tuple[str, str]]()

    async def tell(message: Notify, why: str) -> None:
        others.append((message.line.id, why))

    loop = asyncio.get_running_loop()
    async with delivering(book, tell, pager=pager) as outbox:
        began = loop.time()
        outbox.put(notify(), durable=True)
        await until(lambda: others)
        assert loop.time() - began < 1
        assert book.story == [("pager", True)]
        await until(lambda: pager.told, timeout=200)
        assert loop.time() - began > REFUSED_PAUSE / SECOND
    # Though it was refused twice, of one alarm the others are told once.
    assert others == [("s1/spo2_low/1", "out of order")]
    assert book.story == [("pager", True), ("pager", False)]


async def test_of_an_alarm_only_the_latest_refused_message_waits_and_what_is_over_does_not() -> (
    None
):
    book, pager = Book(), Moody(*["refuse"] * 3)
    async with delivering(book, pager=pager) as outbox:
        outbox.put(notify(n=1), durable=True)
        await until(lambda: len(pager.tried) == 1)
        outbox.put(notify(n=2), durable=True)
        await until(lambda: len(pager.tried) == 2)
        assert book.given_up() == ["s1/spo2_low/1/1/pager"]
        outbox.withdraw("s1/spo2_low/1")
        outbox.put(notify(n=3, event=AlarmEvent.CLEAR), durable=True)
        await until(lambda: len(pager.tried) == 3)
        assert len(outbox.workers["pager"]) == 0


async def test_after_an_outage_the_worst_goes_first_and_the_fault_ends_with_the_last_high_one() -> (
    None
):
    pager, at_the_end = Moody(*["fail"] * 12), list[str]()

    class Counting(Book):
        def hear(self, fault: Fault) -> None:
            super().hear(fault)
            at_the_end[:] = pager.told

    book = Counting()
    loop = asyncio.get_running_loop()
    async with delivering(book, pager=pager) as outbox:
        outbox.put(notify("sys_high", priority=LOW), durable=True)
        await until(lambda: len(pager.tried) == 7, timeout=200)
        for number in range(2):
            outbox.put(notify(number=number), durable=True)
        outbox.put(notify("pulse_low", priority=MEDIUM), durable=True)
        await until(lambda: pager.told, timeout=200)
        back = loop.time()
        await until(lambda: len(pager.told) == 4)
        # Each had its own growing wait; now nobody waits any more.
        assert loop.time() - back < 0.1
    first = pager.told[0]
    rest = [key for key in pager.told if key != first]
    high = [key for key in rest if "spo2_low" in key]
    assert rest[: len(high)] == high
    assert book.story == [("pager", True), ("pager", False)]
    assert {"s1/spo2_low/0/1/pager", "s1/spo2_low/1/1/pager"} <= set(at_the_end)
    assert "s1/pulse_low/1/1/pager" not in at_the_end


@pytest.mark.parametrize("crash", [ZeroDivisionError("a bug"), asyncio.CancelledError()])
async def test_a_notifier_that_crashes_is_only_a_failed_attempt(crash: BaseException) -> None:
    pager = Moody(crash)
    async with delivering(Book(), pager=pager) as outbox:
        outbox.put(notify(), durable=True)
        await until(lambda: pager.told)


async def test_what_was_answered_is_not_told_also_when_it_waited_for_another_try() -> None:
    book, pager = Book(), Moody("fail", "fail")
    async with delivering(book, pager=pager) as outbox:
        outbox.put(notify(), durable=True)
        await until(lambda: pager.tried)
        outbox.withdraw("s1/spo2_low/1")
        outbox.put(notify("sys_high"), durable=True)
        await until(lambda: pager.told)
    assert pager.told == ["s1/sys_high/1/1/pager"]
    assert pager.tried.count("s1/spo2_low/1/1/pager") == 1


async def test_a_repetition_takes_the_place_of_the_one_before_it() -> None:
    book, pager = Book(), Moody("hang")
    async with delivering(book, pager=pager) as outbox:
        outbox.put(notify(n=1), durable=True)
        await until(lambda: pager.tried)
        for n in (2, 3, 4):
            again = notify(n=n, event=AlarmEvent.REMINDER, reason=Reason.REPEATED)
            outbox.put(again, durable=True)
        await until(lambda: len(pager.told) == 2, timeout=60)
    assert pager.told == ["s1/spo2_low/1/1/pager", "s1/spo2_low/1/4/pager"]
    assert book.given_up() == ["s1/spo2_low/1/2/pager", "s1/spo2_low/1/3/pager"]


async def test_a_full_queue_sheds_repetitions_never_a_start_and_says_so() -> None:
    book, pager = Book(), Moody("hang")
    async with delivering(book, pager=pager) as outbox:
        outbox.put(notify("first"), durable=True)
        await until(lambda: pager.tried)
        worker = outbox.workers["pager"]
        reminder: dict[str, Any] = {"event": AlarmEvent.REMINDER, "reason": Reason.REMINDER}
        for number in range(QUEUE_AT_MOST - 1):
            kind = reminder if number % 2 else {}
            outbox.put(notify(number=number, **kind), durable=True)
        assert (len(worker), worker.shed) == (QUEUE_AT_MOST, 0)
        for number in range(100):
            outbox.put(notify("map_low", number=number), durable=True)
        assert (len(worker), worker.shed) == (QUEUE_AT_MOST, 100)
        assert book.story == [("pager", True)]
        assert "repetitions are dropped" in book.faults[0].detail
        await until(lambda: len(worker) == 0, timeout=100)
    starts = [key for key in pager.told if "map_low" in key]
    assert len(starts) == 100
    assert len(book.given_up()) == 100
    assert book.story[-1] == ("pager", False)


async def test_a_message_to_nobody_is_settled_and_a_fault_once() -> None:
    book = Book()
    async with delivering(book, pager=Moody()) as outbox:
        outbox.put(notify(to="gone"), durable=True)
        outbox.put(notify(to="gone", number=2), durable=True)
    assert book.given_up() == ["s1/spo2_low/1/1/gone", "s1/spo2_low/2/1/gone"]
    assert book.story == [("gone", True)]


# Grouping: for people only.


async def test_alarms_of_one_bed_go_in_one_message_and_a_high_one_waits_for_nobody() -> None:
    pager = Crowd()
    loop = asyncio.get_running_loop()
    async with delivering(Book(), pager=pager) as outbox:
        outbox.put(notify("sys_high", priority=MEDIUM), durable=True)
        outbox.put(notify("dia_high", priority=MEDIUM), durable=True)
        outbox.put(notify("hr_high", priority=MEDIUM, bed="2"), durable=True)
        await asyncio.sleep(0.2)
        assert pager.told == []
        outbox.put(notify(priority=HIGH), durable=True)
        await until(lambda: pager.told)
        assert loop.time() < 0.3
        await until(lambda: len(pager.bundles) == 2)
    first, second = pager.bundles
    assert [m.line.alarm for m in first.messages] == ["spo2_low", "sys_high", "dia_high"]
    assert [m.line.bed for m in second.messages] == ["2"]


async def test_one_cause_over_several_beds_is_one_message() -> None:
    pager = Crowd()
    async with delivering(Book(), pager=pager) as outbox:
        for bed in "123":
            told = notify("link:gateway", bed=bed, priority=MEDIUM)
            outbox.put(told, durable=True)
        await until(lambda: pager.bundles)
    assert [m.line.bed for m in pager.bundles[0].messages] == ["1", "2", "3"]


async def test_repeated_starts_are_counted() -> None:
    pager = Crowd()
    async with delivering(Book(), pager=pager) as outbox:
        for number in range(3):
            at = START + number * 60 * SECOND
            outbox.put(notify(number=number, at=at), durable=True)
            # The next tier tells the same start again: it counts once.
            outbox.put(notify(number=number, at=at, n=2), durable=True)
            await until(partial(at_least, pager, 2 * number + 2))
        outbox.put(notify(number=9, at=START + 20 * 60 * SECOND), durable=True)
        await until(lambda: len(pager.told) == 7)
    counts = [bundle.starts for bundle in pager.bundles]
    assert (counts[0], max(counts), counts[-1]) == (1, 3, 1)


async def test_a_refused_bundle_is_told_one_by_one() -> None:
    book, pager = Book(), Crowd("refuse", "refuse")
    async with delivering(book, pager=pager) as outbox:
        outbox.put(notify("sys_high", priority=MEDIUM), durable=True)
        outbox.put(notify("dia_high", priority=MEDIUM), durable=True)
        await until(lambda: pager.told, timeout=30)
    assert pager.told == ["s1/dia_high/1/1/pager"]
    assert pager.tried[-2:] == ["s1/sys_high/1/1/pager", "s1/dia_high/1/1/pager"]


class Reader(Moody):
    """Keeps what it read."""

    def __init__(self, *moods: str | BaseException) -> None:
        super().__init__(*moods)
        self.read: list[str] = []

    async def send(self, message: Notify, *, durable: bool) -> None:
        await super().send(message, durable=durable)
        self.read.append(f"{message.line.alarm}: {message.line.text}")


async def test_what_waits_is_told_as_the_destination_may_have_it_now() -> None:
    """A reload takes the right away: what was queued before is told without what came of the form."""
    before, after = Reader("fail", "fail", "fail"), Reader()
    told = notify("epds_high", text="EPDS 23 now, 13 or more", confidential=True)
    async with delivering(Book(), pager=before) as outbox:
        outbox.rebind({}, (), confidential={"pager"})
        outbox.put(told, durable=True)
        await until(lambda: before.tried)
        outbox.rebind({"pager": after}, (), confidential=())
        await until(lambda: after.read)
    before.closed = True
    assert (before.read, after.read) == ([], ["clinician_needed: Clinician needed: call one"])
    assert after.told == [told.key]


async def test_what_comes_while_a_message_is_refused_does_not_wait_for_it() -> None:
    book, pager, others = Book(), Slow("refuse"), list[str]()

    async def tell(message: Notify, why: str) -> None:
        others.append(message.key)

    loop = asyncio.get_running_loop()
    async with delivering(book, tell, pager=pager) as outbox:
        outbox.put(notify(n=1), durable=True)
        await until(lambda: pager.tried)
        outbox.put(notify(n=2, event=AlarmEvent.ESCALATE, reason=Reason.WORSE), durable=True)
        began = loop.time()
        await until(lambda: pager.told, timeout=200)
        assert loop.time() - began < 5
    assert book.given_up() == ["s1/spo2_low/1/1/pager"]
    assert others == ["s1/spo2_low/1/1/pager"]


async def test_what_is_worse_does_not_wait_out_the_pause_of_what_was_before() -> None:
    pager = Moody(*["fail"] * 7)
    loop = asyncio.get_running_loop()
    async with delivering(Book(), pager=pager) as outbox:
        outbox.put(notify(n=1, priority=MEDIUM), durable=True)
        await until(lambda: len(pager.tried) == 7, timeout=200)
        began = loop.time()
        outbox.put(notify(n=2, event=AlarmEvent.ESCALATE, reason=Reason.WORSE), durable=True)
        await until(lambda: len(pager.told) == 2, timeout=200)
        assert loop.time() - began < 0.1
    assert pager.told == ["s1/spo2_low/1/1/pager", "s1/spo2_low/1/2/pager"]


async def test_nobody_is_told_of_a_refusal_of_what_was_answered_meanwhile() -> None:
    pager, others = Slow("refuse"), list[str]()

    async def tell(message: Notify, why: str) -> None:
        others.append(message.key)

    async with delivering(Book(), tell, pager=pager) as outbox:
        outbox.put(notify(n=1), durable=True)
        await until(lambda: pager.tried)
        outbox.withdraw("s1/spo2_low/1")
        outbox.put(notify(number=2), durable=True)
        await until(lambda: pager.told)
    assert others == []


class Slow(Moody):
    """As `Moody`, each answer a second later; signs of life arrive always."""

    async def send(self, message: Notify, *, durable: bool) -> None:
        self.tried.append(message.key)
        await asyncio.sleep(1)
        self.tried.pop()
        await super().send(message, durable=durable)

    async def pulse(self, pulse: Pulse) -> None:
        await asyncio.sleep(0)


@pytest.mark.parametrize("mood", ["fail", "refuse"])
async def test_signs_of_life_that_arrive_say_nothing_of_messages_that_do_not(mood: str) -> None:
    """An alert manager may take watchdogs and refuse alarms: its own alarm must neither end nor come and go."""
    book, pager = Book(), Slow(*[mood] * 100)
    async with delivering(book, pager=pager) as outbox:
        await outbox.pulse(["pager"], Pulse(suite="ward", at=START, every_s=30))
        outbox.put(notify(priority=MEDIUM), durable=True)
        for _ in range(10):
            await asyncio.sleep(30)
            await outbox.pulse(["pager"], Pulse(suite="ward", at=START, every_s=30))
        assert book.story == [("pager", False), ("pager", True)]
        pager.moods.clear()
        await until(lambda: pager.told, timeout=200)
        await until(lambda: len(book.story) == 3)
    assert book.story[-1] == ("pager", False)


async def test_a_refused_message_keeps_the_alarm_though_others_arrive() -> None:
    book, pager = Book(), Moody("refuse")
    async with delivering(book, pager=pager) as outbox:
        outbox.put(notify(priority=MEDIUM), durable=True)
        await until(lambda: pager.tried)
        outbox.put(notify("sys_high", priority=MEDIUM), durable=True)
        await until(lambda: pager.told)
        assert book.story == [("pager", True)]
        await until(lambda: len(pager.told) == 2, timeout=200)
    assert book.story == [("pager", True), ("pager", False)]

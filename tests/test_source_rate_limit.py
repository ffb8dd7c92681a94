"""So much of one source is looked at and no more; of what is over the newest, and no kind keeps another waiting."""

import asyncio

import pytest

from monitord.model import SECOND, Instant
from monitord.source_rate_limit import Budget, NewestKept
from tests.peers import START, LoopClock, until

pytestmark = pytest.mark.looptime

PER_S, BURST = 10.0, 20.0


def at(seconds: float) -> Instant:
    return Instant(START + round(seconds * SECOND))


def test_a_budget_gives_its_burst_and_then_so_much_a_second() -> None:
    budget = Budget(PER_S, BURST)
    assert [budget.take(at(0)) for _ in range(21)] == [True] * 20 + [False]
    assert not budget.take(at(0.05))
    assert budget.take(at(0.1))
    assert sum(budget.take(at(60)) for _ in range(100)) == BURST


def test_a_budget_takes_all_of_an_amount_or_nothing() -> None:
    budget = Budget(PER_S, BURST)
    assert not budget.take(at(0), 21)
    assert budget.take(at(0), 20)


def test_time_that_stands_or_goes_back_fills_nothing() -> None:
    budget = Budget(PER_S, BURST)
    assert budget.take(at(10), BURST)
    assert not budget.take(at(5))
    assert not budget.take(at(10))


class Intake:
    """What a `NewestKept` passed on, with the time of its arrival."""

    def __init__(self) -> None:
        self.clock = LoopClock()
        self.taken: list[tuple[str, int]] = []
        self.arrived: list[Instant] = []
        self.kept = NewestKept[str, tuple[str, int]](
            self._take, self.clock.now, per_s=PER_S, burst=BURST
        )

    def _take(self, item: tuple[str, int], at: Instant) -> None:
        self.taken.append(item)
        self.arrived.append(at)

    def put(self, kind: str, number: int) -> None:
        self.kept.put(kind, (kind, number), self.clock.now())


async def test_within_the_budget_everything_is_passed_on_at_once() -> None:
    intake = Intake()
    for number in range(20):
        intake.put("spo2", number)
    assert intake.taken == [("spo2", number) for number in range(20)]
    assert intake.kept.shed == 0


async def test_of_a_flood_the_newest_is_passed_on_and_the_rest_is_counted() -> None:
    intake = Intake()
    for number in range(1000):
        intake.put("spo2", number)
    sent = intake.clock.now()
    await until(lambda: len(intake.taken) > 20)
    assert intake.taken[20:] == [("spo2", 999)]
    assert intake.arrived[-1] == sent
    assert intake.kept.shed == 1000 - 21


async def test_a_flood_that_goes_on_is_looked_at_as_often_as_the_budget_allows() -> None:
    intake = Intake()
    for number in range(2000):
        intake.put("spo2", number)
        await asyncio.sleep(0.005)
    seconds = 2000 * 0.005
    assert 0.9 * PER_S * seconds < len(intake.taken) - BURST <= PER_S * seconds
    assert len(intake.taken) + intake.kept.shed in {1999, 2000}
    # What is looked at is of now: no queue of old ones stands before it.
    assert intake.clock.now() - intake.arrived[-1] < SECOND


async def test_a_kind_that_floods_keeps_no_other_waiting() -> None:
    intake = Intake()
    for number in range(1000):
        intake.put("spo2", number)
    intake.put("nibp", 1)
    for number in range(1000, 1100):
        intake.put("spo2", number)
        await asyncio.sleep(0.005)
    assert ("nibp", 1) in intake.taken


async def test_what_is_closed_passes_nothing_on() -> None:
    intake = Intake()
    for number in range(1000):
        intake.put("spo2", number)
    intake.kept.close()
    await asyncio.sleep(60)
    assert len(intake.taken) == BURST

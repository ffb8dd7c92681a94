"""The wall clock is set while the daemon runs, and before it starts: elapsed time alone decides."""

from collections.abc import Callable

from monitord.daemon.sequencing.clock import LiveClock, wall_time
from monitord.model import HOUR, SECOND, Instant, from_iso
from tests.daemon.livekit import Finger, Paper, live, running
from tests.peers import PseudoTerminal, until

CLOCK, SET_BACK = "clock:clock", "clock_set_back:clock"


class Wall:
    """A wall clock that somebody sets."""

    def __init__(self) -> None:
        self.set = 0

    def __call__(self) -> Instant:
        return Instant(wall_time() + self.set)

    def clock(self) -> Callable[[Instant | None], LiveClock]:
        return lambda newest: LiveClock(not_before=newest, wall=self)


async def test_a_wall_clock_set_forward_and_back_moves_no_alarm(
    paper: Paper, line1: PseudoTerminal
) -> None:
    wall, finger = Wall(), Finger(line1)
    paper.delay = "2s"
    async with running(finger.run()), live(paper, clock=wall.clock()) as ward:
        await ward.desk.infuse("1")
        begun = ward.daemon.host.now()

        finger.spo2 = 88
        wall.set = HOUR
        first = await ward.until("spo2_low", "start")
        told = await ward.until(CLOCK, "start", bed=None)
        assert "+3600 s" in told["text"]
        finger.spo2 = 97
        await ward.until("spo2_low", "clear")

        finger.spo2 = 88
        wall.set = 0
        await ward.until(CLOCK, "clear", bed=None)
        await until(lambda: len(ward.of("spo2_low")) == 3)
        second = ward.of("spo2_low")[-1]
        finger.spo2 = 97
        await until(lambda: len(ward.of("spo2_low")) == 4)

        finger.spo2 = 88
        wall.set = -HOUR
        # Back within two minutes it is the same alarm.
        await until(lambda: "escalate medium" in ward.story(CLOCK, None))
        await until(lambda: len(ward.of("spo2_low")) == 5)
        third = ward.of("spo2_low")[-1]
        ended = ward.daemon.host.now()

    for line, event in (first, "start"), (second, "escalate"), (third, "escalate"):
        assert line["event"] == event
        assert from_iso(line["at"]) - from_iso(line["since"]) == 2 * SECOND
        assert begun < from_iso(line["at"]) < ended
    assert ended - begun < HOUR * SECOND / 2


async def test_a_start_before_the_records_end_is_a_high_alarm_and_time_goes_on(
    paper: Paper, line1: PseudoTerminal
) -> None:
    wall, finger = Wall(), Finger(line1)
    wall.set = HOUR
    async with running(finger.run()), live(paper, clock=wall.clock()) as ward:
        await ward.desk.infuse("1")
        end = ward.journal.last_instant()
    assert end is not None

    wall.set = 0
    async with running(finger.run()), live(paper, clock=wall.clock()) as ward:
        told = await ward.until(SET_BACK, "start", bed=None)
        assert told["priority"] == "high"
        finger.spo2 = 88
        low = await ward.until("spo2_low", "start")
        assert end < from_iso(low["since"]) < from_iso(low["at"]) < end + 60 * SECOND
        wall.set = HOUR
        await ward.until(SET_BACK, "clear", bed=None)

    async with live(paper, clock=wall.clock()) as ward:
        assert ward.story(SET_BACK, None) == []

"""More readings than can be looked at: one bed's flood takes nothing from another, and is an alarm."""

from monitord.daemon.sequencing.clock import LiveClock
from monitord.daemon.sequencing.engine_steps import EngineSteps
from monitord.daemon.sequencing.inbox import FRAMES_AT_MOST, OF_A_BED, Inbox
from monitord.engine.engine import Engine
from monitord.model import MINUTE, SECOND, Event, Fault, Frame, Instant, Sample, Signal
from monitord.model.events import Cause
from monitord.store.journal.entry import Entry
from tests.builders import Bed
from tests.daemon.livekit import Finger, Paper, live, nonin, running
from tests.peers import PseudoTerminal, until

FRAME = Frame(samples=(Sample(signal=Signal.SPO2, value=97.0),))


def event(bed: str, at: int = 0) -> Event:
    return Event(at=Instant(at), bed=bed, body=FRAME)


def test_a_full_bed_sheds_its_newest_readings_and_no_others() -> None:
    inbox = Inbox()
    taken = [inbox.put(event("1", at)) for at in range(FRAMES_AT_MOST + 5)]
    assert taken == [True] * FRAMES_AT_MOST + [False] * 5
    assert inbox.put(event("2"))
    assert inbox.shed == {"1": 5}
    assert inbox.oldest == 0


def test_faults_and_actions_are_never_shed() -> None:
    inbox = Inbox()
    fault = Fault(cause=Cause.LINK, subject="oximeter", present=True)
    for _ in range(FRAMES_AT_MOST):
        inbox.put(event("1"))
    assert inbox.put(Event(at=Instant(0), bed="1", body=fault))


def test_a_round_is_bounded_and_gives_its_room_back() -> None:
    inbox = Inbox()
    for bed in "1", "2", "3":
        for _ in range(FRAMES_AT_MOST):
            inbox.put(event(bed))
    assert len(inbox.take()) == 3 * OF_A_BED
    assert len(inbox) == 3 * (FRAMES_AT_MOST - OF_A_BED)
    for _ in range(OF_A_BED):
        assert inbox.put(event("3"))
    assert not inbox.put(event("3"))


def test_what_one_bed_has_left_behind_is_before_no_reading_of_another() -> None:
    inbox = Inbox()
    for at in range(FRAMES_AT_MOST):
        inbox.put(event("1", at))
    inbox.put(event("2", FRAMES_AT_MOST))
    round_ = inbox.take()
    assert [each.at for each in round_ if each.bed == "1"] == list(range(OF_A_BED))
    assert round_[-1] == event("2", FRAMES_AT_MOST)
    assert inbox.oldest_by_bed == {"1": OF_A_BED}


def test_what_one_bed_has_left_behind_holds_up_its_own_deadlines_and_no_other_beds() -> None:
    beds = {bed: Bed(name=bed) for bed in ("1", "2")}
    for bed in beds.values():
        # Nothing more comes: it is told as silent 10 s later.
        bed.admit(session=f"s{bed.name}")
        bed.spo2(97, "1s")
    engines: dict[str | None, Engine] = {name: bed.engine for name, bed in beds.items()}
    steps = EngineSteps(engines, LiveClock(), lambda _: None)
    steps.begin()
    entries: list[Entry] = []
    begun = beds["1"].now
    steps.advance(Instant(begun + MINUTE), entries, waiting={"1": Instant(begun + SECOND)})
    assert {entry.bed for entry in entries} == {"2"}
    steps.advance(Instant(begun + MINUTE), entries, waiting={})
    assert {entry.bed for entry in entries} == {"1", "2"}


async def test_a_flood_is_a_high_alarm_of_its_bed_until_it_is_over(
    paper: Paper, line1: PseudoTerminal, line2: PseudoTerminal
) -> None:
    paper.beds |= {"2": nonin(line2)}
    finger = Finger(line2)
    async with (
        running(Finger(line1).run(), finger.run()),
        # Fast: the alarm ends ten seconds after the flood.
        live(paper, clock=lambda newest: LiveClock(speed=5, not_before=newest)) as ward,
    ):
        await ward.desk.infuse("2")
        for _ in range(5 * FRAMES_AT_MOST):
            ward.daemon._heard("1", "oximeter", FRAME, ward.daemon.host.now())
        shed = ward.daemon._sequencer.inbox.shed["1"]
        # What the line itself said may have waited already.
        assert 4 * FRAMES_AT_MOST <= shed < 4 * FRAMES_AT_MOST + 10
        finger.spo2 = 80
        told = await ward.until("overload:readings", "start")
        assert told["priority"] == "high"
        assert f"{shed} not looked at" in told["text"]
        await ward.until("spo2_low", "start", bed="2")
        await ward.until("overload:readings", "clear")
        await until(lambda: ward.story("overload:readings") == ["start high", "clear high"])
        assert ward.story("overload:readings", "2") == []

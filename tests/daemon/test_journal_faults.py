"""The record fails or is slow: that is a high alarm, alarming goes on marked, all is recorded later."""

import asyncio
import resource
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from monitord.config.database_place import copy_folders, place_of
from monitord.engine.state import STATE, State
from monitord.errors import StoreError
from monitord.model import CallHelp, Frame, say
from monitord.store import chain_verification
from monitord.store.journal.journal import Entry, Journal
from monitord.store.recovery_copy import newest_copy
from tests.daemon.livekit import Finger, Live, Paper, live, recorded, running
from tests.peers import GENEROUS_S, PseudoTerminal, until
from tests.ward import BRIEF, ward

ALARM = "journal:journal"


class SickJournal(Journal):
    """Writes slowly, or not at all, while it is told to."""

    hangs = False
    answers = threading.Event()
    full = False

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.before_a_write: Callable[[], None] = lambda: None

    def append(self, entries: Sequence[Entry]) -> list[int]:
        self.before_a_write()
        if self.full:
            raise StoreError("disk is full")
        if self.hangs:
            assert self.answers.wait(GENEROUS_S)  # a disk that hangs does not wait politely either
        return super().append(entries)


def sick(ward: Live) -> SickJournal:
    assert isinstance(ward.journal, SickJournal)
    return ward.journal


async def test_a_slow_write_delays_no_alarm_and_everything_is_recorded_later(
    paper: Paper, line1: PseudoTerminal
) -> None:
    finger = Finger(line1)
    async with running(finger.run()), live(paper, journal=SickJournal.open) as ward:
        finger.spo2 = 91  # near enough for the next value to be believed at once
        await ward.desk.infuse("1")
        sick(ward).answers.clear()
        sick(ward).hangs = True
        told = await ward.until(ALARM, "start", bed=None)
        assert told["priority"] == "high"
        finger.spo2 = 84
        low = await ward.until("spo2_low", "start")
        # The disk still hangs: nobody waits for it.
        assert low["durable"] is False
        sick(ward).hangs = False
        sick(ward).answers.set()
        await ward.until(ALARM, "clear", bed=None)
        finger.spo2 = 97
        clear = await ward.until("spo2_low", "clear")
        assert clear["durable"] is True
    _all_recorded(ward, paper.journal)


async def test_a_full_disk_delays_no_alarm_and_everything_is_recorded_later(
    paper: Paper, line1: PseudoTerminal
) -> None:
    finger = Finger(line1)
    async with running(finger.run()), live(paper, journal=SickJournal.open) as ward:
        await ward.desk.infuse("1")
        sick(ward).full = True
        finger.spo2 = 80
        told = await ward.until(ALARM, "start", bed=None)
        assert "disk is full" in told["text"]
        low = await ward.until("spo2_low", "start")
        assert low["durable"] is False
        # Staff are answered too.
        await ward.desk.do("1", type="call_help")
        # What they did is on the disk all the same once they are answered: killed now, it would not be lost.
        assert _copied(paper, "1").help_since is not None
        frames = _frames(ward)
        sick(ward).full = False
        await ward.until(ALARM, "clear", bed=None)
        await until(lambda: _frames(ward) > frames)
    _all_recorded(ward, paper.journal)


async def test_a_write_that_a_damaged_file_still_takes_is_no_end_of_the_damage(
    paper: Paper, line1: PseudoTerminal
) -> None:
    finger = Finger(line1)
    async with running(finger.run()), live(paper, journal=SickJournal.open) as ward:
        await ward.desk.infuse("1")
        loop, found = asyncio.get_running_loop(), threading.Event()

        def find() -> None:
            ward.daemon._sequencer.found_damaged("planted")
            found.set()

        def in_the_middle_of_a_write() -> None:
            sick(ward).before_a_write = lambda: None
            loop.call_soon_threadsafe(find)
            assert found.wait(GENEROUS_S)

        sick(ward).before_a_write = in_the_middle_of_a_write
        # Told as over before it was told at all, it would be taken back untold.
        await ward.until(ALARM, "clear", bed=None)
        story = [(line["alarm"], line["event"]) for line in ward.lines if line["bed"] is None]
    assert story[:3] == [(ALARM, "start"), ("journal:record", "start"), (ALARM, "clear")]


async def test_what_was_told_before_it_was_recorded_is_not_told_again_after_a_restart(
    paper: Paper, line1: PseudoTerminal, pager: Any
) -> None:
    finger = Finger(line1)
    async with running(finger.run()), live(paper, journal=SickJournal.open) as ward:
        await ward.desk.infuse("1")
        sick(ward).full = True
        finger.spo2 = 80
        await until(lambda: pager.lines("spo2_low"))
        sick(ward).full = False
        await ward.until(ALARM, "clear", bed=None)
        await until(lambda: not ward.journal.outbox.waiting())


async def test_an_entry_that_cannot_be_written_holds_up_no_others(
    paper: Paper, line1: PseudoTerminal
) -> None:
    finger = Finger(line1)
    async with running(finger.run()), live(paper) as ward:
        await ward.desk.infuse("1")
        poison = CallHelp(id="help", by="\ud800")  # half of a letter: no database takes it
        answered = await ward.daemon.host.act("1", poison)
        # Nobody is told that it was saved.
        assert answered.why == say("no.not_kept")
        told = await ward.until("help", "start")
        assert told["durable"] is False
        finger.spo2 = 80
        low = await ward.until("spo2_low", "start")
        assert low["durable"] is True
        assert ward.daemon._sequencer._backlog.given_up == 1
        assert not ward.task.done()


def test_a_file_that_may_not_grow_is_an_alarm_and_no_end(tmp_path: Path) -> None:
    with ward(tmp_path, watch=BRIEF) as suite:
        suite.start()
        assert suite.process is not None
        suite.until(lambda: suite.get("/api/beds").json()["beds"][0]["signals"])
        room = resource.prlimit(suite.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(suite.process.pid, resource.RLIMIT_FSIZE, (4096, room[1]))
        suite.oximeters["1"].spo2 = 70
        suite.until(lambda: suite.pager.lines("spo2_low"))
        suite.until(lambda: suite.pager.lines(ALARM))
        assert suite.pager.lines("spo2_low")[0].line["durable"] is False
        resource.prlimit(suite.process.pid, resource.RLIMIT_FSIZE, room)
        suite.until(lambda: suite.pager.lines(ALARM, "clear"))
        suite.stop()
    told = {line.id for line in recorded(tmp_path / "journal.db")}
    assert suite.pager.lines("spo2_low")[0].line["id"] in told


def _frames(ward: Live) -> int:
    return sum(isinstance(event.body, Frame) for _, event in ward.journal.events(bed="1"))


def _all_recorded(ward: Live, journal: Path) -> None:
    told = [(line["id"], line["event"]) for line in ward.lines]
    kept = [(line.id, line.event.value) for line in recorded(journal)]
    assert sorted(kept) == sorted(told)
    with Journal.open(journal, read_only=True) as opened:
        numbers = [row.n for row in opened.effects(bed="1")]
        assert numbers == list(range(1, len(numbers) + 1))
        assert chain_verification.verify(opened.database).faults == ()


def _copied(paper: Paper, bed: str) -> State:
    """The bed's state in the small copy."""
    database = str(paper.journal)
    copy = newest_copy(copy_folders(database), place_of(database))
    assert copy is not None
    (text,) = [each.text for each in copy.states if each.bed == bed]
    return STATE.validate_json(text)

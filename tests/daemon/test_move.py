"""A patient goes to another chair while the daemon runs: nothing about them waits or is lost."""

import pytest

from monitord.engine.engine import Engine
from monitord.model import Move
from monitord.record.record import read_record
from tests.daemon.livekit import Finger, Paper, forget_snapshots, live, nonin, running
from tests.peers import PseudoTerminal


def moved(paper: Paper, line2: PseudoTerminal) -> None:
    paper.beds |= {"2": nonin(line2)}


async def test_an_alarm_goes_along_is_told_with_the_new_bed_and_clears_there(
    paper: Paper, line1: PseudoTerminal, line2: PseudoTerminal
) -> None:
    moved(paper, line2)
    one, two = Finger(line1, spo2=80), Finger(line2)
    two.spo2 = None
    async with running(one.run(), two.run()), live(paper) as ward:
        await ward.desk.infuse("1")
        told = await ward.until("spo2_low", "start")

        await ward.desk.do("1", type="move", to="2")

        again = await ward.until("spo2_low", "reminder", bed="2")
        assert (again["id"], again["reason"]) == (told["id"], "moved")
        assert set(await ward.desk.alarms()) >= {"2/spo2_low"}
        assert (await ward.desk.tile("1"))["session"] is None
        session = (await ward.desk.tile("2"))["session"]
        assert session["id"] == told["session"]
        two.spo2 = 97
        await ward.until("spo2_low", "clear", bed="2")


async def test_a_restart_after_it_finds_the_patient_at_the_new_bed_with_the_answer(
    paper: Paper, line1: PseudoTerminal, line2: PseudoTerminal
) -> None:
    moved(paper, line2)
    one, two = Finger(line1, spo2=80), Finger(line2, spo2=80)
    async with running(one.run(), two.run()):
        async with live(paper) as ward:
            await ward.desk.infuse("1")
            told = await ward.until("spo2_low", "start")
            await ward.desk.acknowledge(told["id"])
            await ward.desk.do("1", type="move", to="2")
        # The arrival must be enough.
        forget_snapshots(paper)

        async with live(paper) as ward:
            found = (await ward.desk.alarms())["2/spo2_low"]
            assert (found["id"], found["answered_by"]) == (told["id"], "nurse")
            assert (await ward.desk.tile("1"))["session"] is None
            await ward.desk.do("2", type="discharge", override="test")
            record = read_record(ward.journal, told["session"])
            assert {event.bed for _, event in record.events} == {"1", "2"}


async def test_a_move_that_cannot_be_says_why_and_moves_nobody(
    paper: Paper, line2: PseudoTerminal
) -> None:
    moved(paper, line2)
    async with live(paper) as ward:
        await ward.desk.infuse("1")
        await ward.desk.infuse("2")
        for to, why in (
            ("2", "still open at that chair"),
            ("1", "at that chair already"),
            ("9", "Chair 9 is"),
        ):
            answer = await ward.daemon.host.act("1", Move(id=f"to-{to}", by="nurse", to=to))
            assert answer.refused is not None
            assert why in answer.refused
        assert (await ward.desk.tile("1"))["session"] is not None


async def test_where_the_other_bed_fails_on_arrival_the_patient_has_not_left(
    paper: Paper, line2: PseudoTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raising(*_: object) -> None:
        raise ZeroDivisionError("planted")

    moved(paper, line2)
    monkeypatch.setattr(Engine, "_arrive", raising)
    async with live(paper) as ward:
        await ward.desk.infuse("1")
        answer = await ward.daemon.host.act("1", Move(id="a", by="nurse", to="2"))
        assert answer.refused is not None
        await ward.until("quarantine:2", "start", bed=None)
        assert (await ward.desk.tile("1"))["session"] is not None

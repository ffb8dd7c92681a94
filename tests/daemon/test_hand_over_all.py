"""Handing over every chair is one action: each bed with a session has it in its record, or none has."""

import sqlite3
from collections.abc import Sequence

import pytest

from monitord.daemon.sequencing.backlog import cut
from monitord.engine.engine import Engine
from monitord.errors import StoreError
from monitord.model import (
    CallHelp,
    Effect,
    Event,
    Frame,
    HandOver,
    HandOverAll,
    Instant,
    StaffAction,
)
from monitord.record.record import read_record
from monitord.store.journal.journal import Entry, Journal
from tests.daemon.livekit import Live, Paper, live, nonin
from tests.peers import PseudoTerminal, until

TRIGGER = """CREATE TRIGGER planted BEFORE INSERT ON events WHEN NEW.bed = '2' AND NEW.type = 'hand_over'
BEGIN SELECT RAISE(ABORT, 'planted'); END"""


class NoSecondChair(Journal):
    """Takes everything but what hands over bed 2, for ever."""

    def append(self, entries: Sequence[Entry]) -> list[int]:
        bodies = [each.event.body for each in entries if each.event and each.bed == "2"]
        if any(isinstance(body, HandOver) for body in bodies):
            raise StoreError("planted", retry=False)
        return super().append(entries)


ALL = HandOverAll(id="h", by="anna", to="ben", note="bed 2 is tired")


def handed_over(ward: Live) -> list[str | None]:
    return [
        event.bed
        for _, event in ward.journal.events(types=("hand_over",))
        if isinstance(event.body, HandOver)
    ]


async def test_a_write_that_fails_in_the_middle_records_no_chair_and_later_every_one(
    paper: Paper, line2: PseudoTerminal
) -> None:
    paper.beds |= {"2": nonin(line2)}
    async with live(paper) as ward:
        for bed in ("1", "2"):
            await ward.desk.infuse(bed)
        # Of bed 1 the row is inserted already when the database refuses that of bed 2.
        with sqlite3.connect(paper.journal, timeout=30) as database:
            database.execute(TRIGGER)
        answer = await ward.daemon.host.act(None, ALL)
        assert answer.refused is None
        await ward.until("journal:journal", "start", bed=None)
        assert handed_over(ward) == []
        with sqlite3.connect(paper.journal, timeout=30) as database:
            database.execute("DROP TRIGGER planted")
        await until(lambda: sorted(map(str, handed_over(ward))) == ["1", "2"])


async def test_what_can_never_be_written_of_one_chair_is_written_of_none(
    paper: Paper, line2: PseudoTerminal
) -> None:
    paper.beds |= {"2": nonin(line2)}
    async with live(paper, journal=NoSecondChair.open) as ward:
        for bed in ("1", "2"):
            await ward.desk.infuse(bed)
        await ward.daemon.host.act(None, ALL)
        await until(lambda: bool(ward.daemon._sequencer._backlog.given_up))
        # What came after it is written all the same.
        await ward.daemon.host.act("1", CallHelp(id="help", by="AB"))
        await until(lambda: bool(list(ward.journal.events(types=("call_help",)))))
        assert handed_over(ward) == []


async def test_where_one_chair_fails_in_itself_none_is_handed_over_and_all_stay_watched(
    paper: Paper, line2: PseudoTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper.beds |= {"2": nonin(line2)}
    step = Engine.step

    def planted(engine: Engine, event: Event) -> list[Effect]:
        if event.bed == "2" and isinstance(event.body, HandOver):
            raise RuntimeError("planted")
        return step(engine, event)

    async with live(paper) as ward:
        for bed in ("1", "2"):
            await ward.desk.infuse(bed)
        monkeypatch.setattr(Engine, "step", planted)
        answer = await ward.daemon.host.act(None, ALL)
        assert answer.refused is not None
        assert answer.refused.startswith("Chair 2 cannot be handed over, so none was")
        assert handed_over(ward) == []
        assert set(ward.daemon.host.beds()) == {"1", "2"}
        monkeypatch.setattr(Engine, "step", step)
        again = HandOverAll(id="again", by="anna", to="ben")
        assert (await ward.daemon.host.act(None, again)).refused is None
        assert sorted(map(str, handed_over(ward))) == ["1", "2"]


def entry(bed: str, body: StaffAction | Frame) -> Entry:
    event = Event(at=Instant(0), bed=bed, source="", simulated=False, body=body)
    return Entry(event=event, effects=(), bed=bed, first_n=1)


def test_what_is_one_action_at_several_beds_is_never_cut() -> None:
    other = entry("1", Frame(samples=()))
    all_beds = [entry(bed, HandOver(id=f"h/{bed}", by="a", to="b")) for bed in ("1", "2", "3")]
    assert cut(all_beds) == [all_beds]
    assert cut([other, *all_beds]) == [[other], all_beds]
    assert cut([*all_beds, other, other]) == [all_beds, [other, other]]
    apart = [all_beds[0], other, all_beds[1]]
    assert cut(apart) == [apart]
    assert cut([other, other]) == [[other], [other]]
    assert cut([other]) == [[other]]


async def test_every_chair_with_a_patient_is_handed_over_at_once(
    paper: Paper, line2: PseudoTerminal
) -> None:
    paper.beds |= {"2": nonin(line2)}
    async with live(paper) as ward:
        nobody = await ward.daemon.host.act(None, ALL)
        assert nobody.refused is not None
        assert "nothing to hand over" in nobody.refused
        sessions = {}
        for bed in ("1", "2"):
            await ward.desk.infuse(bed)
            sessions[bed] = (await ward.desk.tile(bed))["session"]["id"]
        for _ in range(2):
            # Sent again it is done once.
            answer = await ward.daemon.host.act(None, HandOverAll(id="i", by="anna", to="ben"))
            assert answer.refused is None
        found = {
            bed: [
                (event.body.by, event.body.to)
                for _, event in read_record(ward.journal, session).events
                if isinstance(event.body, HandOver)
            ]
            for bed, session in sessions.items()
        }
        assert found == {bed: [("anna", "ben")] for bed in ("1", "2")}

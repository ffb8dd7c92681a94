"""The record of a patient who changed chairs: one session, whole, and replayed to the byte."""

from itertools import pairwise
from pathlib import Path

import pytest

from monitord.engine.engine import Engine
from monitord.model import AlarmLine, Arrived, Event, Signal
from monitord.record.export_forms import export
from monitord.record.record import read_record
from monitord.record.session_report import report
from monitord.replay.compare.shadow_run import Shadow
from monitord.replay.run.export_run import replay_export
from monitord.replay.run.journal_run import Window, replay_journal
from monitord.store.journal.codec import body_from_json
from monitord.store.journal.journal import Journal
from tests.builders import MEDIUM, level, protocol, spo2_low
from tests.record.journaled import JournaledBed


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An alarm begins at bed 1, goes along to bed 2 and ends there; then the patient leaves."""
    here = JournaledBed()
    there = JournaledBed(name="2", entries=here.entries)
    here.admit(session="s1", pseudonym="P-17")
    here.start_infusion(override="test")
    here.spo2(97, for_="60s")
    here.spo2(88, for_="30s")
    there.until(here.now)
    assert here.move_to(there) is None
    there.spo2(88, for_="60s")
    there.spo2(97, for_="60s")
    there.observe({Signal.MOAAS: 5})
    there.stop_infusion()
    there.discharge(override="the nurse decided")
    here.until(there.now)
    return here.write(tmp_path / "journal.db")


def test_the_record_holds_both_beds_and_has_no_gap(place: Path) -> None:
    with Journal.open(place, read_only=True) as journal:
        record = read_record(journal, "s1")
    assert {event.bed for _, event in record.events} == {"1", "2"}
    assert record.pseudonym == "P-17"
    assert record.state is not None
    assert [done.action.type for done in record.actions] == [
        "admit", "start_infusion", "move", "observe", "stop_infusion", "discharge",
    ]  # fmt: skip
    spans = [each for each in record.coverage if each.signal is Signal.SPO2]
    assert all(a.end == b.begin for a, b in pairwise(spans))
    assert (spans[0].begin, spans[-1].end) == (record.session.admitted_at, record.end)


def test_the_report_says_where_the_patient_went(place: Path) -> None:
    with Journal.open(place, read_only=True) as journal:
        page = report(read_record(journal, "s1"))
    assert "to chair 2" in page


def test_the_bed_where_it_ended_finds_the_record(place: Path) -> None:
    with Journal.open(place, read_only=True) as journal:
        assert read_record(journal, "2").id == "s1"


def test_a_replay_gives_the_very_lines_that_were_recorded(place: Path) -> None:
    with Journal.open(place, read_only=True) as journal:
        recorded = [e.effect for e in journal.effects() if isinstance(e.effect, AlarmLine)]
    replayed = list(replay_journal(str(place), beat=lambda _at: None).lines)
    assert replayed == sorted(recorded, key=lambda line: line.at)
    assert [line.event for line in recorded if line.alarm == "spo2_low"][0::3] == ["start", "clear"]


def test_the_exported_record_replays_to_the_same_lines(place: Path, tmp_path: Path) -> None:
    with Journal.open(place, read_only=True) as journal:
        record = read_record(journal, "s1")
    (file,) = export(record, "json", tmp_path / "s1.jsonl")
    window = Window()
    lines = replay_export(str(file), window=window, beat=lambda _at: None).lines
    assert list(lines) == sorted(record.lines, key=lambda line: line.at)


def test_another_protocol_begins_anew_at_the_other_bed(place: Path) -> None:
    other = protocol(
        rules=protocol().rules | {"spo2_low": spo2_low(levels=(level("<95", MEDIUM),))}
    )
    lines = replay_journal(str(place), other, beat=lambda _at: None).lines
    told = [(line.bed, line.event) for line in lines if line.alarm == "spo2_low"]
    assert ("2", "start") in told
    assert ("2", "clear") in told


def test_a_protocol_in_its_own_shadow_differs_in_nothing(place: Path) -> None:
    shadow = Shadow(candidates={"small": protocol()})
    with Journal.open(place, read_only=True) as journal:
        shadow.take(journal)
    assert shadow.broken == set()
    assert shadow.differences() == []


def test_an_arrival_that_an_earlier_version_recorded_is_still_read() -> None:
    """It holds the engine's whole state, and stays in journals for years."""
    stored = (Path(__file__).parent / "stored" / "arrived-0.1.json").read_text(encoding="utf-8")
    body = body_from_json("arrived", stored)
    assert isinstance(body, Arrived)
    engine = Engine("2")
    engine.step(Event(at=body.at, bed="2", body=body))
    state = engine.state
    assert state.session is not None
    assert (state.session.id, state.session.phase) == ("s1", "infusion")
    alarms = {t.key: t.alarm.answered_by for t in state.tracks if t.alarm is not None}
    assert alarms["spo2_low"] == "nurse"

"""A record for others has no word of a form and nothing that staff wrote, whatever the clinic's language."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from monitord.model import (
    AnswerQuestion,
    BeginReaction,
    PatientAway,
    PauseInfusion,
    Signal,
    StartInfusion,
)
from monitord.record.export_forms import TEXTS, export
from monitord.record.public_record import public_record
from monitord.record.record import Record, read_record
from monitord.station.access.accounts_and_logins import Visitor
from monitord.station.access.authorization import Caller
from monitord.station.access.roles import Role
from monitord.store.journal.journal import Journal
from tests.builders import settings
from tests.record.journaled import JournaledBed
from tests.test_confidential_by_data import WORDS, german

IN_THEIR_WORDS: Final = "traurig, spricht von Suizid"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    bed = JournaledBed(settings(protocols={"small": german()}))
    bed.admit()
    bed.act(StartInfusion, override=IN_THEIR_WORDS)
    bed.spo2(97, "5s")
    bed.fill_form("stimmungsbogen", answers={"frage_1": 3, "frage_2": 1})
    bed.observe({Signal.MOOD: 3.0, Signal.MOAAS: 5.0}, note=IN_THEIR_WORDS)
    bed.observe({Signal.MOOD: 3.0}, note=IN_THEIR_WORDS)
    bed.act(PauseInfusion, reason=IN_THEIR_WORDS)
    bed.act(BeginReaction, reason=IN_THEIR_WORDS)
    bed.act(PatientAway, reason=IN_THEIR_WORDS)
    bed.act(AnswerQuestion, question="sicher", yes=True, note=IN_THEIR_WORDS)
    bed.discharge()
    bed.assess(IN_THEIR_WORDS)
    bed.wait("7min")
    path = bed.write(tmp_path_factory.mktemp("record") / "journal.db")
    with Journal.open(path, read_only=True) as journal:
        return read_record(journal, "s1")


def words_in(text: str) -> list[str]:
    return [word for word in WORDS if word in text.lower()]


@pytest.mark.parametrize("kind", ["csv", "parquet", "wfdb", "fhir", "hl7"])
def test_no_export_for_others_has_a_word_of_it(record: Record, kind: str, tmp_path: Path) -> None:
    made = export(record, kind, tmp_path / "s1")
    text = b"".join(each.read_bytes() for each in made).decode("latin-1")
    assert words_in(text) == []


@pytest.mark.parametrize("kind", sorted(TEXTS))
def test_what_an_engineer_is_given_has_no_word_of_it(record: Record, kind: str) -> None:
    text = TEXTS[kind](public_record(record))
    # Of JSON lines the settings are a part: the protocol itself, of no patient.
    own = "\n".join(line for line in text.splitlines() if '"configured"' not in line)
    assert words_in(own) == []


def test_the_record_itself_has_it(record: Record) -> None:
    for kind in ("json", "html"):
        assert {"suizid", "traurig"} <= set(words_in(TEXTS[kind](record)))


def test_the_reason_of_an_absence_that_the_page_offers_is_nobodys_own_word(record: Record) -> None:
    seq, event = record.events[-1]
    away = replace(event, body=PatientAway(id="x", by="AB", reason="toilet"))
    (kept,) = public_record(replace(record, events=((seq, away),))).events
    assert kept[1] == away


@pytest.mark.parametrize(("role", "whole"), [(Role.NURSE, True), (Role.ENGINEER, False)])
def test_the_report_is_whole_for_those_who_may_read_it_at_the_bed(role: Role, whole: bool) -> None:
    visitor = Visitor(key="k", name="AB", role=role, browser=True)
    caller = Caller(cookie=None, token=None, place="", local=True, visitor=visitor)
    assert caller.may("GET /api/beds/{bed}/confidential") is whole
    nobody = replace(caller, visitor=None)
    assert nobody.may("GET /api/beds/{bed}/confidential"), "nobody signs in here"

"""Nothing of a form and no word of staff leaves a suite for its hospital, unless the suite file lets it."""

import json
from pathlib import Path
from typing import Final

import pytest

from monitord.errors import StoreError
from monitord.hospital.bed_fold import BedFold, folded
from monitord.hospital.journal_feed import JournalFeed
from monitord.hospital.sent_row import Leaving, SentRow
from monitord.model import EPOCH, SECOND, AnswerQuestion, PauseInfusion, Signal, StartInfusion
from monitord.store.journal.journal import Journal
from tests.builders import settings
from tests.hospital.stream_reader import beds_of
from tests.record.journaled import JournaledBed
from tests.test_confidential_by_data import WORDS, german

IN_THEIR_WORDS: Final = "traurig, spricht von Suizid"


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    bed = JournaledBed(settings(protocols={"small": german()}))
    bed.admit()
    bed.act(StartInfusion, override=IN_THEIR_WORDS)
    bed.spo2(97, "5s")
    bed.fill_form("stimmungsbogen", answers={"frage_1": 3, "frage_2": 1})
    bed.observe({Signal.MOOD: 3.0, Signal.MOAAS: 5.0}, note=IN_THEIR_WORDS)
    bed.act(PauseInfusion, reason=IN_THEIR_WORDS)
    bed.act(AnswerQuestion, question="sicher", yes=True, note=IN_THEIR_WORDS)
    bed.wait("7min")
    return bed.write(tmp_path_factory.mktemp("record") / "journal.db")


def sent(journal: Path, folder: Path, leaving: Leaving) -> list[SentRow]:
    with Journal.open(journal, read_only=True) as opened:
        feed = JournalFeed(opened, "ward", folder, leaving, SECOND)
        return list(feed.next(feed.begin(EPOCH)).rows)


def words_in(rows: list[SentRow]) -> list[str]:
    text = b"".join(row.text() for row in rows).decode().lower()
    return [word for word in WORDS if word in text]


def test_no_row_has_a_word_of_a_form_or_of_staff(journal: Path, tmp_path: Path) -> None:
    rows = sent(journal, tmp_path, Leaving())
    assert words_in(rows) == []
    types = {row.type for row in rows}
    assert {"admit", "start_infusion", "pause_infusion", "alarm", "answered", "frame"} <= types
    assert not {"fill_form", "assess", "answer_question", "configured", "fault"} & types
    assert any(row.body.get("alarm") == "clinician_needed" for row in rows)


def test_notes_and_answers_leave_where_the_suite_file_says_so(
    journal: Path, tmp_path: Path
) -> None:
    notes = sent(journal, tmp_path, Leaving(notes=True))
    assert "suizid" in words_in(notes)
    assert "fill_form" not in {row.type for row in notes}
    forms = sent(journal, tmp_path, Leaving(form_answers=True))
    assert "fill_form" in {row.type for row in forms}
    assert "suizid" not in words_in(forms)


def test_a_row_is_read_as_it_was_written(journal: Path, tmp_path: Path) -> None:
    rows = sent(journal, tmp_path, Leaving())
    assert [SentRow.read(row.text()) for row in rows] == rows


@pytest.mark.parametrize("value", [None, [], "7", 7.5, {}, float("nan"), 10**30])
def test_a_row_with_a_wrong_value_in_any_field_is_counted_and_stops_no_worker(
    journal: Path, tmp_path: Path, value: object
) -> None:
    row = sent(journal, tmp_path, Leaving())[0]
    for name in json.loads(row.text()):
        wrong = json.loads(row.text()) | {name: value}
        try:
            read = SentRow.read(json.dumps(wrong).encode())
        except StoreError:
            continue
        # What a row may say is folded, or counted where the journal's own reader refuses it; the next one is read.
        folded(BedFold(suite=read.suite, bed=read.bed), [read, row])
    for text in (b"", b"[]", b"\xff", b"null", b"{" * 5000, row.text()[:-1]):
        with pytest.raises(StoreError):
            SentRow.read(text)


def test_rows_that_come_again_change_nothing(journal: Path, tmp_path: Path) -> None:
    rows = sent(journal, tmp_path, Leaving())
    once = beds_of(rows)
    again = [row for n, row in enumerate(rows, 1) for row in (*rows[:n], row)]
    assert beds_of(again) == once
    (bed,) = once.values()
    assert bed.session == "s1"
    assert bed.lines
    assert bed.unread == 0


def test_frames_are_thinned_alike_wherever_the_reading_begins(
    journal: Path, tmp_path: Path
) -> None:
    whole = [row.id for row in sent(journal, tmp_path, Leaving())]
    with Journal.open(journal, read_only=True) as opened:
        feed = JournalFeed(opened, "ward", tmp_path, Leaving(), SECOND)
        position = feed.begin(EPOCH)
        piece = feed.next(position)
        feed.taken(piece.position)
        assert feed.begin(EPOCH) == piece.position
        assert feed.next(piece.position).rows == []
    assert [row.id for row in piece.rows] == whole

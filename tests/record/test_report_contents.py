"""What the report says of each entry, on which clock, and to whom it says nothing of a form."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from monitord.config.protocol.form_files import read_form
from monitord.engine.rules.limit import LimitRule
from monitord.model import MINUTE, SIGNALS, FillForm, HandOver, PatientAway, Signal, Void
from monitord.record.public_record import public_record
from monitord.record.record import Record, read_record
from monitord.record.session_report import report
from monitord.store.journal.journal import Journal
from tests.builders import MEDIUM, level, protocol, rules, settings, spo2_low
from tests.record.journaled import JournaledBed

SECRET = re.compile(r"epds|self.?harm|item.?\d", re.IGNORECASE)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    place = tmp_path_factory.mktemp("journal") / "journal.db"
    known = {"spo2_low": spo2_low(), "epds_high": level_of_epds()}
    given = replace(
        protocol(),
        rules=rules(**known),
        forms={"epds": read_form("epds")},
        fresh=protocol().fresh | {Signal.EPDS: 60 * MINUTE},
    )
    bed = JournaledBed(settings(protocols={"small": given}))
    bed.admit(session="s1", pseudonym="P-17")
    bed.spo2(97, for_="20s")
    assert bed.tighten_limit("spo2_low", MEDIUM, "<90", "<92", reason="frail") is None
    assert bed.act(HandOver, to="Bea", note="sleeps") is None
    bed.fill_form("epds", 2, 3, 2, 2, 3, 2, 2, 3, 2, 2)
    (filled,) = [e.body.id for e in bed.events if isinstance(e.body, FillForm)]
    assert bed.act(Void, action=filled, reason="filled in for somebody else") is None
    bed.spo2(86, for_="40s")
    bed.acknowledge("spo2_low")
    for systolic, diastolic in ((128, 82), (124, 80), (131, 84)):
        bed.nibp(systolic, diastolic)
        bed.spo2(97, for_="5min")
    bed.act(PatientAway, reason="toilet", minutes=7)
    bed.discharge(override="the EPDS is low enough")
    bed.write(place)
    with Journal.open(place, read_only=True) as journal:
        return read_record(journal, "s1")


def level_of_epds() -> LimitRule:
    return LimitRule(signal=Signal.EPDS, levels=(level(">=13", MEDIUM),))


def done(page: str) -> str:
    part = page[page.index("Who did what") : page.index("Monitoring form")]
    return unescape(re.sub(r"<[^>]+>", " ", part))


def test_each_entry_stands_with_all_that_was_entered(record: Record) -> None:
    said = " ".join(done(report(record)).split())
    assert "tighten limit low SpO2, medium: from below 90 to below 92; frail" in said
    assert "hand over to Bea; sleeps" in said
    assert f"fill form {read_form('epds').title}: item 1 2, item 2 3" in said
    assert "in all 23" in said
    assert "void fill form of" in said
    assert "acknowledge SpO2" in said
    assert "discharge the EPDS is low enough" in said


IDENTIFIER = re.compile(r"\b[a-z]+_[a-z0-9_]+|@\d|#[0-9a-f]{6}|\w+://")
"""As in the tests of the page: `spo2_low`, `small@1#0f3a...`: names for programs."""


def test_no_name_for_programs_is_on_the_paper(record: Record) -> None:
    page = report(record)
    text = unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL))
    assert IDENTIFIER.findall(text) == []
    assert IDENTIFIER.findall(record.protocol), "of what is meant there is one in the record"
    assert "version 1" in text
    assert f"Session {record.id}" not in text
    assert record.id not in text.split()


def test_who_may_not_read_forms_finds_no_word_of_one(record: Record) -> None:
    page = report(public_record(record))
    assert SECRET.search(report(record))
    assert not SECRET.findall(page)
    assert "somebody else" not in page
    assert "to Bea" in page


def test_its_times_are_those_of_the_clock_on_the_wall(record: Record) -> None:
    vienna = report(replace(record, zone=ZoneInfo("Europe/Vienna")))
    utc = report(replace(record, zone=ZoneInfo("UTC")))
    first = record.session.admitted_at
    at = ZoneInfo("Europe/Vienna")
    assert f"{local_hour(first, at):02}:" in done(vienna)
    assert "UTC+0" in vienna
    assert done(vienna) != done(utc)


def local_hour(at: int, zone: ZoneInfo) -> int:
    return datetime.fromtimestamp(at / 1e6, UTC).astimezone(zone).hour


def test_the_noise_of_a_cuff_looks_like_noise(record: Record) -> None:
    """128, 124 and 131 mmHg lie in a twentieth of the height."""
    page = report(record)
    of_systolic = page[page.index(SIGNALS[Signal.NIBP_SYS].label + " (") :]
    drawing = of_systolic[of_systolic.index("<svg") : of_systolic.index("</svg>")]
    bars = re.search(r'<path d="(M\d+ [\d.]+V[^"]+)" stroke="#000"', drawing)
    assert bars
    heights = [float(y) for y in re.findall(r"M\d+ ([\d.]+)V", bars[1])]
    assert len(heights) == 3
    assert max(heights) - min(heights) < 90 / 15
    assert ">200<" in drawing
    assert ">60<" in drawing


def test_the_report_is_read_in_german_from_title_to_form(record: Record) -> None:
    english, german = report(record), report(replace(record, language="de"))
    assert '<html lang="de">' in german
    for part in (r"<title>.*?</title>", r"<h2>.*?</h2>", r"<th>.*?</th>"):
        said, spoken = re.findall(part, english), re.findall(part, german)
        assert len(said) == len(spoken) > 0
        # What is the same word in both.
        same = {"<th></th>", "<th>Alarm</th>", "<th>alarm</th>"}
        assert [each for each in spoken if each in said and each not in same] == []
    assert "Grenze enger stellen" in german
    assert "tighten" not in german

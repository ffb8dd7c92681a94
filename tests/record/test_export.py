"""A session's record in every form: what our own readers read back, and what others' libraries accept."""

import dataclasses
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from devices.hl7.hl7_answer import framed
from devices.hl7.hl7_wire import Hl7Wire
from monitord.cli import app
from monitord.config.protocol.form_files import read_form
from monitord.engine.rules.limit import LimitRule
from monitord.errors import RecordingError
from monitord.model import MINUTE, SECOND, Frame, Instant, Observe, Quality, Signal
from monitord.model.alarm_lives import lives
from monitord.record.export_forms import FORMATS, WHOLE, export
from monitord.record.pdf import write_pdf
from monitord.record.record import Record, read_record
from monitord.record.session_report import report
from monitord.record.treatment_form import form
from monitord.replay.recordings.events_csv import read_events
from monitord.replay.recordings.open_recordings import open_recording
from monitord.replay.run.options import ReplayOptions
from monitord.replay.run.replay_run import replay_file
from monitord.store.journal.journal import Journal
from monitord.store.line_json import line_json
from tests.builders import MEDIUM, level, protocol, rules, settings, spo2_low
from tests.record.journaled import JournaledBed, an_infusion


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("journal") / "journal.db"
    an_infusion(place)
    return place


@pytest.fixture(scope="module")
def record(place: Path) -> Record:
    with Journal.open(place, read_only=True) as journal:
        return read_record(journal, "s1")


def told(record: Record) -> list[str]:
    return [line_json(line, durable=True) for line in record.lines]


def test_a_record_holds_what_happened_and_nothing_of_the_session_before(record: Record) -> None:
    assert record.pseudonym == "P-17"
    assert {life.first.alarm for life in lives(record.lines)} >= {"spo2_low"}
    observed = [done for done in record.actions if isinstance(done.action, Observe)]
    assert [done.voided is not None for done in observed] == [False, True, False]
    assert [d.action.type for d in record.actions if d.refused] == ["resume_infusion"]
    spans = [span for span in record.coverage if span.signal is Signal.SPO2]
    assert (spans[0].begin, spans[-1].end) == (record.session.admitted_at, record.end)
    assert any(span.cause == "probe_off" for span in spans)
    assert "earlier" not in json.dumps(list(export_lines(record)))
    assert "somebody else" not in report(record)


def export_lines(record: Record) -> list[str]:
    from monitord.record.json_lines import json_lines

    return list(json_lines(record))


def test_json_lines_replay_to_the_very_lines_that_were_recorded(
    record: Record, tmp_path: Path
) -> None:
    place = tmp_path / "s1.jsonl"
    place.touch(0o644)
    assert export(record, "json", place) == [place]
    assert place.stat().st_mode & 0o777 == 0o600
    replayed = list(replay_file(str(place)).texts())[1:]
    assert len(replayed) > 5
    assert replayed == told(record)

    packed = tmp_path / "s1.jsonl.gz"
    packed.write_bytes(gzip.compress(place.read_bytes()))
    assert list(replay_file(str(packed)).texts())[1:] == replayed

    # What held before the admission alarms after its delay: 7 s of 15 were over.
    first = next(line for line in record.lines if line.alarm == "spo2_low")
    assert first.at - record.session.admitted_at == 8 * SECOND

    # Under another protocol the same readings and actions give other lines.
    slower = spo2_low(levels=(level("<90", MEDIUM, "35s"),))
    other = protocol(rules=protocol().rules | {"spo2_low": slower})
    lines = [line for line in replay_file(str(place), other).lines if line.alarm == "spo2_low"]
    assert lines[0].at - lines[0].since == 35 * SECOND


def test_an_export_is_a_recording_for_a_back_test_too(record: Record, tmp_path: Path) -> None:
    place = tmp_path / "s1.jsonl"
    export(record, "json", place)
    found = open_recording(place)
    assert found.patient == "P-17"
    assert found.report.frames == len([e for _, e in record.events if e.body.type == "frame"])
    times, values = found.series(Signal.NIBP_SYS)
    assert values[~np.isnan(values)].tolist() == [128, 151, 132]
    lines = list(replay_file(str(place), protocol(), ReplayOptions(phase="infusion")).lines)
    assert {line.alarm for line in lines} >= {"spo2_low"}
    assert len(times) == 3


def test_a_broken_export_names_its_line(record: Record, tmp_path: Path) -> None:
    place = tmp_path / "s1.jsonl"
    texts = export_lines(record)
    place.write_text("\n".join([*texts[:3], texts[3][:-5]]))
    with pytest.raises(RecordingError, match=r"s1\.jsonl:4: not a line of an export"):
        replay_file(str(place))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_reads_back_to_the_same_readings(
    record: Record, tmp_path: Path, suffix: str
) -> None:
    place = tmp_path / f"s1.{suffix}"
    written = export(record, suffix, place)
    assert written[0] == place
    found = open_recording(place)
    sent = [
        (event.at, sample.value if sample.quality is Quality.GOOD else None)
        for _, event in record.events
        if isinstance(event.body, Frame)
        for sample in event.body.samples
        if sample.signal is Signal.SPO2
    ]
    times, values = found.series(Signal.SPO2)
    read = [None if np.isnan(v) else v for v in values.tolist()]
    assert list(zip(times.tolist(), read, strict=True)) == sent
    assert None in read


def test_the_tables_beside_the_csv_place_actions_and_alarms(record: Record, tmp_path: Path) -> None:
    table, events, alarms = export(record, "csv", tmp_path / "s1.csv")
    assert {each.stat().st_mode & 0o777 for each in (table, events, alarms)} == {0o600}
    marks = read_events(events, start=None)
    assert [action.type for _, action in marks.actions] == [
        "start_baseline",
        "observe",
        "start_infusion",
        "observe",
        "stop_infusion",
        "discharge",
    ]
    rows = alarms.read_text().splitlines()[1:]
    assert len(rows) == len(lives(record.lines))


def test_a_wfdb_record_holds_numbers_once_a_second_and_alarms_as_annotations(
    record: Record, tmp_path: Path
) -> None:
    pytest.importorskip("wfdb")
    written = export(record, "wfdb", tmp_path / "s1")
    assert {each.stat().st_mode & 0o777 for each in written} == {0o600}
    assert [path.suffix for path in written] == [".hea", ".dat", ".atr"]
    found = open_recording(tmp_path / "s1.hea")
    _, values = found.series(Signal.SPO2)
    assert np.nanmin(values) == 84
    texts = [mark.text for mark in found.annotations]
    first = next(line for line in record.lines if line.alarm == "spo2_low")
    assert f"alarm spo2_low medium: {first.text}" in texts
    near = [mark.at for mark in found.annotations if mark.text.startswith("alarm spo2_low medium")]
    assert abs(near[0] - first.at) < SECOND


def test_the_fhir_bundle_is_valid_r4(record: Record, tmp_path: Path) -> None:
    fhir = pytest.importorskip("fhir.resources.R4B.bundle")
    place = tmp_path / "s1.json"
    export(record, "fhir", place)
    found: dict[str, Any] = json.loads(place.read_text())
    fhir.Bundle.model_validate(found)
    resources = [entry["resource"] for entry in found["entry"]]
    kinds = [resource["resourceType"] for resource in resources]
    assert kinds.count("Patient") == kinds.count("Encounter") == 1
    assert kinds.count("DetectedIssue") == len(lives(record.lines))
    cuffs = [r for r in resources if "component" in r]
    assert [r["component"][0]["valueQuantity"]["value"] for r in cuffs] == [128, 151, 132]
    assert cuffs[0]["component"][0]["valueQuantity"]["code"] == "mm[Hg]"
    spo2 = next(r for r in resources if r.get("valueSampledData"))
    assert spo2["code"]["coding"][0] == {"system": "http://loinc.org", "code": "59408-5"}
    assert "E" in spo2["valueSampledData"]["data"].split()
    struck = [r for r in resources if r.get("status") == "entered-in-error"]
    assert [r["code"]["coding"][0]["code"] for r in struck] == ["nausea"]
    assert not [r for r in resources if "meta" in r]


def test_the_report_says_what_it_is_and_what_happened(record: Record) -> None:
    page = report(record)
    assert page == report(record)
    for text in (
        "not a medical device",
        "P-17",
        "<svg",
        "REFUSED",
        "(voided later)",
        "the nurse decided",
        "DRAFT",
        "never sent",
    ):
        assert text in page, text
    assert "SIMULATED" not in page


def test_the_report_lists_what_was_done_by_when_it_happened(record: Record) -> None:
    first, last = record.actions[0], record.actions[-1]
    said = dataclasses.replace(last.action, by="Z9", happened_at=Instant(first.at - MINUTE))
    events = [
        (seq, dataclasses.replace(event, body=said) if event.body == last.action else event)
        for seq, event in record.events
    ]
    page = report(dataclasses.replace(record, events=tuple(events)))
    done = page[page.index("Who did what") :]
    assert done.index("Z9") < done.index(first.action.type)
    assert "entered later, at" in done


def test_the_draft_of_the_monitoring_form_takes_pressures_at_their_times(record: Record) -> None:
    fields = dict(form(record))
    assert fields["blood pressure before administration"].startswith("128/82 at ")
    assert fields["blood pressure at 40 min"].startswith("151/93 at ")
    assert fields["blood pressure before completion"].startswith("132/84 at ")
    assert fields["sedation: lowest MOAA/S observed"].startswith("4 at ")
    assert fields["dissociation: highest observed (0-3)"].startswith("2 at ")
    assert fields["at least 2 hours"] == "NO"
    assert "..." in fields["serious adverse event (Y/N)"]


def test_a_simulated_session_says_so_in_every_form(tmp_path: Path) -> None:
    pytest.importorskip("wfdb")
    an_infusion(tmp_path / "journal.db", simulated=True)
    with Journal.open(tmp_path / "journal.db", read_only=True) as journal:
        record = read_record(journal, "s1")
    for form_ in FORMATS:
        if form_ != "pdf":
            export(record, form_, tmp_path / f"s1.{form_}")
    assert "SIMULATED" in (tmp_path / "s1.html").read_text()
    assert '"simulated":true' in (tmp_path / "s1.json").read_text().splitlines()[0]
    assert "HTEST" in (tmp_path / "s1.fhir").read_text()
    for name in ("s1.csv", "s1.parquet", "s1.json"):
        assert open_recording(tmp_path / name).simulated, name


def test_an_open_session_and_a_bed_can_be_asked_for(tmp_path: Path) -> None:
    bed = JournaledBed()
    bed.admit(session="s9", pseudonym="P-9")
    bed.start_infusion(override="test")
    bed.spo2(80, for_="20s")
    bed.write(tmp_path / "journal.db")
    with Journal.open(tmp_path / "journal.db", read_only=True) as journal:
        record = read_record(journal, "1")
        with pytest.raises(RecordingError, match="'7'"):
            read_record(journal, "7")
    assert (record.id, record.session.open) == ("s9", True)
    assert "still open" in report(record)
    place = tmp_path / "s9.jsonl"
    export(record, "json", place)
    assert list(replay_file(str(place)).texts())[1:] == told(record)


def test_the_command_writes_a_file_or_standard_output(place: Path, tmp_path: Path) -> None:
    target = tmp_path / "s1.html"
    arguments = ["export", "s1", "--database", str(place), "--format"]
    out = CliRunner().invoke(app, [*arguments, "html", "-o", str(target)])
    assert (out.exit_code, out.stdout.strip()) == (0, str(target))
    out = CliRunner().invoke(app, [*arguments, "json"])
    assert out.stdout.startswith('{"export":1')
    assert CliRunner().invoke(app, [*arguments, "wfdb"]).exit_code == 2
    assert CliRunner().invoke(app, [*arguments, "docx"]).exit_code == 2


def test_the_hl7_batch_is_read_back_by_the_driver_of_hl7(
    place: Path, tmp_path: Path, record: Record
) -> None:
    """Each message as it was sent; the driver's own rules (a pressure counts once) are those of a live line."""
    target = tmp_path / "s1.hl7"
    arguments = ["export", "s1", "--database", str(place), "--format", "hl7", "-o", str(target)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    batch = target.read_bytes()
    assert (batch[:4], batch.count(b"FHS|"), batch.count(b"FTS|")) == (b"FHS|", 1, 1)
    wire = Hl7Wire(arrival=True, limit=len(batch))
    said = wire.receive(framed(batch.decode()), record.end)
    assert wire.rejected == 0

    def readings(frames: list[Frame], signal: Signal) -> list[float | None]:
        found = [each for frame in frames for each in frame.samples if each.signal is signal]
        return [each.value if each.quality.may_raise else None for each in found]

    back = [each for each in said if isinstance(each, Frame)]
    sent = [event.body for _, event in record.events if isinstance(event.body, Frame)]
    assert readings(back, Signal.SPO2) == readings(sent, Signal.SPO2)
    assert len(set(readings(sent, Signal.SPO2))) > 3
    assert [value for value in readings(back, Signal.NIBP_SYS) if value] == [151, 132], (
        "the first pressure without a time to compare is of unknown age"
    )


@pytest.mark.browser
def test_the_pdf_is_the_page_printed(record: Record, tmp_path: Path) -> None:
    (path,) = export(record, "pdf", tmp_path / "s1.pdf")
    assert path.read_bytes().startswith(b"%PDF-")


def test_without_a_browser_the_pdf_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RecordingError, match="--format html"):
        write_pdf("<p>", tmp_path / "s1.pdf")


def test_the_lines_of_a_record_are_of_its_session(record: Record) -> None:
    assert {line.session for line in record.lines} == {"s1"}


FORMS_OF_OTHERS = ("csv", "parquet", "wfdb", "edf", "vital", "fhir", "hl7")


def test_what_came_of_a_form_is_in_the_record_and_in_no_form_that_others_read(
    tmp_path: Path,
) -> None:
    high = {"epds_high": LimitRule(signal=Signal.EPDS, levels=(level(">=13", MEDIUM),))}
    own = protocol(
        rules=rules(**high), forms={"epds": read_form("epds")}, fresh={Signal.EPDS: 60 * MINUTE}
    )
    bed = JournaledBed(settings(protocols={"small": own}))
    bed.admit()
    bed.spo2(97, "5s")
    bed.fill_form("epds", 2, 3, 2, 2, 3, 2, 2, 3, 2, 2)
    bed.observe({Signal.EPDS_SELF_HARM: 2.0, Signal.MOAAS: 5.0}, note="cried")
    bed.assess("spoke about self-harm")
    bed.wait("1min")
    with Journal.open(bed.write(tmp_path / "journal.db"), read_only=True) as journal:
        record = read_record(journal, "s1")
    words = ("epds", "self_harm", "self-harm", "item_", "cried")
    for kind in FORMATS:
        if kind == "pdf":
            continue
        for whole in (False, True):
            place = tmp_path / f"{kind}-{whole}" / "s1"
            place.parent.mkdir()
            made = export(record, kind, place, confidential=whole)
            text = b"".join(each.read_bytes() for each in made).decode("latin-1").lower()
            found = [word for word in words if word in text]
            if kind not in FORMS_OF_OTHERS or (whole and kind in {"csv", "fhir"}):
                assert "epds" in found
            elif not whole:
                assert found == []
    assert set(FORMATS) - set(FORMS_OF_OTHERS) == WHOLE

"""Every signal of a record, in every form, read back by the library that others use for that form."""

import csv
import io
import json
import warnings
from dataclasses import replace
from datetime import UTC
from math import isnan
from pathlib import Path
from typing import Any

import pytest

from monitord.errors import RecordingError
from monitord.model import HOUR, SECOND, SIGNALS, Instant, Observe, Quality, Signal, iso
from monitord.record.even_rows import even_rows
from monitord.record.export_forms import export
from monitord.record.record import Record, read_record
from monitord.record.record_table import PLACED, frames
from monitord.replay.recordings.events_csv import read_events
from monitord.replay.recordings.open_recordings import open_recording
from monitord.store.journal.journal import Journal
from tests.record.journaled import JournaledBed

OF_DEVICES = [signal for signal, spec in SIGNALS.items() if not spec.manual]
VALUES = {
    signal: round(SIGNALS[signal].low + 0.3 * (SIGNALS[signal].high - SIGNALS[signal].low), 1)
    for signal in OF_DEVICES
} | {
    Signal.NIBP_SYS: 131.0,
    Signal.NIBP_DIA: 78.0,
    Signal.NIBP_MAP: 96.0,
    Signal.INFUSION_RUNNING: 1.0,
}
"""A plausible number of each signal; pressures that go together."""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """A simulated session in which devices say every signal, and then that they have none of it."""
    bed = JournaledBed()
    bed.simulated = True
    bed.admit(session="s1", pseudonym="P-17")
    bed.start_baseline()
    bed.observe({Signal.MOAAS: 5}, note="calm")
    bed.stop_infusion(reason="=cmd|'/c calc'!A1", by="@somebody")
    bed.start_infusion(override="test")
    bed.spo2(80, for_="30s")
    for signal in OF_DEVICES:
        if not signal.startswith("nibp"):
            bed.frame({signal: VALUES[signal]})
            bed.wait("2s")
    bed.frame({each: VALUES[each] for each in OF_DEVICES if each.startswith("nibp")})
    bed.wait("2s")
    bed.frame(dict.fromkeys(OF_DEVICES), quality=Quality.INVALID)
    bed.wait("2s")
    bed.stop_infusion(reason="=cmd|'/c calc'!A1", by="@somebody")
    bed.discharge(override="+1")
    place = bed.write(tmp_path_factory.mktemp("journal") / "journal.db")
    with Journal.open(place, read_only=True) as journal:
        return read_record(journal, "s1")


def read_csv(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(io.StringIO("\n".join(lines))))


def test_a_name_that_wfdb_does_not_know_leaves_no_half_of_a_record(
    record: Record, tmp_path: Path
) -> None:
    with pytest.raises(RecordingError, match="named by letters, digits"):
        export(record, "wfdb", tmp_path / "my night.hea")
    assert list(tmp_path.iterdir()) == []


def test_a_number_a_second_over_years_is_refused_in_words(record: Record) -> None:
    years = replace(record, end=Instant(record.end + 10 * 365 * 24 * HOUR))
    with pytest.raises(RecordingError, match="this lasts 3650 days: write a part of it"):
        even_rows(years, "EDF")


def test_csv_has_the_last_number_of_every_signal(record: Record, tmp_path: Path) -> None:
    rows = read_csv(export(record, "csv", tmp_path / "s1.csv")[0])
    for signal in OF_DEVICES:
        cells = [row[signal] for row in rows if row[signal]]
        assert float(cells[-2]) == VALUES[signal]
        assert cells[-1] == "--"
        assert [row[f"{signal}_quality"] for row in rows if row[signal]][-2:] == ["good", "invalid"]


def test_parquet_and_csv_are_equal_cell_by_cell(record: Record, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(export(record, "parquet", tmp_path / "s1.parquet")[0])
    rows = read_csv(export(record, "csv", tmp_path / "s1.csv")[0])
    typed = table.to_pylist()
    assert list(rows[0]) == list(typed[0])
    assert len(rows) == len(typed) == len(frames(record))
    times = table.column("time").cast("int64").to_pylist()
    assert [row["time"] for row in rows] == [iso(Instant(at)) for at in times]
    for text, cells in zip(rows, typed, strict=True):
        for name, cell in cells.items():
            if name.endswith("_quality"):
                assert text[name] == (cell or "")
            elif name != "time" and cell is None:
                assert text[name] == ""
            elif name != "time":
                assert text[name] == "--" if isnan(cell) else float(text[name]) == cell
    units = {key.decode(): text.decode() for key, text in table.schema.metadata.items()}
    assert {s: units[f"unit {s}"] for s in OF_DEVICES} == {s: SIGNALS[s].unit for s in OF_DEVICES}


def test_wfdb_reads_every_signal_in_its_unit(record: Record, tmp_path: Path) -> None:
    wfdb = pytest.importorskip("wfdb")
    export(record, "wfdb", tmp_path / "s1")
    found = wfdb.rdrecord(str(tmp_path / "s1"))
    assert found.sig_name == [str(signal) for signal in Signal if signal in OF_DEVICES]
    for at, name in enumerate(found.sig_name):
        numbers = [float(x) for x in found.p_signal[:, at] if not isnan(x)]
        assert numbers[-1] == pytest.approx(VALUES[Signal(name)], abs=0.005), name
        assert found.units[at] == SIGNALS[Signal(name)].unit.replace("mm[Hg]", "mmHg")
    ours = open_recording(tmp_path / "s1.hea")
    assert ours.simulated
    for signal in ours.signals:
        _, values = ours.series(signal)
        assert [float(x) for x in values if not isnan(x)][-1] == pytest.approx(VALUES[signal])
    assert ours.signals >= {Signal.NIBP_SYS, Signal.NIBP_DIA, Signal.NIBP_MAP, Signal.SPO2}
    annotations = wfdb.rdann(str(tmp_path / "s1"), "atr")
    marks = annotations.aux_note
    (said,) = (at for at, mark in enumerate(marks) if mark.startswith("SIMULATED"))
    assert annotations.sample[said] == 1
    assert "start_baseline by nurse" in marks, "what was done in the first second"
    assert any(mark.startswith("alarm spo2_low") for mark in marks)


def test_edf_plus_is_taken_by_the_library_of_its_viewers_with_every_signal(
    record: Record, tmp_path: Path
) -> None:
    """EDFlib refuses a file that is not to the letter EDF+."""
    pyedflib = pytest.importorskip("pyedflib")
    (place,) = export(record, "edf", tmp_path / "s1.edf")
    with pyedflib.EdfReader(str(place)) as found:
        assert found.filetype == pyedflib.FILETYPE_EDFPLUS
        assert int(found.getStartdatetime().replace(tzinfo=UTC).timestamp()) == (
            record.session.admitted_at // SECOND
        )
        assert "SIMULATED" in found.getRecordingAdditional()
        for at, name in enumerate(found.getSignalLabels()):
            numbers = [float(x) for x in found.readSignal(at) if abs(x + 1) > 0.005]
            assert numbers[-1] == pytest.approx(VALUES[Signal(name)], abs=0.005), name
        assert found.getSignalLabels() == [str(s) for s in Signal if s in OF_DEVICES]
        onsets, _, marks = found.readAnnotations()
    assert (onsets[0], marks[0][:9]) == (0, "SIMULATED")
    assert any(mark.startswith("alarm spo2_low") for mark in marks)
    assert "start_baseline by nurse" in list(marks)


def test_vital_is_read_by_the_library_of_vitaldb_with_every_reading(
    record: Record, tmp_path: Path
) -> None:
    vitaldb = pytest.importorskip("vitaldb")
    (place,) = export(record, "vital", tmp_path / "s1.vital")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # of the library's own
        found = vitaldb.VitalFile(str(place))
    sent: dict[str, list[tuple[float, float]]] = {}
    for at, frame in frames(record):
        for sample in frame.samples:
            if sample.value is not None and sample.quality.usable:
                row = at / SECOND, sample.value
                sent.setdefault(f"SIMULATED/{sample.signal}", []).append(row)
    read = {
        name: [(row["dt"], row["val"]) for row in track.recs]
        for name, track in found.trks.items()
        if name != "EVENT"
    }
    assert read == sent
    assert {name.split("/")[1] for name in read} == set(map(str, OF_DEVICES))
    for name, track in found.trks.items():
        if name != "EVENT":
            unit = SIGNALS[Signal(name.split("/")[1])].unit
            assert track.unit == unit.replace("mm[Hg]", "mmHg")
    marks = [row["val"] for row in found.trks["EVENT"].recs]
    assert marks[0].startswith("SIMULATED")
    assert any(mark.startswith("alarm spo2_low") for mark in marks)


@pytest.mark.parametrize("form", ["edf", "vital", "wfdb"])
def test_our_own_reader_gives_back_numbers_marks_and_that_it_is_simulated(
    record: Record, tmp_path: Path, form: str
) -> None:
    pytest.importorskip({"edf": "edfio", "vital": "vitaldb", "wfdb": "wfdb"}[form])
    place = export(record, form, tmp_path / ("s1" if form == "wfdb" else f"s1.{form}"))[0]
    found = open_recording(place)
    assert found.simulated
    assert {Signal.NIBP_SYS, Signal.NIBP_DIA, Signal.NIBP_MAP, Signal.SPO2} <= found.signals
    for signal in found.signals:
        numbers = [x for x in found.series(signal)[1].tolist() if not isnan(x)]
        assert numbers[-1] == VALUES[signal], "exactly: a limit is compared with it"
    texts = [mark.text for mark in found.annotations]
    assert texts[0].startswith("SIMULATED")
    assert any(text.startswith("alarm spo2_low") for text in texts)


def test_fhir_has_every_signal_and_each_resource_is_marked(record: Record, tmp_path: Path) -> None:
    fhir = pytest.importorskip("fhir.resources.R4B.bundle")
    (place,) = export(record, "fhir", tmp_path / "s1.json")
    found: dict[str, Any] = json.loads(place.read_text())
    fhir.Bundle.model_validate(found)
    resources = [entry["resource"] for entry in found["entry"]]
    assert {r["meta"]["security"][0]["code"] for r in resources} == {"HTEST"}
    numbers: dict[str, float] = {}
    for resource in resources:
        if data := resource.get("valueSampledData"):
            said = [float(word) for word in data["data"].split() if word != "E"]
            numbers[resource["code"]["text"]] = said[-1]
        for part in resource.get("component", ()):
            numbers[part["code"]["text"]] = part["valueQuantity"]["value"]
    for signal in OF_DEVICES:
        assert numbers[SIGNALS[signal].label] == pytest.approx(VALUES[signal], rel=1e-5), signal


def test_hl7_messages_are_parsed_and_each_is_training(record: Record, tmp_path: Path) -> None:
    hl7 = pytest.importorskip("hl7")
    (place,) = export(record, "hl7", tmp_path / "s1.hl7")
    (batch,) = hl7.parse_file(place.read_bytes().decode())
    assert len(batch) > len(OF_DEVICES) / 2
    assert {str(message.segment("MSH")[11]) for message in batch} == {"T"}


def test_the_tables_beside_the_csv_say_simulated_and_hold_no_formula(
    record: Record, tmp_path: Path
) -> None:
    written = export(record, "csv", tmp_path / "s1.csv", confidential=True)
    for place in written:
        assert "simulated" in place.read_text().splitlines()[0], place.name
    for place in written[1:]:
        for row in read_csv(place):
            assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    marks = read_events(written[1], start=None)
    done = [each.action for each in record.actions if each.stands and each.action.type in PLACED]
    assert [action.type for _, action in marks.actions] == [action.type for action in done]
    assert any(isinstance(action, Observe) for _, action in marks.actions)
    assert "'=cmd" in written[1].read_text()

"""What a program takes of a recording and of its replay for other programs, read back by those."""

import csv
import warnings
from pathlib import Path

import numpy as np
import pytest

from monitord import api as md
from monitord.api.replayed_record import FORMS, record_of_replay
from monitord.errors import NothingAssessedError, RecordingError
from monitord.model.alarm_lives import lives
from monitord.record.even_rows import marks
from monitord.record.fhir import bundle
from monitord.record.record import Record

RECORDINGS = Path(__file__).parents[2] / "config" / "recordings"
PROTOCOL = "ketamine_iv_0_5_40"


@pytest.fixture(scope="module")
def night() -> md.Recording:
    return md.read(RECORDINGS / "infusion.csv")


@pytest.fixture(scope="module")
def result(night: md.Recording) -> md.Result:
    return md.replay(night, PROTOCOL)


@pytest.fixture(scope="module")
def record(result: md.Result) -> Record:
    return record_of_replay(result.of_recording("none"))


def a_file(form: str, folder: Path) -> Path:
    return folder / ("night.hea" if form == "wfdb" else f"night.{form}")


@pytest.mark.parametrize("form", FORMS)
def test_a_recording_and_its_replay_are_read_back_with_each_number(
    form: str, night: md.Recording, result: md.Result, tmp_path: Path
) -> None:
    for what in (night, result):
        first = md.export(what, a_file(form, tmp_path), form)[0]
        again = md.read(first)
        assert again.simulated, "it came from a twin, whatever the form"
        assert again.signals == night.signals
        for signal in night.read.signals:
            (times, values), (at, numbers) = (each.read.series(signal) for each in (night, again))
            kept = {int(t): v for t, v in zip(times, values, strict=True) if not np.isnan(v)}
            found = {int(t): v for t, v in zip(at, numbers, strict=True) if not np.isnan(v)}
            assert found == pytest.approx(kept)


def test_every_alarm_is_in_every_form_beside_that_nobody_was_told(
    record: Record, result: md.Result, tmp_path: Path
) -> None:
    wfdb, edfio, vitaldb = map(pytest.importorskip, ("wfdb", "edfio", "vitaldb"))
    for form in FORMS:
        md.export(result, a_file(form, tmp_path), form)
    wanted = [text for _, text in marks(record)]
    assert any(text.startswith("REPLAY of infusion.csv under") for text in wanted)
    assert {life.first.alarm for life in lives(record.lines)} > {
        row["alarm"] for row in result.alarms
    }
    notes = wfdb.rdann(str(tmp_path / "night"), "atr").aux_note
    assert sorted(note.rstrip("\0") for note in notes) == sorted(text[:200] for text in wanted)
    edf = edfio.read_edf(tmp_path / "night.edf")
    assert sorted(each.text for each in edf.annotations) == sorted(text[:200] for text in wanted)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # of the library's own
        vital = vitaldb.VitalFile(str(tmp_path / "night.vital"))
    events = [each["val"] for each in vital.trks["EVENT"].recs]
    assert sorted(events) == sorted(wanted)
    for name in ("night.csv", "night.alarms.csv", "night.events.csv"):
        assert "nobody was told of these alarms" in (tmp_path / name).read_text()


def test_an_alarm_that_another_inhibits_says_so_wherever_alarms_are_listed(
    record: Record, result: md.Result, tmp_path: Path
) -> None:
    _, _, alarms = md.export(result, tmp_path / "night.csv", "csv")
    with alarms.open() as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    told = [row for row in rows if not row["inhibited_by"]]
    assert 0 < len(told) < len(rows)
    assert sorted(row["alarm"] for row in told) == sorted(row["alarm"] for row in result.alarms)
    said = [text for _, text in marks(record) if "(inhibited by " in text]
    issues = [e["resource"] for e in bundle(record)["entry"]]
    details = [each["detail"] for each in issues if ", inhibited by " in each.get("detail", "")]
    assert len(said) == len(details) == len(rows) - len(told)


def test_only_a_part_is_written_where_only_a_part_was_replayed(
    night: md.Recording, tmp_path: Path
) -> None:
    assert night.start is not None
    assert night.end is not None
    half = night.start + (night.end - night.start) / 2
    (made,) = md.export(md.replay(night, PROTOCOL, start=half), tmp_path / "h.edf", "edf")
    again = md.read(made).start
    assert again is not None
    assert 0 <= (again - half.replace(microsecond=0)).total_seconds() <= 2


def test_a_replay_is_not_written_as_what_others_take_for_a_session(
    result: md.Result, tmp_path: Path
) -> None:
    for form in ("fhir", "hl7", "json", "html", "pdf", "xlsx"):
        with pytest.raises(
            RecordingError, match=f"csv, parquet, wfdb, edf or vital, not as {form!r}"
        ):
            md.export(result, tmp_path / "night", form)
    with pytest.raises(TypeError, match=r"export md.read\('night.csv'\)"):
        md.export("night.csv", tmp_path / "night.edf", "edf")
    empty = tmp_path / "empty.csv"
    empty.write_text("time,spo2\n2026-01-05T10:00:00Z,--\n")
    nothing = md.read(empty)
    assert repr(nothing) == "Recording(empty.csv: no reading)"
    with pytest.raises(NothingAssessedError, match="every value is missing"):
        md.export(nothing, tmp_path / "e.edf", "edf")


def test_a_table_and_a_result_are_seen_at_a_glance(result: md.Result) -> None:
    told = repr(result.alarms).splitlines()
    assert told[0] == f"DataTable of {len(result.alarms)} rows"
    assert told[1].split() == list(result.alarms.rows[0])
    assert repr(result).startswith(f"Result(infusion.csv under {PROTOCOL}@1#")
    wide = repr(result.lines).splitlines()
    assert max(map(len, wide[:-2])) <= 150
    assert wide[-2].startswith("further columns: ")
    assert wide[-1] == f"... and {len(result.lines) - 20} more"
    for shown in (result, result.alarms):
        assert shown._repr_html_().count("<tr>") == len(result.alarms) + 1  # as a notebook calls it
    hostile = md.DataTable(rows=({"<b>": "<script>x</script>\x1b[31m"},), notes=("<i>",))
    assert "<script>" not in hostile._repr_html_()
    assert "<i>" not in hostile._repr_html_()
    assert "\x1b" not in repr(hostile)
    assert "further columns" not in repr(md.DataTable(rows=()))
    load = md.backtest(RECORDINGS, PROTOCOL)
    assert "alarms per patient-hour: " in repr(load).splitlines()[0]

"""EDF, Parquet and VitalDB files, written here with the library that reads them."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from monitord.errors import RecordingError
from monitord.model import SECOND, Quality, Signal, from_iso
from monitord.replay.recordings.open_recordings import open_recording, open_recordings


def edf_file(folder: Path, startdate: date | None = date(2026, 1, 5)) -> Path:
    edfio = pytest.importorskip("edfio", reason="the extra archive is not installed")
    saturation = np.array([97.0, 96, 0, 95, 94, 93])
    pleth = np.sin(np.arange(6 * 50) / 8)
    edf = edfio.Edf(
        signals=[
            edfio.EdfSignal(saturation, 1, label="SpO2", physical_range=(0, 100)),
            edfio.EdfSignal(pleth, 50, label="Pleth"),
            edfio.EdfSignal(saturation, 1, label="Battery", physical_range=(0, 100)),
        ],
        recording=edfio.Recording(startdate=startdate),
        starttime=time(23, 59, 58),
        annotations=[edfio.EdfAnnotation(3.5, None, "probe off")],
    )
    path = folder / "night.bin"
    edf.write(path)
    return path


def test_an_edf_file_gives_numbers_waveform_and_annotation(tmp_path: Path) -> None:
    found = open_recording(edf_file(tmp_path))
    assert found.start == from_iso("2026-01-05T23:59:58Z")
    numbers = found.series(Signal.SPO2)[1]
    assert np.allclose(numbers[[0, 1, 3, 4, 5]], [97, 96, 95, 94, 93], atol=0.01)
    assert np.isnan(numbers[2])
    assert found.intervals[Signal.SPO2].declared
    assert [wave.name for wave in found.waveforms] == ["Pleth"]
    assert len(list(found.waves())) == 6
    assert [mark.text for mark in found.annotations] == ["probe off"]
    assert found.report.ignored == ("Battery",)
    assert found.report.midnights == 1


def test_an_edf_file_whose_date_was_taken_out_begins_on_a_stated_day(tmp_path: Path) -> None:
    found = open_recording(edf_file(tmp_path, startdate=None))
    assert found.start == from_iso("2000-01-01T23:59:58Z")
    assert "the date was taken out" in found.report.clock


def test_a_damaged_edf_file_is_a_recording_error(tmp_path: Path) -> None:
    path = edf_file(tmp_path)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(RecordingError, match="not a readable EDF file"):
        open_recording(path)


def parquet_file(folder: Path, **columns: object) -> Path:
    arrow = pytest.importorskip("pyarrow", reason="the extra archive is not installed")
    from pyarrow import parquet

    path = folder / "table.bin"
    parquet.write_table(arrow.table(columns), path)
    return path


def test_a_parquet_file_is_read_with_its_types(tmp_path: Path) -> None:
    start = datetime(2026, 1, 5, 10, tzinfo=UTC)
    path = parquet_file(
        tmp_path,
        time=[start + timedelta(seconds=second) for second in range(3)],
        spo2=[97.0, None, 127.0],
        pr=[71, 72, 0],
        note=["a", "b", "c"],
    )
    found = open_recording(path)
    assert found.start == from_iso("2026-01-05T10:00:00Z")
    assert found.report.clock == "zone as written"
    samples = [sample for _, frame in found.table.frames() for sample in frame.samples]
    assert [(sample.value, sample.quality) for sample in samples if sample.signal == "spo2"] == [
        (97.0, Quality.GOOD),
        (127.0, Quality.IMPLAUSIBLE),
    ]
    assert found.report.signals[Signal.PULSE_RATE].zeros == 1
    assert found.report.ignored == ("note",)


def test_parquet_times_without_zone_are_local_and_patients_are_apart(tmp_path: Path) -> None:
    start = datetime(2026, 7, 1, 10)  # noqa: DTZ001 - a time without zone is what is tested
    path = parquet_file(tmp_path, time=[start, start], who=["a", "b"], spo2=[97.0, 91.0])
    found = list(open_recordings(path, tz=ZoneInfo("Europe/Berlin"), columns={"patient": "who"}))
    assert [recording.patient for recording in found] == ["a", "b"]
    assert found[0].start == from_iso("2026-07-01T08:00:00Z")


def test_a_damaged_parquet_file_is_a_recording_error(tmp_path: Path) -> None:
    path = parquet_file(tmp_path, time=["2026-01-05T10:00:00Z"], spo2=[97.0])
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(RecordingError, match="not a readable Parquet file"):
        open_recording(path)


def test_a_parquet_file_without_a_clock_is_refused_with_its_columns(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"found: spo2, other"):
        open_recording(parquet_file(tmp_path, spo2=[97.0], other=[1]))


def test_a_vital_file_gives_numbers_and_waveforms(tmp_path: Path) -> None:
    vitaldb = pytest.importorskip("vitaldb", reason="the extra vitaldb is not installed")
    start = 1_767_607_200.0
    vital = vitaldb.VitalFile()
    vital.dtstart, vital.dtend = start, start + 6
    numbers = [{"dt": start + 2 * step, "val": 97.0 - step} for step in range(3)]
    vital.add_track("Solar8000/PLETH_SPO2", numbers, unit="%")
    cuff = [{"dt": start + 2 * step, "val": 120.0} for step in range(3)]
    vital.add_track("Solar8000/NIBP_SBP", cuff, unit="mmHg")
    wave = [{"dt": start, "val": np.arange(300, dtype=np.float32)}]
    vital.add_track("SNUADC/PLETH", wave, srate=100)
    path = tmp_path / "case.bin"
    vital.to_vital(str(path))
    found = open_recording(path)
    assert found.start == from_iso("2026-01-05T10:00:00Z")
    assert found.series(Signal.SPO2)[1].tolist() == [97, 96, 95]
    assert found.series(Signal.NIBP_SYS)[1].tolist() == [120]
    assert found.report.signals[Signal.NIBP_SYS].repeated == 2
    assert found.intervals[Signal.SPO2].span == 2 * SECOND
    assert sum(len(wave.values) for _, wave in found.waves()) == 300


def test_a_damaged_vital_file_is_a_recording_error(tmp_path: Path) -> None:
    pytest.importorskip("vitaldb", reason="the extra vitaldb is not installed")
    import gzip

    path = tmp_path / "case.vital"
    path.write_bytes(gzip.compress(b"VITA\x03\x00\x00\x00"))
    with pytest.raises(RecordingError, match="vital file"):
        open_recording(path)


def test_a_scale_of_sixteen_bits_does_not_move_a_number_below_a_limit(tmp_path: Path) -> None:
    edfio = pytest.importorskip("edfio", reason="the extra archive is not installed")
    told = [90.0, 97.0, 89.0, 94.5, 90.0, 88.2]
    signal = edfio.EdfSignal(np.array(told), 1, label="SpO2", physical_range=(0, 102.3))
    assert (signal.data != told).any(), "the scale has no count for these numbers"
    path = tmp_path / "night.edf"
    edfio.Edf([signal], data_record_duration=1).write(path)
    assert open_recording(path).series(Signal.SPO2)[1].tolist() == told

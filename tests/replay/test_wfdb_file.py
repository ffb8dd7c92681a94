"""WFDB records, by their own library and beside the CSV form of the same numerics."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from monitord.errors import RecordingError
from monitord.model import SECOND, Signal, from_iso
from monitord.replay.recordings.open_recordings import open_recording

pytest.importorskip("wfdb", reason="the extra wfdb is not installed")

NUMERICS = "mimic-wfdb/s00001/s00001-2896-10-10-00-31n"


def test_numerics_are_the_same_stream_as_their_csv_form(shared_data: Path) -> None:
    """awk over the CSV: 1936 minutes, 40 of them without any of our signals."""
    record = open_recording(shared_data / f"{NUMERICS}.hea")
    plain = open_recording(shared_data / "mimic-wfdb/s00001_numerics.csv")
    assert record.start is not None
    assert plain.start is not None
    ours = [(at - record.start, body) for at, body in record.stream()]
    theirs = [(at - plain.start, body) for at, body in plain.stream()]
    assert len(ours) == 1936 - 40
    assert ours == theirs


def test_a_declared_rate_gives_the_interval_but_not_of_the_cuff(shared_data: Path) -> None:
    intervals = open_recording(shared_data / f"{NUMERICS}.hea").intervals
    assert intervals[Signal.SPO2].declared
    assert intervals[Signal.SPO2].span == 60 * SECOND
    assert not intervals[Signal.NIBP_SYS].declared
    assert intervals[Signal.NIBP_SYS].span == 600 * SECOND


def test_start_time_is_the_headers_in_the_zone_assumed(shared_data: Path) -> None:
    found = open_recording(shared_data / f"{NUMERICS}.hea")
    assert found.table.times[0] >= from_iso("2896-10-10T00:31:25.894Z")
    assert "UTC" in found.report.clock
    assert found.patient == "s00001"


@pytest.mark.parametrize("name", [NUMERICS, "mimic-wfdb/s00001/3975656n.dat"])
def test_a_record_is_found_by_its_bare_name_and_by_its_signal_file(
    shared_data: Path, name: str
) -> None:
    assert open_recording(shared_data / name).report.rows == 1936


def test_waveforms_of_several_rates_become_blocks_of_at_most_a_second(shared_data: Path) -> None:
    """Header: 14400 frames at 62.4725 Hz; Pleth twice as fast, so 28800 values in 230.5 s."""
    found = open_recording(shared_data / "mimic-wfdb/mixedsignals/mixedsignals")
    assert found.signals == frozenset()
    rates = {wave.name: (round(wave.rate_hz, 3), len(wave.values)) for wave in found.waveforms}
    assert rates["Pleth"] == (124.945, 28800)
    assert rates["Resp"] == (62.472, 14400)
    blocks = [(at, wave) for at, wave in found.waves() if wave.name == "Pleth"]
    assert max(len(wave.values) / wave.rate_hz for _, wave in blocks) <= 1
    pleth = next(wave for wave in found.waveforms if wave.name == "Pleth")
    there = int(np.count_nonzero(~np.isnan(pleth.values)))
    assert sum(len(wave.values) for _, wave in blocks) == there
    assert [at for at, _ in blocks] == sorted(at for at, _ in blocks)


def test_gaps_cut_the_blocks_of_a_waveform(shared_data: Path) -> None:
    """The README of the data: 17 NaN samples in PLETH."""
    found = open_recording(shared_data / "challenge2015/v102s.hea")
    pleth = next(wave for wave in found.waveforms if wave.name == "PLETH")
    assert np.count_nonzero(np.isnan(pleth.values)) == 17
    assert sum(len(wave.values) for _, wave in pleth.waves()) == 75000 - 17
    assert any("False alarm" in note for note in found.report.notes)


def test_a_header_without_its_signal_file_is_a_recording_error(
    shared_data: Path, tmp_path: Path
) -> None:
    shutil.copy(shared_data / f"{NUMERICS}.hea", tmp_path)
    with pytest.raises(RecordingError, match="not a readable WFDB record"):
        open_recording(tmp_path / f"{Path(NUMERICS).name}.hea")


def test_a_signal_file_that_no_header_names_is_a_recording_error(tmp_path: Path) -> None:
    (tmp_path / "lone.dat").write_bytes(b"\1\2\3\4")
    with pytest.raises(RecordingError, match="0 WFDB headers"):
        open_recording(tmp_path / "lone.dat")


def test_annotations_of_a_record_are_kept_with_their_time(tmp_path: Path) -> None:
    import wfdb

    rows = np.array([[97.0, 71.0]] * 5)
    wfdb.wrsamp(
        "r1", fs=1, units=["%", "bpm"], sig_name=["SpO2", "PULSE"], p_signal=rows,
        fmt=["16", "16"], write_dir=str(tmp_path),
    )  # fmt: skip
    wfdb.wrann(
        "r1", "atr", np.array([3]), symbol=['"'], aux_note=["desaturation"], write_dir=str(tmp_path)
    )
    found = open_recording(tmp_path / "r1.hea")
    assert found.start is not None
    assert [(mark.at - found.start, mark.text) for mark in found.annotations] == [
        (3 * SECOND, "desaturation")
    ]
    assert found.series(Signal.SPO2)[1].tolist() == [97] * 5

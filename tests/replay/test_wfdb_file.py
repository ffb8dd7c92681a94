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


# Records in segments.


def segment(folder: Path, name: str, *channels: tuple[str, str, int], fs: int = 1) -> None:
    """Five rows of each channel (name, unit, first value), rising by 1."""
    import wfdb

    wfdb.wrsamp(
        name, fs=fs, units=[unit for _, unit, _ in channels], sig_name=[c for c, _, _ in channels],
        p_signal=np.array([[first + n for _, _, first in channels] for n in range(5)], np.float64),
        fmt=["16"] * len(channels), adc_gain=[10.0] * len(channels), baseline=[0] * len(channels),
        write_dir=str(folder),
    )  # fmt: skip


SPO2, PULSE = ("SpO2", "%"), ("PULSE", "bpm")
LAYOUT = "layout 2 1 0\n~ 0 10/% 16 0 0 0 0 SpO2\n~ 0 10/bpm 16 0 0 0 0 PULSE\n"
SEGMENTS = {
    "fixed": ("a 5|b 5", {0: 90, 5: 80}, {0: 70, 5: 60}),
    "fixed, a gap inside": ("a 5|~ 5|b 5", {0: 90, 10: 80}, {0: 70, 10: 60}),
    "fixed, a gap first": ("~ 5|a 5|b 5", {5: 90, 10: 80}, {5: 70, 10: 60}),
    "fixed, a gap last": ("a 5|~ 5", {0: 90}, {0: 70}),
    "fixed, two gaps": ("a 5|~ 5|~ 2|b 5", {0: 90, 12: 80}, {0: 70, 12: 60}),
    "channels in another order": ("a 5|turned 5", {0: 90, 5: 85}, {0: 70, 5: 50}),
    "a channel fewer": ("a 5|one 5|b 5", {0: 90, 10: 80}, {0: 70, 5: 40, 10: 60}),
    "variable": ("layout 0|a 5|one 5", {0: 90}, {0: 70, 5: 40}),
    "variable, a gap inside": ("layout 0|a 5|~ 5|one 5", {0: 90}, {0: 70, 10: 40}),
    "variable, gaps around": ("layout 0|~ 5|turned 5|~ 5", {5: 85}, {5: 50}),
    "one segment": ("a 5", {0: 90}, {0: 70}),
}


@pytest.mark.parametrize(("lines", "spo2", "pulse"), SEGMENTS.values(), ids=SEGMENTS)
def test_segments_are_put_together_by_the_names_of_their_channels_and_gaps_stay(
    tmp_path: Path, lines: str, spo2: dict[int, int], pulse: dict[int, int]
) -> None:
    segment(tmp_path, "a", (*SPO2, 90), (*PULSE, 70))
    segment(tmp_path, "b", (*SPO2, 80), (*PULSE, 60))
    segment(tmp_path, "turned", (*PULSE, 50), (*SPO2, 85))
    segment(tmp_path, "one", (*PULSE, 40))
    (tmp_path / "layout.hea").write_text(LAYOUT)
    parts = lines.split("|")
    rows = sum(int(line.split()[1]) for line in parts)
    head = f"whole/{len(parts)} 2 1 {rows} 10:00:00 05/01/2026"
    (tmp_path / "whole.hea").write_text("\n".join([head, *parts]) + "\n")
    found = open_recording(tmp_path / "whole.hea")
    zero = from_iso("2026-01-05T10:00:00Z")
    for signal, expected in ((Signal.SPO2, spo2), (Signal.PULSE_RATE, pulse)):
        times, values = found.series(signal)
        told = {(int(at) - zero) // SECOND: value for at, value in zip(times, values, strict=True)}
        assert told == {at + n: first + n for at, first in expected.items() for n in range(5)}


@pytest.mark.parametrize("layout", [[], ["layout 0"]])
def test_a_channel_that_a_segment_writes_otherwise_is_the_same_one(
    tmp_path: Path, layout: list[str]
) -> None:
    segment(tmp_path, "a", (*SPO2, 90), (*PULSE, 70))
    segment(tmp_path, "b", ("Pulse", "/min", 60), ("SPO2", "pct", 80))
    (tmp_path / "layout.hea").write_text(LAYOUT)
    lines = [*layout, "a 5", "b 5"]
    (tmp_path / "whole.hea").write_text("\n".join([f"whole/{len(lines)} 2 1 10", *lines]) + "\n")
    found = open_recording(tmp_path / "whole.hea")
    assert found.series(Signal.SPO2)[1].tolist() == [90, 91, 92, 93, 94, 80, 81, 82, 83, 84]
    assert found.series(Signal.PULSE_RATE)[1].tolist() == [70, 71, 72, 73, 74, 60, 61, 62, 63, 64]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("a 5|other 5", "in different segments"),
        ("a 5|fast 5", "at 2 Hz"),
        ("a 5|b 7", "has 5 rows"),
        ("a 5|absent 5", "absent"),
        ("a 5|~ 900000000", "hardly any"),
        ("a 5|twice 5", "two channels of one name"),
    ],
)
def test_segments_that_do_not_go_together_are_refused(
    tmp_path: Path, lines: str, says: str
) -> None:
    segment(tmp_path, "a", (*SPO2, 90), (*PULSE, 70))
    segment(tmp_path, "b", (*SPO2, 80), (*PULSE, 60))
    segment(tmp_path, "other", (*SPO2, 80), ("PULSE", "Hz", 1))
    segment(tmp_path, "fast", (*SPO2, 80), (*PULSE, 60), fs=2)
    segment(tmp_path, "twice", (*SPO2, 80), (*PULSE, 60))
    header = tmp_path / "twice.hea"
    header.write_text(header.read_text().replace("PULSE", "SpO2"))
    parts = lines.split("|")
    rows = sum(int(line.split()[1]) for line in parts)
    (tmp_path / "whole.hea").write_text(
        "\n".join([f"whole/{len(parts)} 2 1 {rows}", *parts]) + "\n"
    )
    with pytest.raises(RecordingError, match=says):
        open_recording(tmp_path / "whole.hea")


def test_a_channel_without_a_gain_in_one_segment_is_not_used(tmp_path: Path) -> None:
    segment(tmp_path, "a", (*SPO2, 90), (*PULSE, 70))
    segment(tmp_path, "b", (*SPO2, 80), (*PULSE, 60))
    header = tmp_path / "b.hea"
    header.write_text(header.read_text().replace("10.0(0)/%", "0/%").replace("10(0)/%", "0/%"))
    (tmp_path / "whole.hea").write_text("whole/2 2 1 10\na 5\nb 5\n")
    found = open_recording(tmp_path / "whole.hea")
    assert found.signals == {Signal.PULSE_RATE}
    assert "'SpO2' has a gain of 0, so that its unit is unknown; not used" in found.report.notes


def test_of_two_channels_of_a_signal_the_one_that_reads_is_used(tmp_path: Path) -> None:
    segment(tmp_path, "a", ("HR", "bpm", -5), ("ECG HR", "bpm", 70))
    found = open_recording(tmp_path / "a.hea")
    assert found.series(Signal.HEART_RATE)[1].tolist() == [70, 71, 72, 73, 74]
    assert "heart_rate: 'HR' holds no reading; used 'ECG HR'; not used" in found.report.notes

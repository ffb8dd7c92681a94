"""Binary files of oximeters' programs, built here by their descriptions; and records in segments."""

import gzip
import struct
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from monitord.errors import RecordingError
from monitord.model import SECOND, Quality, Signal, from_iso
from monitord.replay.recordings.open_recordings import open_recording

ROWS = [(97, 70), (96, 71), None, (84, 120)]


def viatom(rows: list[tuple[int, int] | None], *, form: int = 3, step: int = 4) -> bytes:
    body = b"".join(
        bytes([255, 255, 255, 9, 0]) if row is None else bytes([*row, 0, 3, 0x40]) for row in rows
    )
    head = struct.pack("<HHBBBBB", form, 2026, 1, 5, 23, 59, 58)
    head += struct.pack("<IH", 40 + len(body), step * len(rows))
    return head.ljust(40, b"\0") + body


def assistant(rows: list[tuple[int, int] | None], size: int) -> bytes:
    body = b"".join(bytes(size - 2) + bytes(row or (127, 255)) for row in rows)
    start = struct.pack("<7I", 2026, 1, 5, 23, 59, 58, len(rows))
    return struct.pack("<H", 12).ljust(212, b"\0") + start + body


def review(rows: list[tuple[int, int] | None]) -> bytes:
    date = "01/05/26 23:59:58".encode("utf-16-le")
    head = struct.pack("<HHHH", 600, 512, len(rows), 0) + date
    return head.ljust(600, b"\0") + b"".join(bytes(reversed(row or (0, 0))) for row in rows)


def ring_s(rows: list[tuple[int, int] | None], *, size: int = 3, model: int = 4) -> bytes:
    none = (0, 0) if model == 7 else (255, 255)
    body = b"\x01\x03" + bytes(6) + struct.pack("<H", model)
    body += b"".join(bytes([*(row or none), 0x45][:size]) for row in rows)
    begun = (from_iso("2026-01-05T23:59:58Z")) // SECOND
    return body + struct.pack("<IIIIBB30x", sum(body), 0xDA5A1248, begun, len(rows), 2, size - 2)


@pytest.mark.parametrize(
    ("data", "step"),
    [
        (viatom(ROWS), 4),
        (viatom(ROWS, step=2), 2),
        (viatom(ROWS, form=5, step=2), 2),
        (ring_s(ROWS), 2),
        (ring_s(ROWS, size=2), 2),
        (ring_s(ROWS, model=7), 2),
        (assistant(ROWS, 2), 1),
        (assistant(ROWS, 6), 1),
        (review(ROWS), 1),
    ],
)
def test_an_oximeters_own_file_is_read_with_its_start_and_its_gaps(
    tmp_path: Path, data: bytes, step: int
) -> None:
    path = tmp_path / "20260105235958.dat"
    path.write_bytes(data)
    found = open_recording(path)
    times, spo2 = found.series(Signal.SPO2)
    assert times.tolist() == [
        from_iso("2026-01-05T23:59:58Z") + n * step * SECOND for n in range(4)
    ]
    assert spo2[[0, 1, 3]].tolist() == [97, 96, 84]
    assert found.series(Signal.PULSE_RATE)[1][[0, 1, 3]].tolist() == [70, 71, 120]
    frames = [frame for _, frame in found.table.frames()]
    assert {sample.quality for sample in frames[2].samples} == {Quality.INVALID}
    assert found.report.midnights == 1


def read_twice(binary: Path, text: Path) -> None:
    """The program's own file and the vendor's CSV of the same night say the same, reading by reading."""
    one, other = open_recording(binary), open_recording(text)
    assert one.signals == other.signals == {Signal.SPO2, Signal.PULSE_RATE}
    for signal in one.signals:
        (times, values), (at, expected) = one.series(signal), other.series(signal)
        assert times.tolist() == at.tolist()
        np.testing.assert_array_equal(values, expected)


def of_csv(text: Path) -> bytes:
    """The binary form of a vendor's CSV, by the description of the format: times, numbers, gaps, motion."""
    rows = [line.split(",") for line in text.read_text().splitlines()[1:]]
    times = [datetime.strptime(row[0], "%H:%M:%S %b %d %Y") for row in rows]  # noqa: DTZ007 - local on both sides
    step = int((times[1] - times[0]).total_seconds())
    body = b"".join(
        struct.pack(
            "<BHBB",
            *((255, 65535) if row[1] == "--" else (int(row[1]), int(row[2]))),
            int(row[3]),
            0,
        )
        for row in rows
    )
    begin = times[0]
    head = struct.pack(
        "<HHBBBBB", 3, begin.year, begin.month, begin.day, begin.hour, begin.minute, begin.second
    )
    return (head + struct.pack("<IH", 40 + len(body), step * len(rows))).ljust(40, b"\0") + body


def test_a_viatom_file_says_what_the_vendors_csv_of_the_same_night_says(tmp_path: Path) -> None:
    """A made night over midnight, of which the sensor was off for two rows."""
    rows = ["23:59:54 Jan 05 2026,97,70,0,0,0", "23:59:58 Jan 05 2026,--,--,9,0,0"]
    rows += ["00:00:02 Jan 06 2026,--,--,9,0,0", "00:00:06 Jan 06 2026,84,120,1,0,0"]
    text, binary = tmp_path / "O2Ring_1.csv", tmp_path / "20260105235954"
    text.write_text(
        "\n".join(["Time,Oxygen Level,Pulse Rate,Motion,O2 Reminder,PR Reminder", *rows, ""])
    )
    binary.write_bytes(of_csv(text))
    read_twice(binary, text)


def test_the_real_nights_are_the_same_in_both_of_the_vendors_forms(
    shared_data: Path, tmp_path: Path
) -> None:
    for text in sorted((shared_data / "checkme").glob("*.csv")):
        binary = tmp_path / f"{text.stem}.dat"
        binary.write_bytes(of_csv(text))
        read_twice(binary, text)


def test_a_real_file_equals_the_vendors_csv_beside_it(shared_data: Path) -> None:
    """Named by its start, `20250306222056`, as the CSV is, `O2Ring _20250306222056.csv`."""
    pairs = [
        (binary, text)
        for text in shared_data.rglob("*.csv")
        for binary in text.parent.iterdir()
        if not binary.suffix and binary.name.isdecimal() and binary.name in text.name
    ]
    if not pairs:
        pytest.skip("no binary file lies beside the vendor's CSV of the same night")
    for binary, text in pairs:
        read_twice(binary, text)


def test_a_pulse_of_more_than_a_byte_is_no_smaller_one(tmp_path: Path) -> None:
    path = tmp_path / "o2ring"
    path.write_bytes(viatom(ROWS)[:40] + struct.pack("<BHBB", 97, 300, 0, 0) * 2)
    assert 44 not in open_recording(path).series(Signal.PULSE_RATE)[1]


def test_mimic_numerics_are_timed_by_the_counter_of_the_header_beside_them(tmp_path: Path) -> None:
    pytest.importorskip("wfdb", reason="the extra wfdb is not installed")
    path = tmp_path / "81739927n.csv.gz"
    rows = "0,80,,97\n9995,81,120,97\n19990,,118,96\n"
    path.write_bytes(gzip.compress(f"time,HR [bpm],NBPs [mmHg],SpO2 [%]\n{rows}".encode()))
    with pytest.raises(RecordingError, match="--unit s"):
        open_recording(path)
    header = "81739927 1 62.5/999.5 100 10:00:00.500 05/01/2026\nx.dat 16 10(0)/mV 16 0 0 0 0 II\n"
    (tmp_path / "81739927.hea").write_text(header)
    found = open_recording(path)
    times, values = found.series(Signal.SPO2)
    start = from_iso("2026-01-05T10:00:00.500000Z")
    assert times.tolist() == [start, start + 10 * SECOND, start + 20 * SECOND]
    assert values.tolist() == [97, 97, 96]
    assert found.series(Signal.NIBP_SYS)[1].tolist() == [120, 118]
    (tmp_path / "81739927.hea").write_text(header.replace("/999.5", ""))
    with pytest.raises(RecordingError, match="counter frequency"):
        open_recording(path)


def test_a_viatom_file_that_is_cut_says_so_and_one_without_a_record_is_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "o2ring"
    path.write_bytes(viatom(ROWS * 10)[:-7])
    assert any("the file is cut" in note for note in open_recording(path).report.notes)
    path.write_bytes(assistant([], 2))
    with pytest.raises(RecordingError):
        open_recording(path)


def test_a_file_that_an_o2ring_s_has_not_finished_is_refused_and_a_damaged_one_says_so(
    tmp_path: Path,
) -> None:
    path = tmp_path / "20260105235958"
    path.write_bytes(ring_s(ROWS)[:-48])
    with pytest.raises(RecordingError, match="two minutes after it is taken off"):
        open_recording(path)
    path.write_bytes(ring_s(ROWS).replace(bytes([97, 70]), bytes([90, 70])))
    assert any("check sum is wrong" in note for note in open_recording(path).report.notes)


def edf_plus_d(onsets: list[float], interval: str = "60") -> bytes:
    """Records of 60 SpO2 values (one a second) at these onsets; the value is the record's number + 90."""

    def cells(*texts: str, width: int) -> bytes:
        return b"".join(text.encode().ljust(width) for text in texts)

    head = cells("0", width=8) + cells("X X X X", "Startdate 05-JAN-2026 X SIMULATED X", width=80)
    head += cells("05.01.26", "21.00.00", "768", width=8) + cells("EDF+D", width=44)
    head += cells(str(len(onsets)), interval, width=8) + cells("2", width=4)
    head += cells("SpO2.1s", "EDF Annotations", width=16) + cells("", "", width=80)
    head += cells("%", "", width=8) + cells("0", "-1", width=8) + cells("100", "1", width=8)
    head += cells("0", "-32768", width=8) + cells("100", "32767", width=8)
    head += cells("", "", width=80) + cells("60", "30", width=8) + cells("", "", width=32)
    body = b""
    for number, onset in enumerate(onsets):
        body += struct.pack("<60h", *[90 + number] * 60)
        body += f"+{onset:g}\x14\x14\0".encode().ljust(60, b"\0")
    return head + body


def test_a_discontinuous_edf_file_follows_the_times_of_its_records(tmp_path: Path) -> None:
    pytest.importorskip("edfio", reason="the extra archive is not installed")
    path = tmp_path / "gap.edf"
    path.write_bytes(edf_plus_d([0, 60, 1980]))
    found = open_recording(path)
    times, values = found.series(Signal.SPO2)
    assert times[119] == from_iso("2026-01-05T21:01:59Z")
    assert times[120] == from_iso("2026-01-05T21:33:00Z")
    assert values[[0, 60, 120]].tolist() == [90, 91, 92]
    assert "discontinuous (EDF+D): 1 gaps between records" in found.report.notes
    assert found.simulated


def outcome(path: Path) -> str:
    """What reading a file says: its report, or why it is refused."""
    try:
        return "\n".join(open_recording(path).describe())
    except RecordingError as error:
        return str(error)


@pytest.mark.parametrize("change", [(b"05.01.26", b"99.99.99"), (b"21.00.00", b"xx.yy.zz")])
def test_a_start_that_is_no_time_is_a_recording_error_or_a_stated_day(
    tmp_path: Path, change: tuple[bytes, bytes]
) -> None:
    pytest.importorskip("edfio", reason="the extra archive is not installed")
    path = tmp_path / "start.edf"
    path.write_bytes(edf_plus_d([0, 60]).replace(*change))
    said = outcome(path)
    assert "the date was taken out" in said or "start.edf: not a readable EDF file" in said


def test_a_record_that_lasts_no_time_has_no_rate_and_is_no_traceback(tmp_path: Path) -> None:
    pytest.importorskip("edfio", reason="the extra archive is not installed")
    path = tmp_path / "zero.edf"
    path.write_bytes(edf_plus_d([0, 60], interval="0").replace(b"EDF+D", b"EDF+C"))
    assert "an EDF file whose data records last 0 s" in outcome(path)


def test_a_wfdb_record_of_segments_with_several_layouts_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MIMIC's waveform records: a layout, segments that hold some of its signals, gaps (`~`)."""
    pytest.importorskip("wfdb", reason="the extra wfdb is not installed")
    monkeypatch.chdir(tmp_path)
    for name, channels in (
        ("a", [("%", "SpO2", 97), ("bpm", "PULSE", 70)]),
        ("b", [("%", "SpO2", 84)]),
    ):
        head = [f"{name} {len(channels)} 1 60"]
        head += [f"{name}.dat 16 10(0)/{unit} 16 0 0 0 0 {label}" for unit, label, _ in channels]
        Path(f"{name}.hea").write_text("\n".join(head) + "\n")
        Path(f"{name}.dat").write_bytes(
            b"".join(struct.pack("<h", value * 10) for _ in range(60) for _, _, value in channels)
        )
    layout = ["lay 2 1 0", "~ 0 10(0)/% 16 0 0 0 0 SpO2", "~ 0 10(0)/bpm 16 0 0 0 0 PULSE"]
    Path("lay.hea").write_text("\n".join(layout) + "\n")
    record = "m/4 2 1 150 10:00:00 05/01/2026\nlay 0\na 60\n~ 30\nb 60\n"
    Path("m.hea").write_text(record)
    found = open_recording(tmp_path / "m.hea")
    times, values = found.series(Signal.SPO2)
    assert values.tolist() == [97] * 60 + [84] * 60
    assert times[60] == from_iso("2026-01-05T10:01:30Z")
    assert found.series(Signal.PULSE_RATE)[1].tolist() == [70] * 60

"""What still other programs write: tables of siblings, each with what must be read of it, or told."""

import struct
from collections.abc import Sequence
from pathlib import Path

import pytest

from monitord.errors import RecordingError
from monitord.model import MINUTE, SECOND, Signal, from_iso
from monitord.replay.recordings.clock_column import read_clock
from monitord.replay.recordings.column_names import clock_unit, is_pair, likely, signal_of, unit_of
from monitord.replay.recordings.folder import not_opened, recording_files
from monitord.replay.recordings.open_recordings import open_recording
from monitord.replay.recordings.recording import Recording

NAMES = {
    Signal.SPO2: (
        "O2-Sättigung|O2-saturatie|Saturazione O2|Saturación O2|Saturation en O2|SpO2 en %|Sauerstoffsättigung in %|"
        "Sat. oxígeno|PulseOx|Pulse Ox|Pulse Oximetry|O2 saturation pulseoxymetry"
    ),
    Signal.PULSE_RATE: "Pulsrate|PulseFreq|Polsfrequentie",
    Signal.HEART_RATE: (
        "HR ECG|ECG Heart Rate|HRbpm|Fréq. cardiaque|Fréquence card.|Frec. cardiaca|heartRate"
    ),
    Signal.RESP_RATE: "Breaths per minute|breaths_per_minute|Fréq. resp.|respRate",
    Signal.ETCO2: "PETCO2|CO2 endtidal",
    Signal.TEMPERATURE: "TempC|Température corporelle|Temperatura corporal|Lichaamstemperatuur",
    Signal.PERFUSION_INDEX: "Perfusionsindex|Indice de perfusion|Perf Index",
    Signal.NIBP_SYS: (
        "NIBP (S)|NIBP(S)|NBP [S]|systolicBP|sysBP|SystolicPressure|PNI S|PNIs|PNI systolique|Oberer Wert"
    ),
    Signal.NIBP_DIA: "NIBP (D)|PNI D|PNId|diastolicBP|Unterer Wert",
    Signal.NIBP_MAP: "NIBP (M)|PNIm",
}
OTHERS = (
    "Time (s)|Resp (s)|artSBP|heartRateMax|pulseRateAlarm|restingHeartRate|SpO2 SD|HeartRateVariability|"
    "Pulse Pressure|HR zone|PA (S)"
)


@pytest.mark.parametrize(
    ("name", "signal"), [(name, s) for s, names in NAMES.items() for name in names.split("|")]
)
def test_a_name_of_another_language_or_program_is_the_signal(name: str, signal: Signal) -> None:
    assert signal_of(name) is signal
    assert not is_pair(name)
    assert unit_of(name) is None or unit_of(name) == unit_of("%")


@pytest.mark.parametrize("name", OTHERS.split("|"))
def test_what_only_looks_alike_is_none(name: str) -> None:
    assert signal_of(name) is None or unit_of(name) is not None


@pytest.mark.parametrize("name", ["SpCO", "SvO2", "StO2", "SpHb", "NIBP Time", "NIBP Status"])
def test_another_quantity_is_not_proposed(name: str) -> None:
    assert likely(name) is None


def written(folder: Path, data: str | bytes, name: str = "file.csv") -> Recording:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return open_recording(path)


def numbers(found: Recording) -> dict[Signal, list[float]]:
    return {s: v.tolist() for s in Signal if len(v := found.series(s)[1])}


def test_the_sides_of_a_cuff_may_stand_in_brackets_or_three_in_one_cell(tmp_path: Path) -> None:
    right = {Signal.NIBP_SYS: [120, 205], Signal.NIBP_DIA: [80, 125]}
    apart = written(tmp_path, "time_s,NIBP(S),NIBP(D)\n0,120,80\n600,205,125\n")
    assert numbers(apart) == right
    assert (
        numbers(written(tmp_path, "time_s,NBPs/NBPd/NBPm\n0,120/80/93\n600,205/125/152\n")) == right
    )


ROWS = "2026-01-05 10:00:00,97,70\n2026-01-05 10:00:01,96,71\n"
TABLES = {
    "other order": ("Time,PR,SpO2\n2026-01-05 11:00:00,70,97\n", 2, 2),
    "other table": ("\nDate,Systolic,Diastolic\n2026-01-05 11:00:00,120,80\n2026-01-05 11:10:00,121,80\n", 3, 2),
    "and back": (f"Time,PR,SpO2\n2026-01-05 11:00:00,70,97\nTime,SpO2,PR\n{ROWS.replace(' 10', ' 12')}", 3, 4),
    "the same": (f"Time,SpO2,PR\n{ROWS.replace(' 10', ' 12')}", 1, 4),
    "a remark": (f"*** probe off,by,nurse\n{ROWS.replace(' 10', ' 12')}", 1, 4),
    "totals": ("Average,96,70\nMin,84,69\n", 2, 2),
}  # fmt: skip


@pytest.mark.parametrize(("more", "refused", "read"), TABLES.values(), ids=TABLES)
def test_what_stands_below_another_header_is_not_read_as_if_below_the_first(
    tmp_path: Path, more: str, refused: int, read: int
) -> None:
    found = written(tmp_path, f"Time,SpO2,PR\n{ROWS}{more}")
    assert numbers(found) == {
        Signal.SPO2: [97, 96] * (read // 2),
        Signal.PULSE_RATE: [70, 71] * (read // 2),
    }
    rows = [r for r in found.report.rejected if "not a number" not in r.reason]
    assert sum(r.count for r in rows) == refused


TEXT = f"Time,SpO2,PR\n{ROWS}".encode()
NULS = {
    "behind the last row": TEXT + b"\0" * 700,
    "in front": b"\0\0" + TEXT,
    "in front of a line": TEXT.replace(b"\n2026", b"\n\0\0002026"),
    "in a cell": TEXT.replace(b",97", b",\x0097"),
}


@pytest.mark.parametrize("data", NULS.values(), ids=NULS)
def test_nul_is_filler_in_a_table_too(tmp_path: Path, data: bytes) -> None:
    found = written(tmp_path, data)
    assert numbers(found) == {Signal.SPO2: [97, 96], Signal.PULSE_RATE: [70, 71]}
    assert any("NUL bytes left out" in note for note in found.report.notes)


def test_a_preamble_of_names_and_numbers_is_no_wfdb_header(tmp_path: Path) -> None:
    found = written(tmp_path, b"Device 12\nSerial 4711\n" + TEXT)
    assert numbers(found)[Signal.SPO2] == [97, 96]


@pytest.mark.parametrize("name", ["Resp", "EtCO2"])
def test_breaths_that_are_parts_of_one_are_a_waveform_at_any_rate(
    tmp_path: Path, name: str
) -> None:
    rows = "".join(f"{at},{0.004 * (at % 7 - 3):.3f},97\n" for at in range(60))
    found = written(tmp_path, f"time_s,{name},SpO2\n{rows}")
    assert numbers(found).keys() == {Signal.SPO2}
    assert any("below 1" in note and "not used" in note for note in found.report.notes)


@pytest.mark.parametrize("cells", [[12, 0, 0, 0], [0, 0, 0, 1], [1, 0.5, 12, 12]])
def test_breathing_that_stops_is_no_waveform(tmp_path: Path, cells: list[float]) -> None:
    rows = "".join(f"{at},{cell}\n" for at, cell in enumerate(cells))
    assert numbers(written(tmp_path, f"time_s,RR\n{rows}")) == {Signal.RESP_RATE: cells}


CLOCKS = {
    "5 févr. 2026 10 h 05 min 07 s": "2026-02-05T10:05:07Z",
    "05-gen-2026 10.05.07": "2026-01-05T10:05:07Z",
    "05.01.2026 10.05.07": "2026-01-05T10:05:07Z",
    "2026-01-05 10.05.07": "2026-01-05T10:05:07Z",
    "Mon, 05 Jan 2026 10:05:07 +0100": "2026-01-05T09:05:07Z",
    "25.01.2026 10:05:07 -04:30": "2026-01-25T14:35:07Z",
    "1767607507000000000": "2026-01-05T10:05:07Z",
}


@pytest.mark.parametrize(("text", "at"), CLOCKS.items())
def test_a_time_with_points_in_words_or_with_its_zone_is_read(text: str, at: str) -> None:
    assert read_clock([text], tz=None).times.tolist() == [from_iso(at)]


def test_a_clock_of_hours_is_read_by_its_name_or_by_the_option(tmp_path: Path) -> None:
    assert clock_unit("Time (h)") == clock_unit("Zeit [Stunden]") == (True, 60 * MINUTE)
    path = tmp_path / "hours.csv"
    path.write_text("Time,SpO2\n0,97\n0.5,96\n")
    with pytest.raises(RecordingError, match="--unit s, ms, us, min or h"):
        open_recording(path)
    found = open_recording(path, columns={"unit": "h"})
    assert found.end is not None
    assert found.start is not None
    assert found.end - found.start == 30 * MINUTE


# EDF, written by hand: the library that reads it has a writer for continuous files only.


def edf(onsets: Sequence[float], kind: str, duration: str = "2", label: str = "SpO2") -> bytes:
    """Records of two counts and an annotation that says when each begins."""
    columns = [
        [label, "EDF Annotations"], ["", ""], ["%", ""], ["0", "-1"], ["100", "1"], ["0", "-32768"],
        ["100", "32767"], ["", ""], ["2", "10"], ["", ""],
    ]  # fmt: skip
    widths = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)
    fixed = [("0", 8), ("X X X X", 80), ("Startdate 05-JAN-2026 X X X", 80), ("05.01.26", 8)]
    fixed += [("21.00.00", 8), (str(256 * 3), 8), (kind, 44), (str(len(onsets)), 8), (duration, 8)]
    texts = [
        *fixed,
        ("2", 4),
        *((t, w) for each, w in zip(columns, widths, strict=True) for t in each),
    ]
    data = "".join(text.ljust(width) for text, width in texts).encode()
    for at, onset in enumerate(onsets):
        data += struct.pack("<hh", 97, 90 + at) + f"+{onset:g}\x14\x14".encode().ljust(20, b"\0")
    return data


@pytest.mark.parametrize("kind", ["EDF+D", "edf+d", "EDF+C", "EDF+"])
def test_records_say_when_they_begin_whatever_the_file_says_of_itself(
    tmp_path: Path, kind: str
) -> None:
    pytest.importorskip("edfio", reason="the extra archive is not installed")
    found = written(tmp_path, edf([0, 2, 100], kind))
    times = found.series(Signal.SPO2)[0]
    start = from_iso("2026-01-05T21:00:00Z")
    assert [(int(at) - start) // SECOND for at in times] == [0, 1, 2, 3, 100, 101]
    assert any(note.startswith("discontinuous") for note in found.report.notes)
    steady = written(tmp_path, edf([0, 2, 4], kind))
    assert not steady.report.notes


@pytest.mark.parametrize("duration", ["0", "0.0", "-0"])
def test_an_edf_file_whose_records_last_no_time_is_refused_in_words(
    tmp_path: Path, duration: str
) -> None:
    pytest.importorskip("edfio", reason="the extra archive is not installed")
    with pytest.raises(RecordingError, match="data records last 0 s"):
        written(tmp_path, edf([0, 2], "EDF+C", duration))


def test_a_channel_that_could_not_be_used_is_among_the_labels(tmp_path: Path) -> None:
    pytest.importorskip("edfio", reason="the extra archive is not installed")
    data = edf([0, 2], "EDF+C").replace(b"%       ", b"        ", 1)
    data = data.replace(b"100     1       0 ", b"1       1       0 ", 1)
    assert "(labels: SpO2)" in written(tmp_path, data).nothing_read()


WFDB = {
    "rate 0": ("r 1 0 4\nr.dat 16 1/% 16 0 97 0 0 SpO2\n", "sampling rate of 0 Hz"),
    "a wave": ("r 1 125 4\nr.dat 16 1/pm 16 0 97 0 0 RESP\n", "'RESP' at 125 Hz is a waveform"),
}


@pytest.mark.parametrize(("header", "says"), WFDB.values(), ids=WFDB)
def test_a_wfdb_channel_that_is_not_used_says_why(tmp_path: Path, header: str, says: str) -> None:
    pytest.importorskip("wfdb", reason="the extra wfdb is not installed")
    (tmp_path / "r.dat").write_bytes(struct.pack("<4h", 97, 97, 97, 97))
    assert says in written(tmp_path, header, "r.hea").nothing_read()


@pytest.mark.parametrize("first", ["r 999999999 1 4", "r/999999999 1 1 4"])
def test_a_wfdb_header_of_more_signals_than_lines_is_refused_before_room_is_made(
    tmp_path: Path, first: str
) -> None:
    pytest.importorskip("wfdb", reason="the extra wfdb is not installed")
    with pytest.raises(RecordingError, match="its header has 1 lines for"):
        written(tmp_path, f"{first}\nr.dat 16\n", "r.hea")


def test_a_folder_names_what_is_hidden_and_opens_links_that_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "night.csv").write_bytes(TEXT)
    (tmp_path / ".cache").mkdir()
    for name in (".cache/a.csv", ".cache/b.csv", "._night.csv"):
        (tmp_path / name).write_bytes(TEXT)
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    assert [path.name for path in recording_files(tmp_path)] == ["gone.csv", "night.csv"]
    hidden = [
        f"not opened: {tmp_path / name}: hidden, by its name" for name in ("._night.csv", ".cache")
    ]
    assert not_opened(tmp_path) == hidden


@pytest.mark.parametrize(
    "names", ["sbp,dbp,sbp_ni,dbp_ni", "sbp_ni,dbp_ni,sbp,dbp", "SYS,DIA,NIBPs,NIBPd"]
)
def test_a_pressure_that_says_it_is_a_cuffs_is_read_before_any_other(
    tmp_path: Path, names: str
) -> None:
    cuff_first = names.startswith("sbp_ni")
    row = "120,80,150,90" if cuff_first else "150,90,120,80"
    found = written(tmp_path, f"charttime,{names}\n2150-01-25 10:00:00,{row}\n")
    assert numbers(found) == {Signal.NIBP_SYS: [120], Signal.NIBP_DIA: [80]}


# Files of the kinds that people reported, reduced, with invented values.

_AS3 = (
    "VSCapture\nGE S/5\nTime,Heart Rate(/min),Systolic BP(mmHg),Diastolic BP(mmHg),Mean BP(mmHg),SpO2(%),"
    "ETCO2(mmHg),RR,P1 Sys\n"
)
REPORTED: dict[str, tuple[str, dict[Signal, list[float]], str]] = {
    "units in cells and a dash in the date": (
        ('"Datum";"Systole";"Diastole";"Puls";"Notizen"\n'
        '"25.06.2026 - 19:10";"104 mmHg";"68 mmHg";"72 bpm";" "\n'
        '"25.06.2026 - 19:20";"194 mmHg";"113 mmHg";"75 bpm";" "\n'),
        {Signal.NIBP_SYS: [104, 194], Signal.NIBP_DIA: [68, 113], Signal.NIBP_PULSE: [72, 75]},
        "taken as the cuff's pulse",
    ),
    "a cuff's pulse": (
        ("Date,Time,Systolic (mmHg),Diastolic (mmHg),Pulse (bpm),Notes\n"
        "Jan 25 2026,21:00,140,79,130,-\nJan 25 2026,21:01,195,90,131,-\n"),
        {Signal.NIBP_SYS: [140, 195], Signal.NIBP_DIA: [79, 90], Signal.NIBP_PULSE: [130, 131]},
        "taken as the cuff's pulse",
    ),
    "sp02 with a zero": (
        ("time,pulse,bp_systolic,bp_diastolic,sp02,et02\n"
        "2026-01-05 10:00:00,66,120,95,97,38\n2026-01-05 10:05:00,66,185,95,84,38\n"),
        {Signal.PULSE_RATE: [66, 66], Signal.NIBP_SYS: [120, 185], Signal.NIBP_DIA: [95, 95]},
        "'sp02' looks like spo2",
    ),
    "a monitor's repeats and a module that is absent": (
        _AS3
        + "25/01/2026 12:50:00,68,0,0,0,98,0,0,150\n25/01/2026 12:50:05,68,185,121,142,98,0,0,150\n"
        + "25/01/2026 12:50:10,69,185,121,142,98,0,0,150\n",
        {
            Signal.SPO2: [98, 98, 98],
            Signal.HEART_RATE: [68, 68, 69],
            Signal.NIBP_SYS: [185],
            Signal.NIBP_DIA: [121],
            Signal.NIBP_MAP: [142],
        },
        "resp_rate: column 'RR' is 0 throughout, as is etco2",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "values", "says"), REPORTED.values(), ids=REPORTED)
def test_a_file_of_a_kind_that_people_reported_is_read_with_the_right_values(
    tmp_path: Path, text: str, values: dict[Signal, list[float]], says: str
) -> None:
    found = written(tmp_path, text)
    assert numbers(found) == values
    assert any(says in note for note in found.report.notes)


@pytest.mark.parametrize("duration", ["nan", "-1", "inf", "1,0", "one"])
def test_an_edf_file_whose_records_last_no_number_of_seconds_is_refused_in_words(
    tmp_path: Path, duration: str
) -> None:
    pytest.importorskip("edfio", reason="the extra archive is not installed")
    with pytest.raises(RecordingError, match=f"data records last '?{duration}'? s"):
        written(tmp_path, edf([0, 2], "EDF+C", duration))

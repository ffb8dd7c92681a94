"""Files of other programs, a table a kind: what is read of each, or why it is refused and what to do."""

import struct
from pathlib import Path
from typing import Any

import pytest

from monitord.errors import RecordingError
from monitord.model import Instant, Signal, from_iso
from monitord.replay.recordings.open_recordings import open_recording
from monitord.replay.recordings.recording import Recording

SHORT = {
    "spo2": Signal.SPO2,
    "pr": Signal.PULSE_RATE,
    "hr": Signal.HEART_RATE,
    "rr": Signal.RESP_RATE,
    "sys": Signal.NIBP_SYS,
    "dia": Signal.NIBP_DIA,
    "map": Signal.NIBP_MAP,
    "np": Signal.NIBP_PULSE,
    "t": Signal.TEMPERATURE,
    "co2": Signal.ETCO2,
    "pi": Signal.PERFUSION_INDEX,
}


@pytest.fixture(autouse=True)
def _empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def opened(data: str | bytes, name: str = "file.csv", **columns: str) -> Recording:
    path = Path(name)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return open_recording(path, columns=columns)


def last(recording: Recording) -> dict[Signal, float]:
    """Of each signal the last reading."""
    return {
        signal: round(float(recording.series(signal)[1][-1]), 1) for signal in recording.signals
    }


def named(**values: float) -> dict[Signal, float]:
    return {SHORT[name]: value for name, value in values.items()}


HEADERS: tuple[tuple[str, str, dict[str, float]], ...] = (
    (
        "Datum;Uhrzeit;SpO2 (%);Puls (1/min);RR syst. (mmHg);RR diast. (mmHg)",
        "15.01.2026;10:00;84;120;185;99",
        {"spo2": 84, "pr": 120, "sys": 185, "dia": 99},
    ),
    (
        "Messzeit;Sauerstoffsättigung (%);Pulsfrequenz (bpm);Atemfrequenz;Körpertemperatur (°C)",
        "2026-01-15 10:00:00;97,5;70;14;36,6",
        {"spo2": 97.5, "pr": 70, "rr": 14, "t": 36.6},
    ),
    (
        "Aufnahmezeit;Blutdruck systolisch;Blutdruck diastolisch;MAD;SpO2;Herzfrequenz",
        "5. Jan. 2026 10:00;185;99;120;97;90",
        {"sys": 185, "dia": 99, "map": 120, "spo2": 97, "hr": 90},
    ),
    (
        "Date;Heure;SpO2;Fréquence cardiaque;PA systolique (mmHg);PA diastolique (mmHg);PA moyenne",
        "15/01/2026;10h00;84;120;185;99;120",
        {"spo2": 84, "hr": 120, "sys": 185, "dia": 99, "map": 120},
    ),
    (
        "Horodatage;Saturation en oxygène (%);Pouls;Fréq. resp.;TAS;TAD",
        "5 janvier 2026 10:00;84;71;14;185;99",
        {"spo2": 84, "pr": 71, "rr": 14, "sys": 185, "dia": 99},
    ),
    (
        "Fecha y hora;Saturación de oxígeno;Frecuencia de pulso;Presión sistólica;Presión diastólica",
        "25/1/2026 10:01;84;71;185;99",
        {"spo2": 84, "pr": 71, "sys": 185, "dia": 99},
    ),
    (
        "Fecha;Hora;SpO2;FC;FR;PAS;PAD;PAM;Temp. (°C)",
        "05-ene-2026;10:01;84;71;14;185;99;120;36,5",
        {"spo2": 84, "hr": 71, "rr": 14, "sys": 185, "dia": 99, "map": 120, "t": 36.5},
    ),
    (
        "Data e ora;Saturazione ossigeno;Frequenza cardiaca;Pressione massima;Pressione minima",
        "05/gen/2026 10:01;84;71;185;99",
        {"spo2": 84, "hr": 71, "sys": 185, "dia": 99},
    ),
    (
        "Datum;Tijd;Zuurstofsaturatie;Hartslag;Bovendruk;Onderdruk;Ademhalingsfrequentie",
        "15-01-2026;10:01;84;71;185;99;14",
        {"spo2": 84, "hr": 71, "sys": 185, "dia": 99, "rr": 14},
    ),
    (
        "Data;Hora;Saturação;Pulso;PA Sistólica;PA Diastólica",
        "15/01/2026;10:01;84;71;185;99",
        {"spo2": 84, "pr": 71, "sys": 185, "dia": 99},
    ),
    (
        "Datum;Tid;Syremättnad;Puls;Systoliskt;Diastoliskt",
        "2026-01-05;10:01;84;71;185;99",
        {"spo2": 84, "pr": 71, "sys": 185, "dia": 99},
    ),
    (
        "Time,Oxygen Saturation (SpO2) [%],Non-Invasive Blood Pressure Systolic [mmHg],Body Temp [°F]",
        "2026-01-05T10:01:00Z,84,185,98.6",
        {"spo2": 84, "sys": 185, "t": 37},
    ),
    (
        "Date/Time,SYS,DIA,MAP,PR,SpO2,Temp F",
        "01/13/2026 10:01 AM,185,99,120,71,84,98.6",
        {"sys": 185, "dia": 99, "map": 120, "pr": 71, "spo2": 84, "t": 37},
    ),
    (
        "Time,HR,SpO2,PA Sys,PA Dia,PA Mean,ART S,ART D,MAP,CVP,Pulse pressure,Resp wave",
        "2026-01-05 10:00:00,70,97,30,12,18,130,70,90,8,40,3",
        {"hr": 70, "spo2": 97},
    ),
    (
        "Time,Solar8000/HR,Solar8000/PLETH_SPO2,Solar8000/NIBP_SBP,Solar8000/PA_SBP,Solar8000/ART_SBP",
        "2026-01-05 10:00:00,70,97,120,30,130",
        {"hr": 70, "spo2": 97, "sys": 120},
    ),
    (
        "Time,Intellivue/ECG_HR,Intellivue/PLETH_SAT_O2,Intellivue/NIBP_MEAN,Intellivue/AWAY_RR",
        "2026-01-05 10:00:00,70,97,93,14",
        {"hr": 70, "spo2": 97, "map": 93, "rr": 14},
    ),
    (
        "Time,NOM_PULS_OXIM_SAT_O2,NOM_PLETH_PULS_RATE,NOM_PRESS_BLD_ART_ABP_SYS,NOM_TEMP_BODY",
        "15-01-2026 10:00:00.125,97,70,130,36.6",
        {"spo2": 97, "pr": 70, "t": 36.6},
    ),
    (
        "Session,Timestamp,Date,Time,SpO2,Pulse Rate,Perfusion Index (Pi),PVi,SpHb",
        "1,1767607200,01/05/26,10:00:00,97,70,3.2,,",
        {"spo2": 97, "pr": 70, "pi": 3.2},
    ),
)


@pytest.mark.parametrize(("header", "row", "values"), HEADERS, ids=range(len(HEADERS)))
def test_a_programs_header_is_read_and_nothing_else_is_taken(
    header: str, row: str, values: dict[str, float]
) -> None:
    assert last(opened(f"{header}\n{row}\n")) == named(**values)


MOMENTS = {
    "2026-01-05T10:00:00Z": (
        "Mon, 05 Jan 2026 10:00:00 GMT|2026-01-05T10:00:00Z[UTC]|20260105100000|202601051000|"
        "2026-01-05 10h00|le 5 janvier 2026 à 10h00|lunedì 5 gennaio 2026 ore 10:00|"
        "maandag 5 januari 2026 10:00|5. Januar 2026 um 10:00 Uhr|5 de enero de 2026, 10:00:00|"
        "Jan 5, 2026, 10:00:00 AM|05JAN2026:10:00:00|'2026-01-05 10:00:00"
    ),
    "2026-01-15T22:00:00.250000Z": "1/15/2026 10:00:00.25 p. m.|15.1.26 22:00:00:250|15/01/26 22:00:00,250",
}


@pytest.mark.parametrize(
    ("text", "at"),
    [(text, at) for at, texts in MOMENTS.items() for text in texts.split("|")],
)
def test_a_moment_is_read_however_it_is_written(text: str, at: str) -> None:
    assert opened(f"Time;SpO2\n{text};97\n").start == from_iso(at)


def test_minutes_and_seconds_that_the_header_says_are_no_hours() -> None:
    for header in ("Time (mm:ss)", "Elapsed [min:sec]", "Time (m:s)"):
        found = opened(f"{header},SpO2\n00:30,97\n61:05,96\n")
        assert found.start is not None
        assert found.end == Instant(found.start + 3635_000_000)


CELLS: tuple[tuple[str, str, dict[str, float]], ...] = (
    ("SpO2", "97%|97 %|97 percent|+97|97.0|97,0", {"spo2": 97}),
    ("HR", "70 bpm|70\u202fbpm|\u200970\u2009|70 /min|\uff17\uff10", {"hr": 70}),
    ("BP", "120/80|120 / 80 mmHg|120/80 (93)|120/80(93)|120/80/93", {"sys": 120, "dia": 80}),
    ("NIBP (mmHg)", "120/80 (--)", {"sys": 120, "dia": 80}),
    ("Temp (°F)", "98.6|98,6 °F", {"t": 37}),
    ("NIBP Sys (kPa)", "16|16,0 kPa", {"sys": 120}),
    ("SaO2 (fraction)", "0.97", {"spo2": 97}),
)


@pytest.mark.parametrize(
    ("header", "cell", "values"),
    [(header, cell, values) for header, cells, values in CELLS for cell in cells.split("|")],
)
def test_a_cell_is_its_number_with_or_without_its_unit(
    header: str, cell: str, values: dict[str, float]
) -> None:
    assert last(opened(f"Time\t{header}\n2026-01-05 10:00\t{cell}\n")) == named(**values)


NO_NUMBERS = (
    "NaN|nan|None|null|N/A|#N/A|-|---|.|unavailable|unknown|True|inf|1e999|0x61|97*|<70|84?|1,200"
)


@pytest.mark.parametrize("cell", NO_NUMBERS.split("|"))
def test_a_cell_that_is_no_number_costs_itself_alone(cell: str) -> None:
    found = opened(f"Time\tSpO2\tPR\n2026-01-05 10:00\t97\t71\n2026-01-05 10:01\t{cell}\t70\n")
    assert found.series(Signal.PULSE_RATE)[1].tolist() == [71, 70]
    assert found.report.signals[Signal.SPO2].readings == 1


def test_the_marker_255_of_a_pulse_is_no_pulse_where_there_is_no_spo2() -> None:
    found = opened("Time,SpO2,PR\n10:00:00,127,255\n10:00:01,97,70\n10:00:02,97,255\n")
    assert found.series(Signal.PULSE_RATE)[1].tolist()[1:] == [70, 255]
    assert any("1 of 255" in note for note in found.report.notes)


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_text_is_read_in_any_encoding_with_any_separator(
    encoding: str, separator: str, end: str
) -> None:
    rows = [["Zeit", "Sauerstoffsättigung (%)", "Puls"], ["15.01.2026 10:00:00", "97", "70"]]
    text = end.join([*(separator.join(row) for row in rows), ""])
    assert last(opened(text.encode(encoding))) == named(spo2=97, pr=70)


def test_units_in_the_row_below_the_header_are_the_columns() -> None:
    found = opened(
        "'Elapsed time','SpO2','NBPSys'\n'seconds','%','kPa'\n0.000,97,16\n1.000,84,24.6\n"
    )
    assert last(found) == named(spo2=84, sys=184.5)
    assert len(found.table.times) == 2


REFUSED: tuple[tuple[str, str | bytes, str], ...] = (
    ("dates alone", "Date,SpO2\n2026-01-05,97\n2026-01-05,96\n", "--columns time=COLUMN"),
    ("day or month", "Time,SpO2\n01-02-03 10:00,97\n", r"--format '%d-%m-%y'"),
    ("no clock", "Time,SpO2\nyesterday,97\n", "'yesterday'.*--format"),
    ("Russian", "Time,SpO2\n5 января 2026 10:00,97\n", "--format"),
    (
        "zone by letters of several",
        "Time,SpO2\n2026-01-05 10:00:00 EST,97\n",
        "--tz America/New_York",
    ),
    (
        "zone that there is not",
        "Time,SpO2\n2026-01-05 10:00:00 XYZT,97\n",
        "--format '.* XYZT'.*--tz",
    ),
    ("plain seconds", "Time,SpO2\n0,97\n1,96\n", "--unit s"),
    ("spreadsheet days", "Time,SpO2\n46027.41,97\n", "format the column as date and time"),
    ("blanks", "Time SpO2 PR\n10:00:00 97 70\n", "commas, semicolons, tabs or |"),
    ("long", "time,parameter,value\n2026-01-05 10:00,SpO2,97\n", "one value a row"),
    ("no signal", "Time,Steps\n10:00,97\n", "--columns spo2=COLUMN"),
    ("no time", "Start,SpO2\n10:00,97\n", "--columns time=COLUMN"),
    ("xlsx", b"PK\x03\x04" + bytes(99), "as CSV"),
    ("xls", b"\xd0\xcf\x11\xe0" + bytes(99), "as CSV"),
    ("pdf", b"%PDF-1.7\n", "as CSV"),
    ("html", "<!DOCTYPE html>\n<table>", "as CSV"),
    ("xml", "\ufeff<?xml version='1.0'?><HealthData/>", "as CSV"),
    ("json", '[\n  {"spo2": 97}]', "as CSV"),
    ("hdf5", b"\x89HDF\r\n\x1a\n" + bytes(99), "CSV or Parquet"),
    ("zstd", b"\x28\xb5\x2f\xfd" + bytes(99), "unpack"),
    ("bdf", b"\xffBIOSEMI" + bytes(99), "as EDF"),
    ("noise", bytes(range(256)), "docs/recordings.md"),
)


@pytest.mark.parametrize(("data", "says"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_is_not_read_says_what_to_do(data: str | bytes, says: str) -> None:
    with pytest.raises(RecordingError, match=says):
        opened(data)


REMEDIES: tuple[tuple[str, dict[str, str], dict[str, float]], ...] = (
    (
        "Time,Systolic,Diastolic\n10:00,16.0,10.6\n10:01,24.6,13.2\n",
        {"unit.nibp_sys": "kPa", "unit.nibp_dia": "kPa"},
        {"sys": 184.5, "dia": 99.0},
    ),
    ("Time;Systolic\n10:00;16,0 kPa\n", {"unit.nibp_sys": "kPa"}, {"sys": 120.0}),
    ("Time,SpO2\n10:00,0.97\n10:01,0.84\n", {"unit.spo2": "fraction"}, {"spo2": 84.0}),
    ("Time,Temp\n10:00,98.6\n", {"unit.temperature": "degF"}, {"t": 37.0}),
    ("Time,EtCO2\n10:00,5.1\n", {"unit.etco2": "kPa"}, {"co2": 38.3}),
    ("Time,EtCO2\n10:00,5.1\n", {"unit.etco2": "mmHg"}, {"co2": 5.1}),
)


@pytest.mark.parametrize(("text", "asked", "values"), REMEDIES)
def test_numbers_of_another_unit_are_no_readings_until_their_unit_is_said(
    text: str, asked: dict[str, str], values: dict[str, float]
) -> None:
    unread = opened(text)
    assert not unread.signals
    usual = {"etco2": "kPa"}
    for key, name in asked.items():
        signal = key.removeprefix("unit.")
        assert f"--unit {signal}={usual.get(signal, name)}" in unread.nothing_read()
    assert last(opened(text, **asked)) == named(**values)


def edf(label: str, dimension: str, value: int, **fields: Any) -> bytes:
    """Three records of a second with one channel of one value."""

    def cells(width: int, *texts: str) -> bytes:
        return b"".join(text.encode("latin-1").ljust(width) for text in texts)

    limits = fields.get("limits", ("0", "200", "0", "200"))
    head = cells(8, "0") + cells(80, "X X X X", "Startdate 05-JAN-2026 X X X")
    head += cells(8, "05.01.26", "21.00.00", "512") + cells(44, "")
    head += (
        cells(8, fields.get("records", "3"), "1") + cells(4, "1") + cells(16, label) + cells(80, "")
    )
    head += cells(8, dimension, *limits) + cells(80, "") + cells(8, "1") + cells(32, "")
    return head + struct.pack("<3h", *[value] * 3)[: fields.get("size", 6)]


@pytest.mark.parametrize(
    ("data", "values", "says"),
    [
        (edf("SpO2", "%", 97), {"spo2": 97}, ""),
        (edf("SaO2 SaO2", "%", 97), {"spo2": 97}, ""),
        (edf("Temp", "degF", 99), {"t": 37.2}, "converted to Cel"),
        (edf("Temp", "", 99), {}, "--unit temperature=degF"),
        (edf("SpO2", "%", 97, limits=("200", "0", "200", "0")), {"spo2": 97}, ""),
        (edf("SpO2", "%", 97, limits=("0", "200", "0", "0")), {}, "no scale"),
        (edf("SpO2", "%", 97, limits=("0", "0", "0", "200")), {}, "no scale"),
        (edf("SpO2", "%", 97, records="-1"), {"spo2": 97}, "-1 data records"),
        (edf("SpO2", "%", 97, size=4), {"spo2": 97}, "file contains 2 records"),
        (edf("SpO2", "mV", 97), {}, "another quantity"),
    ],
    ids=range(10),
)
def test_an_edf_channel_is_read_with_its_scale_and_unit_or_not_at_all(
    data: bytes, values: dict[str, float], says: str
) -> None:
    pytest.importorskip("edfio", reason="the extra archive is not installed")
    found = opened(data, "file.edf")
    assert last(found) == named(**values)
    assert says in "\n".join(found.describe())


@pytest.mark.parametrize("size", [0, 1])
def test_an_edf_file_without_a_whole_data_record_is_refused_in_words(size: int) -> None:
    pytest.importorskip("edfio", reason="the extra archive is not installed")
    with pytest.raises(RecordingError, match="without a data record"):
        opened(edf("SpO2", "%", 97, size=size, records="0"), "file.edf")


@pytest.mark.parametrize(
    ("gain", "values"),
    [("10/%", {"spo2": 84}), ("10(0)/%", {"spo2": 84}), ("0/%", {}), ("0(0)/%", {}), ("", {})],
)
def test_a_wfdb_channel_without_a_gain_is_no_reading(gain: str, values: dict[str, float]) -> None:
    pytest.importorskip("wfdb", reason="the extra wfdb is not installed")
    Path("w.dat").write_bytes(struct.pack("<2h", 970, 840))
    channel = f"w.dat 16 {gain} 16 0 0 0 0 SpO2" if gain else "w.dat 16"
    found = opened(f"w 1 1 2 10:00:00 05/01/2026\n{channel}\n", "w.hea")
    assert last(found) == named(**values)

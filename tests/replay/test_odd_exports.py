"""Odd exports of others: columns twice, clocks of odd zones and hours, headers of the Far East, demonstrations."""

from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitord.errors import RecordingError
from monitord.model import Signal, from_iso
from monitord.replay.recordings.column_names import likely, likely_clock, says_simulated, signal_of
from monitord.replay.recordings.open_recordings import open_recording
from monitord.replay.recordings.recording import Recording

Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str | bytes) -> Path:
        path = tmp_path / "odd.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def said(found: Recording) -> str:
    return "\n".join(found.report.remarks())


def numbers(found: Recording) -> dict[str, list[float]]:
    return {signal.value: found.series(signal)[1].tolist() for signal in found.table.signals}


def times(found: Recording) -> list[int]:
    return [int(at) for at in found.table.times]


# A signal in two columns.

TWICE: Mapping[str, tuple[str, str, dict[str, list[float]]]] = {
    "blank": ("SpO2,SpO2,PR", ",97,70", {"spo2": [97], "pulse_rate": [70]}),
    "marked": ("SpO2,SpO2,PR", "--,97,70", {"spo2": [97], "pulse_rate": [70]}),
    "zero": ("SpO2,SpO2,PR", "0,97,70", {"spo2": [97], "pulse_rate": [70]}),
    "below zero": ("SpO2,SpO2,PR", "-1,97,70", {"spo2": [97], "pulse_rate": [70]}),
    "another name": ("HR,ECG HR", ",97", {"heart_rate": [97]}),
    "three": ("PR,Pulse,BPM", ",,71", {"pulse_rate": [71]}),
    "numbered by pandas": ("SpO2,SpO2.1", ",97", {"spo2": [97]}),
    "numbered by a person": ("SpO2,SpO2 (2)", ",97", {"spo2": [97]}),
    "numbered with a dash": ("SpO2-1,SpO2,SpO2-2", "95,,97", {"spo2": [95]}),
    "breathing that is 0 here": ("RR,Resp", "0,14", {"resp_rate": [14]}),
    "both sides": ("SYS,DIA,NIBP Sys,NIBP Dia", ",,131,84", {"nibp_sys": [131], "nibp_dia": [84]}),
    "sides and a pair": ("SYS,DIA,NIBP", ",,131/84", {"nibp_sys": [131], "nibp_dia": [84]}),
    "rows cut short": ("SpO2,PR,SpO2", "97,70", {"spo2": [97], "pulse_rate": [70]}),
    "both speak": ("SpO2,SpO2", "97,88", {"spo2": [97]}),
}


FIRST_READS = ("SpO2,SpO2", "SpO2,PR,SpO2", "SYS,DIA,NIBP Sys,NIBP Dia")


@pytest.mark.parametrize(("header", "row", "values"), TWICE.values(), ids=TWICE)
def test_of_two_columns_of_a_signal_the_first_that_reads_is_used_and_it_is_said(
    write: Write, header: str, row: str, values: dict[str, list[float]]
) -> None:
    found = open_recording(write(f"Time,{header}\n2026-01-05 10:00:00,{row}\n"))
    assert numbers(found) == values
    assert "columns carry it; used" in said(found)
    told = "holds no reading" in said(found)
    assert told is (header not in FIRST_READS)


def test_a_column_that_the_caller_names_is_used_also_when_it_is_empty(write: Write) -> None:
    path = write("Time,SpO2,SpO2 2,PR\n2026-01-05 10:00:00,,97,70\n")
    assert "spo2" not in numbers(open_recording(path, columns={"spo2": "SpO2"}))


def test_a_column_of_levels_does_not_stand_in_for_a_sensor_that_is_not_there(write: Write) -> None:
    """The GE collector names its columns again for what it makes of them."""
    path = write(
        "Time,SpO2,SpO2_PR,SpO2_PR\n2026-01-05 10:00:00,97,-,3.0\n2026-01-05 10:00:10,97,-,3.0\n"
    )
    assert numbers(open_recording(path)) == {"spo2": [97, 97]}


def test_a_column_of_another_unit_is_not_the_second_one(write: Write) -> None:
    found = open_recording(
        write("Time,RR,RR (ms)\n2026-01-05 10:00:00,,850\n2026-01-05 10:00:01,14,900\n")
    )
    assert numbers(found) == {"resp_rate": [14]}


# Zones behind the time.

ZONES = {
    "Z": "10:00", " Z": "10:00", " UTC": "10:00", " GMT": "10:00", "+00:00": "10:00",
    "+01:00": "09:00", " +0100": "09:00", "+01": "09:00", " GMT+1": "09:00", " UTC+01:00": "09:00",
    " GMT+0100": "09:00", "-05:00": "15:00", " UTC-5": "15:00", "+05:30": "04:30",
    " CET": "09:00", " (CET)": "09:00", " MEZ": "09:00", " CEST": "08:00", " MESZ": "08:00",
    " EET": "08:00", " WET": "10:00", " JST": "01:00", " KST": "01:00", " AEST": "00:00",
    " Europe/Berlin": "09:00", "[Europe/Berlin]": "09:00", "Z[UTC]": "10:00",
    "+01:00[Europe/Berlin]": "09:00", " America/New_York": "15:00",
}  # fmt: skip


@pytest.mark.parametrize(("zone", "at"), ZONES.items(), ids=ZONES)
@pytest.mark.parametrize(
    "form", ["2026-01-05 10:00:00", "05.01.2026 10:00:00", "Jan 5, 2026 10:00:00"]
)
def test_a_zone_that_means_one_thing_is_understood_whatever_the_caller_assumes(
    write: Write, zone: str, at: str, form: str
) -> None:
    path = write(f"Time;SpO2\n{form}{zone};97\n")
    for own in (None, ZoneInfo("Asia/Tokyo")):
        assert times(open_recording(path, tz=own)) == [from_iso(f"2026-01-05T{at}:00Z")]


@pytest.mark.parametrize("letters", ["EST", "PST", "IST", "BST", "CST", "EDT", "AST"])
def test_letters_of_several_zones_are_refused_with_the_option_that_decides(
    write: Write, letters: str
) -> None:
    path = write(f"Time,SpO2\n2026-01-05 10:00:00 {letters},97\n")
    for own in (None, ZoneInfo("Africa/Nairobi")):
        with pytest.raises(RecordingError, match=f"'{letters}'.*several zones.*--tz "):
            open_recording(path, tz=own)


@pytest.mark.parametrize(
    ("letters", "own", "at"),
    [
        ("EST", "America/New_York", "2026-01-05T15:00:00Z"),
        ("IST", "Asia/Kolkata", "2026-01-05T04:30:00Z"),
        ("CST", "Asia/Shanghai", "2026-01-05T02:00:00Z"),
        ("CST", "America/Chicago", "2026-01-05T16:00:00Z"),
    ],
)
def test_letters_of_several_zones_are_the_callers_where_it_shows_them(
    write: Write, letters: str, own: str, at: str
) -> None:
    path = write(f"Time,SpO2\n2026-01-05 10:00:00 {letters},97\n")
    assert times(open_recording(path, tz=ZoneInfo(own))) == [from_iso(at)]


def test_letters_tell_the_two_passes_of_the_hour_that_a_clock_shows_twice(write: Write) -> None:
    rows = "2026-11-01 01:30:00 EDT,97\n2026-11-01 01:30:00 EST,96\n"
    found = open_recording(write(f"Time,SpO2\n{rows}"), tz=ZoneInfo("America/New_York"))
    assert times(found) == [from_iso("2026-11-01T05:30:00Z"), from_iso("2026-11-01T06:30:00Z")]


def test_the_remedy_for_letters_that_are_no_zone_works(write: Write) -> None:
    path = write("Time,SpO2\n2026-01-05 10:00:00 KLIN,97\n")
    with pytest.raises(RecordingError, match="--format '%Y-%m-%d %H:%M:%S KLIN'"):
        open_recording(path)
    asked = {"format": "%Y-%m-%d %H:%M:%S KLIN"}
    found = open_recording(path, columns=asked, tz=ZoneInfo("Europe/Berlin"))
    assert times(found) == [from_iso("2026-01-05T09:00:00Z")]


def test_a_format_that_leaves_the_zone_out_of_account_is_refused(write: Write) -> None:
    path = write("Time,SpO2\n2026-01-05 10:00:00 UTC,97\n")
    with pytest.raises(RecordingError, match="%Z"):
        open_recording(path, columns={"format": "%Y-%m-%d %H:%M:%S %Z"})


def test_a_zone_without_a_date_moves_nothing_and_it_is_said(write: Write) -> None:
    found = open_recording(write("Time,SpO2\n10:00:00 CET,97\n10:00:01 CET,96\n"))
    assert times(found) == [from_iso(f"2000-01-01T10:00:0{n}Z") for n in (0, 1)]
    assert "their zone 'CET' is not used" in said(found)


# Hour 24.

HOURS: Mapping[str, tuple[list[str], list[str]]] = {
    "elapsed": (
        ["23:59:59", "24:00:00", "24:00:01", "25:10:00", "100:00:00"],
        ["01T23:59:59", "02T00:00:00", "02T00:00:01", "02T01:10:00", "05T04:00:00"],
    ),
    "24 and 0": (["23:59:59", "24:00:00", "00:00:01"], ["01T23:59:59", "02T00:00:00", "02T00:00:01"]),
    "24:00:01 and 0": (["23:59:59", "24:00:01", "00:00:02"], ["01T23:59:59", "02T00:00:01", "02T00:00:02"]),
}  # fmt: skip


@pytest.mark.parametrize(("clock", "at"), HOURS.values(), ids=HOURS)
def test_hours_without_a_date_are_counted_on(write: Write, clock: list[str], at: list[str]) -> None:
    rows = "".join(f"{text},{97 - n}\n" for n, text in enumerate(clock))
    found = open_recording(write(f"Time,SpO2\n{rows}"))
    assert times(found) == [from_iso(f"2000-01-{text}Z") for text in at]
    assert not found.report.rejected


DATED: Mapping[str, tuple[list[str], list[str] | None]] = {
    "ends its day": (
        ["05 23:59:59", "05 24:00:00", "06 00:00:01"],
        ["05T23:59:59", "06T00:00:00", "06T00:00:01"],
    ),
    "ends its day, and goes on": (
        ["05 23:59:59", "05 24:00:01", "06 00:00:02"],
        ["05T23:59:59", "06T00:00:01", "06T00:00:02"],
    ),
    "begins its day": (
        ["05 23:59:59", "06 24:00:00", "06 24:00:01", "06 01:00:00"],
        ["05T23:59:59", "06T00:00:00", "06T00:00:01", "06T01:00:00"],
    ),
    "alone": (["05 24:00:00"], ["06T00:00:00"]),
    "nobody knows": (["05 24:00:01"], None),
    "hour 25": (["05 25:00:00"], None),
}


@pytest.mark.parametrize(("clock", "at"), DATED.values(), ids=DATED)
def test_hour_24_of_a_date_is_what_the_rows_around_say(
    write: Write, clock: list[str], at: list[str] | None
) -> None:
    rows = "".join(f"2026-01-{text},{97 - n}\n" for n, text in enumerate(clock))
    path = write(f"Time,SpO2\n{rows}")
    if at is None:
        with pytest.raises(RecordingError, match=r"hour 24|--format"):
            open_recording(path)
        return
    found = open_recording(path)
    assert times(found) == [from_iso(f"2026-01-{text}Z") for text in at]
    assert "hour 24" in said(found)


# Headers of the Far East.

EAST: Mapping[str, str] = {
    "time,spo2,pulse_rate": "时间,血氧,脉率|時間,血氧,脈率|時刻,酸素飽和度,脈拍|시간,산소포화도,맥박|"
    "测量时间,血氧饱和度(%),脉率(bpm)|测量时间,血氧饱和度\uff08%\uff09,脉率\uff08次/分\uff09|測定日時,SpO2(%),脈拍数(拍/分)|"
    "측정시간,산소 포화도(%),맥박수(회/분)|時間,血氧濃度,脈搏",
    "time,nibp_sys,nibp_dia,nibp_pulse": "时间,收缩压,舒张压,脉搏|測量時間,收縮壓(mmHg),舒張壓(mmHg),脈搏|"
    "測定日時,最高血圧(mmHg),最低血圧(mmHg),脈拍(拍/分)|측정일시,수축기(mmHg),이완기(mmHg),맥박|时间,高压,低压,脉率",
    "time,heart_rate,resp_rate,temperature": "时间,心率,呼吸率,体温(℃)|日時,心拍数,呼吸数,体温|시간,심박수,호흡수,체온",
}
_ROWS = {"spo2": 97, "pulse_rate": 71, "nibp_sys": 131, "nibp_dia": 84, "nibp_pulse": 72}
_ROWS |= {"heart_rate": 70, "resp_rate": 14, "temperature": 37}
_EAST = [(text, signals) for signals, texts in EAST.items() for text in texts.split("|")]


@pytest.mark.parametrize(("header", "signals"), _EAST)
@pytest.mark.parametrize(
    "moment", ["2026-01-05 10:00:00", "2026年1月5日 上午10:00:00", "2026년 1월 5일 오전 10:00"]
)
def test_headers_of_the_far_east_are_read_by_name(
    write: Write, header: str, signals: str, moment: str
) -> None:
    wanted = signals.split(",")[1:]
    row = ",".join(str(_ROWS[signal]) for signal in wanted)
    found = open_recording(write(f"{header}\n{moment},{row}\n"))
    assert numbers(found) == {signal: [_ROWS[signal]] for signal in wanted}
    assert times(found) == [from_iso("2026-01-05T10:00:00Z")]


@pytest.mark.parametrize(
    ("encoding", "header"),
    [
        ("gb18030", "时间,血氧,脉率"),
        ("cp932", "時刻,酸素飽和度,脈拍"),
        ("cp949", "시간,산소포화도,맥박"),
        ("big5", "時間,血氧,脈率"),
        ("utf-16", "时间,血氧,脉率"),
    ],
)
def test_headers_of_the_far_east_are_read_in_the_encodings_of_their_programs(
    write: Write, encoding: str, header: str
) -> None:
    found = open_recording(write(f"{header}\n2026-01-05 10:00:00,97,71\n".encode(encoding)))
    assert numbers(found) == {"spo2": [97], "pulse_rate": [71]}


@pytest.mark.parametrize(
    "name",
    [
        "血氧上限",
        "血氧报警",
        "最低血氧",
        "血氧趋势",
        "脉搏波",
        "SpO2下限",
        "血氧平均",
        "脈波",
        "산소포화도 경보",
        "睡眠",
        "血圧",
    ],
)
def test_a_name_of_the_far_east_of_which_a_word_is_not_known_is_no_signal(name: str) -> None:
    assert signal_of(name) is None


def test_names_that_nobody_knows_are_refused_with_the_line_to_use(write: Write) -> None:
    path = write("เวลา,ออกซิเจน\n2026-01-05 10:00:00,97\n")
    with pytest.raises(RecordingError, match="--columns 'time=เวลา,spo2=ออกซิเจน'"):
        open_recording(path)
    found = open_recording(path, columns={"time": "เวลา", "spo2": "ออกซิเจน"})
    assert numbers(found) == {"spo2": [97]}


# Cells that are not where the header says.

SHIFTED = {
    "milliseconds behind a comma": "2026-01-05T10:00:00,000,97,71",
    "a decimal comma": "2026-01-05T10:00:00,97,5,71",
    "the number of the row": "1,2026-01-05T10:00:00,97,71",
}


@pytest.mark.parametrize("row", SHIFTED.values(), ids=SHIFTED)
def test_a_row_whose_cells_moved_gives_no_number_of_another_column(write: Write, row: str) -> None:
    found = open_recording(write(f"Time,SpO2,PR\n{row}\n2026-01-05T10:00:01,96,70\n"))
    assert numbers(found) == {"spo2": [96], "pulse_rate": [70]}
    assert [each.count for each in found.report.rejected] == [1]


def test_a_remark_behind_the_last_column_costs_nothing(write: Write) -> None:
    found = open_recording(write("Time,SpO2,PR\n2026-01-05T10:00:00,97,71,moved\n"))
    assert numbers(found) == {"spo2": [97], "pulse_rate": [71]}


@pytest.mark.parametrize(
    "name",
    [
        "Epoch",
        "unix_time",
        "Unix Timestamp",
        "created_at",
        "recorded_at",
        "last_changed_time",
        "measured at",
    ],
)
def test_the_clocks_of_databases_are_known(write: Write, name: str) -> None:
    found = open_recording(write(f"{name},SpO2\n1767607215,97\n"))
    assert times(found) == [from_iso("2026-01-05T10:00:15Z")]


# Words that are close.

CLOSE = {
    Signal.SPO2: "sp02|SpO|SP2|SOP2|Oxgen|OxySat|Saturaton|Oximeter|Sat|O2 Level|Satuartion",
    Signal.PULSE_RATE: "PulseRte|Puls Reat|Pluse|Plse Rate",
    Signal.HEART_RATE: "Hart Rate|HeartRat|Herzfrequnz",
    Signal.RESP_RATE: "Respration|Resp Rtae|Breaths",
    Signal.NIBP_SYS: "Systloic|Sytolic|Sysotlic|Upper value",
    Signal.NIBP_DIA: "Diastloic|Daistolic|Dai|Lower pressure",
    Signal.TEMPERATURE: "Temprature|Tempreature",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "signal"),
    [(name, signal) for signal, names in CLOSE.items() for name in names.split("|")],
)
def test_a_name_that_is_close_is_proposed_and_never_read(
    write: Write, name: str, signal: Signal
) -> None:
    assert signal_of(name) is None
    assert likely(name) is signal
    with pytest.raises(RecordingError) as raised:
        open_recording(write(f"Time,{name}\n2026-01-05 10:00:00,97\n"))
    assert f"add --columns '{signal}={name}'" in str(raised.value)


@pytest.mark.parametrize("name", ["Timestmp", "Tim", "Tme", "Datetme", "Uhrziet", "Timestanp"])
def test_a_clock_that_is_close_is_proposed(write: Write, name: str) -> None:
    assert likely_clock(name)
    with pytest.raises(RecordingError, match=f"add --columns 'time={name}'"):
        open_recording(write(f"{name},SpO2\n2026-01-05 10:00:00,97\n"))


@pytest.mark.parametrize(
    "name",
    ["Day", "Battery", "Motion", "Posture", "SpHb", "Steps", "Time", "Age", "Bed", "Id", "Sex"],
)
def test_a_name_of_something_else_is_not_proposed(name: str) -> None:
    assert likely(name) is None


# Demonstrations.

MADE = [
    "# DEMO",
    "SIMULATED",
    "TEST DATA",
    "demo mode",
    "Demo",
    "# simulation: true",
    "Simulator v2",
    "Mode: Demonstration",
    "Patient: DEMO",
    "Testdaten",
    "simuliert",
    "données de test",
    "Simulação",
    "datos de prueba",
    "dati di prova",
    "DEMO-MODE",
    "demo_mode=1",
    "test mode",
    "Device,O2Ring (demo)",
    "synthetic",
    "演示模式",
    "模拟数据",
    "デモデータ",
    "데모",
    "simulated=yes",
    "Source: patient simulator",
    "demo data",
    "Dummydata",
    "Demo mode: off, patient simulator",
]
REAL = [
    "demographics",
    "democratic",
    "not simulated",
    "simulated: false",
    "demo mode: off",
    "Demo = no",
    "test data: none",
    "no demo",
    "training",
    "Test: O2 saturation",
    "kein Demo",
    "simulator: none",
    "demo_mode=0",
    "similar",
    "Attest",
    "data tested",
    "Domodossola",
    "Home Sleep Test Data",
    "6 minute walk test data",
    "Sample data interval: 4 s",
    "Sleep test recording",
    "night 7",
    "Demo: N",
    "Demo mode: disabled",
    "demo_mode_off",
    "Demo-Modus: deaktiviert",
    "演示模式\uff1a关",
    "デモモード オフ",
]


@pytest.mark.parametrize("text", MADE)
def test_a_mark_of_a_demonstration_is_believed(write: Write, text: str) -> None:
    assert says_simulated(text)
    assert open_recording(write(f"{text}\nTime,SpO2\n2026-01-05 10:00:00,97\n")).simulated


@pytest.mark.parametrize("text", REAL)
def test_what_only_resembles_such_a_mark_is_none(write: Write, text: str) -> None:
    assert not says_simulated(text)
    assert not open_recording(write(f"{text}\nTime,SpO2\n2026-01-05 10:00:00,97\n")).simulated


def test_a_mark_in_the_name_of_a_signal_is_believed_and_a_column_of_flags_is_not(
    write: Write,
) -> None:
    rows = "\n2026-01-05 10:00:00,97,false\n"
    assert open_recording(write(f"Time,SpO2 (simulated),x{rows}")).simulated
    assert not open_recording(write(f"Time,SpO2,simulated{rows}")).simulated


# What stands beside readings.


def test_a_byte_order_mark_in_front_of_a_second_header_makes_no_other_table_of_it(
    write: Write,
) -> None:
    once = "\ufeffTime,SpO2,PR\n2026-01-05 10:00:0{},9{},70\n"
    found = open_recording(write(once.format(0, 7) + once.format(1, 6)))
    assert numbers(found)["spo2"] == [97, 96]


@pytest.mark.parametrize("label", ["SpO2_UL", "SpO2_LL", "SpO2 thresh", "Mode", "PR upper"])
def test_a_limit_or_a_setting_is_proposed_as_no_signal(label: str) -> None:
    assert likely(label) is None
    assert signal_of(label) is None


@pytest.mark.parametrize(
    ("header", "cell", "signal", "value"),
    [
        ("收缩压(千帕)", "16", "nibp_sys", 120.00992),
        ("体温(华氏度)", "98.6", "temperature", 37.0),
        ("体温(摄氏度)", "37", "temperature", 37.0),
    ],
)
def test_a_unit_of_the_far_east_is_honoured(
    write: Write, header: str, cell: str, signal: str, value: float
) -> None:
    found = open_recording(write(f"时间,{header}\n2026-01-05 10:00:00,{cell}\n"))
    assert numbers(found)[signal] == pytest.approx([value])


def test_readings_whose_seconds_were_left_out_are_no_waveform_and_it_is_said(write: Write) -> None:
    """A spreadsheet that saves `10:00` for each of the sixty rows of a minute."""
    rows = "".join(f"2026-01-05 10:{row // 60:02},{90 + row % 8},70\n" for row in range(180))
    found = open_recording(write(f"Time,SpO2,PR\n{rows}"))
    assert len(numbers(found)["spo2"]) == 180
    assert "export the times with seconds" in said(found)


def test_a_curve_whose_seconds_were_left_out_is_still_one(write: Write) -> None:
    rows = "".join(f"2026-01-05 10:00,{row % 8},97\n" for row in range(6000))
    found = open_recording(write(f"Time,Resp,SpO2\n{rows}"))
    assert "resp_rate" not in numbers(found)
    assert "a waveform" in said(found)


# Whose rows they are, and what stands in every row.


@pytest.mark.parametrize("label", ["MRN", "Patient", "Patient ID", "subject_id", "stay_id", "患者"])
def test_the_rows_of_several_patients_are_no_one_recording_and_the_remedy_works(
    write: Write, label: str
) -> None:
    rows = "A,2026-01-05 10:00:00,97\nB,2026-01-05 10:00:00,84\nA,2026-01-05 10:00:01,96\n"
    path = write(f"{label},Time,SpO2\n{rows}")
    with pytest.raises(RecordingError, match=f"names 2 patients: .* --columns 'patient={label}'"):
        open_recording(path)
    found = open_recording(path, columns={"patient": label}, patient="B")
    assert numbers(found)["spo2"] == [84]


def test_a_column_that_names_one_patient_is_no_hindrance(write: Write) -> None:
    rows = "A,2026-01-05 10:00:00,97\n,2026-01-05 10:00:01,84\n"
    assert numbers(open_recording(write(f"Patient,Time,SpO2\n{rows}")))["spo2"] == [97, 84]


def test_pairs_under_the_name_of_another_signal_are_told_with_a_remedy_that_works(
    write: Write,
) -> None:
    """`RR` is the blood pressure of Riva-Rocci in German, and breathing everywhere else."""
    path = write("Zeit,RR,SpO2\n2026-01-05 10:00:00,120/80,97\n2026-01-05 10:05:00,185/121,97\n")
    assert "'nibp_sys=RR,nibp_dia=RR'" in said(open_recording(path))
    found = open_recording(path, columns={"nibp_sys": "RR", "nibp_dia": "RR"})
    assert numbers(found)["nibp_sys"] == [120, 185]
    assert numbers(found)["nibp_dia"] == [80, 121]


def test_a_pressure_that_stands_in_every_row_is_noted(write: Write) -> None:
    rows = "".join(f"2026-01-05 10:{row:02},120,80,9{row % 8}\n" for row in range(40))
    told = said(open_recording(write(f"Time,NIBP Sys,NIBP Dia,SpO2\n{rows}")))
    assert (
        "all 40 numbers in column 'NIBP Sys' are 120: one reading that stands in every row?" in told
    )

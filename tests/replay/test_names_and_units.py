"""Names, units and dates as other programs write them: tables of siblings, each with what it must be."""

from pathlib import Path

import pytest

from monitord.errors import ConfigError, RecordingError
from monitord.model import SECOND, Signal, from_iso
from monitord.replay.recordings.asked_columns import asked_columns
from monitord.replay.recordings.clock_column import read_clock
from monitord.replay.recordings.column_names import (
    clock_unit,
    is_pair,
    likely,
    proposals,
    says_simulated,
    signal_of,
)
from monitord.replay.recordings.open_recordings import open_recording

NAMES = {
    Signal.SPO2: (
        "SpO2|SpO2.1s|SaO2 SaO2|O2Sat|SpO₂ [%]|Solar8000/PLETH_SPO2|Sauerstoffsättigung (%)|SatO2|SpO2 %|"
        "Saturation (%)|NOM_PULS_OXIM_SAT_O2|Oxygen Level|oxygen_saturation|SpO2_POS|Saturación de oxígeno|"
        "Zuurstofsaturatie|Saturazione"
    ),
    Signal.PULSE_RATE: (
        "PR|Pulse.1s|BPM|Pulse (bpm)|Puls (1/min)|Pouls|SpO2_PR|Solar8000/PLETH_HR|PR(bpm)|PRbpm|"
        "NOM_PULS_OXIM_PULS_RATE|Pulse Rate|pulse_rate|Pulsfrequenz"
    ),
    Signal.HEART_RATE: (
        "HR|ECG_HR|Heart Rate(/min)|Herzfrequenz|Fréquence cardiaque (bpm)|Frecuencia cardíaca|"
        "Frequenza cardiaca|hartslag|Solar8000/HR|NOM_ECG_CARD_BEAT_RATE"
    ),
    Signal.RESP_RATE: (
        "RR|RESP|Resp Rate|RR (breaths/min)|CO2_RR|Solar8000/RR_CO2|Atemfrequenz|awRR|"
        "Fréquence respiratoire|NOM_RESP_RATE"
    ),
    Signal.ETCO2: "EtCO2|ETCO2(mmHg)|CO2_ET|Primus/ETCO2|etCO2 [kPa]|NOM_AWAY_CO2_ET",
    Signal.TEMPERATURE: "Temp|Temp (°F)|temp_degF|Temperatur|Température|Körpertemperatur",
    Signal.NIBP_SYS: (
        "NBPs|NBP s|NIBP-S|NIBP SYS|Systolic BP(mmHg)|bp_systolic|SYS|SYS(mmHg)|Systolic (mmHg)|Systole|sbp|"
        "Blood Pressure (Systolic)|nibp_sys_mmhg|Solar8000/NIBP_SBP|Blutdruck systolisch|RR syst|"
        "Presión arterial sistólica|Pression systolique|Pressione sistolica|Bloeddruk systolisch|"
        "NOM_PRESS_BLD_NONINV_SYS|Non-invasive systolic|noninvasivesystolic|NBPSys|BP Systolic mmHg"
    ),
    Signal.NIBP_DIA: (
        "NBPd|NIBP-D|Diastolic BP(mmHg)|bp_diastolic|DIA|Diastole|dbp|NBPDias|Blood Pressure (Diastolic)|"
        "Tension artérielle diastolique|Solar8000/NIBP_DBP"
    ),
    Signal.NIBP_MAP: "NBPm|NIBP-M|Mean BP(mmHg)|NIBP_Mean|NBPMean|nibp_map|Solar8000/NIBP_MBP",
    Signal.NIBP_PULSE: "NIBP pulse|NIBP_HR|nibp_pulse|NIBP PR",
}
OTHERS = (
    "ABP Sys|ABPSys|ART_SBP|Solar8000/ART_SBP|P1_Systolic|P1 HR|Arterial BP Systolic|SpO2 Low Limit|SpO2 [Low]|"
    "SpO2 alarm (high)|HR_max|HR_min|Heart Rate (upper limit)|Pleth|Motion|Notes|T1|PVC|ST1|sp02|et02|FiO2|"
    "invasive systolic|O2 FI|BIS/BIS|Battery"
)


@pytest.mark.parametrize(
    ("name", "signal"), [(name, s) for s, names in NAMES.items() for name in names.split("|")]
)
def test_a_name_that_exporters_use_is_the_signal(name: str, signal: Signal) -> None:
    assert signal_of(name) is signal
    assert signal_of(f" {name.upper()} ") is signal


@pytest.mark.parametrize("name", OTHERS.split("|"))
def test_a_limit_a_waveform_or_an_invasive_pressure_is_no_signal(name: str) -> None:
    assert signal_of(name) is None


def test_a_slip_in_a_name_is_proposed_and_an_invasive_pressure_is_not() -> None:
    assert proposals(["sp02", "ABP Sys", "P1_Systolic", "SpO2"]) == [
        "'sp02' looks like spo2: if it is, add --columns 'spo2=sp02'"
    ]
    assert likely("et02") is None


@pytest.mark.parametrize(
    ("name", "span"),
    [
        *(
            (n, None)
            for n in ["Time", "Uhrzeit", "Datum/Uhrzeit", "Heure", "Fecha y hora", "Timestamp"]
        ),
        *(
            (n, SECOND)
            for n in ["Time [s]", "time_s", "t_s", "TIME (sec)", "Zeit [s]", "elapsed_s"]
        ),
        *((n, SECOND // 1000) for n in ["Time [ms]", "t_ms", "Timestamp(ms)", "timems"]),
    ],
)
def test_a_clock_is_known_with_its_unit(name: str, span: int | None) -> None:
    assert clock_unit(name) == (True, span)


DATES = {
    "2026-03-04T00:00:00Z": (
        "2026-03-04 00:00:00|04.03.2026 - 00:00|04.03.26 00:00|4. März 2026 00:00 Uhr|4 mars 2026 00:00|"
        "Mar 4 2026 12:00 AM|Wed Mar 4 00:00:00 2026|04-Mar-26 00:00:00|20260304 00:00:00|"
        "4 de marzo de 2026 00:00|4 maart 2026 00:00|mercoledì 4 marzo 2026 00:00"
    ),
    "2026-12-24T18:05:00Z": (
        "24. Dezember 2026 18:05|24 déc. 2026 18:05|24 dic 2026 18:05|24 december 2026 18:05|24/12/2026 18:05|"
        "12/24/2026 6:05 pm|24-12-26 18:05:00|24.12.2026, 18:05"
    ),
    "2026-05-02T10:00:00Z": "2 mai 2026 10:00|2 mag 2026 10:00|2 mei 2026 10:00|2 Mai 26 10:00",
    "2026-10-09T10:00:00Z": "9. Okt. 2026 10:00|9 ott 2026 10:00|9 oct 2026 10:00",
}


@pytest.mark.parametrize(
    ("text", "instant"),
    [(t, instant) for instant, texts in DATES.items() for t in texts.split("|")],
)
def test_a_date_of_any_exporter_is_read(text: str, instant: str) -> None:
    clock = read_clock([text], tz=None)
    assert clock.times[0] == from_iso(instant)


@pytest.mark.parametrize("text", ["4 jui 2026 10:00", "31.02.2026 10:00", "4 mars avril 10:00"])
def test_what_is_no_date_or_two_months_is_not_read(text: str) -> None:
    assert read_clock([text, "4.3.2026 10:00"], tz=None).bad.tolist() == [True, False]


def test_day_and_month_are_told_apart_by_the_rows_that_follow_each_other() -> None:
    night = ["3/4/2026 23:59:59", "4/4/2026 00:00:00"]
    clock = read_clock(night, tz=None)
    assert clock.times.tolist() == [
        from_iso("2026-04-03T23:59:59Z"),
        from_iso("2026-04-04T00:00:00Z"),
    ]
    assert "day before month" in clock.notes[0]
    american = read_clock(["4/3/2026 23:59:59", "4/4/2026 00:00:00"], tz=None)
    assert american.times.tolist() == clock.times.tolist()
    with pytest.raises(RecordingError, match="--format '%d/%m/%Y'"):
        read_clock(["3/4/2026 10:00:00", "3/4/2026 10:00:01"], tz=None)


def test_the_format_that_the_message_offers_can_be_used(tmp_path: Path) -> None:
    path = tmp_path / "emay.csv"
    path.write_text(
        "Date,Time,SpO2(%),PR(bpm)\n7/4/2026,4:00:00 AM,95,66\n7/4/2026,4:00:01 AM,95,66\n"
    )
    with pytest.raises(RecordingError, match=r"emay\.csv"):
        open_recording(path)
    found = open_recording(path, columns=asked_columns(form="%d/%m/%Y"))
    assert found.start == from_iso("2026-04-07T04:00:00Z")
    whole = open_recording(path, columns=asked_columns(form="%m/%d/%Y %I:%M:%S %p"))
    assert whole.start == from_iso("2026-07-04T04:00:00Z")


CELLS = [
    ("SpO2", "97 %", 97.0),
    ("SpO2", "97%", 97.0),
    ("Systolic", "104 mmHg", 104.0),
    ("Pulse", "72 bpm", 72.0),
    ("Pulse", "72 /min", 72.0),
    ("Temp", "36.6 °C", 36.6),
    ("Temp (°F)", "98.6", 37.0),
    ("Temp (°F)", "98.6 °F", 37.0),
    ("EtCO2 (kPa)", "5", 37.5031),
    ("Systolic", "14 kPa", None),
    ("Temp", "98.6 °F", None),
    ("Temp (°F)", "36.6 °C", None),
    ("SpO2", "97 mmHg", None),
    ("SpO2", "9_7", None),
]


@pytest.mark.parametrize(("name", "cell", "value"), CELLS)
def test_a_number_with_its_own_unit_is_that_number_and_a_foreign_one_is_refused(
    tmp_path: Path, name: str, cell: str, value: float | None
) -> None:
    path = tmp_path / "cells.csv"
    path.write_text(f"time_s,{name},HR\n0,{cell},70\n1,,71\n", encoding="utf-8")
    found = open_recording(path)
    signal = signal_of(name)
    assert signal is not None
    numbers = found.series(signal)[1]
    assert found.series(Signal.HEART_RATE)[1].tolist() == [70, 71]
    if value is None:
        assert not len(numbers)
        assert found.report.rejected[0].first_line == 2
    else:
        assert numbers.tolist() == pytest.approx([value])


def test_both_pressures_in_one_column_are_read(tmp_path: Path) -> None:
    for name in ("SYS/DIA", "NIBP", "BP (mmHg)", "Blutdruck", "NBPs/NBPd", "Druck"):
        path = tmp_path / "pair.csv"
        path.write_text(f"time_s,{name}\n0,120/80\n300,118/79 mmHg\n600,--/--\n")
        asked = {} if is_pair(name) else {"nibp_sys": name, "nibp_dia": name}
        assert bool(asked) is (name == "Druck")
        found = open_recording(path, columns=asked)
        assert found.series(Signal.NIBP_SYS)[1].tolist() == [120, 118]
        assert found.series(Signal.NIBP_DIA)[1].tolist() == [80, 79]
        assert not found.report.rejected


def test_options_are_read_and_every_fault_is_named_at_once() -> None:
    found = asked_columns(["spo2=Sat, O2,time=Wann"], "%d/%m/%Y", ["ms", "etco2=kPa"])
    assert found == {
        "spo2": "Sat, O2",
        "time": "Wann",
        "format": "%d/%m/%Y",
        "unit": "ms",
        "unit.etco2": "kPa",
    }
    with pytest.raises(ConfigError) as raised:
        asked_columns(["oxygen=Sat", "spo2"], None, ["fortnight", "spo2=kPa"])
    assert len(raised.value.faults) == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# SIMULATED", True),
        ("Recording: simulated by a twin", True),
        ('{"simulated": true}', True),
        ("simulated: no patient is behind these numbers", True),
        ("simulated: no", False),
        ("simulated: false", False),
        ("not simulated", False),
        ("night 7", False),
    ],
)
def test_a_header_that_says_simulated_is_believed(text: str, said: bool) -> None:
    assert says_simulated(text) is said

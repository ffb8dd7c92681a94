"""What a whole column tells: whose pulse, a module that is not there, a waveform, a limit."""

from pathlib import Path

import pytest

from monitord.model import Signal
from monitord.replay.recordings.open_recordings import open_recording
from monitord.replay.recordings.recording import Recording


def opened(folder: Path, text: str, **columns: str) -> Recording:
    path = folder / "recording.csv"
    path.write_text(text)
    return open_recording(path, columns=columns)


def table(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


@pytest.mark.parametrize("name", ["Pulse (bpm)", "HR", "Puls", "BPM", "Heart Rate"])
def test_a_pulse_beside_a_cuffs_pressures_without_an_oximeter_is_the_cuffs(
    tmp_path: Path, name: str
) -> None:
    rows = [f"{60 * n},{140 + n},80,{130 - n}" for n in range(5)]
    found = opened(tmp_path, table(f"time_s,SYS,DIA,{name}", *rows))
    assert found.series(Signal.NIBP_PULSE)[1].tolist() == [130, 129, 128, 127, 126]
    assert Signal.PULSE_RATE not in found.signals
    assert any("cuff's pulse" in note for note in found.report.notes)
    assert not found.report.ignored


def test_a_pulse_stays_the_oximeters_where_there_is_one_or_it_is_asked_for(tmp_path: Path) -> None:
    rows = [f"{60 * n},140,80,97,{130 - n}" for n in range(5)]
    assert Signal.PULSE_RATE in opened(tmp_path, table("time_s,SYS,DIA,SpO2,Pulse", *rows)).signals
    assert Signal.PULSE_RATE in opened(tmp_path, table("time_s,SYS,DIA,sp02,Pulse", *rows)).signals
    rows = [f"{60 * n},140,80,{130 - n}" for n in range(5)]
    text = table("time_s,SYS,DIA,Pulse", *rows)
    assert Signal.PULSE_RATE in opened(tmp_path, text, pulse_rate="Pulse").signals
    every_second = [
        f"{n},{140 if n % 60 == 0 else ''},{80 if n % 60 == 0 else ''},70" for n in range(99)
    ]
    assert (
        Signal.PULSE_RATE in opened(tmp_path, table("time_s,SYS,DIA,Pulse", *every_second)).signals
    )


def test_a_column_of_zeros_beside_zeros_is_a_gap_and_alone_it_is_breathing_that_stopped(
    tmp_path: Path,
) -> None:
    rows = [f"{n},97,0,0" for n in range(5)]
    gap = opened(tmp_path, table("time_s,SpO2,EtCO2,RR", *rows))
    assert gap.signals == {Signal.SPO2}
    assert any("0 throughout" in note for note in gap.report.notes)
    alone = opened(tmp_path, table("time_s,SpO2,EtCO2,RR", *(f"{n},97,38,0" for n in range(5))))
    assert alone.series(Signal.RESP_RATE)[1].tolist() == [0] * 5
    stopped = opened(
        tmp_path, table("time_s,SpO2,EtCO2,RR", "0,97,38,12", *(f"{n},97,0,0" for n in range(1, 5)))
    )
    assert stopped.series(Signal.RESP_RATE)[1].tolist() == [12, 0, 0, 0, 0]


def test_a_waveform_is_no_vital_sign_and_a_number_repeated_at_its_rate_is_one(
    tmp_path: Path,
) -> None:
    rows = [f"{n / 125:.3f},{n % 50 / 100},{12 + n // 500},97" for n in range(2000)]
    found = opened(tmp_path, table("time_s,Resp,PR,SpO2", *rows))
    assert found.signals == {Signal.PULSE_RATE, Signal.SPO2}
    assert any("a waveform, no vital sign" in note for note in found.report.notes)
    assert found.report.ignored == ("Resp",)
    whole_seconds = [f"{n // 125},{n % 50 / 100},97" for n in range(2000)]
    again = opened(tmp_path, table("time_s,Resp,SpO2", *whole_seconds))
    assert again.signals == {Signal.SPO2}


def test_a_column_that_never_changes_is_noted(tmp_path: Path) -> None:
    rows = [f"{60 * n},90,{70 + n % 3}" for n in range(40)]
    found = opened(tmp_path, table("time_s,SpO2,PR", *rows))
    noted = [note for note in found.report.notes if "an alarm limit" in note]
    assert len(noted) == 1
    assert noted[0].startswith("spo2: all 40 numbers")


@pytest.mark.parametrize("gap", ["-1", "-32768", "-127", "-1.0"])
def test_a_negative_number_is_how_a_device_writes_that_it_has_none(
    tmp_path: Path, gap: str
) -> None:
    found = opened(tmp_path, table("time_s,SpO2,PR", "0,97,70", f"1,{gap},{gap}"))
    assert found.report.signals[Signal.SPO2].missing == 1
    assert found.report.signals[Signal.SPO2].implausible == 0


def test_unknown_labels_and_known_ones_without_values_are_told_apart(tmp_path: Path) -> None:
    empty = opened(tmp_path, table("time_s,SpO2,Motion", "0,--,1", "1,--,2"))
    assert "every value is missing: spo2 ('SpO2'); other labels: Motion" in empty.nothing_read()

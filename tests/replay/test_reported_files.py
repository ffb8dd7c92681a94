"""Files as people brought them: reduced after public reports, their values replaced. What is told of each, and when."""

from math import isfinite
from pathlib import Path
from typing import Final

import pytest

from monitord.config import read_protocol
from monitord.errors import RecordingError
from monitord.model import AlarmEvent, Signal, iso
from monitord.replay.recordings.open_recordings import open_recording
from monitord.replay.run.options import ReplayOptions
from monitord.replay.run.replay_run import replay_file

REPORTED: Final = Path(__file__).parent / "reported"

TOLD: Final = {
    # A chart with `bp_systolic`; its `sp02` has a zero and is proposed.
    "jak.csv": ["12:52:00 nibp_sys_high start medium", "12:53:00 nibp_sys_high escalate high"],
    # A cuff's own file: its pulse is the cuff's, and two of a minute are two readings.
    "omron.csv": [
        "14:20:00 nibp_pulse_high start low",
        "14:21:00 nibp_pulse_high escalate medium",
        "14:24:00 nibp_sys_high start low",
        "14:25:00 nibp_sys_high escalate medium",
        "14:29:00 nibp_sys_high escalate high",
    ],
    # `104 mmHg` in every cell, a dash between date and time; with German names, and with those put right by hand.
    "medisana.csv": [
        "19:16:00 nibp_sys_high start low",
        "19:17:00 nibp_dia_high start low",
        "19:17:00 nibp_sys_high escalate medium",
        "19:18:00 nibp_dia_high escalate medium",
        "19:19:00 nibp_sys_high escalate high",
    ],
    # A monitor's collector that repeats the last pressure in every row, with no gas module: no breathing is measured.
    "as3.csv": [
        "12:52:00 nibp_dia_high start high",
        "12:52:00 nibp_sys_high start medium",
        "12:57:00 nibp_sys_high escalate high",
    ],
    # Half an hour is missing between two records: the fall behind it comes when it was.
    "gap.edf": ["21:33:05 spo2_low start high"],
    # Labels with their interval, -1 for no sample.
    "SA2.edf": ["21:03:05 spo2_low start high"],
    # NUL in front of each line.
    "nul.capture": ["10:00:35 spo2_low start high"],
    # A ring off its finger that goes on with its last numbers.
    "worn.capture": [
        "10:00:39 spo2_absent start low",
        "10:00:59 spo2_absent escalate medium",
    ],
    # 215/90: severe at the first reading.
    "wide_pressure.csv": ["00:30:00 nibp_sys_high start medium", "00:35:00 nibp_sys_high escalate high"],
}  # fmt: skip
TOLD["medisana_renamed.csv"] = TOLD["medisana.csv"]

BESIDE: Final = {
    "gap.edf": {"stuck", "spo2_absent", "pulse_rate_absent", "spo2_burden"},
    "SA2.edf": {"spo2_absent", "pulse_rate_absent", "spo2_burden", "spo2_falling"},
    "nul.capture": {"spo2_burden", "spo2_falling"},
    "worn.capture": {"pulse_rate_absent"},
}
"""What else is told: of the gap, and what follows from the same fall."""
PHASES: Final = {"wide_pressure.csv": "late"}
_CHANGES: Final = frozenset({AlarmEvent.START, AlarmEvent.ESCALATE})


def told(name: str) -> list[str]:
    """`10:00:35 spo2_low start high`, each alarm's beginning and each step to a higher priority."""
    options = ReplayOptions(phase=PHASES.get(name, "infusion"))
    result = replay_file(str(REPORTED / name), read_protocol("ketamine_iv_0_5_40"), options)
    found, highest = [], dict[str, int]()
    for line in result.lines:
        if line.event in _CHANGES and line.priority > highest.get(line.id, 0):
            highest[line.id] = line.priority
            found.append(f"{iso(line.at)[11:19]} {line.alarm} {line.event} {line.priority.word}")
    return found


@pytest.mark.parametrize("name", TOLD)
def test_what_a_reported_file_tells_is_told_when_it_was(name: str) -> None:
    beside = BESIDE.get(name, set())
    assert sorted(line for line in told(name) if line.split()[1] not in beside) == TOLD[name]
    assert {line.split()[1] for line in told(name)} >= beside


def test_no_file_is_left_out() -> None:
    assert {path.name for path in REPORTED.iterdir()} == {*TOLD, "emay.csv"}


def test_between_the_records_of_a_file_with_a_gap_nothing_was_read() -> None:
    times, values = open_recording(REPORTED / "gap.edf").series(Signal.SPO2)
    clocks = [iso(t)[11:19] for t in times.tolist()]
    assert not [clock for clock in clocks if "21:03:00" <= clock < "21:33:00"]
    assert clocks[-1] == "21:35:59"
    assert values[clocks.index("21:33:00")] == 82


def test_no_sample_of_a_night_is_no_reading() -> None:
    times, values = open_recording(REPORTED / "SA2.edf").series(Signal.SPO2)
    read = {
        iso(t)[11:19]: v
        for t, v in zip(times.tolist(), values.tolist(), strict=True)
        if isfinite(v)
    }
    assert min(read.values()) == 84
    assert not [clock for clock in read if "21:06:40" <= clock < "21:07:10"]


def test_what_nothing_was_measured_of_is_said_and_no_breathing_alarm() -> None:
    report = open_recording(REPORTED / "as3.csv").report
    assert (
        "resp_rate: column 'RR' is 0 throughout, as is etco2: taken as not measured" in report.notes
    )


def test_a_name_with_a_slip_is_proposed_as_the_option_to_add() -> None:
    notes = open_recording(REPORTED / "jak.csv").report.notes
    assert "'sp02' looks like spo2: if it is, add --columns 'spo2=sp02'" in notes


def test_dates_that_may_be_two_are_refused_with_options_that_work() -> None:
    with pytest.raises(RecordingError, match="--format '%d/%m/%Y' or --format '%m/%d/%Y'"):
        open_recording(REPORTED / "emay.csv")
    for written, month in (("%d/%m/%Y", "04-07"), ("%m/%d/%Y", "07-04")):
        found = open_recording(REPORTED / "emay.csv", columns={"format": written})
        assert found.start is not None
        assert iso(found.start)[5:10] == month

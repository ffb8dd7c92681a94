"""The real recordings, against counts made apart from this code (awk over the same files)."""

from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from monitord.model import SECOND, Quality, Signal, from_iso
from monitord.replay.recordings.open_recordings import open_recording, open_recordings


def test_the_short_checkme_export_has_2548_rows_and_2543_readings(shared_data: Path) -> None:
    """awk: 2548 rows, 5 with `--`, PR from 52 to 87."""
    found = open_recording(shared_data / "checkme/checkme-o2-max-20260220-short.csv")
    assert found.report.rows == 2548
    assert found.report.signals[Signal.SPO2].readings == 2543
    assert found.report.signals[Signal.SPO2].missing == 5
    pulse = found.series(Signal.PULSE_RATE)[1]
    assert [float(np.nanmin(pulse)), float(np.nanmax(pulse))] == [52, 87]


def test_the_long_checkme_export_has_11_samples_below_90_in_4_runs(shared_data: Path) -> None:
    """awk: 11201 rows, 11196 readings, 11 with SpO2 < 90, PR from 48 to 111; by eye 4 runs."""
    found = open_recording(shared_data / "checkme/checkme-o2-max-20260309.csv")
    assert (found.report.rows, found.report.frames) == (11201, 11201)
    assert found.start == from_iso("2026-03-09T00:21:19Z")
    assert found.intervals[Signal.SPO2].span == 2 * SECOND
    low = found.series(Signal.SPO2)[1] < 90
    assert np.count_nonzero(low) == 11
    assert sum(1 for is_low, _ in groupby(low.tolist()) if is_low) == 4
    pulse = found.series(Signal.PULSE_RATE)[1]
    assert [float(np.nanmin(pulse)), float(np.nanmax(pulse))] == [48, 111]


def test_mimic_numerics_as_csv_have_152_cuff_readings(shared_data: Path) -> None:
    """awk over the cells: HR 1890, PULSE 1573, RESP 1891, SpO2 1573, NBPSys 152, two above 160."""
    found = open_recording(shared_data / "mimic-wfdb/s00001_numerics.csv")
    assert {signal: count.readings for signal, count in found.report.signals.items()} == {
        Signal.HEART_RATE: 1890,
        Signal.PULSE_RATE: 1573,
        Signal.RESP_RATE: 1891,
        Signal.SPO2: 1573,
        Signal.NIBP_SYS: 152,
        Signal.NIBP_DIA: 152,
        Signal.NIBP_MAP: 152,
    }
    assert np.count_nonzero(found.series(Signal.NIBP_SYS)[1] > 160) == 2


def test_eicu_has_1139_stays_and_the_readings_of_the_hand_count(shared_data: Path) -> None:
    """awk: 137906 rows in 1139 stays; 14737 without any value and 16 with zeros alone, 83 equal to
    the row before and 306 more in its minute; of the 123070 left 122019 carry a systolic pressure,
    9109 above 160, 10054 below 90, one not above the diastolic, three below 20.
    """
    stays = list(open_recordings(shared_data / "eicu-nibp/dev_even_stays.csv.gz"))
    reports = [stay.report for stay in stays]
    assert len({stay.patient for stay in stays}) == len(stays) == 1139
    assert sum(report.rows for report in reports) == 137_906
    assert sum(report.frames for report in reports) == 123_070
    assert sum(report.empty for report in reports) == 14_737 + 16
    assert sum(report.duplicates for report in reports) == 83
    assert sum(report.same_time for report in reports) == 306
    numbers = [
        sample
        for stay in stays
        for _, frame in stay.table.frames()
        for sample in frame.samples
        if sample.signal is Signal.NIBP_SYS and sample.value is not None
    ]
    assert len(numbers) == 122_019
    assert sum(1 for sample in numbers if sample.value is not None and sample.value > 160) == 9_109
    assert sum(1 for sample in numbers if sample.value is not None and sample.value < 90) == 10_054
    assert sum(1 for sample in numbers if sample.quality is Quality.IMPLAUSIBLE) == 4


def test_the_ge_collector_gives_one_cuff_reading_that_it_repeats_twice(shared_data: Path) -> None:
    """By eye: three rows 10 s apart, each with 115/55 (79); epoch 1631699708 beside a local clock."""
    found = open_recording(shared_data / "ge-dri/1631699701_PHDB_data.csv")
    assert found.start == from_iso("2021-09-15T09:55:08Z")
    assert found.series(Signal.NIBP_SYS)[1].tolist() == [115]
    assert found.series(Signal.NIBP_DIA)[1].tolist() == [55]
    assert found.series(Signal.NIBP_MAP)[1].tolist() == [79]
    assert found.report.signals[Signal.NIBP_SYS].repeated == 2
    assert found.signals == {Signal.NIBP_SYS, Signal.NIBP_DIA, Signal.NIBP_MAP}


def test_the_ge_collector_gives_saturation_and_pulse_of_14_rows(shared_data: Path) -> None:
    """By eye: 14 rows from 03:06:14 PM, SpO2 100 then 98 or 99, pulse as the heart rate."""
    found = open_recording(shared_data / "ge-dri/2021-06-10_PHDB_data.csv")
    assert found.start == from_iso("2021-06-10T15:06:14Z")
    saturation = [100, 99, 98, 99, 99, 99, 98, 99, 99, 99, 99, 99, 99, 98]
    assert found.series(Signal.SPO2)[1].tolist() == saturation
    assert (
        found.series(Signal.PULSE_RATE)[1].tolist() == found.series(Signal.HEART_RATE)[1].tolist()
    )


def test_the_ge_collector_without_sensors_carries_nothing_and_says_so(shared_data: Path) -> None:
    """By eye: 19 rows, `-` in every column of a vital sign."""
    found = open_recording(shared_data / "ge-dri/2021-07-28_PHDB_no_sensor.csv")
    assert found.signals == frozenset()
    assert list(found.stream()) == []
    assert (found.report.rows, found.report.empty) == (19, 19)
    assert any("spo2" in note and "not assessed" in note for note in found.report.notes)


@pytest.mark.parametrize("name", ["data.csv", "data2.csv"])
def test_a_file_of_pulse_waves_alone_is_refused(shared_data: Path, name: str) -> None:
    with pytest.raises(Exception, match="no header with a clock column and a signal"):
        open_recording(shared_data / "ppg" / name)

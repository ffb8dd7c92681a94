"""CSV exports: what is read, what is missing, and that every assumption is in the report."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from monitord.errors import RecordingError
from monitord.model import MINUTE, SECOND, Quality, Signal, from_iso
from monitord.replay.recordings.open_recordings import open_recording, open_recordings
from monitord.replay.recordings.recording import Recording

VIATOM = "Time,Oxygen Level,Pulse Rate,Motion,O2 Reminder,PR Reminder\n"


def written(folder: Path, text: str | bytes, name: str = "recording.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def values(recording: Recording, signal: Signal) -> list[tuple[float | None, Quality]]:
    return [
        (sample.value, sample.quality)
        for _, frame in recording.table.frames()
        for sample in frame.samples
        if sample.signal is signal
    ]


def test_a_viatom_export_is_read_with_its_marker_as_no_reading(tmp_path: Path) -> None:
    rows = "23:59:58 Feb 20 2026,96,70,0,0,0\n00:00:00 Feb 21 2026,--,--,9,0,0\n"
    found = open_recording(written(tmp_path, VIATOM + rows))
    assert found.signals == {Signal.SPO2, Signal.PULSE_RATE}
    assert found.start == from_iso("2026-02-20T23:59:58Z")
    assert values(found, Signal.SPO2) == [(96.0, Quality.GOOD), (None, Quality.INVALID)]
    assert found.report.midnights == 1
    assert found.report.signals[Signal.SPO2].missing == 1
    assert found.report.ignored == ("Motion", "O2 Reminder", "PR Reminder")
    assert "UTC" in found.report.clock


def test_a_blank_cell_says_nothing_of_its_signal(tmp_path: Path) -> None:
    text = "time,spo2,pr\n2026-01-05T10:00:00Z,97,\n2026-01-05T10:00:01Z,,71\n"
    frames = list(open_recording(written(tmp_path, text)).table.frames())
    assert [[sample.signal for sample in frame.samples] for _, frame in frames] == [
        [Signal.SPO2],
        [Signal.PULSE_RATE],
    ]


def test_zero_is_never_a_measurement_of_spo2_pulse_or_pressure(tmp_path: Path) -> None:
    text = (
        "time,spo2,pr,nibp_sys,nibp_dia,resp_rate\n"
        "2026-01-05T10:00:00Z,97,71,120,80,12\n2026-01-05T10:01:00Z,0,0,0,0,0\n"
    )
    found = open_recording(written(tmp_path, text))
    assert values(found, Signal.SPO2)[1] == (None, Quality.INVALID)
    assert len(values(found, Signal.NIBP_SYS)) == 1
    assert values(found, Signal.RESP_RATE)[1] == (0.0, Quality.GOOD)
    assert found.report.signals[Signal.NIBP_DIA].zeros == 1


def test_an_implausible_number_stays_with_its_quality_and_out_of_the_series(tmp_path: Path) -> None:
    text = "time,spo2\n2026-01-05T10:00:00Z,97\n2026-01-05T10:00:01Z,127\n"
    found = open_recording(written(tmp_path, text))
    assert values(found, Signal.SPO2)[1] == (127.0, Quality.IMPLAUSIBLE)
    times, numbers = found.series(Signal.SPO2)
    assert times.dtype == np.int64
    assert numbers[0] == 97
    assert np.isnan(numbers[1])
    assert len(found.qualities(Signal.SPO2)) == len(numbers)


def test_systolic_not_above_diastolic_makes_the_reading_implausible(tmp_path: Path) -> None:
    text = "time,nibp_sys,nibp_dia\n2026-01-05T10:00:00Z,80,80\n2026-01-05T10:05:00Z,120,80\n"
    found = open_recording(written(tmp_path, text))
    assert [quality for _, quality in values(found, Signal.NIBP_DIA)] == [
        Quality.IMPLAUSIBLE,
        Quality.GOOD,
    ]


def test_a_cuff_reading_that_the_monitor_repeats_is_marked(tmp_path: Path) -> None:
    rows = [
        f"2026-01-05T10:00:{s:02d}Z,97,{sys},80\n" for s, sys in ((0, 120), (10, 120), (20, 121))
    ]
    rows.append("2026-01-05T10:05:00Z,97,121,80\n")
    found = open_recording(written(tmp_path, "time,spo2,nibp_sys,nibp_dia\n" + "".join(rows)))
    assert [quality for _, quality in values(found, Signal.NIBP_SYS)] == [
        Quality.GOOD,
        Quality.REPEATED,
        Quality.GOOD,
        Quality.GOOD,
    ]
    assert found.series(Signal.NIBP_SYS)[1].tolist() == [120, 121, 121]
    assert found.report.signals[Signal.NIBP_SYS].repeated == 1


def test_rows_out_of_order_are_sorted_and_duplicates_left_out_and_both_counted(
    tmp_path: Path,
) -> None:
    seconds = (0, 2, 1, 2, 3)
    text = "time_s,spo2\n" + "".join(f"{s},{90 + s}\n" for s in seconds) + "3,80\n"
    found = open_recording(written(tmp_path, text))
    assert found.series(Signal.SPO2)[1].tolist() == [90, 91, 92, 93, 80]
    assert (found.report.unordered, found.report.duplicates, found.report.same_time) == (1, 1, 1)


def test_every_rejected_row_is_counted_with_its_first_line(tmp_path: Path) -> None:
    text = (
        "time,spo2,pr\n2026-01-05T10:00:00Z,97,71\nnonsense,97,71\n2026-01-05T10:00:02Z,abc,71\n"
        "2026-01-05T10:00:03Z\ntime,spo2,pr\n2026-01-05T10:00:04Z,inf,71\nworse,97,71\n"
    )
    found = open_recording(written(tmp_path, text))
    assert {(item.reason, item.count, item.first_line) for item in found.report.rejected} == {
        ("clock not readable", 2, 3),
        ("not a number in column 'spo2'", 2, 4),
        ("too few cells", 1, 5),
        ("the header again", 1, 6),
    }
    assert found.series(Signal.PULSE_RATE)[1].tolist() == [71, 71, 71]


def test_more_cells_than_columns_and_header_names_that_repeat_are_read_by_the_first(
    tmp_path: Path,
) -> None:
    text = (
        "Time,SpO2_POS,NIBP_Mean,NIBP_Systolic,NIBP_Diastolic,NIBP_Mean,SpO2_POS,\n"
        "2026-01-05 10:00:00 AM,97,-,120,80,93,55,1,2,3\n"
    )
    found = open_recording(written(tmp_path, text))
    assert values(found, Signal.SPO2) == [(97.0, Quality.GOOD)]
    assert values(found, Signal.NIBP_MAP) == [(93.0, Quality.GOOD)]
    assert any("more cells than columns" in note for note in found.report.notes)
    assert any(note.startswith("spo2: 2 columns") for note in found.report.notes)


def test_the_interval_is_the_median_of_the_gaps_and_says_that_it_was_inferred(
    tmp_path: Path,
) -> None:
    text = "time_s,spo2,nibp_sys\n0,97,120\n2,97,\n4,97,\n60,97,\n300,97,130\n302,97,\n304,97,\n"
    found = open_recording(written(tmp_path, text))
    assert found.intervals[Signal.SPO2].span == 2 * SECOND
    assert found.intervals[Signal.NIBP_SYS].span == 5 * MINUTE
    assert not found.intervals[Signal.SPO2].declared
    assert "interval of spo2: 2 s (median of the gaps)" in found.describe()


def test_columns_are_mapped_by_name(tmp_path: Path) -> None:
    text = "wann;Sättigung;Puls\n05.01.2026 10:00:00;97,5;71\n"
    mapping = {"time": "wann", "spo2": "Sättigung", "pulse_rate": "Puls"}
    found = open_recording(written(tmp_path, text), columns=mapping)
    assert values(found, Signal.SPO2) == [(97.5, Quality.GOOD)]
    assert any("semicolons" in note for note in found.report.notes)
    with pytest.raises(RecordingError, match="Puls2"):
        open_recording(written(tmp_path, text), columns={**mapping, "pulse_rate": "Puls2"})
    with pytest.raises(RecordingError, match="neither a signal"):
        open_recording(written(tmp_path, text), columns={**mapping, "oxygen": "Puls"})


def test_a_column_of_patients_makes_a_recording_of_each(tmp_path: Path) -> None:
    text = "who,time_s,spo2\nb,0,97\na,0,91\nb,1,96\n"
    path = written(tmp_path, text)
    found = {r.patient: r for r in open_recordings(path, columns={"patient": "who"})}
    assert {name: len(r.table.times) for name, r in found.items()} == {"b": 2, "a": 1}
    with pytest.raises(RecordingError, match="several recordings"):
        open_recording(path, columns={"patient": "who"})
    assert open_recording(path, columns={"patient": "who"}, patient="a").patient == "a"


def test_date_and_time_may_stand_in_two_columns(tmp_path: Path) -> None:
    found = open_recording(written(tmp_path, "Date,Time,SpO2(%)\n2026-01-05,10:00:00,97\n"))
    assert found.start == from_iso("2026-01-05T10:00:00Z")


def test_of_two_clocks_the_one_that_knows_its_zone_is_used(tmp_path: Path) -> None:
    text = "Time,time,spo2\nWed Sep 15 11:55:08 2021,1631699708,97\n"
    found = open_recording(written(tmp_path, text))
    assert found.start == from_iso("2021-09-15T09:55:08Z")
    assert any("2 clock columns; used 'time'" in note for note in found.report.notes)


def test_lines_before_the_header_may_mark_a_recording_as_simulated(tmp_path: Path) -> None:
    text = "# made by a twin: simulated\ntime_s,spo2\n0,97\n"
    found = open_recording(written(tmp_path, text))
    assert found.simulated
    assert all(event.simulated for event in found.events("1"))
    assert not open_recording(written(tmp_path, "time_s,spo2\n0,97\n")).simulated


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_encodings_of_windows_are_read(tmp_path: Path, encoding: str) -> None:
    text = "Zeit °,time,spo2\nx,2026-01-05 10:00:00,97\n"
    found = open_recording(written(tmp_path, text.encode(encoding)))
    assert values(found, Signal.SPO2) == [(97.0, Quality.GOOD)]


def test_a_gzip_file_is_known_by_its_content(tmp_path: Path) -> None:
    packed = gzip.compress(b"time_s,spo2\n0,97\n")
    assert open_recording(written(tmp_path, packed, "odd.name")).patient == "odd"
    with pytest.raises(RecordingError):
        open_recording(written(tmp_path, packed[:-12], "cut.csv.gz"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "the file is empty"),
        (b"\x00\x01\x02\x03", "no reader"),
        (b"530\n518\n506\n", "no header"),
        (b"timer,hr\n0.0,515\n", "no header"),
        (b"time,hr\n0.0,515\n", "name their unit"),
        (b"SQLite format 3\0...", "journal"),
        (b'time,spo2\n"' + b"x" * 200_000, "field larger"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(
    tmp_path: Path, text: bytes, words: str
) -> None:
    with pytest.raises(RecordingError, match=words):
        open_recording(written(tmp_path, text))


def test_a_file_that_is_not_there_is_a_recording_error(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file"):
        open_recording(tmp_path / "none.csv")


def test_a_quoted_cell_that_swallows_lines_is_counted_with_all_of_them(tmp_path: Path) -> None:
    text = 'time_s,spo2\n0,97\n1,"96\n2,95\n3,94"\n4,93\n'
    found = open_recording(written(tmp_path, text))
    assert found.series(Signal.SPO2)[1].tolist() == [97, 93]
    assert [(item.count, item.first_line) for item in found.report.rejected] == [(3, 3)]


def test_numbers_of_another_quantity_are_pointed_out(tmp_path: Path) -> None:
    text = "time_s,hr\n" + "".join(f"{s},{515 + s}\n" for s in range(5))
    found = open_recording(written(tmp_path, text))
    assert any("another quantity or unit?" in note for note in found.report.notes)


def test_events_carry_bed_source_and_time_in_order(tmp_path: Path) -> None:
    path = written(tmp_path, "time_s,spo2\n0,97\n1,96\n")
    events = list(open_recording(path).events("7"))
    assert [event.bed for event in events] == ["7", "7"]
    assert {event.source for event in events} == {"recording:recording.csv"}
    assert events[0].at < events[1].at

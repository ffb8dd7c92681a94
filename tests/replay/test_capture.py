"""Raw wire captures, decoded by the real drivers of the entry points."""

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitord.cli import app
from monitord.errors import RecordingError
from monitord.model import Quality, Signal, from_iso
from monitord.replay.recordings.open_recordings import open_recording

HEADER = {"capture": 1, "simulated": True, "options": {"oximeter": {"format": "df8"}}}

# Nonin DF8, protocols A1: status (bit 7), pulse 71, SpO2 97, second status; then sensor alarm and
# the missing markers 511 and 127.
GOOD = "80476100"
PROBE_OFF = "837f7f08"


def line(second: int, data: str, **more: object) -> dict[str, object]:
    at = f"2026-01-05T10:00:{second:02d}Z"
    return {"at": at, "device": "oximeter", "family": "nonin", "hex": data, **more}


def written(folder: Path, *rows: object) -> Path:
    path = folder / "line.capture"
    texts = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


def test_captured_bytes_become_the_frames_that_the_driver_makes_of_them(tmp_path: Path) -> None:
    rows = [line(second, GOOD) for second in range(3)] + [line(3, PROBE_OFF)]
    found = open_recording(written(tmp_path, HEADER, *rows))
    assert found.simulated
    assert found.start == from_iso("2026-01-05T10:00:00Z")
    samples = [
        sample
        for _, frame in found.table.frames()
        for sample in frame.samples
        if sample.signal is Signal.SPO2
    ]
    assert samples[0].value == 97
    assert samples[-1].value is None
    assert samples[-1].quality is Quality.PROBE_OFF
    assert found.report.rows == 4


def test_a_frame_that_is_cut_over_two_reads_arrives_with_the_second(tmp_path: Path) -> None:
    rows = [line(0, GOOD * 2), line(1, GOOD[:4]), line(2, GOOD[4:] + GOOD)]
    found = open_recording(written(tmp_path, HEADER, *rows))
    assert found.end == from_iso("2026-01-05T10:00:02Z")


@pytest.mark.parametrize("lost", [1, 8, 20])
def test_a_capture_of_a_machine_that_lost_its_power_is_read_up_to_there(
    tmp_path: Path, lost: int
) -> None:
    """Each write is packed by itself; the last one did not get onto the disk as a whole."""
    whole = [
        json.dumps(each) + "\n" for each in (HEADER, *(line(second, GOOD) for second in range(3)))
    ]
    packed = [gzip.compress(text.encode()) for text in whole]
    path = tmp_path / "bed.capture.gz"
    path.write_bytes(b"".join(packed)[:-lost])
    found = open_recording(path)
    assert found.report.rows == 2
    assert any("cut off" in remark for remark in found.report.remarks())


def test_of_a_packed_file_that_is_cut_in_its_only_part_nothing_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress(b"Time,SpO2\n2026-01-05 10:00:00,97\n" * 50)[:-9])
    with pytest.raises(RecordingError, match="cut off: copy it anew"):
        open_recording(path)


def test_what_is_no_line_of_a_capture_is_counted_with_its_first_line(tmp_path: Path) -> None:
    bad = [
        "nonsense",
        "[]",
        json.dumps({"at": 1}),
        json.dumps(line(1, "zz")),
        json.dumps({**line(1, GOOD), "at": "10:00"}),
        json.dumps({**line(1, GOOD), "at": True}),
    ]
    found = open_recording(written(tmp_path, HEADER, line(0, GOOD * 2), *bad, line(2, GOOD)))
    assert [(item.count, item.first_line) for item in found.report.rejected] == [(len(bad), 3)]
    assert found.end == from_iso("2026-01-05T10:00:02Z")


def test_bytes_of_the_host_are_kept_for_readers_only(tmp_path: Path) -> None:
    rows = [line(0, GOOD * 2), line(1, GOOD, dir="out")]
    found = open_recording(written(tmp_path, HEADER, *rows))
    assert found.end == from_iso("2026-01-05T10:00:00Z")
    assert "1 lines of bytes that the host sent" in found.report.notes


def test_a_read_stamped_before_an_earlier_one_keeps_its_place(tmp_path: Path) -> None:
    rows = [line(5, GOOD * 2), line(1, PROBE_OFF)]
    found = open_recording(written(tmp_path, HEADER, *rows))
    assert found.table.times.tolist() == sorted(found.table.times.tolist())
    assert found.end == from_iso("2026-01-05T10:00:05Z")
    assert any("stamped before" in note for note in found.report.notes)


def test_garbage_on_the_line_is_counted(tmp_path: Path) -> None:
    found = open_recording(written(tmp_path, HEADER, line(0, "00112233" + GOOD * 3)))
    assert any("belonged to no valid frame" in note for note in found.report.notes)


@pytest.mark.parametrize("family", ["none_such", "mqtt"])
def test_a_family_that_has_no_wire_is_refused(tmp_path: Path, family: str) -> None:
    with pytest.raises(RecordingError, match=family):
        open_recording(written(tmp_path, {**line(0, GOOD), "family": family}))


def test_options_that_the_family_does_not_know_are_refused(tmp_path: Path) -> None:
    header = {"capture": 1, "options": {"oximeter": {"format": "df99"}}}
    with pytest.raises(
        RecordingError, match=r"options of 'nonin': format: must be one of 'df1', [^\n]*'ascii'$"
    ):
        open_recording(written(tmp_path, header, line(0, GOOD)))


def of_a_cuff(second: int, quality: str, sys: float) -> dict[str, object]:
    values = {"nibp_sys": sys, "nibp_dia": 80.0}
    samples = [{"signal": signal, "value": v, "quality": quality} for signal, v in values.items()]
    at = f"2026-01-05T10:{second // 60:02d}:{second % 60:02d}Z"
    return {"at": at, "device": "cuff", "frame": {"samples": samples}}


def test_a_recorded_reading_of_unknown_age_is_none_of_its_signal_and_told_as_live(
    tmp_path: Path,
) -> None:
    rows = [of_a_cuff(0, "good", 120), of_a_cuff(300, "unknown_age", 215)]
    path = written(tmp_path, {"capture": 1}, *rows)
    assert open_recording(path).series(Signal.NIBP_SYS)[1].tolist() == [120]
    ketamine = ("-p", "ketamine_iv_0_5_40")
    replayed = CliRunner().invoke(app, ["replay", str(path), *ketamine])
    tested = CliRunner().invoke(app, ["backtest", str(path), *ketamine])
    for shown in (replayed.output, tested.output):
        assert "unknown_age" in shown
        assert "/nibp_sys_high/" not in shown
    assert "reading of unknown age: 215/80, measure again" in replayed.output

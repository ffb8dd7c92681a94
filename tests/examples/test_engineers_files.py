"""What an engineer who is new here brings and types, and the sentence that leads on where it cannot be followed."""

import json
from pathlib import Path

import pytest

from monitord import api as md
from monitord.errors import ConfigError, RecordingError

RECORDINGS = Path(__file__).parents[2] / "config" / "recordings"
KETAMINE = "ketamine_iv_0_5_40"
ROWS = [
    (f"2026-03-14T21:{at // 60:02}:{at % 60:02}Z", 97 - at % 5, 70 + at % 3) for at in range(120)
]


def table(folder: Path, rows: list[str]) -> Path:
    file = folder / "ward.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def plain() -> list[str]:
    return [f"{at},{spo2},{pulse}" for at, spo2, pulse in ROWS]


def test_rows_that_stand_there_twice_are_no_clock_without_seconds(
    tmp_path: Path, plain: list[str]
) -> None:
    doubled = ["time,spo2,pulse_rate", *(row for row in plain for _ in range(3))]
    report = md.read(table(tmp_path, doubled)).report
    assert not any("shows no seconds" in line for line in report), report
    minutes = ["time,spo2,pulse_rate", *(f"{row[:16]}:00{row[19:]}" for row in plain)]
    report = md.read(table(tmp_path, minutes)).report
    assert any("shows no seconds" in line for line in report)


def test_a_table_without_names_is_told_to_get_a_line_of_them(
    tmp_path: Path, plain: list[str]
) -> None:
    with pytest.raises(
        RecordingError, match=r"readings and no names .* write a line of names above"
    ):
        md.read(table(tmp_path, plain))
    assert md.read(table(tmp_path, ["time,spo2,pulse_rate", *plain])).signals == (
        "pulse_rate",
        "spo2",
    )


def test_readings_in_json_are_led_to_a_data_frame(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    rows = [{"time": at, "spo2": spo2} for at, spo2, _ in ROWS]
    lines = tmp_path / "lines.jsonl"
    lines.write_text("\n".join(map(json.dumps, rows)))
    whole = tmp_path / "list.json"
    whole.write_text(json.dumps(rows, indent=1))
    for file, frame in (
        (lines, pandas.read_json(lines, lines=True)),
        (whole, pandas.read_json(whole)),
    ):
        with pytest.raises(RecordingError, match=r"md\.Recording\.from_pandas\(pandas\.read_json"):
            md.read(file)
        assert len(md.Recording.from_pandas(frame).read.table.times) == len(ROWS)


def test_a_frame_that_was_pivoted_keeps_its_named_index_and_faults_speak_of_the_frame() -> None:
    pandas = pytest.importorskip("pandas")
    long = [(at, *cell) for at, s, p in ROWS for cell in (("spo2", s), ("hr", p))]
    frame = pandas.DataFrame(long, columns=["time", "signal", "value"])
    with pytest.raises(RecordingError, match=r"^the frame: .*a pivot by the name of the value"):
        md.Recording.from_pandas(frame)
    wide = frame.pivot(index="time", columns="signal", values="value")
    assert md.Recording.from_pandas(wide).signals == ("heart_rate", "spo2")


def test_slips_in_a_notebook_are_answered_in_words() -> None:
    night = md.read(RECORDINGS / "infusion.csv")
    with pytest.raises(TypeError, match="'2026-01-05' is no datetime with a zone, such as"):
        md.replay(night, KETAMINE, start="2026-01-05")  # type: ignore[arg-type]  # the slip
    with pytest.raises(ConfigError, match=f"did you mean '{KETAMINE}'"):
        md.Protocol.load("ketamine")


def test_a_table_gives_rows_columns_and_numbers_in_their_order() -> None:
    alarms = md.replay(RECORDINGS / "infusion.csv", KETAMINE).alarms
    assert alarms[0] == alarms.rows[0]
    assert alarms[-1] == alarms.rows[-1]
    assert alarms["alarm"] == [row["alarm"] for row in alarms]
    assert list(alarms[1:3]) == list(alarms.rows[1:3])
    swept = md.sweep(RECORDINGS, KETAMINE, "spo2_low medium limit=86,90 delay=15s")
    assert swept["limit"] == [86, 90]
    known = md.replay(RECORDINGS / "infusion.csv", KETAMINE).coverage["known"]
    assert known == sorted(known, reverse=True)

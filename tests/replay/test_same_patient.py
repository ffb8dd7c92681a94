"""Recordings of one patient are known by their numbers, whatever their names, clocks and formats are."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitord import api as md
from monitord.config import shipped
from monitord.errors import NothingAssessedError
from monitord.model import MINUTE, SECOND, Signal
from monitord.replay.compare.content_alignment import align
from monitord.replay.compare.diff import Change
from monitord.replay.compare.diff_page import diff_page
from monitord.replay.compare.diff_run import diff, diff_protocols
from monitord.replay.recordings.open_recordings import open_recording
from tests.program import Command

KETAMINE = "ketamine_iv_0_5_40"
BEGIN = datetime(2026, 1, 5, 10, tzinfo=UTC)


SECONDS = 33 * 60


def night(seed: int) -> list[int]:
    """SpO2 once a second: wanders, with two desaturations, the last of which ends soon before it does."""
    draw = random.Random(seed)
    values, now = [], 96
    for second in range(SECONDS):
        if draw.random() < 0.08:
            now = min(99, max(92, now + draw.choice((-1, 1))))
        deep = 600 <= second < 660 or 1800 <= second < 1900
        values.append(86 if deep else now)
    return values


def csv(place: Path, values: list[int], *, begin: datetime = BEGIN, name: str = "SpO2") -> Path:
    rows = [
        f"{(begin + timedelta(seconds=n)).isoformat()},{value}" for n, value in enumerate(values)
    ]
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"time,{name}\n" + "\n".join(rows) + "\n")
    return place


def test_one_night_by_two_programs_is_one_whatever_their_names_and_clocks(tmp_path: Path) -> None:
    values = night(1)
    ours = csv(tmp_path / "ward.csv", values)
    other = csv(
        tmp_path / "ring.csv",
        values[300:],
        begin=BEGIN + timedelta(hours=5, minutes=5, seconds=3),
        name="Oxygen Level",
    )
    found = align(open_recording(ours), open_recording(other))
    assert found is not None
    assert found.later == 5 * 60 * MINUTE + 3 * SECOND
    assert (found.equal[Signal.SPO2], found.alone) == ((SECONDS - 300, SECONDS - 300), (300, 0))
    assert "its clock 18,003 s later" in found.words()
    back = align(open_recording(other), open_recording(ours))
    assert back is not None
    assert back.later == -found.later


def test_a_clock_cut_to_seconds_and_some_wrong_numbers_are_no_other_patient(tmp_path: Path) -> None:
    values = night(2)
    ours = csv(tmp_path / "a.csv", values, begin=BEGIN + timedelta(milliseconds=730))
    wrong = [value if n % 25 else 97 for n, value in enumerate(values)]
    found = align(open_recording(ours), open_recording(csv(tmp_path / "b.csv", wrong)))
    assert found is not None
    assert abs(found.later) <= SECOND
    equal, compared = found.equal[Signal.SPO2]
    assert 0.95 < equal / compared < 1


@pytest.mark.parametrize("seed", range(3, 9))
def test_two_nights_are_not_taken_for_one(tmp_path: Path, seed: int) -> None:
    one = open_recording(csv(tmp_path / "a.csv", night(seed)))
    later = BEGIN + timedelta(days=1)
    assert (
        align(one, open_recording(csv(tmp_path / "b.csv", night(seed + 50), begin=later))) is None
    )
    assert align(one, open_recording(csv(tmp_path / "c.csv", [97] * SECONDS, begin=later))) is None


def test_the_same_patient_has_the_same_alarms_under_two_names_and_clocks(
    monitord: Command, tmp_path: Path
) -> None:
    values = night(1)
    ours = csv(tmp_path / "ward.csv", values)
    other = csv(tmp_path / "ring.csv", values, begin=BEGIN + timedelta(hours=1))
    done = monitord("diff", str(ours), str(other), "-p", KETAMINE)
    assert (done.code, done.out) == (0, "")
    assert f"its clock 3,600 s later; equal readings: spo2 {SECONDS} of {SECONDS}" in done.err
    # One of the two has a gap in which nothing is heard of a desaturation.
    holed = tmp_path / "holed.csv"
    rows = other.read_text().splitlines(keepends=True)
    holed.write_text("".join(rows[:1790] + rows[1910:]))
    found = diff(str(ours), str(holed), protocol=KETAMINE)
    changes = [(each.alarm, each.change) for each in found.differences]
    assert ("spo2_low", Change.LOST) in changes
    assert ("spo2_absent", Change.ADDED) in changes
    assert "only in one of them: 120 and 0" in found.notes[0]


def test_a_folder_is_paired_by_content_and_what_is_alone_is_named(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    for seed in (1, 2, 3):
        csv(a / f"bed{seed}.csv", night(seed))
        if seed != 2:
            csv(b / f"P{9 - seed}.csv", night(seed), begin=BEGIN - timedelta(hours=2))
    csv(b / "other.csv", night(77))
    found = diff(str(a), str(b), protocol=KETAMINE)
    assert (found.sessions, found.differences) == (2, [])
    assert [each.split(":")[0].split("/")[-1] for each in found.notes] == ["bed1.csv", "bed3.csv"]
    assert {each.split(":")[0].split("/")[-1] for each in found.skipped} == {
        "bed2.csv",
        "other.csv",
    }


def test_recordings_that_do_not_agree_are_refused_in_words(
    monitord: Command, tmp_path: Path
) -> None:
    one, other = csv(tmp_path / "a.csv", night(1)), csv(tmp_path / "b.csv", night(2))
    with pytest.raises(NothingAssessedError, match="agrees with one of the other by its numbers"):
        diff(str(one), str(other), protocol=KETAMINE)
    assert monitord("diff", str(one), str(other), "-p", KETAMINE).code == 3


def test_phases_that_an_events_file_beside_one_of_them_says_count_for_both(tmp_path: Path) -> None:
    source = shipped("recordings/infusion.csv")
    events = shipped("recordings/infusion.events.csv")
    shifted = tmp_path / "shifted.csv"
    head, *rows = [line for line in source.read_text().splitlines() if not line.startswith("#")]
    moved = [
        f"{(datetime.fromisoformat(row.split(',')[0]) + timedelta(hours=3)).isoformat()},{row.split(',', 1)[1]}"
        for row in rows
    ]
    shifted.write_text("\n".join([head, *moved]) + "\n")
    (tmp_path / "infusion.csv").write_text(source.read_text())
    (tmp_path / "infusion.events.csv").write_text(events.read_text())
    for pair in (("infusion.csv", "shifted.csv"), ("shifted.csv", "infusion.csv")):
        a, b = (str(tmp_path / name) for name in pair)
        found = diff(a, b, protocol=KETAMINE)
        assert found.differences == []
        one, other = (side.drawn() for side in next(iter(found.sides.values())))
        assert [each.phase for each in one.in_force] == [each.phase for each in other.in_force]
        assert len({each.phase for each in one.in_force}) > 1


def test_results_of_one_patient_are_compared_on_one_clock_in_python(tmp_path: Path) -> None:
    values = night(1)
    ours = md.replay(csv(tmp_path / "ward.csv", values), KETAMINE)
    other = md.replay(
        csv(tmp_path / "ring.csv", values, begin=BEGIN + timedelta(hours=1)), KETAMINE
    )
    found = md.diff(ours, other)
    assert list(found) == []
    assert "its clock 3,600 s later" in found.notes[0]
    slower = md.Protocol.load(KETAMINE).changed("spo2_low", "medium", was=90, delay="25s")
    later = md.diff(ours, md.replay(md.read(tmp_path / "ring.csv"), slower))
    assert {row["change"] for row in later} <= {"moved", "re-prioritised", "lost"}
    assert len(later) > 0


def test_results_without_a_common_session_say_how_they_can_be_compared(
    monitord: Command, tmp_path: Path
) -> None:
    files = []
    for name in ("ward", "ring"):
        place = csv(tmp_path / f"{name}.csv", night(1))
        files.append(str(tmp_path / f"{name}.jsonl"))
        assert monitord("replay", str(place), "-p", KETAMINE, "--jsonl", files[-1]).code == 0
    done = monitord("diff", *files, "--html", str(tmp_path / "page.html"))
    assert "no session is in both results" in done.err
    assert 'class="session"' in (tmp_path / "page.html").read_text()


def test_two_files_of_one_name_are_two_sessions_each_drawn_from_its_own(tmp_path: Path) -> None:
    for seed, folder in ((1, "one"), (2, "two")):
        csv(tmp_path / "all" / "x.csv", [97])
        csv(tmp_path / "all" / folder / "night.csv", night(seed))
    protocol = md.Protocol.load(KETAMINE)
    slower = protocol.changed("spo2_low", "medium", was=90, delay="40s")
    found = diff_protocols(protocol.value, slower.value, tmp_path / "all")
    assert {"one/night.csv", "two/night.csv", "x"} == set(found.sides)
    page = diff_page(found)
    assert page.count('<details class="session"') == 2
    drawn = [
        json.loads(part.split("</script>")[0])
        for part in page.split('<script type="application/json">')[1:]
    ]
    assert drawn[0]["signals"][0]["v"] != drawn[1]["signals"][0]["v"]
    assert {each["side"] for each in drawn[0]["alarms"]} == {"A", "B"}


def test_the_record_of_a_ward_and_its_table_are_one_patient_nine_centuries_apart(
    shared_data: Path,
) -> None:
    folder = shared_data / "mimic-wfdb"
    record = open_recording(folder / "s00001" / "s00001-2896-10-10-00-31n.hea")
    found = align(record, open_recording(folder / "s00001_numerics.csv"))
    assert found is not None
    assert found.share == 1
    assert found.equal[Signal.NIBP_SYS] == (152, 152)
    assert found.alone == (0, 0)

"""The events file that places staff actions, phases and truth in a foreign recording."""

from pathlib import Path

import pytest

from monitord.errors import RecordingError
from monitord.model import MINUTE, Instant, Observe, Signal, StartInfusion, from_iso
from monitord.replay.recordings.events_csv import Marks, Truth, read_events

START = from_iso("2026-01-05T10:00:00Z")


def marks(folder: Path, text: str, start: Instant | None = START) -> Marks:
    path = folder / "events.csv"
    path.write_text(text, encoding="utf-8")
    return read_events(path, start=start)


def test_actions_phases_and_truth_are_placed_in_time_order(tmp_path: Path) -> None:
    found = marks(
        tmp_path,
        "at,event,value,by,until\n"
        "+41min,phase,late,,\n"
        "2026-01-05T10:12:00Z,observe,moaas=3; nausea=1,RN1,\n"
        "+0s,start_infusion,gate known,RN1,\n"
        "+18min,truth,desaturation,,+20min\n",
    )
    start, seen = found.actions
    assert start[0] == START
    assert isinstance(start[1], StartInfusion)
    assert (start[1].by, start[1].override) == ("RN1", "gate known")
    assert isinstance(seen[1], Observe)
    assert seen[1].values == {Signal.MOAAS: 3, Signal.NAUSEA: 1}
    assert start[1].id != seen[1].id
    assert found.phases == ((Instant(START + 41 * MINUTE), "late"),)
    assert found.truths == (
        Truth(
            at=Instant(START + 18 * MINUTE),
            name="desaturation",
            until=Instant(START + 20 * MINUTE),
        ),
    )


def test_only_time_and_event_are_needed_and_the_zone_assumed_is_said(tmp_path: Path) -> None:
    found = marks(tmp_path, "at,event\n2026-01-05 10:00:00,stop_infusion\n")
    assert found.actions[0][0] == START
    assert found.notes == ("events: local time without zone, taken as UTC",)


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(RecordingError) as caught:
        marks(
            tmp_path,
            "at,event,value\n10:00:00,start_infusion,\n+5,start_infusion,\n+1min,dance,\n"
            "+1min,observe,moaas=9\n+1min,observe,sleepiness=1\n+1min,phase,\n+1min\n",
        )
    lines = str(caught.value).splitlines()
    assert [text.split("line ")[1].split(":")[0] for text in lines] == list("2345678")


def test_a_relative_time_needs_a_recording_with_a_frame(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no frame to count from"):
        marks(tmp_path, "at,event\n+0s,start_infusion\n", start=None)


@pytest.mark.parametrize("text", ["", "at,what\n", "at,event,color\n"])
def test_another_header_is_refused_with_the_columns_that_are_known(
    tmp_path: Path, text: str
) -> None:
    with pytest.raises(RecordingError, match="the columns are at, by, event, until, value"):
        marks(tmp_path, text)

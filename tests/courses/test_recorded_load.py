"""What recordings make the engine tell, where somebody answers each alarm after 30 s."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from monitord.replay.recordings.open_recordings import open_recordings
from monitord.replay.recordings.recording import Recording
from monitord.replay.stories.subject import read_subject
from tests.courses.answered_bed import AlarmCount
from tests.courses.recorded_load import PROTOCOLS, recorded

KETAMINE = read_subject(PROTOCOLS[0])

WIDE = """\
time_min,spo2,pulse_rate,nibp_sys,nibp_dia,nibp_map
0,98,80,120,80,93
30,98,80,215,90,131
60,98,80,216,91,132
90,98,80,222,88,132
"""
"""A pulse pressure over 120 each time: doubtful, and then believed."""

FADING = """\
time_min,nibp_sys,nibp_dia,nibp_map
0,120,80,93
30,204,104,118
60,,,134
90,243,105,156
120,170,108,148
"""
"""An answered pressure goes out of date when a doubtful one comes."""


def counts(folder: Path, text: str) -> AlarmCount:
    file = folder / "recorded.csv"
    file.write_text(text)
    (recording,) = open_recordings(file)
    return recorded(recording, KETAMINE).count


def test_a_wide_pressure_is_told_at_the_first_reading_and_each_time(tmp_path: Path) -> None:
    count = counts(tmp_path, WIDE)
    assert (count.severe, count.severe_untold) == (3, 0)
    assert count.starts == {"nibp_sys_high": 1}


def test_no_alarm_is_forgotten_when_a_doubtful_pressure_follows_one_that_goes_out_of_date(
    tmp_path: Path,
) -> None:
    count = counts(tmp_path, FADING)
    assert not [rule for rule in count.starts if rule.startswith("forgotten")]


def test_of_every_pressure_of_180_and_more_in_intensive_care_somebody_is_told(
    shared_data: Path,
) -> None:
    """The first stays; all of them are `python -m tests.courses.recorded_load`."""
    found = AlarmCount()
    for recording in islice(_stays(shared_data), 11):
        found.add(recorded(recording, KETAMINE).count)
    assert found.severe > 20
    assert found.severe_untold == 0


def _stays(shared: Path) -> Iterator[Recording]:
    return iter(open_recordings(shared / "eicu-nibp/dev_even_stays.csv.gz"))

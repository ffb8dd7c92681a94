"""Whatever stands in a file: a recording or a RecordingError, never another exception."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitord.errors import RecordingError
from monitord.model import from_iso
from monitord.replay.recordings.events_csv import read_events
from monitord.replay.recordings.open_recordings import open_recordings
from tests.effort import examples

STARTS = st.sampled_from(
    [
        b"",
        b"time,spo2,pr\n",
        b"time_s,spo2,nibp_sys,nibp_dia\n",
        b"patientunitstayid,observationoffset,noninvasivesystolic\n",
        b"Date,Time,SpO2\n",
        b'{"capture": 1}\n{"at": ',
        b'{"capture": 1, "options": 3}\n{"at": 1, "device": "d", "family": "nonin", "hex": "80"}\n',
        b"r 1 1 10\nr.dat 16 1/bpm\n",
        b"0       ",
        b"PAR1",
        b"\x1f\x8b\x08\x00",
        b"\xff\xfe",
        b"at,event\n",
    ]
)
CELLS = st.one_of(
    st.integers(-(10**19), 10**19).map(str),
    st.floats().map(str),
    st.sampled_from(
        ["--", "", '"', "10:00:00", "2026-01-05 10:00:00", "9999-12-31 23:59:59", "1/2/2026"]
    ),
    st.text(max_size=6),
)
ROWS = st.lists(st.lists(CELLS, max_size=5).map(",".join), max_size=6).map("\n".join)
REST = st.one_of(st.binary(max_size=200), ROWS.map(lambda text: text.encode(errors="replace")))


@settings(max_examples=examples(100), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=STARTS, rest=REST)
def test_any_content_is_a_recording_or_a_recording_error(
    tmp_path: Path, start: bytes, rest: bytes
) -> None:
    path = tmp_path / "any.bin"
    path.write_bytes(start + rest)
    with contextlib.suppress(RecordingError):
        for recording in open_recordings(path):
            last = None
            for at, _ in recording.stream():
                assert last is None or last <= at
                last = at
            assert recording.describe()
            list(recording.waves())
    with contextlib.suppress(RecordingError):
        read_events(path, start=from_iso("2026-01-05T10:00:00Z"))


@pytest.mark.parametrize(
    "name", ["checkme/checkme-o2-max-20260220-short.csv", "ge-dri/2021-06-10_PHDB_data.csv"]
)
def test_a_real_file_cut_anywhere_is_a_recording_or_a_recording_error(
    shared_data: Path, tmp_path: Path, name: str
) -> None:
    data = (shared_data / name).read_bytes()
    path = tmp_path / "cut.csv"
    for length in range(0, len(data), len(data) // 23):
        path.write_bytes(data[:length])
        with contextlib.suppress(RecordingError):
            for recording in open_recordings(path):
                list(recording.stream())

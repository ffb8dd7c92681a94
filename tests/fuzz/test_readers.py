"""Every reader on some hundred changed files, and that the healthy file of each is one that it reads."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitord.errors import RecordingError
from monitord.replay.recordings.open_recordings import open_recordings
from monitord.replay.recordings.recording import Request
from tests.effort import examples
from tests.fuzz.readers import readers
from tests.fuzz.run import run

READERS = readers()
UNREAD = {"capture", "export", "events", "vital", "wfdb-segments"}
"""Whose healthy file is only a beginning: no driver, no session, no segments stand in it."""


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("name", READERS)
def test_no_bytes_make_a_reader_fail_hang_or_guess(name: str) -> None:
    READERS[name].take(READERS[name].healthy)
    finding = run(READERS[name].take, READERS[name].inputs(examples(250), "1"))
    assert finding is None, f"{finding.why}: {finding.data!r}"


def test_a_reader_that_asks_for_too_much_memory_is_found_though_it_refuses_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def greedy(_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(Request, "read", greedy)
    finding = run(READERS["viatom"].take, READERS["viatom"].inputs(100, "1"))
    assert finding is not None
    assert finding.why.startswith("MemoryError")


@pytest.mark.parametrize("name", sorted(READERS.keys() - UNREAD))
def test_the_healthy_file_of_each_reader_is_read(name: str, tmp_path: Path) -> None:
    if name.startswith("wfdb"):
        path = tmp_path / "r.hea"
        path.write_bytes(READERS["wfdb-header"].healthy)
        (tmp_path / "r.dat").write_bytes(READERS["wfdb-signals"].healthy)
    else:
        path = tmp_path / "healthy"
        path.write_bytes(READERS[name].healthy)
    try:
        found = list(open_recordings(path))
    except RecordingError as error:
        pytest.fail(str(error))
    assert found
    assert any(recording.signals for recording in found)

"""A back-test's memory does not grow with the number of recordings."""

import gc
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from monitord.config import read_protocol
from monitord.replay.backtest.backtest_run import backtest
from monitord.replay.recordings.folder import Opened, several
from monitord.replay.recordings.open_recordings import open_recordings

PROTOCOL = read_protocol("ketamine_iv_0_5_40")
ROWS = 600


def well(folder: Path, count: int) -> Path:
    """Recordings of somebody who is well, each of another patient; some 30 kB each when read."""
    folder.mkdir()
    rows = [
        f"2026-01-05 10:{t // 60:02}:{t % 60:02},{96 + t % 3},{70 + t % 5}" for t in range(ROWS)
    ]
    for number in range(count):
        (folder / f"bed{number:03}.csv").write_text("Time,SpO2,PR\n" + "\n".join(rows))
    return folder


def collect(*_: object) -> None:
    gc.collect()


def peak(folder: Path) -> int:
    """Bytes in use at most while the folder is back-tested, beyond those before."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        # Garbage in cycles would make the figure depend on when it is collected.
        found = backtest(folder, PROTOCOL, seen=collect)
        assert found.load.sessions == len(list(folder.iterdir()))
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def test_fifteen_recordings_need_no_more_memory_than_three(tmp_path: Path) -> None:
    """What is kept of a recording is its counts: less than a tenth of its size."""
    few, many = well(tmp_path / "few", 3), well(tmp_path / "many", 15)
    backtest(few, PROTOCOL)  # what is imported and cached once
    small, large = peak(few), peak(many)
    one = ROWS * 50
    assert small > one
    assert large - small < 12 * one / 10


def test_recordings_of_one_file_are_held_some_at_a_time(tmp_path: Path) -> None:
    """However many a file holds, no more are opened than are worked on together."""
    (recording,) = open_recordings(well(tmp_path / "one", 1) / "bed000.csv")
    opened = 0

    def one_after_the_other() -> Iterator[Opened]:
        nonlocal opened
        for _ in range(1000):
            opened += 1
            yield recording, None

    first = next(several(one_after_the_other()))
    assert len(first) == opened < 300

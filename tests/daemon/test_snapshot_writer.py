"""Snapshots of many beds: each within its half minute, a few transactions a second, none of them large."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from monitord.daemon.sequencing.snapshot_writer import AT_ONCE, EVERY, SnapshotWriter
from monitord.engine.engine import Engine
from monitord.model import SECOND, Instant
from monitord.store.snapshots import Snapshot


class Paper:
    """A journal that notes which beds were written together."""

    def __init__(self) -> None:
        self.written: list[list[str | None]] = []

    def save_snapshots(self, snapshots: Iterable[Snapshot]) -> None:
        self.written.append([each.bed for each in snapshots])


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = Instant(0)

    def now(self) -> Instant:
        return self.at


def writer(paper: Paper, clock: Hands, executor: ThreadPoolExecutor) -> SnapshotWriter:
    return SnapshotWriter(cast("Any", paper), executor, cast("Any", clock), lambda _: None)


@pytest.mark.parametrize("beds", [1, 12, 1000])
async def test_every_bed_has_its_turn_within_half_a_minute(beds: int) -> None:
    paper, clock = Paper(), Hands()
    engines: dict[str | None, Engine] = {str(bed): Engine(str(bed)) for bed in range(beds)}
    with ThreadPoolExecutor(1) as executor:
        snapshots = writer(paper, clock, executor)
        # The first half minute a bed may be in the middle of its opening.
        clock.at = Instant(EVERY)
        for _ in range(EVERY // SECOND * 50):
            await snapshots.keep(engines, 7)
            clock.at = Instant(clock.at + SECOND // 50)
    written = [bed for together in paper.written for bed in together]
    assert set(written) == set(engines)
    assert len(written) <= len(engines) * 1.25 + 1
    assert len(paper.written) <= 4 * EVERY // SECOND
    assert max(map(len, paper.written)) <= AT_ONCE


async def test_at_the_end_all_are_written_in_parts() -> None:
    paper, clock = Paper(), Hands()
    engines: dict[str | None, Engine] = {str(bed): Engine(str(bed)) for bed in range(120)}
    with ThreadPoolExecutor(1) as executor:
        await writer(paper, clock, executor).save_all(engines, 7)
    assert [bed for together in paper.written for bed in together] == list(engines)
    assert max(map(len, paper.written)) <= AT_ONCE

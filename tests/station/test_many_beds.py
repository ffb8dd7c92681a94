"""A station of very many beds: the page is fed in parts, as alarms and readings wait for each."""

import asyncio

import pytest

from monitord.station.hub import TILES_AT_ONCE, Hub
from tests.builders_station import PaperHost, line, state, vitals
from tests.peers import until

BEDS = [str(number) for number in range(5 * TILES_AT_ONCE)]


@pytest.fixture
def host() -> PaperHost:
    return PaperHost(**{bed: state(bed, readings=vitals()) for bed in BEDS})


async def test_what_changes_at_once_in_many_beds_is_shown_in_parts_the_alarm_first(
    host: PaperHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = Hub(host)
    parts: list[list[str | None]] = []

    def show(part: dict[str | None, None]) -> None:
        parts.append(list(part))
        if len(parts) == 1:
            host.tell(line(BEDS[-1]), seq=1)

    monkeypatch.setattr(hub, "_flush_tiles", show)
    running = asyncio.create_task(hub.run())
    try:
        await until(lambda: host.subscribers)
        for bed in BEDS:
            host.set(bed, readings=vitals(90))
        await until(lambda: {bed for part in parts for bed in part} == set(BEDS))
    finally:
        running.cancel()
        await asyncio.wait({running})
    assert max(map(len, parts)) <= TILES_AT_ONCE
    # It stood last, and goes first as soon as its alarm was told.
    assert parts[1][0] == BEDS[-1]
    assert sum(map(len, parts)) == len(BEDS)


async def test_a_page_that_comes_meanwhile_sees_each_bed_as_it_is(
    host: PaperHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = Hub(host)
    # Nothing is brought up to date in parts before it looks.
    monkeypatch.setattr(hub, "_flush_tiles", lambda _: None)
    running = asyncio.create_task(hub.run())
    try:
        await until(lambda: host.subscribers)
        for spo2 in (97, 71):
            for bed in BEDS:
                host.set(bed, readings=vitals(spo2))
            page = hub.join()
            assert page is not None
            blocks, tiles = hub.stream(page, None), b""
            async for block in blocks:
                tiles += block
                if tiles.count(b"event: tile") == len(BEDS):
                    break
            await blocks.aclose()  # type: ignore[attr-defined]
            assert tiles.count(f'"value":{spo2}'.encode()) >= len(BEDS)
    finally:
        running.cancel()
        await asyncio.wait({running})

"""A recording on the page: its time, its alarms, and the word REPLAY."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2

from monitord.commands.replay_station import ReplayHost, play_on_page
from monitord.config import read_protocol
from monitord.model import CallHelp, Instant, in_words, say
from monitord.replay.run.options import ReplayOptions
from monitord.replay.run.play import playing
from monitord.replay.run.replay_run import replay_file
from monitord.station.host import Told
from monitord.store.line_json import line_json
from tests.peers import until
from tests.record.journaled import an_infusion

REFUSED = "A replay shows what was: nothing can be entered here"
KETAMINE = "ketamine_iv_0_5_40"

REFUSED = in_words(say("no.replay"))


def a_csv(folder: Path) -> Path:
    place = folder / "night.csv"
    rows = [97] * 30 + [86] * 40 + [97] * 30
    start = 1_767_607_200
    place.write_text("time_s,spo2\n" + "".join(f"{start + n},{v}\n" for n, v in enumerate(rows)))
    return place


async def test_a_recording_is_watched_on_the_page_and_says_replay(tmp_path: Path) -> None:
    opened = playing(str(a_csv(tmp_path)), read_protocol(KETAMINE), ReplayOptions(start="+10s"))
    serving: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        play_on_page(opened, port=0, speed=60, ready=serving.set_result), name="replay"
    )
    try:
        url = f"http://127.0.0.1:{await serving}"
        async with httpx2.AsyncClient(base_url=url) as client:
            found: dict[str, Any] = {}

            async def told() -> bool:
                found.update((await client.get("/api/alarms")).json())
                return any(line["alarm"] == "spo2_low" for line in found["recent"])

            for _ in range(100):
                if await told():
                    break
                await asyncio.sleep(0.05)
            assert await told()
            beds = (await client.get("/api/beds")).json()
            assert beds["notice"].startswith("REPLAY")
            assert beds["beds"][0]["label"] == "REPLAY bed 1"
            answer = await client.post(
                "/api/beds/1/actions", json={"type": "call_help", "by": "nurse"}
            )
            assert (answer.status_code, answer.json()["error"]) == (409, REFUSED)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def lines_of(place: Path, speed: float, **more: Any) -> tuple[ReplayHost, list[Told]]:
    host = ReplayHost(playing(str(place), None, ReplayOptions(**more)), speed)
    told: list[Told] = []
    host.subscribe(lambda update: told.append(update) if isinstance(update, Told) else None)
    task = asyncio.create_task(host.play(), name="play")
    await until(lambda: host.over or task.done())
    await task
    return host, told


async def test_a_journal_on_the_page_tells_what_replay_tells(tmp_path: Path) -> None:
    place = tmp_path / "journal.db"
    an_infusion(place)
    _, told = await lines_of(place, 50_000)
    texts = [line_json(each.line, durable=True) for each in told]
    assert texts == list(replay_file(str(place)).texts())[1:]


async def test_what_lies_before_from_is_taken_in_at_once(tmp_path: Path) -> None:
    place = tmp_path / "journal.db"
    bed = an_infusion(place)
    last = bed.events[-1].at
    start = "+2h"
    # 30 s of two hours are left to be watched. At this speed all of it would take longer than a test waits.
    host, told = await lines_of(place, 20, start=start, end="+7230s")
    assert host.now() == Instant(bed.events[0].at + 7_230_000_000) < last
    assert told
    answered = await host.act("1", CallHelp(id="x", by="nurse"))
    assert answered.refused == REFUSED

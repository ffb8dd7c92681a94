"""Four hours of a full ward before one page, sent as fast as it takes them: its memory must stay flat.

Then twelve curves move at their own speed: what they cost. `python -m pytest tests/soak/test_page_hours.py -s` prints
the figures; `MONITORD_PAGE_HOURS` says how many hours.
"""

import asyncio
import json
import math
import os
from typing import Any

import pytest
from playwright.async_api import CDPSession, async_playwright

from monitord.model import Instant, Wave, iso
from monitord.station.host import WaveBlock
from monitord.station.hub import Hub, message
from monitord.station.views.bed_view import bed_view
from monitord.station.views.views import jsonable
from tests.builders_station import NOW, PaperHost
from tests.conftest import BROWSER, find_program
from tests.station.page.full_ward import full_ward
from tests.station.page.paged import holds, show
from tests.station.served import served

HOURS = float(os.environ.get("MONITORD_PAGE_HOURS", "4"))
BEDS = 12
STEP_MS = 5000
"""A tile of each bed so often: as often as a point of its trend."""
AHEAD = 10
LOOKS = 16
"""In all, at equal distances; of the trend of each bed the page keeps an hour, so that it grows no more after the first."""
GROWTH_MB = 0.5
CURVES_S = 20
RATE = 75


def moved(tile: dict[str, Any], ms: int, n: int) -> bytes:
    """The tile so much later, with a value that wanders; every tenth minute without its alarms."""
    later = {**tile, "now": tile["now"] + ms}
    later["signals"] = [
        {
            **each,
            "at": each["at"] + ms,
            "fresh_until": each["fresh_until"] and each["fresh_until"] + ms,
            "value": each["value"] if each["value"] is None else each["value"] - n % 3,
        }
        for each in tile["signals"]
    ]
    if ms // 60_000 % 10 == 0:
        later["alarms"] = []
    return message("tile", json.dumps(later))


async def memory_mb(chrome: CDPSession) -> float:
    await chrome.send("HeapProfiler.collectGarbage")
    metrics = (await chrome.send("Performance.getMetrics"))["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize")) / 1e6


async def busy_s(chrome: CDPSession) -> float:
    metrics = (await chrome.send("Performance.getMetrics"))["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


async def moving_curves(hub: Hub, host: PaperHost, chrome: CDPSession) -> float:
    """The share of one core that the page takes while every chair has its curve."""
    before = await busy_s(chrome)
    for n in range(CURVES_S * 5):
        values = tuple(round(500 + 400 * math.sin((n * 15 + k) / 9)) for k in range(15))
        for bed in host.places():
            host.update(WaveBlock(bed=bed, wave=Wave(name="pleth", rate_hz=RATE, values=values)))
        await asyncio.sleep(0.2)
    assert hub.dropped_pages == 0
    return (await busy_s(chrome) - before) / CURVES_S


@pytest.mark.browser
@pytest.mark.timeout(3600)
async def test_hours_before_one_page_leave_its_memory_flat() -> None:
    host = full_ward(BEDS, 2)
    async with served(host) as station, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_program(BROWSER), args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page(viewport={"width": 1920, "height": 1080}, timezone_id="UTC")
        await show(page, station.url)
        chrome = await page.context.new_cdp_session(page)
        await chrome.send("Performance.enable")
        quiet = full_ward(BEDS, 2)
        tiles = [
            jsonable(bed_view(bed, state, quiet.label(bed), quiet.now()))
            for bed, state in quiet.beds().items()
        ]
        seen = [await memory_mb(chrome)]
        steps = round(HOURS * 3600_000 / STEP_MS)
        for n in range(1, steps + 1):
            station.hub._send(b"".join(moved(tile, n * STEP_MS, n) for tile in tiles))
            host.clock = Instant(NOW + n * STEP_MS * 1000)
            if n % AHEAD == 0:
                # As fast as the page takes them: what waits in the browser is no memory of the page.
                shown = iso(host.clock)[11:19]
                await holds(page, f"document.querySelector('.time').textContent === '{shown}'")
            if n % (steps // LOOKS) == 0:
                seen.append(await memory_mb(chrome))
        assert station.hub.dropped_pages == 0
        share = await moving_curves(station.hub, host, chrome)
        await browser.close()
    figures = ", ".join(f"{each:.1f}" for each in seen)
    print(
        f"\npage: {HOURS:g} h of {BEDS} chairs, a tile every {STEP_MS // 1000} s each; memory after each {HOURS / LOOKS:g} h:"
        f" {figures} MB; {BEDS} moving curves take {100 * share:.0f} % of a core of the page's process"
    )
    # The least of several: what is not collected yet at one look is no growth.
    assert min(seen[-4:]) - min(seen[4:8]) < GROWTH_MB

"""The station in a tab behind another one, in a Chromium with a window: told within 5 s, sounded within 12 s.

Chromium lets a tab in the background have one of its own timers a minute after five minutes: that is shown beside.
`python -m pytest tests/soak/test_background_tab.py -s` prints the figures; it needs `Xvfb` (Debian: xvfb).
"""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, async_playwright

from monitord.station.access.listening_stations import Sound
from tests.conftest import BROWSER, find_program
from tests.peers import GENEROUS_S, whole_lines
from tests.station.page.full_ward import full_ward
from tests.station.served import served, until

MINUTES = float(os.environ.get("MONITORD_BACKGROUND_MINUTES", "6"))
TOLD_S = 5.0
SOUNDED_S = 12.0
LOOKED_AT_AFTER_S = 40.0
SLOWED_S = 30.0
SLOWED_AFTER_MIN = 6

LOOK = """
    window.began = [];
    window.ticks = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) { began.push(performance.now()); return start.apply(this, at); };
    setInterval(() => ticks.push(performance.now()), 1000);
    const stream = EventSource.prototype.addEventListener;
    EventSource.prototype.addEventListener = function (name, take) {
        return stream.call(this, name, (event) => { window.heard = performance.now(); take(event); });
    };
    new MutationObserver(() => {
        if (document.title.startsWith("NO CONNECTION")) window.told ??= performance.now();
    }).observe(document, { subtree: true, childList: true, characterData: true });
"""


@contextmanager
def screen() -> Iterator[str]:
    """A display on which nobody looks."""
    program = find_program("Xvfb")
    if program is None:
        pytest.skip("left out, not on this machine: Xvfb")
    away, here = os.pipe()
    command = [program, "-displayfd", str(here), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[here], stderr=subprocess.DEVNULL) as running:
        os.close(here)
        try:
            yield f":{os.read(away, 20).decode().strip()}"
        finally:
            os.close(away)
            running.terminate()


@contextmanager
def chromium(folder: Path) -> Iterator[Path]:
    """A browser with a window, as a ward starts it: nothing is switched off for tests."""
    program = find_program(BROWSER)
    assert program
    command = [
        program,
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--window-size=1900,1000",
    ]
    with screen() as display:
        running = subprocess.Popen(
            [*command, f"--user-data-dir={folder}", "--remote-debugging-port=0", "about:blank"],
            env={**os.environ, "DISPLAY": display},
            stderr=subprocess.DEVNULL,
        )
        try:
            yield folder / "DevToolsActivePort"
        finally:
            running.terminate()
            running.wait()


@asynccontextmanager
async def attached(where: Path) -> AsyncIterator[BrowserContext]:
    """The browser's window. While a debugger looks at a tab the tab takes itself for seen: so only at begin and end."""
    async with asyncio.timeout(GENEROUS_S):
        while not whole_lines(where):  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.1)
    async with async_playwright() as playwright:
        port = whole_lines(where)[0]
        browser = await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        yield browser.contexts[0]
        await browser.close()


async def begin(context: BrowserContext, url: str) -> None:
    """A named station that may sound, in a tab behind another."""
    page = context.pages[0]
    await page.add_init_script(LOOK)
    await page.goto(url)
    await page.locator(".suite").click()
    await page.get_by_text("Name this station").click()
    await page.get_by_label("Station (the place where it stands)").fill("Desk")
    await page.get_by_label("Who (initials)").fill("AB")
    await page.locator(".sheet .confirm").click()
    await page.locator(".sheet").wait_for(state="detached")
    await (await context.new_page()).bring_to_front()


@pytest.mark.browser
@pytest.mark.timeout(1800)
async def test_a_tab_in_the_background_tells_and_sounds_the_loss_of_the_daemon(
    tmp_path: Path,
) -> None:
    async with served(full_ward(12, 0)) as station:
        with chromium(tmp_path) as where:
            async with attached(where) as context:
                await begin(context, station.url)
            await until(lambda: [each.visible for each in station.hub.stations()] == [False])
            silent = []
            for _ in range(round(MINUTES * 60)):
                await asyncio.sleep(1)
                (said,) = station.hub.stations()
                assert (said.visible, said.sound) == (False, Sound.PLAYS)
                silent.append(said.silent_s)
            station.stop()
            await asyncio.sleep(LOOKED_AT_AFTER_S)
            async with attached(where) as context:
                page = next(each for each in context.pages if each.url.startswith(station.url))
                found = await page.evaluate(
                    "({ heard, told, ticks, sounded: began.filter((each) => each > heard) })"
                )
    # A tab that sounds is slowed no longer.
    slowed = max(b - a for a, b in pairwise(found["ticks"])) / 1000
    told, sounded = (
        (each - found["heard"]) / 1000 for each in (found["told"], found["sounded"][0])
    )
    print(
        f"\nbackground tab: behind another for {MINUTES:g} min, its own timers one in {slowed:.0f} s; "
        f"was never silent for more than {max(silent):.1f} s; loss told after {told:.1f} s, "
        f"sounded after {sounded:.1f} s, {len(found['sounded'])} bursts in {LOOKED_AT_AFTER_S:g} s"
    )
    assert told <= TOLD_S
    assert sounded <= SOUNDED_S
    assert len(found["sounded"]) > 1
    assert slowed >= SLOWED_S or MINUTES < SLOWED_AFTER_MIN, "this browser slowed nothing"

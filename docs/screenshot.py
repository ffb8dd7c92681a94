# noqa: INP001 - a script, run by hand
"""Takes the README's picture of the station from a running demo, in a real browser: docs/station.png.

Run from the top of the tree with `.venv/bin/python docs/screenshot.py`; needs Debian's chromium and the extra `e2e`.
"""

import asyncio
import os
import re
import shutil
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from playwright.async_api import Page, ViewportSize, async_playwright

PICTURE = Path(__file__).with_name("station.png")
WALL = ViewportSize(width=1920, height=1080)
# The demo's first alarm comes within 30 s; with it open and another one answered the page shows most.
WAIT_FOR_ALARM_MS = 60_000
SETTLE_S = 2.0


async def address(demo: Process) -> str:
    """What the demo prints."""
    async with asyncio.timeout(30):
        while demo.stdout and (text := await demo.stdout.readline()):
            if found := re.search(rb"http://\S+", text):
                return found[0].decode()
    sys.exit("the demo ended without an address")


async def shoot(page: Page, url: str) -> None:
    """Waits until the page shows an alarm of the patient, then takes it."""
    await page.goto(url)
    await page.locator(".alarm.physiological.open").first.wait_for(timeout=WAIT_FOR_ALARM_MS)
    await page.locator(".suite").click()  # unlocks the sound, as the first touch does
    await asyncio.sleep(SETTLE_S)
    await page.screenshot(path=PICTURE)


async def main() -> None:
    """Runs the demo in an empty home, so that nothing of this machine gets into the picture."""
    monitord = Path(sys.executable).with_name("monitord")
    with tempfile.TemporaryDirectory() as home:
        demo = await asyncio.create_subprocess_exec(
            monitord, "demo", "--port", "0", stdout=PIPE, env={**os.environ, "HOME": home}
        )
        try:
            url = await address(demo)
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=["--no-sandbox"]
                )
                await shoot(await browser.new_page(viewport=WALL), url)
                await browser.close()
        finally:
            demo.terminate()
            await demo.communicate()


if __name__ == "__main__":
    asyncio.run(main())

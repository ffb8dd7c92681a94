# noqa: INP001 - a script, run by hand
"""Takes the guides' pictures of the station from a running demo, in a real browser: docs/*.png.

Run from the top of the tree with `.venv/bin/python docs/screenshot.py`; needs Debian's chromium and the extra `e2e`.
Each picture is reduced to 64 colours, which keeps it below 200 kB; that needs `pngquant`, and is left out without it.
"""

import asyncio
import os
import re
import shutil
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize, async_playwright

DOCS = Path(__file__).parent
WALL = ViewportSize(width=1920, height=1080)
TABLET = ViewportSize(width=1180, height=820)
PHONE = ViewportSize(width=390, height=844)
# The demo's first alarm comes within 30 s; with it open and another one answered the page shows most.
WAIT_FOR_ALARM_MS = 60_000
SETTLE_S = 2.0


async def address(demo: Process) -> str:
    """What the demo prints."""
    async with asyncio.timeout(120):
        while demo.stdout and (text := await demo.stdout.readline()):
            if found := re.search(rb"http://\S+", text):
                return found[0].decode()
    sys.exit("the demo ended without an address")


async def opened(browser: Browser, url: str, size: ViewportSize) -> Page:
    """The page with its tiles and its sound unlocked, as the first touch does."""
    page = await browser.new_page(viewport=size)
    await page.goto(url)
    await page.locator(".tile").first.wait_for()
    await page.locator(".suite").click()
    return page


async def take(page: Page, name: str) -> None:
    """One picture, once what moves has settled."""
    await asyncio.sleep(SETTLE_S)
    picture = DOCS / f"{name}.png"
    await page.screenshot(path=picture)
    if quant := shutil.which("pngquant"):
        reducing = await asyncio.create_subprocess_exec(
            quant, "-f", "--ext", ".png", "64", str(picture)
        )
        await reducing.wait()


async def from_menu(page: Page, name: str) -> None:
    """A button of the head; where there is little room they stand behind one."""
    menu = page.get_by_role("button", name="Menu")
    if await menu.is_visible():
        await menu.click()
    await page.get_by_role("button", name=name).click()


async def shoot(browser: Browser, url: str) -> None:
    """Overview, alarm, observation, detail, report, opening check."""
    wall = await opened(browser, url, WALL)
    await wall.locator(".alarm.physiological.open").first.wait_for(timeout=WAIT_FOR_ALARM_MS)
    await take(wall, "station")
    alarmed = await wall.locator(".tile:has(.alarm.physiological.open)").first.get_attribute("id")

    phone = await opened(browser, url, PHONE)
    await phone.locator(f"#{alarmed}").scroll_into_view_if_needed()
    await phone.locator(f"#{alarmed} .alarm").first.scroll_into_view_if_needed()
    await take(phone, "station-alarm")
    await phone.locator(f"#{alarmed}").get_by_role("button", name="Observe").click()
    await phone.get_by_label("Who (initials)").fill("AB")
    await phone.locator(".sheet").evaluate("sheet => sheet.scrollTo(0, 0)")
    await take(phone, "station-observe")

    await wall.locator(f"#{alarmed} .name").click()
    await take(wall, "station-detail")
    shown = await wall.get_by_role("link", name="Report").get_attribute("href")
    report = await browser.new_page(viewport=TABLET)
    await report.goto(f"{url.rstrip('/')}{shown}")
    await take(report, "station-report")
    await wall.get_by_role("button", name="Close", exact=True).click()

    tablet = await opened(browser, url, TABLET)
    await from_menu(tablet, "Name this station")
    await tablet.get_by_label("Station (the place where it stands)").fill("Desk")
    await tablet.get_by_label("Who (initials)").fill("AB")
    await tablet.locator(".sheet .confirm").click()
    await from_menu(tablet, "Suite not checked")
    await tablet.get_by_role("button", name="Test alarm").click()
    await tablet.get_by_text("I see and hear it").click()
    await tablet.get_by_role("button", name="Check and record").click()
    await tablet.locator(".sheet .confirm").click()
    await tablet.locator(".findings em").first.wait_for(timeout=20_000)
    await take(tablet, "station-opening")


async def main() -> None:
    """Runs the demo in an empty home, so that nothing of this machine gets into the pictures."""
    monitord = Path(sys.executable).with_name("monitord")
    with tempfile.TemporaryDirectory() as home:
        demo = await asyncio.create_subprocess_exec(
            monitord,
            "demo",
            "--port",
            "0",
            stdout=PIPE,
            env={**os.environ, "HOME": home, "MONITORD_OUTPUT": "seen"},
        )
        try:
            url = await address(demo)
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=["--no-sandbox"]
                )
                await shoot(browser, url)
                await browser.close()
        finally:
            demo.terminate()
            await demo.communicate()


if __name__ == "__main__":
    asyncio.run(main())

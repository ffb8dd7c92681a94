"""The station's page in a real browser: what every test of it opens and looks for."""

import asyncio

from playwright.async_api import Browser, Locator, Page

from monitord.model import Priority
from tests.builders_station import PaperHost, line, track, vitals
from tests.peers import GENEROUS_S
from tests.station.page.kept_context import own_page

COUNT_BURSTS = """
    window.bursts = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) { window.bursts += 1; return start.apply(this, at); };
"""


SHIFT = """(ms) => { const set = window.setTimeout; window.setTimeout = (run, after, ...rest) => set(run, after === ms ? 50 : after, ...rest); }"""
"""A wait of so long is over at once."""


SCRIPT_ERRORS: list[str] = []
"""What went wrong in the scripts of a test's pages; the fixture `browser` fails the test for it.

An exception within Playwright's handler would break its connection instead of the test.
"""


def watch(page: Page) -> None:
    """Keeps what goes wrong in the page's scripts."""
    page.on("pageerror", lambda error: SCRIPT_ERRORS.append(str(error)))


async def opened(browser: Browser, url: str, width: int = 1920, height: int = 1080) -> Page:
    """The page with its first tile; a script error fails the test."""
    page = await own_page(browser, width, height)
    await show(page, url)
    return page


async def show(page: Page, url: str) -> None:
    """The same in a page that is there already."""
    watch(page)
    await page.add_init_script(COUNT_BURSTS)
    await page.goto(url)
    await page.locator(".tile").first.wait_for()


async def drawn(page: Page) -> None:
    """What was resized is fitted in the next frame."""
    await page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def alarm(host: PaperHost, bed: str = "1", priority: Priority = Priority.MEDIUM) -> None:
    """A desaturation, as the engine tells it and as it stands in the state."""
    told = line(bed, priority=priority)
    host.set(bed, readings=vitals(86), tracks=(track(told),))
    host.tell(told)


async def holds(page: Page, condition: str) -> None:
    """Waits for something of the page that no locator sees; its own rules forbid it to look for itself."""
    async with asyncio.timeout(GENEROUS_S):
        while not await page.evaluate(condition):  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.05)


async def wanted(page: Page) -> str | None:
    """The priority whose sound the station wants at this moment."""
    return await page.locator(".station").get_attribute("data-wanted")


async def press(page: Page, bed: str, button: str) -> None:
    """Taps what stands on a bed's tile, or behind its Actions or its More."""
    tile = page.locator(f'[data-bed="{bed}"]')
    found = tile.get_by_role("button", name=button, exact=True)
    if await found.count() == 0 or not await found.is_visible():
        dense = tile.locator(".more")
        await (dense if await dense.is_visible() else tile.locator(".rest")).click()
    await found.click()


def choice(page: Page, question: str, answer: str) -> Locator:
    """One of the buttons below a question of the sheet."""
    asked = page.locator(".sheet fieldset", has_text=question)
    return asked.get_by_text(answer, exact=True)


async def confirm(page: Page, by: str = "AB") -> None:
    """Says who, where nobody did before, and taps the second time."""
    await page.get_by_label("Who (initials)").fill(by)
    await page.locator(".sheet .confirm").click()


async def tap_head(page: Page, button: str) -> None:
    """Taps a button of the head, which stands behind Menu where there is little room."""
    found = page.locator("header").get_by_role("button", name=button, exact=True).first
    menu = page.get_by_role("button", name="Menu", exact=True)
    if not await found.is_visible() and await menu.is_visible():
        await menu.click()
    await found.click()

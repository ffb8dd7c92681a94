"""After an upgrade of monitord an open page reloads itself, when nobody is busy at it, and says so."""

import hashlib
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from monitord.model import Priority
from monitord.station.app import WEB
from tests.builders_station import PaperHost, line, session, state, track, vitals
from tests.station.page.paged import opened, press, show, tap_head, wanted
from tests.station.served import Served

pytestmark = [pytest.mark.browser]

OLDER = "[data-older]"
REPLACED = "[data-replaced]"


@pytest.fixture
def host() -> PaperHost:
    return PaperHost(**{"1": state("1", visit=session(), readings=vitals())})


async def upgrade(station: Served, page: Page) -> None:
    """The daemon was replaced: the page finds another one where its own was."""
    await page.evaluate("window.opened = 'before'")
    station.hub.build = "another page"
    station.hub.close()


async def is_the_same(page: Page) -> bool:
    return bool(await page.evaluate("window.opened === 'before'"))


async def reloaded(page: Page) -> None:
    await page.wait_for_function("() => window.opened === undefined")
    await page.locator(".tile").first.wait_for()


async def test_the_page_and_the_station_know_each_other_by_the_same_build(page: Page) -> None:
    known = (WEB / "sources.sha256").read_text()
    assert len(known.strip()) == len(hashlib.sha256().hexdigest())
    assert known[:12] in (Path(WEB) / "assets" / "page.js").read_text()
    await page.wait_for_timeout(0)
    assert await page.locator(OLDER).count() == 0


async def test_an_idle_page_reloads_once_and_says_when_it_got_the_same_again(
    page: Page, station: Served
) -> None:
    await upgrade(station, page)
    await reloaded(page)
    await expect(page.locator(OLDER)).to_contain_text("the same page again")
    # It does not reload again and again: this one stays.
    await page.evaluate("window.opened = 'before'")
    await page.clock.install()
    await page.clock.run_for(5_000)
    assert await is_the_same(page)


async def test_a_page_that_is_the_new_one_says_that_it_replaced_the_old_one(
    page: Page, station: Served
) -> None:
    right = station.hub.build
    await page.evaluate(
        "build => sessionStorage.setItem('monitord-renewed', JSON.stringify({build, at: Date.now()}))",
        right,
    )
    await page.reload()
    await expect(page.locator(REPLACED)).to_contain_text("because monitord was upgraded")
    await page.locator(REPLACED).get_by_role("button", name="OK").click()
    await expect(page.locator(REPLACED)).to_have_count(0)
    await page.reload()
    await page.locator(".tile").first.wait_for()
    assert await page.locator(REPLACED).count() == 0


async def test_a_page_with_an_open_sheet_waits_until_it_is_closed(
    browser: Browser, station: Served
) -> None:
    page = await browser.new_page(viewport={"width": 1920, "height": 1080})
    await page.clock.install()
    await show(page, station.url)
    await press(page, "1", "Pause infusion")
    await upgrade(station, page)
    await expect(page.locator(OLDER)).to_contain_text("reloads itself when nobody is busy")
    await page.clock.run_for(20_000)
    assert await is_the_same(page)
    await page.keyboard.press("Escape")
    await page.clock.run_for(2_000)
    assert await is_the_same(page)
    await page.clock.run_for(10_000)
    await reloaded(page)


async def test_a_page_that_sounds_waits_a_minute_and_sounds_again_after_it(
    browser: Browser, station: Served, host: PaperHost
) -> None:
    page = await opened(browser, station.url)
    # A tap, as every station has had one: the sound is free.
    await tap_head(page, "Test sound")
    low = line("1", priority=Priority.HIGH)
    host.set("1", readings=vitals(80), tracks=(track(low),))
    await page.locator('.station[data-wanted="high"]').wait_for()
    await page.clock.install()
    await upgrade(station, page)
    await expect(page.locator(OLDER)).to_be_visible()
    await page.clock.run_for(30_000)
    assert await is_the_same(page)
    await page.clock.run_for(40_000)
    await reloaded(page)
    assert await wanted(page) == "high"
    await page.wait_for_function("() => window.bursts > 0")
    await expect(page.get_by_text("SOUND IS LOCKED")).to_have_count(0)

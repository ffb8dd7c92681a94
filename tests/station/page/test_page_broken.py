"""What a page cannot draw is broken for everybody to see: its tile, no other, and never an old number."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from monitord.model import CallHelp, Priority, Signal
from tests.builders_station import PaperHost, line, reading, session, state, track, vitals
from tests.station.page.kept_context import own_page
from tests.station.page.paged import show, wanted
from tests.station.served import Served, until

pytestmark = [pytest.mark.browser]

SPOIL = """
    window.spoil = () => {};
    const parse = JSON.parse;
    JSON.parse = (text, ...more) => {
        const data = parse(text, ...more);
        if (data && data.bed === '2' && data.signals) window.spoil(data);
        return data;
    };
"""
"""What the page is told of bed 2 is not what it expects, from when the test says so."""


@pytest.fixture
def host() -> PaperHost:
    return PaperHost(
        **{
            "1": state("1", visit=session(), readings=vitals(97)),
            "2": state("2", visit=session(), readings=vitals(98)),
        }
    )


async def spoiled(browser: Browser, station: Served) -> Page:
    page = await own_page(browser, 1920, 1080)
    await page.add_init_script(SPOIL)
    await show(page, station.url)
    await expect(page.locator("#bed-2")).to_contain_text("98")
    return page


async def spoil(page: Page, fault: str) -> None:
    """From now on this happens to what the page is told of bed 2."""
    await page.evaluate(f"() => {{ window.spoil = data => {{ {fault} }} }}")


def fall(host: PaperHost, bed: str, value: float) -> None:
    told = line(bed, priority=Priority.HIGH, text="SpO2 low")
    host.set(bed, readings=(reading(Signal.SPO2, value),), tracks=(track(told),))


@pytest.mark.parametrize(
    "fault",
    [
        "data.due = null",
        "data.session.prompts = 7",
        "data.signals[0].value = 'x'",
        "data.signals = null",
    ],
)
async def test_a_tile_that_fails_says_look_at_the_chair_and_comes_back(
    browser: Browser, station: Served, host: PaperHost, fault: str
) -> None:
    page = await spoiled(browser, station)
    await spoil(page, fault)
    fall(host, "2", 83)
    tile = page.locator("#bed-2")
    await expect(tile).to_contain_text("CANNOT BE SHOWN")
    await expect(tile).to_contain_text("Look at the patient")
    await expect(tile.locator("h2")).to_have_text("Chair 2")
    await expect(tile).not_to_contain_text("98")
    assert await tile.locator(".vitals").count() == 0
    # Help is called from there, the other bed goes on, and so does the sound of what is known.
    await tile.get_by_role("button", name="Help").click()
    await until(lambda: [type(action) for _, action in host.acted] == [CallHelp])
    fall(host, "1", 81)
    await expect(page.locator("#bed-1")).to_contain_text("81")
    await expect(page.locator(".strip")).to_contain_text("Chair 1")
    assert await wanted(page) == "high"
    await spoil(page, "")
    fall(host, "2", 84)
    await expect(tile).to_contain_text("84")
    await expect(tile).not_to_contain_text("CANNOT BE SHOWN")


async def test_alarms_that_are_understood_are_answered_in_a_broken_tile(
    browser: Browser, station: Served, host: PaperHost
) -> None:
    page = await spoiled(browser, station)
    await spoil(page, "data.due = null")
    fall(host, "2", 83)
    tile = page.locator("#bed-2")
    await expect(tile).to_contain_text("CANNOT BE SHOWN")
    await expect(page.locator(".strip")).to_contain_text("Chair 2")
    await expect(tile.locator(".alarms")).to_contain_text("SpO2 low")
    await expect(tile.get_by_role("button", name="Acknowledge")).to_be_visible()
    await expect(tile.get_by_role("button", name="Pause audio")).to_be_visible()


async def test_a_bed_that_the_daemon_cannot_show_has_no_old_number_either(
    browser: Browser, station: Served, host: PaperHost
) -> None:
    page = await spoiled(browser, station)
    good = host.states["2"]
    broken: Any = object()
    host.set("2", readings=(broken,))
    tile = page.locator("#bed-2")
    await expect(tile).to_contain_text("CANNOT BE SHOWN")
    await expect(tile).not_to_contain_text("98")
    host.set("2", readings=good.readings)
    await expect(tile).to_contain_text("98")


async def test_a_panel_that_fails_takes_no_tile_with_it(page: Page, host: PaperHost) -> None:
    for of in ("insight", "confidential"):
        await page.route(f"**/{of}", lambda route: route.fulfill(json={}))
    await page.locator("#bed-2 .name").click()
    await expect(page.get_by_text("The chair in detail cannot be shown.")).to_be_visible()
    fall(host, "1", 81)
    await expect(page.locator("#bed-1")).to_contain_text("81")
    host.set("2", readings=vitals(96))
    await expect(page.locator("#bed-2")).to_contain_text("96")

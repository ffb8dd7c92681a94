"""A page that nobody looks at, and one that is held back: it keeps time, and says what it can no longer do."""

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from monitord.model import in_words
from monitord.station.access.listening_stations import Sound
from tests.builders_station import PaperHost, state, vitals
from tests.station.page.paged import confirm, holds, show, tap_head
from tests.station.served import Served, until

pytestmark = [pytest.mark.browser]

NO_TIMERS = "window.setTimeout = () => 0; window.setInterval = () => 0;"
"""A tab in the background for some minutes has one of its own timers a minute; here it has none."""

KEEP_AUDIO = """
    const Real = window.AudioContext;
    window.AudioContext = class extends Real { constructor() { super(); window.audio = this; } };
"""

HEARTBEATS = """
    const parse = JSON.parse;
    window.beats = 0;
    window.spoil = null;
    JSON.parse = (text, ...more) => {
        const data = parse(text, ...more);
        if (data && data.sent) { window.beats += 1; window.spoil?.(data, window.beats); }
        return data;
    };
"""

ONE_EVENT_A_STREAM = """
    window.streams = 0;
    const Stream = window.EventSource;
    window.EventSource = class extends Stream {
        constructor(...of) { super(...of); window.streams += 1; this.told = new Map(); }
        addEventListener(name, take) {
            super.addEventListener(name, (event) => {
                this.told.set(name, (this.told.get(name) ?? 0) + 1);
                if (name !== "heartbeat" || this.told.get(name) === 1) take(event);
            });
        }
    };
"""
"""What a proxy lets through that waits for its buffer to fill: the greeting of each stream, and then nothing."""


@pytest.fixture
def host() -> PaperHost:
    return PaperHost(**{"1": state("1", readings=vitals(97))})


async def page_with(browser: Browser | BrowserContext, station: Served, *scripts: str) -> Page:
    page = await browser.new_page()
    for script in scripts:
        await page.add_init_script(script)
    await show(page, station.url)
    await page.locator(".suite").click()
    await page.locator(".banner.locked").wait_for(state="detached")
    return page


def troubles(host: PaperHost) -> list[tuple[str, bool]]:
    return [(in_words(fault.why) if fault.why else "", fault.present) for fault in host.reported]


async def test_a_page_whose_own_timers_stand_still_tells_and_sounds_the_loss_of_the_daemon(
    browser: Browser, station: Served
) -> None:
    page = await page_with(browser, station, NO_TIMERS)
    await holds(page, "document.title === 'North'")
    bursts = await page.evaluate("window.bursts")
    station.stop()
    await holds(page, "document.title.startsWith('NO CONNECTION')")
    # It sounds again and again.
    await holds(page, f"window.bursts > {bursts + 1}")


async def test_a_station_whose_sound_ends_says_so_and_one_that_is_discarded_is_missed(
    browser: Browser, station: Served, host: PaperHost
) -> None:
    context = await browser.new_context()
    page = await page_with(context, station, KEEP_AUDIO)
    await tap_head(page, "Name this station")
    await page.get_by_label("Station (the place where it stands)").fill("Desk")
    await confirm(page)
    await until(lambda: [each.sound for each in station.hub.stations()] == [Sound.PLAYS])
    await page.evaluate("window.audio.suspend()")
    await until(lambda: [each.sound for each in station.hub.stations()] == [Sound.SUSPENDED])
    await page.locator(".suite").click()
    await until(lambda: [each.sound for each in station.hub.stations()] == [Sound.PLAYS])
    await page.evaluate(
        "Object.defineProperty(window.audio, 'currentTime', { get: () => 1, configurable: true })"
    )
    await until(lambda: [each.sound for each in station.hub.stations()] == [Sound.STUCK])
    await page.evaluate("delete window.audio.currentTime")
    await until(lambda: [each.sound for each in station.hub.stations()] == [Sound.PLAYS])
    # A browser that needs memory discards a tab without a word to it, and loads it anew when somebody looks.
    await page.close()
    await until(lambda: troubles(host)[-1:] == [("it does not answer", True)])
    again = await context.new_page()
    await show(again, station.url)
    await again.locator(".suite").click()
    await until(lambda: troubles(host)[-1:] == [("", False)])


async def test_a_page_says_when_events_come_in_lumps_and_stops_saying_it(
    browser: Browser, station: Served
) -> None:
    page = await browser.new_page()
    await page.clock.install()
    await page.add_init_script(HEARTBEATS)
    await show(page, station.url)
    await holds(page, "window.beats >= 2")
    assert await page.locator("[data-lumps]").count() == 0
    # Every second heartbeat was sent 3 s earlier than it came.
    await page.evaluate("window.spoil = (data, n) => { if (n % 2) data.sent -= 3000; }")
    await expect(page.locator("[data-lumps]")).to_contain_text(" s late")
    await page.evaluate("window.spoil = null")
    await page.clock.fast_forward(61_000)
    await expect(page.locator("[data-lumps]")).to_have_count(0)


async def test_a_page_says_it_of_streams_that_fall_silent_after_their_first_words(
    browser: Browser, station: Served
) -> None:
    page = await page_with(browser, station, ONE_EVENT_A_STREAM)
    await expect(page.locator("[data-lumps]")).to_contain_text(" s late")
    await expect(page.locator(".live")).not_to_have_text("NOT LIVE")

"""What stands on a wall screen at once: every tile with all its buttons, nothing cut or covered."""

import dataclasses

import pytest
from playwright.async_api import Browser, Page, expect

from monitord.engine.protocol.prompt import WindowPrompt
from monitord.engine.state import State
from monitord.model import MINUTE, Instant, Signal
from tests.builders_station import NOW, PaperHost, reading, suite_of_four
from tests.station.page.full_ward import alarming, chair, full_ward
from tests.station.page.paged import alarm, drawn, opened
from tests.station.served import served

pytestmark = [pytest.mark.browser]

WALL = (1920, 1080)

OUTSIDE = """() => {
    const named = (node) => `${node.closest("[data-bed]").dataset.bed}: ${node.className || node.tagName} ${node.textContent}`;
    const inside = (inner, outer) =>
        inner.left >= outer.left - 1 && inner.right <= outer.right + 1 &&
        inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
    const screen = { left: 0, top: document.querySelector(".station > header").getBoundingClientRect().bottom,
                     right: innerWidth, bottom: innerHeight };
    return [...document.querySelectorAll(".tile, .tile *")]
        .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height > 0)
        .filter((node) => !node.closest(".uplot"))
        .filter((node) => {
            const box = node.getBoundingClientRect();
            return !inside(box, screen) || !inside(box, node.closest(".tile").getBoundingClientRect());
        })
        .map(named);
}"""
"""What of a tile is not wholly on the screen, or not wholly in its tile."""

COVERED = """() => [...document.querySelectorAll(".tile button, .tile output")]
    .filter((node) => node.checkVisibility())
    .filter((node) => {
        const box = node.getBoundingClientRect();
        const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        return !(node.contains(top) || top?.contains(node));
    })
    .map((node) => `${node.closest("[data-bed]").dataset.bed}: ${node.className} ${node.textContent}`)"""
"""What cannot be touched or read because something lies over its middle."""

CUT = """() => [...document.querySelectorAll(".tile button, .tile output, .tile .what")]
    .filter((node) => node.checkVisibility() && node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0)
    .map((node) => `${node.closest("[data-bed]").dataset.bed}: ${node.className} ${node.textContent}`)"""
"""Numbers, buttons and alarms that are wider than their place."""


def busy(state: State) -> State:
    """A bed that shows all it can: wide numbers, breathing, scores, and a prompt beside an alarm."""
    seen = (
        reading(Signal.RESP_RATE, 14, simulated=True),
        reading(Signal.NIBP_MAP, 130, fresh=6 * MINUTE, simulated=True),
        reading(Signal.MOAAS, 4, fresh=20 * MINUTE, simulated=True),
        reading(Signal.NAUSEA, 2, fresh=20 * MINUTE, simulated=True),
    )
    wide: dict[float | None, float] = {97: 100, 72: 118, 128: 182, 81: 104}
    readings = (
        *(
            dataclasses.replace(each, value=wide.get(each.value, each.value))
            for each in state.readings
        ),
        *seen,
    )
    held = state.session_settings
    if held is None:
        return dataclasses.replace(state, readings=readings)
    prompt = WindowPrompt(
        asks="Time of the peak: stay close", source="a paper", begin=0, end=60 * MINUTE
    )
    asking = dataclasses.replace(held.protocols["ketamine"], prompts={"peak": prompt})
    settings = dataclasses.replace(held, protocols={"ketamine": asking})
    return dataclasses.replace(state, readings=readings, session_settings=settings)


def ward(beds: int) -> PaperHost:
    """As many beds as wanted, busy, the four of the small suite over and over."""
    four = list(suite_of_four().states.values())
    return PaperHost(**{str(n + 1): moved(busy(four[n % 4]), str(n + 1)) for n in range(beds)})


def moved(state: State, bed: str) -> State:
    """The same at another bed."""
    tracks = []
    for track in state.tracks:
        assert track.alarm is not None
        line = dataclasses.replace(track.alarm.line, bed=bed, id=f"{bed}/{track.key}/1")
        alarm = dataclasses.replace(track.alarm, id=line.id, line=line)
        tracks.append(dataclasses.replace(track, alarm=alarm))
    assert state.settings is not None
    settings = dataclasses.replace(state.settings, bed=bed)
    return dataclasses.replace(state, tracks=tuple(tracks), settings=settings)


async def unlocked(browser: Browser, url: str) -> Page:
    page = await opened(browser, url, *WALL)
    await page.locator(".suite").click()
    await page.locator(".banner.locked").wait_for(state="detached")
    return page


async def stands_wholly(page: Page) -> None:
    await drawn(page)
    assert await page.evaluate(OUTSIDE) == []
    assert await page.evaluate(COVERED) == []
    assert await page.evaluate(CUT) == []
    assert await page.evaluate("document.documentElement.scrollHeight") <= WALL[1]


@pytest.mark.parametrize("beds", [1, 2, 3, 4, 6, 8, 12])
async def test_every_tile_stands_wholly_on_a_wall_screen(browser: Browser, beds: int) -> None:
    async with served(ward(beds)) as station:
        page = await unlocked(browser, station.url)
        await expect(page.locator(".tile")).to_have_count(beds)
        await stands_wholly(page)


async def test_four_tiles_stand_wholly_below_the_banner_of_a_locked_sound(browser: Browser) -> None:
    async with served(ward(4)) as station:
        page = await opened(browser, station.url, *WALL)
        await expect(page.locator(".banner.locked")).to_be_visible()
        await stands_wholly(page)


async def test_every_action_of_a_tile_can_be_reached_behind_more(browser: Browser) -> None:
    async with served(ward(4)) as station:
        page = await unlocked(browser, station.url)
        tile = page.locator('[data-bed="2"]')
        await tile.get_by_role("button", name="Actions", exact=True).click()
        cut = """tile => [...tile.querySelectorAll(".actions button")].filter(
            (button) => button.getBoundingClientRect().right > tile.getBoundingClientRect().right
                     || button.getBoundingClientRect().bottom > tile.getBoundingClientRect().bottom)
            .map((button) => button.textContent)"""
        await expect(tile.get_by_role("button", name="Swap a device")).to_be_visible()
        assert await tile.evaluate(cut) == []


async def test_pausing_and_answering_are_two_taps_where_twelve_tiles_stand(
    browser: Browser,
) -> None:
    async with served(ward(12)) as station:
        page = await unlocked(browser, station.url)
        tile = page.locator('[data-bed="2"]')
        await expect(tile.locator(".acknowledge")).to_be_visible()
        await expect(tile.locator(".pause")).to_be_hidden()
        await tile.get_by_role("button", name="Actions", exact=True).click()
        await expect(tile.get_by_role("button", name="Pause audio")).to_be_visible()
        await expect(tile.get_by_role("button", name="Answer: SpO2 86")).to_be_visible()


TABLET = (1024, 768)


def _six_in_alarm(third: State) -> PaperHost:
    """Six chairs with four alarms each; the third is as given."""
    host = full_ward(6, 4)
    host.states["3"] = third
    return host


async def test_a_tile_with_four_alarms_still_says_paused_and_how_old_a_pressure_is(
    browser: Browser,
) -> None:
    full = chair("3", alarming("3", 4))
    assert full.session is not None
    old = reading(
        Signal.NIBP_SYS, 182, at=Instant(NOW - 38 * MINUTE), fresh=60 * MINUTE, simulated=True
    )
    readings = tuple(old if each.signal is Signal.NIBP_SYS else each for each in full.readings)
    paused = dataclasses.replace(full.session, infusion="paused")
    third = dataclasses.replace(full, session=paused, readings=readings)
    async with served(_six_in_alarm(third)) as station:
        page = await opened(browser, station.url, *TABLET)
        tile = page.locator('[data-bed="3"]')
        await expect(tile.get_by_text("paused")).to_be_visible()
        await expect(tile.locator(".nibp .state")).to_have_text("38 min")
        await expect(tile.locator(".nibp .state")).to_be_visible()
        await expect(page.locator('[data-bed="2"] .nibp .state')).to_be_hidden()


async def test_an_open_list_of_actions_gives_way_to_a_new_alarm_and_to_escape(
    browser: Browser,
) -> None:
    host = ward(6)
    host.states["1"] = chair("1")
    async with served(host) as station:
        page = await opened(browser, station.url, *TABLET)
        tile = page.locator('[data-bed="1"]')
        more = tile.get_by_role("button", name="Actions", exact=True)
        await more.click()
        await expect(tile.locator(".actions.open")).to_be_visible()
        await tile.get_by_role("button", name="Close").click()
        await expect(tile.locator(".actions.open")).to_be_hidden()
        await more.click()
        await page.keyboard.press("Escape")
        await expect(tile.locator(".actions.open")).to_be_hidden()
        await more.click()
        await expect(tile.locator(".actions.open")).to_be_visible()
        alarm(host, "1")
        await expect(tile.locator(".actions.open")).to_be_hidden()
        await expect(tile.locator(".alarm .acknowledge").first).to_be_visible()


async def test_the_numbers_stand_before_what_the_protocol_asks(browser: Browser) -> None:
    async with served(ward(6)) as station:
        page = await opened(browser, station.url, *TABLET)
        first = page.locator(".tile:has(.prompts)").first
        order = """tile => tile.querySelector(".vitals").compareDocumentPosition(tile.querySelector(".prompts"))"""
        assert await first.evaluate(order) & 4, "prompts follow"
        await expect(first.locator('output[data-signal="spo2"]')).to_be_in_viewport(ratio=1)

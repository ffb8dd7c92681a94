"""Every chair with four alarms, on each size of screen: nothing cut, nothing hidden, the worst in the first screen."""

import pytest
from playwright.async_api import Browser, Page, expect

from monitord.model import MINUTE, Instant, Kind, Priority
from monitord.station.host import Changed
from tests.builders_station import NOW, line, state, track
from tests.station.page.full_ward import chair, full_ward, mixed
from tests.station.page.paged import drawn, opened, show
from tests.station.page.test_page_wall import COVERED, OUTSIDE
from tests.station.served import served

pytestmark = [pytest.mark.browser]

HEAD_AT_MOST = 0.2
"""Of the height."""

SILENT = line(
    None,
    "destination:routes",
    kind=Kind.TECHNICAL,
    priority=Priority.HIGH,
    text="Routes: alarms do not arrive: terminal writes into a log, where nobody sees it",
)

USED_AT_LEAST = 0.8
"""Of a full tile's height: what is left makes letters and numbers larger."""

CUT = """() => {
    const shown = [...document.querySelectorAll(".station > header *, .tile, .tile *")]
        .filter((node) => node.checkVisibility() && node.clientWidth > 0 && !node.closest(".uplot, svg, .curves"));
    const spills = (node) => node.scrollWidth > node.clientWidth + 1 ||
        (node.scrollHeight > node.clientHeight + 1 && getComputedStyle(node).overflowY !== "visible");
    return shown.filter((node) => getComputedStyle(node).display !== "inline" && spills(node))
        .map((node) => `${node.className || node.tagName}: ${node.textContent.slice(0, 60)}`);
}"""
"""What is wider than its place, or higher and cut there."""

BOXES = """() => [...document.querySelectorAll(".vital output")]
    .filter((node) => {
        const inner = node.getBoundingClientRect(), outer = node.closest(".vital").getBoundingClientRect();
        return inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1;
    })
    .map((node) => node.textContent)"""
"""Numbers outside their boxes."""

ALARMS = """() => [...document.querySelectorAll(".tile")].map((tile) => ({
    alarms: [...tile.querySelectorAll(".alarm :is(.what, .brief)")].filter((node) => node.checkVisibility()).length,
    answers: [...tile.querySelectorAll(".acknowledge")].filter((node) => node.checkVisibility()).length,
    numbers: [...tile.querySelectorAll("output")].filter((node) => node.checkVisibility()).length,
    least: Math.min(...[...tile.querySelectorAll(".alarm .what")].map((node) => parseFloat(getComputedStyle(node).fontSize))),
}))"""

USED = """() => Math.min(...[...document.querySelectorAll(".tile")].map((tile) => {
    const parts = [...tile.children].filter((node) => node.checkVisibility()).map((node) => node.getBoundingClientRect().bottom);
    const { top, height } = tile.getBoundingClientRect();
    return (Math.max(...parts) - top) / height;
}))"""
"""How far down the emptiest tile is filled, of its height."""


async def resized(page: Page, width: int, height: int) -> None:
    """The page on another screen, once it stands."""
    await page.set_viewport_size({"width": width, "height": height})
    await drawn(page)


async def head_share(page: Page) -> float:
    share: float = await page.evaluate(
        "document.querySelector('.station > header').offsetHeight / innerHeight"
    )
    return share


async def all_stand(page: Page, height: int, chairs: int, alarms: int = 4) -> None:
    await expect(page.locator(".tile")).to_have_count(chairs)
    await expect(page.locator("main.wall")).to_have_count(1)
    shown = await page.evaluate(ALARMS)
    assert [(tile["alarms"], tile["answers"]) for tile in shown] == [(alarms, alarms)] * chairs
    # SpO2, pulse, breaths and pressure, of which each alarms.
    assert min(tile["numbers"] for tile in shown) >= alarms
    assert await page.evaluate(USED) >= USED_AT_LEAST
    # What is read at 1 m.
    assert min(tile["least"] for tile in shown) >= 15
    assert await page.evaluate(CUT) == []
    assert await page.evaluate(BOXES) == []
    assert await page.evaluate(OUTSIDE) == []
    assert await page.evaluate(COVERED) == []
    assert await page.evaluate("document.documentElement.scrollHeight") <= height
    assert await head_share(page) < HEAD_AT_MOST


async def worst_first(page: Page, chair: str) -> None:
    """A list: the most urgent chair stands first, what answers its alarm in the first screen, nothing is cut."""
    await expect(page.locator("main.list")).to_have_count(1)
    first = page.locator(".tile").first
    assert await first.get_attribute("data-bed") == chair
    await expect(first.locator(".acknowledge").first).to_be_in_viewport(ratio=1)
    assert await page.evaluate(CUT) == []
    assert await page.evaluate(BOXES) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= await page.evaluate(
        "innerWidth"
    )
    assert await head_share(page) < HEAD_AT_MOST


async def unlocked(browser: Browser, url: str, width: int, height: int) -> Page:
    page = await opened(browser, url, width, height)
    await page.locator(".suite").click()
    await page.locator(".banner.locked").wait_for(state="detached")
    # What a busy machine adds for a while.
    await page.evaluate(
        """() => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(".banner { display: none !important }");
            document.adoptedStyleSheets = [sheet];
        }"""
    )
    await drawn(page)
    return page


async def test_twelve_chairs_with_four_alarms_stand_on_a_wall_and_one_after_the_other_at_200_percent(
    browser: Browser,
) -> None:
    host = full_ward(12)
    async with served(host) as station:
        page = await unlocked(browser, station.url, 1920, 1080)
        await all_stand(page, 1080, 12)
        # 200 % of 1920x1080. Every third chair has the high alarm as its newest.
        await resized(page, 960, 540)
        await worst_first(page, "3")
        # A phone: each chair's chip stands in the head.
        await resized(page, 390, 844)
        await worst_first(page, "3")
        assert await page.locator(".chip:visible").count() == 12
        assert (await page.locator(".chip .look").first.inner_text()).split() == ["!!!", "3"]
        # An alarm of the suite has no tile: it stands there whole, below the chairs.
        host.of_suite = state(None, tracks=(track(SILENT, id="suite/1"),))
        host.sequence += 1
        host.update(Changed(seq=host.sequence, bed=None))
        last = page.locator(".chip").last
        await expect(last).to_contain_text("alarms do not arrive")
        await expect(last.get_by_role("button", name="Acknowledge")).to_be_visible()
        await drawn(page)
        assert await head_share(page) < HEAD_AT_MOST


async def test_six_stand_on_screens_and_tablets_of_each_size_and_one_after_the_other_on_a_phone(
    browser: Browser,
) -> None:
    async with served(full_ward(6)) as station:
        page = await unlocked(browser, station.url, 1366, 768)
        await all_stand(page, 768, 6)
        for width, height in ((1920, 1080), (1024, 768), (768, 1024)):
            await resized(page, width, height)
            await all_stand(page, height, 6)
        await resized(page, 390, 844)
        await worst_first(page, "3")


async def test_four_stand_on_a_tablet_either_way(browser: Browser) -> None:
    async with served(full_ward(4)) as station:
        page = await unlocked(browser, station.url, 1024, 768)
        await all_stand(page, 768, 4)
        await resized(page, 768, 1024)
        await all_stand(page, 1024, 4)


async def test_what_alarms_keeps_its_size_and_a_chair_grows_again_when_it_is_quiet(
    browser: Browser,
) -> None:
    host = full_ward(12, 0)
    host.states["2"] = chair("2", mixed("2"))
    async with served(host) as station:
        page = await unlocked(browser, station.url, 1920, 1080)
        tile = page.locator('[data-bed="2"]')
        number = tile.locator(".spo2 output")
        size = "node => parseFloat(getComputedStyle(node).fontSize)"
        assert await page.evaluate(CUT) == []
        assert await number.evaluate(size) >= 40
        await expect(tile.locator(".wave")).to_be_hidden()
        # Its alarms are over.
        host.set("2", tracks=())
        await expect(tile.locator(".wave")).to_be_visible()


async def test_a_list_of_chairs_changes_its_order_when_nobody_touches_it_and_takes_no_tap_meant_for_another(
    browser: Browser,
) -> None:
    host = full_ward(6, 1)
    async with served(host) as station:
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        await page.clock.install()
        await show(page, station.url)
        first = page.locator(".tile").first
        # From here on the page's time is the test's: that of a busy machine goes on between two steps.
        await page.clock.pause_at(await page.evaluate("Date.now()") + 100)
        await page.locator(".suite").click()
        chair = await first.get_attribute("data-bed")
        urgent = "2" if chair != "2" else "4"
        high = line(urgent, "pulse", priority=Priority.HIGH, at=Instant(NOW + MINUTE))
        host.set(urgent, tracks=(track(high, id="new"),))
        await expect(page.locator(".chip").first).to_contain_text(f"Chair {urgent}")
        # The finger is there.
        assert await first.get_attribute("data-bed") == chair
        await page.clock.run_for(3100)
        await expect(first).to_have_attribute("data-bed", urgent)
        await first.locator(".acknowledge").dispatch_event("click")
        await expect(page.locator(".sheet")).to_have_count(0)
        await page.clock.run_for(800)
        await first.locator(".acknowledge").dispatch_event("click")
        await expect(page.locator(".sheet")).to_have_count(1)


async def test_buttons_of_the_head_stand_in_sight_as_far_as_they_fit_and_the_others_behind_menu(
    browser: Browser,
) -> None:
    async with served(full_ward(1, 0)) as station:
        page = await unlocked(browser, station.url, 1920, 1080)
        head, menu = page.locator(".head-buttons"), page.get_by_role("button", name="Menu")
        await expect(menu).to_have_count(0)
        await expect(head.get_by_role("button")).to_have_count(9)
        for width, fewest in ((1500, 7), (1366, 5), (1200, 4), (1024, 2)):
            await resized(page, width, 768)
            await expect(menu).to_be_visible()
            shown = head.get_by_role("button")
            assert await shown.count() > fewest
            # One row, nothing over another, and no room left for one more.
            assert await page.evaluate(CUT) == []
            tops = await shown.evaluate_all(
                "(all) => all.map((each) => each.getBoundingClientRect().top)"
            )
            assert len(set(tops)) == 1
            await menu.click()
            await expect(head.get_by_role("button")).to_have_count(10)
            await page.keyboard.press("Escape")
        await resized(page, 1920, 1080)
        await expect(menu).to_have_count(0)

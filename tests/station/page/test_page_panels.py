"""Every panel of the page is opened, gone through and closed by the keyboard alone, and axe finds no fault in it.

The page's own list of panels says which there are: one without a way here fails.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect

from monitord.daemon.host.station_reviews import reviews
from monitord.model import Instant, Priority
from monitord.station.routes.review_routes import add_reviews
from monitord.station.routes.session_list_routes import add_session_list
from monitord.store.journal.journal import Journal
from monitord.store.session_list import list_sessions
from tests.builders_station import PaperHost, line, state, vitals
from tests.record.journaled import an_infusion
from tests.station.page.busy_visit import busy
from tests.station.page.paged import opened
from tests.station.page.test_page_axe import PHONE, WALL, faults
from tests.station.peopled import PASSWORD, peopled
from tests.station.served import Served, served, until

pytestmark = [pytest.mark.browser]

APP: Final = Path(__file__).parents[3] / "monitord" / "station" / "web" / "src" / "app.tsx"
PANELS: Final = re.findall(r'\["part\.(\w+)", \w+\]', APP.read_text(encoding="utf-8"))


@dataclass(frozen=True, kw_only=True)
class Way:
    """What Enter is pressed on, one after the other (a name, or a selector), and what is then there."""

    through: tuple[str, ...]
    panel: str
    key: str = ""
    """What closes it; empty where its button does."""
    people: bool = False


WAYS: Final = {
    "detail": Way(through=('[data-bed="1"] .name',), panel="aside[class='detail']"),
    "log": Way(through=("Alarm log",), panel="aside.log"),
    "limits": Way(through=("Limits",), panel=".limits-page"),
    "legend": Way(through=("Legend",), panel=".legend"),
    "sessions": Way(through=("Sessions",), panel=".sessions"),
    "review": Way(through=("Alarm log", "Alarms of 72 hours", ".reviewed .row"), panel=".review"),
    "trends": Way(
        through=("Sessions", "All days", "Trends of Chair 1, P-17"), panel=".session-trend"
    ),
    "suite": Way(through=("Suite not checked",), panel=".suite-panel"),
    "people": Way(through=(".person summary", "Accounts"), panel=".people", people=True),
    "sheet": Way(through=('[data-bed="1"] .acknowledge',), panel=".sheet", key="Escape"),
}

TABS = 300
IS_IT = """(what) => {
    const at = document.activeElement;
    if (/^(aside|[.[])/.test(what)) return at.matches(what);
    return [at.getAttribute("aria-label"), at.textContent].some((name) => name?.trim() === what);
}"""
MARK = "document.addEventListener('focusin', (event) => (event.target.dataset.visited = ''))"
UNVISITED = """(panel) => {
    const controls = "button, a[href], input, select, textarea, summary, [tabindex='0']";
    const shown = (each) => each.checkVisibility() && !each.disabled;
    const group = (each) => [...document.getElementsByName(each.name)].some((one) => "visited" in one.dataset);
    return [...document.querySelector(panel).querySelectorAll(controls)]
        .filter((each) => shown(each) && !("visited" in each.dataset) && !(each.type === "radio" && group(each)))
        .map((each) => each.outerHTML.slice(0, 120));
}"""


async def test_every_panel_of_the_page_has_a_way_here() -> None:
    assert len(PANELS) >= 8
    assert sorted(PANELS) == sorted(WAYS)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("panels") / "journal.db"
    an_infusion(place)
    return place


@asynccontextmanager
async def ward(place: Path, folder: Path, *, with_people: bool) -> AsyncIterator[Served]:
    """A visit with a bit of everything, and a journal with a session that is over."""
    host = PaperHost(**{"1": busy(), "2": state("2", readings=vitals())})
    people = peopled(folder, host) if with_people else None

    async def looked(_who: str, _what: str) -> None: ...

    with Journal.open(place, read_only=True) as journal:
        newest = journal.last_instant() or Instant(0)

        async def find(*_: object) -> tuple[object, ...]:
            return list_sessions(journal)

        def routes(app: FastAPI) -> None:
            read = reviews(journal, lambda: newest, asyncio.Lock())
            add_reviews(app, read, host.label, looked)
            add_session_list(app, find, host.label, looked)  # type: ignore[arg-type]

        access = people.access if people else None
        async with served(host, access=access, also=routes) as station:
            if people is not None:
                await until(lambda: people.known.loaded)
            host.tell(line("1", priority=Priority.HIGH))
            yield station
    if people is not None:
        people.journal.close()


async def walk(page: Page, what: str) -> None:
    """Tab until the keyboard's place is there, then Enter."""
    for _ in range(TABS):
        await page.keyboard.press("Tab")
        if await page.evaluate(IS_IT, what):
            await page.keyboard.press("Enter")
            return
    pytest.fail(f"{what} is not reached by Tab")


async def signed_in(browser: Browser, url: str) -> Page:
    page = await browser.new_page(viewport=WALL)
    await page.goto(url)
    await page.get_by_label("Name").fill("engineer")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator(".tile").first.wait_for()
    return page


@pytest.mark.parametrize("name", PANELS)
async def test_a_panel_is_used_by_the_keyboard_alone_and_axe_finds_no_fault_in_it(
    browser: Browser, place: Path, tmp_path: Path, name: str
) -> None:
    way = WAYS[name]
    async with ward(place, tmp_path, with_people=way.people) as station:
        if way.people:
            page = await signed_in(browser, station.url)
        else:
            page = await opened(browser, station.url, WALL["width"], WALL["height"])
        panel = page.locator(way.panel)
        for what in way.through:
            await walk(page, what)
        await expect(panel).to_be_visible()
        await expect(panel.get_by_text("monitord was asked")).to_have_count(0)
        assert await faults(page) == []
        await page.evaluate(MARK)
        for _ in range(TABS):
            await page.keyboard.press("Tab")
            if not await page.evaluate(UNVISITED, way.panel):
                break
        assert await page.evaluate(UNVISITED, way.panel) == []
        await page.set_viewport_size(PHONE)
        assert await faults(page) == []
        await page.set_viewport_size(WALL)
        if way.key:
            await page.keyboard.press(way.key)
        else:
            await walk(page, f"{way.panel} > header button:last-of-type")
        await expect(panel).to_have_count(0)

"""axe-core finds no fault on any view of the page, on a wall screen and on a phone; of its panels `test_page_panels.py` says so."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, ViewportSize

from monitord.model import Priority
from monitord.record.record import read_record
from monitord.record.session_report import report
from monitord.store.journal.journal import Journal
from tests.builders_station import (
    PaperHost,
    line,
    state,
    vitals,
)
from tests.record.journaled import an_infusion
from tests.station.page.busy_visit import busy
from tests.station.page.kept_context import own_page
from tests.station.page.paged import opened, press, tap_head
from tests.station.peopled import peopled
from tests.station.served import Served, served, until

pytestmark = [pytest.mark.browser]

WALL = ViewportSize(width=1920, height=1080)
PHONE = ViewportSize(width=390, height=844)


@pytest.fixture
def host() -> PaperHost:
    host = PaperHost(**{"1": busy(), "2": state("2", readings=vitals(simulated=True))})
    host.lost.append("3")
    return host


@pytest_asyncio.fixture(loop_scope="session")
async def station(host: PaperHost) -> AsyncIterator[Served]:
    async with served(host) as running:
        host.tell(line("1", priority=Priority.HIGH))
        yield running


async def overview(page: Page) -> None:
    await page.locator(".alarm").first.wait_for()


async def detail(page: Page) -> None:
    await page.locator('[data-bed="1"] .name').click()
    await page.locator(".own .adjusted").wait_for()


async def limit_sheet(page: Page) -> None:
    await detail(page)
    await page.get_by_role("button", name="Tighten SpO2 <93 medium").click()
    await page.locator(".sheet").wait_for()


async def opening_check(page: Page) -> None:
    await tap_head(page, "Suite not checked")
    await page.locator(".suite-panel").wait_for()


async def handover(page: Page) -> None:
    await opening_check(page)
    await page.get_by_role("button", name="Hand over…").click()
    await page.locator(".sheet").wait_for()


async def bright(page: Page) -> None:
    await tap_head(page, "Dark")
    await page.locator('html[data-theme="bright"]').wait_for()
    await page.locator(".suite").click()


def sheet(bed: str, button: str) -> Callable[[Page], Awaitable[None]]:
    """The sheet behind a button of a tile."""

    async def open_it(page: Page) -> None:
        await press(page, bed, button)
        await page.locator(".sheet").wait_for()

    return open_it


VIEWS = {
    "overview": overview,
    "limit": limit_sheet,
    "handover": handover,
    "bright": bright,
    "observe": sheet("1", "Observe"),
    "form": sheet("1", "Forms"),
    "protocol": sheet("1", "Correct protocol"),
    "admit": sheet("2", "Admit"),
}


async def faults(page: Page, *, serious: bool = False) -> list[tuple[str, list[str]]]:
    """What axe-core finds, of any impact or from `serious` on."""
    return [
        (fault["id"], [node["html"] for node in fault["nodes"]])
        for fault in (await Axe().run(page)).response["violations"]
        if not serious or fault["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("view", VIEWS)
async def test_axe_finds_no_fault_on(browser: Browser, station: Served, view: str) -> None:
    """The same view twice: opening a page takes longer than looking at it."""
    page = await opened(browser, station.url, WALL["width"], WALL["height"])
    await VIEWS[view](page)
    assert await faults(page) == []
    await page.set_viewport_size(PHONE)
    assert await faults(page) == []


async def test_axe_finds_no_fault_in_the_login(
    browser: Browser, host: PaperHost, tmp_path: Path
) -> None:
    people = peopled(tmp_path, host)
    async with served(host, access=people.access) as station:
        await until(lambda: people.known.loaded)
        page = await own_page(browser, PHONE["width"], PHONE["height"])
        await page.goto(station.url)
        await page.get_by_label("Password").wait_for()
        assert await faults(page) == []
    people.journal.close()


async def test_axe_finds_no_serious_fault_in_the_report(browser: Browser, tmp_path: Path) -> None:
    an_infusion(tmp_path / "j.db").write(tmp_path / "j.db")
    with Journal.open(tmp_path / "j.db") as journal:
        text = report(read_record(journal, "s1"))
    page = await own_page(browser, WALL["width"], WALL["height"])
    await page.set_content(text)
    assert await faults(page, serious=True) == []

"""One browser (Debian's Chromium, with its own autoplay rules) for all page tests of a test process.

A browser lives in the event loop that started it. So all page tests, and the fixtures that they await, run in the loop
of the test session; every other test has a loop of its own.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.builders_station import PaperHost
from tests.conftest import BROWSER, HEADLESS, find_program
from tests.peers import GENEROUS_S
from tests.station.page.kept_context import tidy
from tests.station.page.paged import SCRIPT_ERRORS, opened
from tests.station.served import Served, served

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    expect.set_options(timeout=GENEROUS_S * 1000)
    async with async_playwright() as playwright:
        # Its headless edition has no window, whose bars are pages too: a third less of processor time. Without a
        # graphics card one would be played, which costs a tenth. A process of its own for each page costs a fifth.
        started = await playwright.chromium.launch(
            executable_path=find_program(HEADLESS) or find_program(BROWSER),
            args=["--no-sandbox", "--disable-gpu", "--renderer-process-limit=1"],
        )
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """The browser; what a test opens in it is closed with the test, and no test finds what another one stored."""
    SCRIPT_ERRORS.clear()
    yield chromium
    await tidy(chromium)
    assert SCRIPT_ERRORS == []


@pytest_asyncio.fixture(loop_scope="session")
async def station(host: PaperHost) -> AsyncIterator[Served]:
    async with served(host) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, station: Served) -> Page:
    return await opened(browser, station.url)

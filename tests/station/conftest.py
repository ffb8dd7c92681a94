"""A browser (Debian's Chromium, with its own autoplay rules), and the page of a paper suite in it."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.builders_station import PaperHost, session, state, vitals
from tests.conftest import BROWSER, find_program
from tests.station.paged import SCRIPT_ERRORS, opened
from tests.station.served import Served, served


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    SCRIPT_ERRORS.clear()
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=find_program(BROWSER), args=["--no-sandbox"]
        )
        yield started
        await started.close()
    assert SCRIPT_ERRORS == []


@pytest.fixture
def host() -> PaperHost:
    return PaperHost(
        **{
            "1": state("1", visit=session(), readings=vitals()),
            "2": state("2", readings=vitals()),
        }
    )


@pytest.fixture
async def station(host: PaperHost) -> AsyncIterator[Served]:
    async with served(host) as running:
        yield running


@pytest.fixture
async def page(browser: Browser, station: Served) -> Page:
    return await opened(browser, station.url)

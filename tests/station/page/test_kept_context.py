"""No page finds what another test's page stored, whoever closed that page."""

import pytest
from playwright.async_api import Browser

from tests.builders_station import suite_of_four
from tests.station.page.kept_context import kept_context, own_page, tidy
from tests.station.served import served

pytestmark = [pytest.mark.browser]


async def test_what_a_page_stored_is_gone_after_its_test_though_the_test_closed_the_page(
    browser: Browser,
) -> None:
    async with served(suite_of_four()) as station:
        page = await own_page(browser, 800, 600)
        assert page.context is await kept_context(browser)
        await page.goto(station.url)
        await page.evaluate("localStorage.setItem('left', 'behind')")
        await page.close()
        await tidy(browser)
        page = await own_page(browser, 800, 600)
        await page.goto(station.url)
        assert await page.evaluate("localStorage.getItem('left')") is None

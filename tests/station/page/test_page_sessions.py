"""Sessions that are over are found from the page and printed; who leaves gets the offer of a printed report."""

from collections.abc import Sequence

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect

from monitord.model import HOUR, Instant
from monitord.station.routes.report_routes import add_reports
from monitord.station.routes.session_list_routes import add_session_list
from monitord.store.session_list import ListedSession
from tests.builders import Bed
from tests.builders_station import NOW, PaperHost
from tests.station.page.engine_host import EngineHost
from tests.station.page.paged import confirm, holds, opened, press, tap_head
from tests.station.served import served, until

pytestmark = [pytest.mark.browser]

PRINTS = """
    window.printed = [];
    window.open = (url) => ({ addEventListener: (_, loaded) => loaded(), print: () => window.printed.push(url) });
"""


class Record:
    """Two sessions that are over; what was asked for, and who looked at what."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Instant | None, Instant | None]] = []
        self.looks: list[tuple[str, str]] = []

    async def find(
        self, bed: str, pseudonym: str, since: Instant | None, until: Instant | None
    ) -> Sequence[ListedSession]:
        self.asked.append((bed, pseudonym, since, until))
        ended = Instant(NOW - HOUR)
        return [
            ListedSession(session=f"s{n}", bed=n, pseudonym=f"P-{n}", protocol="k", admitted_at=Instant(NOW - 2 * HOUR), ended_at=ended)
            for n in ("1", "2")
            if bed in ("", n) and pseudonym in f"P-{n}"
        ]  # fmt: skip

    async def render(self, session: str, form: str, whole: bool, language: str) -> str:
        return f"<p>report of {session} as {form}, {'whole' if whole else 'without forms'}</p>"

    async def looked(self, who: str, what: str) -> None:
        self.looks.append((who, what))

    def routes(self, app: FastAPI) -> None:
        add_reports(app, self.render, self.looked)
        add_session_list(app, self.find, "Chair {}".format, self.looked)


async def test_a_session_is_found_by_day_chair_and_pseudonym_and_printed(
    browser: Browser, host: PaperHost
) -> None:
    record = Record()
    async with served(host, also=record.routes) as station:
        page = await opened(browser, station.url)
        await page.evaluate(PRINTS)
        await tap_head(page, "Sessions")
        panel = page.get_by_role("complementary", name="Sessions")
        rows = panel.locator("tbody tr")
        await expect(rows).to_have_count(2)
        # First those of this day, from midnight to midnight.
        (_, _, since, end) = record.asked[0]
        assert since is not None
        assert end == since + 24 * HOUR
        await panel.locator("select").select_option("2")
        await expect(rows).to_have_count(1)
        await panel.get_by_role("button", name="All days").click()
        await panel.locator("input[type=search]").fill("P-2")
        await panel.get_by_role("button", name="Find").click()
        await until(lambda: record.asked[-1] == ("2", "P-2", None, None))
        await panel.get_by_role("button", name="Print Chair 2, P-2").click()
        await holds(
            page,
            "window.printed.length === 1 && window.printed[0].includes('/api/sessions/s2/report.html')",
        )
        async with page.context.expect_page() as popping:
            await panel.get_by_role("link", name="Report of Chair 2, P-2").click()
        report = await popping.value
        await expect(report.locator("p")).to_have_text("report of s2 as html, whole")
        assert {what for _, what in record.looks} >= {
            "the list of sessions (1 found)",
            "the record of session s2",
        }


async def test_who_discharges_is_offered_the_printed_report(browser: Browser) -> None:
    record = Record()
    bed = Bed()
    bed.admit()
    async with served(EngineHost(**{"1": bed}), also=record.routes) as station:
        page = await opened(browser, station.url)
        await page.evaluate(PRINTS)
        await discharge(page)
        offer = page.locator("[data-left]")
        await expect(offer).to_contain_text("the patient was discharged")
        await offer.get_by_role("button", name="Print the report").click()
        # The name of who acted here goes along.
        await holds(page, "window.printed[0]?.endsWith('report.html?by=AB')")
        await expect(offer).to_have_count(0)


async def discharge(page: Page) -> None:
    await press(page, "1", "Discharge")
    override = page.get_by_label("Reason to go on all the same")
    if await override.count():
        await override.fill("the nurse decided")
    await confirm(page)

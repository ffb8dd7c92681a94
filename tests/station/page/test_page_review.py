"""What is over is looked at again on the page, by keyboard alone: alarms of 72 h with their curves, trends with a table."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Locator, Page, expect

from monitord.daemon.host.station_reviews import reviews
from monitord.model import HOUR, Instant
from monitord.station.routes.review_routes import add_reviews
from monitord.station.routes.session_list_routes import add_session_list
from monitord.store.journal.journal import Journal
from monitord.store.session_list import list_sessions
from tests.builders_station import PaperHost, state, vitals
from tests.record.journaled import an_infusion
from tests.station.page.paged import opened, tap_head
from tests.station.served import Served, served

pytestmark = [pytest.mark.browser]

LOOKS: list[str] = []


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("review") / "journal.db"
    an_infusion(place)
    return place


@asynccontextmanager
async def ward(place: Path) -> AsyncIterator[Served]:
    """Two chairs; the journal has a session that ended an hour ago, as after a restart."""
    LOOKS.clear()
    host = PaperHost(**{n: state(n, readings=vitals()) for n in ("1", "2")})
    with Journal.open(place, read_only=True) as journal:
        newest = journal.last_instant() or Instant(0)
        host.clock = Instant(newest + HOUR)

        async def looked(who: str, what: str) -> None:
            LOOKS.append(f"{who}: {what}")

        async def find(*_: object) -> tuple[object, ...]:
            return list_sessions(journal)

        def routes(app: FastAPI) -> None:
            add_reviews(app, reviews(journal, host.now, asyncio.Lock()), host.label, looked)
            add_session_list(app, find, host.label, looked)  # type: ignore[arg-type]

        async with served(host, also=routes) as station:
            yield station


def panel(page: Page, name: str) -> Locator:
    return page.get_by_role("complementary", name=name, exact=True)


async def test_each_alarm_has_its_curve_its_lowest_and_highest_and_who_answered(
    browser: Browser, place: Path
) -> None:
    async with ward(place) as station:
        page = await opened(browser, station.url)
        await tap_head(page, "Alarm log")
        await page.get_by_role("button", name="Alarms of 72 hours").press("Enter")
        review = panel(page, "Alarms of 72 hours")
        rows = review.locator(".reviewed li")
        await expect(rows).to_have_count(4)
        await review.get_by_role("combobox", name="Class").select_option(label="patient")
        await expect(rows).to_have_count(2)
        await review.get_by_role("combobox", name="Priority").select_option(label="high")
        await expect(rows).to_have_count(1)
        row = rows.first.get_by_role("button", expanded=False)
        await expect(row).to_contain_text("Chair 1")
        await expect(row).to_contain_text("P-17")
        await expect(row).to_contain_text(re.compile(r"nurse answered after \d+:\d\d"))
        await row.focus()
        await page.keyboard.press("Enter")
        curve = rows.first.locator(".strip-curve")
        await expect(curve).to_have_attribute(
            "aria-label",
            re.compile(
                r"SpO2 from \d\d:\d\d:\d\d to \d\d:\d\d:\d\d: SpO2: lowest 84, highest 96 %"
                r" · limit 90 \(medium\), crossed .*· limit 85 \(high\), crossed "
            ),
        )
        await expect(rows.first).to_contain_text("lowest 84, highest 96 %")
        await expect(curve.locator("canvas")).to_have_count(1)
        await review.get_by_role("combobox", name="Chair").select_option(label="Chair 2")
        await expect(rows).to_have_count(0)
    assert LOOKS[0] == "unidentified: the alarm log (4 alarms)"
    assert any("the strip of alarm" in each for each in LOOKS)


async def test_the_trends_of_a_past_session_have_a_table_beside(
    browser: Browser, place: Path
) -> None:
    async with ward(place) as station:
        page = await opened(browser, station.url)
        await tap_head(page, "Sessions")
        await page.get_by_role("button", name="All days").click()
        await page.get_by_role("button", name="Trends of Chair 1, P-17").press("Enter")
        trends = panel(page, "Trends")
        await expect(trends.locator(".trend.whole canvas")).to_have_count(1)
        await expect(trends.get_by_role("img")).to_have_attribute(
            "aria-label", re.compile("4 alarms.*3 pressures")
        )
        table = trends.get_by_role("table")
        await expect(table.get_by_role("columnheader")).to_contain_text(
            ["Time", "SpO2", "PR", "Pressure mmHg", "MOAA/S"]
        )
        pressures = table.locator("td:nth-of-type(3)", has_text="/")
        await expect(pressures).to_have_text(["128/82", "151/93", "132/84"])
        few = await table.locator("tbody tr").count()
        await trends.get_by_label("A row every").select_option(label="1 min")
        await expect(table.locator("tbody tr").nth(few)).to_be_attached()
        # Who looks through the table with the keyboard can scroll it.
        await trends.get_by_role("region", name="Table of the trends").focus()
        await expect(trends.get_by_role("region", name="Table of the trends")).to_be_focused()
    assert "unidentified: the trends of session s1" in LOOKS

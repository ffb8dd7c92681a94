"""The suite as a whole, on the page in a real browser: opening check, station test, handing over, closing."""

import dataclasses

import pytest
from playwright.async_api import Browser, Page, expect

from monitord.model import (
    AlarmPhase,
    CheckSuite,
    CloseSuite,
    Fault,
    Finding,
    HandOverAll,
    say,
)
from monitord.station.access import listening_stations
from tests.builders_station import PaperHost, line, session, track
from tests.station.page.paged import alarm, confirm, opened, wanted
from tests.station.served import Served, until

pytestmark = [pytest.mark.browser]


async def name_it(page: Page, name: str) -> None:
    await page.get_by_role("button", name="Name this station").click()
    await page.get_by_label("Station (the place where it stands)").fill(name)
    await confirm(page)
    await expect(page.get_by_role("button", name=f"Station {name}")).to_be_visible()


async def test_the_suite_is_checked_a_station_answers_and_the_result_is_recorded(
    page: Page, host: PaperHost, station: Served
) -> None:
    await name_it(page, "Desk")
    await until(lambda: len(station.hub.stations()) == 1)
    await page.get_by_role("button", name="Suite not checked").click()
    suite = page.locator(".suite-panel")
    await suite.get_by_role("button", name="Test alarm").click()
    await expect(page.locator(".banner.test")).to_contain_text("TEST ALARM for station Desk")
    assert await wanted(page) == "medium"
    await page.get_by_text("I see and hear it").click()
    await expect(page.locator(".banner.test")).to_have_count(0)
    await expect(suite).to_contain_text("test alarm answered after")
    assert await wanted(page) == "none"

    host.findings.append(Finding(what="destination pager", ok=False, says="refused"))
    await suite.get_by_role("button", name="Check and record…").click()
    await page.locator(".sheet .confirm").click()
    await expect(suite).to_contain_text("1 of 3 NOT in order")
    await expect(suite.locator(".findings .bad")).to_contain_text("destination pagerrefused")
    await expect(page.locator(".top")).to_contain_text("with faults")
    ((bed, action),) = host.acted
    assert bed is None
    assert isinstance(action, CheckSuite)
    assert action.by == "AB"
    assert [(found.what, found.ok) for found in action.findings] == [
        ("clock", True),
        ("destination pager", False),
        ("station Desk", True),
    ]


async def test_a_suite_with_a_patient_is_not_closed_and_an_empty_one_is(
    page: Page, host: PaperHost
) -> None:
    await page.get_by_role("button", name="Suite not checked").click()
    await page.get_by_role("button", name="Close the suite…").click()
    await confirm(page)
    await expect(page.locator(".refused")).to_have_text("a session is open on Chair 1")
    host.set("1", session=None)
    await page.locator(".sheet .confirm").click()
    await expect(page.locator(".top")).to_contain_text("SUITE CLOSED")
    ((bed, action),) = host.acted
    assert bed is None
    assert isinstance(action, CloseSuite)
    host.set("1", session=session())
    await expect(page.locator(".top")).to_contain_text("Suite not checked")


async def test_handing_over_reads_what_is_open_and_is_one_action_for_all_chairs(
    page: Page, host: PaperHost
) -> None:
    seen = track(line("1"), phase=AlarmPhase.ANSWERED, answered_by="CD")
    host.set("1", tracks=(seen,))
    host.set("2", session=dataclasses.replace(session("early"), pseudonym="K-018"))
    await expect(page.locator('[data-bed="2"] .visit')).to_contain_text("K-018")
    await page.get_by_role("button", name="Suite not checked").click()
    await page.get_by_role("button", name="Hand over…").click()
    listed = page.locator(".sheet .points li")
    await expect(listed).to_have_count(2)
    await expect(listed.first).to_contain_text(
        "medium alarm: SpO2 86 < 90 for 15 s, acknowledged by CD"
    )
    await page.get_by_label("Who takes over").fill("EF")
    await confirm(page)
    await expect(page.locator(".sheet")).to_have_count(0)
    ((bed, action),) = host.acted
    assert (bed, type(action)) == (None, HandOverAll)
    assert isinstance(action, HandOverAll)
    assert (action.by, action.to) == ("AB", "EF")


async def test_the_handing_over_sheet_goes_on_with_what_happens_while_it_is_read(
    page: Page, host: PaperHost
) -> None:
    await page.get_by_role("button", name="Suite not checked").click()
    await page.get_by_role("button", name="Hand over…").click()
    listed = page.locator(".sheet .points li")
    await expect(listed).to_have_count(1)
    await expect(listed.first).not_to_contain_text("SpO2")
    await page.get_by_label("Who takes over").fill("EF")
    alarm(host)
    await expect(listed.first).to_contain_text("medium alarm: SpO2 86 < 90 for 15 s, NOT ANSWERED")
    host.set("2", session=dataclasses.replace(session("early"), pseudonym="K-018"))
    await expect(listed).to_have_count(2)
    await expect(page.get_by_label("Who takes over")).to_have_value("EF")
    await confirm(page)
    await expect(page.locator(".sheet")).to_have_count(0)
    assert [(bed, type(action)) for bed, action in host.acted] == [(None, HandOverAll)]


async def test_a_station_that_dies_is_missed_and_another_shows_it(
    browser: Browser, page: Page, host: PaperHost, station: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening_stations, "SILENT_S", 2.0)
    wall = await opened(browser, station.url)
    await name_it(wall, "Wall")
    await until(lambda: len(station.hub.stations()) == 1)
    await wall.close()
    await until(lambda: any(fault.present for fault in host.reported))
    (fault,) = (fault for fault in host.reported if fault.present)
    assert isinstance(fault, Fault)
    assert fault.subject == "station Wall"
    assert fault.why == say("why.station_silent")
    await page.get_by_role("button", name="Suite not checked").click()
    await expect(page.locator(".suite-panel")).to_contain_text("Wallit does not answer")

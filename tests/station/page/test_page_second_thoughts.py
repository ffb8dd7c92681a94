"""What is refused is said where it was tapped, what was half filled in outlives a reload, and there is a way forward."""

import dataclasses

import pytest
from playwright.async_api import Browser, Page, expect

from monitord.model import (
    AlarmEvent,
    AlarmPhase,
    Observe,
    Priority,
    Signal,
    StartInfusion,
    TightenLimit,
    Void,
)
from tests.builders import Bed
from tests.builders_station import (
    PaperHost,
    line,
    protocol,
    session,
    settings,
    state,
    track,
    vitals,
)
from tests.station.page.engine_host import EngineHost
from tests.station.page.paged import choice, confirm, holds, press, tap_head
from tests.station.page.test_page_terms import ASKS
from tests.station.served import served, until

pytestmark = [pytest.mark.browser]

KEPT = "sessionStorage.getItem('monitord half-filled')"


@pytest.fixture
def host() -> PaperHost:
    own = dataclasses.replace(
        settings("1"), protocols={"ketamine": dataclasses.replace(protocol(), forms={"asks": ASKS})}
    )
    occupied = state("1", visit=session(), readings=vitals(), tracks=(track(line("1")),))
    occupied = dataclasses.replace(occupied, settings=own, session_settings=own)
    return PaperHost(**{"1": occupied, "2": state("2", readings=vitals())})


async def test_who_comes_second_reads_at_the_alarm_who_was_quicker(
    page: Page, host: PaperHost
) -> None:
    row = page.locator('[data-bed="1"] .alarm')
    await press(page, "1", "Help")
    # The first one is done, and its answer has not reached this page yet.
    told = line("1", event=AlarmEvent.ACKNOWLEDGE)
    seen = track(told, phase=AlarmPhase.ANSWERED, answered_by="Bea")
    host.states["1"] = dataclasses.replace(host.states["1"], tracks=(seen,))
    await row.locator(".acknowledge").click()
    await confirm(page, "Ann")
    refused = page.locator(".sheet .buttons .refused")
    await expect(refused).to_have_text("Bea was quicker: acknowledged 0 s ago")
    await page.get_by_role("button", name="Cancel").click()
    # With the name known it is one tap, and is said at the alarm; it stays when the row is another one.
    await row.locator(".acknowledge").click()
    await expect(row.locator(".not-done")).to_contain_text("Bea was quicker")
    host.set("1", tracks=(seen,))
    await expect(row).to_contain_text("acknowledged by Bea")
    await expect(row.locator(".not-done")).to_contain_text("Bea was quicker")
    host.set("1", tracks=())
    await expect(page.locator('[data-bed="1"] .not-done')).to_contain_text("Bea was quicker")


async def test_a_half_filled_sheet_outlives_a_reload_and_ends_with_the_hand_over(
    page: Page, host: PaperHost
) -> None:
    await press(page, "2", "Admit")
    await page.get_by_label("Pseudonym").fill("K-018")
    await choice(page, "Probe arm", "right").click()
    await page.get_by_label("Who (initials)").fill("AB")
    await holds(page, f"({KEPT} ?? '').includes('K-018')")
    assert "AB" not in await page.evaluate(KEPT)
    await page.reload()
    await expect(page.get_by_label("Pseudonym")).to_have_value("K-018")
    await expect(page.locator(".sheet .restored")).to_be_visible()
    assert await page.locator('.sheet input[name="probe_arm"]:checked').input_value() == "right"
    # Of a form nothing is kept; the other sheet's is not lost by it.
    await press(page, "1", "Forms")
    await choice(page, "item 1", "2").click()
    await page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    assert "item_1" not in (await page.evaluate(KEPT) or "")
    await page.get_by_role("button", name="Cancel").click()
    await tap_head(page, "Suite not checked")
    await page.get_by_role("button", name="Hand over…").click()
    await page.get_by_label("Who takes over").fill("CD")
    await confirm(page)
    await expect(page.locator(".sheet")).to_have_count(0)
    assert await page.evaluate(KEPT) is None


async def test_limits_stand_in_words_on_one_page_and_the_tile_names_the_first(
    page: Page, host: PaperHost
) -> None:
    own = TightenLimit(
        id="t",
        by="CD",
        rule="spo2_low",
        priority=Priority.MEDIUM,
        was="<90",
        limit="<90",
        reason="apnoea",
    )
    host.set("1", session=dataclasses.replace(session(), adjusted=(own,)), tracks=())
    first = page.locator('[data-bed="1"] .spo2 .limits')
    await expect(first).to_have_text("<90 own")
    await tap_head(page, "Limits")
    shown = page.get_by_label("Chair 1").locator(".limit")
    await expect(shown).to_contain_text(
        [
            "medium below 90 for 15 s · this patient's own",
            "high below 85 for 5 s",
            "high at or below 8",
        ]
    )
    await expect(page.get_by_label("Chair 2").locator(".limit")).to_have_count(2)


async def test_breaths_are_tapped_along_and_a_start_before_the_baseline_finds_its_way(
    browser: Browser,
) -> None:
    bed = Bed(name="1")
    host = EngineHost(**{"1": bed})
    bed.admit(protocol="small", by="Ann")
    host.go(6)
    bed.start_baseline(by="Ann", id="b1")
    bed.nibp(120)
    host.go(1)
    async with served(host) as station:
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        await page.clock.install()
        await page.goto(station.url)
        await press(page, "1", "Start infusion")
        await choice(page, "When", "5 min ago").click()
        await confirm(page, "Bea")
        await expect(page.locator(".refused")).to_contain_text(
            "Begins before the baseline that Ann began"
        )
        await page.locator(".sheet .way").click()
        await expect(page.locator(".sheet")).to_have_count(0)
        void, start = (action for _, action in host.acted[-2:])
        assert isinstance(void, Void)
        assert void.action == "b1"
        assert isinstance(start, StartInfusion)

        await press(page, "1", "Observe")
        counter = page.locator(".breaths button")
        await counter.click()
        for n in range(7):
            await expect(counter).to_have_text(f"Tap at each breath: {n}")
            await counter.click()
        await page.clock.run_for(31_000)
        await expect(page.locator('.sheet input[name="resp_rate"]')).to_have_value("14")
        await page.locator(".sheet .confirm").click()
        await until(lambda: isinstance(host.acted[-1][1], Observe))
        told = host.acted[-1][1]
        assert isinstance(told, Observe)
        assert told.values == {Signal.RESP_RATE: 14.0}


async def tab_to(page: Page, selector: str) -> None:
    """Tabs until the keyboard's place is there."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        if await page.evaluate("(at) => document.activeElement.matches(at)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


async def test_the_keyboard_alone_acknowledges_observes_and_reads_limits(
    page: Page, host: PaperHost
) -> None:
    await tab_to(page, ".acknowledge")
    await page.keyboard.press("Enter")
    await page.get_by_label("Who (initials)").wait_for()
    await page.keyboard.type("AB")
    await page.keyboard.press("Enter")
    await expect(page.locator('[data-bed="1"] .alarm')).to_contain_text("acknowledged by AB")
    await tab_to(page, '[data-bed="1"] .actions button:nth-child(3)')
    await page.keyboard.press("Enter")
    await expect(page.locator(".sheet h2")).to_contain_text("Observe")
    await tab_to(page, '.sheet input[name="moaas"]')
    await page.keyboard.press("ArrowRight")
    await tab_to(page, ".sheet .confirm")
    await page.keyboard.press("Enter")
    await expect(page.locator(".sheet")).to_have_count(0)
    told = host.acted[-1][1]
    assert isinstance(told, Observe)
    assert told.values.keys() == {Signal.MOAAS}
    # Backwards to the head, and out of a sheet by Escape.
    await tab_to(page, '[data-bed="1"] .help')
    await page.locator(".top").get_by_role("button", name="Limits").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".limits-page")).to_be_visible()
    await tab_to(page, ".limits-page button")
    await page.keyboard.press("Enter")
    await expect(page.locator(".limits-page")).to_have_count(0)

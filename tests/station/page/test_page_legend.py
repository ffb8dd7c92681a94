"""The legend as a card of one page; and a patient admitted, and an alarm acknowledged, by the keyboard alone."""

import re

import pytest
from playwright.async_api import Page, expect

from monitord.model import Acknowledge, Admit
from tests.builders_station import PaperHost, line, state, track, vitals
from tests.station.page.paged import tap_head

pytestmark = [pytest.mark.browser]

TABS = 120


@pytest.fixture
def host() -> PaperHost:
    return PaperHost(
        **{
            "1": state("1", readings=vitals(86), tracks=(track(line("1")),)),
            "2": state("2", readings=vitals()),
        }
    )


async def tab_to(page: Page, what: str) -> None:
    """Presses Tab until the focus stands on what the selector finds."""
    for _ in range(TABS):
        await page.keyboard.press("Tab")
        if await page.evaluate("(what) => document.activeElement.matches(what)", what):
            return
    pytest.fail(f"{what} is not reached by Tab")


async def test_the_card_prints_on_one_page_in_each_language(page: Page) -> None:
    await tap_head(page, "Legend")
    legend = page.locator(".legend")
    for title in ("monitord: card for nurses", "monitord: Karte für die Pflege"):
        await expect(legend.locator("h2")).to_have_text(title)
        paper = await page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
        await page.emulate_media(media="print")
        await expect(page.locator(".tile").first).to_be_hidden()
        await expect(legend).to_be_visible()
        # Emulated, screen would be what is printed too.
        await page.emulate_media(media="null")
        await legend.locator("header button").first.click()


async def test_the_keyboard_alone_acknowledges_admits_and_reads_the_legend(
    page: Page, host: PaperHost
) -> None:
    await tab_to(page, '[data-bed="1"] .acknowledge')
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Who (initials)")).to_be_focused()
    await page.keyboard.type("AB")
    await page.keyboard.press("Enter")
    await expect(page.locator(".sheet")).to_have_count(0)
    assert isinstance(host.acted[-1][1], Acknowledge)

    await tab_to(page, '[data-bed="2"] .actions button')
    await page.keyboard.press("Enter")
    await expect(page.locator(".sheet")).to_be_visible()
    await tab_to(page, 'input[name="pseudonym"]')
    await page.keyboard.type("K-020")
    await page.keyboard.press("Enter")
    await expect(page.locator(".sheet")).to_have_count(0)
    action = host.acted[-1][1]
    assert isinstance(action, Admit)
    assert (action.by, action.pseudonym) == ("AB", "K-020")

    await page.locator("header").get_by_role("button", name="Legend").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".legend")).to_be_visible()
    await tab_to(page, ".legend header button:last-of-type")
    await page.keyboard.press("Enter")
    await expect(page.locator(".legend")).to_have_count(0)

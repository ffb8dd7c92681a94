"""Answers that are lost on their way to the page: it sends again, the action is done once, and the page says so."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect

from monitord.model import Acknowledge, CallHelp
from monitord.station.input_types import nobody_at
from tests.builders_station import PaperHost, line, session, state, track, vitals
from tests.station.page.paged import confirm, press, tap_head
from tests.station.peopled import PASSWORD, peopled
from tests.station.served import served, until

pytestmark = [pytest.mark.browser]


class Network:
    """Between page and station: while `losing`, requests arrive (or not) and answers do not."""

    def __init__(self, times: int, *, arrive: bool = True) -> None:
        self.left = times
        self.arrive = arrive

    async def take(self, route: Route) -> None:
        if not self.left:
            await route.continue_()
            return
        self.left -= 1
        if self.arrive:
            await route.fetch()
        await route.abort()


@pytest.fixture
def host() -> PaperHost:
    low = track(line("1", text="SpO2 86 < 90 for 15 s"))
    return PaperHost(**{"1": state("1", visit=session(), readings=vitals(86), tracks=(low,))})


async def test_help_whose_answer_is_lost_is_sent_again_and_called_once(
    page: Page, host: PaperHost
) -> None:
    network = Network(2)
    await page.route("**/actions", network.take)
    await press(page, "1", "Help")
    await expect(page.locator("[data-again]")).to_contain_text("call help")
    await expect(page.locator("[data-became]")).to_contain_text("call help was saved")
    await expect(page.locator("[data-again]")).to_have_count(0)
    assert [type(action) for _, action in host.acted] == [CallHelp]
    await page.locator("[data-became]").get_by_role("button", name="OK").click()
    await expect(page.locator("[data-became]")).to_have_count(0)


async def test_a_refusal_whose_answer_is_lost_is_told_in_the_sheet(
    page: Page, host: PaperHost
) -> None:
    host.refuse = "The pump is not running"
    network = Network(1)
    await page.route("**/actions", network.take)
    await press(page, "1", "Pause infusion")
    await confirm(page)
    await expect(page.locator(".sheet .refused")).to_have_text("The pump is not running")
    assert len(host.acted) == 1


async def test_what_never_arrives_is_said_and_pressed_again_it_is_the_same_action(
    page: Page, host: PaperHost
) -> None:
    network = Network(1000, arrive=False)
    await page.route("**/actions", network.take)
    await page.clock.install()
    await press(page, "1", "Help")
    await expect(page.locator("[data-again]")).to_be_visible()
    await page.clock.fast_forward(61_000)
    await expect(page.locator(".not-done")).to_contain_text("nobody knows whether this was saved")
    # This time it arrives, and its answer is lost: pressed once more it is still one call.
    network.left, network.arrive = 1, True
    await press(page, "1", "Help")
    await page.clock.run_for(5_000)
    await expect(page.locator("[data-became]")).to_be_visible()
    assert len(host.acted) == 1


async def test_an_entry_whose_sheet_was_closed_says_in_the_head_that_it_never_arrived(
    page: Page, host: PaperHost
) -> None:
    network = Network(1000, arrive=False)
    await page.route("**/actions", network.take)
    await page.clock.install()
    await press(page, "1", "Pause infusion")
    await confirm(page)
    await expect(page.locator("[data-again]")).to_be_visible()
    await page.locator(".sheet").get_by_role("button", name="Cancel").click()
    # Another sheet stands there when the first one is given up: it is not the one that failed.
    await press(page, "1", "Observe")
    await page.clock.fast_forward(61_000)
    await expect(page.locator(".banner.trouble")).to_contain_text(
        "Pause infusion: No answer: nobody knows whether this was saved. Look at the chair"
    )
    await expect(page.locator(".sheet h2")).to_contain_text("Observe")
    await expect(page.locator(".sheet .refused")).to_have_count(0)
    assert host.acted == []


async def test_a_locked_screen_calls_help_once_although_the_daemon_forgot_its_name_meanwhile(
    browser: Browser, host: PaperHost, tmp_path: Path
) -> None:
    people = peopled(tmp_path, host)
    async with served(host, access=people.access) as station:
        await until(lambda: people.known.loaded)
        page = await browser.new_page()
        await page.add_init_script("localStorage.setItem('monitord station', 'desk')")
        await page.goto(station.url)
        await page.get_by_label("Name").fill("nurse")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await tap_head(page, "Lock")
        await until(lambda: people.known.screen_names._names != {})

        async def take(route: Route) -> None:
            """The first one arrives; its answer is lost with a daemon that is started anew."""
            if host.answers:
                await route.continue_()
                return
            await route.fetch()
            people.known.screen_names.dismiss("desk")
            await route.abort()

        await page.route("**/actions", take)
        await page.locator("#bed-1").get_by_role("button", name="Help").click()
        await expect(page.locator("[data-became]")).to_be_visible()
        assert [action.by for _, action in host.acted] == [nobody_at("desk")]
    people.journal.close()


async def test_a_screen_that_locks_before_the_answer_comes_asks_what_became_of_it(
    browser: Browser, host: PaperHost, tmp_path: Path
) -> None:
    people = peopled(tmp_path, host)
    async with served(host, access=people.access) as station:
        await until(lambda: people.known.loaded)
        page = await browser.new_page()
        await page.goto(station.url)
        await page.get_by_label("Name").fill("nurse")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.locator("#bed-1").wait_for()

        async def take(route: Route) -> None:
            """The first one arrives, its answer does not, and the screen locks meanwhile."""
            first = not host.acted
            if not first:
                await route.continue_()
                return
            await route.fetch()
            for key in tuple(people.known.screens._seats):
                people.known.screens.lock(key)
            await route.abort()

        await page.route("**/acknowledge", take)
        await page.locator("#bed-1").get_by_role("button", name="Acknowledge").first.click()
        await expect(page.locator("[data-became]")).to_contain_text("acknowledge was saved")
        assert [(type(each), each.by) for _, each in host.acted] == [(Acknowledge, "nurse")]
    people.journal.close()

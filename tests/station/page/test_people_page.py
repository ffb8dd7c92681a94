"""Signing in, locking and the wall display, in a real browser on a real server."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect

from monitord.model import Acknowledge, CallHelp, PauseAudio, Priority
from monitord.station.input_types import UNIDENTIFIED, nobody_at
from tests.builders_station import PaperHost, line, session, state, track, vitals
from tests.station.page.kept_context import kept_context
from tests.station.page.paged import COUNT_BURSTS, watch
from tests.station.peopled import PASSWORD, PIN, Peopled, peopled
from tests.station.served import Served, served, until

pytestmark = [pytest.mark.browser]


@pytest.fixture
def people(tmp_path: Path) -> Peopled:
    low = line("1", priority=Priority.HIGH, text="SpO2 83 < 85 for 5 s")
    host = PaperHost(
        **{
            "1": state("1", visit=session(), readings=vitals(83), tracks=(track(low),)),
            "2": state("2", readings=vitals()),
        }
    )
    return peopled(tmp_path, host)


@pytest_asyncio.fixture(loop_scope="session")
async def station(people: Peopled) -> AsyncIterator[Served]:
    async with served(people.host, access=people.access) as running:
        await until(lambda: people.known.loaded)
        yield running
    people.journal.close()


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> BrowserContext:
    return await kept_context(browser)


async def opened(context: BrowserContext, url: str) -> Page:
    page = await context.new_page()
    watch(page)
    await page.set_viewport_size({"width": 1600, "height": 900})
    await page.add_init_script(COUNT_BURSTS)
    await page.goto(url)
    return page


async def sign_in(page: Page, name: str) -> None:
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator("#bed-1")).to_be_visible()


async def open_accounts(page: Page, name: str) -> None:
    await page.locator(".person summary", has_text=name).click()
    await page.get_by_role("button", name="Accounts").click()
    await expect(page.locator(".person details")).not_to_have_attribute("open", "")


async def unlock_in_sheet(page: Page, name: str, pin: str) -> None:
    sheet = page.locator("form.sheet")
    await sheet.locator("select[name=_who]").select_option(name)
    await sheet.locator("input[name=_pin]").fill(pin)
    await sheet.locator("button[type=submit]").click()


async def test_nothing_is_shown_until_somebody_signs_in(
    context: BrowserContext, station: Served, people: Peopled
) -> None:
    page = await opened(context, station.url)
    await expect(page.get_by_text("No chair is watched from this screen")).to_be_visible()
    await page.get_by_label("Name").fill("nurse")
    await page.get_by_label("Password").fill("not the password")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("do not fit")
    assert await page.locator("#bed-1").count() == 0
    await sign_in(page, "nurse")
    # Signing in was the tap that lets the page sound.
    await expect(page.get_by_text("SOUND IS LOCKED")).to_have_count(0)
    await page.locator("#bed-1").get_by_role("button", name="Acknowledge").first.click()
    await until(lambda: bool(people.host.acted))
    action = people.host.acted[0][1]
    assert isinstance(action, Acknowledge)
    assert action.by == "nurse"
    (cookie,) = await context.cookies()
    assert cookie.get("httpOnly")
    assert cookie.get("sameSite") == "Strict"


async def test_a_locked_screen_sounds_and_calls_help_and_asks_for_a_pin_for_all_else(
    context: BrowserContext, station: Served, people: Peopled
) -> None:
    page = await opened(context, station.url)
    await sign_in(page, "nurse")
    await page.get_by_role("button", name="Lock", exact=True).click()
    await expect(page.locator(".person")).to_contain_text("Locked")
    # The tile and its alarm stay, and sound.
    await expect(page.locator("#bed-1")).to_contain_text("83")
    before = await page.evaluate("window.bursts")
    await page.wait_for_function("from => window.bursts > from", arg=before)
    await page.locator("#bed-1").get_by_role("button", name="Help").click()
    await until(lambda: len(people.host.acted) == 1)
    await page.locator("#bed-1").get_by_role("button", name="Pause audio").first.click()
    await until(lambda: len(people.host.acted) == 2)
    assert [(type(a), a.by) for _, a in people.host.acted] == [
        (CallHelp, UNIDENTIFIED),
        (PauseAudio, UNIDENTIFIED),
    ]
    await page.locator("#bed-1").get_by_role("button", name="Acknowledge").first.click()
    await unlock_in_sheet(page, "nurse", "1357")
    await expect(page.locator("form.sheet .refused")).to_contain_text("do not fit")
    assert len(people.host.acted) == 2
    await unlock_in_sheet(page, "nurse", PIN)
    await until(lambda: len(people.host.acted) == 3)
    assert people.host.acted[2][1].by == "nurse"
    await expect(page.locator(".person")).to_contain_text("nurse")


NAMED = "localStorage.setItem('monitord station', 'desk')"


async def test_a_locked_out_screen_with_a_name_acknowledges_as_nobody(
    context: BrowserContext, station: Served, people: Peopled
) -> None:
    page = await opened(context, station.url)
    # A script of the context would stay for every test to come.
    await page.evaluate(NAMED)
    await page.reload()
    await sign_in(page, "nurse")
    await page.get_by_role("button", name="Lock", exact=True).click()
    for key in tuple(people.known._logins):
        people.known.guessed(key, "nurse")
    await page.locator("#bed-1").get_by_role("button", name="Acknowledge").first.click()
    sheet = page.locator("form.sheet")
    await sheet.get_by_role("button", name="Without signing in: screen desk").click()
    await until(lambda: bool(people.host.acted))
    ((_, action),) = people.host.acted
    assert isinstance(action, Acknowledge)
    assert action.by == nobody_at("desk")
    await expect(sheet).to_have_count(0)
    await expect(page.locator("#bed-1")).to_contain_text(f"acknowledged by {nobody_at('desk')}")
    await expect(page.locator(".person")).to_contain_text("Locked")


async def test_a_locked_screen_without_a_name_offers_no_answer_without_one(
    context: BrowserContext, station: Served
) -> None:
    page = await opened(context, station.url)
    await sign_in(page, "nurse")
    await page.get_by_role("button", name="Lock", exact=True).click()
    await page.locator("#bed-1").get_by_role("button", name="Acknowledge").first.click()
    await expect(page.locator("form.sheet input[name=_pin]")).to_be_visible()
    await expect(page.locator("form.sheet .nameless")).to_have_count(0)


async def test_another_person_takes_over_with_name_and_password(
    context: BrowserContext, station: Served, people: Peopled
) -> None:
    page = await opened(context, station.url)
    await sign_in(page, "nurse")
    await page.get_by_role("button", name="Lock", exact=True).click()
    await page.get_by_role("button", name="Unlock", exact=True).click()
    sheet = page.locator("form.sheet")
    await sheet.locator("select[name=_who]").select_option("")
    await sheet.locator("input[name=_name]").fill("clinician")
    await sheet.locator("input[name=_password]").fill(PASSWORD)
    await sheet.locator("button[type=submit]").click()
    await expect(page.locator(".person")).to_contain_text("clinician")


async def test_axe_finds_no_serious_fault_in_signing_in_and_unlocking(
    context: BrowserContext, station: Served
) -> None:
    page = await opened(context, station.url)
    await page.get_by_role("button", name="I have a code").click()
    assert await serious(page) == []
    await page.get_by_role("button", name="I have a password").click()
    await sign_in(page, "engineer")
    await open_accounts(page, "engineer")
    await page.get_by_role("button", name="Disable").first.wait_for()
    assert await serious(page) == []
    await page.get_by_role("region", name="Accounts").get_by_text("Close").click()
    await page.get_by_role("button", name="Lock", exact=True).click()
    await page.get_by_role("button", name="Unlock", exact=True).click()
    assert await serious(page) == []


async def serious(page: Page) -> list[tuple[str, list[str]]]:
    """What axe-core finds, from serious on."""
    return [
        (fault["id"], [node["html"] for node in fault["nodes"]])
        for fault in (await Axe().run(page)).response["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]


async def test_a_screen_that_nobody_touched_locks_by_itself(
    context: BrowserContext, station: Served, people: Peopled
) -> None:
    page = await opened(context, station.url)
    await sign_in(page, "nurse")
    people.pass_time(people.known.screens.lock_after)
    await page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown'))")
    await expect(page.locator(".person")).to_contain_text("Locked")
    await expect(page.locator("#bed-1")).to_be_visible()


async def test_a_wall_display_never_locks_and_asks_who_acts(
    context: BrowserContext, station: Served, people: Peopled
) -> None:
    page = await opened(context, station.url)
    await sign_in(page, "viewer")
    people.pass_time(people.known.screens.lock_after * 100)
    await page.reload()
    await expect(page.locator(".person")).to_contain_text("View only")
    await page.locator("#bed-1").get_by_role("button", name="Acknowledge").first.click()
    sheet = page.locator("form.sheet")
    await sheet.locator("input[name=_name]").fill("clinician")
    await sheet.locator("input[name=_password]").fill(PASSWORD)
    await sheet.locator("button[type=submit]").click()
    await until(lambda: bool(people.host.acted))
    assert people.host.acted[0][1].by == "clinician"


async def test_an_engineer_makes_a_token_that_is_shown_once_and_revokes_it(
    context: BrowserContext, station: Served
) -> None:
    page = await opened(context, station.url)
    await sign_in(page, "engineer")
    await open_accounts(page, "engineer")
    shown = page.get_by_role("region", name="Accounts")
    programs = shown.get_by_role("list", name="Programs")
    await expect(programs).to_contain_text("nurse program")
    await shown.get_by_label("Program", exact=True).fill("wallboard")
    await shown.get_by_label("May what this one may").select_option("viewer")
    await shown.get_by_label("For days").select_option("7")
    await shown.get_by_role("button", name="Make a token").click()
    said = await shown.get_by_role("status").inner_text()
    row = programs.locator("li", has_text="wallboard")
    await expect(row).to_contain_text("viewer, 7 days left")
    bearer = {"authorization": f"Bearer {said.rpartition(': ')[2]}"}
    async with httpx2.AsyncClient(base_url=station.url, headers=bearer) as http:
        assert (await http.get("/api/beds")).status_code == 200
        await shown.get_by_text("Close").click()
        await open_accounts(page, "engineer")
        await expect(row).to_be_visible()
        await expect(shown).not_to_contain_text(said.rpartition(": ")[2])
        await row.get_by_role("button", name="Revoke").click()
        await expect(row).to_have_count(0)
        assert (await http.get("/api/beds")).status_code == 401


async def test_the_first_account_adds_a_nurse_who_chooses_a_password(
    browser: Browser, tmp_path: Path
) -> None:
    host = PaperHost(**{"1": state("1", readings=vitals())})
    people = peopled(tmp_path, host, accounts=False)
    async with served(host, access=people.access) as station:
        await until(lambda: people.known.loaded)
        link = f"{station.url}/#setup={people.login.first_account.open_link()}"
        page = await opened(await kept_context(browser), link)
        await page.get_by_label("Name").fill("eva")
        await page.get_by_label("Password").fill("a long password of hers")
        await page.get_by_role("button", name="Choose and sign in").click()
        await open_accounts(page, "eva")
        shown = page.get_by_role("region", name="Accounts")
        await shown.get_by_label("Name").fill("anna")
        await shown.get_by_label("Role").select_option("nurse")
        await shown.get_by_role("button", name="Add").click()
        said = await shown.get_by_role("status").inner_text()
        code = said.rpartition(": ")[2]

        other = await opened(await browser.new_context(), station.url)
        await other.get_by_role("button", name="I have a code").click()
        await other.get_by_label("Name").fill("Anna")
        await other.get_by_label("Code").fill(code.lower())
        await other.get_by_label("Password").fill("another long password")
        await other.get_by_label("PIN").fill(PIN)
        await other.get_by_role("button", name="Choose and sign in").click()
        await expect(other.locator(".person")).to_contain_text("anna")

        await shown.locator("li", has_text="anna").get_by_role("button", name="Disable").click()
        # What the screen showed ends with the account.
        await expect(other.get_by_text("No chair is watched from this screen")).to_be_visible()
    people.journal.close()

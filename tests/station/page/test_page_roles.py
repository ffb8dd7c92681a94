"""The page offers what the role of who signed in may use, in a real browser; the server refuses the rest."""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from monitord.engine.state import Concern, Step
from monitord.model import Instant, Observe, Priority, Signal
from monitord.station.access.roles import TABLE, Role, permits
from tests.builders_station import NOW, PaperHost, line, session, state, track, vitals
from tests.station.page.kept_context import own_page
from tests.station.page.paged import COUNT_BURSTS, tap_head, watch
from tests.station.peopled import PASSWORD, Peopled, peopled
from tests.station.served import Served, served, until

pytestmark = [pytest.mark.browser]

ENTRY = Step(action=Observe(id="o1", by="CD", values={Signal.NAUSEA: 1.0}), at=Instant(NOW))


@pytest.fixture
def people(tmp_path: Path) -> Peopled:
    told = line("1", priority=Priority.MEDIUM)
    waits = Concern(since=NOW, by="CD", says="Mood: Self-harm 1", action="f1")
    visit = dataclasses.replace(session("pre"), steps=(ENTRY,), concern=waits)
    tile = state("1", visit=visit, readings=vitals(86), tracks=(track(told),))
    return peopled(tmp_path, PaperHost(**{"1": tile}))


@pytest_asyncio.fixture(loop_scope="session")
async def station(people: Peopled) -> AsyncIterator[Served]:
    async with served(people.host, access=people.access) as running:
        await until(lambda: people.known.loaded)
        yield running
    people.journal.close()


async def signed_in(browser: Browser, url: str, role: Role) -> Page:
    """The page as somebody of this role sees it."""
    page = await own_page(browser, 1600, 900)
    watch(page)
    await page.add_init_script(COUNT_BURSTS)
    await page.goto(url)
    await page.get_by_label("Name").fill(role.value)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.locator("#bed-1").wait_for()
    await expect(page.locator(".person")).to_contain_text(role.value.replace("_", " "))
    return page


async def offered(page: Page) -> set[str]:
    """The words on the buttons of the tile, those behind its More too, and of the bed's detail."""
    tile = page.locator("#bed-1")
    more = tile.locator(".rest")
    if await more.count():
        await more.click()
    found = set(await tile.get_by_role("button").all_inner_texts())
    await tile.locator(".name").click()
    await page.locator(".detail .own").wait_for()
    return found | set(await page.locator(".detail button").all_inner_texts())


STAFF = {"Observe", "Start infusion", "Acknowledge", "Correct protocol", "Tighten", "Take back"}


@pytest.mark.parametrize(
    ("role", "there", "missing"),
    [
        (Role.NURSE, STAFF, {"Patient assessed"}),
        (Role.CLINICIAN, STAFF | {"Patient assessed"}, set()),
        (Role.ENGINEER, set(), STAFF | {"Patient assessed", "Answer…", "More…"}),
        (Role.APPROVER, set(), STAFF | {"Patient assessed", "Answer…", "More…"}),
    ],
)
async def test_only_what_the_role_may_use_is_offered(
    browser: Browser, station: Served, role: Role, there: set[str], missing: set[str]
) -> None:
    page = await signed_in(browser, station.url, role)
    found = await offered(page)
    assert there <= found
    assert found & missing == set()
    # Help and the audio pause are everybody's.
    assert {"Help", "Pause audio"} <= found


async def test_the_session_says_what_the_role_may_use_and_the_server_refuses_the_rest(
    browser: Browser, station: Served, people: Peopled
) -> None:
    page = await signed_in(browser, station.url, Role.ENGINEER)
    answer = await page.evaluate("fetch('/api/session').then(answer => answer.json())")
    allowed = {*answer["may"], *answer["routes"]}
    assert allowed == {row for row in TABLE if permits(Role.ENGINEER, row)}
    post = """() => fetch('/api/beds/1/actions', {
        method: 'POST', headers: {'content-type': 'application/json'},
        body: JSON.stringify({type: 'discharge', by: 'engineer'}),
    }).then(answer => answer.status)"""
    assert await page.evaluate(post) == 403
    assert people.host.acted == []
    await until(lambda: any("refused discharge" in note for note in people.audit()))


async def test_an_engineer_checks_the_suite_but_does_not_close_it_or_hand_it_over(
    browser: Browser, station: Served
) -> None:
    page = await signed_in(browser, station.url, Role.ENGINEER)
    await tap_head(page, "Suite not checked")
    panel = page.locator(".suite-panel")
    await expect(panel.get_by_role("button", name="Check and record…")).to_be_visible()
    await expect(panel.get_by_role("button", name="Close the suite…")).to_have_count(0)
    await expect(panel.get_by_role("button", name="Hand over…")).to_have_count(0)

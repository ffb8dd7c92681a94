"""People at an open station: names are forgotten, Help asks who is there, answers carry reasons, prompts what was done."""

import dataclasses
import re

import pytest
from playwright.async_api import Page, expect

from monitord.engine.protocol.prompt import WindowPrompt
from monitord.engine.state import Step
from monitord.model import (
    MINUTE,
    Acknowledge,
    AlarmPhase,
    HandOverAll,
    Instant,
    Priority,
    RecordDone,
    say,
)
from tests.builders_station import NOW, PaperHost, line, session, suite_of_four, track
from tests.station.page.paged import SHIFT, alarm, confirm, press, tap_head

pytestmark = [pytest.mark.browser]

CALLED = line("2", "help", priority=Priority.HIGH, text="Help called")
CALL = track(dataclasses.replace(CALLED, signal=None, value=None, says=(say("help"),)), id="help/1")


@pytest.fixture
def host() -> PaperHost:
    return suite_of_four()


async def test_who_stands_here_is_forgotten_after_a_minute(page: Page, host: PaperHost) -> None:
    await page.evaluate(SHIFT, 60_000)
    alarm(host)
    await page.locator('[data-bed="1"] .acknowledge').click()
    await confirm(page, "AB")
    await expect(page.locator(".sheet")).to_have_count(0)
    await expect(page.get_by_role("button", name="AB ✕")).to_have_count(0)
    # The next entry offers the name on a button of its own; whoever is somebody else types, and is offered beside it from then on.
    await press(page, "2", "Pause infusion")
    named = page.locator(".sheet .as-named")
    await expect(named).to_have_text([re.compile(" as AB$")])
    await expect(page.get_by_label("Who (initials)")).to_have_value("")
    await confirm(page, "CD")
    await expect(page.get_by_role("button", name="CD ✕")).to_have_count(0)
    await press(page, "2", "Pause infusion")
    await expect(named).to_have_text([re.compile(" as CD$"), re.compile(" as AB$")])
    await named.last.click()
    await expect(page.locator(".sheet")).to_have_count(0)
    assert [action.by for _, action in host.acted] == ["AB", "CD", "AB"]


async def test_who_stands_here_is_forgotten_at_the_hand_over(page: Page, host: PaperHost) -> None:
    alarm(host)
    await page.locator('[data-bed="1"] .acknowledge').click()
    await confirm(page, "AB")
    await expect(page.get_by_role("button", name="AB ✕")).to_be_visible()
    await tap_head(page, "Suite not checked")
    await page.get_by_role("button", name="Hand over…").click()
    await page.get_by_label("Who takes over").fill("EF")
    await page.locator(".sheet .confirm").click()
    await expect(page.locator(".sheet")).to_have_count(0)
    assert isinstance(host.acted[-1][1], HandOverAll)
    await expect(page.get_by_role("button", name="AB ✕")).to_have_count(0)
    # Whoever took over is offered, and nobody of the shift before.
    await page.get_by_role("button", name="Close this page").click()
    await press(page, "2", "Pause infusion")
    await expect(page.locator(".sheet .as-named")).to_have_text([re.compile(" as EF$")])


async def test_a_call_for_help_stays_in_the_strip_until_somebody_says_that_they_are_there(
    page: Page, host: PaperHost
) -> None:
    host.set("2", tracks=(CALL,))
    strip = page.locator(".strip")
    await expect(strip).to_contain_text("Help called")
    await strip.get_by_role("button", name="Who is there?").click()
    await expect(page.locator(".sheet")).to_contain_text("Somebody called for help")
    await confirm(page, "AB")
    await expect(page.locator(".sheet")).to_have_count(0)
    ((bed, action),) = host.acted
    assert isinstance(action, Acknowledge)
    assert (bed, action.by) == ("2", "AB")
    await expect(strip).not_to_contain_text("Help called")


async def test_a_call_for_help_asks_although_somebody_said_who_they_are(
    page: Page, host: PaperHost
) -> None:
    alarm(host)
    await page.locator('[data-bed="1"] .acknowledge').click()
    await confirm(page, "AB")
    host.set("2", tracks=(CALL,))
    await page.locator('[data-bed="2"]').get_by_role("button", name="Who is there?").click()
    await expect(page.get_by_label("Who (initials)")).to_have_value("AB")


async def test_an_acknowledgement_may_carry_a_reason(page: Page, host: PaperHost) -> None:
    told = line("1")
    tracked = track(told)
    assert tracked.alarm is not None
    telling = dataclasses.replace(tracked.alarm.telling, next_at=Instant(NOW + MINUTE))
    waits = dataclasses.replace(tracked, alarm=dataclasses.replace(tracked.alarm, telling=telling))
    host.set("1", tracks=(waits,))
    await page.locator('[data-bed="1"] .answer').click()
    await page.locator('.sheet select[name="type"]').select_option("acknowledge")
    await page.get_by_label("Why").fill("probe moved to the other hand")
    await confirm(page, "AB")
    await expect(page.locator(".sheet")).to_have_count(0)
    ((_, action),) = host.acted
    assert isinstance(action, Acknowledge)
    assert (action.by, action.reason) == ("AB", "probe moved to the other hand")
    known = host.states["1"].tracks[0].standing
    assert known is not None
    assert known.phase is AlarmPhase.ANSWERED


async def test_what_was_done_after_a_prompt_is_recorded_and_stands_at_it(
    page: Page, host: PaperHost
) -> None:
    prompt = WindowPrompt(
        asks="Call the emergency team?", source="a paper", begin=0, end=60 * MINUTE
    )
    held = host.states["1"].session_settings
    assert held is not None
    asking = dataclasses.replace(held.protocols["ketamine"], prompts={"team": prompt})
    settings = dataclasses.replace(held, protocols={"ketamine": asking})
    host.set("1", session=session(), session_settings=settings)
    prompts = page.locator('[data-bed="1"] .prompts')
    await prompts.get_by_role("button", name="Done: Call the emergency team?").click()
    await page.get_by_label("In a few words").fill("emergency team called")
    await confirm(page, "AB")
    await expect(page.locator(".sheet")).to_have_count(0)
    ((bed, action),) = host.acted
    assert isinstance(action, RecordDone)
    assert (bed, action.prompt, action.done) == ("1", "team", "emergency team called")
    visit = dataclasses.replace(session(), steps=(Step(action=action, at=NOW),))
    host.set("1", session=visit)
    # What staff wrote stands at the bed's own detail; every wall may show that it was done, when and by whom.
    await expect(prompts).to_contain_text(re.compile(r"done \d\d:\d\d AB"))

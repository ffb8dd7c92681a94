"""Forms, limits of one patient and another protocol, on the page in a real browser."""

import dataclasses

import pytest
from playwright.async_api import Page, expect

from monitord.engine.adjust import Adjustable
from monitord.engine.form import Form, Item
from monitord.engine.limit import Limit, Relation
from monitord.engine.protocol import Overlay, Protocol
from monitord.engine.state import Concern, SessionState, State, Step
from monitord.model import (
    Assess,
    FillForm,
    Priority,
)
from tests.builders_station import NOW, PaperHost, protocol, session, settings, state, vitals
from tests.station.paged import choice, confirm, press
from tests.station.served import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

ASKS = Form(
    name="asks",
    version=1,
    title="Mood",
    items=(Item(name="item_1"), Item(name="item_2", title="Self-harm", asks_above=0)),
)
LOOSER = Adjustable(
    rule="spo2_low",
    priority=Priority.MEDIUM,
    limit=Limit(Relation.BELOW, 90),
    between=(86, 90),
)


def with_terms() -> Protocol:
    overlay = Overlay(
        name="birth", version=1, asks="Gave birth within 6 weeks?", title="after birth"
    )
    return dataclasses.replace(
        protocol(), forms={"asks": ASKS}, adjustable=(LOOSER,), overlays={"birth": overlay}
    )


def visited(visit: SessionState) -> State:
    other = dataclasses.replace(protocol(), name="other", title="Another protocol")
    own = dataclasses.replace(settings("1"), protocols={"ketamine": with_terms(), "other": other})
    return dataclasses.replace(
        state("1", visit=visit, readings=vitals()), settings=own, session_settings=own
    )


@pytest.fixture
def host() -> PaperHost:
    return PaperHost(**{"1": visited(session("pre"))})


async def test_a_form_is_filled_in_by_taps_and_says_which_answer_calls_a_clinician(
    page: Page, host: PaperHost
) -> None:
    await press(page, "1", "Mood")
    await expect(page.locator(".sheet")).to_contain_text("Not filled in yet")
    await choice(page, "item 1", "2").click()
    # An answer that is missing is not guessed.
    await confirm(page)
    await expect(page.locator(".sheet")).to_be_visible()
    assert host.acted == []
    await choice(page, "Self-harm - any answer above 0 calls a clinician at once", "0").click()
    await page.locator(".sheet .confirm").click()
    await until(lambda: bool(host.acted))
    ((_, action),) = host.acted
    assert isinstance(action, FillForm)
    assert (action.form, action.answers, action.by) == ("asks", {"item_1": 2, "item_2": 0}, "AB")


async def test_choices_of_a_form_are_as_large_as_a_thumb(page: Page) -> None:
    await press(page, "1", "Mood")
    box = await choice(page, "item 1", "3").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44


async def test_the_last_total_is_shown_with_who_entered_it(page: Page, host: PaperHost) -> None:
    done = FillForm(id="f1", by="CD", form="asks", answers={"item_1": 3, "item_2": 0})
    host.set("1", session=dataclasses.replace(session("pre"), steps=(Step(action=done, at=NOW),)))
    await page.locator('[data-bed="1"] .name').click()
    await expect(page.locator(".own li", has_text="Mood")).to_contain_text("total 3, by CD")
    await page.get_by_role("button", name="Fill in Mood").click()
    await expect(page.locator(".sheet")).to_contain_text("Last total 3, by CD")


async def test_a_wrong_answer_of_a_form_is_corrected(page: Page, host: PaperHost) -> None:
    done = FillForm(id="f1", by="CD", form="asks", answers={"item_1": 3, "item_2": 0})
    host.set("1", session=dataclasses.replace(session("pre"), steps=(Step(action=done, at=NOW),)))
    await press(page, "1", "Correct last entry")
    await page.get_by_label("item 1").fill("1")
    await confirm(page)
    await until(lambda: len(host.acted) == 2)
    again = host.acted[0][1]
    assert isinstance(again, FillForm)
    assert again.answers == {"item_1": 1, "item_2": 0}


async def test_an_answer_that_waits_for_a_clinician_is_ended_by_what_came_of_it(
    page: Page, host: PaperHost
) -> None:
    waits = Concern(since=NOW, by="CD", says="Mood: Self-harm 1", action="f1")
    host.set("1", session=dataclasses.replace(session("pre"), concern=waits))
    await press(page, "1", "Patient assessed")
    await expect(page.locator(".sheet")).to_contain_text("Mood: Self-harm 1")
    await page.get_by_label("What came of it").fill("seen, stays with escort")
    await confirm(page)
    await until(lambda: bool(host.acted))
    ((_, action),) = host.acted
    assert isinstance(action, Assess)
    assert action.note == "seen, stays with escort"

"""Forms, limits of one patient and another protocol, on the page in a real browser."""

import dataclasses

import pytest
from playwright.async_api import Page, expect

from monitord.engine.protocol.adjust import Adjustable
from monitord.engine.protocol.form import Form, FormItem
from monitord.engine.protocol.protocol import Overlay, Protocol
from monitord.engine.readings.limit_value import Limit
from monitord.engine.state import Concern, SessionState, State, Step
from monitord.model import (
    AdjustLimit,
    Assess,
    CorrectProtocol,
    FillForm,
    Priority,
    Relation,
    TightenLimit,
)
from tests.builders_station import NOW, PaperHost, protocol, session, settings, state, vitals
from tests.station.page.paged import choice, confirm, press
from tests.station.served import until

pytestmark = [pytest.mark.browser]

ASKS = Form(
    name="asks",
    version=1,
    title="Mood",
    items=(FormItem(name="item_1"), FormItem(name="item_2", title="Self-harm", asks_above=0)),
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
    await press(page, "1", "Forms")
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
    await press(page, "1", "Forms")
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


async def test_anybody_tightens_a_limit_of_this_patient_with_a_reason(
    page: Page, host: PaperHost
) -> None:
    await press(page, "1", "Limits")
    await page.get_by_role("button", name="Tighten SpO2 <90 medium").click()
    await page.get_by_label("Alarm when SpO2 <").fill("93")
    await confirm(page)
    # Without the reason nothing is sent.
    await expect(page.locator(".sheet")).to_be_visible()
    assert host.acted == []
    await page.get_by_label("Why").fill("sleep apnoea")
    await page.locator(".sheet .confirm").click()
    await until(lambda: bool(host.acted))
    ((_, action),) = host.acted
    assert isinstance(action, TightenLimit)
    assert (action.rule, action.priority, action.was, action.limit, action.reason) == (
        "spo2_low",
        Priority.MEDIUM,
        "<90",
        "<93",
        "sleep apnoea",
    )


async def test_a_clinician_loosens_only_what_the_protocol_leaves_open_and_sees_how_far(
    page: Page, host: PaperHost
) -> None:
    await press(page, "1", "Limits")
    await expect(page.get_by_role("button", name="Adjust SpO2 <85 high")).to_have_count(0)
    await page.get_by_role("button", name="Adjust SpO2 <90 medium").click()
    await expect(page.locator(".sheet")).to_contain_text("between 86 and 90")
    await page.get_by_label("Alarm when SpO2 <").fill("88")
    await page.get_by_label("Why").fill("known low saturation")
    await confirm(page)
    await until(lambda: bool(host.acted))
    ((_, action),) = host.acted
    assert isinstance(action, AdjustLimit)
    assert (action.was, action.limit) == ("<90", "<88")


async def test_a_limit_in_force_stands_in_the_detail_with_who_and_why(
    page: Page, host: PaperHost
) -> None:
    made = TightenLimit(
        id="t1",
        by="CD",
        rule="spo2_low",
        priority=Priority.MEDIUM,
        was="<90",
        limit="<93",
        reason="sleep apnoea",
    )
    host.set("1", session=dataclasses.replace(session("pre"), adjusted=(made,)))
    await page.locator('[data-bed="1"] .name').click()
    own = page.locator(".own li.adjusted")
    await expect(own).to_contain_text("SpO2 <93")
    await expect(own).to_contain_text("the protocol's is <90; by CD: sleep apnoea")


async def test_the_protocol_and_its_overlays_are_put_right_with_a_reason(
    page: Page, host: PaperHost
) -> None:
    await press(page, "1", "Correct protocol")
    chosen = page.locator(".sheet input[name=protocol]:checked")
    await expect(chosen).to_have_value("ketamine")
    await choice(page, "Gave birth within 6 weeks?", "Yes").click()
    await page.get_by_label("Why").fill("asked too late")
    await confirm(page)
    await until(lambda: bool(host.acted))
    ((_, action),) = host.acted
    assert isinstance(action, CorrectProtocol)
    assert (action.protocol, action.overlays, action.reason) == (
        "ketamine",
        ("birth",),
        "asked too late",
    )

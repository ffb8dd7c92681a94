"""What is entered during a visit, on the page in a real browser: each in two taps and a name."""

import dataclasses

import pytest
from playwright.async_api import Page, expect

from monitord.engine.protocol.criterion import QuestionCriterion, ReadingCriterion
from monitord.engine.protocol.protocol import AwayTerms, Overlay, Protocol, ScheduleItem
from monitord.engine.readings.limit_value import Limit
from monitord.engine.readings.reading import Away
from monitord.engine.state import SessionState, State, Step
from monitord.model import (
    MINUTE,
    SYMPTOMS,
    AcceptBaseline,
    Admit,
    AnswerQuestion,
    Discharge,
    Instant,
    Observe,
    PatientAway,
    PatientBack,
    Relation,
    Signal,
    StartInfusion,
    Void,
)
from tests.builders_station import NOW, PaperHost, protocol, session, settings, state, vitals
from tests.station.page.paged import choice, confirm, press
from tests.station.served import until

pytestmark = [pytest.mark.browser]


def asking() -> Protocol:
    """A protocol with a gate, a list of leaving, an overlay and leave of the bed."""
    pressure = ReadingCriterion(
        name="entry_sys", signal=Signal.NIBP_SYS, needs=Limit(Relation.AT_MOST, 120)
    )
    escort = QuestionCriterion(name="escort", asks="Somebody takes the patient home?")
    walks = QuestionCriterion(name="walks", asks="Walks without help?")
    return dataclasses.replace(
        protocol(),
        gate=(pressure, escort),
        discharge=(walks,),
        overlays={
            "postpartum": Overlay(
                name="postpartum", version=1, asks="Gave birth within 6 weeks?", title="after birth"
            )
        },
        away=AwayTerms(phases=("early",), at_most=10 * MINUTE),
        schedule={
            **protocol().schedule,
            "symptoms": ScheduleItem(signals=tuple(sorted(SYMPTOMS)), every={"pre": 10 * MINUTE}),
        },
    )


def asked(bed: str, visit: SessionState | None) -> State:
    own = dataclasses.replace(settings(bed), protocols={"ketamine": asking()})
    return dataclasses.replace(
        state(bed, visit=visit, readings=vitals()),
        settings=own,
        session_settings=own if visit else None,
    )


@pytest.fixture
def host() -> PaperHost:
    return PaperHost(
        **{
            "1": asked("1", session("pre")),
            "2": asked("2", None),
            "3": asked("3", session("early")),
        }
    )


async def test_the_gate_shows_what_does_not_hold_asks_its_questions_and_wants_a_reason(
    page: Page, host: PaperHost
) -> None:
    await press(page, "1", "Start infusion")
    points = page.locator(".sheet .points li")
    await expect(points).to_have_text("✗ not yetSystolic BP 128 now, must be 120 or less")
    await choice(page, "Somebody takes the patient home?", "Yes").click()
    await page.get_by_label("Reason to go on all the same").fill("white coat; Dr K agrees")
    await confirm(page)
    await expect(page.locator(".sheet")).to_have_count(0)
    answer, start = (action for _, action in host.acted)
    assert isinstance(answer, AnswerQuestion)
    assert (answer.question, answer.yes, answer.by) == ("escort", True, "AB")
    assert isinstance(start, StartInfusion)
    assert start.override == "white coat; Dr K agrees"


async def test_who_answered_a_question_earlier_is_shown(page: Page, host: PaperHost) -> None:
    said = AnswerQuestion(id="q1", by="CD", question="walks", yes=True)
    visit = dataclasses.replace(session("early"), steps=(Step(action=said, at=NOW),))
    host.set("3", session=visit)
    await press(page, "3", "Discharge")
    await expect(page.locator(".sheet fieldset").first).to_contain_text(
        "Walks without help? Yes (CD)"
    )
    await confirm(page)
    await until(lambda: bool(host.acted))
    ((_, action),) = host.acted
    assert isinstance(action, Discharge)
    assert action.by == "AB"


async def test_an_overlay_is_asked_as_a_question_and_must_be_answered(
    page: Page, host: PaperHost
) -> None:
    await press(page, "2", "Admit")
    await page.get_by_label("Pseudonym").fill("K-018")
    await confirm(page)
    await expect(page.locator(".sheet")).to_be_visible()
    assert host.acted == []
    await choice(page, "Gave birth within 6 weeks?", "Yes").click()
    await page.locator(".sheet .confirm").click()
    await expect(page.locator(".sheet")).to_have_count(0)
    ((_, action),) = host.acted
    assert isinstance(action, Admit)
    assert action.overlays == ("postpartum",)


async def test_an_overlay_that_always_holds_is_not_asked(page: Page, host: PaperHost) -> None:
    always = dataclasses.replace(asking(), always=("postpartum",))
    own = dataclasses.replace(settings("2"), protocols={"ketamine": always})
    host.set("2", settings=own, readings=vitals(91))
    # The form asks what the tile knows: the tile has come with both.
    await expect(page.locator('[data-bed="2"] [data-signal="spo2"]')).to_have_text("91")
    await press(page, "2", "Admit")
    await expect(page.locator(".sheet").get_by_label("Pseudonym")).to_be_visible()
    await expect(page.locator(".sheet").get_by_text("Gave birth")).to_have_count(0)


async def test_baseline_values_are_read_before_they_are_accepted(
    page: Page, host: PaperHost
) -> None:
    await press(page, "1", "Accept baseline")
    await expect(page.locator(".sheet .points")).to_contain_text("97 %SpO2")
    await confirm(page)
    await until(lambda: bool(host.acted))
    ((_, action),) = host.acted
    assert isinstance(action, AcceptBaseline)
    assert action.values == {}


async def test_a_patient_goes_away_for_the_protocols_time_and_comes_back(
    page: Page, host: PaperHost
) -> None:
    await press(page, "3", "Patient away")
    await choice(page, "Why", "toilet").click()
    await confirm(page)
    await until(lambda: bool(host.acted))
    ((_, action),) = host.acted
    assert isinstance(action, PatientAway)
    assert (action.reason, action.minutes) == ("toilet", 5)
    gone = Away(
        action=action.id, reason="toilet", by="AB", since=NOW, until=Instant(NOW + 5 * MINUTE)
    )
    host.set("3", session=dataclasses.replace(session("early"), away=gone))
    await expect(page.locator('[data-bed="3"] .visit')).to_contain_text("AWAY (toilet) 5:00 left")
    await press(page, "3", "Patient back")
    await page.locator(".sheet .confirm").click()
    await until(lambda: len(host.acted) == 2)
    assert isinstance(host.acted[1][1], PatientBack)


async def test_nobody_leaves_the_bed_where_the_protocol_forbids_it(page: Page) -> None:
    await page.locator('[data-bed="1"] .rest').click()
    tile = page.locator('[data-bed="1"]')
    await expect(tile.get_by_role("button", name="Discharge")).to_be_visible()
    await expect(tile.get_by_role("button", name="Patient away")).to_have_count(0)


async def test_a_score_that_was_tapped_by_mistake_is_taken_back_by_a_second_tap(
    page: Page, host: PaperHost
) -> None:
    await press(page, "1", "Observe")
    await choice(page, "Anxiety", "3").click()
    await choice(page, "Anxiety", "3").click()
    await choice(page, "Nausea", "1").click()
    await confirm(page)
    await until(lambda: bool(host.acted))
    ((_, action),) = host.acted
    assert isinstance(action, Observe)
    assert action.values == {Signal.NAUSEA: 1.0}


async def test_one_tap_says_that_there_are_no_other_symptoms_and_a_count_is_typed_beside(
    page: Page, host: PaperHost
) -> None:
    await press(page, "1", "Observe")
    await choice(page, "MOAA/S (5 awake to 0 no answer)", "5").click()
    await choice(page, "Headache", "2").click()
    await page.locator(".sheet").get_by_role("button", name="All none: no other symptom").click()
    await page.locator(".sheet").get_by_label("Breathing rate counted in a minute").fill("14")
    await confirm(page)
    await until(lambda: bool(host.acted))
    ((_, action),) = host.acted
    assert isinstance(action, Observe)
    none = dict.fromkeys(SYMPTOMS - {Signal.HEADACHE}, 0.0)
    assert action.values == none | {
        Signal.HEADACHE: 2.0,
        Signal.MOAAS: 5.0,
        Signal.RESP_RATE: 14.0,
    }


async def test_a_wrong_observation_is_corrected_in_two_taps_and_never_missing(
    page: Page, host: PaperHost
) -> None:
    wrong = Observe(id="o1", by="CD", values={Signal.NAUSEA: 3.0})
    visit = dataclasses.replace(session("pre"), steps=(Step(action=wrong, at=NOW),))
    host.set("1", session=visit)
    await press(page, "1", "Correct last entry")
    await choice(page, "Nausea", "1").click()
    await confirm(page)
    await until(lambda: len(host.acted) == 2)
    again, void = (action for _, action in host.acted)
    assert isinstance(again, Observe)
    assert (again.values, again.by, again.happened_at) == ({Signal.NAUSEA: 1.0}, "AB", NOW)
    assert isinstance(void, Void)
    assert (void.action, void.reason) == ("o1", "corrected")


async def test_a_start_is_moved_to_when_it_happened(page: Page, host: PaperHost) -> None:
    started = StartInfusion(id="a17", by="CD", override="Dr K agrees")
    visit = dataclasses.replace(session("early"), steps=(Step(action=started, at=NOW),))
    host.set("3", session=visit)
    await page.locator('[data-bed="3"] .name').click()
    await page.locator(".detail").get_by_role("button", name="Correct", exact=True).click()
    await choice(page, "When", "5 min earlier").click()
    await confirm(page)
    await until(lambda: len(host.acted) == 2)
    void, again = (action for _, action in host.acted)
    assert isinstance(void, Void)
    assert void.action == "a17"
    assert isinstance(again, StartInfusion)
    assert (again.happened_at, again.override) == (NOW - 5 * MINUTE, "Dr K agrees")

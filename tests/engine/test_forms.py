"""A form: scored, kept, shown; and an answer that no one may pass over."""

from dataclasses import replace

import pytest

from monitord.config.protocol.form_files import read_form
from monitord.engine.explain import as_text
from monitord.engine.protocol.form import Form, FormItem
from monitord.engine.protocol.protocol import Settings
from monitord.engine.session.filled_forms import filled
from monitord.engine.staff import checklist
from monitord.model import Signal
from tests.builders import Bed, admitted, protocol, settings

EPDS = read_form("epds")
OWN = Form(name="own", version=1, items=(FormItem(name="item_1", high=10), FormItem(name="item_2")))
CALM = (1, 0, 2, 1, 0, 0, 1, 0, 0, 0)
AT_RISK = (*CALM[:-1], 1)


def given() -> Settings:
    fresh = protocol().fresh
    forms = {"epds": EPDS, "own": OWN}
    return settings(protocols={"small": replace(protocol(), fresh=fresh, forms=forms)})


def concern(bed: Bed) -> str | None:
    session = bed.state.session
    assert session
    return session.concern.says if session.concern else None


def value(bed: Bed, signal: Signal) -> float | None:
    return next((r.value for r in bed.state.readings if r.signal is signal), None)


def test_the_scale_has_ten_items_of_three_and_no_text_of_them() -> None:
    assert len(EPDS.items) == 10
    assert {(item.low, item.high, item.title) for item in EPDS.items} == {(0, 3, "")}
    assert [item.name for item in EPDS.items if item.asks_above is not None] == ["item_10"]


def test_a_filled_form_is_kept_as_its_total() -> None:
    bed = admitted(given())
    assert bed.fill_form("epds", *CALM) is None
    assert value(bed, Signal.EPDS) == 5
    assert value(bed, Signal.EPDS_SELF_HARM) == 0
    assert bed.state.session
    (form,) = filled(bed.state.session.steps, given().protocols["small"].forms)
    assert (form.title, form.total, form.by) == ("EPDS", 5, "nurse")
    assert concern(bed) is None
    assert bed.story("assess") == []


@pytest.mark.parametrize("total", [0, 27])
def test_a_total_alarms_nobody_however_high(total: int) -> None:
    """It is shown, never scored into a diagnosis."""
    bed = admitted(given())
    each = total // 9
    assert bed.fill_form("epds", *[each] * 9, 0) is None
    assert value(bed, Signal.EPDS) == total
    assert bed.lines == []


def test_a_form_of_the_clinics_own_is_summed() -> None:
    bed = admitted(given())
    assert bed.fill_form("own", 7, 2) is None
    assert bed.state.session
    (form,) = filled(bed.state.session.steps, given().protocols["small"].forms)
    assert form.total == 9


@pytest.mark.parametrize(
    ("form", "scores", "why"),
    [
        ("other", (1,), "This protocol has no such form"),
        ("own", (1,), "Item 2 is not answered"),
        ("own", (1, 2, 3), "This form has no item item_3"),
        ("own", (11, 0), "Item 1 is scored 0 to 10"),
        ("own", (0, -1), "Item 2 is scored 0 to 3"),
    ],
)
def test_answers_that_do_not_fit_are_refused(form: str, scores: tuple[int, ...], why: str) -> None:
    bed = admitted(given())
    assert bed.fill_form(form, *scores) == why


def test_an_answer_about_self_harm_asks_for_a_clinician_at_once() -> None:
    bed = admitted(given())
    bed.fill_form("epds", *AT_RISK)
    assert bed.story("assess") == ["0s start medium"]
    assert bed.last("assess").text == "Clinician needed: call one"
    assert bed.told == ["0s nurse start"]


def test_an_acknowledgement_quiets_it_and_does_not_end_it() -> None:
    bed = admitted(given())
    bed.fill_form("epds", *AT_RISK)
    bed.wait("1min")
    assert bed.acknowledge("assess") is None
    bed.wait("1h")
    assert bed.alarm("assess") is not None
    assert "6min reminder medium" in bed.story("assess")
    bed.fill_form("epds", *CALM)
    assert bed.alarm("assess") is not None


def test_only_the_clinicians_entry_ends_it() -> None:
    bed = admitted(given())
    assert bed.assess() == "No answer waits for a clinician"
    bed.fill_form("epds", *AT_RISK)
    bed.wait("4min")
    assert bed.assess("spoke with her; plan made") is None
    assert bed.story("assess")[-1] == "4min clear medium"
    bed.fill_form("epds", *AT_RISK)
    assert bed.alarm("assess") is not None


def test_nobody_leaves_before_and_no_reason_will_do() -> None:
    bed = admitted(given())
    bed.fill_form("epds", *AT_RISK)
    waits = "Not yet: a clinician must see the patient first"
    assert bed.discharge() == waits
    assert bed.discharge(override="the taxi waits") == waits
    (point,) = [p for p in checklist.discharge_list(bed.state) if p.name == "assess"]
    assert not point.met
    assert bed.assess() is None
    assert bed.discharge() is None


def test_the_answer_entered_as_an_observation_counts_the_same() -> None:
    bed = admitted(given())
    bed.observe({Signal.EPDS_SELF_HARM: 2})
    assert bed.story("assess") == ["0s start medium"]
    assert concern(bed) == "EPDS item 10 2"


def test_a_form_filled_in_on_the_wrong_bed_is_taken_back() -> None:
    bed = admitted(given())
    bed.fill_form("epds", *AT_RISK, id="f1")
    assert bed.void("f1") is None
    assert concern(bed) is None
    assert bed.alarm("assess") is None
    assert value(bed, Signal.EPDS) is None


def test_it_survives_a_restart_and_another_protocol() -> None:
    other = replace(protocol(name="other"), forms={}, schedule={})
    bed = admitted(
        settings(protocols=given().protocols | {"other": replace(other, rules={})}),
    )
    bed.fill_form("epds", *AT_RISK)
    bed.restart("10s")
    assert bed.alarm("assess") is not None
    assert bed.correct_protocol("other") is None
    bed.wait("10min")
    assert bed.alarm("assess") is not None
    assert "Clinician needed" in as_text(bed.state)
    bed.observe({Signal.MOAAS: 5})
    assert concern(bed) is not None
    assert bed.alarm("assess") is not None

"""What a bed's insight says of forms, of the patient's own limits, and of what waits for a clinician."""

import pytest
from pydantic import TypeAdapter, ValidationError

from monitord.engine.protocol.adjust import Adjustable
from monitord.engine.protocol.form import Form, FormItem
from monitord.model import AdjustLimit, FillForm, Observe, Priority, TightenLimit
from monitord.station.routes.requests import ActionBody, to_action
from monitord.station.views.explain_view import insight
from monitord.station.views.views import jsonable
from tests.builders import MEDIUM, Bed, infusing, limit, protocol, settings

ASKS = Form(
    name="asks", version=1, items=(FormItem(name="item_1", asks_above=0), FormItem(name="item_2"))
)
LOOSER = Adjustable(rule="spo2_low", priority=MEDIUM, limit=limit("<90"), between=(86, 90))


def a_bed() -> Bed:
    small = protocol(forms={"asks": ASKS}, adjustable=(LOOSER,))
    return infusing(settings(protocols={"small": small, "other": protocol(name="other")}))


def test_an_empty_bed_has_no_terms() -> None:
    found = jsonable(insight(Bed().state))["terms"]
    assert not any(found.values())


def test_forms_limits_corrections_and_concerns_are_shown() -> None:
    bed = a_bed()
    bed.fill_form("asks", 1, 2, by="Ann")
    bed.adjust_limit("spo2_low", MEDIUM, "<90", "<88", by="Dr. Example")
    found = jsonable(insight(bed.state, whole=True))["terms"]
    (form,) = found["forms"]
    assert form["last"] is not None
    assert (form["title"], form["last"]["total"], form["last"]["by"]) == ("asks", 3, "Ann")
    assert [item["name"] for item in form["items"]] == ["item_1", "item_2"]
    (made,) = found["adjusted"]
    assert (made["was"], made["limit"], made["by"]) == ("<90", "<88", "Dr. Example")
    assert found["adjustable"][0]["low"] == 86
    assert found["concern"] is not None
    assert found["concern"]["says"] == "asks: item_1 1"
    bed.correct_protocol("other", reason="slip")
    found = jsonable(insight(bed.state, whole=True))["terms"]
    assert [(each["protocol"], each["reason"]) for each in found["corrected"]] == [
        ("other", "slip")
    ]
    assert found["concern"] is not None


BODY: TypeAdapter[ActionBody] = TypeAdapter(ActionBody)


def test_a_note_alone_is_an_observation_and_nothing_at_all_is_none() -> None:
    action = to_action(BODY.validate_python({"type": "observe", "by": "Ann", "note": "sleeps"}))
    assert isinstance(action, Observe)
    assert (action.values, action.note) == ({}, "sleeps")
    with pytest.raises(ValidationError, match="a value or a note"):
        BODY.validate_python({"type": "observe", "by": "Ann"})


def test_counted_breaths_a_hand_taken_pressure_and_a_pump_rate_are_observations() -> None:
    values = {"resp_rate": 14, "nibp_sys": 122, "nibp_dia": 78, "infusion_rate": 20}
    body = BODY.validate_python({"type": "observe", "by": "Ann", "values": values})
    bed = a_bed()
    bed.send(to_action(body))
    found = {reading.signal.value: reading.source for reading in bed.state.readings}
    assert {found[signal] for signal in values} == {"manual"}


@pytest.mark.parametrize("kind", ["adjust_limit", "tighten_limit"])
def test_a_limit_is_posted_in_words(kind: str) -> None:
    asked = {"rule": "spo2_low", "priority": "medium", "was": "<90", "limit": "<91"}
    action = to_action(BODY.validate_python({"type": kind, "by": "Ann", "reason": "x", **asked}))
    assert isinstance(action, AdjustLimit | TightenLimit)
    assert action.type == kind
    assert action.priority is Priority.MEDIUM


def test_a_form_is_posted_as_scores() -> None:
    body = {"type": "fill_form", "by": "Ann", "form": "asks", "answers": {"item_1": 0}}
    action = to_action(BODY.validate_python(body))
    assert isinstance(action, FillForm)
    assert action.answers == {"item_1": 0}

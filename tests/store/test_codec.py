"""Events and effects survive the journal exactly, and the stored text never changes meaning."""

import math
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.errors import StoreError
from monitord.model import (
    Admit,
    Answered,
    Body,
    Cause,
    Configured,
    Effect,
    Event,
    Fault,
    Frame,
    Instant,
    Observe,
    Quality,
    Sample,
    Signal,
    Started,
    StopInfusion,
    Withdraw,
)
from monitord.store.journal.codec import (
    body_from_json,
    body_json,
    effect_from_json,
    effect_json,
    event_from_json,
    event_json,
)


def any_of(union: object) -> st.SearchStrategy[object]:
    return st.one_of([st.from_type(cls) for cls in get_args(union)])


@given(any_of(Body))
def test_every_body_comes_back_as_it_was(body: Body) -> None:
    assert body_from_json(body.type, body_json(body)) == body


@given(any_of(Effect))
def test_every_effect_comes_back_as_it_was(effect: Effect) -> None:
    assert effect_from_json(effect.type, effect_json(effect)) == effect


@given(st.from_type(Event))
def test_every_event_comes_back_from_an_exported_line(event: Event) -> None:
    line = event_json(event)
    assert "\n" not in line
    assert event_from_json(line) == event


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (
            (
                '{"samples":[{"signal":"spo2","value":97.0},'
                '{"signal":"pulse_rate","value":null,"quality":"probe_off","measured_at":5}]}'
            ),
            Frame(
                samples=(
                    Sample(signal=Signal.SPO2, value=97.0),
                    Sample(
                        signal=Signal.PULSE_RATE,
                        value=None,
                        quality=Quality.PROBE_OFF,
                        measured_at=Instant(5),
                    ),
                )
            ),
        ),
        (
            '{"id":"a1","by":"n1","session":"s1","protocol":"k"}',
            Admit(id="a1", by="n1", session="s1", protocol="k"),
        ),
        (
            '{"id":"a2","by":"n1","values":{"moaas":4.0}}',
            Observe(id="a2", by="n1", values={Signal.MOAAS: 4.0}),
        ),
        ('{"id":"a3","by":"n1"}', StopInfusion(id="a3", by="n1")),
        ('{"version":"1"}', Started(version="1")),
        ('{"digest":"d","document":"{}"}', Configured(digest="d", document="{}")),
    ],
)
def test_what_is_left_out_of_the_stored_text_means_the_same_for_ever(text: str, body: Body) -> None:
    """Changing a default in the model would change what old journals say."""
    assert body_json(body) == text
    assert body_from_json(body.type, text) == body


def test_effects_name_no_default() -> None:
    assert effect_json(Answered(action="a1")) == '{"action":"a1"}'
    assert effect_json(Withdraw(alarm="s1/spo2_low/1")) == '{"alarm":"s1/spo2_low/1"}'


def test_a_nan_of_a_faulty_driver_is_kept_as_it_was() -> None:
    body = Frame(samples=(Sample(signal=Signal.SPO2, value=math.nan),))
    back = body_from_json("frame", body_json(body))
    assert isinstance(back, Frame)
    assert back.samples[0].value is not None
    assert math.isnan(back.samples[0].value)


@pytest.mark.parametrize(
    ("type_", "text"),
    [("frame", "{"), ("frame", '{"samples": 3}'), ("future", "{}"), ("fault", "[]")],
)
def test_text_that_no_version_wrote_is_a_store_error(type_: str, text: str) -> None:
    with pytest.raises(StoreError):
        body_from_json(type_, text)


@pytest.mark.parametrize("line", ["", "null", "[1]", '{"at": "x"}', '{"type": "frame"}', "\x00"])
def test_a_line_that_is_no_event_is_a_store_error(line: str) -> None:
    with pytest.raises(StoreError):
        event_from_json(line)


def test_text_that_json_cannot_hold_is_a_store_error() -> None:
    with pytest.raises(StoreError, match="fault"):
        body_json(Fault(cause=Cause.LINK, subject="\ud800", present=True))

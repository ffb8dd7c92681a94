"""The alarm line as scripts read it."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitord.model import AlarmLine
from monitord.store.line_json import line_json
from tests.store.builders import line

LINE = line(15)


def test_the_line_has_the_fixed_keys_in_the_fixed_order() -> None:
    assert line_json(LINE, durable=True) == (
        '{"schema": 1, "id": "s1/spo2_low/1", "at": "2026-01-05T10:00:15.000000Z", "suite": "day", '
        '"bed": "1", "session": "s1", "alarm": "spo2_low", "signal": "spo2", "event": "start", '
        '"priority": "medium", "kind": "physiological", "value": 86.0, "unit": "%", "limit": 90.0, '
        '"since": "2026-01-05T10:00:00.000000Z", "phase": "infusion", "protocol": "k@1#ab", '
        '"reason": "first", "text": "SpO2 86 < 90 for 15 s", "simulated": true, "by": null, '
        '"inhibited_by": null, "worst": null, "worst_at": null, "value_at": null, '
        '"says": [], "relation": null, "compares": null, "state": null, "audio_paused": false, '
        '"confidential": false, "durable": true}'
    )


def test_absent_is_null() -> None:
    suite = replace(LINE, bed=None, session=None, signal=None, value=None, unit=None, limit=None)
    parsed = json.loads(line_json(suite, durable=False))
    assert [parsed[key] for key in ("bed", "session", "signal", "value", "unit", "limit")] == [
        None
    ] * 6
    assert parsed["durable"] is False


def test_a_whole_number_gives_the_same_bytes_as_its_float() -> None:
    assert line_json(replace(LINE, value=86), durable=True) == line_json(LINE, durable=True)


@given(st.from_type(AlarmLine), st.booleans())
def test_any_line_is_one_line_of_json(told: AlarmLine, durable: bool) -> None:
    text = line_json(told, durable)
    assert "\n" not in text
    parsed = json.loads(text)
    assert next(iter(parsed)) == "schema"
    assert list(parsed)[-1] == "durable"
    assert parsed["id"] == told.id

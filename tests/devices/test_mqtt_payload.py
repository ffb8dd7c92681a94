"""What a payload means, and what is refused: the default schema, bare numbers, any JSON."""

import contextlib
import json
from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from devices.mqtt_payload import (
    _PLAIN,
    PAYLOAD_LIMIT,
    Message,
    Order,
    Paths,
    Reading,
    _finder,
    decode,
    default_readings,
)
from monitord.model import SECOND, Frame, Instant, Quality, Sample, Signal, from_iso

DEFAULT = default_readings((Signal.SPO2, Signal.PULSE_RATE, Signal.PERFUSION_INDEX))
AT = from_iso("2026-01-05T10:00:15.250Z")


def read(payload: Any, readings: tuple[Reading, ...] = DEFAULT, **paths: Any) -> Message:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return decode(raw, readings, Paths(**paths))


def values(message: Message) -> dict[str, float | None]:
    return {sample.signal.value: sample.value for sample in message.frame.samples}


def qualities(message: Message) -> set[Quality]:
    return {sample.quality for sample in message.frame.samples}


def test_the_documented_example_is_read_whole() -> None:
    message = read(
        b'{"t": "2026-01-05T10:00:15.250Z", "seq": 4711, "spo2": 97, "pulse_rate": 71, "pi": 3.2,'
        b' "quality": "good"}'
    )
    assert message == Message(
        frame=Frame(
            samples=(
                Sample(signal=Signal.SPO2, value=97.0, measured_at=AT),
                Sample(signal=Signal.PULSE_RATE, value=71.0, measured_at=AT),
                Sample(signal=Signal.PERFUSION_INDEX, value=3.2, measured_at=AT),
            )
        ),
        sequence=4711,
        measured_at=AT,
    )


@pytest.mark.parametrize(
    "time", ["2026-01-05T11:00:15.25+01:00", AT / SECOND, AT / 1000, AT // 1000]
)
def test_a_time_is_iso_or_seconds_or_milliseconds(time: Any) -> None:
    assert read({"t": time, "spo2": 97}).measured_at == AT


def test_unknown_keys_are_free_and_absent_ones_make_no_sample() -> None:
    assert values(read({"spo2": 97, "battery": 3, "spo2_avg": [1]})) == {"spo2": 97.0}


def test_null_says_that_there_is_no_reading_now() -> None:
    message = read({"spo2": None, "pulse_rate": None})
    assert values(message) == {"spo2": None, "pulse_rate": None}
    assert qualities(message) == {Quality.INVALID}


def test_a_bad_quality_holds_for_all_readings_also_for_those_left_out() -> None:
    message = read({"spo2": 97, "quality": "probe_off"})
    assert values(message) == {"spo2": 97.0, "pulse_rate": None, "perfusion_index": None}
    assert qualities(message) == {Quality.PROBE_OFF}


def test_zero_is_no_reading_and_a_number_that_nobody_can_have_is_implausible() -> None:
    assert read({"spo2": 0}).frame.samples == (
        Sample(signal=Signal.SPO2, value=None, quality=Quality.INVALID),
    )
    assert qualities(read({"spo2": 101})) == {Quality.IMPLAUSIBLE}
    assert qualities(read({"spo2": -5})) == {Quality.IMPLAUSIBLE}


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting"),
        (b"\xff\xfe", "decode"),
        (b"97", "none of"),
        (b"[]", "none of"),
        (b"null", "none of"),
        (b'"spo2"', "none of"),
        (b"{}", "none of"),
        (b'{"other": 1}', "none of"),
        (b'{"spo2": NaN}', "no JSON"),
        (b'{"spo2": -Infinity}', "no JSON"),
        (b'{"spo2": 1e999}', "out of all range"),
        (b'{"spo2": 1' + b"0" * 400 + b"}", "out of all range"),
        (b'{"spo2": 1' + b"0" * 5000 + b"}", "integer string conversion"),
        (b'{"spo2": true}', "bool where a number"),
        (b'{"spo2": "97"}', "str where a number"),
        (b'{"spo2": [97]}', "list where a number"),
        (b'{"spo2": {"value": 97}}', "dict where a number"),
        (b'{"spo2": 97, "quality": "fine"}', "no quality"),
        (b'{"spo2": 97, "quality": 1}', "no quality"),
        (b'{"spo2": 97, "seq": true}', "bool where a number"),
        (b'{"spo2": 97, "seq": -1}', "no counter"),
        (b'{"spo2": 97, "seq": 1.5}', "no counter"),
        (b'{"spo2": 97, "seq": "1"}', "str where a number"),
        (b'{"spo2": 97, "t": "10:00"}', "isoformat"),
        (b'{"spo2": 97, "t": "2026-01-05T10:00:15"}', "no time zone"),
        (b'{"spo2": 97, "t": -1}', "out of all range"),
        (b'{"spo2": 97, "t": 1e300}', "out of all range"),
        (b'{"spo2": 97, "t": false}', "bool where a number"),
        (b'{"a":' * 3000 + b"1" + b"}" * 3000, "too (many|deep)"),
        (b'{"spo2": 97, "x": "' + b"x" * PAYLOAD_LIMIT + b'"}', "too many"),
        (b"[" * 16_000, "too deep"),
    ],
)
def test_a_bad_payload_is_refused_with_the_reason(payload: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read(payload)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_value_error(payload: bytes) -> None:
    for readings in (DEFAULT, (Reading(signal=Signal.SPO2),)):
        with contextlib.suppress(ValueError):
            read(payload, readings)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["t", "seq", "spo2", "pulse_rate", "pi", "quality", "id"]), inner
        )
    ),
    max_leaves=10,
)


@given(_JSON)
def test_no_document_raises_anything_but_a_value_error(document: Any) -> None:
    mapped = (Reading(signal=Signal.SPO2, path="spo2.value || to_number(pi) || max(t)"),)
    for readings in (DEFAULT, mapped):
        try:
            message = read(document, readings, identity="id")
        except ValueError:
            continue
        assert message.frame.samples


@pytest.mark.parametrize(("text", "value"), [("97", 97.0), (" 96.5\n", 96.5), ("9.7e1", 97.0)])
def test_a_bare_number_is_the_reading(text: str, value: float) -> None:
    assert values(read(text.encode(), (Reading(signal=Signal.SPO2),))) == {"spo2": value}


@pytest.mark.parametrize("text", ["nan", "NaN", "unavailable", "unknown"])
def test_a_sensor_without_a_value_has_no_reading(text: str) -> None:
    message = read(text.encode(), (Reading(signal=Signal.SPO2),))
    assert values(message) == {"spo2": None}
    assert qualities(message) == {Quality.INVALID}


@pytest.mark.parametrize("text", ["", "on", "inf", "1_0", "0x61", "97 %", "{}", "1e999", "true"])
def test_a_bare_word_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no number|out of all range"):
        read(text.encode(), (Reading(signal=Signal.SPO2),))


def test_a_theengs_message_is_mapped_by_its_keys() -> None:
    # The keys around the values are those of a real OpenMQTTGateway log (protocols.md D2).
    payload = {"id": "45:F6:8A:76:86:C5", "rssi": -55, "model": "?", "spo2": 96, "hr": 64}
    readings = (
        Reading(signal=Signal.SPO2, path="spo2"),
        Reading(signal=Signal.PULSE_RATE, path="hr", unit="bpm"),
    )
    message = read(payload, readings, identity="id")
    assert values(message) == {"spo2": 96.0, "pulse_rate": 64.0}
    assert message.identity == "45:F6:8A:76:86:C5"
    assert message.sequence is None


def test_numbers_as_text_need_to_number_as_the_rad8_bridge_sends_them() -> None:
    readings = (Reading(signal=Signal.SPO2, path="to_number(SPO2)"),)
    assert values(read({"SPO2": "97", "EXC": "0000"}, readings)) == {"spo2": 97.0}


def test_units_and_scales_lead_to_the_signals_own_unit() -> None:
    readings = (
        Reading(signal=Signal.SPO2, path="o.sat", unit="fraction"),
        Reading(signal=Signal.NIBP_SYS, path="bp[0]", unit="kPa"),
        Reading(signal=Signal.PULSE_RATE, path="o.rate10", scale=0.1),
    )
    message = read({"o": {"sat": 0.97, "rate10": 715}, "bp": [16.0, 10.7]}, readings)
    assert values(message) == {"spo2": 97.0, "nibp_sys": 120.00992, "pulse_rate": 71.5}


def test_numbers_that_mean_nothing_are_no_reading() -> None:
    readings = (Reading(signal=Signal.SPO2, path="spo2", missing=(127,)),)
    assert values(read({"spo2": 127}, readings)) == {"spo2": None}


def test_a_gateways_own_words_for_quality_are_translated() -> None:
    words = {"FINGER_OUT": Quality.PROBE_OFF, "false": Quality.SEARCHING}
    assert qualities(read({"spo2": 97, "ok": "FINGER_OUT"}, quality="ok", qualities=words)) == {
        Quality.PROBE_OFF
    }
    assert qualities(read({"spo2": 97, "ok": False}, quality="ok", qualities=words)) == {
        Quality.SEARCHING
    }


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"signal": "spo2", "path": "a["}, "Invalid jmespath|Bad jmespath|Incomplete"),
        ({"signal": "spo2", "path": "no_such(a)"}, "[Uu]nknown function"),
        ({"signal": "spo2", "unit": "kPa"}, "no unit of spo2"),
        ({"signal": "temperature", "unit": "°F"}, "no unit of temperature"),
        ({"signal": "nausea"}, "observed by staff"),
        ({"signal": "spo3"}, "spo2"),
        ({"signal": "spo2", "scale": 0}, "greater than 0"),
        ({"signal": "spo2", "scale": "2"}, "valid number"),
    ],
)
def test_a_reading_that_cannot_work_is_refused(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Reading.model_validate(settings)


def message(sequence: int | None = None, second: float | None = None) -> Message:
    at = None if second is None else Instant(AT + round(second * SECOND))
    return Message(frame=Frame(samples=()), sequence=sequence, measured_at=at)


@pytest.mark.parametrize(
    ("last", "following", "verdict"),
    [
        (message(7), message(8), None),
        (message(7), message(9), None),
        (message(7), message(7), "doubled"),
        (message(7), message(6), "out of order"),
        (message(500), message(0), None),
        (message(7, 10), message(8, 5), None),
        (message(7, 10), message(7, 10), "doubled"),
        (message(7, 10), message(6, 9), "out of order"),
        (message(7, 10), message(0, 11), None),
        (message(second=10), message(second=11), None),
        (message(second=10), message(second=10), "doubled"),
        (message(second=10), message(second=9), "out of order"),
        (message(second=10), message(second=-3600), None),
        (message(), message(), None),
        (message(7), message(), None),
    ],
)
def test_order_tells_news_from_repeats(
    last: Message, following: Message, verdict: str | None
) -> None:
    order = Order()
    assert order.refuses(last) is None
    assert order.refuses(following) == verdict


def test_a_refused_message_moves_nothing() -> None:
    order = Order()
    sequence = (10, 12, 11, 12, 13)
    assert [order.refuses(message(number)) for number in sequence] == [
        None,
        None,
        "out of order",
        "doubled",
        None,
    ]


KEYS = st.sampled_from(["a", "b", "_c1"])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 1) | st.sampled_from(["", "x", 0.0]),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=8,
)
PLACES = st.lists(KEYS, min_size=1, max_size=3).map(".".join)


@given(st.lists(PLACES, min_size=1, max_size=3).map(" || ".join), DOCUMENTS)
def test_a_path_of_keys_finds_what_jmespath_finds(path: str, document: object) -> None:
    assert _PLAIN.fullmatch(path)
    expected = jmespath.search(path, document)
    found = _finder(path)(document)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    "path", ['"a b"', "a[0]", "max(a)", "a.b[*]", "`1`", "a && b", "@", "*.a", "a|b", "!a"]
)
def test_every_other_path_goes_to_jmespath(path: str) -> None:
    assert not _PLAIN.fullmatch(path)


def test_a_real_beacon_of_a_gateway_is_no_reading() -> None:
    beacon = b'{"id":"45:F6:8A:76:86:C5","rssi":-55,"txpower":12,"distance":0.495572}'
    with pytest.raises(ValueError, match="none of spo2, pulse_rate, perfusion_index is in it"):
        decode(beacon, DEFAULT, Paths())


def test_a_bridge_that_publishes_a_rad_8_as_text_is_mapped() -> None:
    payload = b'{"SPO2": "098", "BPM": "097", "PI": "03.60", "ALARM": "0000", "EXC": "000800"}'
    mapped = (
        Reading(signal=Signal.SPO2, path="to_number(SPO2)"),
        Reading(signal=Signal.PULSE_RATE, path="to_number(BPM)"),
        Reading(signal=Signal.PERFUSION_INDEX, path="to_number(PI)"),
    )
    nothing = Paths(time=None, sequence=None, quality=None)
    assert values(decode(payload, mapped, nothing)) == {
        "spo2": 98,
        "pulse_rate": 97,
        "perfusion_index": 3.6,
    }

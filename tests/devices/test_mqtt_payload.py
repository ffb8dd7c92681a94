"""What a payload means, and what is refused: the default schema, bare numbers, any JSON."""

import contextlib
import json
from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from devices.mqtt.mqtt_path import _PLAIN, _finder
from devices.mqtt.mqtt_payload import (
    PAYLOAD_LIMIT,
    DecodedMessage,
    MappedReading,
    Order,
    Paths,
    decode,
    default_readings,
)
from monitord.model import SECOND, Frame, Instant, Quality, Sample, Signal, from_iso

DEFAULT = default_readings((Signal.SPO2, Signal.PULSE_RATE, Signal.PERFUSION_INDEX))
AT = from_iso("2026-01-05T10:00:15.250Z")


def read(
    payload: Any, readings: tuple[MappedReading, ...] = DEFAULT, **paths: Any
) -> DecodedMessage:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return decode(raw, readings, Paths(**paths))


def values(message: DecodedMessage) -> dict[str, float | None]:
    return {sample.signal.value: sample.value for sample in message.frame.samples}


def qualities(message: DecodedMessage) -> set[Quality]:
    return {sample.quality for sample in message.frame.samples}


def test_the_documented_example_is_read_whole() -> None:
    message = read(
        b'{"t": "2026-01-05T10:00:15.250Z", "seq": 4711, "spo2": 97, "pulse_rate": 71, "pi": 3.2,'
        b' "quality": "good"}'
    )
    assert message == DecodedMessage(
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
        (b"\xff\xfe", "none of"),
        (b"test", "none of"),
        (b"97", "none of"),
        (b"[]", "none of"),
        (b"null", "none of"),
        (b'"spo2"', "none of"),
        (b"{}", "none of"),
        (b'{"other": 1}', "none of"),
        (b"{'spo2': 97}", "Expecting"),
        (b'{"spo2": 97', "Expecting"),
        (b'{"a":' * 3000 + b"1" + b"}" * 3000, "too (many|deep)"),
        (b'{"spo2": 97, "x": "' + b"x" * PAYLOAD_LIMIT + b'"}', "too many"),
        (b"[" * 16_000, "too deep"),
    ],
)
def test_a_payload_that_is_no_document_is_refused_with_the_reason(
    payload: bytes, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        read(payload)


NO_VALUE = [b"null", b"NaN", b"nan", b"-nan", b"None", b'"None"', b'"none"', b'"NULL"', b'"nan"']
NO_VALUE += [b'"unavailable"', b'"Unknown"', b'""', b'"--"', b'"n/a"', b"-Infinity", b"inf", b""]
NO_VALUE += [b"undefined", b"--", b"N/A", b"unavailable"]
NO_VALUE += [b"false", b"[]", b"{}"]  # for which JMESPath's || looks on
"""What stands for no value, in JSON and beside it."""
MISFITS = [b'"97 %"', b'"104 mmHg"', b'"97"', b"true", b'"finger out"', b"[97]"]
MISFITS += [b'{"value": 97}', b"1e999", b"1" + b"0" * 400, b"1" + b"0" * 5000, b'"\\ud800"']
MISFITS += [
    b"97 %",
    b"0x61",
    b"1_0",
    b".5.",
    b"+97",
    b"097",
    b"97.",
    b"high",
    b"9\x137",
    b"104 mmHg",
]
"""What is neither a number nor a word for none: it is told."""


@pytest.mark.parametrize("value", NO_VALUE + MISFITS)
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_bad_field_has_no_reading_and_takes_no_neighbour(value: bytes, place: str) -> None:
    pairs = [b'"spo2": 84', b'"pulse_rate": 120']
    pairs.insert(["first", "middle", "last"].index(place), b'"pi": ' + value)
    message = read(b"{" + b", ".join(pairs) + b"}")
    assert values(message) == {"spo2": 84.0, "pulse_rate": 120.0, "perfusion_index": None}
    good = {each.signal: each.quality for each in message.frame.samples if each.value}
    assert set(good.values()) == {Quality.GOOD}
    found = [each.field for each in message.misfits]
    assert found == (["perfusion_index"] if value in MISFITS else [])
    assert message.absent == (value in NO_VALUE)


HARMLESS = {
    "a last comma": b'{"spo2": 84, "pulse_rate": 120,}',
    "a line in a name": b'{"name": "chair\n1", "spo2": 84, "pulse_rate": 120}',
    "a tab in a name": b'{"name": "chair\t1", "spo2": 84, "pulse_rate": 120}',
    "NUL in a name": b'{"name": "chair\x00", "spo2": 84, "pulse_rate": 120}',
    "an escape that is none": rb'{"file": "C:\ox", "spo2": 84, "pulse_rate": 120}',
    "half an escape": rb'{"file": "\u12", "spo2": 84, "pulse_rate": 120}',
    "NUL between": b'{"spo2": 84,\x00 "pulse_rate": 120}',
    "XON and XOFF between": b'\x11{"spo2": 84\x13, "pulse_rate":\x11120}',
}


@pytest.mark.parametrize("payload", HARMLESS.values(), ids=HARMLESS)
def test_what_slipped_in_beside_the_readings_takes_at_most_the_one_that_it_touches(
    payload: bytes,
) -> None:
    found = values(read(payload))
    touched = b"\x13," in payload
    assert found == {"spo2": None if touched else 84.0, "pulse_rate": None if touched else 120.0}


@pytest.mark.parametrize("noise", [b"\x00", b"\x11", b"\x13"])
def test_a_number_that_noise_stands_in_is_none(noise: bytes) -> None:
    for place in range(4):
        text = b"120"[:place] + noise + b"120"[place:]
        message = read(b'{"spo2": 84, "pulse_rate": ' + text + b"}")
        assert values(message) == {"spo2": 84.0, "pulse_rate": None}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sequence", b'"seq": true'),
        ("sequence", b'"seq": -1'),
        ("sequence", b'"seq": 1.5'),
        ("sequence", b'"seq": "1"'),
        ("sequence", b'"seq": {}'),
    ],
)
def test_a_bad_counter_takes_no_reading(field: str, value: bytes) -> None:
    message = read(b'{"spo2": 84, ' + value + b"}")
    assert values(message) == {"spo2": 84.0}
    assert qualities(message) == {Quality.GOOD}
    assert [each.field for each in message.misfits] == [field]


NO_TIMES = (
    *(b'"10:00"', b"-1", b"1e300", b"false", b"[]", b"{}", b'"yesterday"', b'"3 minutes ago"'),
    *(b'"05.01.2026 10:00:15"', b'"01/05/2026 10:00:15"', b'"2026-01-05"', b'"2026-13-45T10:00:15Z"'),
    *(b'"2026-01-05T10:00:15 CET"', b'"2026-01-05T10:00:15 EST"', b'"Mon Jan  5 10:00:15 2026"'),
    *(b'"20260105"', b'"2026-01-05T25:00:15Z"', b'"today 10:00"', b'"0x695B8AFF"', b'"1e400"'),
)  # fmt: skip


@pytest.mark.parametrize("time", NO_TIMES)
def test_readings_beside_a_time_that_is_not_understood_are_of_unknown_age(time: bytes) -> None:
    message = read(b'{"spo2": 84, "pulse_rate": 400, "pi": null, "t": ' + time + b"}")
    assert values(message) == {"spo2": 84.0, "pulse_rate": 400.0, "perfusion_index": None}
    assert qualities(message) == {Quality.UNKNOWN_AGE}
    assert message.measured_at is None
    assert [each.field for each in message.misfits] == ["time"]


@pytest.mark.parametrize(
    "time",
    [
        *(b'"2026-01-05T10:00:15.250Z"', b'"2026-01-05 10:00:15.250 UTC"', b'"20260105T100015.250"'),
        *(b'"2026-01-05T11:00:15.250+01:00"', b'"2026-01-05 11:00:15.250 +0100"'),
        *(b'"2026-01-05T10:00:15.250 GMT"', b'" 2026-01-05T10:00:15.250z "', b"1767607215.25"),
        *(b"1767607215250", b"1767607215250000", b"1767607215250000000", b'"1767607215.250"'),
        b'"1767607215250"',
    ],
)  # fmt: skip
def test_one_time_in_each_of_its_ways_is_understood(time: bytes) -> None:
    message = read(b'{"spo2": 84, "t": ' + time + b"}")
    assert message.measured_at == AT
    assert (qualities(message), message.misfits) == ({Quality.GOOD}, ())


@pytest.mark.parametrize("time", [b"null", b'""', b'"unknown"', b"nan", b'"--"'])
def test_a_message_without_a_time_is_one_of_its_arrival(time: bytes) -> None:
    message = read(b'{"spo2": 84, "t": ' + time + b"}")
    assert (message.measured_at, qualities(message), message.misfits) == (None, {Quality.GOOD}, ())


@pytest.mark.parametrize("quality", [b'"fine"', b"1", b"true", b"[]"])
def test_numbers_beside_a_quality_that_is_not_understood_are_doubtful(quality: bytes) -> None:
    message = read(b'{"spo2": 84, "quality": ' + quality + b"}")
    assert values(message) == {"spo2": 84.0}
    assert qualities(message) == {Quality.LOW_PERFUSION}
    assert [each.field for each in message.misfits] == ["quality"]


def test_a_time_without_a_zone_is_taken_as_utc_for_the_engine_to_learn() -> None:
    assert read({"t": "2026-01-05T10:00:15.250", "spo2": 97}).measured_at == AT


@pytest.mark.parametrize(
    "payload", [b'\xef\xbb\xbf{"spo2": 97}', b'{"spo2": 97}\0', b'{"spo2": 97, "x": "\xff"}']
)
def test_bytes_around_and_inside_that_are_no_text_cost_nothing(payload: bytes) -> None:
    assert values(read(payload)) == {"spo2": 97.0}


_WORD = st.text(st.characters(exclude_characters='"\\{}[],:', exclude_categories=["C"]), max_size=8)


@given(bad=st.sampled_from(NO_VALUE + MISFITS) | _WORD.map(str.encode), number=st.integers(1, 100))
def test_whatever_stands_in_one_field_the_others_are_read(bad: bytes, number: int) -> None:
    payload = b'{"spo2": %d, "pi": %s, "pulse_rate": %d}' % (number, bad, number)
    found = values(read(payload))
    assert found["spo2"] == found["pulse_rate"] == number


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_value_error(payload: bytes) -> None:
    for readings in (DEFAULT, (MappedReading(signal=Signal.SPO2),)):
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
    mapped = (MappedReading(signal=Signal.SPO2, path="spo2.value || to_number(pi) || max(t)"),)
    for readings in (DEFAULT, mapped):
        try:
            message = read(document, readings, identity="id")
        except ValueError:
            continue
        assert message.frame.samples


@pytest.mark.parametrize(("text", "value"), [("97", 97.0), (" 96.5\n", 96.5), ("9.7e1", 97.0)])
def test_a_bare_number_is_the_reading(text: str, value: float) -> None:
    assert values(read(text.encode(), (MappedReading(signal=Signal.SPO2),))) == {"spo2": value}


@pytest.mark.parametrize(
    "text", ["nan", "NaN", "unavailable", "unknown", "None", "null", "none", "N/A", "--", ""]
)
def test_a_sensor_without_a_value_has_no_reading(text: str) -> None:
    message = read(text.encode(), (MappedReading(signal=Signal.SPO2),))
    assert values(message) == {"spo2": None}
    assert qualities(message) == {Quality.INVALID}
    assert message.misfits == ()


@pytest.mark.parametrize("text", ["on", "inf", "1_0", "0x61", "97 %", "{}", "1e999", "true"])
def test_a_bare_word_is_no_reading_and_not_understood(text: str) -> None:
    message = read(text.encode(), (MappedReading(signal=Signal.SPO2),))
    assert values(message) == {"spo2": None}
    assert [each.field for each in message.misfits] == ["spo2"]


def test_a_theengs_message_is_mapped_by_its_keys() -> None:
    # The keys around the values are those of a real OpenMQTTGateway log (protocols.md D2).
    payload = {"id": "45:F6:8A:76:86:C5", "rssi": -55, "model": "?", "spo2": 96, "hr": 64}
    readings = (
        MappedReading(signal=Signal.SPO2, path="spo2"),
        MappedReading(signal=Signal.PULSE_RATE, path="hr", unit="bpm"),
    )
    message = read(payload, readings, identity="id")
    assert values(message) == {"spo2": 96.0, "pulse_rate": 64.0}
    assert message.identity == "45:F6:8A:76:86:C5"
    assert message.sequence is None


def test_numbers_as_text_need_to_number_as_the_rad8_bridge_sends_them() -> None:
    readings = (MappedReading(signal=Signal.SPO2, path="to_number(SPO2)"),)
    assert values(read({"SPO2": "97", "EXC": "0000"}, readings)) == {"spo2": 97.0}


def test_units_and_scales_lead_to_the_signals_own_unit() -> None:
    readings = (
        MappedReading(signal=Signal.SPO2, path="o.sat", unit="fraction"),
        MappedReading(signal=Signal.NIBP_SYS, path="bp[0]", unit="kPa"),
        MappedReading(signal=Signal.PULSE_RATE, path="o.rate10", scale=0.1),
    )
    message = read({"o": {"sat": 0.97, "rate10": 715}, "bp": [16.0, 10.7]}, readings)
    assert values(message) == {"spo2": 97.0, "nibp_sys": 120.00992, "pulse_rate": 71.5}


def test_numbers_that_mean_nothing_are_no_reading() -> None:
    readings = (MappedReading(signal=Signal.SPO2, path="spo2", missing=(127,)),)
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
        MappedReading.model_validate(settings)


def message(sequence: int | None = None, second: float | None = None) -> DecodedMessage:
    at = None if second is None else Instant(AT + round(second * SECOND))
    return DecodedMessage(frame=Frame(samples=()), sequence=sequence, measured_at=at)


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
    last: DecodedMessage, following: DecodedMessage, verdict: str | None
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
        MappedReading(signal=Signal.SPO2, path="to_number(SPO2)"),
        MappedReading(signal=Signal.PULSE_RATE, path="to_number(BPM)"),
        MappedReading(signal=Signal.PERFUSION_INDEX, path="to_number(PI)"),
    )
    nothing = Paths(time=None, sequence=None, quality=None)
    assert values(decode(payload, mapped, nothing)) == {
        "spo2": 98,
        "pulse_rate": 97,
        "perfusion_index": 3.6,
    }

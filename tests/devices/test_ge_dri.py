import struct

import pytest

from devices.monitors.ge_dri import (
    AUXILIARY,
    CO2,
    DISPLAYED,
    ECG,
    FAMILY,
    HEAD,
    SPO2,
    TEMPERATURE,
    GeOptions,
    decode_displayed,
    encode_auxiliary,
    encode_displayed,
    request,
    unwrap,
    wrap,
)
from devices.readings import CuffReading, Oximetry
from devices.wire import byte_sum
from monitord.model import NIBP, SECOND, Frame, Instant, Quality, Signal
from tests.devices.wirekit import AT, feed, frames, quality, sample, values

T0 = 1_700_000_000
FINE = Oximetry(spo2=97, pulse_rate=72)
SHOWN = CuffReading(sys=121, dia=75, map=92, pulse=80)
NEXT = CuffReading(sys=134, dia=82, map=101, pulse=77)


def displayed(cuff: CuffReading | None = None, *, label: int = 0) -> bytes:
    return encode_displayed(FINE, time=T0, cuff=cuff, heart_rate=73, resp_rate=14, label=label)


def auxiliary(nibp_time: int) -> bytes:
    return encode_auxiliary(time=T0, nibp_time=nibp_time)


def cuffs(told: list[Frame]) -> list[Frame]:
    return [frame for frame in told if set(values(frame)) == NIBP]


def test_the_requests_are_the_published_bytes() -> None:
    head = "7E 31" + " 00" * 20 + " FF" + " 00" * 18
    assert request(DISPLAYED, 10) == bytes.fromhex(f"{head} 01 0A 00 0E 00 00 00 00 00 49 7E")
    stop = request(DISPLAYED, 0, classes=0)
    assert stop == bytes.fromhex(f"{head} 01 00 00 00 00 00 00 00 00 31 7E")


def test_the_checksum_is_of_the_bytes_before_they_are_escaped() -> None:
    record = struct.pack("<H", HEAD + 4) + bytes(HEAD - 2) + bytes.fromhex("7E 7D 7E 7D")
    line = wrap(record)
    assert line[1:-1].count(b"\x7d") == 4
    assert line.count(b"\x7e") == 2
    assert unwrap(line) == record
    escaped_sum = byte_sum(line[1:-2])
    assert unwrap(line[:-2] + bytes([escaped_sum]) + b"\x7e") is None


def test_a_checksum_that_is_a_flag_is_escaped_too() -> None:
    body = bytearray(struct.pack("<H", HEAD + 1) + bytes(HEAD - 1))
    body[-1] = (0x7E - byte_sum(bytes(body))) & 0xFF
    line = wrap(bytes(body))
    assert line.endswith(b"\x7d\x5e\x7e")
    assert unwrap(line) == bytes(body)


def test_the_signals_of_a_record() -> None:
    (frame,) = frames(feed(FAMILY.wire(), displayed()))
    assert values(frame) == {
        Signal.SPO2: 97,
        Signal.PULSE_RATE: 72,
        Signal.HEART_RATE: 73,
        Signal.RESP_RATE: 14,
    }
    assert quality(frame) is Quality.GOOD


def group(offset: int, status: int, *numbers: int) -> bytes:
    data = bytearray(270)
    struct.pack_into(f"<IH{len(numbers)}h", data, offset, status, 0, *numbers)
    return bytes(data)


@pytest.mark.parametrize("special", [-32767, -32766, -32765, -32764, -32763, -32762, -32001])
def test_special_values_are_no_numbers(special: int) -> None:
    frame = decode_displayed(group(SPO2, 3, special, special, 0, 0))
    assert set(values(frame).values()) == {None}
    assert quality(frame) is Quality.INVALID


@pytest.mark.parametrize("status", [0, 1, 2])
def test_a_module_that_is_not_there_and_active_has_no_sensor(status: int) -> None:
    frame = decode_displayed(group(SPO2, status, 9700, 72, 0, 0))
    assert quality(frame) is Quality.NO_SENSOR


@pytest.mark.parametrize(
    ("bits", "expected"),
    [
        (0x000, Quality.GOOD),
        (0x080, Quality.INTERFERENCE),
        (0x100, Quality.MOTION),
        (0x200, Quality.SEARCHING),
        (0x800, Quality.GOOD),
        (0x3800, Quality.NO_SENSOR),
    ],
)
def test_the_heart_rate_by_the_bits_of_its_group(bits: int, expected: Quality) -> None:
    frame = decode_displayed(group(ECG, 3 | bits, 60, 0, 0, 0, 12))
    assert sample(frame, Signal.HEART_RATE).quality is expected


def test_a_rate_of_0_while_learning_is_no_number() -> None:
    frame = decode_displayed(group(ECG, 3 | 0x200, 0, 0, 0, 0, 12))
    assert sample(frame, Signal.HEART_RATE).value is None


def test_a_temperature_is_in_hundredths() -> None:
    frame = decode_displayed(group(TEMPERATURE, 3, 3675))
    assert sample(frame, Signal.TEMPERATURE).value == 36.75


def test_end_tidal_carbon_dioxide_is_a_share_of_ambient_pressure() -> None:
    """5.00 % of 760.0 mmHg; the breaths that the gas counts go before those of the chest."""
    data = bytearray(group(ECG, 3, 60, 0, 0, 0, 30))
    data[CO2 : CO2 + 14] = group(CO2, 3, 500, 4, 18, 7600)[CO2 : CO2 + 14]
    frame = decode_displayed(bytes(data))
    assert sample(frame, Signal.ETCO2).value == 38.0
    assert sample(frame, Signal.RESP_RATE).value == 18


@pytest.mark.parametrize("numbers", [(-32767, 4, 18, 7600), (500, 4, 18, -32767)])
def test_without_the_share_or_the_ambient_pressure_there_is_no_end_tidal(
    numbers: tuple[int, ...],
) -> None:
    frame = decode_displayed(group(CO2, 3, *numbers))
    assert sample(frame, Signal.ETCO2).value is None
    assert sample(frame, Signal.RESP_RATE).value == 18


def test_a_gas_module_that_is_not_active_leaves_the_breaths_to_the_chest() -> None:
    data = bytearray(group(ECG, 3, 60, 0, 0, 0, 30))
    data[CO2 : CO2 + 14] = group(CO2, 1, 500, 4, 18, 7600)[CO2 : CO2 + 14]
    frame = decode_displayed(bytes(data))
    assert sample(frame, Signal.RESP_RATE).value == 30
    assert Signal.ETCO2 not in values(frame)


def test_the_cuff_reading_that_a_connection_finds_is_not_fresh() -> None:
    (found,) = cuffs(frames(feed(FAMILY.wire(), auxiliary(T0 - 60) + displayed(SHOWN) * 3)))
    assert quality(found) is Quality.REPEATED


def test_a_new_nibp_time_makes_one_fresh_reading_even_of_the_same_numbers() -> None:
    old = auxiliary(T0 - 300) + displayed(SHOWN)
    new = auxiliary(T0) + displayed(SHOWN)
    _, fresh = cuffs(frames(feed(FAMILY.wire(), old + new + old[:0] + new)))
    assert quality(fresh) is Quality.GOOD
    assert values(fresh)[Signal.NIBP_SYS] == 121
    assert sample(fresh, Signal.NIBP_SYS).measured_at == AT


def test_a_cuff_reading_without_a_time_is_never_told() -> None:
    stream = displayed(SHOWN) + displayed(NEXT) + auxiliary(0) + displayed(NEXT)
    assert cuffs(frames(feed(FAMILY.wire(), stream))) == []


def test_a_reading_waits_while_the_next_one_is_taken() -> None:
    stream = auxiliary(T0 - 300) + displayed(SHOWN) + auxiliary(T0)
    wire = FAMILY.wire()
    assert len(cuffs(frames(feed(wire, stream + displayed(NEXT, label=0x20))))) == 1
    (fresh,) = cuffs(frames(feed(wire, displayed(NEXT))))
    assert values(fresh)[Signal.NIBP_SYS] == 134


def test_a_reading_that_is_older_than_60_s_is_not_fresh() -> None:
    stream = auxiliary(T0 - 300) + displayed(SHOWN) + auxiliary(T0) + displayed(NEXT, label=0x100)
    _, second = cuffs(frames(feed(FAMILY.wire(), stream)))
    assert quality(second) is Quality.REPEATED


def test_a_failed_measurement_is_a_cuff_error() -> None:
    failed = CuffReading(error="", sys=None, dia=None)
    stream = auxiliary(T0 - 300) + displayed(SHOWN) + auxiliary(T0) + displayed(failed)
    _, second = cuffs(frames(feed(FAMILY.wire(), stream)))
    assert quality(second) is Quality.CUFF_ERROR


def test_it_asks_for_values_and_nibp_time_and_again_when_they_stop() -> None:
    asked = request(DISPLAYED, 10) + request(AUXILIARY, 10)
    wire = FAMILY.wire(GeOptions(interval_s=10))
    assert wire.send_due(AT) == asked
    assert wire.send_due(Instant(AT + 10 * SECOND)) == b""
    wire.receive(displayed(), Instant(AT + 10 * SECOND))
    assert wire.send_due(Instant(AT + 20 * SECOND)) == b""
    assert wire.deadline == AT + 30 * SECOND
    assert wire.send_due(Instant(AT + 30 * SECOND)) == asked

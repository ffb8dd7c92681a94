"""Mindray's data port: the vendor's lines literally, what is sent, and the calls by which monitors are found."""

import asyncio
import contextlib
import socket
from dataclasses import replace

import pytest

from devices.datagram_port import calls_within
from devices.hl7 import mindray_pds
from devices.hl7.hl7_answer import framed
from devices.hl7.mindray_pds import BEACONS, KEEP_ALIVE, PdsWire, beacon_of, encode_pressure
from devices.wire import Said
from monitord.driver import DeviceCall
from monitord.model import SECOND, Frame, Instant, Quality, Sample, Signal
from tests.peers import START, free_port

HEAD = "MSH|^~\\&|||||||ORU^R01|{kind}|P|2.3.1|\r"
GOOD, REPEATED = Quality.GOOD, Quality.REPEATED


def block(kind: int, *rows: str) -> bytes:
    return framed(HEAD.format(kind=kind) + "".join(f"{row}\r" for row in rows))


def samples(said: list[Said]) -> dict[Signal, Sample]:
    return {each.signal: each for item in said if isinstance(item, Frame) for each in item.samples}


def test_values_count_when_they_arrive_and_minus_one_hundred_is_none() -> None:
    wire = PdsWire()
    found = samples(
        wire.receive(
            block(
                204,
                "OBX||NM|160^SpO2|2103|97||||||F",
                "OBX||NM|161^PR|2103|71||||||F",
                "OBX||NM|151^RR|2102|-100||||||F",
                "OBX||NM|200^T1|2104|-100.00||||||F",
                "OBX||NM|500^ArtSys|2110|124||||||F",
            ),
            START,
        )
    )
    assert {signal: (each.value, each.measured_at) for signal, each in found.items()} == {
        Signal.SPO2: (97, None),
        Signal.PULSE_RATE: (71, None),
        Signal.RESP_RATE: (None, None),
        Signal.TEMPERATURE: (None, None),
    }


def test_the_vendors_pressure_counts_once_and_never_as_the_first_of_a_connection() -> None:
    wire = PdsWire()

    def hear(sys: int, taken: str, second: int) -> list[tuple[float | None, Quality]]:
        row = f"OBX||NM|170^Sys|2105|{sys}||||||F||APERIODIC|{taken}"
        said = wire.receive(block(503, row), Instant(START + second * SECOND))
        return [(each.value, each.quality) for each in samples(said).values()]

    assert hear(120, "20070106191915", 0) == [(120, REPEATED)]
    assert hear(120, "20070106191915", 60) == []
    assert hear(128, "20070106192415", 300) == [(128, GOOD)]
    assert hear(128, "20070106192415", 310) == []
    assert hear(-100, "00000000000000", 320) == []
    assert hear(128, "20070106192915", 600) == [(128, GOOD)]


def test_a_pressure_that_comes_a_while_after_the_connection_was_measured_now() -> None:
    wire = PdsWire()
    wire.receive(block(204, "OBX||NM|160^SpO2|2103|97||||||F"), START)
    pressure = encode_pressure({Signal.NIBP_SYS: 120.0, Signal.NIBP_DIA: 80.0}, START)
    found = samples(wire.receive(pressure, Instant(START + 60 * SECOND)))
    assert {each.quality for each in found.values()} == {GOOD}


@pytest.mark.parametrize(
    "row",
    [
        "OBX||CE|2037^|160|3^",
        "OBX||CE|2|1|10033^**SpO2 TOO HIGH",
        "OBX||CE|4||205^SpO2 Sensor Off",
    ],
)
def test_states_and_alarms_are_no_values(row: str) -> None:
    assert samples(PdsWire().receive(block(205, row), START)) == {}


def test_only_the_sign_of_life_and_one_query_are_ever_sent() -> None:
    wire = PdsWire()
    assert wire.deadline is not None
    sent = [wire.send_due(Instant(START + number * SECOND // 2)) for number in range(20)]
    assert sent[0].endswith(KEEP_ALIVE)
    assert sent[0].count(b"MSH") == 2
    assert b"QRY^R02" in sent[0]
    assert set(sent[1:]) == {b"", KEEP_ALIVE}
    assert sent.count(KEEP_ALIVE) == 9
    assert KEEP_ALIVE == b"\x0bMSH|^~\\&|||||||ORU^R01|106|P|2.3.1|\r\x1c\r"


CALL = b"\x0bMSH|^~\\&|||||||ADT^A01|101|P|2.3.1|\rPV1||I|^^ICU&Bed5&3232237756&4601&&1\r\x1c\r"


def test_a_monitors_call_says_where_it_is() -> None:
    expected = DeviceCall(host="192.168.8.188", port=4601, words="ICU Bed5", over="tcp")
    assert beacon_of(CALL) == expected
    assert beacon_of(CALL.strip(b"\x0b\x1c\r")) == expected


@pytest.mark.parametrize(
    "packet",
    [
        *(
            b"",
            b"\xff" * 50,
            b"MSH",
            CALL.replace(b"|101|", b"|102|"),
            CALL.replace(b"3232237756", b"x"),
        ),
        *(CALL.replace(b"3232237756", b"99999999999"), CALL.replace(b"^^ICU", b"ICU")),
    ],
)
def test_another_packet_is_no_call(packet: bytes) -> None:
    assert beacon_of(packet) is None


async def test_calls_of_monitors_and_of_central_stations_are_heard() -> None:
    beacons = [replace(each, port=free_port()) for each in BEACONS]
    assert [each.port for each in BEACONS] == [4600, 4679]
    hearing = asyncio.create_task(calls_within(beacons, 0.6))
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as caller:
        while not hearing.done():
            for number, beacon in enumerate(beacons):
                call = CALL.replace(b"4601", str(4601 + number).encode())
                caller.sendto(call, ("127.0.0.1", beacon.port))
            await asyncio.sleep(0.02)
    assert {(each.host, each.port, each.over) for each in await hearing} == {
        ("127.0.0.1", 4601, "tcp"),
        ("127.0.0.1", 4602, "tcp"),
    }


def test_the_family_is_found_by_its_calls() -> None:
    assert mindray_pds.FAMILY.every_beacon == BEACONS

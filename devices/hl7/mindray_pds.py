"""Mindray monitors, central stations and eGateway on their data port (PDS, TCP 4601): HL7 2.3.1, we connect. Pure.

MSH-10 is the kind of message: 204 values once a second, 503 a pressure when it was measured, 205 the state of a
parameter, 54 and 56 alarms, 157 waves, 106 a sign of life, which both ends give about once a second. Values have no
time and no unit; -100 is none. A pressure has a time of the monitor's own clock, all zeros where it was cleared: the
first one of a connection may be hours old.
We send the sign of life, and once the query for all values; nothing that changes the monitor.
Sources: four programs that read real streams; no whole message with values was seen here.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final

from devices.family import Beacon, Family, Line
from devices.hl7.hl7_answer import framed
from devices.hl7.hl7_codes import PDS
from devices.hl7.hl7_framing import Piece
from devices.hl7.hl7_moments import dtm
from devices.hl7.hl7_oru import Unreadable, place_and_devices
from devices.hl7.hl7_wire import Hl7Wire, readable
from devices.wire import Wire
from monitord.driver import DeviceCall
from monitord.kit.example import Example
from monitord.model import NIBP, SECOND, Instant, Signal, Span
from monitord.model.outside_text import one_line

KEEP_ALIVE: Final = framed("MSH|^~\\&|||||||ORU^R01|106|P|2.3.1|\r")
KEEP_ALIVE_EVERY: Final[Span] = SECOND
SILENCE: Final[Span] = 10 * SECOND
NONE: Final = "-100"
PORT: Final = 4601
BEACON_ID: Final = "101"
BED: Final = 2
"""Where department and bed stand among the components of a location."""
_LAST_ADDRESS: Final = 0xFFFFFFFF
_LAST_PORT: Final = 0xFFFF

NAMES: Final[dict[Signal, str]] = {
    Signal.SPO2: "SpO2",
    Signal.PULSE_RATE: "PR",
    Signal.PERFUSION_INDEX: "PI",
    Signal.HEART_RATE: "HR",
    Signal.RESP_RATE: "RR",
    Signal.ETCO2: "EtCO2",
    Signal.TEMPERATURE: "T1",
    Signal.NIBP_SYS: "Sys",
    Signal.NIBP_DIA: "Dia",
    Signal.NIBP_MAP: "Mean",
}
_CODES: Final = {signal: code for code, signal in reversed(PDS.items())}


class PdsWire(Hl7Wire):
    """Listens, gives its sign of life, and asks for all values once."""

    def __init__(self) -> None:
        super().__init__()
        self._next = Instant(0)
        self._asked = False

    @property
    def deadline(self) -> Instant | None:
        ends = super().deadline
        return self._next if ends is None else min(self._next, ends)

    def send_due(self, at: Instant) -> bytes:
        if at < self._next:
            return b""
        self._next = Instant(at + KEEP_ALIVE_EVERY)
        if self._asked:
            return KEEP_ALIVE
        self._asked = True
        return query(at) + KEEP_ALIVE


def query(at: Instant) -> bytes:
    """Asks for every value, again and again."""
    rows = (
        "MSH|^~\\&|||||||QRY^R02|1203|P|2.3.1|",
        f"QRD|{dtm(at)[:14]}|R|I|Q1|||||RES",
        "QRF|MON||||0&0^1^1^1^",
    )
    return framed("".join(f"{row}\r" for row in rows))


def encode_values(values: Mapping[Signal, float | None]) -> bytes:
    """A block of values (204)."""
    rows = [
        f"OBX||NM|{_CODES[signal]}^{NAMES[signal]}|2103|{NONE if value is None else f'{value:g}'}||||||F"
        for signal, value in values.items()
        if signal not in NIBP
    ]
    head = (
        "MSH|^~\\&|||||||ORU^R01|204|P|2.3.1|",
        "PV1||I|^^SUITE&1&2130706433&4601&&1",
        "OBR||||Monitor|||0|",
    )
    return framed("".join(f"{row}\r" for row in (*head, *rows)))


def encode_pressure(values: Mapping[Signal, float | None], measured_at: Instant | None) -> bytes:
    """A pressure (503); without a time it was cleared."""
    taken = "0" * 14 if measured_at is None else dtm(measured_at)[:14]
    rows = [
        f"OBX||NM|{_CODES[signal]}^{NAMES[signal]}|2105|{NONE if value is None else f'{value:g}'}||||||F||APERIODIC|{taken}"
        for signal, value in values.items()
        if signal in NAMES
    ]
    head = ("MSH|^~\\&|||||||ORU^R01|503|P|2.3.1|", "OBR||||Monitor|||0|")
    return framed("".join(f"{row}\r" for row in (*head, *rows)))


def beacon_of(packet: bytes) -> DeviceCall | None:
    """What a monitor (UDP 4600) or a central station (4679) calls out: ADT^A01 with control id 101; None for another packet.

    PV1-3 is `^^department&bed&address&port&&admitted`, the address a number, its first byte the highest.
    """
    for each in readable(Piece(packet)):
        if isinstance(each, Unreadable) or each[0].control != BEACON_ID:
            continue
        place, _ = place_and_devices(each[1], each[0])
        leaves = (*(place[2] if len(place) > BED else ()), "", "", "", "")
        department, bed, address, port = leaves[:4]
        if not (address.isascii() and address.isdigit() and int(address) <= _LAST_ADDRESS):
            return None
        known = port.isascii() and port.isdigit() and 0 < int(port) <= _LAST_PORT
        words = one_line(" ".join(filter(None, (department, bed))), 80)
        host = str(ip_address(int(address)))
        return DeviceCall(host=host, port=int(port) if known else PORT, words=words, over="tcp")
    return None


BEACONS: Final = tuple(Beacon(port=port, group=None, find=beacon_of) for port in (4600, 4679))
"""Of monitors, of central stations and gateways."""


def make(_options: Any) -> Wire:
    return PdsWire()


FAMILY: Final = Family(
    name="mindray_pds",
    title="Mindray monitors, central station, eGateway (PDS data port, HL7 2.3.1)",
    evidence="unverified",
    line=Line(),
    signals=frozenset(NAMES),
    delay=9 * SECOND,
    silence=SILENCE,
    make=make,
    beacons=BEACONS,
)


def mindray_pds_examples() -> tuple[Example, ...]:
    """What the kit takes apart."""
    readings = ((97.0, 71.0), (88.0, 93.0))
    blocks = [
        encode_values({Signal.SPO2: spo2, Signal.PULSE_RATE: pulse}) for spo2, pulse in readings
    ]
    spo2, pulse = zip(*readings, strict=True)
    return (
        Example(
            name="values",
            make=FAMILY.wire,
            stream=KEEP_ALIVE + KEEP_ALIVE.join(blocks),
            values={Signal.SPO2: spo2, Signal.PULSE_RATE: pulse},
            longest=max(map(len, blocks)),
            checksum=False,
        ),
    )

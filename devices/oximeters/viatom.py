"""Viatom and Wellue O2Ring, Checkme O2: asked once a second for what they show. Pure.

    ask     AA command ~command block(2) length(2) [data] CRC        CRC-8, polynomial 07, start 0
    answer  55 type ~type block(2) length(2) data CRC                little-endian, in pieces of 20
    live    0 SpO2; 1 pulse; 2 state, FF sensor off; 7 battery %; 9 motion, of unknown scale;
            10 perfusion index x 10; 11 worn, 0 when the ring is on no finger

The only question that is ever sent is the one for live values. Bytes come from a gateway that
passes Bluetooth notifications on. FF FF or 00 00 in the first two bytes are no values. A ring that was
taken off may go on showing its last numbers: only the byte "worn" tells.
Sources: four running clients; the check byte of the question was verified.
"""

from typing import Final

from devices.family import Family, Line
from devices.readings import OXIMETRY, OximeterWire, Oximetry
from devices.wire import NO_FRAME, UNFINISHED, Framer
from monitord.model import SECOND, Instant, Quality, Signal, Span

ASK_LIVE: Final = bytes.fromhex("AA17E8000000001B")
POLL: Final[Span] = SECOND

HEAD: Final = 7
LIVE: Final = 13
LONGEST_DATA: Final = 256
SENSOR_OFF: Final = 0xFF
STATE: Final = 2
PERFUSION: Final = 10
WORN: Final = 11
LOW_BATTERY: Final = 10
"""Percent below which the ring asks for its charger."""


def crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc << 1 ^ (0x107 if crc & 0x80 else 0)
    return crc


def measure(data: bytes, at: int) -> int:
    """For `Framer`: an answer."""
    head = data[at : at + HEAD]
    if head[0] != 0x55 or (len(head) > 2 and head[1] ^ head[2] != 0xFF):
        return NO_FRAME
    if len(head) < HEAD:
        return UNFINISHED
    length = int.from_bytes(head[5:7], "little")
    if length > LONGEST_DATA:
        return NO_FRAME
    end = at + HEAD + length
    if len(data) <= end:
        return UNFINISHED
    return end + 1 - at if crc8(data[at:end]) == data[end] else NO_FRAME


def decode_live(frame: bytes) -> Oximetry | None:
    """Live values; None for any other answer."""
    data = frame[HEAD:-1]
    if len(data) != LIVE:
        return None
    none = data[:2] in {b"\0\0", b"\xff\xff"}
    off = data[STATE] == SENSOR_OFF or not data[WORN]
    return Oximetry(
        spo2=None if none else data[0],
        pulse_rate=None if none else data[1],
        perfusion_index=data[PERFUSION] / 10 or None,
        quality=Quality.PROBE_OFF if off else Quality.GOOD,
        low_battery=data[7] < LOW_BATTERY,
    )


def encode_live(oximetry: Oximetry, *, battery: int = 80) -> bytes:
    off = oximetry.quality is Quality.PROBE_OFF
    spo2 = 0xFF if oximetry.spo2 is None else oximetry.spo2
    rate = 0xFF if oximetry.pulse_rate is None else oximetry.pulse_rate
    level = LOW_BATTERY - 1 if oximetry.low_battery else battery
    pi = min(0xFF, round((oximetry.perfusion_index or 0) * 10))
    data = bytes([spo2, rate, 0, 0, 0, 0, 0, level, 0, 0, pi, not off, 0])
    body = bytes([0x55, 0x00, 0xFF, 0, 0, LIVE, 0]) + data
    return body + bytes([crc8(body)])


class ViatomWire(OximeterWire[bytes]):
    """Asks once a second."""

    def __init__(self) -> None:
        framer = Framer(measure, limit=HEAD + LONGEST_DATA + 1, start=0x55)
        super().__init__(framer, decode_live, perfusion=True)
        self._ask_at = Instant(0)

    @property
    def deadline(self) -> Instant | None:
        return self._ask_at

    def send_due(self, at: Instant) -> bytes:
        if at < self._ask_at:
            return b""
        self._ask_at = Instant(at + POLL)
        return ASK_LIVE


FAMILY: Final = Family(
    name="viatom",
    title="Viatom and Wellue O2Ring, Checkme O2 (through a gateway)",
    evidence="unverified",
    line=Line(baud=115200),
    signals=OXIMETRY | {Signal.PERFUSION_INDEX},
    # The vendor states no averaging: 8 beats at 60/min are assumed, then the question's interval.
    delay=9 * SECOND,
    silence=10 * SECOND,
    make=lambda _: ViatomWire(),
)

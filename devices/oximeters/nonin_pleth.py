"""Nonin serial data formats 2 and 7: 75 frames/s with a pleth, 25 frames a packet. Pure.

    format 2:  01 STATUS PLETH FLOAT CHK            CHK = sum of the four before, modulo 256
    format 7:  STATUS PLETH_MSB PLETH_LSB FLOAT CHK
    STATUS:    7 always 1; 6 sensor disconnected; 5 artifact; 4 out of track; 3 sensor alarm;
               2 red, 1 green perfusion (both yellow); 0 first frame of the packet
    FLOAT:     an item of a table of 25, one a frame; real devices exceed its documented 0..127

The display items are held for 10 s after the finger is gone: the sensor alarm bit says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from devices.fault_changes import FaultChanges
from devices.readings import Oximetry, Pace
from devices.wire import NO_FRAME, UNFINISHED, Framer, Listening, Said, byte_sum
from monitord.model import Instant, Quality, Wave

RATE_HZ: Final = 75
PACKET: Final = 25
SIZE: Final = 5
NO_RATE: Final = 511
NO_SPO2: Final = 127

DISCONNECTED: Final = 0x40
ARTIFACT: Final = 0x20
OUT_OF_TRACK: Final = 0x10
SENSOR_ALARM: Final = 0x08
RED: Final = 0x04
GREEN: Final = 0x02
SYNC: Final = 0x01

PULSE_FRAMES: Final = 12
"""Frames of a pulse in which artifact and perfusion bits are set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """What the FLOAT bytes of a packet say: 4-beat average, and the same for display."""

    pulse_rate: int
    spo2: int
    timer: int
    low_battery: bool
    spo2_display: int
    pulse_rate_display: int


def decode_items(floats: Sequence[int]) -> Items:
    """The table of 25; frame 1 is index 0. Rates are 9 bits, the timer 14 bits of 1/3 s."""

    def rate(index: int) -> int:
        return (floats[index] & 0x03) << 7 | floats[index + 1] & 0x7F

    return Items(
        pulse_rate=rate(0),
        spo2=floats[2],
        timer=(floats[5] & 0x7F) << 7 | floats[6] & 0x7F,
        low_battery=bool(floats[7] & 0x01),
        spo2_display=floats[8],
        pulse_rate_display=rate(19),
    )


def encode_items(oximetry: Oximetry, *, timer: int = 0) -> bytes:
    """The FLOAT bytes of a packet; each average is the same value."""
    spo2 = NO_SPO2 if oximetry.spo2 is None else oximetry.spo2
    pulse = NO_RATE if oximetry.pulse_rate is None else oximetry.pulse_rate
    rate = [pulse >> 7 & 0x03, pulse & 0x7F]
    head = [*rate, spo2, 0x30, 0, timer >> 7 & 0x7F, timer & 0x7F, int(bool(oximetry.low_battery))]
    return bytes([*head, spo2, spo2, spo2, 0, 0, *rate, spo2, spo2, 0, 0, *rate, *rate, 0, 0])


def measure_df2(data: bytes, at: int) -> int:
    if data[at] != 1:
        return NO_FRAME
    return _measure(data, at, status=at + 1)


def measure_df7(data: bytes, at: int) -> int:
    return _measure(data, at, status=at)


def _measure(data: bytes, at: int, *, status: int) -> int:
    if len(data) > status and not data[status] & 0x80:
        return NO_FRAME
    if len(data) < at + SIZE:
        return UNFINISHED
    return SIZE if byte_sum(data[at : at + 4]) == data[at + 4] else NO_FRAME


_STATUS_OF: Final = {
    Quality.NO_SENSOR: DISCONNECTED,
    Quality.PROBE_OFF: SENSOR_ALARM | OUT_OF_TRACK,
    Quality.SEARCHING: OUT_OF_TRACK,
    Quality.MOTION: ARTIFACT | RED,
    Quality.LOW_PERFUSION: RED,
}
_IN_PULSE: Final = ARTIFACT | RED | GREEN


def encode_packet(
    oximetry: Oximetry, pleth: Sequence[int], *, form: int = 2, timer: int = 0
) -> bytes:
    """A packet of format 2 or 7 with 25 points of the pleth: 0..255, or 0..65535 in format 7."""
    bits = _STATUS_OF.get(oximetry.quality, GREEN)
    packet = bytearray()
    for index, (point, item) in enumerate(
        zip(pleth, encode_items(oximetry, timer=timer), strict=True)
    ):
        status = 0x80 | (bits if index < PULSE_FRAMES else bits & ~_IN_PULSE)
        status |= SYNC if index == 0 else 0
        head = (1, status, point) if form == 2 else (status, point >> 8, point & 0xFF)
        packet += bytes([*head, item, byte_sum(bytes([*head, item]))])
    return bytes(packet)


class PacketWire(Listening):
    """Collects packets: a pleth block each, the display values once a second or on change."""

    def __init__(self, form: int) -> None:
        self._form = form
        self._framer = (
            Framer(measure_df2, limit=SIZE, start=0x01)
            if form == 2
            else Framer(measure_df7, limit=SIZE)
        )
        self._packet = bytearray()
        self._dropped = 0
        self._skipped = 0
        self._poor = False
        self._pace = Pace(RATE_HZ // PACKET)
        self._faults = FaultChanges()

    @property
    def rejected(self) -> int:
        """Also counts the frames of packets that lost a frame."""
        return self._framer.rejected + self._dropped

    def receive(self, data: bytes, at: Instant) -> list[Said]:  # noqa: ARG002 - paced by count
        status = 1 if self._form == 2 else 0
        said: list[Said] = []
        for frame in self._framer.pieces(data):
            begins = bool(frame[status] & SYNC)
            if self._hole() or begins != (not self._packet):
                self._dropped += len(self._packet)
                self._packet.clear()
                if not begins:
                    self._dropped += SIZE
                    continue
            self._packet += frame
            if len(self._packet) == PACKET * SIZE:
                said += self._finish(bytes(self._packet))
                self._packet.clear()
        return said

    def _hole(self) -> bool:
        """Whether bytes were skipped since it was last asked.

        A frame's item is known by its place alone: a packet with a hole would mix them up.
        """
        before, self._skipped = self._skipped, self._framer.rejected
        return before != self._skipped

    def _finish(self, packet: bytes) -> list[Said]:
        points: Sequence[int]
        if self._form == 2:
            states, points = packet[1::5], packet[2::5]
        else:
            states = packet[0::5]
            points = [a << 8 | b for a, b in zip(packet[1::5], packet[2::5], strict=True)]
        bits = 0
        for state in set(states):
            bits |= state
        # Perfusion is told during a pulse only, so it holds until the next one.
        if bits & (RED | GREEN):
            self._poor = bits & (RED | GREEN) == RED
        said: list[Said] = [Wave(name="pleth", rate_hz=float(RATE_HZ), values=tuple(points))]
        shown = display(bits, decode_items(packet[3::5]), poor=self._poor)
        if self._pace.due(shown):
            said.append(shown.frame())
            said += self._faults.battery(low=shown.low_battery)
        return said


def display(bits: int, items: Items, *, poor: bool) -> Oximetry:
    """What a packet shows; `bits` are the states of its frames together, `poor` its perfusion."""
    if bits & DISCONNECTED:
        quality = Quality.NO_SENSOR
    elif bits & SENSOR_ALARM:
        quality = Quality.PROBE_OFF
    elif bits & OUT_OF_TRACK:
        quality = Quality.SEARCHING
    elif bits & ARTIFACT:
        quality = Quality.MOTION
    else:
        quality = Quality.LOW_PERFUSION if poor else Quality.GOOD
    rate, spo2 = items.pulse_rate_display, items.spo2_display
    return Oximetry(
        spo2=None if spo2 == NO_SPO2 else spo2,
        pulse_rate=None if rate == NO_RATE else rate,
        quality=quality,
        low_battery=items.low_battery,
    )

"""Contec CMS50 with the 9-byte protocol: CMS50D+ firmware 4.6, CMS50E, F, EW, I. Pure.

    frame    T H d0 ... dn    T < 80; H and data have bit 7 set; bit i of H is bit 7 of data i
    command  7D H C a1 ... a6 likewise, seven bytes after H

Live frames (T = 1, seven data bytes) come 60 times a second once they were asked for:
    d0  7 probe error; 6 beep; 5 SpO2 falling; 4 search too long; 3-0 signal
    d1  7 searching; 6-0 waveform        d2  bar graph        d3  pulse, FF none
    d4  SpO2, 7F none                    d5, d6  perfusion: not told, its scale was never verified
Sources: two real streams, four running clients.
"""

from typing import Final

from devices.family import Family, Line, Options
from devices.oximeters.pleth import PlethBeat, PlethWire
from devices.readings import OXIMETRY, Oximetry
from devices.wire import NO_FRAME, UNFINISHED, Framer
from monitord.model import SECOND, Instant, Quality, Span

RATE_HZ: Final = 60
LIVE: Final = 0x01
SIZE: Final = 9
OTHERS: Final = frozenset({0x02, 0x03, 0x04, 0x06, 0x09, 0x0C, 0x0D, 0x0E, 0x0F, 0x11, 0x13, 0x14})
"""Frames of text, time, storage, acknowledgement: read over."""
LONGEST: Final = 16

KEEP_ALIVE: Final[Span] = 5 * SECOND

NO_RATE: Final = 0xFF
NO_SPO2: Final = 0x7F


def command(code: int) -> bytes:
    """A command without arguments."""
    return bytes([0x7D, 0x81, code, *[0x80] * 6])


START: Final = command(0xA1)
STOP: Final = command(0xA2)
ALIVE: Final = command(0xAF)


def measure(data: bytes, at: int) -> int:
    """For `Framer`: a live frame, or a known other one up to the next byte without bit 7."""
    kind = data[at]
    if kind == LIVE:
        rest = data[at + 1 : at + SIZE]
        if rest and min(rest) < 0x80:
            return NO_FRAME
        return SIZE if len(rest) == SIZE - 1 else UNFINISHED
    if kind not in OTHERS:
        return NO_FRAME
    for place in range(at + 1, min(at + LONGEST, len(data))):
        if data[place] < 0x80:
            return place - at if place > at + 1 else NO_FRAME
    return UNFINISHED


def restored(frame: bytes) -> bytes:
    """The data of a frame with their bit 7 from the second byte."""
    high = frame[1]
    return bytes(byte & 0x7F | (high >> place & 1) << 7 for place, byte in enumerate(frame[2:9]))


def packed(kind: int, data: bytes) -> bytes:
    """The frame of up to seven data bytes."""
    high = 0x80
    for place, byte in enumerate(data):
        high |= (byte >> 7) << place
    return bytes([kind, high, *(byte | 0x80 for byte in data)])


def decode_live(frame: bytes) -> PlethBeat | None:
    """A live frame; None for the others."""
    if frame[0] != LIVE:
        return None
    data = restored(frame)
    if data[0] & 0x80:
        quality = Quality.PROBE_OFF
    elif data[1] & 0x80 or data[0] & 0x10:
        quality = Quality.SEARCHING
    else:
        quality = Quality.GOOD
    oximetry = Oximetry(
        spo2=None if data[4] == NO_SPO2 else data[4],
        pulse_rate=None if data[3] == NO_RATE else data[3],
        quality=quality,
    )
    return PlethBeat(oximetry, data[1] & 0x7F)


def encode_live(oximetry: Oximetry, pleth: int, *, signal: int = 5) -> bytes:
    """A live frame; the perfusion bit is set although there is none, as real devices do."""
    probe = 0x80 if oximetry.quality is Quality.PROBE_OFF else 0
    searching = 0x80 if oximetry.quality is Quality.SEARCHING else 0
    spo2 = NO_SPO2 if oximetry.spo2 is None else oximetry.spo2
    rate = NO_RATE if oximetry.pulse_rate is None else oximetry.pulse_rate
    bar = 0x10 | min(15, pleth >> 3)
    return packed(
        LIVE, bytes([probe | signal, searching | pleth & 0x7F, bar, rate, spo2, 0xFF, 0xFF])
    )


class ContecWire(PlethWire):
    """Asks for live frames, says every 5 s that it listens, and asks again when none came."""

    def __init__(self) -> None:
        super().__init__(Framer(measure, limit=LONGEST), decode_live, rate_hz=RATE_HZ)
        self._speak_at = Instant(0)
        self._beats_before = 0

    @property
    def deadline(self) -> Instant | None:
        return self._speak_at

    def send_due(self, at: Instant) -> bytes:
        if at < self._speak_at:
            return b""
        self._speak_at = Instant(at + KEEP_ALIVE)
        heard, self._beats_before = self.beats > self._beats_before, self.beats
        return ALIVE if heard else START


FAMILY: Final = Family(
    name="contec",
    title="Contec CMS50D+ (firmware 4.6), CMS50E, CMS50F, CMS50EW, CMS50I (9-byte protocol)",
    evidence="real capture",
    line=Line(baud=115200),
    signals=OXIMETRY,
    # The vendor states no averaging: 8 beats at 60/min are assumed.
    delay=8 * SECOND,
    silence=11 * SECOND,
    make=lambda _: ContecWire(),
    options=Options,
)

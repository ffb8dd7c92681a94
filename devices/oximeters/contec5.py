"""Contec CMS50C, D, D+, E (old firmware): 5 bytes, 60 times a second, unasked. Pure.

    1  7 always 1; 6 beep; 5 SpO2 falling; 4 searching too long, or finger out; 3-0 signal
    2  pleth            3  6 pulse bit 7; 5 searching; 4 probe error; 3-0 bar graph
    4  pulse bits 6-0   5  SpO2

No checksum: only byte 1 has bit 7 set. Contec states no invalid marker; 0, 7F and FF are taken so.
The line is 4800 8O1 in the vendor's document, 19200 8O1 with a USB bridge.
Sources: the vendor's document V5.0A, two running clients; no capture.
"""

from typing import Final

from devices.family import Family, Line, Options
from devices.oximeters.pleth import PlethBeat, PlethWire
from devices.readings import OXIMETRY, Oximetry
from devices.wire import NO_FRAME, UNFINISHED, Framer
from monitord.model import SECOND, Quality

RATE_HZ: Final = 60
SIZE: Final = 5
NO_RATES: Final = frozenset({0, 0xFF})
NO_SPO2: Final = frozenset({0, 0x7F})


def measure(data: bytes, at: int) -> int:
    """For `Framer`: five bytes of which only the first has bit 7 set."""
    frame = data[at : at + SIZE]
    if frame[0] < 0x80 or max(frame[1:], default=0) > 0x7F:
        return NO_FRAME
    return SIZE if len(frame) == SIZE else UNFINISHED


def pulse_rate(frame: bytes) -> int:
    """Bit 6 of byte 3 is bit 7 of the rate."""
    return (frame[2] & 0x40) << 1 | frame[3]


def decode(frame: bytes) -> PlethBeat:
    if frame[2] & 0x10:
        quality = Quality.PROBE_OFF
    elif frame[2] & 0x20 or frame[0] & 0x10:
        quality = Quality.SEARCHING
    else:
        quality = Quality.GOOD
    rate, spo2 = pulse_rate(frame), frame[4]
    oximetry = Oximetry(
        spo2=None if spo2 in NO_SPO2 else spo2,
        pulse_rate=None if rate in NO_RATES else rate,
        quality=quality,
    )
    return PlethBeat(oximetry, frame[1])


def encode(oximetry: Oximetry, pleth: int, *, signal: int = 4, beep: bool = False) -> bytes:
    rate = 0xFF if oximetry.pulse_rate is None else oximetry.pulse_rate
    spo2 = 0x7F if oximetry.spo2 is None else oximetry.spo2
    state = {Quality.PROBE_OFF: 0x10, Quality.SEARCHING: 0x20}.get(oximetry.quality, 0)
    bar = pleth >> 3
    return bytes(
        [0x80 | beep << 6 | signal, pleth, rate >> 7 << 6 | state | bar, rate & 0x7F, spo2]
    )


FAMILY: Final = Family(
    name="contec5",
    title="Contec CMS50C, CMS50D, CMS50D+, CMS50E with old firmware (5-byte protocol)",
    evidence="unverified",
    line=Line(baud=19200, parity="O"),
    signals=OXIMETRY,
    # The vendor states no averaging: 8 beats at 60/min are assumed.
    delay=8 * SECOND,
    silence=3 * SECOND,
    make=lambda _: PlethWire(Framer(measure, limit=SIZE), decode, rate_hz=RATE_HZ),
    options=Options,
)

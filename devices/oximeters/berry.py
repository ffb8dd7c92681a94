"""Berry and BCI "OEM" oximeters: three dialects of one board, a family each. Pure.

    BCI      5 bytes   1  7 always 1; 6 beep; 5 no probe; 4 no signal; 3-0 signal
    BCI-RR   7 bytes   2  pleth   3  6 pulse bit 7; 5 searching; 4 no finger; 3-0 bar
                       4  pulse bits 6-0, FF none   5  SpO2, 7F none
                       BCI-RR: PI x 10 in the low halves of 1 (low) and 3 (high); 6 battery; 7 breaths
    BERRY   20 bytes   FF AA index status spo2 spo2 pr pr rr(4..) pi pi pleth adc(4) battery rate CHK

The layout is Contec's, the status bits are not. Replies to version questions begin with FF in every
dialect: in BCI they look like a frame and are dropped.
Sources: two documents of the vendor; no capture.
"""

from typing import Final

from devices.family import Evidence, Family, Line, Options
from devices.oximeters.contec5 import pulse_rate
from devices.oximeters.pleth import Decode, PlethBeat, PlethWire
from devices.readings import OXIMETRY, Oximetry
from devices.wire import NO_FRAME, UNFINISHED, Framer, Measure, Wire, byte_sum
from monitord.model import SECOND, Instant, Quality, Signal

RATE_HZ: Final = 100
NO_RATE: Final = 0xFF
NO_SPO2: Final = 0x7F
VERSION_REPLY: Final = 0xFE
"""A first byte of FE or FF is a version reply, not a status."""

TO_BCI: Final = b"\xe0\xf1"
TO_BERRY: Final = b"\xe1\xf1"
"""Dialect, then 100 frames a second. BCI-RR is what the board was ordered with."""

HEAD: Final = b"\xff\xaa"
SIZE: Final = 20

SENSOR_OFF: Final = 0x01
NO_FINGER: Final = 0x02
NO_PULSE: Final = 0x04


class BerryOptions(Options):
    """With `select` the board is told its dialect and rate at the start of a connection."""

    select: bool = False


def measure_bci(size: int) -> Measure:
    """Frames of which only the first byte has bit 7 set."""

    def measure(data: bytes, at: int) -> int:
        frame = data[at : at + size]
        if frame[0] < 0x80 or max(frame[1:], default=0) > 0x7F:
            return NO_FRAME
        return size if len(frame) == size else UNFINISHED

    return measure


def decode_bci(frame: bytes) -> PlethBeat | None:
    """Either BCI dialect; None for a version reply."""
    if frame[0] >= VERSION_REPLY:
        return None
    if frame[0] & 0x20:
        quality = Quality.NO_SENSOR
    elif frame[2] & 0x10:
        quality = Quality.PROBE_OFF
    elif frame[2] & 0x20 or frame[0] & 0x10:
        quality = Quality.SEARCHING
    else:
        quality = Quality.GOOD
    rate = pulse_rate(frame)
    tenths = (frame[2] & 0x0F) << 4 | frame[0] & 0x0F if len(frame) == 7 else 0
    oximetry = Oximetry(
        spo2=None if frame[4] == NO_SPO2 else frame[4],
        pulse_rate=None if rate == NO_RATE else rate,
        perfusion_index=tenths / 10 if tenths else None,
        quality=quality,
    )
    return PlethBeat(oximetry, frame[1])


_FIRST: Final = {Quality.NO_SENSOR: 0x20}
_THIRD: Final = {Quality.PROBE_OFF: 0x10, Quality.SEARCHING: 0x20}


def encode_bci(oximetry: Oximetry, pleth: int, *, signal: int = 5) -> bytes:
    rate = NO_RATE if oximetry.pulse_rate is None else oximetry.pulse_rate
    spo2 = NO_SPO2 if oximetry.spo2 is None else oximetry.spo2
    first = 0x80 | _FIRST.get(oximetry.quality, 0) | signal
    third = rate >> 7 << 6 | _THIRD.get(oximetry.quality, 0) | pleth >> 3
    return bytes([first, pleth, third, rate & 0x7F, spo2])


def encode_bci_rr(oximetry: Oximetry, pleth: int, *, battery: int = 80, breaths: int = 0) -> bytes:
    tenths = round((oximetry.perfusion_index or 0) * 10)
    five = encode_bci(oximetry, pleth, signal=tenths & 0x0F)
    third = five[2] & 0xF0 | tenths >> 4
    return bytes([five[0], five[1], third, five[3], five[4], battery, breaths])


def measure_berry(data: bytes, at: int) -> int:
    frame = data[at : at + SIZE]
    if not HEAD.startswith(frame[:2]) and not frame.startswith(HEAD):
        return NO_FRAME
    if len(frame) < SIZE:
        return UNFINISHED
    return SIZE if byte_sum(frame[:-1]) == frame[-1] else NO_FRAME


def decode_berry(frame: bytes) -> PlethBeat | None:
    """A packet of measurement; None for a reply in text, whose third byte is a letter S or H."""
    if frame[2:4] in {b"SV", b"HV"}:
        return None
    status = frame[3]
    if status & SENSOR_OFF:
        quality = Quality.NO_SENSOR
    elif status & NO_FINGER:
        quality = Quality.PROBE_OFF
    elif status & NO_PULSE:
        quality = Quality.SEARCHING
    else:
        quality = Quality.GOOD
    oximetry = Oximetry(
        spo2=None if frame[4] == NO_SPO2 else frame[4],
        pulse_rate=None if frame[6] == NO_RATE else frame[6],
        perfusion_index=frame[10] / 10 or None,
        quality=quality,
    )
    return PlethBeat(oximetry, frame[12])


_STATUS: Final = {
    Quality.NO_SENSOR: SENSOR_OFF,
    Quality.PROBE_OFF: NO_FINGER,
    Quality.SEARCHING: NO_PULSE,
}


def encode_berry(oximetry: Oximetry, pleth: int, *, index: int = 0, battery: int = 80) -> bytes:
    spo2 = NO_SPO2 if oximetry.spo2 is None else oximetry.spo2
    rate = NO_RATE if oximetry.pulse_rate is None else oximetry.pulse_rate
    pi = round((oximetry.perfusion_index or 0) * 10)
    status = _STATUS.get(oximetry.quality, 0)
    body = bytes([*HEAD, index & 0xFF, status, spo2, spo2, rate, rate, 0, 0, pi, pi, pleth])
    body += bytes([0, 0, 0, 0, battery, RATE_HZ])
    return body + bytes([byte_sum(body)])


class BoardWire(PlethWire):
    """Says the dialect once where it is asked to; else only listens."""

    def __init__(
        self, framer: Framer, decode: Decode, *, perfusion: bool, first: bytes = b""
    ) -> None:
        super().__init__(framer, decode, rate_hz=RATE_HZ, perfusion=perfusion)
        self._first = first

    @property
    def deadline(self) -> Instant | None:
        return Instant(0) if self._first else None

    def send_due(self, at: Instant) -> bytes:  # noqa: ARG002 - said once, at the start
        first, self._first = self._first, b""
        return first


def _bci(options: BerryOptions) -> Wire:
    first = TO_BCI if options.select else b""
    framer = Framer(measure_bci(5), limit=5)
    return BoardWire(framer, decode_bci, perfusion=False, first=first)


def _bci_rr(_: Options) -> Wire:
    framer = Framer(measure_bci(7), limit=7)
    return BoardWire(framer, decode_bci, perfusion=True)


def _berry(options: BerryOptions) -> Wire:
    first = TO_BERRY if options.select else b""
    framer = Framer(measure_berry, limit=SIZE, start=HEAD[0])
    return BoardWire(framer, decode_berry, perfusion=True, first=first)


EVIDENCE: Final[Evidence] = "unverified"
# The vendor states no averaging: 8 beats at 60/min are assumed.
DELAY: Final = 8 * SECOND
SILENCE: Final = 3 * SECOND

BCI: Final = Family(
    name="bci",
    title="Berry and BCI OEM boards (BCI dialect, 5 bytes)",
    evidence=EVIDENCE,
    line=Line(baud=115200),
    signals=OXIMETRY,
    delay=DELAY,
    silence=SILENCE,
    make=_bci,
    options=BerryOptions,
)
BCI_RR: Final = Family(
    name="bci_rr",
    title="Berry OEM boards (BCI-RR dialect, 7 bytes)",
    evidence=EVIDENCE,
    line=Line(baud=115200),
    signals=OXIMETRY | {Signal.PERFUSION_INDEX},
    delay=DELAY,
    silence=SILENCE,
    make=_bci_rr,
)
FAMILY: Final = Family(
    name="berry",
    title="Berry OEM boards (BERRY dialect, 20 bytes)",
    evidence=EVIDENCE,
    line=Line(baud=115200),
    signals=OXIMETRY | {Signal.PERFUSION_INDEX},
    delay=DELAY,
    silence=SILENCE,
    make=_berry,
    options=BerryOptions,
)

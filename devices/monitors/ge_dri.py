"""GE (Datex-Ohmeda) S/5 and CARESCAPE B450, B650, B850: Datex-Ohmeda Record Interface. Pure.

    7E  record, sum of its bytes modulo 256, both with 7E and 7D escaped (7D, byte ^ 20)  7E

    record  40 bytes of head: length u16 ... time u32 at 6, main type u16 at 14 (0 physiological),
            8 x (offset u16, kind u8) at 16, kind FF ends; then the subrecords. All little-endian.
    kind 1  displayed values, 278 bytes: time u32, 270 bytes by class, class in bits 8-11 of the last u16
    kind 4  auxiliary: u32 time of the last NIBP
    group   status u32 (bit 0 exists, bit 1 active), label u16, values i16; <= -32001 is no number
    CO2     end-tidal and inspired in 1/100 % of ambient pressure, breaths/min, ambient pressure in 1/10 mmHg

The monitor shows the last NIBP for hours: it is fresh once for each new NIBP time, never by itself.
Only the two requests for values are ever sent.
Sources: the vendor's interface documents, two running clients.
"""

import struct
from collections.abc import Iterator
from typing import Final

from pydantic import Field

from devices.family import Family, Line, Options
from devices.readings import OXIMETRY, CuffReading, Oximetry, reading
from devices.wire import NO_FRAME, UNFINISHED, Framer, Said, byte_sum
from monitord.model import NIBP, SECOND, Frame, Instant, Quality, Signal, Span

FLAG: Final = b"\x7e"
ESCAPE: Final = 0x7D
FLIP: Final = 0x20
HEAD: Final = 40
MOST: Final = 1450
"""Bytes of the longest record."""
LONGEST: Final = 2 * (MOST + 1) + 2

DISPLAYED: Final = 1
AUXILIARY: Final = 4
LAST: Final = 0xFF
CLASS_SIZE: Final = 278
EXTENSIONS: Final = 0x0E

AMBIENT: Final = 7600
"""1/10 mmHg, at the sea."""

NO_NUMBER: Final = -32001
EXISTS_AND_ACTIVE: Final = 0x03
MEASURING: Final = 0x20
OLD: Final = 0x100

ECG: Final = 0
NIBP_GROUP: Final = 72
TEMPERATURE: Final = 86
SPO2: Final = 118
CO2: Final = 132
ECG_QUALITY: Final = (
    (0x3800, Quality.NO_SENSOR),  # all three channels off
    (0x0080, Quality.INTERFERENCE),  # noise
    (0x0100, Quality.MOTION),  # artifact
    (0x0200, Quality.SEARCHING),  # learning: the rate is 0
)


def wrap(record: bytes) -> bytes:
    """The record on the line; the checksum is that of the bytes before they are escaped."""
    out = bytearray(FLAG)
    for byte in record + bytes([byte_sum(record)]):
        out += bytes([ESCAPE, byte ^ FLIP]) if byte in {FLAG[0], ESCAPE} else bytes([byte])
    return bytes(out + FLAG)


def unwrap(frame: bytes) -> bytes | None:
    """The record of a frame; None if escape, checksum or length are wrong."""
    first, *rest = frame[1:-1].split(bytes([ESCAPE]))
    if not all(rest):
        return None
    record = first + b"".join(bytes([part[0] ^ FLIP]) + part[1:] for part in rest)
    body = record[:-1]
    good = (
        HEAD <= len(body) <= MOST
        and byte_sum(body) == record[-1]
        and int.from_bytes(body[:2], "little") == len(body)
    )
    return body if good else None


def measure(data: bytes, at: int) -> int:
    """For `Framer`: from flag to flag."""
    if data[at] != FLAG[0]:
        return NO_FRAME
    end = data.find(FLAG, at + 1)
    if end < 0:
        return UNFINISHED
    return end + 1 - at if unwrap(data[at : end + 1]) is not None else NO_FRAME


def head(length: int, kinds: list[tuple[int, int]], *, time: int = 0) -> bytes:
    """The head of a physiological record with subrecords (offset, kind)."""
    listed = [*kinds, (0, LAST)]
    table = b"".join(struct.pack("<HB", offset, kind) for offset, kind in listed)
    return struct.pack("<HBBHIBBHH", length, 0, 0, 0, time, 0, 0, 0, 0) + table.ljust(24, b"\0")


def request(kind: int, interval_s: int, *, classes: int = EXTENSIONS) -> bytes:
    """Asks for `kind` every `interval_s` seconds; 0 stops it, -1 asks once."""
    body = struct.pack("<BhIH", kind, interval_s, classes, 0)
    return wrap(head(HEAD + len(body), [(0, 0)]) + body)


def subrecords(record: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and bytes of each subrecord of a physiological record."""
    if record[14:16] != b"\0\0":
        return
    for at in range(16, HEAD, 3):
        offset, kind = struct.unpack_from("<HB", record, at)
        if kind == LAST:
            return
        yield kind, record[HEAD + offset :]


def _values(data: bytes, offset: int, count: int) -> tuple[int, int, list[int | None]]:
    status, label, *numbers = struct.unpack_from(f"<IH{count}h", data, offset)
    return status, label, [None if number <= NO_NUMBER else number for number in numbers]


def _hundredth(number: int | None) -> float | None:
    return None if number is None else number / 100


def decode_displayed(data: bytes) -> Frame:
    """Continuous signals of the basic class; SpO2 and pulse always, the others where connected."""
    status, _, (spo2, pulse, *_rest) = _values(data, SPO2, 4)
    connected = status & EXISTS_AND_ACTIVE == EXISTS_AND_ACTIVE
    quality = Quality.GOOD if connected else Quality.NO_SENSOR
    oximetry = Oximetry(
        spo2=None if spo2 is None else round(spo2 / 100), pulse_rate=pulse, quality=quality
    )
    samples = list(oximetry.frame().samples)
    status, _, (rate, *_, breaths) = _values(data, ECG, 5)
    if status & EXISTS_AND_ACTIVE == EXISTS_AND_ACTIVE:
        found = (quality for bits, quality in ECG_QUALITY if status & bits == bits)
        samples.append(reading(Signal.HEART_RATE, rate, next(found, Quality.GOOD)))
        samples.append(reading(Signal.RESP_RATE, breaths))
    status, _, (etco2, _, breaths, ambient) = _values(data, CO2, 4)
    if status & EXISTS_AND_ACTIVE == EXISTS_AND_ACTIVE:
        # What a sampling line counts goes before the impedance of the chest.
        samples = [each for each in samples if each.signal is not Signal.RESP_RATE]
        none = etco2 is None or ambient is None
        mmhg = None if none else round((etco2 or 0) * (ambient or 0) / 100_000, 1)
        samples += [reading(Signal.ETCO2, mmhg), reading(Signal.RESP_RATE, breaths)]
    status, _, (warmth,) = _values(data, TEMPERATURE, 1)
    if status & EXISTS_AND_ACTIVE == EXISTS_AND_ACTIVE:
        samples.append(reading(Signal.TEMPERATURE, _hundredth(warmth)))
    return Frame(samples=tuple(samples))


def decode_nibp(data: bytes, measured_at: Instant, *, repeated: bool) -> CuffReading | None:
    """The cuff reading that is shown; None while the next one is being taken."""
    status, label, (sys, dia, mean, pulse) = _values(data, NIBP_GROUP, 4)
    if not status & 1 or label & MEASURING:
        return None
    mmhg = [None if number is None else round(number / 100) for number in (sys, dia, mean)]
    return CuffReading(
        sys=mmhg[0],
        dia=mmhg[1],
        map=mmhg[2],
        pulse=pulse,
        repeated=repeated or bool(label & OLD),
        measured_at=measured_at,
    )


class GeOptions(Options):
    """How often the monitor is asked to send, in seconds; 5 is the shortest it accepts."""

    interval_s: int = Field(default=10, ge=5, le=10)


class GeWire:
    """Asks for displayed values and the NIBP time, and asks again when they stop coming."""

    def __init__(self, interval_s: int) -> None:
        self._framer = Framer(measure, limit=LONGEST, start=FLAG[0])
        self._interval_s = interval_s
        self._patience: Span = 2 * interval_s * SECOND
        self._ask_at = Instant(0)
        self._nibp_time: int | None = None
        self._measured_at = Instant(0)
        self._untold = False
        self._first = True

    @property
    def rejected(self) -> int:
        return self._framer.rejected

    @property
    def deadline(self) -> Instant | None:
        return self._ask_at

    def request(self, signal: Signal, at: Instant) -> None:
        """The interface starts no measurement."""

    def send_due(self, at: Instant) -> bytes:
        if at < self._ask_at:
            return b""
        self._ask_at = Instant(at + self._patience)
        return request(DISPLAYED, self._interval_s) + request(AUXILIARY, self._interval_s)

    def receive(self, data: bytes, at: Instant) -> list[Said]:
        said: list[Said] = []
        for frame in self._framer.cut(data):
            record = unwrap(frame)
            for kind, body in subrecords(record) if record else ():
                if kind == AUXILIARY and len(body) >= 4:
                    now = int.from_bytes(record[6:10], "little") if record else 0
                    self._learn(int.from_bytes(body[:4], "little"), now, at)
                elif kind == DISPLAYED and _is_basic(body):
                    self._ask_at = Instant(at + self._patience)
                    said.extend(self._displayed(body[4:]))
        return said

    def _learn(self, nibp_time: int, now: int, at: Instant) -> None:
        """Both times are of the monitor's clock: their difference is the reading's age."""
        if nibp_time and nibp_time != self._nibp_time:
            self._first = self._nibp_time is None
            self._nibp_time = nibp_time
            self._measured_at = Instant(max(0, at - max(0, now - nibp_time) * SECOND))
            self._untold = True

    def _displayed(self, data: bytes) -> Iterator[Frame]:
        yield decode_displayed(data)
        if self._untold and self._nibp_time is not None:
            cuff = decode_nibp(data, self._measured_at, repeated=self._first)
            if cuff is not None:
                self._untold = False
                yield cuff.frame()


def _is_basic(body: bytes) -> bool:
    return len(body) >= CLASS_SIZE and body[CLASS_SIZE - 1] & 0x0F == 0


FAMILY: Final = Family(
    name="ge_dri",
    title="GE (Datex-Ohmeda) S/5, CARESCAPE B450, B650, B850 (DRI)",
    # The requests are published bytes; no answer of a monitor was at hand to decode.
    evidence="unverified",
    line=Line(baud=19200, parity="E", rtscts=True),
    signals=OXIMETRY
    | NIBP
    | {Signal.HEART_RATE, Signal.RESP_RATE, Signal.ETCO2, Signal.TEMPERATURE},
    # Averaging up to 20 s with the slowest setting of the monitor, 10 s assumed; then the interval.
    delay=20 * SECOND,
    silence=35 * SECOND,
    make=lambda options: GeWire(options.interval_s),
    options=GeOptions,
)


def _group(status: int, label: int, *values: int | None) -> bytes:
    numbers = (-32767 if value is None else value for value in values)
    return struct.pack(f"<IH{len(values)}h", status, label, *numbers)


def encode_displayed(
    oximetry: Oximetry,
    *,
    time: int,
    cuff: CuffReading | None = None,
    heart_rate: int | None = None,
    resp_rate: int | None = None,
    etco2: int | None = None,
    label: int = 0,
) -> bytes:
    """A record of displayed values; `label` is that of the NIBP group. With `etco2`, mmHg, the gas counts the breaths."""
    data = bytearray(270)
    shown = 3 if oximetry.quality is not Quality.NO_SENSOR else 1
    spo2 = None if oximetry.spo2 is None else 100 * oximetry.spo2
    data[SPO2 : SPO2 + 14] = _group(shown, 0, spo2, oximetry.pulse_rate, None, None)
    if heart_rate is not None or resp_rate is not None:
        chest = resp_rate if etco2 is None else None
        data[ECG : ECG + 16] = _group(3, 0, heart_rate, None, None, None, chest)
    if etco2 is not None:
        share = round(100_000 * etco2 / AMBIENT)
        data[CO2 : CO2 + 14] = _group(3, 0, share, 0, resp_rate, AMBIENT)
    if cuff:
        mmhg = (None if one is None else 100 * one for one in (cuff.sys, cuff.dia, cuff.map))
        data[NIBP_GROUP : NIBP_GROUP + 14] = _group(3, label, *mmhg, cuff.pulse)
    body = struct.pack("<I", time) + bytes(data) + b"\0\0\0\0"
    return wrap(head(HEAD + len(body), [(0, DISPLAYED)], time=time) + body)


def encode_auxiliary(*, time: int, nibp_time: int) -> bytes:
    """A record with the time of the last NIBP; the rest of the real one is left out."""
    body = struct.pack("<I", nibp_time) + bytes(60)
    return wrap(head(HEAD + len(body), [(0, AUXILIARY)], time=time) + body)

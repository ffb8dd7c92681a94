"""Nonin formats that come once a second: 1, 8, 13 (spot check) and ASCII. Pure.

    format 1   STATUS HR SPO2          STATUS: 7 always 1; 6 sensor disconnected; 5 out of track;
    format 8   STATUS HR SPO2 STAT2            4 low perfusion; 3 marginal; 2 artifact; 1-0 HR8-7
                                       STAT2:  3 sensor alarm; 1 critical, 0 low battery
    format 13  00 02 00 0D LEN LEN | 20 YY MM DD hh mm ss 00 | STATUS STATUS | HR HR | - | SPO2 | CHK 03
    ASCII      SPO2=097 HR=072         `---` missing, `*` at the end an event mark

Formats 1 and 8 have no checksum: only the first byte of a frame has bit 7 set.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from devices.readings import Oximetry, device_time
from devices.wire import NO_FRAME, NOISE, UNFINISHED, Measure, byte_sum
from monitord.model import Instant, Quality

NO_RATE: Final = 511
NO_SPO2: Final = 127

DISCONNECTED: Final = 0x40
OUT_OF_TRACK: Final = 0x20
LOW_PERFUSION: Final = 0x10
ARTIFACT: Final = 0x04
SENSOR_ALARM: Final = 0x08

_STATUS_OF: Final = {
    Quality.NO_SENSOR: DISCONNECTED,
    Quality.SEARCHING: OUT_OF_TRACK,
    Quality.MOTION: ARTIFACT,
    Quality.LOW_PERFUSION: LOW_PERFUSION,
}


def measure_short(size: int) -> Measure:
    """Frames of `size` bytes of which only the first has bit 7 set; SpO2 0..100 or 127."""

    def measure(data: bytes, at: int) -> int:
        if not data[at] & 0x80 or any(byte & 0x80 for byte in data[at + 1 : at + size]):
            return NO_FRAME
        if len(data) < at + size:
            return UNFINISHED
        return size if data[at + 2] <= 100 or data[at + 2] == NO_SPO2 else NO_FRAME

    return measure


def decode_short(frame: bytes) -> Oximetry:
    """Format 1 (3 bytes) or 8 (4 bytes)."""
    status, extra = frame[0], frame[3] if len(frame) == 4 else 0
    rate = (status & 0x03) << 7 | frame[1]
    if status & DISCONNECTED:
        quality = Quality.NO_SENSOR
    elif extra & SENSOR_ALARM:
        quality = Quality.PROBE_OFF
    elif status & OUT_OF_TRACK:
        quality = Quality.SEARCHING
    elif status & ARTIFACT:
        quality = Quality.MOTION
    elif status & LOW_PERFUSION:
        quality = Quality.LOW_PERFUSION
    else:
        quality = Quality.GOOD
    return Oximetry(
        spo2=_known(frame[2], NO_SPO2),
        pulse_rate=_known(rate, NO_RATE),
        quality=quality,
        low_battery=bool(extra & 0x03) if len(frame) == 4 else None,
    )


def encode_df1(oximetry: Oximetry) -> bytes:
    """Format 1 has no sensor alarm: a removed finger is out of track."""
    spo2, rate = _numbers(oximetry)
    gone = oximetry.quality is Quality.PROBE_OFF
    bits = OUT_OF_TRACK if gone else _STATUS_OF.get(oximetry.quality, 0)
    return bytes([0x80 | bits | rate >> 7, rate & 0x7F, spo2])


def encode_df8(oximetry: Oximetry) -> bytes:
    spo2, rate = _numbers(oximetry)
    extra = SENSOR_ALARM if oximetry.quality is Quality.PROBE_OFF else 0
    extra |= int(bool(oximetry.low_battery))
    bits = 0x80 | _STATUS_OF.get(oximetry.quality, 0)
    return bytes([bits | rate >> 7, rate & 0x7F, spo2, extra])


SPOT_HEAD: Final = bytes.fromhex("0002000d")
SPOT_DATA: Final = 14
SPOT_MOST: Final = 64
"""Data bytes that are accepted: 14 are documented, later devices may append some."""
NO_MEASUREMENT: Final = 0x01
STORED: Final = 0x10


def measure_df13(data: bytes, at: int) -> int:
    head = data[at : at + 6]
    if not SPOT_HEAD.startswith(head[:4]):
        return NO_FRAME
    if len(head) < 6:
        return UNFINISHED
    length = int.from_bytes(head[4:])
    if not SPOT_DATA <= length <= SPOT_MOST:
        return NO_FRAME
    end = at + 6 + length
    if len(data) < end + 2:
        return UNFINISHED
    good = data[end] == byte_sum(data[at + 6 : end]) and data[end + 1] == 3
    return end + 2 - at if good else NO_FRAME


def decode_df13(frame: bytes) -> Oximetry:
    data = frame[6:]
    rate, spo2 = int.from_bytes(data[10:12]), data[13]
    if data[8] & NO_MEASUREMENT:
        quality = Quality.INVALID
    else:
        quality = Quality.REPEATED if data[9] & STORED else Quality.GOOD
    return Oximetry(
        spo2=_known(spo2, NO_SPO2),
        pulse_rate=_known(rate, NO_RATE),
        quality=quality,
        low_battery=bool(data[9] & 0x01),
        measured_at=_packed_time(data[:7]),
    )


def encode_df13(oximetry: Oximetry) -> bytes:
    spo2, rate = _numbers(oximetry)
    when = datetime(1970, 1, 1) + timedelta(microseconds=oximetry.measured_at or 0)  # noqa: DTZ001
    status = {Quality.GOOD: 0x0200, Quality.REPEATED: 0x0200 | STORED}.get(
        oximetry.quality, NO_MEASUREMENT << 8
    )
    status |= int(bool(oximetry.low_battery))
    data = bytes.fromhex(when.strftime("%Y%m%d%H%M%S")) + b"\0" + status.to_bytes(2)
    data += rate.to_bytes(2) + bytes([0, spo2])
    return SPOT_HEAD + len(data).to_bytes(2) + data + bytes([byte_sum(data), 3])


def _packed_time(digits: bytes) -> Instant | None:
    text = digits.hex()
    if not text.isdecimal():
        return None
    pairs = [int(text[at : at + 2]) for at in range(4, 14, 2)]
    return device_time(int(text[:4]), *pairs[:4], second=pairs[4])


_FIELD: Final = re.compile(r"(?:.*\W)?(SPO2|HR)=(\d{3}|---)\*?", re.ASCII)


def decode_line(line: str) -> Oximetry | None:
    """A line of ASCII; a field that noise hit has no reading. None for any other line."""
    words = [part for word in line.split(" ") for part in NOISE.split(word)]
    found = {pair[1]: pair[2] for word in words if (pair := _FIELD.fullmatch(word))}
    if not found:
        return None
    values = {key: int(text) for key, text in found.items() if text != "---"}
    return Oximetry(spo2=values.get("SPO2"), pulse_rate=values.get("HR"))


def encode_line(oximetry: Oximetry) -> bytes:
    spo2, rate = (
        "---" if value is None else f"{value:03}" for value in (oximetry.spo2, oximetry.pulse_rate)
    )
    return f"SPO2={spo2} HR={rate}\r\n".encode("ascii")


def _known(value: int, missing: int) -> int | None:
    return None if value == missing else value


def _numbers(oximetry: Oximetry) -> tuple[int, int]:
    spo2, rate = oximetry.spo2, oximetry.pulse_rate
    return NO_SPO2 if spo2 is None else spo2, NO_RATE if rate is None else rate

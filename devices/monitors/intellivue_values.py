"""What attributes of an IntelliVue mean: numbers with their state and unit, times, alarms, the monitor's mode. Pure.

0950  number: physiological id u16, state u16, unit u16, FLOAT       094B  several: count, length, then those
0990  when it was measured, eight BCD bytes   0991  the same in ticks of 125 us
0902  patient alarms, 0904 technical alarms   0946  operating mode
FLOAT  exponent of ten, 8 bits signed, and mantissa, 24 bits signed
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from devices.readings import device_time, reading
from monitord.model import MILLISECOND, Instant, Quality, Sample, Signal, Span

NUMBER: Final = 0x0950
NUMBERS: Final = 0x094B
STAMP: Final = 0x0990
STAMP_TICKS: Final = 0x0991
PATIENT_ALARMS: Final = 0x0902
TECHNICAL_ALARMS: Final = 0x0904
MODE: Final = 0x0946

NO_VALUE: Final = frozenset({0x7FFFFF, 0x7FFFFE, 0x800000, 0x800001, 0x800002})
"""Mantissas that are none: no number, not at this resolution, too large, too small."""
NO_TIME: Final = b"\xff" * 8

INVALID: Final = 0x8000
QUESTIONABLE: Final = 0x4000
UNAVAILABLE: Final = 0x2000
CALIBRATING: Final = 0x1000
DEMO_OR_TEST: Final = 0x0C00
SOME_OTHER: Final = 0x0300
EARLY_OR_ONGOING: Final = 0x0060

MODES: Final = ((0x2000, "demo mode"), (0x1000, "service mode"), (0x0002, "standby"))
"""Of the monitor, in which no number is a patient's."""

SYS: Final = 0x4A05
DIA: Final = 0x4A06
MEAN: Final = 0x4A07
CUFF_PULSE: Final = 0xF0E5

SOURCES: Final[dict[int, tuple[Signal, int]]] = {
    0x4BB8: (Signal.SPO2, 0),
    0x4822: (Signal.PULSE_RATE, 0),
    0x481A: (Signal.PULSE_RATE, 1),
    0x480A: (Signal.PULSE_RATE, 2),
    0x4BB0: (Signal.PERFUSION_INDEX, 0),
    0x4182: (Signal.HEART_RATE, 0),
    # The airway's breaths are counted by a capnograph, the others by the impedance of the chest.
    0x5012: (Signal.RESP_RATE, 0),
    0x500A: (Signal.RESP_RATE, 1),
    0x5000: (Signal.RESP_RATE, 2),
    0x50B0: (Signal.ETCO2, 0),
    0x509C: (Signal.ETCO2, 1),
    0x4B48: (Signal.TEMPERATURE, 0),
    0xF0C7: (Signal.TEMPERATURE, 1),
    0x4B60: (Signal.TEMPERATURE, 2),
    0xE050: (Signal.TEMPERATURE, 3),
}
"""Physiological ids of numbers that stand for themselves; of several of one signal the lowest rank counts."""

KPA: Final = 7.50062
"""mmHg."""
_PRESSURE: Final = {0x0F20: (1.0, 0.0), 0x0F03: (KPA, 0.0)}
_RATE: Final = {0x0AA0: (1.0, 0.0), 0x0AE0: (1.0, 0.0)}
_PER_CENT: Final = {0x0220: (1.0, 0.0)}
_WARMTH: Final = {
    **dict.fromkeys((0x17A0, 0x1710), (1.0, 0.0)),
    **dict.fromkeys((0x1140, 0x1780, 0x17C0), (5 / 9, -32.0)),
}
UNITS: Final[dict[Signal, dict[int, tuple[float, float]]]] = {
    Signal.SPO2: _PER_CENT,
    Signal.PERFUSION_INDEX: {**_PER_CENT, 0x0200: (1.0, 0.0)},
    Signal.PULSE_RATE: _RATE,
    Signal.HEART_RATE: _RATE,
    Signal.RESP_RATE: _RATE,
    Signal.NIBP_PULSE: _RATE,
    Signal.ETCO2: _PRESSURE,
    Signal.TEMPERATURE: _WARMTH,
}
"""Factor and what is added before, for each unit that a signal may have; a number in another is none."""
WARM: Final = (25.0, 45.0)
"""Degrees Celsius of a patient: what is outside was read in a wrong unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One number as the monitor has it; `value` None where it has none."""

    physio: int
    state: int
    unit: int
    value: float | None


def number(data: bytes) -> float | None:
    """A FLOAT of four bytes; None for what is no number."""
    mantissa = int.from_bytes(data[1:4], "big")
    if mantissa in NO_VALUE:
        return None
    exponent = int.from_bytes(data[:1], "big", signed=True)
    value = int.from_bytes(data[1:4], "big", signed=True) * 10.0**exponent
    return round(value, 6)


def encode_number(value: float | None, decimals: int = 1) -> bytes:
    """The FLOAT of a number."""
    if value is None:
        return b"\x00\x7f\xff\xff"
    mantissa = round(value * 10.0**decimals)
    return bytes([-decimals & 0xFF]) + mantissa.to_bytes(3, "big", signed=True)


def observed_of(attributes: dict[int, bytes]) -> Iterator[Observed]:
    """The numbers of an object; those that are cut are none."""
    one, several = attributes.get(NUMBER, b""), attributes.get(NUMBERS, b"")
    count, length = struct.unpack_from(">HH", several) if len(several) >= 4 else (0, 0)
    several = several[4 : 4 + min(length, 10 * count)]
    rest = one + several if len(one) in {0, 10} else several
    for at in range(0, len(rest) - 9, 10):
        physio, state, unit = struct.unpack_from(">HHH", rest, at)
        yield Observed(physio=physio, state=state, unit=unit, value=number(rest[at + 6 : at + 10]))


def encode_observed(numbers: list[Observed]) -> tuple[int, bytes]:
    """The attribute of one number, or of several."""
    parts = [
        struct.pack(">HHH", each.physio, each.state, each.unit) + encode_number(each.value)
        for each in numbers
    ]
    if len(parts) == 1:
        return NUMBER, parts[0]
    body = b"".join(parts)
    return NUMBERS, struct.pack(">HH", len(parts), len(body)) + body


def quality_of(state: int) -> Quality:
    """What the state of a number says of it: only a high byte of 0 is good."""
    if state & DEMO_OR_TEST:
        return Quality.DEMO
    if state & (INVALID | UNAVAILABLE | SOME_OTHER):
        return Quality.INVALID
    if state & CALIBRATING:
        return Quality.SEARCHING
    return Quality.INTERFERENCE if state & QUESTIONABLE else Quality.GOOD


def in_unit(signal: Signal, seen: Observed) -> float | None:
    """The number in the signal's own unit; None in one that does not fit it."""
    rule = UNITS.get(signal, _PRESSURE).get(seen.unit)
    if rule is None or seen.value is None:
        return None
    factor, added = rule
    value = round((seen.value + added) * factor, 2)
    if signal is Signal.TEMPERATURE and not WARM[0] <= value <= WARM[1]:
        return None
    return value


def strange_unit(seen: Observed) -> Signal | None:
    """The signal of a good number in a unit that is none of it; None for any other number."""
    signal = Signal.NIBP_SYS if seen.physio in {SYS, DIA, MEAN} else None
    signal, _ = SOURCES.get(seen.physio, (signal, 0))
    if signal is None or seen.value is None or not quality_of(seen.state).may_raise:
        return None
    return None if seen.unit in UNITS.get(signal, _PRESSURE) else signal


def sample_of(signal: Signal, seen: Observed, refused: Quality | None) -> Sample:
    """A sample; `refused` is the quality of all numbers of a monitor that has no patient."""
    return reading(signal, in_unit(signal, seen), refused or quality_of(seen.state))


def samples_of(numbers: Iterable[Observed], refused: Quality | None) -> tuple[Sample, ...]:
    """One sample a signal: of its sources the first of the best rank that has a number, else the first."""
    ranked: dict[Signal, tuple[tuple[bool, int], Sample]] = {}
    for seen in numbers:
        if seen.physio not in SOURCES:
            continue
        signal, rank = SOURCES[seen.physio]
        sample = sample_of(signal, seen, refused)
        order = (not sample.quality.may_raise, rank)
        if signal not in ranked or order < ranked[signal][0]:
            ranked[signal] = (order, sample)
    return tuple(ranked[signal][1] for signal in Signal if signal in ranked)


def bcd_time(data: bytes) -> Instant | None:
    """A time of eight BCD bytes, as if it were UTC; None where there is none."""
    if len(data) != 8 or data == NO_TIME or not data.hex().isdecimal():
        return None
    century, year, month, day, hour, minute, second, hundredth = (int(f"{each:x}") for each in data)
    whole = device_time(100 * century + year, month, day, hour, minute, second=second)
    return None if whole is None else Instant(whole + 10 * hundredth * MILLISECOND)


def encode_bcd_time(digits: str) -> bytes:
    """Of `YYYYMMDDhhmmss`, with two more digits for hundredths or without."""
    return bytes.fromhex(digits.ljust(16, "0"))


def age_of(stamp: dict[int, bytes], *, clock: bytes, ticks: int) -> Span | None:
    """How old a measurement is by the monitor's own clocks; None where they do not say."""
    taken, now = bcd_time(stamp.get(STAMP, b"")), bcd_time(clock)
    if taken is not None and now is not None:
        return now - taken
    count = stamp.get(STAMP_TICKS, b"")
    if len(count) != 4:
        return None
    passed = (ticks - int.from_bytes(count, "big")) & 0xFFFFFFFF
    if passed >= 1 << 31:
        return None  # it would be of the future
    return passed * MILLISECOND // 8


def mode_of(attributes: dict[int, bytes]) -> str | None:
    """The mode in which no number is a patient's; empty for monitoring, None where it is not told."""
    value = attributes.get(MODE, b"")
    if len(value) != 2:
        return None
    bits = int.from_bytes(value, "big")
    return next((word for bit, word in MODES if bits & bit), "")


ALARM: Final = struct.Struct(">HHHH6sHH")
"""Of an alarm: source, code, type, state, object, what follows, its length."""
STRING_INFO: Final = 0x0204
NOT_A_PATIENTS: Final = 0x0700
"""Test, standby, demo."""
QUIET: Final = 0xD000
"""Inhibited, suspended, silenced."""
HIGH: Final = 0x0404
MOST_ALARMS: Final = 8
MOST_LETTERS: Final = 60


def alarms_of(attributes: dict[int, bytes]) -> list[str]:
    """What the monitor's own alarms say, patient first; bounded."""
    words: list[str] = []
    for name in (PATIENT_ALARMS, TECHNICAL_ALARMS):
        rest = attributes.get(name, b"")[4:]
        while len(rest) >= ALARM.size and len(words) < MOST_ALARMS:
            _, code, _, state, _, kind, length = ALARM.unpack_from(rest)
            info, rest = rest[ALARM.size :][:length], rest[ALARM.size + length :]
            if state & NOT_A_PATIENTS:
                continue
            text = _text(info[10:]) if kind == STRING_INFO else ""
            quiet = " (sound off)" if state & QUIET else ""
            words.append((text or f"alarm {code}") + quiet)
    return words


def _text(data: bytes) -> str:
    """A string with its length, of UTF-16; without what is not to be printed."""
    length = int.from_bytes(data[:2], "big")
    text = data[2 : 2 + length].decode("utf-16-be", "replace")
    return "".join(c for c in text if c.isprintable()).strip()[:MOST_LETTERS]


def encode_text(text: str) -> bytes:
    """A string with its length and its end."""
    data = (text + "\0").encode("utf-16-be")
    return struct.pack(">H", len(data)) + data


def encode_alarms(texts: Iterable[str], *, kind: int = HIGH, state: int = 0) -> bytes:
    """A list of alarms."""
    entries = []
    for number_, text in enumerate(texts, 1):
        info = struct.pack(">HIHH", number_, 0, 0, 0) + encode_text(text)
        head = ALARM.pack(1, number_, kind, state, bytes(6), STRING_INFO, len(info))
        entries.append(head + info)
    body = b"".join(entries)
    return struct.pack(">HH", len(entries), len(body)) + body

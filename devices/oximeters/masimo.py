"""Masimo oximeters that print ASCII1 once a second: Rad-8, Radical-5 and -7, Rad-87. Pure.

    MM/DD/YY HH:MM:SS SN=n SPO2=nnn% BPM=nnn PI=nn.nn% ... ALARM=hhhh EXC=hhhhhh

Read by key, not by place: models leave pairs out, add some, and drop the `%`. A missing value is
written with dashes. There is no checksum. ALARM and EXC are hexadecimal and different tables; the
ALARM bits were found by experiment: the battery is a fault, the rest the device's own alarm.
Sources: 13 lines of a real Rad-8, four running clients, the Rad-8 and Rad-87 manuals.
"""

import re
from collections.abc import Iterator
from typing import Final

from devices.family import Family, Line, Options
from devices.readings import OXIMETRY, OximeterWire, Oximetry, device_time
from devices.wire import NOISE, Lines
from monitord.model import SECOND, Instant, Quality, Signal

LONGEST: Final = 320
LOW_BATTERY: Final = 0x40
ALARMS: Final = {
    0x01: "SpO2 high",
    0x02: "SpO2 low",
    0x04: "pulse rate high",
    0x08: "pulse rate low",
}
NUMBERS: Final = ("SPO2", "BPM", "PI")
ACTIVE: Final = 0x10
SOUND_OFF: Final = 0x20
"""Bits of ALARM: found by experiment, documented by nobody."""

EXCEPTIONS: Final = (
    (0x001001, Quality.NO_SENSOR),  # no sensor, no cable
    (0x19C082, Quality.SENSOR_FAULT),  # defective or unknown sensor or cable; emitter; current
    (0x000020, Quality.PROBE_OFF),
    (0x020008, Quality.SEARCHING),  # pulse search, calibrating
    (0x000040, Quality.INTERFERENCE),  # ambient light
    (0x000100, Quality.INVALID),  # reserved
    (0x000414, Quality.LOW_PERFUSION),  # low perfusion, interference, low signal quality: doubtful
)
"""Bits of EXC, worst first."""
SET_ON: Final = 0x800

START: Final = re.compile(r"\d\d/\d\d/\d\d \d\d:\d\d:\d\d")
_CLOCK: Final = re.compile(r"(\d\d)/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d)(?= )", re.ASCII)
_NUMBER: Final = re.compile(r"(\d{3}|\d\d\.\d\d)%?|-[-.]*%?", re.ASCII)
"""Always of one width: a number that lost a digit is none."""
_BITS: Final = re.compile(r"[0-9A-F]{1,8}")


def quality_of(exceptions: int) -> Quality:
    return next((quality for bits, quality in EXCEPTIONS if exceptions & bits), Quality.GOOD)


def own_alarm(bits: int) -> str:
    """What the oximeter itself alarms about: `SpO2 low, sound off`; empty for nothing."""
    words = [word for bit, word in ALARMS.items() if bits & bit]
    if bits & ACTIVE and not words:
        words.append("an alarm")
    if bits & SOUND_OFF:
        words.append("sound off")
    return ", ".join(words)


def decode_line(line: str) -> Oximetry | None:
    """A line of ASCII1; None for any other, trend print-outs too.

    A field that noise hit has no reading. Where it hit the exceptions, the numbers are doubtful.
    """
    pairs = dict(_pairs(line))
    numbers = {key: found for key in NUMBERS if (found := _NUMBER.fullmatch(pairs.get(key, "")))}
    whole = "EXC=" in line or NOISE.search(line)
    if not whole or not {"SPO2", "BPM"} & numbers.keys():
        return None
    values = {key: float(found[1]) for key, found in numbers.items() if found[1]}
    exceptions, alarm = (_BITS.fullmatch(pairs.get(key, "")) for key in ("EXC", "ALARM"))
    alarms = int(alarm[0], 16) if alarm else None
    return Oximetry(
        spo2=_whole(values.get("SPO2")),
        pulse_rate=_whole(values.get("BPM")),
        perfusion_index=values.get("PI"),
        quality=quality_of(int(exceptions[0], 16)) if exceptions else Quality.LOW_PERFUSION,
        low_battery=None if alarms is None else bool(alarms & LOW_BATTERY),
        own_alarm=None if alarms is None else own_alarm(alarms),
        measured_at=_clock(line),
    )


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    """Key and text of each pair; beside noise only of those whose width shows that they are whole."""
    for word in line.split(" "):
        parts = NOISE.split(word)
        for part in parts:
            key, equals, text = part.partition("=")
            if equals and (len(parts) == 1 or key in NUMBERS):
                yield key, text


def _clock(line: str) -> Instant | None:
    found = _CLOCK.search(line)
    if found is None:
        return None
    month, day, year, hour, minute, second = (int(text) for text in found.groups())
    return device_time(2000 + year, month, day, hour, minute, second=second)


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def encode_line(oximetry: Oximetry, clock: str, *, alarm: int = 0, serial: str = "") -> bytes:
    """A line of a Rad-8; `clock` is `MM/DD/YY HH:MM:SS` as the device shows it."""
    spo2 = "---" if oximetry.spo2 is None else f"{oximetry.spo2:03}"
    bpm = "---" if oximetry.pulse_rate is None else f"{oximetry.pulse_rate:03}"
    pi = "--.--" if oximetry.perfusion_index is None else f"{oximetry.perfusion_index:05.2f}"
    bits = next((bit for bit, quality in EXCEPTIONS if quality is oximetry.quality), 0)
    exceptions = SET_ON | (bits & -bits)
    alarm |= LOW_BATTERY if oximetry.low_battery else 0
    return (
        f"{clock} SN={serial:->10} SPO2={spo2}% BPM={bpm} PI={pi}% SPCO=--.-% SPMET=--.-% "
        f"DESAT=-- PIDELTA=+-- ALARM={alarm:04X} EXC={exceptions:06X}\r\n"
    ).encode("ascii")


FAMILY: Final = Family(
    name="masimo",
    title="Masimo Rad-8, Radical-5, Radical-7, Rad-87 (ASCII1)",
    evidence="real capture",
    line=Line(baud=9600),
    signals=OXIMETRY | {Signal.PERFUSION_INDEX},
    # The factory's averaging time is 8 s; a line comes once a second.
    delay=9 * SECOND,
    silence=5 * SECOND,
    make=lambda _: OximeterWire(Lines(limit=LONGEST, start=START), decode_line, perfusion=True),
    options=Options,
)

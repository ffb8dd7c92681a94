"""Masimo oximeters that print ASCII1 once a second: Rad-8, Radical-5 and -7, Rad-87. Pure.

    MM/DD/YY HH:MM:SS SN=n SPO2=nnn% BPM=nnn PI=nn.nn% ... ALARM=hhhh EXC=hhhhhh

Read by key, not by place: models leave pairs out, add some, and drop the `%`. A missing value is
written with dashes. There is no checksum. ALARM and EXC are hexadecimal and different tables; the
ALARM bits were found by experiment: the battery is a fault, the rest the device's own alarm.
Sources: 13 lines of a real Rad-8, four running clients, the Rad-8 and Rad-87 manuals.
"""

import re
from typing import Final

from devices.family import Family, Line, Options
from devices.readings import OXIMETRY, OximeterWire, Oximetry, device_time
from devices.wire import Lines
from monitord.model import SECOND, Quality, Signal

LONGEST: Final = 320
LOW_BATTERY: Final = 0x40
ALARMS: Final = {
    0x01: "SpO2 high",
    0x02: "SpO2 low",
    0x04: "pulse rate high",
    0x08: "pulse rate low",
}
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

_LINE: Final = re.compile(r"(\d\d)/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d) (.+)")
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?")
_DASHES: Final = re.compile(r"\+?-[-.]*")


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
    """A line of ASCII1; None for any other, trend print-outs too."""
    found = _LINE.fullmatch(line.strip())
    if not found:
        return None
    month, day, year, hour, minute, second = (int(text) for text in found.groups()[:6])
    pairs = dict(word.split("=", 1) for word in found[7].split() if "=" in word)
    try:
        alarm = int(pairs["ALARM"], 16)
        return Oximetry(
            spo2=_whole(pairs["SPO2"]),
            pulse_rate=_whole(pairs["BPM"]),
            perfusion_index=_number(pairs.get("PI", "-")),
            quality=quality_of(int(pairs["EXC"], 16)),
            low_battery=bool(alarm & LOW_BATTERY),
            own_alarm=own_alarm(alarm),
            measured_at=device_time(2000 + year, month, day, hour, minute, second=second),
        )
    except (KeyError, ValueError):
        return None


def _number(text: str) -> float | None:
    if _DASHES.fullmatch(text.removesuffix("%")):
        return None
    if not _NUMBER.fullmatch(text.removesuffix("%")):
        raise ValueError(text)
    return float(text.removesuffix("%"))


def _whole(text: str) -> int | None:
    number = _number(text)
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
    make=lambda _: OximeterWire(Lines(limit=LONGEST), decode_line, perfusion=True),
    options=Options,
)

"""Nellcor and Covidien oximeters that print a row every 2 s: N-560, N-595, NPB-290 family, PM10N. Pure.

    29-Dec-17 07:18:57    89*     66     201    MO SL            time SpO2 BPM PA status

Three heading lines come every 25 rows and after a change of limits. `*` marks a number outside its
limit, `---` no data. A row with PS holds zeros or the last numbers: it is no measurement.
There is no checksum. Rows are padded or not: the tail is read by words, not by columns.
Sources: 76 rows of a real N-560 with every state, three running clients, the manuals.
"""

import re
from typing import Final

from devices.family import Family, Line, Options
from devices.readings import OXIMETRY, OximeterWire, Oximetry, device_time
from devices.wire import NOISE, Lines
from monitord.model import SECOND, Instant, Quality

LONGEST: Final = 160
MONTHS: Final = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

STATUS: Final = {
    "SD": Quality.NO_SENSOR,
    "SO": Quality.PROBE_OFF,
    "PS": Quality.SEARCHING,
    "LP": Quality.SEARCHING,
    "LM": Quality.INTERFERENCE,
    "MO": Quality.MOTION,
}
"""Status pairs that speak of the reading, worst first; the others are alarms, limits and sound."""
LOW_BATTERY: Final = "LB"
ALARMS: Final = {
    "SH": "SpO2 high",
    "SL": "SpO2 low",
    "PH": "pulse rate high",
    "PL": "pulse rate low",
    "AS": "sound paused",
    "AO": "sound off",
}
"""What the oximeter's own alarms say, and whether they can be heard."""

HEADING: Final = re.compile(r"VERSION|SpO2 Limit|%SpO2|SAT-S|SPO2 RESP MODE", re.IGNORECASE)

START: Final = re.compile(r"\d\d-[A-Za-z]{3}-\d\d \d\d:")
_TIME: Final = re.compile(
    r"(?:(\d\d)-([A-Za-z]{3})-(\d\d)[^0-9])?(\d\d):(\d\d):(\d\d)(?!\d)", re.ASCII
)
_DATE: Final = re.compile(r"\d\d-[A-Za-z]{3}-\d\d [^ ]{6,10}(?= )", re.ASCII)
_VALUE: Final = re.compile(r"(\d{1,3}|---)\*?", re.ASCII)
_CODE: Final = re.compile(r"[A-Z]{2}")


def decode_row(line: str) -> Oximetry | None:
    """A row; None for any other line.

    A field that noise hit has no reading. Where it hit the status, the numbers are doubtful.
    """
    time = _TIME.search(line)
    begin = time or _DATE.search(line)
    if begin is None:
        return None
    words = [word for word in line[begin.end() :].split(" ") if word]
    places = [place for place, word in enumerate(words) if _VALUE.fullmatch(word)]
    between = False
    if len(places) != 3:
        # Words that are neither number nor status: a field that was hit, if there are three in all.
        places = [place for place, word in enumerate(words) if not _CODE.fullmatch(word)]
        if between := len(places) > 3:
            # Noise between two fields, or in place of a status, is a word of its own.
            words = [word for word in words if NOISE.sub("", word)]
            places = [place for place, word in enumerate(words) if not _CODE.fullmatch(word)]
        if len(places) != 3 or not NOISE.search(line):
            return None
    spo2, pulse, _ = (_number(words[place]) for place in places)
    status = words[places[-1] + 1 :]
    codes = [word for word in status if _CODE.fullmatch(word)]
    quality = next((STATUS[code] for code in STATUS if code in codes), Quality.GOOD)
    if quality is Quality.GOOD and (between or len(codes) < len(status)):
        quality = Quality.LOW_PERFUSION
    return Oximetry(
        spo2=spo2,
        pulse_rate=pulse,
        quality=quality,
        low_battery=LOW_BATTERY in codes,
        own_alarm=", ".join(word for code, word in ALARMS.items() if code in codes),
        measured_at=_clock(time),
    )


def _number(word: str) -> int | None:
    found = _VALUE.fullmatch(word)
    return None if found is None or found[1] == "---" else int(found[1])


def _clock(time: re.Match[str] | None) -> Instant | None:
    if time is None or time[1] is None or time[2].upper() not in MONTHS:
        return None
    day, year, hour, minute, second = (int(time[at]) for at in (1, 3, 4, 5, 6))
    month = MONTHS.index(time[2].upper()) + 1
    return device_time(2000 + year, month, day, hour, minute, second=second)


def encode_row(
    oximetry: Oximetry, clock: str, *, amplitude: int | None = None, codes: tuple[str, ...] = ()
) -> bytes:
    """A row of an N-560; `clock` is `29-Dec-17 07:18:57`; `codes` such as AS, SL, PH are added.

    A number gets its `*` where one of the codes says that it is outside its limit.
    """
    state = tuple(code for code, quality in STATUS.items() if quality is oximetry.quality)[:1]
    battery = (LOW_BATTERY,) if oximetry.low_battery else ()
    spo2, bpm = _cell(oximetry.spo2), _cell(oximetry.pulse_rate)
    low_or_high = (
        "*" if {"SH", "SL"} & set(codes) else " ",
        "*" if {"PH", "PL"} & set(codes) else " ",
    )
    row = f"{clock:18}{spo2:>6}{low_or_high[0]}{bpm:>7}{low_or_high[1]}{_cell(amplitude):>7}    "
    row += " ".join((*state, *battery, *codes))
    return f"{row:61}\r\n".encode("ascii")


def encode_heading() -> bytes:
    """The three lines above 25 rows."""
    return (
        b"N-560    VERSION 1.56.00    CRC:XXXX  SpO2 Limit: 90-100%    PR Limit: 60-170BPM\r\n"
        b"                             ADULT            0SAT-S\r\n"
        b"TIME                 %SpO2   BPM     PA     Status\r\n"
    )


def _cell(number: int | None) -> str:
    return "---" if number is None else str(number)


FAMILY: Final = Family(
    name="nellcor",
    title="Nellcor N-560, N-595, NPB-290, NPB-295, NPB-395, PM10N (ASCII real-time)",
    evidence="real capture",
    # The N-595 family leaves the factory with 9600, some N-560 are found with 19200.
    line=Line(baud=9600),
    signals=OXIMETRY,
    # Response in normal mode is 5-7 s; a row comes every 2 s.
    delay=9 * SECOND,
    silence=10 * SECOND,
    make=lambda _: OximeterWire(Lines(limit=LONGEST, heading=HEADING, start=START), decode_row),
    options=Options,
)

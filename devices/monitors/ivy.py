"""Ivy Biomedical 450C, serial output "ANSAR-B": one message a second, waveforms and text. Pure.

    FF "ANSAR-B " 200 ECG, 50 breath, 50 pleth, 50 P1, 50 P2 samples; lines ended by CR; FE
    HR=1;80;...  RR=1;35;APNEA...  SPO2=1;100;PR=80 ;  NIBP=4;121;75;92;80;;    last field: alarm

NIBP is repeated for ever: only a change is a measurement, and the first one of a connection may be
hours old. A field that noise hit has no reading; a NIBP line that it hit is none, the next one tells. FB is "no signal" in a waveform. There is no checksum. Breath gas, invasive pressures and
temperatures are not told: their units are not known.
Source: a real stream of 27 messages with its client.
"""

import re
from dataclasses import replace
from typing import Final

from devices.family import Family, Line
from devices.readings import OXIMETRY, CuffReading, reading
from devices.wire import NO_FRAME, UNFINISHED, Framer, Listening, Said
from monitord.model import NIBP, SECOND, Frame, Instant, Quality, Sample, Signal, Wave

HEAD: Final = b"\xffANSAR-B "
END: Final = b"\xfe"
WAVES: Final = 400
PLETH: Final = slice(len(HEAD) + 250, len(HEAD) + 300)
NO_SIGNAL: Final = 0xFB
LONGEST: Final = len(HEAD) + WAVES + 512
"""Bytes of a message that is accepted; the captured ones hold about 150 of text."""

ALARMS: Final = (
    (re.compile(r"DEMO|SIMULAT|TEST"), Quality.DEMO),
    (re.compile(r"SEARCH"), Quality.SEARCHING),
    (re.compile(r"NO |OFF|DISCONNECT|CHECK|FAIL|UNPLUG"), Quality.PROBE_OFF),
    (re.compile(r"LOW PERF|WEAK|LOW SIG"), Quality.LOW_PERFUSION),
)
"""Words of an alarm text that speak of the reading; the list is ours, the vendor's is not known."""

_LINE: Final = re.compile(r"([A-Z0-9]+)=\d*;(.*)")
_PULSE: Final = re.compile(r"PR= *(\d+)")


def measure(data: bytes, at: int) -> int:
    """For `Framer`: a message; its waveforms are counted before its end is looked for."""
    if not HEAD.startswith(data[at : at + len(HEAD)]):
        return NO_FRAME
    text = at + len(HEAD) + WAVES
    end = data.find(END, text, at + LONGEST)
    return UNFINISHED if end < 0 else end + 1 - at


def fields_of(message: bytes) -> dict[str, list[str]]:
    """The fields behind each name, the number after `=` left out."""
    text = message[len(HEAD) + WAVES : -1].decode("latin-1")
    found = (_LINE.fullmatch(line.strip()) for line in re.split(r"[\r\n]+", text))
    return {line[1]: [field.strip() for field in line[2].split(";")] for line in found if line}


def decode(message: bytes) -> tuple[Frame, CuffReading | None]:
    """The continuous signals, and the cuff reading that is shown; an empty one where none is."""
    fields = fields_of(message)
    spo2 = fields.get("SPO2", [""])
    pulse = next((found[1] for field in spo2 if (found := _PULSE.search(field))), "")
    quality = _quality(spo2)
    samples = [
        reading(Signal.SPO2, _number(spo2[0]), quality),
        reading(Signal.PULSE_RATE, _number(pulse), quality),
    ]
    samples += _rate(Signal.HEART_RATE, fields.get("HR"))
    samples += _rate(Signal.RESP_RATE, fields.get("RR"))
    return Frame(samples=tuple(samples)), _cuff(fields.get("NIBP", []))


def _rate(signal: Signal, fields: list[str] | None) -> list[Sample]:
    return [reading(signal, _number(fields[0]), _quality(fields))] if fields else []


def _quality(fields: list[str]) -> Quality:
    text = " ".join(fields[1:]).upper()
    return next((quality for words, quality in ALARMS if words.search(text)), Quality.GOOD)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() else None


def _cuff(fields: list[str]) -> CuffReading | None:
    shown = fields[:4]
    if len(shown) < 4 or any(field and _number(field) is None for field in shown):
        return None
    sys, dia, mean, pulse = (_number(field) for field in shown)
    return CuffReading(sys=sys, dia=dia, map=mean, pulse=pulse)


def encode(
    *,
    spo2: int | None,
    pulse_rate: int | None,
    heart_rate: int | None = None,
    resp_rate: int | None = None,
    cuff: CuffReading | None = None,
    alarm: str = "",
    pleth: bytes = bytes([NO_SIGNAL]) * 50,
) -> bytes:
    """A message; `alarm` stands in the SpO2 line, other waveforms have no signal."""

    def cell(value: int | None) -> str:
        return "" if value is None else str(value)

    pressures = [cuff.sys, cuff.dia, cuff.map, cuff.pulse] if cuff else [None] * 4
    lines = [
        f"HR=1;{cell(heart_rate)};ECG-II-DIAG;",
        f"RR=1;{cell(resp_rate)};APNEA: 20 SEC;",
        "ETCO2=1;;;",
        f"SPO2=1;{cell(spo2)};PR={cell(pulse_rate)} ;{alarm}",
        f"NIBP=4;{';'.join(cell(value) for value in pressures)};;",
        "P1=3;;;;NO TRANSDUCER;",
        "P2=3;;;;NO TRANSDUCER;",
        "T1=1;;;",
        "T2=1;;;",
    ]
    none = bytes([NO_SIGNAL])
    text = "".join(f"{line}\r" for line in lines).encode("ascii")
    return HEAD + none * 250 + pleth + none * 100 + text + END


class IvyWire(Listening):
    """Tells the continuous signals each second and a cuff reading when it changes."""

    def __init__(self) -> None:
        self._framer = Framer(measure, limit=LONGEST, start=HEAD[0])
        self._cuff: CuffReading | None = None
        self._first = True

    @property
    def rejected(self) -> int:
        return self._framer.rejected

    def receive(self, data: bytes, at: Instant) -> list[Said]:  # noqa: ARG002 - one message a second
        said: list[Said] = []
        for message in self._framer.cut(data):
            frame, cuff = decode(message)
            said.append(frame)
            if cuff is not None:
                if cuff.sys is not None and cuff != self._cuff:
                    said.append(replace(cuff, repeated=self._first).frame())
                    self._cuff = cuff
                self._first = False
            points = tuple(message[PLETH])
            if set(points) != {NO_SIGNAL}:
                said.append(Wave(name="pleth", rate_hz=50.0, values=points))
        return said


FAMILY: Final = Family(
    name="ivy",
    title="Ivy Biomedical 450C (ANSAR-B)",
    evidence="real capture",
    line=Line(baud=9600),
    signals=OXIMETRY | NIBP | {Signal.HEART_RATE, Signal.RESP_RATE},
    # The vendor states no averaging: 8 s are assumed, then the message's interval.
    delay=9 * SECOND,
    silence=5 * SECOND,
    make=lambda _: IvyWire(),
)

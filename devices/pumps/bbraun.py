"""B. Braun Space and Compact+ pumps, BCC protocol 3: asked what they do, never told. Pure.

    01 LLLLL 02 bed "/1/1>" info 03|17 CCCCC 04      LLLLL bytes of the whole frame, CCCCC sum mod 256
    on the line D is EX, E is EE, d is ex, e is ee, in the whole frame and after its checksum
    info: records time,address,parameter,value separated by 1E; address 501 + slot; 50100 the system

17 says that more blocks follow: each is answered with 06. `_NV` and `_NA` are no values. Only the two
questions ADMIN:ALIVE and MEM:GET and the answer 06 are ever sent.
Sources: the vendor's protocol 4.0, two running clients, a real dialog.
"""

import re
from enum import Enum, auto
from typing import Final

from devices.family import Family, Line, Options
from devices.fault_changes import FaultChanges
from devices.readings import reading
from devices.wire import NO_FRAME, UNFINISHED, Framer, Said
from monitord.model import MILLISECOND, SECOND, Cause, Frame, Instant, Signal, Span

HEAD: Final = b"\x01"
END: Final = b"\x04"
LONGEST: Final = 16_384
"""Bytes on the line of a block; 24 pumps with 40 values each come in several blocks."""
FIRST_BED: Final = "1"
ALIVE: Final = "ADMIN:ALIVE"
GET: Final = "MEM:GET"
NEXT: Final = b"\x06"

PAUSE: Final[Span] = 100 * MILLISECOND
"""Before a block is acknowledged."""
INTERVAL: Final[Span] = 2 * SECOND
"""Between two questions; the pump asks for at least 0.5 s."""
PATIENCE: Final[Span] = 5 * SECOND

SIGNALS: Final = frozenset({Signal.INFUSION_RATE, Signal.INFUSION_VOLUME, Signal.INFUSION_RUNNING})
ALARMS: Final = {
    "INA2": "syringe empty",
    "INA3": "pressure",
    "INA5": "standby over",
    "INA7": "end of volume",
    "INA8": "time over",
    "INA9": "syringe",
    "INA14": "drop sensor",
    "INA15": "air",
    "INA16": "end of keep-vein-open",
}
BATTERY: Final = "INA1"
NO_DATA: Final = "11"
REMOVED: Final = "39"
"""Values of GNERR: no pump, or no further data; a pump that was taken out."""

_STUFFED: Final = {ord("D"): b"EX", ord("E"): b"EE", ord("d"): b"ex", ord("e"): b"ee"}
_PLAIN: Final = re.compile(rb"E[XE]|e[xe]")
_ORIGINAL: Final = {stuffed: bytes([byte]) for byte, stuffed in _STUFFED.items()}
_FRAME: Final = re.compile(
    rb"\x01(\d{5})\x02([^>/]{1,15})/1/1>([^\x03\x17]*)([\x03\x17])(\d{5})\x04"
)
_BED: Final = re.compile(r"[A-Za-z0-9_.-]{1,15}")


def stuff(frame: bytes) -> bytes:
    return b"".join(_STUFFED.get(byte, bytes([byte])) for byte in frame)


def unstuff(line: bytes) -> bytes:
    """From left to right: a pair that was consumed begins no other."""
    return _PLAIN.sub(lambda pair: _ORIGINAL[pair[0]], line)


def seal(info: str, *, bed: str = FIRST_BED, more: bool = False) -> bytes:
    """The frame around an info text, as it stands before stuffing."""
    text = b"\x02" + f"{bed}/1/1>{info}".encode() + (b"\x17" if more else b"\x03")
    head = HEAD + b"%05d" % (len(text) + 12) + text
    return head + b"%05d" % (sum(head) % 256) + END


def measure(data: bytes, at: int) -> int:
    """For `Framer`: a block as it stands on the line."""
    if data[at] != HEAD[0]:
        return NO_FRAME
    end = data.find(END, at + 1, at + LONGEST)
    if end < 0:
        return UNFINISHED
    return end + 1 - at if _open(data[at : end + 1]) else NO_FRAME


def _open(line: bytes) -> re.Match[bytes] | None:
    frame = unstuff(line)
    found = _FRAME.fullmatch(frame)
    good = found and int(found[1]) == len(frame) and int(found[5]) == sum(frame[:-6]) % 256
    return found if good else None


class BBraunOptions(Options):
    """`slot` is the pump's place, pillar and row such as `13`; needed where there are several pumps."""

    slot: str = ""


class BBraunState(Enum):
    CALLING = auto()
    WAITING = auto()
    ASKING = auto()


class BBraunWire:
    """Learns the bed's name, then asks for all values every two seconds."""

    def __init__(self, slot: str) -> None:
        self._framer = Framer(measure, limit=LONGEST, start=HEAD[0])
        self._slot = slot
        self._state = BBraunState.CALLING
        self._bed = FIRST_BED
        self._due = Instant(0)
        self._acknowledge = False
        self._values: dict[str, dict[str, str]] = {}
        self._heard = False  # a value since the last question
        self._faults = FaultChanges()

    @property
    def rejected(self) -> int:
        return self._framer.rejected

    @property
    def deadline(self) -> Instant | None:
        return self._due

    def request(self, signal: Signal, at: Instant) -> None:
        """Nothing is ever asked of a pump but what it does."""

    def send_due(self, at: Instant) -> bytes:
        if at < self._due:
            return b""
        if self._acknowledge:
            self._acknowledge = False
            self._due = Instant(at + (INTERVAL if self._state is BBraunState.WAITING else PATIENCE))
            return NEXT
        if self._state is BBraunState.ASKING:  # it did not answer: begin again
            self._state = BBraunState.CALLING
            self._bed = FIRST_BED
        self._due = Instant(at + PATIENCE)
        if self._state is BBraunState.CALLING:
            return stuff(seal(ALIVE))
        self._state = BBraunState.ASKING
        self._heard = False
        return stuff(seal(GET, bed=self._bed))

    def receive(self, data: bytes, at: Instant) -> list[Said]:
        said: list[Said] = []
        for line in self._framer.cut(data):
            block = _open(line)
            if block is None:
                continue
            self._acknowledge = True
            self._due = Instant(at + PAUSE)
            if self._state is BBraunState.CALLING:
                self._meet(block[2].decode("utf-8", "replace"))
                continue
            self._remember(block[3].decode("utf-8", "replace"))
            if block[4] == b"\x03":
                self._state = BBraunState.WAITING
                said.extend(self._tell())
        return said

    def _meet(self, bed: str) -> None:
        """A bed's name goes into our questions: only a plain one is used."""
        if _BED.fullmatch(bed):
            self._bed = bed
            self._state = BBraunState.WAITING

    def _remember(self, info: str) -> None:
        for record in info.split("\x1e"):
            fields = record.split(",", 3)
            if len(fields) < 4 or not fields[1].startswith("501"):
                continue
            _, address, parameter, value = fields
            slot = address[3:]
            if parameter == "GNERR" and value == REMOVED:
                self._values.pop(slot, None)
            elif parameter == "GNERR" and value == NO_DATA and not self._heard:
                self._values.clear()
            elif slot != "00" and parameter not in {"GNERR", "GNACK"}:
                self._values.setdefault(slot, {})[parameter] = value
                self._heard = True

    def _tell(self) -> list[Said]:
        slots = [self._slot] if self._slot else list(self._values)
        several = "several pumps: name the slot of this one" if len(slots) > 1 else None
        said: list[Said] = []
        if several:
            said.extend(self._faults.tell(Cause.DEVICE, several))
        pump = self._values.get(slots[0], {}) if len(slots) == 1 else {}
        said.append(decode(pump))
        if pump:
            wrong = [text for key, text in ALARMS.items() if _on(pump, key)]
            detail = f"pump alarm: {', '.join(wrong)}" if wrong else None
            said.extend(self._faults.tell(Cause.DEVICE, detail))
            said.extend(self._faults.battery(low=_on(pump, BATTERY)))
        return said


def decode(pump: dict[str, str]) -> Frame:
    """Rate in mL/h as set, volume in mL since its reset, running; `invalid` where not told."""
    running = _number(pump.get("INM3", ""))
    if running and _on(pump, "INM14"):  # purging is not infusing
        running = 0.0
    return Frame(
        samples=(
            reading(Signal.INFUSION_RATE, _number(pump.get("INRT", ""))),
            reading(Signal.INFUSION_VOLUME, _number(pump.get("INVI", ""))),
            reading(Signal.INFUSION_RUNNING, running),
        )
    )


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,6}(\.\d{1,4})?", text.strip(), re.ASCII) else None


def _on(pump: dict[str, str], key: str) -> bool:
    return pump.get(key, "").strip() == "1"


FAMILY: Final = Family(
    name="bbraun",
    title="B. Braun Space, Compact+ (BCC 3; read only)",
    evidence="published example",
    line=Line(baud=9600),
    signals=SIGNALS,
    delay=3 * SECOND,
    silence=15 * SECOND,
    make=lambda options: BBraunWire(options.slot),
    options=BBraunOptions,
)


def encode_values(
    values: dict[str, str], *, slot: str, time: int, bed: str, more: bool = False
) -> bytes:
    """What a pump answers to MEM:GET, on the line."""
    records = [f"{time},501{slot},{parameter},{value}" for parameter, value in values.items()]
    return stuff(seal("\x1e".join(records), bed=bed, more=more))

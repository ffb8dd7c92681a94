"""Oridion (Medtronic) Capnostream 20: carbon dioxide, breath and SpO2 once a second. Pure.

    85 length code data CHK         length counts code and data; CHK is the exclusive or of length, code and data
    after the 85, 80 stands on the line as 80 00 and 85 as 80 05

    host     01 enable, 04 05 start real time, 06 07 the link is active
    00       one point of the waveform: number, CO2 u16 in 1/256, fast status
    01       numerics, 27 bytes or more: 0 device time u32, 4 EtCO2, 5 FiCO2, 6 breaths, 7 SpO2, 8 pulse (FF none),
             9 slow status, 13 CO2 alarms, 14 SpO2 alarms, 15 seconds without a breath, 16 limits, 25 unit, 26 status

Numerics were seen that stood one byte off although length and check fit, so that the breaths were read as
SpO2: `plausible` and `ShiftGuard` refuse such a frame. Only the three frames of COMMANDS are ever sent.
Sources: one running client; no capture.
"""

from dataclasses import dataclass
from typing import Final

from devices.family import Family, Line
from devices.fault_changes import FaultChanges
from devices.readings import OXIMETRY, Oximetry, reading
from devices.wire import NO_FRAME, UNFINISHED, Framer, Said, xor
from monitord.model import SECOND, Cause, Frame, Instant, Quality, Signal, Span

HEAD: Final = 0x85
ESCAPE: Final = 0x80
LONGEST: Final = 1 + 2 * (1 + 255 + 1)
"""Bytes of the longest frame on the line, every one of them escaped."""

ENABLE: Final = bytes.fromhex("85010100")
START: Final = bytes.fromhex("85010405")
ACTIVE: Final = bytes.fromhex("85010607")
COMMANDS: Final = (ENABLE, START, ACTIVE)
"""Everything that this driver can say: no limit, patient, case or silence is ever set."""
KEEP_ALIVE: Final[Span] = 2 * SECOND

WAVE: Final = 0
NUMERICS: Final = 1
LEAST: Final = 27
NONE: Final = 0xFF

SLOW_SILENCED: Final = 0x06
SHIFTED_BY: Final = 2
"""So near to the neighbour's last value is a number that moved: numerics change by a step or two a second."""
APART: Final = 20
"""%, 1/min: where breaths and SpO2 were no further apart than that, nothing can be told from their nearness."""
REBREATHED: Final = 5
"""mmHg by which inspired carbon dioxide may be above the end-tidal: in truth never, but both are averaged."""
REFUSALS: Final = 3
"""Numerics in a row that are refused, before it is told: one that stands one byte off is followed by a good one."""
STANDS: Final = 5
"""Numerics in a row of the same second, at one a second, before they are of a device that hangs."""
LATEST: Final = 2
"""s by which the device's time may go on from one frame to the next, at one a second."""

FAST: Final = (
    (0x40, Quality.NO_SENSOR),  # the sampling line is not connected
    (0x84, Quality.SENSOR_FAULT),  # malfunction; the sampling line is occluded
    (0x32, Quality.SEARCHING),  # initialises, purges, measures itself
    (0x01, Quality.INVALID),
)
"""What the status of the waveform says of the gas."""
PUMP_OFF: Final = 0x04
BATTERY: Final = 0x80
STATUS: Final = ((0x01, "check calibration"), (0x02, "check flow"), (PUMP_OFF, "the pump is off"))
OXIMETER: Final = (
    (0x40, Quality.NO_SENSOR),
    (0x20, Quality.PROBE_OFF),
    (0x01, Quality.SEARCHING),
)
NO_BREATH: Final = 0x01
CO2_ALARMS: Final = (
    (NO_BREATH, "no breath"),
    (0x02, "EtCO2 high"),
    (0x04, "EtCO2 low"),
    (0x08, "breathing rate high"),
    (0x10, "breathing rate low"),
    (0x20, "FiCO2 high"),
)
SPO2_ALARMS: Final = (
    (0x01, "pulse not found"),
    (0x02, "SpO2 high"),
    (0x04, "SpO2 low"),
    (0x08, "pulse rate high"),
    (0x10, "pulse rate low"),
    (0x20, "sensor off"),
    (0x40, "sensor disconnected"),
)
MISPLACED: Final = "its numbers stand in wrong places, or its clock stands still: none is read"
MMHG: Final = 1
UNITS: Final = {MMHG: "mmHg", 2: "kPa", 3: "Vol%"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Capnography:
    """What the gas shows: mmHg, breaths/min, s since the last breath. `quality` speaks of all of it."""

    etco2: int | None = None
    resp_rate: int | None = None
    no_breath: int | None = None
    quality: Quality = Quality.GOOD


def unescape(data: bytes) -> bytes | None:
    """The bytes after the 85 as they are meant; None where no such thing can stand on the line."""
    first, *rest = data.split(bytes([ESCAPE]))
    if HEAD in data or not all(part and part[0] in {0x00, 0x05} for part in rest):
        return None
    return first + b"".join(bytes([ESCAPE + part[0]]) + part[1:] for part in rest)


def measure(data: bytes, at: int) -> int:
    """For `Framer`: a whole frame as it stands on the line."""
    if data[at] != HEAD:
        return NO_FRAME
    place, length, check = at + 1, -1, 0
    count = 0
    while place < len(data):
        byte = data[place]
        place += 1
        if byte == HEAD:
            return NO_FRAME
        if byte == ESCAPE:
            if place == len(data):
                return UNFINISHED
            if data[place] not in {0x00, 0x05}:
                return NO_FRAME
            byte += data[place]
            place += 1
        if length < 0:
            length = byte
            if not length:
                return NO_FRAME
        elif count == length:
            return place - at if byte == check else NO_FRAME
        else:
            count += 1
        check ^= byte
    return UNFINISHED


def frame(code: int, data: bytes = b"") -> bytes:
    """A frame as it stands on the line."""
    body = bytes([1 + len(data), code]) + data
    body += bytes([xor(body)])
    out = bytearray([HEAD])
    for byte in body:
        out += bytes([ESCAPE, byte - ESCAPE]) if byte in {ESCAPE, HEAD} else bytes([byte])
    return bytes(out)


def plausible(data: bytes) -> bool:
    """Whether numerics stand where they belong: a unit that there is, and limits that can be set."""
    high, low = data[21], data[22]
    limits = NONE in {high, low} or low < high <= 100
    return data[25] in UNITS and limits


class ShiftGuard:
    """Refuses numerics that stand one byte off from those before, or whose time does not go on."""

    def __init__(self) -> None:
        self._last: bytes | None = None
        self._stood = 0
        """Numerics in a row whose time is that of those before."""
        self._sure = False
        """Whether the last numerics were followed by some that fit them."""
        self._refused_time: int | None = None

    def takes(self, data: bytes) -> bool:
        """Whether these numerics may follow the last ones that were taken."""
        if not plausible(data):
            return False
        now, last = _time(data), self._last
        if last is None and _out_of_order(data):
            return False
        if last is not None:
            if not self._sure and _moved(data, last):
                # One of the two stands one byte off, and nobody knows which: neither is what the next is compared with.
                self._last = None
                return False
            # A clock that was set goes on by itself: a frame that stands one byte off shows a time that does not.
            again = self._refused_time is not None and 1 <= now - self._refused_time <= LATEST
            self._refused_time = None
            if _moved(data, last) or not (0 <= now - _time(last) <= LATEST or again):
                self._refused_time = now
                return False
        stands = last is not None and now == _time(last)
        self._stood = self._stood + 1 if stands else 0
        self._sure = last is not None
        self._last = data
        return self._stood < STANDS


def _time(data: bytes) -> int:
    return int.from_bytes(data[:4], "big")


def _out_of_order(data: bytes) -> bool:
    """Whether numerics show by themselves that they stand one byte off: more is breathed in than out."""
    etco2, fico2 = data[4:6]
    return NONE not in {etco2, fico2} and not data[13] & NO_BREATH and fico2 > etco2 + REBREATHED


def _moved(data: bytes, last: bytes) -> bool:
    """Whether breaths, SpO2 and pulse are the last ones of their neighbours."""
    breaths, spo2, pulse = last[6:9]
    if NONE in {breaths, spo2, pulse} or abs(spo2 - breaths) < APART:
        return False
    right = abs(data[7] - breaths) <= SHIFTED_BY and abs(data[8] - spo2) <= SHIFTED_BY
    left = abs(data[6] - spo2) <= SHIFTED_BY and abs(data[7] - pulse) <= SHIFTED_BY
    return right or left


def decode_oximetry(data: bytes) -> Oximetry:
    """SpO2 and pulse of numerics."""
    spo2, pulse = (None if byte == NONE else byte for byte in data[7:9])
    found = (quality for bit, quality in OXIMETER if data[14] & bit)
    return Oximetry(spo2=spo2, pulse_rate=pulse, quality=next(found, Quality.GOOD))


def decode_capnography(data: bytes, fast: int, counts: int | None) -> Capnography:
    """The gas of numerics; `fast` is the status of the waveform, `counts` the seconds without a breath as believed.

    In kPa or Vol% the carbon dioxide is no reading: how a byte holds them is not known.
    """
    etco2, breaths = (None if data[place] == NONE else data[place] for place in (4, 6))
    status = fast | (0x80 if data[26] & PUMP_OFF else 0)
    found = (quality for bits, quality in FAST if status & bits)
    return Capnography(
        etco2=etco2 if data[25] == MMHG else None,
        resp_rate=breaths,
        no_breath=counts,
        quality=next(found, Quality.GOOD),
    )


def own_alarm(data: bytes) -> str:
    """What its own alarms say."""
    words = [text for bit, text in CO2_ALARMS if data[13] & bit]
    words += [text for bit, text in SPO2_ALARMS if data[14] & bit]
    if words and data[9] & SLOW_SILENCED:
        words.append("sound off")
    return ", ".join(words)


def trouble(data: bytes) -> str | None:
    """What is wrong with the device; None for nothing."""
    words = [text for bit, text in STATUS if data[26] & bit]
    if data[25] != MMHG:
        words.append(f"carbon dioxide in {UNITS[data[25]]} is not read: set mmHg")
    return ", ".join(words) or None


class CapnostreamWire:
    """Asks for real-time data once, says that it is there, and tells what comes."""

    def __init__(self) -> None:
        self._framer = Framer(measure, limit=LONGEST, start=HEAD)
        self._guard = ShiftGuard()
        self._faults = FaultChanges()
        self._asked = False
        self._due = Instant(0)
        self._refused = 0
        self._refused_in_a_row = 0
        self._fast = 0
        self._counted: tuple[int, int, bool] | None = None
        """Device time and seconds without a breath of the last numerics, and whether they were believed."""

    @property
    def rejected(self) -> int:
        return self._framer.rejected + self._refused

    @property
    def deadline(self) -> Instant | None:
        return self._due

    def request(self, signal: Signal, at: Instant) -> None:
        """There is nothing to be started."""

    def send_due(self, at: Instant) -> bytes:
        if at < self._due:
            return b""
        self._due = Instant(at + KEEP_ALIVE)
        first, self._asked = not self._asked, True
        return ENABLE + START if first else ACTIVE

    def receive(self, data: bytes, at: Instant) -> list[Said]:  # noqa: ARG002 - frames come when they are due
        said: list[Said] = []
        for found in self._framer.cut(data):
            body = unescape(found[1:]) or b""
            code, payload = body[1], body[2:-1]
            if code == WAVE and len(payload) >= 4:
                self._fast = payload[3]
            elif code == NUMERICS:
                if len(payload) >= LEAST and self._guard.takes(payload):
                    self._refused_in_a_row = 0
                    said.extend(self._told(payload))
                else:
                    self._refused += len(found)
                    self._refused_in_a_row += 1
                    if self._refused_in_a_row == REFUSALS:
                        said.extend(self._faults.tell(Cause.DEVICE, MISPLACED))
        return said

    def _told(self, data: bytes) -> list[Said]:
        oximetry = decode_oximetry(data)
        gas = decode_capnography(data, self._fast, self._count(data))
        samples = (
            *oximetry.frame().samples,
            reading(Signal.ETCO2, gas.etco2, gas.quality),
            reading(Signal.RESP_RATE, gas.resp_rate, gas.quality),
            reading(Signal.NO_BREATH, gas.no_breath, gas.quality),
        )
        return [
            Frame(samples=samples),
            *self._faults.tell(Cause.DEVICE, trouble(data)),
            *self._faults.battery(low=bool(data[26] & BATTERY)),
            *self._faults.own_alarm(own_alarm(data)),
        ]

    def _count(self, data: bytes) -> int | None:
        """The seconds without a breath, where they count: up with the device's time, or beside its own alarm.

        No capture shows the byte. A number that stands still beside breaths is a setting, and no patient's.
        """
        now, seconds = _time(data), data[15]
        believed = not seconds or bool(data[13] & NO_BREATH)
        if self._counted is not None and not believed:
            then, before, was = self._counted
            grown, passed = seconds - before, now - then
            counts = grown > 0 and abs(grown - passed) <= 1
            stands = not grown and (not passed or seconds == NONE)
            believed = counts or (was and stands)
        self._counted = (now, seconds, believed)
        return seconds if believed else None


FAMILY: Final = Family(
    name="capnostream",
    title="Oridion, Medtronic Capnostream 20, Capnostream 20p",
    # One client's code; no capture, and no example with numbers.
    evidence="unverified",
    line=Line(baud=115200),
    signals=OXIMETRY | {Signal.ETCO2, Signal.RESP_RATE, Signal.NO_BREATH},
    # The vendor's averaging is not known to us: 8 s of pulse oximetry are assumed, then the interval.
    # Breaths are shown as they come.
    delay=9 * SECOND,
    silence=5 * SECOND,
    make=lambda _: CapnostreamWire(),
)


def encode_numerics(
    oximetry: Oximetry,
    gas: Capnography,
    *,
    time: int,
    co2_alarms: int = 0,
    spo2_alarms: int | None = None,
    slow: int = 0,
    unit: int = MMHG,
    status: int = 0,
) -> bytes:
    """Numerics on the line; the alarms of the oximeter follow its quality where none are given."""
    if spo2_alarms is None:
        spo2_alarms = sum(bit for bit, quality in OXIMETER if quality is oximetry.quality)
    values = (gas.etco2, 0 if gas.etco2 is not None else None, gas.resp_rate)
    shown = (*values, oximetry.spo2, oximetry.pulse_rate)
    data = time.to_bytes(4, "big") + bytes(NONE if each is None else each for each in shown)
    data += bytes([slow, 0, 0, 0, co2_alarms, spo2_alarms, min(gas.no_breath or 0, NONE)])
    battery = BATTERY if oximetry.low_battery else 0
    limits = (60, 15, 30, 5, 8, 100, 85, 140, 50)
    return frame(NUMERICS, data + bytes([*limits, unit, status | battery]))


def encode_wave(number: int, co2: float, *, fast: int = 0) -> bytes:
    """A point of the waveform, mmHg."""
    return frame(WAVE, bytes([number & 0xFF]) + round(256 * co2).to_bytes(2, "big") + bytes([fast]))

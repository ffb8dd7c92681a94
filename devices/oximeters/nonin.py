"""Nonin oximeters: the family, its commands and the choice of a data format. Pure.

Formats 2 and 7 stand in `nonin_pleth`, the others in `nonin_slow`. OEM III and Xpod have the
format chosen by a strap or part number; 9560, 3150 and 3230 by command.
Sources: Nonin 9560 OEM specification, two running clients, a checksummed 3012 capture.
"""

from typing import Final, Literal

from devices.family import Family, Line, Options
from devices.fault_changes import FaultChanges
from devices.oximeters.nonin_pleth import PacketWire
from devices.oximeters.nonin_slow import (
    SPOT_MOST,
    decode_df13,
    decode_line,
    decode_short,
    measure_df13,
    measure_short,
)
from devices.readings import OXIMETRY, OximeterWire
from devices.wire import Framer, Lines, Said, Wire
from monitord.model import SECOND, Cause, Instant, Signal

Format = Literal["df1", "df2", "df7", "df8", "df13", "ascii"]

ACK: Final = 0x06
NAK: Final = 0x15
ASCII_LINE: Final = 64

_CODES: Final[dict[Format, int]] = {"df2": 0x02, "df7": 0x07, "df8": 0x08, "df13": 0x0D}


def select_format(form: Format) -> bytes:
    """Chooses a format; kept in flash, taken only in the first 5 s of a connection."""
    return bytes([0x02, 0x70, 0x02, 0x02, _CODES[form], 0x03])


class NoninOptions(Options):
    """The format that the device is set to, or with `select` is told to use."""

    format: Format = "df2"
    select: bool = False


class SelectingWire:
    """Asks for a format first; the answer comes before, or between, frames of the old format."""

    def __init__(self, inner: Wire, command: bytes) -> None:
        self._inner = inner
        self._command = command
        self._answered = False
        self._faults = FaultChanges()

    @property
    def rejected(self) -> int:
        return self._inner.rejected

    @property
    def deadline(self) -> Instant | None:
        return Instant(0) if self._command else None

    def send_due(self, at: Instant) -> bytes:  # noqa: ARG002 - said once, at the start
        command, self._command = self._command, b""
        return command

    def request(self, signal: Signal, at: Instant) -> None:
        """Nothing can be asked for."""

    def receive(self, data: bytes, at: Instant) -> list[Said]:
        said: list[Said] = []
        if not self._answered and data:
            self._answered = True
            if data[0] == NAK:
                said.extend(self._faults.tell(Cause.DEVICE, "refused the data format"))
            if data[0] in {ACK, NAK}:
                data = data[1:]
        said.extend(self._inner.receive(data, at))
        return said


def make(options: NoninOptions) -> Wire:
    wire = _listen(options.format)
    if options.select and options.format in _CODES:
        return SelectingWire(wire, select_format(options.format))
    return wire


def _listen(form: Format) -> Wire:
    match form:
        case "df1":
            return OximeterWire(Framer(measure_short(3), limit=3), decode_short)
        case "df2":
            return PacketWire(2)
        case "df7":
            return PacketWire(7)
        case "df8":
            return OximeterWire(Framer(measure_short(4), limit=4), decode_short)
        case "df13":
            framer = Framer(measure_df13, limit=SPOT_MOST + 8, start=0)
            return OximeterWire(framer, decode_df13)
        case "ascii":
            return OximeterWire(Lines(limit=ASCII_LINE), decode_line)


FAMILY: Final = Family(
    name="nonin",
    title="Nonin Xpod, OEM III, 3012, 3150, 3230, 9560 (formats 1, 2, 7, 8, 13), 8500, 7500, Avant (ASCII)",
    evidence="real capture",
    line=Line(baud=9600),
    signals=OXIMETRY,
    # The display averages 4 beats, which are 6 s at 40/min; it changes every 1.5 s.
    delay=6 * SECOND,
    silence=5 * SECOND,
    make=make,
    options=NoninOptions,
)

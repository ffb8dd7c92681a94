"""Cuffs that people start at the device: a reading is printed after each, every few minutes here."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from devices.cuffs import and_tm2657, omron_hbp
from devices.readings import CuffReading
from devices.twin.body import Body
from devices.twin.cuff_cycle import TwinCuff
from devices.twin.stream_twin import Beat, StreamTwin
from devices.twin.twin_options import every

Print = Callable[[CuffReading, datetime], bytes]

_ERROR: Final = 2
"""The error that is printed whatever went wrong: the makers' lists are not public."""


class SelfStartingCuff:
    """A cuff that is started by the clock, as by a person who presses its button."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        self._cuff = TwinCuff(body)
        self._beat = Beat(every(options))

    def done(self, t: float) -> CuffReading | None:
        """The reading that has ended by `t`; once."""
        if self._beat.due(t):
            self._cuff.start(t)
        return self._cuff.done(t)


class PrintingVoice:
    """Prints each reading once."""

    def __init__(self, body: Body, options: Mapping[str, Any], line: Print) -> None:
        self._body = body
        self._cuff = SelfStartingCuff(body, options)
        self._line = line

    def speak(self, t: float) -> bytes:
        reading = self._cuff.done(t)
        return b"" if reading is None else self._line(reading, self._body.clock(t))

    def answer(self, data: bytes, t: float) -> bytes:  # noqa: ARG002 - it only prints
        return b""


def _tm2657(reading: CuffReading, now: datetime) -> bytes:
    error = _ERROR if reading.error else 0
    return and_tm2657.encode(reading, now.strftime("%y%m%d%H%M"), error=error)


def _omron(reading: CuffReading, now: datetime) -> bytes:
    error = _ERROR if reading.error else 0
    return omron_hbp.encode_9030(reading, now.strftime("%Y,%m,%d,%H,%M"), error=error)


AND_TM2657: Final = StreamTwin(
    "and_tm2657", "A&D TM-2657", lambda body, options: PrintingVoice(body, options, _tm2657)
)
OMRON_HBP: Final = StreamTwin(
    "omron_hbp",
    "Omron HBP-9030, format 5",
    lambda body, options: PrintingVoice(body, options, _omron),
)

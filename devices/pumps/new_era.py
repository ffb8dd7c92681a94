"""New Era NE-300 and NE-1000 syringe pumps: asked for volume and rate, never told. Pure.

    ask     <address> DIS|RAT CR          a question has no arguments: with one it would set the pump
    answer  02 <address, 2 digits> S data 03
            S  I infusing, W withdrawing, X purging, S stopped, P paused, T timed pause, U waiting, A? alarm
            DIS  I<volume>W<volume>ML|UL       RAT  <rate>MM|MH|UM|UH  (mL or uL, per minute or hour)

Only the two questions are ever sent. The rate is what is set, also while the pump stands still.
Sources: a running client, the manual's text in it; no capture.
"""

import re
from typing import Final

from pydantic import Field

from devices.family import Family, Line, Options
from devices.fault_changes import FaultChanges
from devices.readings import reading
from devices.wire import NO_FRAME, UNFINISHED, Framer, Said
from monitord.model import SECOND, Cause, Frame, Instant, Signal, Span

HEAD: Final = 0x02
END: Final = b"\x03"
LONGEST: Final = 40
POLL: Final[Span] = SECOND

QUESTIONS: Final = (b"DIS\r", b"RAT\r")
SIGNALS: Final = frozenset({Signal.INFUSION_RATE, Signal.INFUSION_VOLUME, Signal.INFUSION_RUNNING})
ALARMS: Final = {
    "R": "the pump was reset",
    "S": "stalled",
    "T": "time-out",
    "E": "program error",
    "O": "phase out of range",
}
MILLILITRES: Final = {"ML": 1.0, "UL": 0.001}
PER_HOUR: Final = {"MM": 60.0, "MH": 1.0, "UM": 0.06, "UH": 0.001}

_ANSWER: Final = re.compile(rb"\x02(\d\d)(A\?[RSTEO]|[IWXSPTU])([ -~]*)\x03")
_VOLUME: Final = re.compile(r"I([\d.]{1,6})W([\d.]{1,6})(ML|UL)")
_RATE: Final = re.compile(r"([\d.]{1,6})(MM|MH|UM|UH)")


def measure(data: bytes, at: int) -> int:
    """For `Framer`: an answer; it has no checksum, so its shape is checked."""
    if data[at] != HEAD:
        return NO_FRAME
    end = data.find(END, at + 1, at + LONGEST)
    if end < 0:
        return UNFINISHED
    return end + 1 - at if _ANSWER.fullmatch(data[at : end + 1]) else NO_FRAME


class NewEraOptions(Options):
    """The pump's address on a chain of pumps."""

    address: int = Field(default=0, ge=0, le=99)


class NewEraWire:
    """Asks for volume and rate in turn, once a second."""

    def __init__(self, address: int) -> None:
        self._framer = Framer(measure, limit=LONGEST, start=HEAD)
        self._address = b"%02d" % address
        self._ask_at = Instant(0)
        self._turn = 0
        self._faults = FaultChanges()

    @property
    def rejected(self) -> int:
        return self._framer.rejected

    @property
    def deadline(self) -> Instant | None:
        return self._ask_at

    def request(self, signal: Signal, at: Instant) -> None:
        """Nothing is ever asked of a pump but what it does."""

    def send_due(self, at: Instant) -> bytes:
        if at < self._ask_at:
            return b""
        self._ask_at = Instant(at + POLL)
        self._turn = 1 - self._turn
        return self._address + QUESTIONS[1 - self._turn]

    def receive(self, data: bytes, at: Instant) -> list[Said]:  # noqa: ARG002 - answers carry no time
        said: list[Said] = []
        for frame in self._framer.cut(data):
            found = _ANSWER.fullmatch(frame)
            if found is None or found[1] != self._address:
                continue
            state = found[2].decode("ascii")
            alarm = ALARMS[state[2]] if state.startswith("A") else None
            detail = None if alarm is None else f"pump alarm: {alarm}"
            said.append(decode(state, found[3].decode("ascii")))
            said.extend(self._faults.tell(Cause.DEVICE, detail))
        return said


def decode(state: str, data: str) -> Frame:
    """Whether it infuses, and volume in mL or rate in mL/h, whichever was asked for."""
    samples = [reading(Signal.INFUSION_RUNNING, float(state == "I"))]
    if found := _VOLUME.fullmatch(data):
        volume = _scaled(found[1], MILLILITRES[found[3]])
        samples.append(reading(Signal.INFUSION_VOLUME, volume))
    elif found := _RATE.fullmatch(data):
        samples.append(reading(Signal.INFUSION_RATE, _scaled(found[1], PER_HOUR[found[2]])))
    return Frame(samples=tuple(samples))


def _scaled(text: str, factor: float) -> float | None:
    try:
        return round(float(text) * factor, 6)
    except ValueError:
        return None


def encode_volume(state: str, infused: str, *, address: int = 0, withdrawn: str = "0.000") -> bytes:
    """The answer to DIS in mL; `infused` is the pump's text, four digits and a point."""
    return b"\x02" + f"{address:02}{state}I{infused}W{withdrawn}ML".encode("ascii") + END


def encode_rate(state: str, rate: str, *, address: int = 0, unit: str = "MH") -> bytes:
    """The answer to RAT."""
    return b"\x02" + f"{address:02}{state}{rate}{unit}".encode("ascii") + END


FAMILY: Final = Family(
    name="new_era",
    title="New Era NE-300, NE-1000 (read only)",
    evidence="unverified",
    line=Line(baud=19200),
    signals=SIGNALS,
    delay=2 * SECOND,
    silence=5 * SECOND,
    make=lambda options: NewEraWire(options.address),
    options=NewEraOptions,
)

"""GE Dinamap PRO, ProCare and CARESCAPE V100, host communications: asked for the last blood pressure. Pure.

    ask      space (the unit), letters, check, CR       " NA!2" the blood pressure, " RC!8" the heart rate
    answer   NA: 3 status, 6-9 time counter, 10-12 SYS, 13-15 DIA, 16-18 MAP     RC: 4-6 heart rate     CR ends it
    check    the sum of (character - 1F), folded at FFF: 20 + its upper six bits, 20 + its lower six bits

The counter grows while the monitor rests and falls when a determination is stored: that, or another triple, is a
new reading. What a connection finds was measured before. Whether an answer has a check is not known to us: once
one had, all must; until then what is new must be said twice. Status digits, and the answers of oximeter and
thermometer, are not public: they are not read. Only the two questions are ever sent.
Sources: a running client, the strings of the vendor's own library; eight commands with their checks. No capture.
"""

import re
from dataclasses import dataclass
from typing import Final

from devices.family import Family, Line
from devices.readings import CuffReading, reading
from devices.wire import Lines, Said, printable
from monitord.model import MINUTE, NIBP, SECOND, Frame, Instant, Signal, Span

FOLD: Final = 0xFFF
OFFSET: Final = 0x1F
POLL: Final[Span] = 2 * SECOND
LONGEST: Final = 64
"""Characters of a line that is kept; an answer has 21."""
DETERMINATION: Final[Span] = 2 * MINUTE
"""A reading takes 20 to 120 s: numbers that are gone for longer did not come."""
LEAP: Final = 60
"""So much at most does a counter grow between two answers, whatever its unit: a poll is 2 s."""
WRAPS: Final = 9900
"""From here on a counter that falls beside the same pressures may have begun anew at its end."""


def check(text: str) -> str:
    """The two check characters of a text."""
    total = sum(ord(character) - OFFSET for character in text)
    while total > FOLD:
        total -= FOLD
    return chr(0x20 + (total >> 6)) + chr(0x20 + (total & 0x3F))


def checked(text: str) -> bytes:
    """A line with its check and its end."""
    return (text + check(text) + "\r").encode("ascii")


READ_NIBP: Final = checked(" NA")
READ_RATE: Final = checked(" RC")
QUESTIONS: Final = (READ_NIBP, READ_RATE)
"""Everything that this driver can say to the monitor: it starts no determination and cancels none."""

_ECHOES: Final = tuple(question.decode("ascii").rstrip("\r") for question in QUESTIONS)

_NIBP: Final = re.compile(r"[ -~]{3}\d[ -~]{2}([\d ]{4})([\d ]{3})([\d ]{3})([\d ]{3})[ -~]*")
_NUMBER: Final = re.compile(r" *\d+")
_RATE: Final = re.compile(r"[ -~]RC[ -~]([\d ]{3})[ -~]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Determination:
    """An answer to NA: the time counter, and systolic, diastolic and mean pressure in mmHg; None where none is shown."""

    counter: int
    pressures: tuple[int, int, int] | None


def decode_nibp(line: str) -> Determination | None:
    """The answer to NA in a line; None for any other."""
    found = _NIBP.fullmatch(line)
    if found is None or len(line) < 20 or line[1:3] == "RC":
        return None
    counter, *shown = found.groups()
    if not _NUMBER.fullmatch(counter) or not all(
        _NUMBER.fullmatch(text) for text in shown if text.strip()
    ):
        return None
    sys, dia, mean = (int(text) if text.strip() else 0 for text in shown)
    return Determination(
        counter=int(counter), pressures=(sys, dia, mean) if sys and dia and mean else None
    )


def encode_nibp(cuff: CuffReading | None, counter: int, *, status: int = 0) -> bytes:
    """The answer to NA; zeros where there is no reading."""
    shown = (cuff.sys, cuff.dia, cuff.map) if cuff else (0, 0, 0)
    pressures = "".join(f"{each or 0:03}" for each in shown)
    return checked(f" NA{status}00{min(counter, 9999):04}{pressures}")


def encode_rate(rate: int | None, *, status: int = 0) -> bytes:
    """The answer to RC."""
    return checked(f" RC{status}{rate or 0:03}")


class DinamapWire:
    """Asks for the blood pressure every 2 s, and once for the rate that was counted with a new one."""

    def __init__(self) -> None:
        self._lines = Lines(limit=LONGEST)
        self._refused = 0
        self._checks = False
        self._due = Instant(0)
        self._rate_untold = False
        self._rate_asked = False
        self._heard: Determination | None = None
        """What was said once, and must be said again."""
        self._last: Determination | None = None
        self._told: tuple[int, int, int] | None = None
        self._fell = False
        self._gone_since: Instant | None = None

    @property
    def rejected(self) -> int:
        return self._lines.rejected + self._refused

    @property
    def deadline(self) -> Instant | None:
        return Instant(0) if self._rate_untold and not self._rate_asked else self._due

    def request(self, signal: Signal, at: Instant) -> None:
        """Nothing is ever asked of the monitor but what it shows."""

    def send_due(self, at: Instant) -> bytes:
        out = b""
        if self._rate_untold and not self._rate_asked:
            self._rate_asked = True
            out = READ_RATE
        elif at >= self._due:
            self._due = Instant(at + POLL)
            out = READ_NIBP
        return out

    def receive(self, data: bytes, at: Instant) -> list[Said]:
        said: list[Said] = []
        for line in self._lines.cut(data):
            fits = line[-2:] == check(line[:-2]) and len(line) > 2
            # An adapter may send our own question back, which has a check: it is no answer that has one.
            self._checks = self._checks or (fits and line not in _ECHOES)
            nibp, rate = decode_nibp(line), _RATE.fullmatch(line)
            if self._checks and not fits:
                self._refused += printable(line)
            elif nibp is not None:
                said.extend(self._shown(nibp, at, certain=fits))
            elif rate is not None:
                said.extend(self._rate(rate[1].strip()))
            else:
                self._refused += printable(line)
        return said

    def _rate(self, text: str) -> list[Said]:
        if not self._rate_untold:
            return []
        self._rate_untold = False
        pulse = int(text) if text.isdigit() else None
        return [Frame(samples=(reading(Signal.NIBP_PULSE, pulse),))] if pulse else []

    def _shown(self, now: Determination, at: Instant, *, certain: bool) -> list[Said]:
        last, before = self._last, self._heard
        self._heard = now
        if not certain and not _follows(now, last) and not _follows(now, before):
            return []
        if last is None:
            self._last, self._told = now, now.pressures
            return [] if now.pressures is None else [_cuff(now.pressures, repeated=True).frame()]
        other = now.pressures not in {None, self._told}
        fell = now.counter < last.counter
        self._last = now
        # At its end the counter begins anew: beside the same pressures that is no determination.
        self._fell = self._fell or (fell and (other or last.counter < WRAPS))
        if now.pressures is None:
            return self._without_numbers(at)
        self._gone_since = None
        if not (self._fell or other):
            # The rate was asked for before this answer: what has not come will not.
            self._rate_untold = self._rate_untold and not self._rate_asked
            return []
        self._fell, self._told = False, now.pressures
        self._rate_untold, self._rate_asked = True, False
        return [_cuff(now.pressures).frame()]

    def _without_numbers(self, at: Instant) -> list[Said]:
        """None while it measures, or for good: only time tells."""
        if self._gone_since is None:
            self._gone_since = at
        if not self._fell or at - self._gone_since < DETERMINATION:
            return []
        self._fell = False
        return [CuffReading(error="no result").frame()]


def _cuff(pressures: tuple[int, int, int], *, repeated: bool = False) -> CuffReading:
    sys, dia, mean = pressures
    return CuffReading(sys=sys, dia=dia, map=mean, repeated=repeated)


def _follows(now: Determination, before: Determination | None) -> bool:
    """Whether this is what the answer before said, a little later."""
    if before is None or now.pressures != before.pressures:
        return False
    return 0 <= now.counter - before.counter <= LEAP


FAMILY: Final = Family(
    name="dinamap",
    title="GE Dinamap PRO, ProCare, CARESCAPE V100 (blood pressure; read only)",
    # The questions are published bytes; no answer of a monitor was at hand to decode.
    evidence="unverified",
    line=Line(baud=9600),
    signals=NIBP,
    delay=2 * SECOND,
    silence=10 * SECOND,
    make=lambda _: DinamapWire(),
)

"""What a message on a topic means: JSON, or a bare number, to samples. Pure.

The default schema is one JSON object a message; only what is known is read, other keys are free:

    {"t": "2026-01-05T10:00:15.250Z", "seq": 4711, "spo2": 97, "pulse_rate": 71, "pi": 3.2,
     "quality": "good"}

`t` is when it was measured (ISO 8601 with a zone, or seconds or milliseconds since 1970), `seq`
counts messages; with either, doubled and disordered messages are dropped. Further keys are the names
of signals, each in its own unit; null means "no reading now". `quality` is a word of `Quality`.
Any other JSON is mapped in the suite file: per signal a JMESPath, a unit and a scale.

One bad field never takes its neighbours: what is no number where one was expected is no reading of its
signal, and told as a misfit; a quality that is not understood makes the numbers doubtful. A time that is
not understood takes all of them: nobody knows whether they are of now.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from devices.mqtt.mqtt_path import Path, has_key, search
from devices.mqtt.mqtt_words import document, has_no_value
from devices.readings import Misfit, reading
from monitord.model import SECOND, SIGNALS, Frame, Instant, Quality, Sample, Signal, from_iso

PAYLOAD_LIMIT: Final = 16_384
"""Bytes. The largest real gateway message in the references is under 300; a page of JSON is a mistake."""

PARTS_FROM: Final = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""From which number on so many parts of a second are counted: 1e11 seconds are the year 5138."""

YOUNGEST: Final = 1e8
"""In a text a smaller number is none of the seconds since 1970: `20260105` would be a day of August 1970."""

LAST_SECOND: Final = 253_402_300_800
"""The year 10000, beyond which no instant can be written."""

DISORDER: Final = 16
"""How many messages back counts as disorder; further back the counter was restarted."""

DISORDER_SPAN: Final = 10 * SECOND
"""The same for a clock: further back it was set, and each reading after it is news."""

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_ZONE: Final = re.compile(r"(?:[Zz]|[+-]\d\d(?::?\d\d)?)$")
_AS_UTC: Final = re.compile(r"(?<=\d) ?(?:UTC|GMT|Z)$", re.IGNORECASE)
_BEFORE_ZONE: Final = re.compile(r"(?<=\d) (?=[+-]\d\d)")
_BLANKS: Final = "\ufeff\0 \t\r\n"
"""Around a payload: a byte order mark, the end of a C string."""
_UNITS: Final[dict[str, dict[str, float]]] = {
    "%": {"%": 1, "percent": 1, "fraction": 100},
    "/min": {"/min": 1, "1/min": 1, "bpm": 1, "Hz": 60},
    "mm[Hg]": {"mm[Hg]": 1, "mmHg": 1, "kPa": 7.50062, "hPa": 0.750062, "cmH2O": 0.735559},
    "Cel": {"Cel": 1, "°C": 1, "C": 1},
    "mL/h": {"mL/h": 1, "ml/h": 1, "mL/min": 60, "ml/min": 60},
    "mL": {"mL": 1, "ml": 1, "L": 1000, "l": 1000},
    "1": {"1": 1},
}
"""How many of a signal's own unit are in one of another. Fahrenheit has an offset and is left out."""


class MappedReading(BaseModel):
    """How one signal is found.

    Without a `path` the whole payload is a number (ESPHome's `<prefix>/sensor/<name>/state`). Numbers
    that a device sends as text need `to_number(...)`. `missing` lists numbers that mean "no reading".
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    signal: Annotated[Signal, Field(strict=False)]
    topic: str | None = None
    path: Path | None = None
    unit: str | None = None
    scale: float = Field(default=1.0, gt=0)
    missing: Annotated[tuple[float, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _fits_the_signal(self) -> "MappedReading":
        spec = SIGNALS[self.signal]
        if spec.manual:
            raise ValueError(f"{self.signal} is observed by staff, not by a device")
        known = _UNITS[spec.unit]
        if self.unit is not None and self.unit not in known:
            raise ValueError(
                f"{self.unit!r} is no unit of {self.signal}: write one of {', '.join(known)}"
            )
        return self

    @property
    def factor(self) -> float:
        """From the number on the wire to the signal's own unit."""
        own = SIGNALS[self.signal].unit
        return self.scale * _UNITS[own][self.unit or own]


class Paths(BaseModel):
    """Where the rest of a message stands, as JMESPaths; null for a payload that has no such thing.

    `qualities` translates a gateway's own words; a word that is in neither list is refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    time: Path | None = "t"
    sequence: Path | None = "seq"
    quality: Path | None = "quality"
    qualities: dict[str, Annotated[Quality, Field(strict=False)]] = {}
    identity: Path | None = None


NAMES: Final = {Signal.PERFUSION_INDEX: "pi || perfusion_index"}


def default_readings(
    signals: Iterable[Signal], names: Mapping[Signal, str] = NAMES, *, bare: bool = False
) -> tuple[MappedReading, ...]:
    """Each signal under its own name, or one of `names`; `bare` where a payload is one number."""
    return tuple(
        MappedReading(signal=signal, path=None if bare else names.get(signal, signal))
        for signal in signals
    )


class NothingOfOurs(ValueError):  # noqa: N818  # no fault in every gateway: a beacon without a reading
    """A document that was understood, and holds none of the readings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedMessage:
    """A payload understood."""

    frame: Frame
    sequence: int | None = None
    measured_at: Instant | None = None
    identity: str | None = None
    misfits: tuple[Misfit, ...] = ()
    """Fields that were there, and not understood."""
    absent: int = 0
    """Fields that said in words, or by null, that there is no value."""


def decode(
    payload: bytes,
    readings: tuple[MappedReading, ...],
    paths: Paths,
    ready: Callable[[Any], Any] | None = None,
) -> DecodedMessage:
    """What the message says; ValueError, with the reason, where it says nothing of these readings.

    `ready` makes a document ready for the paths, for a dialect whose readings stand in further objects.
    """
    if len(payload) > PAYLOAD_LIMIT:
        raise ValueError(f"{len(payload)} bytes are too many")
    # A byte that is no text is one bad field at most.
    text = payload.decode("utf-8", errors="replace").strip(_BLANKS)
    fields = _Fields()
    if all(wanted.path is None for wanted in readings):
        samples = [fields.sample(wanted, _of_text(text), Quality.GOOD, None) for wanted in readings]
        return fields.message(samples)
    found = document(text)
    return _decode_document(ready(found) if ready else found, readings, paths, fields)


def says_nothing(payload: bytes, readings: tuple[MappedReading, ...]) -> DecodedMessage | None:
    """The readings of a payload that is a bare word for no value: it says it of all of them."""
    text = payload[:PAYLOAD_LIMIT].decode("utf-8", errors="replace").strip(_BLANKS)
    if not text or not has_no_value(text):
        return None
    fields = _Fields()
    return fields.message([fields.sample(each, None, Quality.GOOD, None) for each in readings])


def _decode_document(
    found: Any, readings: tuple[MappedReading, ...], paths: Paths, fields: "_Fields"
) -> DecodedMessage:
    measured_at = fields.read("time", paths.time, found, _time)
    quality = fields.read("quality", paths.quality, found, partial(_quality, words=paths.qualities))
    if fields.misfits_of("quality"):
        quality = Quality.LOW_PERFUSION
    quality = quality or Quality.GOOD
    samples: list[Sample] = []
    for wanted in readings:
        value = fields.read(wanted.signal, wanted.path, found, _as_it_is)
        if value is not None:
            samples.append(fields.sample(wanted, value, quality, measured_at))
        elif not quality.usable or has_key(wanted.path, found) or fields.misfits_of(wanted.signal):
            samples.append(fields.sample(wanted, None, quality, measured_at))
    if not samples:
        kind = NothingOfOurs if isinstance(found, dict | list) else ValueError
        raise kind(f"none of {', '.join(wanted.signal for wanted in readings)} is in it")
    if fields.misfits_of("time"):
        samples = [replace(sample, quality=Quality.UNKNOWN_AGE) for sample in samples]
    identity = fields.read("identity", paths.identity, found, _as_it_is)
    return fields.message(
        samples,
        sequence=fields.read("sequence", paths.sequence, found, _sequence),
        measured_at=measured_at,
        identity=None if identity is None else str(identity)[:100],
    )


Found = TypeVar("Found")


class _Fields:
    """The fields of one message, each read for itself."""

    def __init__(self) -> None:
        self._misfits: list[Misfit] = []
        self._absent = 0

    def misfits_of(self, field: str) -> bool:
        return any(each.field == field for each in self._misfits)

    def read(
        self, field: str, path: str | None, found: Any, convert: Callable[[Any], Found | None]
    ) -> Found | None:
        """What stands at a path; None, and a misfit, where it is not what was expected."""
        try:
            return convert(search(path, found))
        except ValueError as error:
            self._misfits.append(Misfit(field, str(error)[:200]))
            return None

    def sample(
        self, wanted: MappedReading, value: Any, quality: Quality, measured_at: Instant | None
    ) -> Sample:
        """The reading; one without a number where there is none, whatever the reason."""
        if value is None or (isinstance(value, str) and has_no_value(value)):
            self._absent += 1
            return reading(wanted.signal, None, quality, measured_at)
        try:
            return _sample(wanted, _number(value), quality, measured_at)
        except ValueError as error:
            self._misfits.append(Misfit(wanted.signal, str(error)[:200]))
            return reading(wanted.signal, None, quality, measured_at)

    def message(self, samples: list[Sample], **rest: Any) -> DecodedMessage:
        frame = Frame(samples=tuple(samples))
        misfits = tuple(self._misfits)
        return DecodedMessage(frame=frame, misfits=misfits, absent=self._absent, **rest)


def _as_it_is(value: Any) -> Any:
    return value


class Order:
    """Tells news from what was sent twice or overtaken, by counter, or by time where there is none."""

    def __init__(self) -> None:
        self._sequence: int | None = None
        self._measured_at: Instant | None = None

    def refuses(self, message: DecodedMessage) -> str | None:
        """`doubled` or `out of order`; None, and the message becomes the last one, for news."""
        reason = self._judge(message)
        if reason is None:
            self._sequence = message.sequence
            self._measured_at = message.measured_at
        return reason

    def _judge(self, message: DecodedMessage) -> str | None:
        later: int | None = None
        if message.measured_at is not None and self._measured_at is not None:
            later = message.measured_at - self._measured_at
        if message.sequence is not None and self._sequence is not None:
            ahead = message.sequence - self._sequence
            if ahead > 0 or ahead < -DISORDER:
                return None
            if later is not None and later > 0:
                # The counter began anew, the clock went on: a gateway that was restarted.
                return None
            return "doubled" if ahead == 0 else "out of order"
        if later is None or later > 0 or later < -DISORDER_SPAN:
            return None
        return "doubled" if later == 0 else "out of order"


def _sample(
    wanted: MappedReading, number: float | None, quality: Quality, measured_at: Instant | None
) -> Sample:
    value = None if number is None or number in wanted.missing else number * wanted.factor
    if value is not None and not math.isfinite(value):
        raise ValueError(f"{wanted.signal} is out of all range")
    # Products of decimal fractions carry a tail of binary dust: 0.97 x 100.
    return reading(wanted.signal, None if value is None else round(value, 6), quality, measured_at)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{type(value).__name__} where a number was expected")  # noqa: TRY004  # as every bad payload
    try:
        number = float(value)
    except OverflowError as error:
        raise ValueError("a number is out of all range") from error
    if not math.isfinite(number):
        raise ValueError("a number is out of all range")
    return number


def _of_text(text: str) -> Any:
    """A bare payload: its number; else the text, which is none."""
    if not _NUMBER.fullmatch(text):
        return text
    return float(text)


def _time(value: Any) -> Instant | None:
    match value:
        case None:
            return None
        case str() if has_no_value(value):
            return None
        case str():
            text = _BEFORE_ZONE.sub("", _AS_UTC.sub("Z", value.strip()))
            if _NUMBER.fullmatch(text) and float(text) >= YOUNGEST:
                return _since_1970(float(text))
            # A clock that knows no zone is taken as UTC: like every device's, it is learned.
            return from_iso(text if _ZONE.search(text[8:]) else f"{text}Z")
        case _:
            return _since_1970(_number(value))


def _since_1970(number: float) -> Instant:
    """Of seconds, or of milli-, micro- or nanoseconds where the number is too large for them."""
    parts = next((parts for least, parts in PARTS_FROM if number >= least), 1)
    seconds = number / parts
    if not 0 <= seconds < LAST_SECOND:
        raise ValueError("a time is out of all range")
    return Instant(round(seconds * SECOND))


def _sequence(value: Any) -> int | None:
    if value is None:
        return None
    number = _number(value)
    if number < 0 or not number.is_integer():
        raise ValueError("the sequence is no counter")
    return int(number)


def _quality(value: Any, words: dict[str, Quality]) -> Quality:
    if value is None or (isinstance(value, str) and has_no_value(value)):
        return Quality.GOOD
    word = str(value).lower() if isinstance(value, bool) else str(value)
    try:
        return words.get(word) or Quality(word.strip().lower())
    except ValueError as error:
        raise ValueError(f"{word[:40]!r} is no quality") from error

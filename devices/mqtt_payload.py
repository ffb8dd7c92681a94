"""What a message on a topic means: JSON, or a bare number, to samples. Pure.

The default schema is one JSON object a message; only what is known is read, other keys are free:

    {"t": "2026-01-05T10:00:15.250Z", "seq": 4711, "spo2": 97, "pulse_rate": 71, "pi": 3.2,
     "quality": "good"}

`t` is when it was measured (ISO 8601 with a zone, or seconds or milliseconds since 1970), `seq`
counts messages; with either, doubled and disordered messages are dropped. Further keys are the names
of signals, each in its own unit; null means "no reading now". `quality` is a word of `Quality`.
Any other JSON is mapped in the suite file: per signal a JMESPath, a unit and a scale.
"""

import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Final, cast

import jmespath
from jmespath.exceptions import JMESPathError, JMESPathTypeError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from devices.readings import reading
from monitord.model import SECOND, SIGNALS, Frame, Instant, Quality, Sample, Signal, from_iso

PAYLOAD_LIMIT: Final = 16_384
"""Bytes. The largest real gateway message in the references is under 300; a page of JSON is a mistake."""

MILLISECONDS_FROM: Final = 1e11
"""As seconds this is the year 5138: a larger number counts milliseconds."""

LAST_SECOND: Final = 253_402_300_800
"""The year 10000, beyond which no instant can be written."""

DISORDER: Final = 16
"""How many messages back counts as disorder; further back the counter was restarted."""

DISORDER_SPAN: Final = 10 * SECOND
"""The same for a clock: further back it was set, and each reading after it is news."""

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_NO_STATE: Final = frozenset({"nan", "unavailable", "unknown"})
"""What ESPHome and Home Assistant publish where a sensor has no value."""

_KEYS: Final = re.compile(r"\s*\w+(?:\s*\|\|\s*\w+)*\s*")
_KEY: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_PLACE: Final = rf"\s*{_KEY}(?:\.{_KEY})*\s*"
_PLAIN: Final = re.compile(rf"{_PLACE}(?:\|\|{_PLACE})*")
"""Paths of keys alone, such as `spo2`, `oximeter.pr`, `pi || perfusion_index`."""

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


def check_path(path: str) -> str:
    """The JMESPath itself; ValueError where it is none."""
    try:
        # Searched once: only then an unknown function is found.
        jmespath.compile(path).search({})
    except JMESPathTypeError:
        pass  # It wants other data than an empty object; that is no fault of the path.
    except JMESPathError as error:
        raise ValueError(str(error).partition("\n")[0]) from error
    return path


Path = Annotated[str, Field(max_length=500), AfterValidator(check_path)]


class Reading(BaseModel):
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
    def _fits_the_signal(self) -> "Reading":
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


def default_readings(signals: Iterable[Signal]) -> tuple[Reading, ...]:
    """The default schema: each signal under its own name, the perfusion index also as `pi`."""
    names = {Signal.PERFUSION_INDEX: "pi || perfusion_index"}
    return tuple(Reading(signal=signal, path=names.get(signal, signal)) for signal in signals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A payload understood."""

    frame: Frame
    sequence: int | None = None
    measured_at: Instant | None = None
    identity: str | None = None


def decode(payload: bytes, readings: tuple[Reading, ...], paths: Paths) -> Message:
    """What the message says; ValueError, with the reason, where it says nothing of these readings."""
    if len(payload) > PAYLOAD_LIMIT:
        raise ValueError(f"{len(payload)} bytes are too many")
    text = payload.decode("utf-8")
    if all(wanted.path is None for wanted in readings):
        number = _bare_number(text)
        samples = [_sample(wanted, number, Quality.GOOD, None) for wanted in readings]
        return Message(frame=Frame(samples=tuple(samples)))
    return _decode_document(_parse(text), readings, paths)


def _decode_document(document: Any, readings: tuple[Reading, ...], paths: Paths) -> Message:
    measured_at = _time(_search(paths.time, document))
    quality = _quality(_search(paths.quality, document), paths.qualities)
    samples: list[Sample] = []
    for wanted in readings:
        found = _search(wanted.path, document)
        if found is not None:
            samples.append(_sample(wanted, _number(found), quality, measured_at))
        elif not quality.usable or _has_key(wanted.path, document):
            samples.append(_sample(wanted, None, quality, measured_at))
    if not samples:
        raise ValueError(f"none of {', '.join(wanted.signal for wanted in readings)} is in it")
    identity = _search(paths.identity, document)
    return Message(
        frame=Frame(samples=tuple(samples)),
        sequence=_sequence(_search(paths.sequence, document)),
        measured_at=measured_at,
        identity=None if identity is None else str(identity)[:100],
    )


class Order:
    """Tells news from what was sent twice or overtaken, by counter, or by time where there is none."""

    def __init__(self) -> None:
        self._sequence: int | None = None
        self._measured_at: Instant | None = None

    def refuses(self, message: Message) -> str | None:
        """`doubled` or `out of order`; None, and the message becomes the last one, for news."""
        reason = self._judge(message)
        if reason is None:
            self._sequence = message.sequence
            self._measured_at = message.measured_at
        return reason

    def _judge(self, message: Message) -> str | None:
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


def _parse(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    try:
        return json.loads(text, parse_constant=refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _search(path: str | None, document: Any) -> Any:
    if path is None:
        return None
    try:
        return _finder(path)(document)
    except (JMESPathError, RecursionError, ArithmeticError, TypeError) as error:
        raise ValueError(f"{path} does not fit: {str(error).partition(chr(10))[0]}") from error


@lru_cache(maxsize=256)
def _finder(path: str) -> Callable[[Any], Any]:
    """The path made ready: keys alone, as most are, are found in a ninth of its time."""
    if not _PLAIN.fullmatch(path):
        return cast("Callable[[Any], Any]", jmespath.compile(path).search)
    places = [tuple(place.strip().split(".")) for place in path.split("||")]

    def find(document: Any) -> Any:
        found = None
        for keys in places:
            found = document
            for key in keys:
                found = found.get(key) if isinstance(found, dict) else None
            # What JMESPath counts as nothing found; 0 is something.
            if found is not None and found is not False and found not in ("", [], {}):
                break
        return found

    return find


def _has_key(path: str | None, document: Any) -> bool:
    """Whether a path of plain keys found an explicit null: then there is no reading now."""
    if path is None or not isinstance(document, dict) or not _KEYS.fullmatch(path):
        return False
    return any(key.strip() in document for key in path.split("||"))


def _sample(
    wanted: Reading, number: float | None, quality: Quality, measured_at: Instant | None
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


def _bare_number(text: str) -> float | None:
    text = text.strip()
    if text.lower() in _NO_STATE:
        return None
    if not _NUMBER.fullmatch(text):
        raise ValueError("no number")
    return _number(float(text))


def _time(value: Any) -> Instant | None:
    match value:
        case None:
            return None
        case str():
            return from_iso(value)
        case _:
            number = _number(value)
            seconds = number / 1000 if number >= MILLISECONDS_FROM else number
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
    if value is None:
        return Quality.GOOD
    word = str(value).lower() if isinstance(value, bool) else str(value)
    try:
        return words.get(word) or Quality(word)
    except ValueError as error:
        raise ValueError(f"{word[:40]!r} is no quality") from error

"""One OBX to one reading: its signal, its number in the signal's own unit, its quality, its own time. Pure.

A row that is not understood costs itself alone. What says that there is no number (empty, `---`, -100, status X)
is a reading without one; what casts doubt on a number (a flag or status that nobody knows) leaves a doubtful one.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from typing import Final

from devices.hl7.hl7_codes import LocalCodes, Unclear, WholePressure, local_code, signal_of
from devices.hl7.hl7_moments import KNOWN_AGAIN, Moment, moment
from devices.hl7.hl7_segments import Delimiters, Segment, first_text
from devices.hl7.hl7_units import Convert, conversion
from devices.readings import Misfit
from monitord.model import NIBP, SIGNALS, Quality, Signal
from monitord.model.frozen import fast_frozen

_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})(?:[eE][+-]?\d{1,2})?")
_COMMA: Final = re.compile(r"[+-]?\d{1,6},\d{1,2}")
_NO_VALUE: Final = frozenset(
    {"", '""', "nan", "-nan", "null", "none", "n/a", "na", "inv", "invalid", "?", "??", "???", "*"}
    | {"unavailable", "unknown", "undefined", "not measured", "off", "disabled"}
)
_BOUND: Final = re.compile(r"[<>]=?\s*(?=[\d.])")
"""A number below or above what the monitor can show: nobody knows it, but that it is beyond."""
_DASHES: Final = re.compile(r"[-_. ?*]+")

NO_RESULT: Final = frozenset({"X", "D", "W", "N", "I"})
"""OBX-11: cannot be obtained, deleted, wrong, not asked, pending."""
RESULT: Final = frozenset({"", "F", "R", "C", "O", "S", "U", "V", "A", "B"})
"""OBX-11: final, entered, corrected, order detail (Nihon Kohden), ... each with a number."""
PRELIMINARY: Final = "P"
_DEMO: Final = frozenset({"SIM", "CAL", "CALO", "TRAINING"})
_DEMO_BEGINS: Final = ("DEMO", "TEST", "SIMU")
_NONE: Final = frozenset({"INV", "NAV", "?", "OFF", "NA"})
_BUSY: Final = frozenset({"ONG", "EARLY", "BUSY"})
_DOUBT: Final = frozenset({"QUES", "<", ">"})
"""OBX-8: a number that the device itself questions; under or over its range, where the number is a bound."""
_NO_MATTER: Final = frozenset(
    {
        "",
        "N",
        "L",
        "H",
        "LL",
        "HH",
        "A",
        "AA",
        "U",
        "D",
        "B",
        "W",
        "NULL",
        "S",
        "R",
        "I",
        "MS",
        "VS",
    }
    | {
        "PN",
        "PL",
        "PM",
        "PH",
        "SP",
        "ST",
        "SA",
        "ALACT",
        "ALINH",
        "MSUP",
        "VALID",
        "AMEAS",
        "MMEAS",
    }
)
NO_NUMBER: Final = 8_388_607
"""What 11073 writes where a float has none; beyond it no signal has any."""
LEAST_TEMPERATURE: Final = 25.0
MOST_TEMPERATURE: Final = 45.0
"""°C: a number of another unit, or of another place than the body, is outside."""
_LEAST_CO2: Final = 15.0
"""mmHg: an end-tidal CO2 below it without a unit may be one in kPa."""


CODE: Final = "code"
WHOLE_PRESSURE: Final = Misfit(Signal.NIBP_SYS, "is not a number of its own")
"""A row of a cuff's pressure that does not say which of them: often the title of rows that do."""


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One reading of a row; `taken` is its own time, `part` where it stands in the device's tree (OBX-4)."""

    signal: Signal
    value: float | None
    quality: Quality
    taken: Moment | None = None
    part: str = ""
    misfits: tuple[Misfit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowMeaning:
    """What a row says but for its value and its time: the same, and the same object, in every message of a sender.

    `unit_fault` says why its unit is none of the signal's.
    """

    signal: Signal
    quality: Quality
    convert: Convert | None
    unit_fault: str
    has_unit: bool
    structured: bool
    part: str
    misfits: tuple[Misfit, ...]


_Key = tuple[str, str, str, str, str, str, str]
_FIELDS: Final = 18
_NO_FIELDS: Final = ("",) * _FIELDS
_LONG_KEY: Final = 240
_LONG_VALUE: Final = 24


def observation(
    fields: Sequence[str], signs: Delimiters, local: LocalCodes, zone: tzinfo | None
) -> Observation | Misfit | None:
    """What the fields of an OBX say of one of our signals; None where they say nothing of them. Never raises.

    A misfit stands for a row of which nobody can tell whether it is one of ours.
    """
    if len(fields) < _FIELDS:
        fields = (*fields, *_NO_FIELDS[len(fields) :])
    key = (fields[2], fields[3], fields[4], fields[6], fields[8], fields[11], fields[17])
    short = len("".join(key)) <= _LONG_KEY
    meaning = (_known_again if short else _meaning)(key, local, signs)
    if meaning is WHOLE_PRESSURE:
        none = fields[11].strip().upper() in NO_RESULT
        return None if none else _whole_pressure(fields[5], signs)
    if not isinstance(meaning, RowMeaning):
        return meaning
    taken, late = None, None
    if fields[14]:
        try:
            taken = moment(first_text(fields[14], signs), zone)
        except ValueError as error:
            late = Misfit("time", str(error))
    short = len(fields[5]) <= _LONG_VALUE
    number = (_number_again if short else _number)(meaning, fields[5], signs)
    if taken is None and late is None:
        return number
    quality = Quality.UNKNOWN_AGE if late and number.quality.may_raise else number.quality
    return Observation(
        signal=meaning.signal,
        value=number.value,
        quality=quality,
        taken=taken,
        part=meaning.part,
        misfits=number.misfits if late is None else (*number.misfits, late),
    )


def _whole_pressure(text: str, signs: Delimiters) -> Misfit | None:
    """What stands in a row of a whole pressure, such as `120/80`: it is told and not read.

    No sender's document says in which order its parts stand, or what else may stand there. None where it has no digit.
    """
    word = signs.unescaped(text).strip()
    if not any(character.isdigit() for character in word):
        return None
    return Misfit(Signal.NIBP_SYS, f"is not a number: {word[:40]!r}")


def _number(meaning: RowMeaning, text: str, signs: Delimiters) -> Observation:
    """The reading of a row by what stands in OBX-5, without its time."""
    value, misfits, quality = None, meaning.misfits, meaning.quality
    try:
        value, bound = _value(text, signs, structured=meaning.structured)
        if bound and quality is Quality.GOOD:
            quality = Quality.INTERFERENCE
        if value is not None and meaning.unit_fault:
            raise ValueError(meaning.unit_fault)
    except ValueError as error:
        value = None
        if (
            quality is not Quality.INVALID
        ):  # else its status says that there is none, and words may say why
            misfits = (*misfits, Misfit(meaning.signal, str(error)))
    if value is not None:
        value = round(value if meaning.convert is None else meaning.convert(value), 6)
    value, quality = _judged_value(meaning, value, quality)
    return Observation(
        signal=meaning.signal, value=value, quality=quality, part=meaning.part, misfits=misfits
    )


@lru_cache(maxsize=KNOWN_AGAIN)
def _number_again(meaning: RowMeaning, text: str, signs: Delimiters) -> Observation:
    return _number(meaning, text, signs)


def _judged_value(
    meaning: RowMeaning, value: float | None, quality: Quality
) -> tuple[float | None, Quality]:
    """A number that fits its signal, and a quality that fits the number."""
    spec = SIGNALS[meaning.signal]
    if quality is Quality.INVALID or (value == 0 < spec.low):
        value = None
    if value is None:
        return None, Quality.INVALID if quality.usable else quality
    odd = not spec.low <= value <= spec.high
    if quality.may_raise and (odd or _out_of_place(meaning, value)):
        return value, Quality.IMPLAUSIBLE
    return value, quality


@lru_cache(maxsize=KNOWN_AGAIN)
def _known_again(key: _Key, local: LocalCodes, signs: Delimiters) -> RowMeaning | Misfit | None:
    return _meaning(key, local, signs)


def _meaning(key: _Key, local: LocalCodes, signs: Delimiters) -> RowMeaning | Misfit | None:
    kind, code, part, unit, flags, status, how = key
    fields = ["OBX", "", kind, code, part, "", unit, "", flags, "", "", status, *[""] * 5, how]
    row = Segment("OBX", fields, signs)
    own = local_code(row, local)
    try:
        found = (own.signal, True) if own is not None else signal_of(row)
    except WholePressure:
        return None if Signal.NIBP_SYS in local.signals else WHOLE_PRESSURE
    except Unclear as error:
        return Misfit(CODE, str(error))
    if found is None or (own is None and found[0] in local.signals):
        return None
    signal, agreed = found
    if SIGNALS[signal].manual:
        return None
    quality, misfits = _judged(row.text(11).upper(), row.repetitions(8), signs.component)
    if quality is Quality.SEARCHING and signal in NIBP:
        quality = Quality.CUFF_INFLATED
    if not agreed and quality is Quality.GOOD:
        quality = Quality.INTERFERENCE
    convert, fault = None, ""
    try:
        written = [own.unit] if own is not None and own.unit else row.components(6)
        convert = conversion(signal, written)
    except ValueError as error:
        fault = f"has no unit of it: {error}"
    return RowMeaning(
        signal=signal,
        quality=quality,
        convert=convert,
        unit_fault=fault,
        has_unit=bool(unit or own),
        structured=kind.strip().upper() == "SN",
        part=part.strip(),
        misfits=tuple(misfits),
    )


def _judged(status: str, repetitions: list[str], component: str) -> tuple[Quality, list[Misfit]]:
    flags = {flag.strip().upper() for each in repetitions for flag in each.split(component)}
    if status in NO_RESULT or flags & _NONE:
        return Quality.INVALID, []
    if flags & _DEMO or any(flag.startswith(_DEMO_BEGINS) for flag in flags):
        return Quality.DEMO, []
    if flags & _BUSY:
        return Quality.SEARCHING, []
    doubt, misfits = bool(flags & _DOUBT) or status == PRELIMINARY, []
    if strange := sorted(flags - _NO_MATTER - _DOUBT):
        misfits.append(Misfit("flag", f"{strange[0][:20]!r} in OBX-8"))
    if status not in RESULT and status != PRELIMINARY:
        misfits.append(Misfit("status", f"{status[:20]!r} in OBX-11"))
    return Quality.INTERFERENCE if doubt or misfits else Quality.GOOD, misfits


def _value(text: str, signs: Delimiters, *, structured: bool) -> tuple[float | None, bool]:
    """The number of OBX-5, and whether it is only a bound (`<70`); None where it says that there is none.

    ValueError for what is neither.
    """
    if signs.repetition in text:
        said = {each.strip() for each in text.split(signs.repetition)}
        if len(said) > 1:
            raise ValueError(f"has {len(said)} different values at once")
        text = said.pop()
    text = signs.unescaped(text).strip()
    if structured and signs.component in text:
        text = _structured(text.split(signs.component))
    bound = _BOUND.match(text)
    return number_of(text if bound is None else text[bound.end() :]), bound is not None


def _structured(parts: list[str]) -> str:
    """The number of a structured numeric: `^97`, `=^97`, with its sign where it is a bound: `<^70`; a range is none."""
    parts = [part.strip() for part in [*parts, "", "", ""]]
    if parts[0] in {"", "=", "<", ">", "<=", ">="} and not parts[2] and not parts[3]:
        return parts[0].removeprefix("=") + parts[1]
    raise ValueError(f"is not a number: {'^'.join(parts).strip('^')[:40]!r}")


def number_of(text: str) -> float | None:
    """A number as text; None for what means none: a negative one is a mark, as none of our signals has any."""
    word = text.strip()
    if word.casefold() in _NO_VALUE or _DASHES.fullmatch(word):
        return None
    if _COMMA.fullmatch(word):
        word = word.replace(",", ".")
    if not _NUMBER.fullmatch(word) or not word.isascii():
        raise ValueError(f"is not a number: {word[:40]!r}")
    number = float(word)
    if not math.isfinite(number):
        raise ValueError("is out of all range")
    return number if 0 <= number < NO_NUMBER else None


def _out_of_place(meaning: RowMeaning, value: float) -> bool:
    if meaning.signal is Signal.TEMPERATURE:
        return not LEAST_TEMPERATURE <= value <= MOST_TEMPERATURE
    return meaning.signal is Signal.ETCO2 and not meaning.has_unit and 0 < value < _LEAST_CO2

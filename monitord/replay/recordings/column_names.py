"""Which column of a foreign file carries which signal, by the names that exporters use. Pure.

A name is taken apart into words (`column_words.py`); it carries a signal only where every word of it is
known. Invasive pressures (ABP, ART, P1) are not cuff readings and carry none of our signals.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import timedelta, timezone, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from monitord.model import HOUR, MILLISECOND, MINUTE, SECOND, SIGNALS, Signal, Span
from monitord.replay.recordings.column_words import (
    CUFF,
    ENGLISH_SIDES,
    FILLERS,
    IEEE,
    INVASIVE,
    LIMITS,
    MEANS,
    NONINVASIVE,
    OTHERS,
    PAIRS,
    PERSONS,
    PHRASES,
    QUANTITIES,
    RESEMBLING,
    RUN_TOGETHER,
    SIDES,
    SIDES_BESIDE,
    WAVES,
)
from monitord.replay.recordings.far_east import in_english
from monitord.replay.recordings.units import Unit, unit
from monitord.replay.recordings.zones import letters_in, place_in

_BRACKETS: Final = re.compile(
    r"[(\[{\uff08\u3010\uff3b]([^)\]}\uff09\u3011\uff3d]*)[)\]}\uff09\u3011\uff3d]?"
)
_INTERVAL: Final = re.compile(r"[._]\d+(?:ms|s|min)$", re.IGNORECASE)
"""ResMed: `SpO2.1s`."""
_NUMBERED: Final = re.compile(r"(.*\S)(?:[ ._#-]+\d| ?\(\d\))")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Where two words meet: `systolicBP`, `heartRateValue`."""
_WORD: Final = re.compile(r"[a-z0-9]+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
"""Letters of the Far East are words too: a name of which one is not known is none of ours."""

_MADE: Final = (
    r"(?:simulated|simulation|simulator|simuliert\w*|simul[eé]e?s?|simulad[oa]s?|simulat[oaie]|gesimuleerd\w*"
    r"|simulac[ií][oó]n|simulazione|simulatie|simulaç[aã]o|demo(?:nstration|daten|data)?|test[ -]?(?:data|daten|mode)"
    r"|donn[ée]es de test|datos de prueba|dati di prova|testgegevens|synthetic|synthetisch\w*|dummy[ _-]?data"
    r"|mock data|fake data)"
)
_SIMULATED: Final = re.compile(
    rf"(?<![^\W_]){_MADE}(?![^\W_])|演示|模拟|模擬|デモ|シミュレーション|데모|시뮬레이션",
    re.IGNORECASE,
)
_DENIED: Final = re.compile(
    rf"(?:sleep|apn\w*|oximetry|stress|walk(?:ing)?|exercise|lung|function|night|glucose|blood)[ -]test[ -]?data"
    rf"|(?:\bno|\bnot|\bnon|\bnicht|\bkeine?|\bwithout)[ _-]{{1,2}}(?:a |an )?{_MADE}"
    rf"|{_MADE}(?:[ _-]?(?:data|mode|modus))?['\"]?[\s_]{{0,2}}[:=,;\t]?[\s_]{{0,2}}['\"]?"
    r"(?:false|no|none|off|0|n|nein|aus|non|disabled|inactive|inaktiv|deaktiviert|d[ée]sactiv[ée]|apagado|spento|uit)(?![^\W_])(?! patient)"
    r"|(?:演示|模拟|模擬|デモ|シミュレーション|데모|시뮬레이션)(?:模式|モード|모드)?\s{0,2}[:\uff1a=,]?\s{0,2}(?:关|關|否|オフ|無効|끔|꺼짐|off|no|false|0)",
    re.IGNORECASE,
)
"""Nobody's readings, in the words of exporters, and that they are not such."""

_TIMES: Final = frozenset(
    [
        "time",
        "datetime",
        "timestamp",
        "at",
        "clock",
        "zeit",
        "uhrzeit",
        "zeitstempel",
        "zeitpunkt",
        "heure",
        "horodatage",
        "hora",
        "ora",
        "orario",
        "tijd",
        "tijdstip",
        "t",
        "ts",
        "elapsed",
        "messzeit",
        "messzeitpunkt",
        "aufnahmezeit",
        "tid",
        "tidpunkt",
        "tidspunkt",
        "klockslag",
        "klokkeslett",
    ]
)
_DATES: Final = frozenset(["date", "datum", "fecha", "data", "jour", "tag", "dato", "messdatum"])
_EPOCHS: Final = frozenset(["epoch", "unix", "unixtime", "unixtimestamp", "posix"])
_CLOCK_WORDS: Final = (
    _TIMES
    | _DATES
    | _EPOCHS
    | frozenset(["and", "und", "y", "e", "et", "en", "of", "local"])
    | frozenset(
        ["created", "recorded", "measured", "updated", "logged", "received", "changed", "last"]
    )
)
_SPANS: Final[dict[str, Span]] = {
    **dict.fromkeys(
        ["s", "sec", "secs", "second", "seconds", "sekunden", "secondes", "segundos", "secondi"],
        SECOND,
    ),
    **dict.fromkeys(["ms", "msec", "millis", "milliseconds"], MILLISECOND),
    **dict.fromkeys(["min", "mins", "minutes", "minuten", "minuti", "minutos"], MINUTE),
    **dict.fromkeys(["h", "hour", "hours", "stunden", "heures", "horas"], HOUR),
    **dict.fromkeys(["us", "microseconds"], Span(1)),
}
_RUN_TOGETHER: Final = frozenset(f"{time}{span}" for time in _TIMES for span in _SPANS)
"""`times`, `elapsedmin`."""
_CLOCKS: Final[dict[str, Span | None]] = {
    "ts": SECOND,
    "seconds": SECOND,
    "minutes": MINUTE,
    "tmin": MINUTE,
    "observationoffset": MINUTE,  # eICU: minutes from admission
    "charttime": None,  # MIMIC
    "measurementtime": None,
    "measurementdate": None,
    "recordtime": None,
    "systemlocaltime": None,  # VSCapture
}


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """`Pulse Rate(bpm)` -> `pulserate`: small letters and digits, what stands in brackets dropped."""
    return "".join(words(_BRACKETS.sub(" ", name)))


def words(text: str) -> list[str]:
    """The words of a text in small letters without accents: `SpO₂ [%]` -> `spo2`."""
    small = text.lower()
    if not small.isascii():
        small = in_english(unicodedata.normalize("NFKC", small))
    plain = unicodedata.normalize("NFKD", small)
    return _WORD.findall(
        unicodedata.normalize("NFC", "".join(c for c in plain if not unicodedata.combining(c)))
    )


_OWN: Final = {fold(signal.value): signal for signal in Signal}
_ALONE: Final = {**RUN_TOGETHER, **QUANTITIES, **SIDES, **IEEE, **_OWN}


@lru_cache(maxsize=4096)
def signal_of(name: str) -> Signal | None:
    """The signal that a column of this name carries, None for any other column."""
    bracketed = [text for text in _BRACKETS.findall(name) if unit(text) is None or _is_side(name)]
    inside = [word for text in bracketed for word in words(text)]
    own = _INTERVAL.sub("", _BRACKETS.sub(" ", name).strip())
    # VitalRecorder and others write the device before the name: `Solar8000/HR`.
    parts = [part for part in own.split("/") if words(part)]
    own = parts[-1] if len(parts) == 2 and signal_of(parts[0]) is None else own
    if LIMITS.intersection(inside) or not words(own):
        return None
    if inside and (found := _of_words([*words(own), *inside])) is not None:
        return found
    return _of_words(words(own)) or _of_words(words(_CAMEL.sub(" ", own)))


def numbered(name: str) -> Signal | None:
    """The signal of a column that programs number because its name was there before: `SpO2.1`, `SpO2 (2)`."""
    found = None if signal_of(name) is not None else _NUMBERED.fullmatch(name.strip())
    return None if found is None else signal_of(found[1])


def _is_side(name: str) -> bool:
    """Whether the S in brackets is a side of a cuff's pressure and no second: `NIBP (S)`."""
    own = words(_BRACKETS.sub(" ", name))
    return (
        _BRACKETS.findall(name.lower()) == ["s"] and bool(own) and (CUFF - {"pa"}).issuperset(own)
    )


def _of_words(those: list[str]) -> Signal | None:
    folded = "".join(those)
    if folded in _OWN or folded in IEEE:
        return _OWN.get(folded) or IEEE[folded]
    text = f" {' '.join(those)} "
    for phrase, word in PHRASES:
        text = text.replace(f" {phrase} ", f" {word} ")
    those = list(dict.fromkeys(text.split()))
    folded = "".join(those)
    if LIMITS.intersection(those):
        return None
    if those[-1:] in (["f"], ["c"]) and _of_words(those[:-1]) is Signal.TEMPERATURE:
        return Signal.TEMPERATURE
    if found := _ALONE.get(folded):
        return found
    rest = [word for word in those if word not in FILLERS or word in SIDES_BESIDE]
    beside = [word for word in rest if word not in CUFF]
    if "pa" in rest and ENGLISH_SIDES.intersection(beside):
        return None
    if len(beside) < len(rest):
        sides = {SIDES_BESIDE.get(word) for word in beside}
        if len(sides) == 1 and (side := sides.pop()) is not None:
            return side
    found_all = {_ALONE.get(word) for word in rest} or {None}
    if len(found_all) == 1:
        return found_all.pop()
    return _ALONE.get("".join(rest))


def is_pair(name: str) -> bool:
    """Whether a column of this name may hold both pressures of a cuff, `120/80`."""
    if signal_of(name) is not None:
        return False
    sides = [signal_of(part) for part in _BRACKETS.sub(" ", name).split("/")]
    pair = sides[:2] == [Signal.NIBP_SYS, Signal.NIBP_DIA] and sides[2:] in ([], [Signal.NIBP_MAP])
    return fold(name) in PAIRS or pair


def unit_of(name: str) -> Unit | None:
    """The unit that a column's name declares: `Systolic (kPa)`, `temp_degF`."""
    for text in _BRACKETS.findall(name):
        if (found := unit(text)) is not None and not _is_side(name):
            return found
    last = words(_BRACKETS.sub(" ", name))[-1:]
    # A letter is a unit beside a temperature only: `Temp F`.
    long = last and (len(last[0]) > 2 or signal_of(name) is Signal.TEMPERATURE)
    return unit(last[0]) if long else None


def is_mean(name: str) -> bool:
    """Whether a column of this name is a mean pressure, of a cuff or a catheter."""
    return len(found := set(words(_BRACKETS.sub(" ", name))) - FILLERS) == 1 and found <= MEANS


def is_noninvasive(name: str) -> bool:
    """Whether a column's name says that its pressure is a cuff's."""
    return bool(NONINVASIVE.intersection(words(name))) or fold(name).startswith(("nibp", "nbp"))


def is_invasive(name: str) -> bool:
    """Whether a column of this name is a pressure of a catheter."""
    return bool(INVASIVE.intersection(words(name))) or "abp" in fold(name)


@lru_cache(maxsize=4096)
def likely(name: str) -> Signal | None:
    """The signal whose name this one resembles without being it: `sp02` with a zero."""
    folded = fold(name)
    if is_pair(name) or clock_unit(name)[0]:
        return None
    if folded in RESEMBLING:
        return RESEMBLING[folded]
    if (
        signal_of(name) is not None
        or len(folded) < 3
        or (LIMITS | WAVES | OTHERS).intersection(words(name))
        or is_invasive(name)
    ):
        return None
    if len(folded) == 3:
        # Of so few letters only two that changed places are no other word.
        slips = [each for each in _ALONE if sorted(each) == sorted(folded) and each[0] == folded[0]]
        return _ALONE[slips[0]] if len(slips) == 1 else None
    known = [each for each in _ALONE if len(each) > 3]
    # A slip is seldom in the first letter.
    near = [each for each in get_close_matches(folded, known, cutoff=0.75) if each[0] == folded[0]]
    found = _ALONE[near[0]] if near else None
    # `SpO2_UL` has a word of its own: it is nothing of another signal, and what staff observe is in no column.
    said = {_ALONE[word] for word in words(name) if word in _ALONE}
    return None if found is None or SIGNALS[found].manual or said - {found} else found


def likely_clock(name: str) -> bool:
    """Whether a name resembles a clock's without being one: `Timestmp`."""
    folded = fold(name)
    if len(folded) < 3 or clock_unit(name)[0] or signal_of(name) is not None:
        return False
    known = [each for each in (*_TIMES, *_DATES) if len(each) > 3 and each[0] == folded[0]]
    return bool(get_close_matches(folded, known, cutoff=0.8))


def clock_proposals(labels: Iterable[str]) -> list[str]:
    """For labels that are no clock but look as if: what to add to read them."""
    return [
        f"{label!r} looks like the clock: if it is, add --columns 'time={label}'"
        for label in dict.fromkeys(labels)
        if likely_clock(label)
    ]


def proposals(labels: Iterable[str]) -> list[str]:
    """For labels that carry no signal but look as if: what to add to read them."""
    return [
        f"{label!r} looks like {signal}: if it is, add --columns '{signal}={label}'"
        for label in dict.fromkeys(labels)
        if (signal := likely(label)) is not None
    ]


_UTC: Final = re.compile(
    r"(?<![a-z])(?:utc|gmt|zulu)(?:\s*([+\u2212-])\s*(\d{1,2})(?::?([0-5]\d))?(?!\d))?(?![a-z0-9])",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def clock_zone(name: str) -> tzinfo | None:
    """The zone that a clock's name says: `Time (UTC+8)`, `time_utc`, `Time (Europe/Berlin)`."""
    for text in _BRACKETS.findall(name):
        if (zone := place_in(text)) is not None:
            return zone
    found = _UTC.search(name)
    if found is None:
        return None
    away = timedelta(hours=int(found[2] or 0), minutes=int(found[3] or 0))
    return timezone(away if found[1] == "+" else -away) if away < timedelta(days=1) else None


def clock_letters(name: str) -> str | None:
    """Letters of a zone in a clock's name, CET or EST: which offset they mean is the caller's to say."""
    return next((text.strip() for text in _BRACKETS.findall(name) if letters_in(text)), None)


def _zoneless(name: str) -> str:
    return _UTC.sub(" ", name)


@lru_cache(maxsize=4096)
def clock_unit(name: str) -> tuple[bool, Span | None]:
    """Whether a column of this name is a clock, and the unit of its numbers where it says so."""
    name = _zoneless(name)
    folded = fold(name)
    if folded in _CLOCKS:
        return True, _CLOCKS[folded]
    those = words(_BRACKETS.sub(" ", name))
    inside = [word for text in _BRACKETS.findall(name) for word in words(text)]
    inside = ["min"] if inside in (["mm", "ss"], ["m", "s"], ["min", "sec"]) else inside
    span = next((_SPANS[word] for word in [*inside, *those[1:]] if word in _SPANS), None)
    rest = [word for word in those if word not in _SPANS or word in _TIMES]
    # A bare T may be a temperature.
    known = (
        (span is not None or rest != ["t"])
        and not (_TIMES | _DATES | _EPOCHS).isdisjoint(rest)
        and _CLOCK_WORDS.issuperset(rest)
    )
    if not known and folded in _RUN_TOGETHER:
        spans = sorted((s for s in _SPANS if folded.endswith(s)), key=len)
        return True, _SPANS[spans[-1]]
    return known, span


def is_person(name: str) -> bool:
    """Whether a column of this name says whose row it is."""
    return fold(name) in PERSONS


def is_date(name: str) -> bool:
    """Whether a column of this name holds a date that stands beside a time of day."""
    return fold(_zoneless(name)) in _DATES or fold(_zoneless(name)) == "measurementdate"


def is_time(name: str) -> bool:
    """Whether a column of this name holds a time of day beside a date."""
    return (
        fold(_zoneless(name)) in _TIMES - {"t", "ts", "at", "elapsed"}
        or fold(_zoneless(name)) == "measurementtime"
    )


def is_moment(name: str) -> bool:
    """Whether a column of this name rather holds date and time together than a time of day."""
    return fold(_zoneless(name)) in {"datetime", "timestamp", "zeitstempel", "horodatage"}


def says_simulated(text: str) -> bool:
    """Whether a header says that its recording is nobody's: simulated, a demo, test data, unless it is denied."""
    return _SIMULATED.search(_DENIED.sub(" ", text)) is not None

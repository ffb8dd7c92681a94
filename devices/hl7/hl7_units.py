"""What OBX-6 says: from the unit of an observation to the signal's own. Pure.

Decided by the name, as senders write wrong numbers beside right names; a unit that nobody knows, or that fits no
such signal, is no unit, and its number no reading. Without any unit a number is in the signal's own.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from devices.hl7.hl7_codes import mdc_number
from monitord.model import SIGNALS, Signal

MMHG_OF_KPA: Final = 7.50062
MMHG_OF_CMH2O: Final = 0.735559

_SAME: Final = 1.0
_BY_WORD: Final[dict[str, str]] = {
    word: unit
    for unit, words in {
        "%": "% percent pct mdc_dim_percent %spo2 vol%",
        "/min": (
            "/min 1/min bpm rpm brpm min-1 beats/min beat/min {beat}/min {beats}/min {beats}/m breaths/min"
            " {breaths}/min {breath}/min resp/min {resp}/min resps/min mdc_dim_beat_per_min mdc_dim_resp_per_min"
            " beatspermin breathspermin beatsperminute breathsperminute beats/minute breaths/minute /minute"
            " br/min brth/min brths/min breath/min b/min p/min /分 次/分 次/min"
        ),
        "mm[Hg]": "mm[hg] mmhg mdc_dim_mmhg mm(hg) torr",
        "kPa": "kpa k[pa] mdc_dim_kilo_pascal",
        "cmH2O": "cmh2o cm[h2o] mdc_dim_cm_h2o",
        "Cel": "cel degc °c ℃ c mdc_dim_degc ºc celsius deg_c",
        "[degF]": "[degf] degf °f ℉ f mdc_dim_fahr ºf fahrenheit deg_f mdc_dim_degf",
        "1": "1 mdc_dim_dimless {ratio} ratio",
    }.items()
    for word in words.split()
}
_BY_NUMBER: Final[dict[int, str]] = {
    262688: "%",
    264864: "/min",
    264928: "/min",
    266016: "mm[Hg]",
    265987: "kPa",
    268192: "Cel",
    268048: "Cel",  # Philips
    266560: "[degF]",
    262656: "1",
}
"""268160 and 268224 stand beside names of Fahrenheit; alone nobody knows."""

Convert = Callable[[float], float]
_BLANKS: Final = re.compile(r"\s+")
SYSTEMS: Final = frozenset({"mdc", "mdil", "ucum", "iso+", "ansi+", "l", "local", "ehc", "wap"})


def conversion(signal: Signal, written: Sequence[str]) -> Convert | None:
    """From a number in the unit that the components of OBX-6 name; ValueError for none that fits."""
    own = SIGNALS[signal].unit
    unit = _unit(written)
    if unit is None or unit == own:
        return None
    if own == "mm[Hg]" and unit in {"kPa", "cmH2O"}:
        factor = MMHG_OF_KPA if unit == "kPa" else MMHG_OF_CMH2O
        return lambda value: value * factor
    if own == "Cel" and unit == "[degF]":
        return lambda value: (value - 32) / 1.8
    if signal is Signal.PERFUSION_INDEX and unit == "1":
        return None
    raise ValueError(f"{unit} is no unit of {signal}")


def _unit(written: Sequence[str]) -> str | None:
    named, numbered, strange = [], [], []
    for part in written:
        word = _BLANKS.sub("", part).casefold()
        if not word or word in SYSTEMS:
            continue
        number = mdc_number(part)
        if word in _BY_WORD:
            named.append(_BY_WORD[word])
        elif number is not None:
            numbered.append(_BY_NUMBER.get(number, ""))
        else:
            strange.append(part)
    for found in (named, [] if named else numbered):
        if len(set(found)) > 1:
            raise ValueError(f"the unit says {' and '.join(found)}")
        if found and found[0]:
            return found[0]
    if numbered or strange:
        raise ValueError(f"{'^'.join(written)[:40]!r} is no unit")
    return None

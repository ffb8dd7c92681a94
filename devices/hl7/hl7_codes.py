"""Which signal an observation is: MDC numbers, MDIL, Mindray PDS, Edan, Nihon Kohden, LOINC and plain names. Pure.

An MDC number is partition x 65536 + term, and MDIL writes the same in two hexadecimal parts, so that one table
serves both. Where a number and an MDC name say different things the last number of OBX-4 decides, and the value stays
doubtful; without it nobody can tell. A number of an artery is never a cuff's. Numbers without a system go by their name.
Sources: ISO/IEEE 11073-10101, messages of eight senders (the invented forms of them stand in the tests).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from devices.hl7.hl7_segments import Segment
from monitord.model import Signal

_S = Signal

MDC: Final[dict[int, Signal]] = {
    150456: _S.SPO2,
    149530: _S.PULSE_RATE,
    149538: _S.PULSE_RATE,  # Philips, SpO2's pulse
    149514: _S.PULSE_RATE,  # any pulse; a cuff's where OBX-17 says how it was taken
    147842: _S.HEART_RATE,
    150021: _S.NIBP_SYS,
    150022: _S.NIBP_DIA,
    150023: _S.NIBP_MAP,
    150301: _S.NIBP_SYS,
    150302: _S.NIBP_DIA,
    150303: _S.NIBP_MAP,
    149546: _S.NIBP_PULSE,
    192741: _S.NIBP_PULSE,  # Philips
    151570: _S.RESP_RATE,  # airway
    151594: _S.RESP_RATE,  # by CO2
    151562: _S.RESP_RATE,
    151552: _S.RESP_RATE,  # Philips
    151578: _S.RESP_RATE,  # thorax
    151708: _S.ETCO2,
    151728: _S.ETCO2,  # Philips
    150344: _S.TEMPERATURE,
    188496: _S.TEMPERATURE,
    150368: _S.TEMPERATURE,
    192711: _S.TEMPERATURE,  # Philips T1
    150488: _S.PERFUSION_INDEX,
    150448: _S.PERFUSION_INDEX,
}
PULSE_OF_ANY: Final = 149514

NAMES: Final[dict[str, Signal]] = {
    "MDC_PULS_OXIM_SAT_O2": _S.SPO2,
    "MDC_PULS_OXIM_PULS_RATE": _S.PULSE_RATE,
    "MDC_PULS_RATE": _S.PULSE_RATE,
    "MDC_ECG_HEART_RATE": _S.HEART_RATE,
    "MDC_ECG_CARD_BEAT_RATE": _S.HEART_RATE,
    "MDC_PRESS_BLD_NONINV_SYS": _S.NIBP_SYS,
    "MDC_PRESS_BLD_NONINV_DIA": _S.NIBP_DIA,
    "MDC_PRESS_BLD_NONINV_MEAN": _S.NIBP_MAP,
    "MDC_PRESS_CUFF_SYS": _S.NIBP_SYS,
    "MDC_PRESS_CUFF_DIA": _S.NIBP_DIA,
    "MDC_PRESS_CUFF_MEAN": _S.NIBP_MAP,
    "MDC_PULS_RATE_NON_INV": _S.NIBP_PULSE,
    "MDC_RESP_RATE": _S.RESP_RATE,
    "MDC_AWAY_RESP_RATE": _S.RESP_RATE,
    "MDC_CO2_RESP_RATE": _S.RESP_RATE,
    "MDC_TTHOR_RESP_RATE": _S.RESP_RATE,
    "MDC_AWAY_CO2_ET": _S.ETCO2,
    "MDC_CONC_AWAY_CO2_ET": _S.ETCO2,
    "MDC_TEMP": _S.TEMPERATURE,
    "MDC_TEMP_BODY": _S.TEMPERATURE,
    "MDC_TEMP_CORE": _S.TEMPERATURE,
    "MDC_TEMP_AXIL": _S.TEMPERATURE,
    "MDC_TEMP_ORAL": _S.TEMPERATURE,
    "MDC_TEMP_RECT": _S.TEMPERATURE,
    "MDC_TEMP_TYMP": _S.TEMPERATURE,
    "MDC_TEMP_ESOPH": _S.TEMPERATURE,
    "MDC_TEMP_NASOPH": _S.TEMPERATURE,
    "MDC_BLD_PERF_INDEX": _S.PERFUSION_INDEX,
    "MDC_PULS_OXIM_PERF_REL": _S.PERFUSION_INDEX,
}

_GENERIC: Final = {150017: _S.NIBP_SYS, 150018: _S.NIBP_DIA, 150019: _S.NIBP_MAP}
"""Pressures of any vessel, which two gateways use for the cuff: believed where the name says so."""
_WHOLE: Final = frozenset({150020, 150300})
_WHOLE_LOINC: Final = frozenset({"85354-9", "35094-2", "55284-4"})
_WHOLE_WORDS: Final = frozenset({"nibp", "nbp", "noninvasivebloodpressure", "bloodpressure", "bp"})
"""A cuff's pressure as a whole. Its parts have codes of their own, or stand in OBX-4."""
_INVASIVE_PULSE: Final = 149522
"""GE's pulse of an artery; Comen calls it MDC_PULS_RATE, and means the finger's."""
_OF_VESSELS: Final = range(150016, 150110)
"""Arterial, venous and other pressures of the circulation, but for the cuff's own (150020 to 150023)."""
_VESSEL: Final = re.compile(
    r"(?:^|[^A-Z])(?:ART|ABP|AORT|CVP|PAP|IBP|UAP|UVP|LAP|RAP|ICP|FEM|INV|INVASIVE|P[1-8])(?=$|[^A-Z])"
)
_CUFF: Final = re.compile(r"NONINV|NON_INV|CUFF|NIBP|NBP", re.IGNORECASE)
PRESSURES: Final = frozenset({_S.NIBP_SYS, _S.NIBP_DIA, _S.NIBP_MAP})

PDS: Final = {
    "160": _S.SPO2,
    "161": _S.PULSE_RATE,
    "162": _S.PERFUSION_INDEX,
    "101": _S.HEART_RATE,
    "170": _S.NIBP_SYS,
    "171": _S.NIBP_DIA,
    "172": _S.NIBP_MAP,
    "151": _S.RESP_RATE,
    "250": _S.ETCO2,
    "220": _S.ETCO2,
    "200": _S.TEMPERATURE,
    "201": _S.TEMPERATURE,
}
EHC: Final = {
    "327680": _S.SPO2,
    "327681": _S.PULSE_RATE,
    "131072": _S.HEART_RATE,
    "393216": _S.NIBP_SYS,
    "393217": _S.NIBP_DIA,
    "393218": _S.NIBP_MAP,
    "393219": _S.NIBP_PULSE,
    "458752": _S.TEMPERATURE,
}
NIHON_KOHDEN: Final = {
    "007000": _S.SPO2,
    "007001": _S.PULSE_RATE,
    "001000": _S.HEART_RATE,
    "009000": _S.NIBP_SYS,
    "009001": _S.NIBP_DIA,
    "009002": _S.NIBP_MAP,
    "004073": _S.RESP_RATE,
    "073001": _S.ETCO2,
    "011000": _S.TEMPERATURE,
}
LOINC: Final = {
    "59408-5": _S.SPO2,
    "2708-6": _S.SPO2,
    "8889-8": _S.PULSE_RATE,
    "8867-4": _S.HEART_RATE,
    "8480-6": _S.NIBP_SYS,
    "76534-7": _S.NIBP_SYS,
    "8462-4": _S.NIBP_DIA,
    "76535-4": _S.NIBP_DIA,
    "8478-0": _S.NIBP_MAP,
    "76536-2": _S.NIBP_MAP,
    "9279-1": _S.RESP_RATE,
    "19889-5": _S.ETCO2,
    "8310-5": _S.TEMPERATURE,
    "61006-3": _S.PERFUSION_INDEX,
}

WORDS: Final[dict[str, Signal]] = {
    word: signal
    for signal, words in {
        _S.SPO2: "spo2 spo2spo2 oxygensaturation spo2saturation",
        _S.PULSE_RATE: "pr pulse pulserate spo2pr prspo2 spo2pulse spo2pulserate pulseratespo2 plethpulse",
        _S.HEART_RATE: "hr heartrate ecghr hrecg ecgheartrate",
        _S.RESP_RATE: "rr resp resprate respirationrate respiratoryrate respiration awrr co2rr rrco2 resprr",
        _S.ETCO2: "etco2 co2et co2etco2 endtidalco2",
        _S.TEMPERATURE: "t1 temp temperature temp1 bodytemperature tempt1 tempt2 t2 temp2",
        _S.PERFUSION_INDEX: "pi perf perfusion perfusionindex spo2pi pispo2",
        _S.NIBP_SYS: "nibpsys nibps nbps nbpsys nibpsystolic nibpnibps nibpsbp",
        _S.NIBP_DIA: "nibpdia nibpd nbpd nbpdia nibpdiastolic nibpnibpd nibpdbp",
        _S.NIBP_MAP: "nibpmap nibpm nbpm nibpmean nbpmean nibpnibpm",
        _S.NIBP_PULSE: "nibppr nbppr nibppulse nbppulse nibppulserate nibphr",
    }.items()
    for word in words.split()
}
"""Names that stand alone, without blanks and signs."""
PARTS: Final[dict[str, Signal]] = {
    word: signal
    for signal, words in {
        _S.NIBP_SYS: "sys systolic sbp s",
        _S.NIBP_DIA: "dia diastolic dbp d",
        _S.NIBP_MAP: "map mean m",
        _S.NIBP_PULSE: "pr pulse pulserate hr",
    }.items()
    for word in words.split()
}
"""What stands beside a name of the cuff: `NIBP` and, in OBX-4, `SYS`."""

_HEX: Final = re.compile(r"([0-9A-Fa-f]{4})-([0-9A-Fa-f]{4})")
_NOT_A_WORD: Final = re.compile(r"[^a-z0-9]+")
_PDS_MODULE: Final = re.compile(r"2[01]\d\d")
_LAST_NUMBER: Final = re.compile(r"(\d{6,7})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCode:
    """What a site says of a code of its own; where it names a signal, nothing else gives that signal.

    `part` is what OBX-4 must be, or begin with and go on with a point.
    """

    code: str
    signal: Signal
    system: str = ""
    part: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LocalCodes:
    """Those of a site by code, and which signals they name; each table is itself alone, so that it can be a key."""

    rows: Mapping[str, tuple[LocalCode, ...]] = field(default_factory=dict)
    signals: frozenset[Signal] = frozenset()


NO_LOCAL_CODES: Final = LocalCodes()


class Unclear(ValueError):  # noqa: N818 - a code that says two things
    """An observation that may be one of ours, and nobody can tell; the message says why."""


class WholePressure(ValueError):  # noqa: N818 - a code of all parts of one measurement
    """An observation that is a cuff's pressure, and says of no part of it."""


PARTITION: Final = 65536
LONGEST_NUMBER: Final = 9


def mdc_number(code: str) -> int | None:
    """Of an MDC or MDIL code; None for another."""
    if found := _HEX.fullmatch(code):
        return int(found[1], 16) * PARTITION + int(found[2], 16)
    if len(code) > LONGEST_NUMBER or not (code.isascii() and code.isdigit()):
        return None
    return int(code) if int(code) >= PARTITION else None


def word_of(name: str) -> str:
    """A name without case, blanks and signs."""
    return _NOT_A_WORD.sub("", name.casefold())


def local_code(row: Segment, local: LocalCodes) -> LocalCode | None:
    """The site's own word for this observation."""
    if not local.rows:
        return None
    parts = row.components(3)
    sub_id = row.raw(4).strip()
    for place in (0, 3):
        code = parts[place] if place < len(parts) else ""
        system = parts[place + 2] if place + 2 < len(parts) else ""
        for each in local.rows.get(code, ()):
            fits = each.part in {"", sub_id} or sub_id.startswith(f"{each.part}.")
            if fits and each.system in {"", system}:
                return each
    return None


def signal_of(row: Segment) -> tuple[Signal, bool] | None:
    """The signal of an OBX, and whether its code and name agree on it.

    None for what is none of ours, Unclear where it may be and nobody can tell.
    """
    parts = [*row.components(3), "", "", "", "", "", ""]
    for code, name, system in (parts[0:3], parts[3:6]):
        if code or name:
            found = _by_code(row, code, name, system.upper())
            if found is not None:
                signal, agreed = found if isinstance(found, tuple) else (found, True)
                _not_of_a_vessel(signal, parts[1], parts[4])
                return signal, agreed
    return None


def _not_of_a_vessel(signal: Signal, *names: str) -> None:
    """Unclear where a code says that it is the cuff's, and a name beside it that it is an artery's."""
    for name in names if signal in PRESSURES else ():
        if _VESSEL.search(name.upper()):
            raise Unclear(f"the code is the cuff's, {name} is not")


_Found = Signal | tuple[Signal, bool] | None


def _by_code(row: Segment, code: str, name: str, system: str) -> _Found:
    if system == "EHC" or (code in EHC and not system):
        return EHC.get(code)
    if code in _WHOLE_LOINC and system in {"", "LN", "LOINC"}:
        raise WholePressure
    if system in {"LN", "LOINC"}:
        return LOINC.get(code)
    if "ALERT" in system:
        return None
    # Nihon Kohden's have six digits, too, of which the first is 0.
    number = None if code[:1] == "0" and code.isdigit() else mdc_number(code)
    if number is not None:
        return _by_number(row, number, name)
    if not system and code in LOINC:
        return LOINC[code]
    if code in PDS:
        return _if_named(PDS[code], name, trusted=bool(_PDS_MODULE.fullmatch(row.raw(4))))
    if code in NIHON_KOHDEN:
        return _if_named(NIHON_KOHDEN[code], name, trusted=True)
    return _by_name(row, name or code, code)


def _by_number(row: Segment, number: int, name: str) -> _Found:
    upper = name.upper()
    said = NAMES.get(upper)
    if number in _GENERIC:
        return _GENERIC[number] if _CUFF.search(upper) else None
    if number == _INVASIVE_PULSE:
        return Signal.PULSE_RATE if upper == "MDC_PULS_RATE" else None
    known = MDC.get(number)
    if number in _WHOLE and said is None:
        raise WholePressure
    if known is Signal.PULSE_RATE and number == PULSE_OF_ANY and row.raw(17).strip("^ "):
        return Signal.NIBP_PULSE
    if known is None and said is None:
        return None
    if known in PRESSURES and said is None and _VESSEL.search(upper):
        raise Unclear(f"{number} is the cuff's, {name} is not")
    if said is None or said is known:
        return known
    if known is None and number not in _OF_VESSELS:
        return said
    witness = _LAST_NUMBER.search(row.raw(4).strip())
    third = MDC.get(int(witness[1])) if witness else None
    if third is not None and third in {said, known}:
        return third, False
    raise Unclear(f"{number} and {name} say different things")


def _if_named(signal: Signal, name: str, *, trusted: bool) -> Signal | None:
    """A number without a system: another maker's may mean something else, so that its name decides.

    A name that is no known one is passed over where the number is `trusted` by its form.
    """
    word = word_of(name)
    named = WORDS.get(word) or PARTS.get(word)
    return signal if named is signal or (named is None and (trusted or not word)) else None


def _by_name(row: Segment, name: str, code: str) -> Signal | None:
    if (said := NAMES.get(name.upper()) or NAMES.get(code.upper())) is not None:
        return said
    for each in dict.fromkeys((name, code)):
        word = word_of(each)
        part = PARTS.get(word_of(row.raw(4)))
        if word in _WHOLE_WORDS:
            if part is None:
                raise WholePressure
            return part
        if word in WORDS and not (part in PRESSURES and WORDS[word] not in PRESSURES):
            return WORDS[word]
    return None

"""Which column of a foreign file carries which signal, by the names that exporters use. Pure."""

import re
from typing import Final

from monitord.model import MILLISECOND, MINUTE, SECOND, Signal, Span

_BRACKETS: Final = re.compile(r"[(\[].*?[)\]]")
_NOISE: Final = re.compile(r"[^a-z0-9]+")

# Names as they stand in exports, folded by `fold`. Invasive pressures (ABP, ART) are not cuff
# readings and carry none of our signals.
_SIGNALS: Final[dict[str, Signal]] = {
    "oxygenlevel": Signal.SPO2,  # Viatom
    "oxygensaturation": Signal.SPO2,
    "spo2pos": Signal.SPO2,  # GE S/5 collector
    "spo2perc": Signal.SPO2,
    "plethspo2": Signal.SPO2,  # VitalDB
    "sao2": Signal.SPO2,  # eICU vitalPeriodic: the pulse oximeter's value
    "pulserate": Signal.PULSE_RATE,
    "pulseratebpm": Signal.PULSE_RATE,
    "pulse": Signal.PULSE_RATE,  # MIMIC numerics
    "pr": Signal.PULSE_RATE,
    "spo2pr": Signal.PULSE_RATE,
    "plethhr": Signal.PULSE_RATE,
    "pi": Signal.PERFUSION_INDEX,
    "perf": Signal.PERFUSION_INDEX,
    "perfusionindex": Signal.PERFUSION_INDEX,
    "hr": Signal.HEART_RATE,
    "ecghr": Signal.HEART_RATE,
    "heartrate": Signal.HEART_RATE,
    "rr": Signal.RESP_RATE,
    "resp": Signal.RESP_RATE,
    "resprate": Signal.RESP_RATE,
    "respiration": Signal.RESP_RATE,
    "respiratoryrate": Signal.RESP_RATE,
    "respirationrate": Signal.RESP_RATE,
    "co2rr": Signal.RESP_RATE,
    "etco2": Signal.ETCO2,
    "temp": Signal.TEMPERATURE,
    "temperature": Signal.TEMPERATURE,
    "nbpsys": Signal.NIBP_SYS,
    "nbpdias": Signal.NIBP_DIA,
    "nbpmean": Signal.NIBP_MAP,
    "nibpsystolic": Signal.NIBP_SYS,
    "nibpdiastolic": Signal.NIBP_DIA,
    "nibpmean": Signal.NIBP_MAP,
    "nibpsbp": Signal.NIBP_SYS,
    "nibpdbp": Signal.NIBP_DIA,
    "nibpmbp": Signal.NIBP_MAP,
    "noninvasivesystolic": Signal.NIBP_SYS,
    "noninvasivediastolic": Signal.NIBP_DIA,
    "noninvasivemean": Signal.NIBP_MAP,
    "systolic": Signal.NIBP_SYS,
    "diastolic": Signal.NIBP_DIA,
    "sbp": Signal.NIBP_SYS,
    "dbp": Signal.NIBP_DIA,
}

# Clock columns; a span where the name gives the unit of plain numbers since the start.
CLOCKS: Final[dict[str, Span | None]] = {
    "time": None,
    "datetime": None,
    "timestamp": None,
    "date": None,
    "at": None,
    "clock": None,
    "ts": SECOND,
    "times": SECOND,
    "seconds": SECOND,
    "elapseds": SECOND,
    "tms": MILLISECOND,
    "timems": MILLISECOND,
    "tmin": MINUTE,
    "timemin": MINUTE,
    "minutes": MINUTE,
    "observationoffset": MINUTE,  # eICU: minutes from admission
}


def fold(name: str) -> str:
    """`Pulse Rate(bpm)` -> `pulserate`: small letters and digits, units in brackets dropped."""
    return _NOISE.sub("", _BRACKETS.sub("", name.lower()))


_OWN: Final = {fold(signal.value): signal for signal in Signal}


def signal_of(name: str) -> Signal | None:
    """The signal that a column of this name carries, None for any other column."""
    folded = fold(name)
    return _OWN.get(folded) or _SIGNALS.get(folded)


def clock_unit(name: str) -> tuple[bool, Span | None]:
    """Whether a column of this name is a clock, and the unit of its numbers where it says so."""
    folded = fold(name)
    return folded in CLOCKS, CLOCKS.get(folded)

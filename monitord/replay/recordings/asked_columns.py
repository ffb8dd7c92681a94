"""What the caller says of a file: which column is which, how its clock is written, the units of its numbers.

One mapping, as `--columns`, `--format` and `--unit` fill it: a signal, `time`, `time_s`, `time_ms`, `time_min`
or `patient` names a column; `format` is a strptime format; `unit` is the clock's, `unit.SIGNAL` a signal's.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from monitord.errors import ConfigError, RecordingError
from monitord.model import HOUR, MILLISECOND, MINUTE, SECOND, Signal, Span
from monitord.replay.recordings.units import Unit, fits, unit

CLOCK_KEYS: Final[dict[str, Span | None]] = {
    "time": None,
    "time_s": SECOND,
    "time_ms": MILLISECOND,
    "time_min": MINUTE,
}
_SPANS: Final = {"us": 1, "ms": MILLISECOND, "s": SECOND, "min": MINUTE, "h": HOUR}
_MORE: Final = re.compile(r",(?=\s*[a-z0-9_]+=)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSettings:
    """What holds of a file beside its columns' names."""

    form: str | None = None
    clock: Span | None = None
    units: Mapping[Signal, Unit] = field(default_factory=dict)


def asked_columns(
    columns: Sequence[str] = (), form: str | None = None, units: Sequence[str] = ()
) -> dict[str, str]:
    """The options as the mapping; ConfigError names every one that cannot be used."""
    found, faults = {}, []
    for text in (part for each in columns for part in _MORE.split(each)):
        key, equals, name = text.strip().partition("=")
        if not equals or key not in {*Signal, *CLOCK_KEYS, "patient"} or not name.strip():
            faults.append(
                f"--columns: {text!r} is no SIGNAL=COLUMN such as spo2=Sat; before the = stands a signal "
                "(spo2, pulse_rate, nibp_sys ...), time, time_s, time_ms, time_min or patient"
            )
        found[key] = name.strip()
    for text in (part.strip() for each in units for part in each.split(",")):
        key, equals, name = text.partition("=")
        key, name = (f"unit.{key}", name) if equals and key != "time" else ("unit", name or key)
        try:
            split_wanted({key: name})
        except RecordingError as error:
            faults.append(f"--unit: {error}")
        found[key] = name
    if form is not None:
        found["format"] = form
        if "%Z" in form:
            faults.append(
                "--format: %Z reads letters and not the zone: write the letters themselves, and the zone by --tz"
            )
    if faults:
        raise ConfigError(faults)
    return found


def asked_signals(wanted: Mapping[str, str]) -> frozenset[Signal]:
    """The signals that the caller names a column for."""
    return frozenset(Signal(key) for key in wanted if key in set(Signal))


def split_wanted(wanted: Mapping[str, str]) -> tuple[dict[str, str], ColumnSettings]:
    """The columns by name, and the settings; RecordingError for a key or unit that is none."""
    named, units, clock = {}, {}, None
    unknown = []
    for key, text in wanted.items():
        signal = key.removeprefix("unit.")
        if key in {*Signal, *CLOCK_KEYS, "patient"}:
            named[key] = text
        elif key == "unit":
            if text not in _SPANS:
                raise RecordingError(
                    f"{text!r} is no unit of a clock: {', '.join(_SPANS)}; of a signal it is SIGNAL=UNIT"
                )
            clock = _SPANS[text]
        elif key.startswith("unit.") and signal in set(Signal):
            found = unit(text)
            if found is None or not fits(found, Signal(signal)):
                raise RecordingError(f"{text!r} is no unit that {signal} can be read in")
            units[Signal(signal)] = found
        elif key != "format":
            unknown.append(signal)
    if unknown:
        raise RecordingError(
            f"columns: {', '.join(sorted(unknown))} is neither a signal nor time, format, unit or patient"
        )
    return named, ColumnSettings(form=wanted.get("format"), clock=clock, units=units)

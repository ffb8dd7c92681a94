"""What a whole column tells that no cell of it does: whose pulse it is, whether it is a vital sign at all. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from monitord.model import MINUTE, NIBP, SECOND, SIGNALS, Signal, Span
from monitord.replay.recordings.column_table import Column, Instants, Values

FASTEST: Final = 4.0
"""Changes a second: monitors compute numbers once a second or slower; the slowest waveforms are 25 Hz."""

OTHER_UNITS: Final[Mapping[Signal, tuple[tuple[str, float, float], ...]]] = {
    Signal.SPO2: (("fraction", 0.3, 1.0),),
    Signal.NIBP_SYS: (("kPa", 6, 36),),
    Signal.NIBP_DIA: (("kPa", 3, 22),),
    Signal.NIBP_MAP: (("kPa", 4, 27),),
    Signal.ETCO2: (("kPa", 2, 9.5),),
    Signal.TEMPERATURE: (("degF", 86, 110),),
}
"""Where all the numbers of a column would lie in another unit; in its own no patient's would, all of them."""

LEAST: Final[Mapping[Signal, float]] = {Signal.RESP_RATE: 1.0, Signal.ETCO2: 1.0}
"""Below it nothing is measured but 0: breathing that stopped."""

_USUAL: Final[Mapping[Signal, tuple[float, float]]] = {
    Signal.SPO2: (50, 100),
    Signal.PULSE_RATE: (20, 250),
    Signal.HEART_RATE: (20, 250),
    Signal.RESP_RATE: (3, 80),
    Signal.ETCO2: (5, 100),
    Signal.TEMPERATURE: (25, 45),
    Signal.NIBP_SYS: (40, 280),
    Signal.NIBP_DIA: (20, 200),
    Signal.NIBP_MAP: (25, 220),
    Signal.NIBP_PULSE: (20, 250),
}
"""What a column must hold, most of it, to stand in for another: the GE collector repeats its names over levels of 3."""

_SAME_GROUP: Final[Span] = 10 * SECOND
_SPOT: Final[Span] = 20 * SECOND
"""A cuff's own readings are no closer than this (ISO/IEC 80601-2-30 asks for 30 s between inflations)."""
_UNCHANGED: Final[Span] = 10 * MINUTE
_MANY: Final = 30
_NO_NUMBER: Final = 255


def judged(
    times: Instants,
    columns: Mapping[Signal, Column],
    asked: frozenset[Signal],
    notes: list[str],
    *,
    stated: frozenset[Signal] = frozenset(),
) -> dict[Signal, Column]:
    """The columns that are vital signs, each under the signal that it is; `notes` says what was done.

    What the caller `asked` for by name keeps the signal that was named; of those `stated` the file or the
    caller says the unit.
    """
    found = {
        signal: column
        for signal, column in columns.items()
        if not _waveform(times, signal, column, notes)
        and not _too_small(signal, column, notes)
        and not _other_unit(signal, column, notes, stated=signal in stated)
    }
    _no_number(found, notes)
    _zeros(found, asked, notes)
    _cuffs_pulse(times, found, asked, notes)
    if _coarse(times) and not _doubled(times, found):
        notes.append(
            "most rows have the time of another one, as where a clock shows no seconds: how long anything lasted is "
            "not known; export the times with seconds"
        )
    for signal, column in found.items():
        _unchanging(times, signal, column, notes)
    return found


def stands_in(signal: Signal, values: Values) -> bool:
    """Whether a further column of a signal holds its readings, so that it may be used where the first holds none."""
    low, high = _USUAL.get(signal, (SIGNALS[signal].low, SIGNALS[signal].high))
    there = values[values > 0]
    return bool(2 * np.count_nonzero((there >= low) & (there <= high)) > len(there))


def _waveform(times: Instants, signal: Signal, column: Column, notes: list[str]) -> bool:
    """Whether the numbers change faster than any monitor computes one."""
    there = ~np.isnan(column.values)
    values, at = column.values[there], np.sort(times[there])
    steps = np.diff(at)
    close = steps < _SAME_GROUP
    span = float(steps[close].sum()) / SECOND
    if _coarse(at) and not (at % MINUTE).any():
        # Without seconds all rows of a minute carry one time.
        span = float(len(np.unique(at)) * MINUTE) / SECOND
    changes = int(np.count_nonzero((np.diff(values) != 0) & close))
    # Rows of one second may carry one time: the last second has no end.
    if changes < _MANY or changes <= FASTEST * (span + 1):
        return False
    rate = changes / max(span, 1)
    notes.append(
        f"{signal}: column {column.name!r} changes {rate:.0f} times a second: a waveform, no vital sign; "
        "not used"
    )
    return True


def _coarse(times: Instants) -> bool:
    """Whether most rows have the time of another one."""
    return len(times) >= _MANY and 2 * len(np.unique(times)) <= len(times)


def _doubled(times: Instants, columns: Mapping[Signal, Column]) -> bool:
    """Whether that is so because equal rows stand there more than once."""
    numbers = [np.nan_to_num(column.values, nan=-1.0) for column in columns.values()]
    rows = np.column_stack([times.astype(np.float64), *numbers])
    return 2 * len(np.unique(times)) > len(np.unique(rows, axis=0))


def _too_small(signal: Signal, column: Column, notes: list[str]) -> bool:
    """Whether most numbers are a part of the least that this signal can be without being 0."""
    least = LEAST.get(signal)
    there = np.abs(column.values[~np.isnan(column.values) & (column.values != 0)])
    if least is None or np.count_nonzero(there < least) * 2 <= len(there):
        return False
    notes.append(
        f"{signal}: most numbers in column {column.name!r} are below {least:g}, such as {there.min():g}: a waveform, or "
        "another unit; not used"
    )
    return True


def _other_unit(signal: Signal, column: Column, notes: list[str], *, stated: bool) -> bool:
    """Whether all the numbers are those of this signal in another unit, and no unit is stated."""
    there = column.values[column.values > 0]
    for name, low, high in OTHER_UNITS.get(signal, ()):
        if len(there) and ((low <= there) & (there <= high)).all():
            notes.append(
                f"{signal}: the numbers in column {column.name!r} are from {there.min():g} to {there.max():g}: in "
                f"{name}? add --unit {signal}={name}" + "; not used" * (not stated)
            )
            return not stated
    return False


def _no_number(found: dict[Signal, Column], notes: list[str]) -> None:
    """A pulse of 255 beside an SpO2 that is none is a byte that says so, as is that SpO2 of 127 or 255."""
    spo2 = found.get(Signal.SPO2)
    for signal in (Signal.PULSE_RATE, Signal.HEART_RATE):
        if spo2 is None or (column := found.get(signal)) is None:
            continue
        none = (
            np.isnan(spo2.values) | (spo2.values <= 0) | (spo2.values > SIGNALS[Signal.SPO2].high)
        )
        # A file that stores counts gives it back with a rest: 255.001.
        marked = none & (np.rint(column.values) == _NO_NUMBER)
        if marked.any():
            found[signal] = replace(column, values=np.where(marked, np.nan, column.values))
            notes.append(
                f"{signal}: {np.count_nonzero(marked)} of {_NO_NUMBER} in column {column.name!r} without an SpO2 "
                "beside: taken as no reading"
            )


def _zeros(found: dict[Signal, Column], asked: frozenset[Signal], notes: list[str]) -> None:
    """A column that is 0 throughout beside another one is a module that is not there; alone it is a reading:
    breathing that stopped.
    """
    zero = [signal for signal, column in found.items() if _all_zero(column)]
    if len(zero) < 2:
        return
    for signal in zero:
        if SIGNALS[signal].low <= 0 and signal not in asked:
            column = found[signal]
            found[signal] = replace(
                column, values=np.full(len(column.values), np.nan), said=np.zeros_like(column.said)
            )
            others = ", ".join(each.value for each in zero if each is not signal)
            notes.append(
                f"{signal}: column {column.name!r} is 0 throughout, as is {others}: taken as not measured"
            )


def _all_zero(column: Column) -> bool:
    there = column.values[~np.isnan(column.values)]
    return bool(len(there)) and not there.any()


def _cuffs_pulse(
    times: Instants, found: dict[Signal, Column], asked: frozenset[Signal], notes: list[str]
) -> None:
    """Without an oximeter a pulse that speaks only where the cuff does is the cuff's."""
    cuff = [signal for signal in (Signal.NIBP_SYS, Signal.NIBP_DIA) if signal in found]
    if not cuff or Signal.NIBP_PULSE in found or _spoken(found.get(Signal.SPO2)).any():
        return
    pressure = _spoken(found[cuff[0]])
    steps = np.diff(np.sort(times[pressure]))
    steps = steps[steps > 0]
    if not pressure.any() or (len(steps) and np.median(steps) < _SPOT):
        return
    for signal in (Signal.PULSE_RATE, Signal.HEART_RATE):
        column = found.get(signal)
        if column is None or signal in asked or not (spoken := _spoken(column)).any():
            continue
        if np.count_nonzero(spoken & pressure) >= 0.9 * np.count_nonzero(spoken):
            found[Signal.NIBP_PULSE] = found.pop(signal)
            notes.append(
                f"nibp_pulse: column {column.name!r} taken as the cuff's pulse: it stands beside the pressures "
                "and no oximeter is in the file"
            )
            return


def _spoken(column: Column | None) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if column is None:
        return np.zeros(1, np.bool_)
    return ~np.isnan(column.values) & (column.values > 0)


def _unchanging(times: Instants, signal: Signal, column: Column, notes: list[str]) -> None:
    there = ~np.isnan(column.values)
    values, at = column.values[there], times[there]
    if len(values) < _MANY or int(at.max() - at.min()) < _UNCHANGED:
        return
    if values[0] != 0 and (values == values[0]).all():
        notes.append(
            f"{signal}: all {len(values)} numbers in column {column.name!r} are {values[0]:g}: "
            + (
                "one reading that stands in every row?"
                if signal in NIBP
                else "an alarm limit or a setting, not readings?"
            )
        )

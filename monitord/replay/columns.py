"""From a file's named columns of text to a recording: the part that CSV, eICU and Parquet share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitord.errors import RecordingError
from monitord.model import MILLISECOND, MINUTE, SECOND, Signal, Span
from monitord.replay.clock import Clocked, midnights, read_clock
from monitord.replay.names import clock_unit, fold, signal_of
from monitord.replay.recording import Recording, Request
from monitord.replay.report import Report, Tally
from monitord.replay.table import Column, tabulate

# What exporters print where a device had no reading. A blank cell says less: nothing at all.
MARKERS: Final = frozenset({"-", "--", "---", "----", "na", "n/a", "nan", "null", "none", "?", "*"})

_CLOCK_KEYS: Final[dict[str, Span | None]] = {
    "time": None,
    "time_s": SECOND,
    "time_ms": MILLISECOND,
    "time_min": MINUTE,
}
_OTHER_KEYS: Final = frozenset({"format", "patient"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file as columns of text below a header; `lines` are the rows' places in the file.

    Columns that the plan does not use may be empty.
    """

    header: Sequence[str]
    columns: Sequence[Sequence[str]]
    lines: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which column is what, by index; `clocks` in order of preference, each with its unit."""

    clocks: tuple[tuple[int, Span | None], ...]
    signals: Mapping[Signal, int]
    date: int | None = None
    patient: int | None = None
    form: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A file cut into columns of text, with what was found on the way."""

    sheet: Sheet
    plan: Plan
    tally: Tally
    simulated: bool = False


def plan(header: Sequence[str], wanted: Mapping[str, str]) -> Plan | None:
    """The plan for a header, None where it names no clock or no signal.

    What the caller `wanted` by name goes before what is recognised; RecordingError where a wanted
    column is not there.
    """
    names = [name.strip() for name in header]
    by_key = {key: _index(names, name) for key, name in wanted.items() if key != "format"}
    if unknown := sorted(set(wanted) - set(_CLOCK_KEYS) - _OTHER_KEYS - set(Signal)):
        msg = f"columns: {', '.join(unknown)} is neither a signal nor time, format or patient"
        raise RecordingError(msg)
    if any(index is None for index in by_key.values()):
        return None
    chosen = {key: index for key, index in by_key.items() if index is not None}
    clocks, date = _clocks(names, chosen)
    signals, notes = _signals(names, chosen)
    if not clocks or not signals:
        return None
    return Plan(
        clocks=clocks,
        signals=signals,
        date=date,
        patient=chosen.get("patient"),
        form=wanted.get("format"),
        notes=tuple(notes),
    )


def _index(names: Sequence[str], name: str) -> int | None:
    return names.index(name) if name in names else None


def _clocks(
    names: Sequence[str], chosen: Mapping[str, int]
) -> tuple[tuple[tuple[int, Span | None], ...], int | None]:
    """The clock columns, and the column of dates that stands beside a time of day."""
    if wanted := [(chosen[key], unit) for key, unit in _CLOCK_KEYS.items() if key in chosen]:
        return tuple(wanted[:1]), None
    folded = [fold(name) for name in names]
    if "date" in folded and "time" in folded:
        return ((folded.index("time"), None),), folded.index("date")
    found = ((at, clock_unit(name)) for at, name in enumerate(names))
    return tuple((at, unit) for at, (is_clock, unit) in found if is_clock), None


def _signals(
    names: Sequence[str], chosen: Mapping[str, int]
) -> tuple[dict[Signal, int], list[str]]:
    found: dict[Signal, int] = {Signal(key): at for key, at in chosen.items() if key in set(Signal)}
    others: dict[Signal, int] = {}
    for at, name in enumerate(names):
        signal = signal_of(name)
        if signal is None or signal.value in chosen:
            continue
        others[signal] = others.get(signal, 0) + 1
        found.setdefault(signal, at)
    # A header may name the cuff's mean twice (GE collector): the one that follows the diastolic
    # column is the mean, the other a pulse.
    follower = found.get(Signal.NIBP_DIA, len(names)) + 1
    follows = follower < len(names) and signal_of(names[follower]) is Signal.NIBP_MAP
    if follows and Signal.NIBP_MAP not in chosen:
        found[Signal.NIBP_MAP] = follower
    notes = [
        f"{signal}: {count} columns carry it; used {names[found[signal]]!r} in column {found[signal] + 1}"
        for signal, count in others.items()
        if count > 1
    ]
    return found, notes


def clocked(sheet: Sheet, plan: Plan, request: Request) -> Clocked:
    """The sheet's clock; of several columns the first that is sure of its zone, or else the first."""
    if plan.date is not None:
        dates, times = sheet.columns[plan.date], sheet.columns[plan.clocks[0][0]]
        cells = [f"{date} {time}" for date, time in zip(dates, times, strict=True)]
        return read_clock(cells, tz=request.tz, form=plan.form)
    found = []
    for at, unit in plan.clocks:
        try:
            clock = read_clock(sheet.columns[at], tz=request.tz, unit=unit, form=plan.form)
        except RecordingError:
            if len(plan.clocks) == 1:
                raise
            continue
        found.append((sheet.header[at].strip(), clock))
    if not found:
        msg = (
            f"no clock column could be read: {', '.join(sheet.header[at] for at, _ in plan.clocks)}"
        )
        raise RecordingError(msg)
    name, best = next((item for item in found if item[1].zoned), found[0])
    if len(plan.clocks) == 1:
        return best
    note = f"{len(plan.clocks)} clock columns; used {name!r}"
    return replace(best, notes=(note, *best.notes))


def numbers(cells: Sequence[str], lines: Sequence[int], name: str, tally: Tally) -> Column:
    """A column of numbers; what is neither a number, blank nor a marker is rejected and counted."""
    values = np.full(len(cells), np.nan)
    said = np.ones(len(cells), np.bool_)
    try:
        values = np.array(cells, np.float64)
        wrong = np.isinf(values)
    except ValueError:
        wrong = np.zeros(len(cells), np.bool_)
        for row, cell in enumerate(cells):
            try:
                values[row] = float(cell)
            except ValueError:
                text = cell.strip()
                said[row] = bool(text)
                wrong[row] = bool(text) and text.lower() not in MARKERS
        wrong |= np.isinf(values)
    for row in np.flatnonzero(wrong).tolist():
        tally.reject(f"not a number in column {name!r}", lines[row])
    values[wrong] = np.nan
    return Column(name=name, values=values, said=said)


def recordings(request: Request, cut: Cut, reader: str) -> Iterator[Recording]:
    """The one recording in the sheet, or one a patient where a column names them."""
    if cut.plan.patient is None:
        yield _build(request, cut, reader, request.path.name.split(".")[0])
        return
    rows: dict[str, list[int]] = {}
    for row, patient in enumerate(cut.sheet.columns[cut.plan.patient]):
        rows.setdefault(patient.strip(), []).append(row)
    for patient, those in rows.items():
        yield _build(request, _part(cut, those), reader, patient)
        # What the file's rows were rejected for is told once, with the first patient.
        cut.tally.rejected.clear()


def _part(cut: Cut, rows: Sequence[int]) -> Cut:
    sheet = cut.sheet
    part = Sheet(
        header=sheet.header,
        columns=[[column[row] for row in rows] if column else column for column in sheet.columns],
        lines=[sheet.lines[row] for row in rows],
    )
    tally = Tally(rejected=dict(cut.tally.rejected), notes=list(cut.tally.notes))
    return replace(cut, sheet=part, tally=tally)


def _build(request: Request, cut: Cut, reader: str, patient: str) -> Recording:
    sheet, tally = cut.sheet, cut.tally
    clock = clocked(sheet, cut.plan, request)
    if bad := np.flatnonzero(clock.bad).tolist():
        tally.reject("clock not readable", sheet.lines[bad[0]], len(bad))
    good: NDArray[np.bool_] = ~clock.bad
    columns = {}
    for signal, at in cut.plan.signals.items():
        column = numbers(sheet.columns[at], sheet.lines, sheet.header[at].strip(), tally)
        columns[signal] = replace(column, values=column.values[good], said=column.said[good])
    made = tabulate(clock.times[good], columns)
    used = {at for at, _ in cut.plan.clocks} | set(cut.plan.signals.values())
    used |= {at for at in (cut.plan.date, cut.plan.patient) if at is not None}
    ignored = (name for at, name in enumerate(sheet.header) if name and at not in used)
    return Recording(
        path=request.path,
        source=f"recording:{request.path.name}",
        patient=patient,
        report=Report(
            reader=reader,
            clock=clock.statement,
            rows=len(sheet.lines),
            frames=len(made.table.times),
            signals=made.counts,
            empty=made.empty,
            duplicates=made.duplicates,
            same_time=made.same_time,
            unordered=made.unordered,
            midnights=midnights(made.table.times, request.tz) if clock.dated else 0,
            rejected=tuple(tally.rejected.values()),
            ignored=tuple(dict.fromkeys(ignored)),
            notes=(*tally.notes, *cut.plan.notes, *clock.notes, *made.notes),
        ),
        table=made.table,
        simulated=cut.simulated,
    )

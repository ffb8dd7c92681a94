"""From a file's named columns of text to a recording: the part that CSV, eICU and Parquet share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from monitord.errors import RecordingError
from monitord.model import Signal, Span
from monitord.replay.recordings.asked_columns import CLOCK_KEYS, split_wanted
from monitord.replay.recordings.cells import numbers, side
from monitord.replay.recordings.clock_column import Clocked, midnights, read_clock
from monitord.replay.recordings.column_names import (
    clock_letters,
    clock_unit,
    clock_zone,
    is_date,
    is_invasive,
    is_mean,
    is_moment,
    is_noninvasive,
    is_pair,
    is_person,
    is_time,
    likely,
    numbered,
    proposals,
    signal_of,
    unit_of,
)
from monitord.replay.recordings.column_table import tabulate
from monitord.replay.recordings.judged_columns import judged, stands_in
from monitord.replay.recordings.reading_report import ReadingReport, Tally
from monitord.replay.recordings.recording import Recording, Request
from monitord.replay.recordings.units import Unit, fits


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
    """Which column is what, by index; `clocks` in order of preference, each with its unit.

    `parts` says which side of `120/80` a pressure is, `units` what the caller says of a signal's numbers,
    `asked` which signals the caller named. `others` are further columns of a signal, in the order in which one of them
    is used where those before it hold no reading.
    """

    clocks: tuple[tuple[int, Span | None], ...]
    signals: Mapping[Signal, int]
    parts: Mapping[Signal, int] = field(default_factory=dict)
    units: Mapping[Signal, Unit] = field(default_factory=dict)
    asked: frozenset[Signal] = frozenset()
    others: Mapping[Signal, tuple[int, ...]] = field(default_factory=dict)
    date: int | None = None
    patient: int | None = None
    persons: tuple[int, ...] = ()
    """Columns that say whose row it is, where the caller names none."""
    form: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def readings(self) -> set[int]:
        """Every column that may be read for a signal."""
        return {*self.signals.values(), *(at for those in self.others.values() for at in those)}


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
    named, settings = split_wanted(wanted)
    by_key = {key: _index(names, name) for key, name in named.items()}
    if any(index is None for index in by_key.values()):
        return None
    chosen = {key: index for key, index in by_key.items() if index is not None}
    clocks, date = _clocks(names, chosen)
    if settings.clock is not None:
        clocks = tuple((at, settings.clock) for at, _ in clocks)
    signals, others, notes = _signals(names, chosen)
    parts = {}
    pair = next((at for at, name in enumerate(names) if is_pair(name)), None)
    if pair is not None and not {Signal.NIBP_SYS, Signal.NIBP_DIA} & signals.keys():
        parts = {Signal.NIBP_SYS: 0, Signal.NIBP_DIA: 1}
        signals |= dict.fromkeys(parts, pair)
    elif pair is not None:
        others |= {
            signal: (*others.get(signal, ()), pair)
            for signal in (Signal.NIBP_SYS, Signal.NIBP_DIA)
            if signal in signals and signal.value not in chosen
        }
    elif len({signals.get(Signal.NIBP_SYS, -1), signals.get(Signal.NIBP_DIA, -2)}) == 1:
        # The caller names one column for both.
        parts = {Signal.NIBP_SYS: 0, Signal.NIBP_DIA: 1}
    if not clocks or not signals:
        return None
    return Plan(
        clocks=clocks,
        signals=signals,
        parts=parts,
        units=settings.units,
        others=others,
        asked=frozenset(Signal(key) for key in chosen if key in set(Signal)),
        date=date,
        patient=chosen.get("patient"),
        persons=()
        if "patient" in chosen
        else tuple(at for at, name in enumerate(names) if is_person(name)),
        form=settings.form,
        notes=tuple(notes),
    )


def _index(names: Sequence[str], name: str) -> int | None:
    return names.index(name) if name in names else None


def _clocks(
    names: Sequence[str], chosen: Mapping[str, int]
) -> tuple[tuple[tuple[int, Span | None], ...], int | None]:
    """The clock columns, and the column of dates that stands beside a time of day."""
    if wanted := [(chosen[key], unit) for key, unit in CLOCK_KEYS.items() if key in chosen]:
        return tuple(wanted[:1]), None
    dates = [at for at, name in enumerate(names) if is_date(name)]
    times = sorted(
        (at for at, name in enumerate(names) if is_time(name)), key=lambda at: is_moment(names[at])
    )
    found = ((at, clock_unit(name)) for at, name in enumerate(names))
    clocks = tuple((at, unit) for at, (is_clock, unit) in found if is_clock)
    if dates and times:
        # The others stand by, for a date that may begin with day or month.
        pair = {dates[0], times[0]}
        return ((times[0], None), *(clock for clock in clocks if clock[0] not in pair)), dates[0]
    return clocks, None


def _signals(
    names: Sequence[str], chosen: Mapping[str, int]
) -> tuple[dict[Signal, int], dict[Signal, tuple[int, ...]], list[str]]:
    found: dict[Signal, int] = {Signal(key): at for key, at in chosen.items() if key in set(Signal)}
    all_of: dict[Signal, list[int]] = {}
    for at, name in enumerate(names):
        signal = signal_of(name)
        if signal is None or signal.value in chosen:
            continue
        all_of.setdefault(signal, []).append(at)
        # Beside `sbp_ni` a bare `sbp` is any pressure, a catheter's too.
        if signal not in found or (
            is_noninvasive(name) and not is_noninvasive(names[found[signal]])
        ):
            found[signal] = at
    # A header may name the cuff's mean twice (GE collector): the one that follows the diastolic
    # column is the mean, the other a pulse.
    follower = found.get(Signal.NIBP_DIA, len(names)) + 1
    follows = follower < len(names) and signal_of(names[follower]) is Signal.NIBP_MAP
    if follows and Signal.NIBP_MAP not in chosen:
        found[Signal.NIBP_MAP] = follower
    notes = []
    if found.keys() >= {Signal.NIBP_SYS, Signal.NIBP_DIA} and Signal.NIBP_MAP not in found:
        # MAP alone may be a catheter's: beside both of a cuff and without any catheter it is the cuff's.
        means = [at for at, name in enumerate(names) if is_mean(name)]
        if len(means) == 1 and not any(is_invasive(name) for name in names):
            found[Signal.NIBP_MAP] = means[0]
            notes.append(f"nibp_map: column {names[means[0]]!r} taken as the cuff's mean")
    for at, name in enumerate(names):
        again = numbered(name)
        if again is not None and again in found and again.value not in chosen:
            all_of.setdefault(again, [found[again]]).append(at)
    others = {
        signal: tuple(at for at in those if at != found[signal])
        for signal, those in all_of.items()
        if len(those) > 1
    }
    return found, others, notes


def clocked(sheet: Sheet, plan: Plan, request: Request) -> Clocked:
    """The sheet's clock; of several columns the first that is sure of its zone, or else the first."""
    if plan.date is not None:
        dates, times = sheet.columns[plan.date], sheet.columns[plan.clocks[0][0]]
        cells = [f"{date} {time}" for date, time in zip(dates, times, strict=True)]
        try:
            return _read(sheet, plan.clocks[0][0], cells, request, None, plan.form)
        except RecordingError as error:
            others = replace(plan, date=None, clocks=plan.clocks[1:])
            if not others.clocks or not (best := clocked(sheet, others, request)).zoned:
                raise
            name = sheet.header[others.clocks[0][0]].strip()
            return replace(best, notes=(f"{error}; read by {name!r} instead", *best.notes))
    found, why = [], []
    for at, unit in plan.clocks:
        try:
            clock = _read(sheet, at, sheet.columns[at], request, unit, plan.form)
        except RecordingError as error:
            why.append(str(error))
            continue
        found.append((sheet.header[at].strip(), clock))
    if not found:
        raise RecordingError("; ".join(dict.fromkeys(why)))
    # One that is sure of its zone, then one that reads more rows and tells more of them apart, then one with a date.
    name, best = min(
        found,
        key=lambda item: (
            not item[1].zoned,
            int(item[1].bad.sum()),
            -len(np.unique(item[1].times)),
            not item[1].dated,
        ),
    )
    if len(plan.clocks) == 1:
        return best
    note = f"{len(plan.clocks)} clock columns; used {name!r}"
    return replace(best, notes=(note, *best.notes))


def _read(  # noqa: PLR0917 - a column's place and cells, and what is said of them
    sheet: Sheet,
    at: int,
    cells: Sequence[str],
    request: Request,
    unit: Span | None,
    form: str | None,
) -> Clocked:
    """One clock; where its name says a zone, its local times are of that one, whatever the caller's."""
    name = sheet.header[at].strip()
    zone = clock_zone(name)
    clock = read_clock(cells, tz=zone or request.tz, unit=unit, form=form)
    if clock.zoned or not clock.dated:
        return clock
    if zone is None and request.tz is None and (letters := clock_letters(name)):
        told = f"the name of the clock says {letters!r}, its times are taken as UTC: say the zone, such as --tz Europe/Berlin"
        return replace(clock, notes=(told, *clock.notes))
    if zone is None:
        return clock
    return replace(clock, zoned=True, statement=f"zone as the name {name!r} says")


def recordings(request: Request, cut: Cut, reader: str) -> Iterator[Recording]:
    """The one recording in the sheet, or one a patient where a column names them."""
    if cut.plan.patient is None:
        _refuse_several(cut)
        yield _build(request, cut, reader, request.path.name.split(".")[0])
        return
    rows: dict[str, list[int]] = {}
    for row, patient in enumerate(cut.sheet.columns[cut.plan.patient]):
        rows.setdefault(patient.strip(), []).append(row)
    for patient, those in rows.items():
        yield _build(request, _part(cut, those), reader, patient)
        # What the file's rows were rejected for is told once, with the first patient.
        cut.tally.rejected.clear()


def _refuse_several(cut: Cut) -> None:
    """RecordingError where the rows are of several patients: theirs are no one's readings."""
    for at in cut.plan.persons:
        name = cut.sheet.header[at].strip()
        several = len({cell.strip() for cell in cut.sheet.columns[at]} - {""})
        if several > 1:
            raise RecordingError(
                f"column {name!r} names {several} patients: to read each by itself, add --columns 'patient={name}'"
            )


def _cells(cut: Cut, signal: Signal, at: int) -> Sequence[str]:
    """A column's cells, those of one side where it holds both pressures."""
    side_of = cut.plan.parts.get(signal)
    if side_of is None and is_pair(cut.sheet.header[at].strip()):
        side_of = 1 if signal is Signal.NIBP_DIA else 0
    return cut.sheet.columns[at] if side_of is None else side(cut.sheet.columns[at], side_of)


def _first_that_reads(cut: Cut, signal: Signal, first: int) -> int:
    """The first of a signal's columns that holds a reading; the `first` one where none does."""
    further = cut.plan.others.get(signal, ())
    if not further:
        return first
    names = [name.strip() for name in cut.sheet.header]

    def reads(at: int) -> bool:
        unit = cut.plan.units.get(signal) or unit_of(names[at])
        cells = _cells(cut, signal, at)
        column = numbers(cells, cut.sheet.lines, names[at], signal, unit, Tally())
        if unit is not None and not fits(unit, signal):
            return False
        found = bool((column.values > 0).any())
        return found if at == first else found and stands_in(signal, column.values)

    used = next((at for at in (first, *further) if reads(at)), first)
    why = f"; {names[first]!r} in column {first + 1} holds no reading" * (used != first)
    cut.tally.notes.append(
        f"{signal}: {len(further) + 1} columns carry it; used {names[used]!r} in column {used + 1}{why}"
    )
    return used


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
    stated = set[Signal]()
    chosen: dict[Signal, int] = {}
    for signal, first in cut.plan.signals.items():
        at = chosen[signal] = _first_that_reads(cut, signal, first)
        name = sheet.header[at].strip()
        unit = cut.plan.units.get(signal) or unit_of(name)
        if unit is not None and not fits(unit, signal):
            tally.notes.append(f"{signal}: column {name!r} has another unit; not used")
            continue
        if unit is not None:
            stated.add(signal)
        column = numbers(_cells(cut, signal, at), sheet.lines, name, signal, unit, tally)
        columns[signal] = replace(column, values=column.values[good], said=column.said[good])
    asked = cut.plan.asked
    if any(likely(name) is Signal.SPO2 for name in sheet.header):
        # A column that is an oximeter's, but for a slip in its name: the pulse may be that one's.
        asked |= {Signal.PULSE_RATE, Signal.HEART_RATE}
    columns = judged(clock.times[good], columns, asked, tally.notes, stated=frozenset(stated))
    made = tabulate(clock.times[good], columns)
    used = {at for at, _ in cut.plan.clocks}
    names = {column.name for column in columns.values()}
    used |= {at for at in chosen.values() if sheet.header[at].strip() in names}
    used |= {at for at in (cut.plan.date, cut.plan.patient) if at is not None}
    ignored = [name for at, name in enumerate(sheet.header) if name and at not in used]
    carried = {signal.value for signal, count in made.counts.items() if count.readings}
    ideas = [
        text for text in proposals(ignored) if text.split("=")[0].split("'")[-1] not in carried
    ]
    return Recording(
        path=request.path,
        source=f"recording:{request.path.name}",
        patient=patient,
        report=ReadingReport(
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
            notes=(*ideas, *tally.notes, *cut.plan.notes, *clock.notes, *made.notes),
        ),
        table=made.table,
        simulated=cut.simulated,
    )

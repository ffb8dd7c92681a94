"""`monitord backtest --sweep`: each recording read once and tried under every point of the grid."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from monitord.config import identity
from monitord.engine.protocol.protocol import PROTOCOL, Protocol, canonical
from monitord.errors import NothingAssessedError
from monitord.replay.backtest.alarm_load import COMPARATORS
from monitord.replay.backtest.assess import TRUTHS, assess_sessions
from monitord.replay.backtest.grid import Grid, read_grid
from monitord.replay.backtest.pool import Here, Pool
from monitord.replay.backtest.sweep import Sweep, Tried, sweep_of, tried
from monitord.replay.html.heat_map import heat_map
from monitord.replay.html.html_page import bar_plot, heading, items, page, paragraph, scatter, table
from monitord.replay.html.picture import picture
from monitord.replay.recordings.folder import (
    Opened,
    one_patient,
    open_each,
    recording_files,
    several,
)
from monitord.replay.run.options import OnRead, unseen
from monitord.replay.run.recording_session import open_session


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepJob:
    """One file under many protocols, each canonical JSON with the rule that is tried and what silences it."""

    path: str
    rule: str
    protocols: tuple[str, ...]
    phase: str | None
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedFile:
    """What came of one file: `rows[session][point]`, and how many of its recordings have no reading for the rule."""

    rows: list[list[Tried]]
    without: int


def try_all(job: SweepJob) -> TriedFile:
    """Every session of a file under every point."""
    protocols = [PROTOCOL.validate_json(text) for text in job.protocols]
    rule = job.rule
    found: list[list[Tried]] = []
    without = 0

    def fitting() -> Iterator[Opened]:
        nonlocal without
        for each in open_each(Path(job.path), job.columns):
            read = (each[0].series(s)[1] for s in protocols[0].rules[rule].inputs)
            if any(not np.isnan(values).all() for values in read):
                yield each
            else:
                without += 1

    for some in several(fitting()):
        names = [recording.patient for recording, _ in some]
        # What the rule is not meant to tell of says nothing about its settings.
        truths = [
            tuple(t for t in (marks.truths if marks else ()) if rule in TRUTHS.get(t.name, (rule,)))
            for _, marks in some
        ]
        columns = []
        for protocol in protocols:
            sessions = [
                open_session(recording, protocol, phase=job.phase, marks=marks)
                for recording, marks in some
            ]
            columns.append([tried(e, rule) for e in assess_sessions(names, sessions, truths)])
        found += map(list, zip(*columns, strict=True))
    return TriedFile(rows=found, without=without)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """A sweep and what could not be read for it."""

    protocol: Protocol
    sweep: Sweep
    failed: list[str] = field(default_factory=list)
    without: int = 0
    """Recordings that hold no reading for the rule, and are in no row."""
    one_patient: list[str] = field(default_factory=list)
    """Files of one name in several folders."""

    def notes(self) -> list[str]:
        """What a reader of the numbers must know."""
        sweep = self.sweep
        notes = [f"{sweep.simulated} of {sweep.sessions} sessions are simulated: made by twins"]
        notes.append(
            f"{self.without} of {sweep.sessions + self.without} recordings have no reading for {sweep.grid.rule}: in no row"
        )
        if sweep.chosen is None:
            notes.append(
                "no true events beside these recordings: the load is an illustration, nothing is chosen"
            )
        elif sweep.simulated == sweep.sessions:
            notes.append("a self-test of the tool: the truth is the twin's own")
        notes += self.one_patient
        return notes + [f"left out: {why}" for why in self.failed]


def run_sweep(
    folder: Path,
    protocol: Protocol,
    grid: str,
    *,
    phase: str | None = None,
    columns: Mapping[str, str] | None = None,
    pool: Pool | None = None,
    seen: OnRead = unseen,
) -> Swept:
    """Tries every point on every recording below a folder; NothingAssessedError where none fits."""
    points: Grid = read_grid(grid, protocol)
    texts = tuple(canonical(point.protocol) for point in points.points)
    files = recording_files(folder)
    jobs = [
        SweepJob(
            path=str(path),
            rule=points.rule,
            protocols=texts,
            phase=phase,
            columns=columns or {},
        )
        for path in files
    ]
    found: list[tuple[str, TriedFile]] = []
    failed: list[str] = []
    for done, answer in enumerate((pool or Here()).run(try_all, jobs), start=1):
        if answer.failed is not None:
            failed.append(answer.failed)
        else:
            found.append((answer.job.path, answer.result))
        seen(done, len(files), answer.job.path)
    rows = [row for _, of in sorted(found, key=lambda each: each[0]) for row in of.rows]
    if not rows:
        raise NothingAssessedError(
            "\n".join([f"{folder}: no recording carries what {points.rule} needs", *failed])
        )
    return Swept(
        protocol=protocol,
        sweep=sweep_of(points, rows),
        failed=sorted(failed),
        without=sum(of.without for _, of in found),
        one_patient=one_patient(files),
    )


def write_sweep(swept: Swept, out: Path) -> None:
    """`sweep.csv`, `sweep.html` and its plot as `sweep.svg`."""
    out.mkdir(parents=True, exist_ok=True)
    rows = swept.sweep.rows()
    with (out / "sweep.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        lines.writeheader()
        lines.writerows(rows)
    (out / "sweep.html").write_text(sweep_page(swept), encoding="utf-8")
    (out / "sweep.svg").write_text(picture(_plot(swept.sweep)), encoding="utf-8")


def _plot(sweep: Sweep) -> str:
    """Load against delay; where no true event tells a delay, the load of each point over all patients."""
    pareto = sweep.pareto
    points = [
        (s.per_hour, s.delay_s, n in pareto)
        for n, s in enumerate(sweep.choosing)
        if s.delay_s is not None
    ]
    if points:
        return scatter(points, across="alarms/h", up="median delay s")
    return bar_plot(
        [
            (", ".join(f"{key} {value}" for key, value in point.settings.items()), found.per_hour)
            for point, found in zip(sweep.grid.points, sweep.whole, strict=True)
        ]
    )


def _heat_maps(sweep: Sweep) -> Iterator[str]:
    """Load and, where true events tell it, delay, by the first two settings that vary; one each for the others."""
    varied = [key for key, values in sweep.grid.values.items() if len(values) > 1]
    if len(varied) < 2:
        return
    across, down, *others = varied
    maps: list[tuple[str, list[float | None]]] = [
        ("Alarms a patient-hour, all patients", [found.per_hour for found in sweep.whole])
    ]
    if sweep.chosen is not None:
        maps.append(
            ("Median delay to a true event in s, all patients", [s.delay_s for s in sweep.whole])
        )
    chosen = None if sweep.chosen is None else sweep.grid.points[sweep.chosen].settings
    for title, values in maps:
        cells: dict[tuple[str, ...], dict[tuple[str, str], float | None]] = {}
        for point, value in zip(sweep.grid.points, values, strict=True):
            of = point.settings
            part = tuple(f"{key} {of[key]}" for key in others)
            cells.setdefault(part, {})[of[across], of[down]] = value
        for part, found in cells.items():
            yield heading(", ".join([title, *part]))
            own = chosen is not None and all(f"{key} {chosen[key]}" in part for key in others)
            marked = (chosen[across], chosen[down]) if own and chosen is not None else None
            names = ((across, sweep.grid.values[across]), (down, sweep.grid.values[down]))
            yield heat_map(*names, found, marked=marked)


def sweep_page(swept: Swept) -> str:
    """The page: plot, heat maps where two settings vary, and the table of every point."""
    sweep = swept.sweep
    plotted = "Load against delay, on the half of the patients to choose on"
    marked = "Marked points are beaten by no other in load, hits and delay at once."
    chosen = (
        "Chosen: of the points that tell of most true events, the one with the fewest alarms. The other half "
        "of the patients tells what to expect of it; intervals are of 95 %, patients being the unit."
    )
    if sweep.chosen is None:
        chosen = "Nothing is chosen. Intervals are of 95 %, patients being the unit."
    if all(score.delay_s is None for score in sweep.choosing):
        plotted = "Alarms a patient-hour, of all patients"
        marked = "No true event beside these recordings was told of, so there is no delay to plot."
    parts = [
        paragraph(f"Protocol {identity(swept.protocol)}, rule {sweep.grid.rule}, its level alone"),
        items(swept.notes()),
        heading(plotted),
        _plot(sweep),
        paragraph(marked),
        *_heat_maps(sweep),
        heading("Every point"),
        table(sweep.rows()),
        paragraph(chosen),
        heading("Published figures, for the order of size"),
        items(COMPARATORS),
    ]
    return page(f"Sweep of {sweep.grid.rule}", parts)

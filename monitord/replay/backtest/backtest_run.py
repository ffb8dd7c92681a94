"""A folder of recordings under one protocol: every session assessed once, and added up.

One result file a recording stands in the output folder, named by what it depends on: contents, protocol,
code, phase and interval. So a run that was stopped goes on, and a dead worker costs only its own.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

import monitord
from monitord import __version__
from monitord.config import identity
from monitord.engine.protocol.protocol import Protocol, canonical
from monitord.errors import NothingAssessedError
from monitord.model import Span
from monitord.replay.backtest.alarm_load import Load
from monitord.replay.backtest.assess import ASSESSED, Assessed, Job, as_json, assess
from monitord.replay.backtest.backtest_page import backtest_page, rates
from monitord.replay.backtest.pool import Here, Pool
from monitord.replay.backtest.verdicts import Verdicts
from monitord.replay.backtest.worst_sessions import WorstSession, draw_worst, worst
from monitord.replay.html.html_page import bar_plot
from monitord.replay.html.picture import picture
from monitord.replay.recordings.folder import (
    names_of,
    not_opened,
    one_patient,
    recording_files,
    stem_of,
)
from monitord.replay.run.options import OnRead, unseen

_REMARKS = 30
"""Remarks on how files were read that are shown, the most frequent first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What came of a folder: `failed` says why files are not in the load, `not_opened` which are no recordings by their names."""

    protocol: Protocol
    load: Load
    files: int
    cached: int
    verdicts: Verdicts = field(default_factory=Verdicts)
    failed: list[str] = field(default_factory=list)
    not_opened: list[str] = field(default_factory=list)
    one_patient: list[str] = field(default_factory=list)
    """Files of one name in several folders."""
    worst: list[WorstSession] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        """What a reader of the numbers must know."""
        load = self.load
        notes = [f"{load.simulated} of {load.sessions} sessions are simulated: made by twins"]
        if load.never_read:
            notes.append(f"no session has a reading for {', '.join(load.never_read)}")
        notes += [
            f"{rule} was stepped in {count} of {load.sessions} sessions: not evaluated as a block there"
            for rule, count in sorted(load.stepped.items())
        ]
        notes += [
            f"{signal} was not in {count} of {load.sessions} sessions: not assessed there"
            for signal, count in sorted(load.not_assessed.items())
        ]
        notes += [
            f"{count} of {load.sessions} sessions: {text}"
            for text, count in load.remarks.most_common(_REMARKS)
        ]
        if len(load.remarks) > _REMARKS:
            notes.append(
                f"{len(load.remarks) - _REMARKS} more remarks: replay a file to see its own"
            )
        notes += [*self.one_patient, *self.not_opened]
        return notes + [f"left out: {why}" for why in self.failed]


def backtest(
    folder: Path,
    protocol: Protocol,
    *,
    phase: str | None = None,
    interval: Span | None = None,
    columns: Mapping[str, str] | None = None,
    out: Path | None = None,
    verdicts: Verdicts | None = None,
    pool: Pool | None = None,
    seen: OnRead = unseen,
) -> Backtest:
    """Assesses every recording below `folder`; with `out` results are kept there and used again."""
    files = recording_files(folder)
    load, failed, done, cached = Load(), list[str](), 0, 0
    verdicts = verdicts or Verdicts()
    results = None if out is None else out / "results"
    if results is not None:
        results.mkdir(parents=True, exist_ok=True)
    todo: list[Job] = []
    most: list[WorstSession] = []
    document = canonical(protocol)
    called = names_of(folder, files)
    for path in files:
        given = Job(
            path=str(path),
            called=called[path],
            protocol=document,
            phase=phase,
            interval=interval,
            columns=columns or {},
        )
        kept = None if results is None else _kept(_place(results, given))
        if kept is None:
            todo.append(given)
            continue
        load.add(kept)
        verdicts.add(kept)
        most = worst(most, given, kept)
        done, cached = done + 1, cached + 1
        seen(done, len(files), str(path))
    for answer in (pool or Here()).run(assess, todo):
        done += 1
        if answer.failed is not None:
            text = answer.failed
            failed.append(text if answer.job.path in text else f"{answer.job.path}: {text}")
        else:
            load.add(answer.result)
            verdicts.add(answer.result)
            most = worst(most, answer.job, answer.result)
            if results is not None:
                _keep(_place(results, answer.job), answer.result)
        seen(done, len(files), answer.job.path)
    if not load.sessions:
        raise NothingAssessedError("\n".join([f"{folder}: holds no recording", *failed]))
    found = Backtest(
        protocol=protocol,
        load=load,
        files=len(files),
        cached=cached,
        verdicts=verdicts,
        failed=sorted(failed),
        not_opened=not_opened(folder),
        one_patient=one_patient(files),
        worst=most,
    )
    if out is not None:
        write(found, out)
    return found


@cache
def code() -> str:
    """A mark of all code that a result comes from: a checkout changes under one version."""
    package = Path(monitord.__file__).parent
    files = (file for room in _ROOMS for file in sorted((package / room).rglob("*.py")))
    return _hashed(file.read_bytes() for file in files).hex()


_ROOMS = ("model", "engine", "replay")


def _place(results: Path, given: Job) -> Path:
    """The result file of a job; its name changes with everything that the result depends on."""
    parts = [code(), given.called, given.protocol, str(given.phase), str(given.interval)]
    parts.append(json.dumps(dict(given.columns), sort_keys=True))
    digest = sha256("\0".join(parts).encode())
    path = Path(given.path)
    beside = path.with_name(stem_of(path) + ".events.csv")
    # A WFDB header names its signal files; which is not read here.
    signals = sorted(path.parent.glob("*.dat")) if path.suffix == ".hea" else []
    for each in (path, beside, *signals):
        if each.is_file():
            with each.open("rb") as file:
                digest.update(_hashed(iter(lambda: file.read(1 << 20), b"")))
    return results / f"{stem_of(path)}-{digest.hexdigest()[:16]}.json"


def _hashed(blocks: Iterable[bytes]) -> bytes:
    digest = sha256()
    for block in blocks:
        digest.update(block)
    return digest.digest()


def _kept(place: Path) -> tuple[Assessed, ...] | None:
    try:
        return ASSESSED.validate_json(place.read_bytes())
    except (OSError, ValidationError):
        return None


def _keep(place: Path, found: tuple[Assessed, ...]) -> None:
    """Whole or not at all."""
    part = place.with_suffix(".part")
    part.write_text(json.dumps(as_json(found)), encoding="utf-8")
    part.replace(place)


def write(found: Backtest, out: Path) -> None:
    """`backtest.csv` (a row a rule), `backtest.json`, `report.html`, its bars as `backtest.svg`, and `strips/`."""
    rows = found.load.rows()
    text = io.StringIO()
    table = csv.DictWriter(text, rows[0].keys() if rows else ["rule"], lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    (out / "backtest.csv").write_text(text.getvalue(), encoding="utf-8")
    document = {
        "version": __version__,
        "protocol": identity(found.protocol),
        **found.load.facts(),
        "rules": rows,
        "detection": found.load.detection_rows(),
        "coverage": found.load.coverage_rows(),
        "verdicts": found.verdicts.rows(),
        "notes": found.notes,
    }
    (out / "backtest.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
    name = identity(found.protocol)
    page = backtest_page(name, found.load, found.verdicts, found.notes, found.worst)
    (out / "report.html").write_text(page, encoding="utf-8")
    plot = picture(bar_plot(rates(found.load)))
    (out / "backtest.svg").write_text(plot, encoding="utf-8")
    draw_worst(found.worst, out)

"""The events file of a recording: a CSV that places staff actions, phases and what truly happened.

    at,event,value,by,until
    +0s,start_infusion,,RN1,
    +12min,observe,moaas=3; nausea=1,RN1,
    2026-01-05T10:41:00Z,stop_infusion,,RN1,
        +18min,truth,desaturation,,+20min

`at` and `until` are a time of day with date as in a recording (without a zone: the zone of the call),
or `+` and a duration from the recording's first frame. `event` is a staff action (`value` is its
reason or override, of `observe` its readings), `phase` (`value` names the phase from here on) or
`truth` (`value` names what happened, for hit and miss). `value`, `by`, `until` may be left out.
Lines above the header that begin with `#` say what the file is of. A file with any fault is refused, with every fault and its line.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Final

from monitord.errors import RecordingError
from monitord.model import (
    SIGNALS,
    CallHelp,
    Discharge,
    Instant,
    Observe,
    PauseAudio,
    PauseInfusion,
    ResumeInfusion,
    Signal,
    StaffAction,
    StartBaseline,
    StartInfusion,
    StopInfusion,
    parse_span,
)
from monitord.replay.recordings.clock_column import read_clock
from monitord.replay.recordings.text_file import read_text

_REMARKS: Final = re.compile(r"\A(?:#.*\n)+")
_COLUMNS: Final = frozenset({"at", "event", "value", "by", "until"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Something that truly happened, by an expert's or a twin's word; `until` None for a moment."""

    at: Instant
    name: str
    until: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What an events file places, each list in time order; `notes` are the assumptions."""

    actions: tuple[tuple[Instant, StaffAction], ...] = ()
    phases: tuple[tuple[Instant, str], ...] = ()
    truths: tuple[Truth, ...] = ()
    notes: tuple[str, ...] = ()


Make = Callable[[str, str, str], StaffAction]
"""(id, by, value) -> the action; ValueError where the value can't be read."""

_ACTIONS: Final[Mapping[str, Make]] = {
    "start_baseline": lambda key, by, _: StartBaseline(id=key, by=by),
    "start_infusion": lambda key, by, value: StartInfusion(id=key, by=by, override=value),
    "pause_infusion": lambda key, by, value: PauseInfusion(id=key, by=by, reason=value),
    "resume_infusion": lambda key, by, _: ResumeInfusion(id=key, by=by),
    "stop_infusion": lambda key, by, value: StopInfusion(id=key, by=by, reason=value),
    "discharge": lambda key, by, value: Discharge(id=key, by=by, override=value),
    "observe": lambda key, by, value: Observe(id=key, by=by, values=_readings(value)),
    "pause_audio": lambda key, by, _: PauseAudio(id=key, by=by),
    "call_help": lambda key, by, _: CallHelp(id=key, by=by),
}


def read_events(path: str | Path, *, start: Instant | None, tz: tzinfo | None = None) -> Marks:
    """Reads an events file for a recording that begins at `start` (None: it has no frame)."""
    place = Path(path)
    text = read_text(place)
    table = _REMARKS.sub("", text)
    above = text.count("\n") - table.count("\n")
    rows = csv.DictReader(io.StringIO(table, newline=""))
    names = frozenset(rows.fieldnames or ())
    if not {"at", "event"} <= names <= _COLUMNS:
        msg = f"{place}: the columns are {', '.join(sorted(_COLUMNS))}; found {', '.join(sorted(names))}"
        raise RecordingError(msg)
    reading = _Reading(start=start, tz=tz, faults=[], notes=set())
    actions: list[tuple[Instant, StaffAction]] = []
    phases: list[tuple[Instant, str]] = []
    truths: list[Truth] = []
    for row in rows:
        line = above + rows.line_num
        if None in row or None in row.values():
            reading.faults.append(f"line {line}: {len(names)} cells expected")
            continue
        cells = {name: cell.strip() for name, cell in row.items()}
        at = reading.instant(cells["at"], line)
        if at is None:
            continue
        value, until = cells.get("value", ""), cells.get("until", "")
        match cells["event"]:
            case "phase" if value:
                phases.append((at, value))
            case "truth" if value:
                end = reading.instant(until, line) if until else None
                truths.append(Truth(at=at, name=value, until=end))
            case ("phase" | "truth") as event:
                reading.faults.append(f"line {line}: {event} needs a value")
            case event if event in _ACTIONS:
                by = cells.get("by", "")
                try:
                    actions.append((at, _ACTIONS[event](f"{place.name}:{line}", by, value)))
                except ValueError as exc:
                    reading.faults.append(f"line {line}: {exc}")
            case event:
                known = ", ".join([*_ACTIONS, "phase", "truth"])
                reading.faults.append(f"line {line}: {event!r} is none of {known}")
    if reading.faults:
        raise RecordingError("\n".join(f"{place}: {fault}" for fault in reading.faults))
    return Marks(
        actions=tuple(sorted(actions, key=lambda item: item[0])),
        phases=tuple(sorted(phases)),
        truths=tuple(sorted(truths, key=lambda truth: truth.at)),
        notes=tuple(sorted(reading.notes)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    start: Instant | None
    tz: tzinfo | None
    faults: list[str]
    notes: set[str]

    def instant(self, text: str, line: int) -> Instant | None:
        """The instant, or None and a fault."""
        try:
            if text.startswith("+"):
                if self.start is None:
                    msg = "the recording has no frame to count from"
                    raise ValueError(msg)
                return Instant(self.start + parse_span(text[1:]))
            clock = read_clock([text], tz=self.tz)
        except (ValueError, RecordingError) as exc:
            self.faults.append(f"line {line}: {exc}")
            return None
        # A time of day alone would fall on a day that nobody named.
        if clock.bad[0] or any(note.startswith("times without a date") for note in clock.notes):
            self.faults.append(f"line {line}: {text!r} is no date and time, nor + and a duration")
            return None
        self.notes.add(f"events: {clock.statement}")
        return Instant(int(clock.times[0]))


def _readings(value: str) -> dict[Signal, float]:
    """`moaas=3; nausea=1`."""
    found: dict[Signal, float] = {}
    for part in value.split(";"):
        name, _, number = part.partition("=")
        signal = Signal(name.strip())
        found[signal] = float(number)
        spec = SIGNALS[signal]
        if not spec.low <= found[signal] <= spec.high:
            msg = f"{signal} {number.strip()} is outside {spec.low:g} to {spec.high:g} {spec.unit}"
            raise ValueError(msg)
    return found

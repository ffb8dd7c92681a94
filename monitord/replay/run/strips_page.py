"""A whole recording as zoomable strips in one file: signals, limits in force, phases, staff, alarms and why. Pure.

uPlot (MIT) draws; it and the style stand in the file, which asks the network for nothing.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from monitord.model import SECOND, SIGNALS, AlarmEvent, AlarmLine, Instant, Observe, iso
from monitord.model.alarm_lives import Life, lives
from monitord.model.signals import Signal
from monitord.replay.html.html_page import heading, items, page, paragraph, part_of_page
from monitord.replay.recordings.column_table import Instants, Values
from monitord.replay.run.limits_in_force import LimitsAt
from monitord.replay.run.recording_session import RecordingSession

POINTS: Final = 50_000
"""A signal with more is drawn by the least and the greatest value of each of a third as many parts."""


def strips_page(
    session: RecordingSession,
    told: Sequence[AlarmLine],
    in_force: Sequence[LimitsAt],
    remarks: Iterable[str],
) -> str:
    """The page of one replay; `told` are its lines, `remarks` what a reader must know before."""
    recording = session.recording
    drawn = {s: thinned(*_between(session, s)) for s in sorted(recording.table.signals)}
    seen = lives(told)
    data = {
        "from": session.start / SECOND,
        "to": session.end / SECOND,
        "signals": [_signal(s, *points, in_force) for s, points in drawn.items()],
        "phases": [{"at": each.at / SECOND, "name": each.phase} for each in _phases(in_force)],
        "staff": [{"at": at / SECOND, "text": _staff(action)} for at, action in session.actions],
        "alarms": [_alarm(life) for life in seen],
        "nearMisses": [
            {"at": line.at / SECOND, "text": line.text}
            for line in told
            if line.event is AlarmEvent.NEAR_MISS
        ],
    }
    many = [s.value for s in drawn if len(recording.series(s)[0]) > POINTS]
    notes = [f"drawn by the least and greatest of neighbours: {', '.join(many)}"] if many else []
    script, style = (
        part_of_page("uPlot.iife.min.js"),
        part_of_page("uPlot.min.css") + part_of_page("strips.css"),
    )
    parts = [
        items([*remarks, *notes]),
        paragraph(
            "Drag across a strip to see a part; a double click shows all. A click on an alarm goes there. Grey: no"
            " reading. Times are UTC."
        ),
        '<div id="strips"></div>',
        heading("Alarms"),
        '<div id="alarms"></div>',
        f"<style>{style}</style>",
        f'<script type="application/json" id="recording">{_embedded(data)}</script>',
        f"<script>{script}</script><script>{part_of_page('strips.js')}</script>",
    ]
    return page(f"{recording.path.name}: {session.identity}", parts)


def _embedded(data: Any) -> str:
    """JSON that no text in it can end."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _between(session: RecordingSession, signal: Signal) -> tuple[Instants, Values]:
    times, values = session.recording.series(signal)
    inside = (times >= session.start) & (times <= session.end)
    return times[inside], values[inside]


def thinned(times: Instants, values: Values, most: int = POINTS) -> tuple[Instants, Values]:
    """At most `most` points; of neighbours the least and the greatest stay, each at its time, and gaps stay gaps."""
    if len(times) <= most:
        return times, values
    kept: list[int] = []
    for part in np.array_split(np.arange(len(times)), most // 3):
        missing = np.isnan(values[part])
        found = {int(part[missing][0])} if missing.any() else set()
        if not missing.all():
            known = part[~missing]
            found |= {int(known[np.argmin(values[known])]), int(known[np.argmax(values[known])])}
        kept += sorted(found)
    chosen = np.array(kept)
    return times[chosen], values[chosen]


def _signal(
    signal: Signal, times: Instants, values: Values, in_force: Sequence[LimitsAt]
) -> dict[str, Any]:
    spec = SIGNALS[signal]
    return {
        "name": signal.value,
        "label": spec.label,
        "unit": spec.unit.replace("[Hg]", "Hg"),
        "t": np.round(times / SECOND, 3).tolist(),
        "v": [None if v != v else round(v, 3) for v in values.tolist()],  # noqa: PLR0124 - NaN is not itself
        "limits": list(_limits(signal, in_force)),
    }


def _limits(signal: Signal, in_force: Sequence[LimitsAt]) -> Iterator[dict[str, Any]]:
    """Each limit with the spans in which it stood; an end of None is the recording's."""
    spans: dict[tuple[str, str, float], list[list[float | None]]] = {}
    for each, following in zip(in_force, [*in_force[1:], None], strict=True):
        until = None if following is None else following.at / SECOND
        for limit in each.limits:
            if limit.signal is signal:
                key = (limit.priority.word, str(limit.limit), limit.limit.value)
                found = spans.setdefault(key, [])
                if found and found[-1][1] == each.at / SECOND:
                    found[-1][1] = until
                else:
                    found.append([each.at / SECOND, until])
    for (priority, words, value), found in sorted(spans.items()):
        yield {"priority": priority, "words": words, "value": value, "spans": found}


def _phases(in_force: Sequence[LimitsAt]) -> Iterator[LimitsAt]:
    before = None
    for each in in_force:
        if each.phase != before:
            before = each.phase
            yield each


def _staff(action: Any) -> str:
    what = action.type.replace("_", " ")
    if isinstance(action, Observe):
        what = ", ".join(f"{SIGNALS[s].label} {v:g}" for s, v in action.values.items())
    return f"{what} ({action.by})"


def _alarm(life: Life) -> dict[str, Any]:
    return {
        "rule": life.first.alarm,
        "signal": life.first.signal.value if life.first.signal else None,
        "priority": life.peak.word,
        "from": life.first.at / SECOND,
        "to": None if life.end is None else life.end / SECOND,
        "lines": [
            {
                "at": line.at / SECOND,
                "clock": iso(Instant(line.at)),
                "event": line.event.value,
                "priority": line.priority.word,
                "text": line.text,
                "part": line.inhibited_by or "",
            }
            for line in life.lines
        ],
    }

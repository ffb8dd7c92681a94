"""What strips are drawn from, as JSON values: signals with limits in force, phases, staff's entries, alarms and their lives. Pure.

One replay, or two sides of a comparison on the first one's clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from monitord.model import (
    SECOND,
    SIGNALS,
    AlarmEvent,
    AlarmLine,
    Instant,
    Observe,
    Signal,
    Span,
    StaffAction,
)
from monitord.model.alarm_lives import Life, lives
from monitord.replay.recordings.column_table import Instants, Values
from monitord.replay.recordings.recording import Recording
from monitord.replay.run.limits_in_force import LimitsAt
from monitord.replay.run.recording_session import RecordingSession

POINTS: Final = 50_000
"""A signal with more is drawn by the least and the greatest value of each of a third as many parts."""
SIDES: Final = ("A", "B")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One replay as it is drawn: `told` are its lines; a `recording` of None has no signals. Of every time `later` is taken."""

    start: Instant
    end: Instant
    recording: Recording | None
    told: Sequence[AlarmLine]
    in_force: Sequence[LimitsAt] = ()
    actions: Sequence[tuple[Instant, StaffAction]] = ()
    later: Span = 0

    def seconds(self, at: Instant) -> float:
        """A time as the strips have it."""
        return (at - self.later) / SECOND

    @property
    def signals(self) -> list[Signal]:
        """What is drawn, in the order of the names."""
        return sorted(self.recording.table.signals) if self.recording else []

    def series(self, signal: Signal) -> tuple[Instants, Values]:
        """The readings within the session."""
        if self.recording is None:
            return np.empty(0, np.int64), np.empty(0, np.float64)
        times, values = self.recording.series(signal)
        inside = (times >= self.start) & (times <= self.end)
        return times[inside], values[inside]


def drawn_session(
    session: RecordingSession,
    told: Sequence[AlarmLine],
    in_force: Sequence[LimitsAt],
    later: Span = 0,
) -> Drawn:
    """A replay of a recording."""
    return Drawn(
        start=session.start,
        end=session.end,
        recording=session.recording,
        told=told,
        in_force=in_force,
        actions=session.actions,
        later=later,
    )


def strips_data(a: Drawn, b: Drawn | None = None) -> dict[str, Any]:
    """The values of one replay, or of two: then alarms and limits say of which, and the numbers of another recording
    stand beside.
    """
    sides = [("", a)] if b is None else list(zip(SIDES, (a, b), strict=True))
    return {
        "from": min(side.seconds(side.start) for _, side in sides),
        "to": max(side.seconds(side.end) for _, side in sides),
        "signals": [
            _signal(signal, sides) for signal in sorted({s for _, d in sides for s in d.signals})
        ],
        "phases": [{"at": a.seconds(each.at), "name": each.phase} for each in _phases(a.in_force)],
        "staff": [{"at": a.seconds(at), "text": _staff(action)} for at, action in a.actions],
        "alarms": sorted(
            (_alarm(life, name, side) for name, side in sides for life in lives(side.told)),
            key=lambda each: each["from"],
        ),
        "nearMisses": [
            {"at": side.seconds(line.at), "text": line.text}
            for _, side in sides
            for line in side.told
            if line.event is AlarmEvent.NEAR_MISS
        ],
    }


def thinned_signals(drawn: Drawn) -> list[str]:
    """The names of those of which not every reading is drawn."""
    return [s.value for s in drawn.signals if len(drawn.series(s)[0]) > POINTS]


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


def _signal(signal: Signal, sides: Sequence[tuple[str, Drawn]]) -> dict[str, Any]:
    """The first side's numbers; the other's, where they are of another recording, as `beside`."""
    spec = SIGNALS[signal]
    recordings = {side.recording.path: side for _, side in reversed(sides) if side.recording}
    shown = [_points(side, signal) for side in reversed(recordings.values())]
    return {
        "name": signal.value,
        "label": spec.label,
        "unit": spec.unit.replace("[Hg]", "Hg"),
        **shown[0],
        "beside": shown[1] if len(shown) > 1 else None,
        "limits": _limits_of_sides(signal, sides),
    }


def _points(side: Drawn, signal: Signal) -> dict[str, list[Any]]:
    times, values = thinned(*side.series(signal))
    return {
        "t": [round(side.seconds(at), 3) for at in times.tolist()],
        "v": [None if v != v else round(v, 3) for v in values.tolist()],  # noqa: PLR0124 - NaN is not itself
    }


def _limits_of_sides(signal: Signal, sides: Sequence[tuple[str, Drawn]]) -> list[dict[str, Any]]:
    """Of two sides a limit that both have, always together, is one and says of neither."""
    found = [(name, limit) for name, side in sides for limit in _limits(signal, side)]
    alike = [limit for _, limit in found]
    return [
        {**limit, "side": "" if alike.count(limit) > 1 else name}
        for n, (name, limit) in enumerate(found)
        if limit not in alike[:n]
    ]


def _limits(signal: Signal, side: Drawn) -> Iterator[dict[str, Any]]:
    """Each limit with the spans in which it stood; an end of None is the recording's."""
    spans: dict[tuple[str, str, float], list[list[float | None]]] = {}
    in_force = side.in_force
    for each, following in zip(in_force, [*in_force[1:], None], strict=True):
        begin = side.seconds(each.at)
        until = None if following is None else side.seconds(following.at)
        for limit in each.limits:
            if limit.signal is signal:
                key = (limit.priority.word, str(limit.limit), limit.limit.value)
                found = spans.setdefault(key, [])
                if found and found[-1][1] == begin:
                    found[-1][1] = until
                else:
                    found.append([begin, until])
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


def _alarm(life: Life, name: str, side: Drawn) -> dict[str, Any]:
    return {
        "rule": life.first.alarm,
        "side": name,
        "priority": life.peak.word,
        "from": side.seconds(life.first.at),
        "to": None if life.end is None else side.seconds(life.end),
        "lines": [
            {
                "at": side.seconds(line.at),
                "event": line.event.value,
                "priority": line.priority.word,
                "text": line.text,
                "part": line.inhibited_by or "",
            }
            for line in life.lines
        ],
    }

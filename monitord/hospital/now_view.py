"""How a suite stands, as it is shown to the hospital: its own tiles, and how well each signal is watched. Pure."""

from dataclasses import dataclass
from typing import Any

from monitord.engine.protocol.confidential import OF_FORMS
from monitord.engine.readings.coverage import Watch, spans_until
from monitord.engine.session.away_from_bed import absences
from monitord.engine.state import State
from monitord.hospital.suite_side import SuiteSide
from monitord.model import Instant, Span
from monitord.station.views.alarm_view import alarm_views
from monitord.station.views.bed_view import bed_view, unmonitored_view
from monitord.station.views.views import AlarmView, BedView, Millis, UnmonitoredView, jsonable
from monitord.station.views.visit_view import hidden_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedView:
    """How well a signal is watched at this moment, and why not."""

    signal: str
    watch: Watch
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BedNow:
    """A bed's tile as its own station has it, after journal sequence `seq`; one that is not monitored says why."""

    suite: str
    bed: str
    seq: int
    at: Millis
    tile: BedView | None
    unmonitored: UnmonitoredView | None
    coverage: list[WatchedView]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteNow:
    """The sign of life of a suite: the alarms of its own equipment, its beds, and how often it says so."""

    suite: str
    seq: int
    at: Millis
    every: int
    alarms: list[AlarmView]
    beds: list[str]
    answers: list[str]


def bed_now(side: SuiteSide, bed: str, state: State | None) -> dict[str, Any]:
    """As JSON."""
    label, now = side.label(bed), side.now()
    shown = BedNow(
        suite=side.suite,
        bed=bed,
        seq=side.seq(),
        at=now,
        tile=None if state is None else bed_view(bed, state, label, now),
        unmonitored=unmonitored_view(bed, label, side.suite_state()) if state is None else None,
        coverage=[] if state is None else coverage_now(state, now),
    )
    made: dict[str, Any] = jsonable(shown)
    return made


def suite_now(side: SuiteSide, every: Span, answers: tuple[str, ...]) -> dict[str, Any]:
    """As JSON."""
    shown = SuiteNow(
        suite=side.suite,
        seq=side.seq(),
        at=side.now(),
        every=every // 1000,
        alarms=alarm_views(side.suite_state()),
        beds=list(side.places()),
        answers=list(answers),
    )
    made: dict[str, Any] = jsonable(shown)
    return made


def coverage_now(state: State, now: Instant) -> list[WatchedView]:
    """Of each signal that the session expects; nothing of a form."""
    if state.session is None:
        return []
    hidden = hidden_of(state).signals | OF_FORMS
    latest = {reading.signal: reading for reading in state.readings}
    away = absences(state.session, now)
    found = []
    for each in state.coverage:
        if each.signal in hidden:
            continue
        spans = list(spans_until(each, latest.get(each.signal), now, away))
        if spans:
            _, _, watch, cause = spans[-1]
            found.append(WatchedView(signal=each.signal.value, watch=watch, cause=cause))
    return found

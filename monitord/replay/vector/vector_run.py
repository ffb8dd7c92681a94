"""Sessions' alarms from whole signals: rules with a block form by numpy, the rest by stepping.

The same edges as `replay`, for a hundredth of the time: what back-test and sweep run on. Sessions that run
the same rules are taken together, so give many at once.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final

import numpy as np

from monitord.engine.protocol.protocol import Protocol
from monitord.engine.rules.limit import LimitRule
from monitord.model import Priority, Signal
from monitord.replay.run.alarm_steps import Edge, edge_of, in_order
from monitord.replay.run.recording_session import RecordingSession
from monitord.replay.run.replay_run import replay
from monitord.replay.vector.absence import absence_block
from monitord.replay.vector.alarm_histories import Rows, lives
from monitord.replay.vector.concatenate_signals import ConcatenatedSignals
from monitord.replay.vector.limit import limit_block
from monitord.replay.vector.may_speak import spoken_by_absence, stuck, unsteady
from monitord.replay.vector.unanswered_alarm import STEPS, latch_policy_of
from monitord.replay.vector.vectorized_rules import (
    BlockRule,
    blocks,
    only,
    spoken_of,
    stepped_signals,
    why_stepped,
)

AT_ONCE: Final = 4_000_000
"""Rows of sessions that are stacked: more would save nothing. Only what is near a limit or odd takes memory,
about 100 bytes a reading; at worst that is each.
"""

_EVENTS: Final = np.array([event for event, _ in STEPS], object)
_REASONS: Final = np.array([reason for _, reason in STEPS], object)
_PRIORITIES: Final = np.array([None, *sorted(Priority)], object)
_EDGE: Final = partial(tuple.__new__, Edge)
# An edge from its values, without a call into Python for each.


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAlarms:
    """A session's edges in order, and the rules that had to be stepped."""

    edges: list[Edge]
    stepped: tuple[str, ...]


def alarms(session: RecordingSession) -> SessionAlarms:
    """All alarms of one session."""
    return alarms_of([session])[0]


def alarms_of(sessions: Sequence[RecordingSession]) -> list[SessionAlarms]:
    """All alarms of each session by the quickest way that gives the same."""
    found: dict[int, SessionAlarms] = {}
    groups, whole = _alike(sessions)
    for signals, group in groups:
        followed = blocks(sessions[group[0]], signals)
        for places in _shares(group, [len(each.recording.table.times) for each in sessions]):
            together = [sessions[place] for place in places]
            each = zip(places, together, *_run(together, followed), strict=True)
            for place, session, edges, lost in each:
                found[place] = _completed(session, edges, followed, lost)
    for place in whole:
        session = sessions[place]
        edges = in_order(map(edge_of, replay(session)))
        found[place] = SessionAlarms(edges=edges, stepped=tuple(session.running.rules))
    return [found[place] for place in range(len(sessions))]


def _alike(
    sessions: Sequence[RecordingSession],
) -> tuple[list[tuple[frozenset[Signal], list[int]]], list[int]]:
    """The places of sessions that run equal rules in one phase, by the signals that are stepped in them;
    and of those that are stepped as a whole.
    """
    groups: list[tuple[Protocol, frozenset[Signal], list[int]]] = []
    whole: list[int] = []
    for place, session in enumerate(sessions):
        if why_stepped(session):
            whole.append(place)
            continue
        running, signals = session.running, stepped_signals(session)
        for first, same, places in groups:
            if (
                signals == same
                and running.rules == first.rules
                and running.phases[0].name == first.phases[0].name
                and running.alarms == first.alarms
            ):
                places.append(place)
                break
        else:
            groups.append((running, signals, [place]))
    return [(signals, places) for _, signals, places in groups], whole


def _shares(group: list[int], rows: list[int]) -> Iterator[list[int]]:
    """The group in parts of few enough rows; a session is in one whatever it has."""
    first, held = 0, 0
    for at, place in enumerate(group):
        held += rows[place]
        if held > AT_ONCE and at > first:
            yield group[first:at]
            first, held = at, rows[place]
    yield group[first:]


def _completed(
    session: RecordingSession,
    edges: list[Edge],
    followed: dict[str, BlockRule],
    lost: Collection[Signal],
) -> SessionAlarms:
    """With what is stepped: rules without a block form, those of signals that were `lost`, and what an
    engine says by itself.
    """
    rest = {
        name: rule
        for name, rule in session.running.rules.items()
        if name not in followed or rule.signal in lost
    }
    heard = spoken_of(session) | stuck(session)
    if rest or heard:
        edges = [edge for edge in edges if edge.alarm not in rest]
        edges += map(edge_of, replay(only(session, rest, heard)))
    return SessionAlarms(edges=in_order(edges), stepped=tuple(rest))


def _run(
    sessions: Sequence[RecordingSession], followed: dict[str, BlockRule]
) -> tuple[Iterable[list[Edge]], list[set[Signal]]]:
    """The edges of the followed rules, session by session, and of which signals more is to be said."""
    running = sessions[0].running
    phase = running.phases[0].name
    stacks = ConcatenatedSignals(sessions, followed.values(), phase)
    names = sorted(followed)
    found: list[Rows] = []
    ranks: list[int] = []
    lost: list[set[Signal]] = [set() for _ in sessions]
    expected = {signal for rule in followed.values() if (signal := rule.absence_of)}
    for rank, name in enumerate(names):
        rule = followed[name]
        stack = stacks.of(rule.signal)
        levels = rule.levels_in(phase)
        if isinstance(rule, LimitRule):
            spells = limit_block(rule, stack, phase)
            if rule.signal in expected:
                for n in spoken_by_absence(levels, spells):
                    lost[n].add(rule.signal)
        else:
            spells = absence_block(rule, stack, phase)
        way = latch_policy_of(rule.alarm_kind, running.alarms)
        rows = lives(levels, spells, way, [session.end for session in sessions])
        if len(rows):
            found.append(rows)
            ranks += [rank] * len(rows)
    for signal in expected:
        for n in unsteady(signal, stacks.of(signal), stacks.lost_after(signal)):
            lost[n].add(signal)
    if not found:
        return ([] for _ in sessions), lost
    return _edges(np.concatenate(found), np.array(ranks), names, len(sessions)), lost


def _edges(rows: Rows, ranks: Rows, names: list[str], sessions: int) -> Iterator[list[Edge]]:
    order = np.lexsort((rows[:, 2], ranks, rows[:, 1], rows[:, 0]))
    session, at, _, step, priority, number, told = np.ascontiguousarray(rows[order].T)
    columns = (
        at.tolist(),
        np.array(names, object)[ranks[order]].tolist(),
        _EVENTS[step].tolist(),
        _PRIORITIES[priority].tolist(),
        _REASONS[step].tolist(),
        number.tolist(),
        (told == 1).tolist(),
    )
    made = list(map(_EDGE, zip(*columns, strict=True)))
    bounds = np.searchsorted(session, np.arange(sessions + 1)).tolist()
    for start, stop in pairwise(bounds):
        yield made[start:stop]

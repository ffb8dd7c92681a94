"""Sessions' alarms from whole signals: rules with a block form by numpy, the rest by stepping.

The same edges as `replay`, for a hundredth of the time: what back-test and sweep run on. Sessions that run
the same rules are taken together, so give many at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Final

import numpy as np

from monitord.engine.protocol import Protocol
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.burden import BurdenRule
from monitord.engine.rules.limit import LimitRule
from monitord.engine.rules.stale import StaleRule
from monitord.engine.rules.trend import TrendRule
from monitord.model import NIBP, Priority
from monitord.replay.edges import Edge, edge_of, in_order
from monitord.replay.foreign import Session
from monitord.replay.lives import STEPS, Rows, lives, way_of
from monitord.replay.replay import replay
from monitord.replay.stacks import BlockRule, Stacks

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
class Alarms:
    """A session's edges in order, and the rules that had to be stepped."""

    edges: list[Edge]
    stepped: tuple[str, ...]


def alarms(session: Session) -> Alarms:
    """All alarms of one session."""
    return alarms_of([session])[0]


def alarms_of(sessions: Sequence[Session]) -> list[Alarms]:
    """All alarms of each session by the quickest way that gives the same."""
    found: dict[int, Alarms] = {}
    for group in _alike(sessions):
        first = sessions[group[0]]
        blocks = _blocks(first)
        rest = {name: r for name, r in first.running.rules.items() if name not in blocks}
        stepped = tuple(rest)
        for places in _shares(group, [len(each.recording.table.times) for each in sessions]):
            together = [sessions[place] for place in places]
            for place, session, edges in zip(places, together, _run(together, blocks), strict=True):
                if rest:
                    stepping = replay(_only(session, rest))
                    edges = in_order([*edges, *map(edge_of, stepping)])  # noqa: PLW2901 - with the rest
                found[place] = Alarms(edges=edges, stepped=stepped)
    return [found[place] for place in range(len(sessions))]


def _alike(sessions: Sequence[Session]) -> list[list[int]]:
    """The places of sessions that run equal rules in one phase, with odd pressures or without; those
    that are stepped stand alone.
    """
    groups: list[tuple[Protocol, bool, list[int]]] = []
    alone: list[list[int]] = []
    for place, session in enumerate(sessions):
        if _why_stepped(session):
            alone.append([place])
            continue
        running, odd = session.running, session.recording.odd_pressures
        for first, same, places in groups:
            if (
                odd == same
                and running.rules == first.rules
                and running.phases[0].name == first.phases[0].name
                and running.alarms == first.alarms
            ):
                places.append(place)
                break
        else:
            groups.append((running, odd, [place]))
    return [places for *_, places in groups] + alone


def _shares(group: list[int], rows: list[int]) -> Iterator[list[int]]:
    """The group in parts of few enough rows; a session is in one whatever it has."""
    first, held = 0, 0
    for at, place in enumerate(group):
        held += rows[place]
        if held > AT_ONCE and at > first:
            yield group[first:at]
            first, held = at, rows[place]
    yield group[first:]


def _blocks(session: Session) -> dict[str, BlockRule]:
    if _why_stepped(session):
        return {}
    odd = NIBP if session.recording.odd_pressures else frozenset()
    rules = session.running.rules
    # A limit's alarm is told instead of these: where they are stepped, it must be there to be seen.
    said = {rule.signal for rule in rules.values() if isinstance(rule, BurdenRule | TrendRule)}
    return {
        name: rule
        for name, rule in rules.items()
        if (isinstance(rule, StaleRule) and rule.signal not in odd)
        or (isinstance(rule, LimitRule) and rule.signal not in odd | said)
    }


def _why_stepped(session: Session) -> str | None:
    """What the block form does not know: several phases, staff, technical faults, device clocks."""
    if len(session.running.phases) != 1:
        return "it moves through phases"
    if session.actions:
        return "staff act in it"
    if session.recording.faults:
        return "it holds technical faults"
    if session.recording.table.measured is not None:
        return "it has its devices' own clocks"
    return None


def _run(sessions: Sequence[Session], blocks: dict[str, BlockRule]) -> Iterable[list[Edge]]:
    """The edges of every rule with a block form, session by session."""
    running = sessions[0].running
    phase = running.phases[0].name
    stacks = Stacks(sessions, blocks.values(), phase)
    names = sorted(blocks)
    found: list[Rows] = []
    ranks: list[int] = []
    for rank, name in enumerate(names):
        rule = blocks[name]
        spells = rule.block(stacks.of(rule.signal), phase)
        way = way_of(rule.alarm_kind, running.alarms.latching)
        rows = lives(rule.levels_in(phase), spells, way, len(sessions))
        if len(rows):
            found.append(rows)
            ranks += [rank] * len(rows)
    if not found:
        return ([] for _ in sessions)
    return _edges(np.concatenate(found), np.array(ranks), names, len(sessions))


def _edges(rows: Rows, ranks: Rows, names: list[str], sessions: int) -> Iterator[list[Edge]]:
    order = np.lexsort((rows[:, 2], ranks, rows[:, 1], rows[:, 0]))
    session, at, _, step, priority, number = np.ascontiguousarray(rows[order].T)
    columns = (
        at.tolist(),
        np.array(names, object)[ranks[order]].tolist(),
        _EVENTS[step].tolist(),
        _PRIORITIES[priority].tolist(),
        _REASONS[step].tolist(),
        number.tolist(),
    )
    # Nothing is told instead of a limit or a silence: of faults, which could be, these sessions have none.
    told = [True] * len(rows)
    made = list(map(_EDGE, zip(*columns, told, strict=True)))
    bounds = np.searchsorted(session, np.arange(sessions + 1)).tolist()
    for start, stop in pairwise(bounds):
        yield made[start:stop]


def _only(session: Session, rules: dict[str, ProtocolRule]) -> Session:
    """The session with these rules alone."""
    running = replace(session.running, rules=rules)
    settings = replace(session.settings, protocols={running.name: running})
    return replace(session, settings=settings)

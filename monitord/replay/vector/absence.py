"""The absence of a signal, over whole signals of many sessions at once. Pure."""

import numpy as np

from monitord.engine.rules.absence import AbsenceRule
from monitord.model import Span
from monitord.replay.vector.concatenated_signal import ConcatenatedSignal
from monitord.replay.vector.concatenated_times import NEVER, ConcatenatedTimes, Instants
from monitord.replay.vector.index_ranges import Places
from monitord.replay.vector.level_intervals import LevelIntervals


def absence_block(
    rule: AbsenceRule, stack: ConcatenatedSignal, phase: str | None
) -> tuple[LevelIntervals, ...]:
    """What `check` and the level table give over whole signals, one level each."""
    return tuple(silence_spells(stack, level.delay) for level in rule.levels_in(phase))


def silence_spells(stack: ConcatenatedSignal, delay: Span) -> LevelIntervals:
    """Silence from the last reading that may be compared, or from the session's start, to a good one."""
    heard, good = stack.heard, stack.good
    starts, stops = heard.starts, heard.stops
    sessions = np.arange(len(starts))
    some = stops > starts
    # The silence before reading `place`: after the one before it, or from the session's start.
    pauses = heard.pauses(np.full(len(starts), delay))
    first = starts[some]
    place = np.concatenate((pauses, first, stops))
    session = np.concatenate((heard.sessions(pauses), sessions[some], sessions))
    last = heard.since.copy()
    last[some] = heard.at(stops[some] - 1)
    since = np.concatenate((heard.at(pauses - 1), heard.since[some], last))
    back = np.concatenate((heard.at(pauses), heard.at(first), np.full(len(sessions), NEVER)))
    # A reading that arrives at the due time is in time.
    silent = np.flatnonzero((back - since > delay) & (since + delay <= heard.until[session]))
    silent = silent[np.lexsort((since[silent], session[silent]))]
    session, since, back = session[silent], since[silent], back[silent]
    if good is not heard:
        # A doubtful reading restarts the clock of a silence that goes on.
        back = _good_from(good, session, back)
        first = np.ones(len(back), np.bool_)
        first[1:] = (back[1:] != back[:-1]) | (session[1:] != session[:-1])
        session, since, back, silent = session[first], since[first], back[first], silent[first]
    shift = heard.shifts[session]
    return LevelIntervals(
        session=session,
        on=since + delay + shift,
        on_by=np.zeros(len(silent), np.int64),
        off=np.where(back < NEVER, back + shift, NEVER),
        off_by=place[silent] + 1,
    )


def _good_from(good: ConcatenatedTimes, session: Places, back: Instants) -> Instants:
    """The first good reading of the session from each instant on; NEVER where there is none."""
    if not good.size:
        return np.full(len(back), NEVER)
    places = good.first_from(back)
    some = (back < NEVER) & (places < good.stops[session])
    found: Instants = np.where(some, good.at(np.minimum(places, good.size - 1)), NEVER)
    return found

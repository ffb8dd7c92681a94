"""In which sessions a rule that every bed has could speak: there it is stepped. Pure.

Of a signal that is lost again and again, and of an oximeter that says the same for minutes. What cannot
be is found in whole signals; what could be, an engine decides.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from monitord.engine.readings.steadiness import FULL, LOSSES, Steadiness
from monitord.engine.rules.level import Level
from monitord.engine.rules.stuck import LEVELS, SAMPLES
from monitord.model import Instant, Priority, Signal, Span
from monitord.replay.recordings.column_table import Heard
from monitord.replay.run.recording_session import RecordingSession
from monitord.replay.vector.concatenated_signal import ConcatenatedSignal, Values
from monitord.replay.vector.concatenated_times import Instants
from monitord.replay.vector.index_ranges import Flags, Places
from monitord.replay.vector.level_intervals import LevelIntervals

_STUCK: Final = (Signal.PULSE_RATE, Signal.SPO2)
_STRIDE: Final = 12
"""Of a run of `SAMPLES` readings every so many-th is looked at first: they are equal too."""


def unsteady(signal: Signal, stack: ConcatenatedSignal, lost_after: Instants) -> Places:
    """Sessions in which losses add up to what the rule asks for; a signal is lost `lost_after` a number."""
    line = stack.numbers
    some = (line.starts < line.stops).nonzero()[0]
    places = line.pauses(lost_after + 1)
    last = line.stops[some] - 1
    session = np.concatenate((line.sessions(places), some))
    begin = np.concatenate((line.at(places - 1), line.at(last))) + lost_after[session]
    end = np.concatenate((line.at(places), line.until[some]))
    without = np.bincount(session, np.maximum(end - begin, 0), len(line.starts))
    often = np.bincount(session, minlength=len(line.starts)) > LOSSES - 1
    found = [
        n
        for n in ((without >= FULL) & often).nonzero()[0].tolist()
        if _adds_up(signal, begin[session == n].tolist(), end[session == n].tolist())
    ]
    return np.array(found, np.intp)


def _adds_up(signal: Signal, begins: Iterable[int], ends: Iterable[int]) -> bool:
    known = Steadiness(signal=signal)
    for begin, end in zip(begins, ends, strict=True):
        if end > begin:
            known = known.lost(Instant(begin), Instant(end))
        if known.without >= FULL:
            return True
    return False


def spoken_by_absence(levels: Sequence[Level], spells: Sequence[LevelIntervals]) -> Iterator[int]:
    """Sessions in which a limit was on its way for so long without a reading that the absence says it."""
    for level, each in zip(levels, spells, strict=True):
        if level.priority > Priority.LOW:
            yield from each.ran_out.tolist()


def stuck(session: RecordingSession) -> frozenset[Signal]:
    """Saturation and pulse, where each has a run of one value that is long enough; else nothing."""
    heard = session.recording.heard
    found = all(
        signal in heard and _repeats(heard[signal], session.fresh[signal]) for signal in _STUCK
    )
    return frozenset(_STUCK) if found else frozenset()


def _repeats(heard: Heard, fresh: Span) -> bool:
    if not _equal(heard.said[::_STRIDE], SAMPLES // _STRIDE).any():
        return False
    turns = np.flatnonzero(heard.said[1:] != heard.said[:-1]) + 1
    begins, ends = np.append(0, turns), np.append(turns, len(heard.said)) - 1
    lasted = heard.times[ends] - heard.times[begins] + fresh >= LEVELS[0].delay
    return bool((lasted & (ends - begins + 1 >= SAMPLES)).any())


def _equal(values: Values, count: int) -> Flags:
    """Where so many neighbours begin that are equal."""
    found: Flags = np.ones(len(values), np.bool_)
    for n in range(1, count):
        found[:-n] &= values[n:] == values[:-n]
        found[-n:] = False
    return found

"""The signals of many sessions as stacks, for rules over whole signals. Pure.

A stack is what an engine makes of what is heard: without the readings that it does not believe.
"""

from collections.abc import Collection, Iterator, Sequence
from math import inf
from operator import is_
from typing import Final

import numpy as np

from monitord.engine.readings.plausibility import STEPS as UNBELIEVED
from monitord.engine.readings.reading import lost_after
from monitord.engine.rules.limit import LimitRule
from monitord.model import Signal
from monitord.replay.recordings.column_table import Heard
from monitord.replay.recordings.sample_times import SampleTimes, sample_times_of
from monitord.replay.run.recording_session import RecordingSession
from monitord.replay.vector.concatenated_signal import ConcatenatedSignal, near
from monitord.replay.vector.concatenated_times import (
    ConcatenatedTimes,
    Instants,
    concatenated_times_of,
)
from monitord.replay.vector.implausible_readings import Doubts, doubts, lasting
from monitord.replay.vector.index_ranges import Places, merged
from monitord.replay.vector.limit import reach
from monitord.replay.vector.signal_scan import survey
from monitord.replay.vector.vectorized_rules import BlockRule

_NONE: Final = np.empty(0, np.intp)
_NO_TIMES: Final = np.empty(0, np.int64)
_SILENT: Final = (Heard(_NO_TIMES, np.empty(0), np.empty(0), _NONE), sample_times_of(_NO_TIMES))


class ConcatenatedSignals:
    """The signals of some sessions, each stacked when first asked for; signals that are read together
    share their line.
    """

    def __init__(
        self, sessions: Sequence[RecordingSession], rules: Collection[BlockRule], phase: str
    ) -> None:
        self._sessions = sessions
        self._rules = rules
        self._phase = phase
        self._spans = [(session.start, session.end) for session in sessions]
        self._whole = [
            (session.recording.start, session.recording.end) == span
            for session, span in zip(sessions, self._spans, strict=True)
        ]
        self._stacks: dict[Signal, ConcatenatedSignal] = {}
        self._lines: list[tuple[list[SampleTimes], ConcatenatedTimes]] = []

    def of(self, signal: Signal) -> ConcatenatedSignal:
        if signal not in self._stacks:
            self._stacks[signal] = self._stack(signal)
        return self._stacks[signal]

    def lost_after(self, signal: Signal) -> Instants:
        """How long after a number the next one is missed, in each session."""
        declared = [session.intervals.get(signal) for session in self._sessions]
        return np.array([lost_after(each.span if each else 0) for each in declared], np.int64)

    def _stack(self, signal: Signal) -> ConcatenatedSignal:
        reaches = [
            reach(rule, self._phase)
            for rule in self._rules
            if isinstance(rule, LimitRule) and rule.signal is signal
        ]
        heard, paces = zip(*self._heard(signal), strict=True)
        fresh = [session.fresh.get(signal, 0) for session in self._sessions]
        line = self._line(list(paces))
        found = survey(
            [each.values for each in heard],
            low=max((low for low, _ in reaches), default=-inf),
            high=min((high for _, high in reaches), default=inf),
            step=UNBELIEVED.get(signal),
        )
        doubt = _doubts(signal, heard, line, lasting(found.jumped, line), fresh)
        odd, mute, blank = [_NONE], [_NONE], [_NONE]
        for each, start in zip(heard, line.starts.tolist(), strict=True):
            if len(each.odd):
                odd.append(each.odd + start)
                mute.append(each.odd[np.isnan(each.values[each.odd])] + start)
                blank.append(each.odd[np.isnan(each.said[each.odd])] + start)
        return ConcatenatedSignal(
            line=line,
            fresh=np.array(fresh, np.int64),
            low=near(*found.low, doubt.rejected, line),
            high=near(*found.high, doubt.rejected, line),
            odd=merged(np.concatenate(odd), doubt.rejected),
            mute=merged(np.concatenate(mute), doubt.rejected),
            blank=np.concatenate(blank),
            confirmed=doubt.confirmed,
            began=doubt.began,
        )

    def _line(self, paces: list[SampleTimes]) -> ConcatenatedTimes:
        for known, line in self._lines:
            if all(map(is_, known, paces)):
                return line
        line = concatenated_times_of(paces, self._spans)
        self._lines.append((paces, line))
        return line

    def _heard(self, signal: Signal) -> Iterator[tuple[Heard, SampleTimes]]:
        """What is heard of a signal between each session's start and end; nothing where the recording does
        not carry it.
        """
        for session, whole in zip(self._sessions, self._whole, strict=True):
            heard = session.recording.heard.get(signal)
            if heard is None:
                yield _SILENT
            elif whole:
                yield heard, session.recording.paces[signal]
            else:
                yield _part(heard, session)


def _part(heard: Heard, session: RecordingSession) -> tuple[Heard, SampleTimes]:
    first, last = np.searchsorted(heard.times, [session.start, session.end + 1]).tolist()
    odd = heard.odd[(heard.odd >= first) & (heard.odd < last)] - first
    cut = slice(first, last)
    part = Heard(heard.times[cut], heard.values[cut], heard.said[cut], odd)
    return part, sample_times_of(part.times)


def _doubts(
    signal: Signal,
    heard: Sequence[Heard],
    line: ConcatenatedTimes,
    jumped: Places,
    fresh: Sequence[int],
) -> Doubts:
    """What becomes of jumps, as places and instants of the line."""
    found = [Doubts(_NONE, _NONE, _NO_TIMES)]
    session = line.sessions(jumped)
    for n in np.unique(session).tolist():
        start, shift = line.starts[n], line.shifts[n]
        each = doubts(signal, heard[n], jumped[session == n] - start, fresh[n])
        found.append(Doubts(each.rejected + start, each.confirmed + start, each.began - shift))
    return Doubts(*map(np.concatenate, zip(*found, strict=True)))

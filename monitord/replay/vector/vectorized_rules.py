"""What rules over whole signals can follow of a session, and how the rest is stepped. Pure.

A signal is followed with all its rules or stepped with all of them: a silence speaks for a limit that was
on its way, and a limit's alarm is told instead of a burden's or a trend's.
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from monitord.engine.readings.recent import NOW_AND_THEN
from monitord.engine.readings.zero_readings import MAY_BE_ZERO
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.burden import BurdenRule
from monitord.engine.rules.limit import LimitRule
from monitord.engine.rules.trend import TrendRule
from monitord.model import NIBP, Signal
from monitord.replay.recordings.column_table import Instants
from monitord.replay.run.recording_session import RecordingSession

BlockRule = LimitRule | AbsenceRule


def why_stepped(session: RecordingSession) -> str | None:
    """What no rule over whole signals knows: several phases, staff, technical faults, device clocks."""
    if len(session.running.phases) != 1:
        return "it moves through phases"
    if session.actions:
        return "staff act in it"
    if session.recording.faults:
        return "it holds technical faults"
    if session.recording.table.measured is not None:
        return "it has its devices' own clocks"
    if session.recording.table.of_unknown_age:
        return "it holds readings of unknown age"
    return None


def stepped_signals(session: RecordingSession) -> frozenset[Signal]:
    """Those whose rules are stepped: beside a burden or a trend, with a level that asks for a repeat, with
    marks on readings, pressures that an engine has a word of its own on, a zero that may be none, several
    readings of one instant, and those whose rules others are told instead of.
    """
    rules = session.running.rules.values()
    found = set(session.recording.marked) | spoken_of(session) | _zeros(session)
    found |= _at_one_instant(session)
    found |= {Signal.NIBP_PULSE}
    found |= {signal for rule in rules if rule.gathers for signal in rule.inputs}
    found |= {rule.signal for rule in rules if isinstance(rule, AbsenceRule) and rule.once_heard}
    found |= {rule.signal for rule in rules if rule.yields and rule.signal is not None}
    found |= {rule.signal for rule in rules if isinstance(rule, LimitRule) and _asks(rule)}
    return frozenset(found)


def _zeros(session: RecordingSession) -> frozenset[Signal]:
    """Signals of which a zero may be a gap: whether it is one an engine judges by more than the number."""
    recording = session.recording
    return frozenset(
        signal
        for signal in MAY_BE_ZERO & set(recording.table.signals)
        if np.any(recording.series(signal)[1] == 0)
    )


def _at_one_instant(session: RecordingSession) -> frozenset[Signal]:
    """Signals that were read twice at one instant: there the last reading makes the level, and an engine has all of
    them before it looks.
    """
    recording = session.recording
    if not _several(recording.table.times):
        return frozenset()
    signals = recording.table.signals
    return frozenset(signal for signal in signals if _several(recording.series(signal)[0]))


def _several(times: Instants) -> bool:
    return bool(np.any(times[1:] == times[:-1]))


def spoken_of(session: RecordingSession) -> frozenset[Signal]:
    """The signals that an engine must hear whatever the rules are: of a cuff that fails, and of pressures
    that hardly go together, it speaks by itself.
    """
    recording = session.recording
    odd = recording.odd_pressures or not NIBP.isdisjoint(recording.marked)
    return NIBP if odd else frozenset()


def _asks(rule: LimitRule) -> bool:
    levels = (*rule.levels, *(level for part in rule.phases.values() for level in part))
    return any(level.twice for level in levels)


def blocks(session: RecordingSession, stepped: Collection[Signal]) -> dict[str, BlockRule]:
    """The rules that are followed, by name, where these signals are stepped."""
    return {
        name: rule
        for name, rule in session.running.rules.items()
        if isinstance(rule, BlockRule) and rule.signal not in stepped
    }


def only(
    session: RecordingSession, rules: dict[str, ProtocolRule], heard: frozenset[Signal]
) -> RecordingSession:
    """The session with these rules alone, and of the signals with those that they can see, and `heard`."""
    running = replace(session.running, rules=rules)
    settings = replace(session.settings, protocols={running.name: running})
    table, all_signals = session.recording.table, session.recording.signals
    for rule in rules.values():
        heard |= _seen_by(rule, all_signals)
    recording = replace(session.recording, table=table.only(heard))
    return replace(session, settings=settings, recording=recording)


def _seen_by(rule: ProtocolRule, signals: frozenset[Signal]) -> frozenset[Signal]:
    """Of these signals those that matter to the rule, as far as that is known."""
    if isinstance(rule, LimitRule) and rule.signal not in NOW_AND_THEN and _asks(rule):
        # Of the pulse what came with a cuff's reading is kept.
        return signals
    if not isinstance(rule, LimitRule | AbsenceRule | BurdenRule | TrendRule):
        return signals
    # Pressures are judged together.
    return NIBP if rule.signal in NIBP else frozenset({rule.signal})

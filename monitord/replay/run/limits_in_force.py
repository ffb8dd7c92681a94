"""A replay that also notes which limits stood when: lines, and the phases and limits in force, changed by time or staff. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from monitord.engine.bed.patient import Patient
from monitord.engine.engine import Engine
from monitord.engine.readings.limit_value import Limit
from monitord.engine.rules.limit import LimitRule
from monitord.engine.state import State
from monitord.model import SECOND, AlarmLine, Instant, Priority, Signal, Span
from monitord.replay.run.recording_session import BED, RecordingSession
from monitord.replay.run.replay_run import lines_of

_LOOKS: Final = 5000
"""A recording is looked at so often at most, and whenever staff do something."""
_LEAST: Final[Span] = 5 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class ForcedLimit:
    """A limit of the value itself: of whatever a rule compares with a baseline, what it comes to for this patient."""

    signal: Signal
    rule: str
    priority: Priority
    limit: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsAt:
    """From `at` on, until the next one."""

    at: Instant
    phase: str
    limits: frozenset[ForcedLimit]


@dataclass(slots=True, kw_only=True)
class WatchedReplay:
    """One pass over a session's lines; `in_force` grows with it, to within a 5000th of the recording or 5 s."""

    session: RecordingSession
    in_force: list[LimitsAt] = field(default_factory=list)

    def lines(self) -> Iterator[AlarmLine]:
        """The alarm lines, as `replay` gives them."""
        session, engine = self.session, Engine(BED)
        every = max(_LEAST, (session.end - session.start) // _LOOKS)
        due = session.start
        for event in session.events():
            yield from lines_of(engine.step(event), session.identity)
            if event.at >= due or event.source == "staff":
                self._look(engine.state, event.at)
                due = Instant(event.at + every)
        yield from lines_of(engine.advance(Instant(session.end + 1)), session.identity)

    def _look(self, state: State, at: Instant) -> None:
        phase = (state.session.phase if state.session else None) or ""
        limits = frozenset(_limits(state))
        last = self.in_force[-1] if self.in_force else None
        if last is None or (last.phase, last.limits) != (phase, limits):
            self.in_force.append(LimitsAt(at=at, phase=phase, limits=limits))


def _limits(state: State) -> Iterator[ForcedLimit]:
    session = state.session
    if session is None or state.settings is None:
        return
    own = {each.signal: each.value for each in session.baseline}
    for name, rule in Patient.restored(state).protocol.rules.items():
        if not isinstance(rule, LimitRule):
            continue
        for level in rule.levels_in(session.phase):
            limit = level.for_patient(own.get(rule.signal))
            if limit is not None:
                yield ForcedLimit(
                    signal=rule.signal, rule=name, priority=level.priority, limit=limit
                )

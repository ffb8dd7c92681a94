"""A patient's own values, accepted by somebody: what later readings are compared with. Pure."""

from collections.abc import Mapping
from typing import Protocol

from monitord.engine.protocol.protocol import Settings
from monitord.engine.readings.reading import Reading
from monitord.engine.state import Baseline, SessionState
from monitord.model import (
    AcceptBaseline,
    Answered,
    BaselineTaken,
    Effect,
    Instant,
    Quality,
    Sentence,
    Signal,
    StaffAction,
    say,
)

COMPARED = (
    Signal.SPO2,
    Signal.PULSE_RATE,
    Signal.RESP_RATE,
    Signal.NIBP_SYS,
    Signal.NIBP_DIA,
    Signal.NIBP_MAP,
)
"""The signals that have a baseline: those with limits relative to one (reference clinical 7)."""


def refusal(
    action: AcceptBaseline, readings: Mapping[Signal, Reading], at: Instant
) -> Sentence | None:
    """Why nothing can be accepted; None when something can."""
    if not action.values and not _usable(readings, at):
        return say("no.baseline")
    return None


def accepted(
    action: AcceptBaseline, readings: Mapping[Signal, Reading], at: Instant
) -> tuple[Baseline, ...]:
    """One value a signal: as entered, or the good readings of this moment."""
    if action.values:
        return tuple(
            Baseline(signal=signal, value=value, by=action.by, at=at, action=action.id)
            for signal, value in sorted(action.values.items())
        )
    return tuple(
        Baseline(
            signal=reading.signal,
            value=value,
            by=action.by,
            at=at,
            action=action.id,
            read_at=reading.at,
            source=reading.source,
        )
        for reading, value in _usable(readings, at)
    )


class Visited(Protocol):
    """The patient, as far as an answer to staff is concerned."""

    @property
    def session(self) -> SessionState | None:
        """The visit, None on an empty bed."""
        ...

    @property
    def settings(self) -> Settings:
        """Whose language is spoken."""
        ...


def answer(action: StaffAction, refused: Sentence | None, patient: Visited) -> list[Effect]:
    """What staff are answered, with the baseline that they took: later visits ask for it."""
    session = patient.session
    effects: list[Effect] = [Answered.to(action.id, refused, patient.settings.language)]
    if isinstance(action, AcceptBaseline) and refused is None and session is not None:
        values = {each.signal: each.value for each in session.baseline if each.action == action.id}
        effects.append(BaselineTaken(action=action.id, values=values))
    return effects


def _usable(readings: Mapping[Signal, Reading], at: Instant) -> list[tuple[Reading, float]]:
    found = [readings[signal] for signal in COMPARED if signal in readings]
    return [
        (reading, reading.value)
        for reading in found
        if reading.value is not None and reading.quality is Quality.GOOD and reading.usable_at(at)
    ]


def in_force(session: SessionState | None) -> dict[Signal, float]:
    """The latest accepted value of each signal that was not taken back."""
    if session is None:
        return {}
    voided = {step.action.id for step in session.steps if step.voided}
    return {each.signal: each.value for each in session.baseline if each.action not in voided}

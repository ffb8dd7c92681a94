"""One row of a suite's journal as it leaves the suite, and what of a journal leaves at all. Pure.

A row is an event or an effect; an effect has its own number besides that of the event it followed. What came of a
form, and what staff wrote in their own words, stays where the suite file does not say otherwise.
"""

import json
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import ConfigDict, TypeAdapter

from monitord.engine.protocol.confidential import Confidential
from monitord.errors import StoreError
from monitord.model import (
    AlarmLine,
    Answered,
    Event,
    Frame,
    Instant,
    Notify,
    Reason,
    StaffAction,
    Started,
    public_line,
)
from monitord.model.actions import ACTION_TYPES
from monitord.record.public_record import public_event
from monitord.store.journal.codec import body_json, effect_json
from monitord.store.journal.journal import StoredEffect

VERSION: Final = 1
ALARM: Final = "alarm"
ANSWERED: Final = "answered"
"""Whether an engine did what staff asked of it; without its words."""
TOLD: Final = "told"
"""A later tier was told of an alarm that nobody had answered, or the last one again."""
_TOLD: Final = frozenset({Reason.ESCALATED, Reason.REPEATED})
EVENTS: Final = frozenset({*ACTION_TYPES, "started"})
"""Events that leave, beside frames at a set rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRow:
    """`journal` names the record: its identity, and when it was last restored; numbers count within it.

    `effect` is 0 of an event. `body` is in the journal's own JSON.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    suite: str
    bed: str | None
    journal: str
    seq: int
    effect: int
    at: Instant
    source: str = ""
    simulated: bool = False
    type: str
    body: dict[str, Any]
    v: Literal[1] = VERSION

    @property
    def id(self) -> str:
        """The same however often the row is sent."""
        number = f"f{self.effect}" if self.effect else f"e{self.seq}"
        return f"{self.suite}/{self.journal}/{number}"

    def text(self) -> bytes:
        """As a message."""
        row = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode()

    @classmethod
    def read(cls, text: bytes) -> "SentRow":
        """The inverse of `text`; StoreError for anything else."""
        try:
            return SENT_ROW.validate_json(text)
        except ValueError as error:
            raise StoreError(f"no row of a journal: {error}") from error


SENT_ROW: Final[TypeAdapter[SentRow]] = TypeAdapter(SentRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What the suite file lets out besides: words of staff, answers on forms."""

    notes: bool = False
    form_answers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose rows they are."""

    suite: str
    journal: str


def event_row(
    origin: Origin, seq: int, event: Event, leaving: Leaving, hidden: Confidential
) -> SentRow | None:
    """The event as it leaves; None where it does not."""
    if not isinstance(event.body, Frame | Started | StaffAction):
        return None
    if not (leaving.form_answers and leaving.notes):
        public = public_event(event, hidden, words=leaving.notes, forms=leaving.form_answers)
        if public is None:
            return None
        event = public
    return SentRow(
        suite=origin.suite,
        bed=event.bed,
        journal=origin.journal,
        seq=seq,
        effect=0,
        at=event.at,
        source=event.source,
        simulated=event.simulated,
        type=event.body.type,
        body=json.loads(body_json(event.body)),
    )


def effect_row(origin: Origin, stored: StoredEffect) -> SentRow | None:
    """The effect as it leaves: alarm lines, whether an action was done, and that a later tier was told."""
    effect = stored.effect
    body: dict[str, Any]
    if isinstance(effect, AlarmLine):
        line = public_line(effect)
        kind, body, simulated = ALARM, json.loads(effect_json(line)), line.simulated
    elif isinstance(effect, Notify) and effect.reason in _TOLD:
        kind, simulated = TOLD, effect.line.simulated
        body = {"alarm": effect.line.id, "tier": effect.tier, "reason": effect.reason.value}
    elif isinstance(effect, Answered):
        kind, simulated = ANSWERED, False
        body = {"action": effect.action, "refused": effect.refused is not None}
    else:
        return None
    return SentRow(
        suite=origin.suite,
        bed=stored.bed,
        journal=origin.journal,
        seq=stored.after_seq,
        effect=stored.id,
        at=stored.at,
        simulated=simulated,
        type=kind,
        body=body,
    )

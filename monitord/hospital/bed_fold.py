"""One bed as the hospital knows it: the fold of the rows that its suite sent. Pure.

The same rows in the same order give the same value, wherever they are folded; a row that comes again changes
nothing. Workers fold the stream, and the check of a hospital folds the journals themselves.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pydantic import TypeAdapter
from pydantic_core import to_json

from monitord.errors import StoreError
from monitord.hospital.sent_row import ALARM, ANSWERED, TOLD, SentRow
from monitord.model import (
    EPOCH,
    Admit,
    AlarmEvent,
    AlarmLine,
    AlarmPhase,
    Discharge,
    Frame,
    Instant,
    Kind,
    Move,
    Priority,
    Quality,
    Reason,
    Signal,
    StaffAction,
)
from monitord.model.frozen import replace
from monitord.store.journal.codec import body_from_json, effect_from_json

_STANDS: Final = frozenset({AlarmPhase.ACTIVE, AlarmPhase.ANSWERED, AlarmPhase.LATCHED})
_ANSWERS: Final = frozenset({AlarmEvent.ACKNOWLEDGE, AlarmEvent.ACCEPT})
_OVER: Final = frozenset({AlarmEvent.CLEAR, AlarmEvent.END, AlarmEvent.NEAR_MISS})


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingAlarm:
    """An alarm that is not over: its last line, and how far its suite's telling has come.

    `since` is when it began to wait for an answer, None while it is answered. `tier` was told last; `repeated`
    says since when the last tier is told again, which is when nobody else is left to be told.
    """

    line: AlarmLine
    since: Instant | None
    tier: int = 0
    repeated: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastReading:
    """The newest reading of a signal, of those that left the suite."""

    value: float | None
    quality: Quality
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class BedFold:
    """`seq` and `effect` are the last numbers of its `journal`; `lines` and `actions` count what was folded."""

    suite: str
    bed: str | None
    journal: str = ""
    seq: int = 0
    effect: int = 0
    at: Instant = EPOCH
    session: str | None = None
    pseudonym: str = ""
    protocol: str = ""
    asked: tuple[str, str] | None = None
    """The last staff action, by its word and JSON, until its engine's answer says whether it was done."""
    alarms: dict[str, StandingAlarm] = field(default_factory=dict)
    readings: dict[Signal, LastReading] = field(default_factory=dict)
    lines: int = 0
    actions: int = 0
    unread: int = 0
    """Rows of a later version, which this one cannot read."""


BED_FOLD: Final[TypeAdapter[BedFold]] = TypeAdapter(BedFold)


def fold(bed: BedFold, row: SentRow) -> BedFold:
    """The bed after a row; the same bed where the row is known already."""
    if row.journal == bed.journal:
        known = bed.effect if row.effect else bed.seq
        if (row.effect or row.seq) <= known:
            return bed
    else:
        # Another record took the place of the one before: its numbers begin anew, what stands goes on.
        bed = replace(bed, journal=row.journal, seq=0, effect=0)
    if row.effect:
        bed = replace(bed, effect=row.effect, at=max(bed.at, row.at))
    else:
        bed = replace(bed, seq=row.seq, at=max(bed.at, row.at))
    try:
        return _after(bed, row)
    except (ValueError, LookupError, TypeError, StoreError):
        return replace(bed, unread=bed.unread + 1)


def folded(bed: BedFold, rows: Iterable[SentRow]) -> BedFold:
    """The bed after all of them."""
    for row in rows:
        bed = fold(bed, row)
    return bed


def _after(bed: BedFold, row: SentRow) -> BedFold:
    if row.type == ALARM:
        line = effect_from_json(ALARM, to_json(row.body).decode())
        return _heard(bed, line) if isinstance(line, AlarmLine) else bed
    if row.type == TOLD:
        return _told(bed, row)
    if row.type == ANSWERED:
        return _answered(bed, row)
    text = to_json(row.body).decode()
    body = body_from_json(row.type, text)
    if isinstance(body, Frame):
        new = {
            each.signal: LastReading(value=each.value, quality=each.quality, at=row.at)
            for each in body.samples
        }
        return replace(bed, readings={**bed.readings, **new})
    if isinstance(body, StaffAction):
        return replace(bed, asked=(row.type, text), actions=bed.actions + 1)
    return bed


def _answered(bed: BedFold, row: SentRow) -> BedFold:
    asked, bed = bed.asked, replace(bed, asked=None)
    action = None if asked is None else body_from_json(*asked)
    if not isinstance(action, StaffAction) or row.body["refused"]:
        return bed
    return _acted(bed, action) if action.id == row.body["action"] else bed


def _heard(bed: BedFold, line: AlarmLine) -> BedFold:
    """Where the alarm stands after the line."""
    bed = replace(bed, lines=bed.lines + 1)
    stands = line.event not in _OVER if line.state is None else line.state in _STANDS
    if not stands or line.event is AlarmEvent.NEAR_MISS:
        rest = {id_: alarm for id_, alarm in bed.alarms.items() if id_ != line.id}
        return replace(bed, alarms=rest)
    before = bed.alarms.get(line.id)
    answered = line.state is AlarmPhase.ANSWERED or line.event in _ANSWERS
    if answered:
        alarm = StandingAlarm(line=line, since=None)
    elif before is None or before.since is None:
        alarm = StandingAlarm(line=line, since=line.at)
    else:
        alarm = replace(before, line=line)
    return replace(bed, alarms={**bed.alarms, line.id: alarm})


def _told(bed: BedFold, row: SentRow) -> BedFold:
    alarm = bed.alarms.get(str(row.body["alarm"]))
    if alarm is None or alarm.since is None:
        return bed
    tier = int(row.body["tier"])
    repeated = alarm.repeated
    if row.body["reason"] == Reason.REPEATED:
        repeated = repeated or row.at
    alarm = replace(alarm, tier=max(alarm.tier, tier), repeated=repeated)
    return replace(bed, alarms={**bed.alarms, alarm.line.id: alarm})


def _acted(bed: BedFold, action: StaffAction) -> BedFold:
    match action:
        case Admit():
            return replace(
                bed,
                session=action.session,
                pseudonym=action.pseudonym,
                protocol=action.protocol,
                readings={},
            )
        case Discharge():
            return replace(bed, session=None, pseudonym="", protocol="")
        case Move():
            # The patient's alarms go on at the other bed, under their ids.
            left = {
                id_: alarm for id_, alarm in bed.alarms.items() if alarm.line.kind is Kind.TECHNICAL
            }
            return replace(bed, session=None, pseudonym="", protocol="", alarms=left)
    return bed


def beyond_last_tier(alarm: StandingAlarm) -> bool:
    """A high alarm that nobody answers, and nobody of its suite is left to be told."""
    return (
        alarm.line.priority is Priority.HIGH
        and alarm.since is not None
        and alarm.repeated is not None
        and alarm.line.inhibited_by is None
    )

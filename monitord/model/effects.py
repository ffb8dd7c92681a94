"""What an engine answers: alarm lines, who is told, readings asked for, answers to staff. Pure."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Literal

from monitord.model.frozen import fast_frozen
from monitord.model.instant import Instant
from monitord.model.sentences.sentence import DEFAULT_LANGUAGE, Said, Sentence, in_words
from monitord.model.signals import Relation, Signal


class Priority(IntEnum):
    """IEC 60601-1-8 alarm priority; larger is worse."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """`low`, `medium` or `high`."""
        return self.name.lower()


class Kind(StrEnum):
    """Of the patient, of the equipment (the alarm system itself included), or of what staff are to do or enter."""

    PHYSIOLOGICAL = "physiological"
    TECHNICAL = "technical"
    TASK = "task"


class AlarmEvent(StrEnum):
    """What happened to an alarm."""

    START = "start"
    ESCALATE = "escalate"
    DEESCALATE = "deescalate"
    LATCH = "latch"
    ACKNOWLEDGE = "acknowledge"
    ACCEPT = "accept"
    REJECT = "reject"
    AUDIO_PAUSE = "audio_pause"
    EXPIRE = "expire"
    REMINDER = "reminder"
    NEAR_MISS = "near_miss"
    CLEAR = "clear"
    END = "end"

    @property
    def asks(self) -> bool:
        """Whether it asks somebody to come: news of an alarm that was answered, that eases or that is over does not."""
        return self not in _NEWS


_NEWS = frozenset(
    {
        AlarmEvent.ACKNOWLEDGE,
        AlarmEvent.ACCEPT,
        AlarmEvent.AUDIO_PAUSE,
        AlarmEvent.DEESCALATE,
        AlarmEvent.NEAR_MISS,
        AlarmEvent.CLEAR,
        AlarmEvent.END,
    }
)


class AlarmPhase(StrEnum):
    """Where one alarm stands; the table of its life is in `engine/alarms/alarm.py`."""

    INACTIVE = "inactive"
    ACTIVE = "active"
    ANSWERED = "acknowledged"
    """Somebody acknowledged or accepted it; the word is that of journals of 0.1.0."""
    LATCHED = "latched"
    RESTING = "resting"
    """Over; it is the same alarm if it comes back within the protocol's `rearm`."""


class Reason(StrEnum):
    """Why an effect was decided: log, station, explain and back-test read the same."""

    FIRST = "first"
    WORSE = "worse"
    LESS = "less"
    BREAKTHROUGH = "breakthrough"
    RECURRED = "recurred"
    ESCALATED = "escalated"
    REPEATED = "repeated"
    REMINDER = "reminder"
    CLEARED = "cleared"
    LATCHED = "latched"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    AUDIO_PAUSED = "audio_paused"
    EXPIRED = "expired"
    COVERED = "covered"
    CONFIRMED = "confirmed"
    LATE = "late"
    MOVED = "moved"
    UNINHIBITED = "uninhibited"
    BEFORE_DELAY = "before_delay"
    SESSION_ENDED = "session_ended"
    PHASE_ENDED = "phase_ended"
    PROTOCOL_CORRECTED = "protocol_corrected"
    SCHEDULED = "scheduled"
    CONFIRMING = "confirming"


Compared = Literal["value", "change", "score", "difference"]
"""What stands against a limit: the signal's value, its change within a time, a score of several, two devices' difference."""


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLine:
    """One event in an alarm's life: the line in the log, on MQTT, in a webhook, in a replay.

    `value`, `worst` and `limit` are in `unit`; `since` is when the condition began, `value_at` and
    `worst_at` when the values were read. `simulated` is true when any reading behind it was. `says`
    are the sentences of `text`, by key and values; a line of 0.1 has its text alone.

    A value in `relation` to `limit` is beyond it, whatever `value` is by now; both are what the rule
    `compares`. `state` is where the alarm stands after the event, `audio_paused` whether staff paused its
    sound, `pseudonym` the session's. What a line does not say (one of 0.1) is None.
    One that is `confidential` comes of a form: where its `public_line` goes, nothing of form, item or score does.
    """

    type: Literal["alarm"] = field(default="alarm", repr=False)
    id: str
    at: Instant
    suite: str
    bed: str | None
    session: str | None
    alarm: str
    signal: Signal | None
    event: AlarmEvent
    priority: Priority
    kind: Kind
    value: float | None
    unit: str | None
    limit: float | None
    since: Instant
    phase: str | None
    protocol: str | None
    reason: Reason
    text: str
    simulated: bool
    by: str | None = None
    inhibited_by: str | None = None
    worst: float | None = None
    worst_at: Instant | None = None
    value_at: Instant | None = None
    says: Said = ()
    relation: Relation | None = None
    compares: Compared | None = None
    state: AlarmPhase | None = None
    audio_paused: bool = False
    pseudonym: str | None = None
    confidential: bool = False


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """One destination must be told `line`; `key` stays the same however often it is tried.

    `tier` counts from 0. A `reminder` may be shed when the outbox is full, a start never. `opens` says
    that the destination hears of the alarm for the first time, or for the first time since it was over.
    """

    type: Literal["notify"] = field(default="notify", repr=False)
    key: str
    destination: str
    tier: int
    reason: Reason
    line: AlarmLine
    opens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """What is still queued for this alarm is pointless: it was answered or is over."""

    type: Literal["withdraw"] = field(default="withdraw", repr=False)
    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to deliver the message with this key: `error` None when it arrived, `next_at` None when it was the last.

    Not an effect: the outbox tells it, and the journal's row keeps it.
    """

    key: str
    at: Instant
    error: str | None = None
    next_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReading:
    """A device should take a reading: the one effect towards a device."""

    type: Literal["request_reading"] = field(default="request_reading", repr=False)
    bed: str
    signal: Signal
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of a staff action: done, or refused with the reason; `why` is that by key and values."""

    type: Literal["answered"] = field(default="answered", repr=False)
    action: str
    refused: str | None = None
    why: Sentence | None = None

    @classmethod
    def to(
        cls, action: str, refused: Sentence | None, language: str = DEFAULT_LANGUAGE
    ) -> "Answered":
        """The answer to the action of this id: done where `refused` is None."""
        if refused is None:
            return cls(action=action)
        return cls(action=action, refused=in_words(refused, language), why=refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineTaken:
    """These values were accepted as the patient's own by the action."""

    type: Literal["baseline_taken"] = field(default="baseline_taken", repr=False)
    action: str
    values: dict[Signal, float]


Effect = AlarmLine | Notify | Withdraw | RequestReading | Answered | BaselineTaken

"""What is looked at again when it is over: alarms with their strips, and the trends of a whole session. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from monitord.engine.protocol.confidential import OF_FORMS
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.state import SessionState
from monitord.model import (
    MINUTE,
    SIGNALS,
    AlarmLine,
    Frame,
    Instant,
    Kind,
    Said,
    Signal,
    Span,
)
from monitord.model.alarm_lives import Life
from monitord.station.views.trend_view import Trend, TrendView
from monitord.station.views.views import Millis, Number, WordedPriority
from monitord.store.alarm_log import AlarmLog, LoggedAlarm
from monitord.store.alarm_strip import AlarmStrip

Label = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedView:
    """One alarm of the log; `alarm` is what its strip is asked by. `end` is null while it lasts.

    `answered_by` is who acknowledged or accepted it first, `answered_after` how many milliseconds it waited for that.
    """

    alarm: int
    bed: str | None
    label: str
    session: str | None
    pseudonym: str
    kind: Kind
    priority: WordedPriority
    text: str
    says: Said
    start: Millis
    end: Millis | None
    answered_by: str | None
    answered_after: Millis | None
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLogView:
    """The newest first, from `since` on; `more` where older or further ones are left out."""

    since: Millis
    more: bool
    alarms: list[ReviewedView]


@dataclass(frozen=True, slots=True, kw_only=True)
class StripLimitView:
    """From `at` on the value was compared with this limit."""

    at: Millis
    limit: float
    priority: WordedPriority


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmStripView:
    """A minute before an alarm to a minute after it: columns of equal length, null where no reading was usable.

    `signal` is null of an alarm of none, or of one that is no other's to see.
    """

    signal: str | None
    label: str
    unit: str
    begin: Millis
    end: Millis
    at: list[Millis]
    values: list[Number | None]
    limits: list[StripLimitView]
    lowest: Number | None
    highest: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotView:
    """A signal that stands in the table alone; at most one reading a minute."""

    signal: str
    label: str
    unit: str
    at: list[Millis]
    values: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunView:
    """An alarm began."""

    at: Millis
    priority: WordedPriority


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTrendView:
    """A whole session; `ended` is null while it is open, `entries` are when staff entered something."""

    session: str
    label: str
    pseudonym: str
    title: str
    admitted: Millis
    ended: Millis | None
    simulated: bool
    trend: TrendView
    spots: list[SpotView]
    alarms: list[BegunView]
    entries: list[Millis]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSession:
    """What the record holds of a session, without what came of forms; `readings` also those by hand, oldest first."""

    session: str
    bed: str
    state: SessionState | None
    protocol: Protocol | None
    until: Instant
    open: bool
    simulated: bool
    readings: Sequence[tuple[Instant, Frame]]
    alarms: Sequence[Life]
    entries: Sequence[Instant]


def alarm_log_view(log: AlarmLog, label: Label) -> AlarmLogView:
    return AlarmLogView(
        since=log.since, more=log.more, alarms=[_reviewed(each, label) for each in log.alarms]
    )


def _reviewed(logged: LoggedAlarm, label: Label) -> ReviewedView:
    life = logged.life
    first, answer = life.first, life.answered
    worst = _worst(life)
    return ReviewedView(
        alarm=logged.effect,
        bed=first.bed,
        label="" if first.bed is None else label(first.bed),
        session=first.session,
        pseudonym=first.pseudonym or "",
        kind=first.kind,
        priority=life.peak,
        text=worst.text,
        says=worst.says,
        start=first.at,
        end=life.end,
        answered_by=answer.by if answer else None,
        answered_after=Instant(answer.at - first.at) if answer else None,
        simulated=any(line.simulated for line in life.lines),
    )


def _worst(life: Life) -> AlarmLine:
    """The first line at the alarm's highest priority: its words are those of the worst of it."""
    return next(line for line in life.lines if line.priority is life.peak)


def alarm_strip_view(strip: AlarmStrip) -> AlarmStripView:
    signal = strip.signal
    return AlarmStripView(
        signal=signal.value if signal else None,
        label=SIGNALS[signal].label if signal else "",
        unit=SIGNALS[signal].unit if signal else "",
        begin=strip.begin,
        end=strip.end,
        at=[at for at, _ in strip.points],
        values=[value for _, value in strip.points],
        limits=[
            StripLimitView(at=each.at, limit=each.limit, priority=each.priority)
            for each in strip.limits
        ],
        lowest=strip.lowest,
        highest=strip.highest,
    )


_DRAWN: Final = frozenset(
    {Signal.SPO2, Signal.PULSE_RATE, Signal.NIBP_SYS, Signal.NIBP_DIA, Signal.NIBP_MAP}
)
_APART: Span = MINUTE


def session_trend_view(of: RecordedSession, label: Label) -> SessionTrendView:
    """What a page draws, and the readings that stand in the table alone."""
    state, protocol = of.state, of.protocol
    trend = Trend()
    if state is not None and protocol is not None:
        trend = Trend.of_session(state, protocol, of.readings, of.until)
    return SessionTrendView(
        session=of.session,
        label=label(of.bed),
        pseudonym=state.pseudonym if state else "",
        title=(protocol.title if protocol else "") or (state.protocol if state else ""),
        admitted=state.opened_at if state else of.until,
        ended=None if of.open else of.until,
        simulated=of.simulated,
        trend=trend.view(),
        spots=_spots(of.readings),
        alarms=[BegunView(at=each.first.at, priority=each.peak) for each in of.alarms],
        entries=list(of.entries),
    )


def _spots(readings: Sequence[tuple[Instant, Frame]]) -> list[SpotView]:
    known: dict[Signal, dict[Instant, tuple[Instant, float]]] = {}
    for at, frame in readings:
        for sample in frame.samples:
            shown = sample.value is not None and sample.quality.usable
            if shown and sample.signal not in _DRAWN | OF_FORMS and sample.value is not None:
                minute = Instant(at // _APART)
                known.setdefault(sample.signal, {})[minute] = at, sample.value
    return [
        SpotView(
            signal=signal.value,
            label=SIGNALS[signal].label,
            unit=SIGNALS[signal].unit,
            at=[at for at, _ in known[signal].values()],
            values=[value for _, value in known[signal].values()],
        )
        for signal in Signal
        if signal in known
    ]

"""What one sender's messages say of one bed, as samples: which of them are news, and how old they are. Pure.

Rules:
- The age of a reading is the message's own time less the reading's; how late a message is says the sender's clock.
- A message that was sent before counts once, whatever its control id.
- A pressure counts once for each measurement: by its own time, or by its change where it has none.
- Of a signal that stands twice in a message the good one counts; of two good ones that of the lowest place (OBX-4).
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from devices.hl7.hl7_codes import PRESSURES
from devices.hl7.hl7_moments import KNOWN_AGAIN, Moment, SenderClock
from devices.hl7.hl7_observations import Observation
from devices.hl7.hl7_oru import TRAINING, Group, Oru
from devices.hl7.hl7_unread import UnreadFields
from devices.readings import reading
from devices.wire import Said
from monitord.model import (
    MINUTE,
    NIBP,
    SECOND,
    Frame,
    Instant,
    Quality,
    Sample,
    Signal,
    Span,
)

REMEMBERED: Final = 64
"""Messages that are known again; senders that got no answer try three to five times."""
SETTLES: Final[Span] = 10 * SECOND
"""So long what a sender shows may be what it showed before it was heard."""
_SAME_TIME: Final[Span] = SECOND
_LONG: Final = 10
_PLACE: Final = 40
"""Characters of OBX-4 that are looked at."""
_PARTS: Final = (Signal.NIBP_SYS, Signal.NIBP_DIA, Signal.NIBP_MAP)
_OF_A_CUFF: Final = tuple(signal for signal in Signal if signal in NIBP)
_ALERTS: Final = ("ALARM", "ALERT")
_SPOT: Final = ("SPOT", "APERIODIC")
_CUFF: Final = ("NIBP", "NBP", "NONINV", "BLOOD PRESSURE")


_Row = tuple[str, Sample]
"""A reading, and what stands in its OBX-4."""
AHEAD: Final[Span] = MINUTE
"""A reading that is taken so much after its message was sent is of no time that anybody knows."""


@dataclass(slots=True)
class _Age:
    """How the times in a message are read: None of `sent` where it has none."""

    sent: Moment | None
    offset: Span | None
    at: Instant
    counts: bool = True
    """False where nobody knows how old the message is."""
    _last: Moment | None = None
    _last_measured_at: Instant | None = None

    def ahead(self, taken: Moment | None) -> bool:
        """Whether the reading says to be of the future."""
        return taken is not None and self.sent is not None and taken.before(self.sent) < -AHEAD

    def measured_at(self, taken: Moment | None) -> Instant | None:
        """By our clock; None where the arrival is all there is to know."""
        if taken is None or self.sent is None:
            return None
        if self.offset is None:
            return taken.at
        if taken is not self._last:
            # Most readings of a message are of one time.
            shown = self.sent.at + self.offset - taken.before(self.sent)
            self._last, self._last_measured_at = taken, Instant(min(self.at, shown))
        return self._last_measured_at


class BedReadings:
    """The readings of one bed by one sender.

    With `arrival` times of messages are not looked at. `simulated` says that the bed's source is known to be one:
    then messages of training count.
    """

    def __init__(self, *, arrival: bool = False, simulated: bool = False) -> None:
        self.counts: Counter[str] = Counter()
        """By reason what was not taken: messages doubled, fields not understood, pressures repeated."""
        self._arrival = arrival
        self._simulated = simulated
        self._clock = SenderClock()
        self._sent_before: OrderedDict[tuple[bytes, tuple[Instant, ...], str], None] = OrderedDict()
        self._cuff = _CuffMemory()
        self._unread = UnreadFields()

    def take(self, oru: Oru, at: Instant) -> list[Said]:
        """What the message says that is news; it arrived at `at`."""
        if self._again(oru):
            self.counts["doubled"] += 1
            return []
        age = self._age(oru, at)
        self._cuff.hear(at)
        samples: list[Sample] = []
        found: dict[Signal, list[_Row]] = {}
        demo = oru.header.processing in TRAINING and not self._simulated
        for group in oru.groups:
            if _is_of(group.about, _ALERTS):
                continue
            for each in group.observations:
                if each.signal not in NIBP:
                    sample = _sample(each, group, age, demo=demo)
                    found.setdefault(each.signal, []).append((each.part, sample))
        for measurement in _measurements(oru.groups):
            samples += self._pressures(measurement, age, demo=demo)
        samples = [*(_one_of(each) for each in found.values()), *samples]
        said: list[Said] = [Frame(samples=tuple(samples))] if samples else []
        said += self._unread.tell(oru)
        self.counts["field"] = self._unread.count
        return said

    def _again(self, oru: Oru) -> bool:
        """Whether it was sent before: the same readings of the same time."""
        header = oru.header
        times = tuple(group.taken.at for group in oru.groups if group.taken is not None)
        own = any(each.taken is not None for group in oru.groups for each in group.observations)
        if not (times or own) and not header.time:
            return False
        # A message without times of its readings is known again by its own, which a new one would not have.
        sent = "" if times or own else header.time
        if self._arrival:
            sent = f"{header.time} {header.control}"
        key = oru.content, times, sent
        if key in self._sent_before:
            self._sent_before.move_to_end(key)
            return True
        self._sent_before[key] = None
        if len(self._sent_before) > REMEMBERED:
            self._sent_before.popitem(last=False)
        return False

    def _age(self, oru: Oru, at: Instant) -> _Age:
        sent = oru.header.sent or _newest(oru.groups)
        if sent is None or self._arrival:
            return _Age(None, None, at)
        offset = self._clock.hear(sent, at)
        return _Age(sent, offset, at, counts=offset is not None)

    def _pressures(self, measured: "_Measurement", age: _Age, *, demo: bool) -> Iterator[Sample]:
        rows, taken = measured.rows, measured.taken
        values = tuple(rows[s].value if s in rows else None for s in _OF_A_CUFF)
        if not any(rows[s].value for s in PRESSURES if s in rows):
            yield from self._failed(rows, taken, age)
            return
        news = self._cuff.judge(values, taken, age.sent, known=age.counts)
        if news is None:
            self.counts["repeated"] += 1
            return
        fits = _one_pressure(*(rows[s].value if s in rows else None for s in _PARTS))
        for signal, each in rows.items():
            quality = each.quality
            if quality.may_raise and not fits and signal in PRESSURES:
                quality = Quality.IMPLAUSIBLE
            if quality.may_raise:
                quality = news if news is not Quality.GOOD else quality
                if measured.lost or not age.counts or age.ahead(taken):
                    quality = Quality.UNKNOWN_AGE
            if demo:
                quality = Quality.DEMO
            yield reading(signal, each.value, quality, age.measured_at(taken))

    def _failed(
        self, rows: dict[Signal, Observation], taken: Moment | None, age: _Age
    ) -> Iterator[Sample]:
        """A measurement that came to nothing, once; a display without one says nothing."""
        misread = any(each.misfits for each in rows.values())
        if taken is None or misread or not self._cuff.fails(taken) or not age.counts:
            return
        for signal in rows:
            if signal in PRESSURES:
                measured_at = age.measured_at(taken)
                yield Sample(
                    signal=signal, value=None, quality=Quality.CUFF_ERROR, measured_at=measured_at
                )


@dataclass(slots=True, kw_only=True)
class _Measurement:
    """What one inflation of a cuff gave; `lost` says that its time is not understood."""

    rows: dict[Signal, Observation]
    taken: Moment | None
    lost: bool

    def joins(self, other: "_Measurement") -> None:
        """Rows of the same measurement from another OBR."""
        for signal, row in other.rows.items():
            self.rows.setdefault(signal, row)
        self.lost |= other.lost


def _one_pressure(sys: float | None, dia: float | None, mean: float | None) -> bool:
    """Whether the numbers can be of one measurement: a mean that was exchanged, or in another unit, shows in the others."""
    if sys is None or dia is None:
        return True
    return dia < sys and (mean is None or dia <= mean <= sys)


def _measurements(groups: Iterable[Group]) -> list[_Measurement]:
    """The pressures of a message by their times, whichever OBRs they stand in.

    Rows without a time belong to the one measurement that has one, where there is one alone.
    """
    timed: dict[Instant, _Measurement] = {}
    others: list[_Measurement] = []
    for group in groups:
        rows: dict[Signal, Observation] = {}
        of_cuff = [each for each in group.observations if each.signal in NIBP]
        for each in sorted(of_cuff, key=_worth) if len(of_cuff) > 1 else of_cuff:
            rows.setdefault(each.signal, each)
        if not rows or _is_of(group.about, _ALERTS):
            continue
        own = [rows[signal].taken for signal in _OF_A_CUFF if signal in rows]
        taken = next((moment for moment in own if moment is not None), None)
        if taken is None and _of_one_time(group):
            taken = group.taken
        found = _Measurement(rows=rows, taken=taken, lost=group.lost)
        if taken is None:
            others.append(found)
        elif taken.at in timed:
            timed[taken.at].joins(found)
        else:
            timed[taken.at] = found
    if others and len(timed) != 1:
        timed[Instant(-1)] = others.pop(0)
    for found in others:
        next(reversed(timed.values())).joins(found)
    return list(timed.values())


class _CuffMemory:
    """Which measurement was told last."""

    def __init__(self) -> None:
        self._since: Instant | None = None
        self._settled = False
        """Whether messages came for a while: a pressure in the first ones may be an hour old."""
        self._values: tuple[float | None, ...] | None = None
        self._taken: Instant | None = None
        self._keeps_time = False
        """Whether this sender leaves a pressure's time as it is when it sends it again."""

    def hear(self, at: Instant) -> None:
        """A message arrived."""
        self._since = at if self._since is None else self._since
        self._settled = at - self._since > SETTLES

    def judge(
        self,
        values: tuple[float | None, ...],
        taken: Moment | None,
        sent: Moment | None,
        *,
        known: bool,
    ) -> Quality | None:
        """GOOD for news; REPEATED where nobody can tell; None for one that was told before.

        Where the age of the message is not known yet, nothing is remembered: it counts when it is.
        """
        if taken is None or sent is None:
            # Without any time, or without one to compare it with: only a change is news.
            if (None if taken is None else taken.at) == self._taken and values == self._values:
                return None
            first = self._values is None and not self._settled
            self._remember(values, taken)
            return Quality.REPEATED if first else Quality.GOOD
        with_message = abs(taken.before(sent)) <= _SAME_TIME
        if taken.at == self._taken:
            self._keeps_time |= not with_message
            return None
        if with_message and not self._keeps_time and values == self._values:
            # Its time goes on with each message, and the pressure stays: that is no new measurement.
            return None
        if known:
            self._remember(values, taken)
        return Quality.GOOD

    def fails(self, taken: Moment) -> bool:
        """Whether a measurement of this time without a result is news."""
        if not self._settled or taken.at == self._taken:
            return False
        self._taken = taken.at
        return True

    def _remember(self, values: tuple[float | None, ...], taken: Moment | None) -> None:
        self._values, self._taken = values, None if taken is None else taken.at


def _newest(groups: Iterable[Group]) -> Moment | None:
    """The message's own time, where MSH-7 has none: that of what is measured all the time."""
    times = [
        taken
        for group in groups
        for each in group.observations
        if each.signal not in NIBP and (taken := each.taken or group.taken) is not None
    ]
    return max(times, key=lambda each: each.at, default=None)


def _sample(each: Observation, group: Group, age: _Age, *, demo: bool) -> Sample:
    quality = each.quality
    taken = each.taken or group.taken or age.sent
    lost = group.lost and each.taken is None
    if quality.may_raise and (lost or not age.counts or age.ahead(taken)):
        quality = Quality.UNKNOWN_AGE
    if demo:
        quality = Quality.DEMO
    return reading(each.signal, each.value, quality, age.measured_at(taken))


def _one_of(rows: list[_Row]) -> Sample:
    """Of several rows of one signal: a good number, else a doubtful one; the newest, then that of the lowest place."""
    if len(rows) == 1:
        return rows[0][1]

    def rank(row: _Row) -> tuple[int, int, tuple[int, ...]]:
        part, sample = row
        worth = 3 if sample.value is None else 2
        if sample.value is not None and sample.quality.may_raise:
            worth = 0 if sample.quality is Quality.GOOD else 1
        return worth, -(sample.measured_at or 0), _place(part[:_PLACE])

    return min(rows, key=rank)[1]


def _worth(row: Observation) -> tuple[bool, tuple[int, ...]]:
    return row.value is None, _place(row.part[:_PLACE])


@lru_cache(maxsize=KNOWN_AGAIN)
def _place(part: str) -> tuple[int, ...]:
    """OBX-4 as numbers, so that 1.6 stands before 1.20; without one, as the first."""
    return tuple(
        int(number)
        for number in part.split(".")
        if number.isascii() and number.isdigit() and len(number) < _LONG
    )


def _of_one_time(group: Group) -> bool:
    """Whether the time of an OBR is that of the pressure in it: of a cuff alone, or of a spot check."""
    alone = all(each.signal in NIBP | {Signal.TEMPERATURE} for each in group.observations)
    return alone or _is_of(group.about, (*_SPOT, *_CUFF))


def _is_of(about: str, words: tuple[str, ...]) -> bool:
    upper = about.upper()
    return bool(upper) and any(word in upper for word in words)

"""Two devices that give one signal: one is believed, the other's word is a claim. Pure.

The believed one stays believed until it is stale: a doubt is no silence, and nothing switches sides
unsaid. Before anybody was believed the order of the suite file decides, primary before secondary.
While both speak and differ for `LASTING`, the worse one raises alarms as doubtful, and the conflict
is told.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol

from monitord.engine.protocol.protocol import Settings
from monitord.engine.readings.reading import MANUAL, Claim, Reading
from monitord.engine.readings.recent import NOW_AND_THEN
from monitord.engine.rules.step_worse import STEPS
from monitord.model import (
    MINUTE,
    NIBP,
    SECOND,
    Cause,
    Event,
    Fault,
    Instant,
    Quality,
    Sample,
    Signal,
    Span,
    say,
)
from monitord.model.frozen import replace

LASTING: Final[Span] = 10 * SECOND
"""So long two devices differ before it is a conflict: as long as a reading stays fresh (proposed)."""
SWITCH_IS_TOLD: Final[Span] = 2 * MINUTE
"""So long a switch to the other device is said, once it is made (proposed)."""
_APART: Final[Mapping[Signal, float]] = {
    signal: min(step.by for (of, _), step in STEPS.items() if of is signal) for signal, _ in STEPS
}
"""By how much two devices may differ: the step at which an answered alarm is worse."""


class TwoSources(Protocol):
    """The patient, as far as two devices are concerned."""

    @property
    def readings(self) -> dict[Signal, Reading]:
        """What is believed."""
        ...

    @property
    def settings(self) -> Settings:
        """Which devices give which signals, in which order."""
        ...

    def fresh(self, signal: Signal) -> Span:
        """How long one reading of the signal speaks."""
        ...


class Rivals:
    """Mutable, owned by one patient; a signal has as many claims as other devices that give it."""

    def __init__(self, kept: Iterable[Claim] = ()) -> None:
        self.claims = {(each.reading.signal, each.reading.source): each for each in kept}

    @property
    def kept(self) -> tuple[Claim, ...]:
        """For the state."""
        return tuple(self.claims.values())

    def contested(self, signal: Signal, at: Instant) -> tuple[Reading, ...]:
        """What other devices say of the signal in a conflict that lasts."""
        if not self.claims:
            return ()
        claims = [claim for (of, _), claim in self.claims.items() if of is signal]
        return tuple(each.reading for each in claims if _lasts(each, at))

    def word(
        self, event: Event, sample: Sample, known: Reading | None, heard: TwoSources
    ) -> tuple[bool, list[tuple[Fault, Instant | None]]]:
        """Whether the sample's device is believed, and what is to be told of it, with its end."""
        signal, source, at = sample.signal, event.source, event.at
        rival = None
        if known is not None and known.source not in (source, MANUAL):
            rival = known
        if rival is None and (known is not None or not _behind(source, signal, heard.settings)):
            if self.claims:
                self._compare(signal, known, at)
            return True, []
        fresh = heard.fresh(signal)
        claim = self._claim(event, sample, fresh)
        if rival is None:
            # Nobody was believed yet: who stands before it in the file has as long to speak.
            first = claim is not None and at - claim.since >= fresh
            return self._believed(signal, source) if first else (False, [])
        unbound = source in heard.settings.sources and rival.source not in heard.settings.sources
        if not unbound and at < spoke_until(rival, fresh):
            if claim is None:
                return False, []
            self._compare(signal, rival, at)
            claim = self.claims[signal, source]
            return False, list(_told(claim, rival, heard, at, fresh))
        if claim is None:
            return unbound, []
        _, told = self._believed(signal, source)
        why = say("why.silent", signal=signal, source=source, other=rival.source)
        fault = Fault(cause=Cause.IDENTITY, subject=source, present=True, why=why)
        return True, [*told, (fault, Instant(at + SWITCH_IS_TOLD))]

    def _believed(
        self, signal: Signal, source: str
    ) -> tuple[bool, list[tuple[Fault, Instant | None]]]:
        self.claims.pop((signal, source), None)
        return True, []

    def _claim(self, event: Event, sample: Sample, fresh: Span) -> Claim | None:
        """The device's claim with this sample; None where it has no number to claim with."""
        if sample.value is None or not sample.quality.may_raise:
            return None
        key = sample.signal, event.source
        known = self.claims.get(key)
        reading = Reading(
            signal=sample.signal,
            value=sample.value,
            quality=_doubtful(sample),
            at=event.at,
            fresh_until=Instant(event.at + fresh),
            good_at=None,
            source=event.source,
            simulated=event.simulated,
        )
        goes_on = known is not None and event.at < known.reading.fresh_until
        claim = Claim(reading=reading, since=event.at)
        if known is not None and goes_on:
            claim = replace(known, reading=reading)
        self.claims[key] = claim
        return claim

    def _compare(self, signal: Signal, believed: Reading | None, at: Instant) -> None:
        """Whether the claims differ from what is believed, and since when."""
        for key, claim in self.claims.items():
            if key[0] is not signal:
                continue
            differs = (
                believed is not None
                and believed.usable_at(at)
                and claim.reading.usable_at(at)
                and apart(signal, believed.value, claim.reading.value)
            )
            since = (claim.differs if claim.differs is not None else at) if differs else None
            if since != claim.differs:
                self.claims[key] = replace(claim, differs=since)


def apart(signal: Signal, one: float | None, other: float | None) -> bool:
    """Whether two devices say what cannot both be so."""
    step = _APART.get(signal)
    return step is not None and one is not None and other is not None and abs(one - other) > step


def spoke_until(reading: Reading, fresh: Span) -> Instant:
    """Until when the device of the latest reading is believed: a number that is doubted is no silence."""
    last = reading.at if reading.value is not None else (reading.heard_at or reading.at)
    return Instant(last + fresh)


def _rank(source: str, settings: Settings) -> tuple[bool, int]:
    known = settings.sources.get(source)
    return (known.secondary, known.order) if known else (False, 0)


def _behind(source: str, signal: Signal, settings: Settings) -> bool:
    """Whether another device of the bed that gives the signal stands before this one."""
    mine = _rank(source, settings)
    return any(
        _rank(name, settings) < mine
        for name, each in settings.sources.items()
        if name != source and signal in each.signals
    )


def _lasts(claim: Claim, at: Instant) -> bool:
    """Whether the claim speaks, and has differed long enough; of what is read now and then, at once."""
    least = 0 if claim.reading.signal in NOW_AND_THEN else LASTING
    differs = claim.differs is not None and at - claim.differs >= least
    return differs and claim.reading.usable_at(at)


def _doubtful(sample: Sample) -> Quality:
    """It may raise an alarm, and end none: a pressure as a first word, what streams after its doubt."""
    if sample.quality is not Quality.GOOD:
        return sample.quality
    return Quality.DOUBTED if sample.signal in NIBP else Quality.LOW_PERFUSION


def _told(
    claim: Claim, believed: Reading, heard: TwoSources, at: Instant, fresh: Span
) -> Iterator[tuple[Fault, Instant | None]]:
    """That two devices give the signal, where the file does not say which; and that they differ."""
    signal, source = believed.signal, claim.reading.source
    until = Instant(at + fresh)
    ranked = {name: heard.settings.sources.get(name) for name in (source, believed.source)}
    if not any(each is not None and each.secondary for each in ranked.values()):
        why = say("why.taken_from", signal=signal, source=believed.source)
        yield Fault(cause=Cause.SOURCES, subject=source, present=True, why=why), until
    if _lasts(claim, at):
        why = say(
            "why.differ",
            signal=signal,
            value=believed.value or 0.0,
            source=believed.source,
            other_value=claim.reading.value or 0.0,
            other=source,
        )
        yield Fault(cause=Cause.CONFLICT, subject=source, present=True, why=why), until

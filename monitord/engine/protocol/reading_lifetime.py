"""How long one reading speaks for the patient. Pure."""

from collections.abc import Callable
from typing import Final, Protocol

from monitord.engine.protocol.protocol import Protocol as ClinicalProtocol
from monitord.engine.protocol.protocol import Settings
from monitord.model import NIBP, SECOND, Body, Frame, Signal, Span

DEFAULT_FRESH: Final[Span] = 10 * SECOND
# "Sample older than 10 s = stale", reference clinical section 5.
_INTERVALS_FRESH: Final = 2.5
# A slow source keeps speaking for two and a half of its intervals (design section 7).


def declared(signal: Signal, settings: Settings) -> Span:
    """The interval of the slowest declared source of the signal; 0 where none is declared."""
    slowest = 0
    for source in settings.sources.values():
        if source.interval > slowest and signal in source.signals:
            slowest = source.interval
    return slowest


def expected_within(interval: Span) -> Span:
    """How long a source of this declared interval may be silent; 0 where none is declared."""
    return round(_INTERVALS_FRESH * interval)


def freshness(signal: Signal, protocol: ClinicalProtocol, settings: Settings) -> Span:
    """A reading's freshness: the protocol's, or longer where its slowest source is slow."""
    slow = expected_within(declared(signal, settings))
    return max(protocol.fresh.get(signal, DEFAULT_FRESH), slow)


def of_measurement(signal: Signal, body: Body, fresh: Callable[[Signal], Span]) -> Span:
    """The freshness by which a sample's age is judged; one measurement of a cuff is of one age."""
    if signal not in NIBP or not isinstance(body, Frame):
        return fresh(signal)
    return max(fresh(each.signal) for each in body.samples if each.signal in NIBP)


def by_hand(signal: Signal, protocol: ClinicalProtocol, phase: str | None) -> Span | None:
    """How long a person's count speaks: until the next is due. None of a signal that staff don't count.

    In a phase that wants no count, as long as in the phase with the longest interval.
    """
    for item in protocol.schedule.values():
        if item.counted and signal in item.signals:
            return item.every.get(phase or "") or max(item.every.values(), default=0)
    return None


class InForce(Protocol):
    """Under which protocol and settings a bed is watched."""

    @property
    def protocol(self) -> ClinicalProtocol:
        """The session's, or the suite's watch."""
        ...

    @property
    def settings(self) -> Settings:
        """The bed's devices among them."""
        ...


class Spans:
    """What is found once a signal; mutable, owned by one patient, forgotten with what is in force."""

    def __init__(self, of: InForce) -> None:
        self._of = of
        self._fresh: dict[Signal, Span] = {}
        self._intervals: dict[Signal, Span] = {}

    def fresh(self, signal: Signal) -> Span:
        """How long one reading of the signal speaks."""
        span = self._fresh.get(signal)
        if span is None:
            protocol, settings = self._of.protocol, self._of.settings
            span = self._fresh[signal] = freshness(signal, protocol, settings)
        return span

    def interval(self, signal: Signal) -> Span:
        """The declared interval of the signal's slowest source; 0 where nobody declared one."""
        span = self._intervals.get(signal)
        if span is None:
            span = self._intervals[signal] = declared(signal, self._of.settings)
        return span

    def forget(self) -> None:
        """Protocol or settings are others."""
        self._fresh.clear()
        self._intervals.clear()

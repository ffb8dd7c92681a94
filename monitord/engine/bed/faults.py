"""Which technical faults are present on a bed, and when one is over. Pure.

A fault ends when whoever reported it says so, or when the engine that found it finds it no longer.
A lost link ends later: once a good reading of its device has come through.
"""

from monitord.engine.protocol.protocol import Settings
from monitord.engine.readings.reading import FaultState
from monitord.engine.readings.recent import NOW_AND_THEN
from monitord.model import OF_DEVICES, Cause, Event, Fault, Frame, Instant, Quality, Signal
from monitord.model.frozen import replace


class Faults:
    """Mutable, owned by one patient; everything in it is a frozen value."""

    def __init__(self, kept: tuple[FaultState, ...] = ()) -> None:
        self._present = {(each.fault.cause, each.fault.subject): each for each in kept}

    @property
    def kept(self) -> tuple[FaultState, ...]:
        """Every fault that is present."""
        return tuple(self._present.values())

    @property
    def any(self) -> bool:
        """Whether there is one: there hardly ever is."""
        return bool(self._present)

    def of(self, cause: Cause, subject: str) -> FaultState | None:
        """The fault, if it is present."""
        return self._present.get((cause, subject))

    def take(
        self,
        fault: Fault,
        at: Instant,
        *,
        simulated: bool,
        settings: Settings,
        until: Instant | None = None,
    ) -> bool:
        """Notes a fault's beginning or end; whether anything changed but when it lapses."""
        key = fault.cause, fault.subject
        known = self._present.get(key)
        if not fault.present:
            if known is None:
                return False
            if fault.cause is Cause.LINK and _speaks(fault.subject, settings):
                self._present[key] = replace(known, lifted=True)
                return False
            del self._present[key]
            return True
        since = known.since if known else at
        state = FaultState(fault=fault, since=since, simulated=simulated)
        lapses = until if known is None or known.until is not None else None
        self._present[key] = replace(state, until=lapses)
        return known is None

    def heard(self, event: Event, frame: Frame) -> tuple[Fault, ...]:
        """The faults that end because something good came from their device."""
        link = self._present.get((Cause.LINK, event.source)) if self._present else None
        if link is None or not link.lifted:
            return ()
        if not any(s.value is not None and s.quality is Quality.GOOD for s in frame.samples):
            return ()
        del self._present[Cause.LINK, event.source]
        return (replace(link.fault, present=False),)

    def lapsed(self, at: Instant) -> list[tuple[Fault, None]]:
        """Those that the engine found itself, and did not find again in time."""
        if not self._present:
            return []
        return [
            (replace(state.fault, present=False), None)
            for state in self._present.values()
            if state.until is not None and at >= state.until
        ]

    def unbound(self, moved: set[str], settings: Settings) -> list[Fault]:
        """Those whose device left the bed, or is another one now: they end."""
        gone = [
            state.fault
            for (cause, subject), state in self._present.items()
            if cause in OF_DEVICES and (subject in moved or subject not in settings.sources)
        ]
        for fault in gone:
            del self._present[fault.cause, fault.subject]
        return gone


def _speaks(device: str, settings: Settings) -> bool:
    """Whether the device gives readings by itself; a cuff that lies still says nothing for long."""
    source = settings.sources.get(device)
    by_itself = NOW_AND_THEN | {Signal.CUFF_PRESSURE}
    return source is not None and not by_itself.issuperset(source.signals)

"""A station's host whose beds are real engines: what a click enters is decided as at the bedside, in no time at all."""

import dataclasses

from monitord.engine.state import State
from monitord.model import (
    SECOND,
    Answered,
    Instant,
    Move,
    Quality,
    Signal,
    StaffAction,
    SwapDevice,
)
from monitord.station.host import Changed, Told
from tests.builders import CUFF, OXIMETER, Bed, lines_of
from tests.builders_station import PaperHost

EVERY = 15 * SECOND


class EngineHost(PaperHost):
    """Beds by name; `go` lets time pass, with an oximeter's readings and a cuff's where it works."""

    def __init__(self, **beds: Bed) -> None:
        super().__init__(**{name: _shown(bed) for name, bed in beds.items()})
        self.engines = beds
        self.spo2: dict[str, float] = dict.fromkeys(beds, 97.0)
        self.clock = max(bed.now for bed in beds.values())
        self._told = dict.fromkeys(beds, 0)

    async def act(self, bed: str | None, action: StaffAction) -> Answered:
        self.acted.append((bed, action))
        if bed is None or isinstance(action, SwapDevice):
            return Answered(action=action.id)
        if isinstance(action, Move):
            here, there = self.engines[bed], self.engines[action.to]
            refused = here.move_to(there)
            self.show()
            return Answered(action=action.id, refused=refused)
        engine = self.engines[bed]
        (answer,) = (e for e in engine.send(action) if isinstance(e, Answered))
        self.show()
        return answer

    def go(self, minutes: float) -> None:
        """So long with readings every 15 s at every bed, then the pages are told."""
        end = Instant(self.clock + round(minutes * 60) * SECOND)
        n = 0
        while self.clock < end:
            n += 1
            self.clock = Instant(self.clock + EVERY)
            for name, bed in self.engines.items():
                bed.until(self.clock)
                bed.frame({Signal.SPO2: self.spo2[name], Signal.PULSE_RATE: 70 + n % 3})
        self.show()

    def cuff_fails(self, bed: str) -> None:
        """One measurement without a number."""
        nothing = dict.fromkeys((Signal.NIBP_SYS, Signal.NIBP_DIA))
        self.engines[bed].frame(nothing, source=CUFF, quality=Quality.CUFF_ERROR)
        self.show()

    def show(self) -> None:
        """The states as they are, and the lines that were told."""
        for name, bed in self.engines.items():
            self.states[name] = _shown(bed)
            lines = lines_of(bed.effects)
            for line in lines[self._told[name] :]:
                self.sequence += 1
                self.update(Told(seq=self.sequence, line=line))
            self._told[name] = len(lines)
            self.sequence += 1
            self.update(Changed(seq=self.sequence, bed=name))


def _shown(bed: Bed) -> State:
    return dataclasses.replace(bed.state)


__all__ = ["CUFF", "OXIMETER", "EngineHost"]

"""A bed of `tests/builders.py` whose events and effects go into a journal, as the sequencer writes them."""

from copy import copy
from functools import cache
from pathlib import Path

from monitord.engine.protocol.protocol import Settings
from monitord.model import Body, Effect, Instant, Observe, Signal
from monitord.store.journal.entry import Entry
from monitord.store.journal.journal import Journal
from tests.builders import T0, Bed, settings


class JournaledBed(Bed):
    """Remembers what to append: `write` appends it."""

    def __init__(
        self,
        given: Settings | None = None,
        at: Instant = T0,
        name: str = "1",
        entries: list[Entry] | None = None,
    ) -> None:
        self.entries = [] if entries is None else entries
        self.simulated = False
        super().__init__(given, at, name)

    def _keep(self, effects: list[Effect], event: bool) -> None:
        n = sum(len(entry.effects) for entry in self.entries if entry.bed == self.name) + 1
        body = self.events[-1] if event else None
        if body is not None or effects:
            entry = Entry(bed=self.name, event=body, effects=tuple(effects), first_n=n, at=self.now)
            self.entries.append(entry)

    def until(self, at: Instant) -> "Bed":
        known = len(self.effects)
        super().until(at)
        self._keep(self.effects[known:], event=False)
        return self

    def send(
        self, body: Body, *, source: str = "", at: Instant | None = None, simulated: bool = False
    ) -> list[Effect]:
        effects = super().send(body, source=source, at=at, simulated=simulated or self.simulated)
        self._keep(effects, event=True)
        return effects

    def write(self, place: Path) -> Path:
        with Journal.open(place) as journal:
            journal.append(self.entries)
        return place


def an_infusion(place: Path, *, simulated: bool = False) -> JournaledBed:
    """A session before it, then one of 100 min: low saturation before admission and again in the
    infusion, answered each time, a probe that falls off, observations, a voided action, a refused
    one, and discharge.
    """
    # Lived once a process: what a test does to the lists is its own, and none goes on with the engine.
    bed = copy(_lived(simulated=simulated))
    bed.entries, bed.events, bed.effects = [*bed.entries], [*bed.events], [*bed.effects]
    bed.write(place)
    return bed


@cache
def _lived(*, simulated: bool) -> JournaledBed:
    bed = JournaledBed(settings())
    bed.simulated = simulated
    bed.admit(session="earlier", pseudonym="somebody else")
    bed.discharge(override="test")
    bed.wait("1h").wait("30min")
    bed.spo2(88, for_="7s")
    bed.admit(session="s1", pseudonym="P-17")
    bed.start_baseline()
    bed.spo2(88, for_="30s")
    bed.acknowledge("spo2_low")
    bed.nibp(128, 82)
    bed.spo2(97, for_="60s")
    bed.observe({Signal.MOAAS: 5, Signal.DISSOCIATION: 0}, note="calm")
    bed.observe({Signal.NAUSEA: 3})
    wrong = bed.events[-1].body
    assert isinstance(wrong, Observe)
    bed.void(wrong.id)
    bed.start_infusion()
    bed.spo2(97, for_="2min")
    bed.spo2(86, for_="40s")
    bed.spo2(84, for_="20s")
    bed.spo2(96, for_="60s")
    bed.acknowledge("spo2_low")  # it latched: nobody leaves while it waits for an answer
    bed.probe_off("45s")
    bed.spo2(97, for_="35min")
    bed.nibp(151, 93)
    bed.observe({Signal.MOAAS: 4, Signal.DISSOCIATION: 2})
    bed.resume_infusion()
    bed.stop_infusion()
    bed.spo2(97, for_="10min")
    bed.nibp(132, 84)
    bed.discharge(override="the nurse decided")
    return bed

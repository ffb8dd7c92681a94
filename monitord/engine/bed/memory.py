"""What a bed remembers of the past for its rules, each part bounded. Pure.

`recent` for criteria and confirmations, `burdens` and `trails` for the rules of their names,
`plausible` for what is not believed at once, `old` for readings that are not of now.
"""

from monitord.engine.protocol.protocol import Protocol
from monitord.engine.readings.burden_memory import Burdens
from monitord.engine.readings.old_readings import OldReadings
from monitord.engine.readings.plausibility import NOTHING_DOUBTED, Plausible
from monitord.engine.readings.reading import Reading
from monitord.engine.readings.recent import NOW_AND_THEN, Recent
from monitord.engine.readings.trend_memory import Trails
from monitord.engine.rules.burden import BurdenRule
from monitord.engine.rules.trend import TrendRule
from monitord.engine.state import State
from monitord.model import NIBP, Instant, Quality


class Memory:
    """Mutable, owned by one patient; everything in it is a frozen value."""

    def __init__(self, state: State | None = None) -> None:
        self.recent = Recent(state.recent if state else ())
        self.burdens = Burdens(state.burdens if state else ())
        self.trails = Trails(state.trails if state else ())
        self.plausible = Plausible(state.belief if state else NOTHING_DOUBTED)
        self.old = OldReadings(state.old if state else ())
        self._protocol: Protocol | None = None
        """The one whose rules say what is remembered."""

    def follow(self, protocol: Protocol, at: Instant) -> None:
        """From here on what the rules of this protocol need; what is known goes on."""
        if self._protocol is protocol:
            return
        self._protocol = protocol
        burdens = protocol.rules_of(BurdenRule).values()
        trends = protocol.rules_of(TrendRule).values()
        self.burdens.watch([(rule.signal, rule.beyond, rule.most) for rule in burdens], at)
        self.trails.watch([(rule.signal, rule.within) for rule in trends])

    def took(self, before: Reading | None, reading: Reading, pulse: Reading | None) -> None:
        """A new reading, and the oximeter's pulse beside it where that is a cuff's."""
        self.burdens.took(before, reading)
        self.trails.took(reading)
        signal = reading.signal
        if signal not in NOW_AND_THEN:
            return
        if reading.value is None or reading.quality is Quality.CUFF_ERROR:
            self.recent.missed(signal)
        elif reading.quality is Quality.DOUBTED:
            self.recent.doubted(signal, reading.at, reading.value)
        if not _good(reading):
            return
        believes = signal in NIBP and self.plausible.believes
        self.recent.took(signal, reading.at, reading.value or 0.0, believes=believes)
        beside = pulse is not None and pulse.usable_at(reading.at) and _good(pulse)
        if pulse is not None and beside and reading.signal in NIBP:
            self.recent.took(pulse.signal, reading.at, pulse.value or 0.0)

    def end(self) -> None:
        """The patient has left."""
        self.recent.end()
        self.burdens.end()
        self.trails.end()
        self.plausible.end()
        self.old.end()
        self._protocol = None


def _good(reading: Reading) -> bool:
    return reading.value is not None and reading.quality is Quality.GOOD

"""What staff may enter by hand in a visit: all that a rule or a list can ask, what is due first. Pure."""

from dataclasses import dataclass
from typing import Final

from monitord.engine.protocol.confidential import confidential_of
from monitord.engine.protocol.criterion import ReadingCriterion
from monitord.engine.protocol.protocol import Protocol, Settings
from monitord.engine.session.overlay import in_force
from monitord.engine.state import State
from monitord.model import MINUTE, NIBP, SIGNALS, SYMPTOMS, Signal, in_words, say
from monitord.station.views.views import Millis

ALWAYS: Final = (
    Signal.NIBP_SYS,
    Signal.NIBP_DIA,
    Signal.RESP_RATE,
    Signal.SPO2,
    Signal.PULSE_RATE,
    Signal.TEMPERATURE,
)
"""What a person measures with a cuff, a watch, a spot-check oximeter and a thermometer, whatever the protocol asks."""
_OF_A_DEVICE: Final = frozenset(
    {
        Signal.NO_BREATH,
        Signal.NIBP_PULSE,
        Signal.CUFF_PRESSURE,
        Signal.PERFUSION_INDEX,
        Signal.INFUSION_RUNNING,
    }
)
"""What only a device knows: nobody counts it."""
_SOON: Final = MINUTE
_SIGNS: Final = (Signal.MOAAS, Signal.ORIENTATION, Signal.MOOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedView:
    """One sign: in `unit` between `low` and `high`, scored by taps where `scored`; `symptom` where the patient is asked.

    `due` is when the schedule wants it, if that is within a minute or over.
    """

    signal: str
    label: str
    unit: str
    low: float
    high: float
    scored: bool
    symptom: bool
    due: Millis | None


def asked(state: State) -> list[AskedView]:
    """What is due in the order in which it became due, then scored signs, then what is measured."""
    settings = state.session_settings or state.settings
    if state.session is None or settings is None:
        return []
    protocol = in_force(settings, state.session)
    hidden = confidential_of(protocol, state.session.kept_of_forms)
    wanted = _wanted(protocol, settings) - hidden.signals
    due = {
        signal: item.due
        for item in sorted(state.due, key=lambda item: -item.due)
        if item.due <= state.now + _SOON
        for signal in item.signals
    }
    order = [signal for signal in Signal if signal in wanted]
    order.sort(key=lambda signal: (signal not in due, due.get(signal, 0), _place(signal)))
    return [
        AskedView(
            signal=signal.value,
            label=_label(signal),
            unit=SIGNALS[signal].unit,
            low=SIGNALS[signal].low,
            high=SIGNALS[signal].high,
            scored=SIGNALS[signal].manual,
            symptom=signal in SYMPTOMS,
            due=due.get(signal),
        )
        for signal in order
    ]


def _place(signal: Signal) -> int:
    return 0 if signal in _SIGNS else 1 if signal in SYMPTOMS else 2 if signal in NIBP else 3


def _label(signal: Signal) -> str:
    return in_words(say("view.signal", signal=signal))


def _wanted(protocol: Protocol, settings: Settings) -> frozenset[Signal]:
    """What a rule, the schedule or a list may ask, and a person can enter; a pump's where one is bound."""
    found = {signal for rule in protocol.rules.values() for signal in rule.inputs}
    found |= {signal for item in protocol.schedule.values() for signal in item.signals}
    for each in (*protocol.gate, *protocol.discharge):
        if isinstance(each, ReadingCriterion):
            found |= {each.signal} | ({each.or_signal} if each.or_signal else set())
    supplied = {signal for source in settings.sources.values() for signal in source.signals}
    pump = {Signal.INFUSION_RATE, Signal.INFUSION_VOLUME} & supplied
    found = found - {Signal.INFUSION_RATE, Signal.INFUSION_VOLUME} | pump
    return frozenset(found | set(ALWAYS)) - _OF_A_DEVICE

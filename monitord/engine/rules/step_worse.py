"""How much worse an answered alarm must become to break through at the same level. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from monitord.engine.rules.level import STRICT, Confidence
from monitord.model import SECOND, Duration, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class WorseStep:
    """`by` is in the signal's unit, from the worst value that the answer covers.

    Of a signal that is read continuously it must last for `held`; one that is read now and then is
    a step worse at the reading.
    """

    __pydantic_config__ = STRICT

    by: float
    held: Duration = 5 * SECOND
    source: str = ""
    confidence: Confidence = "P"


STEPS: Final[Mapping[tuple[Signal, bool], WorseStep]] = {
    (Signal.SPO2, True): WorseStep(by=5),
    (Signal.PULSE_RATE, True): WorseStep(by=10),
    (Signal.PULSE_RATE, False): WorseStep(by=20, held=15 * SECOND),
    (Signal.NIBP_SYS, False): WorseStep(by=20),
    (Signal.NIBP_SYS, True): WorseStep(by=10),
    (Signal.NIBP_DIA, False): WorseStep(by=15),
    (Signal.NIBP_DIA, True): WorseStep(by=15),
    (Signal.NIBP_MAP, False): WorseStep(by=10),
    (Signal.NIBP_MAP, True): WorseStep(by=10),
    (Signal.RESP_RATE, True): WorseStep(by=2),
    (Signal.RESP_RATE, False): WorseStep(by=5),
}
"""By signal and side (True: small values are the bad ones), where a rule says nothing of its own: proposed.

Each is about half of what lies between two levels of the shipped protocols.
"""

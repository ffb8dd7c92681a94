"""How long an event at the patient can take to become an alarm: the sum that has to be disclosed.

Device averaging + condition delay + transport, by rule and level (IEC 60601-1-8, 6.3.3.4: a sum
above 10 s is stated).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from monitord.config.suite.suite import Suite
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.readings.plausibility import LASTING, STEPS
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.level import Level
from monitord.model import MINUTE, SECOND, Span

TRANSPORT: Span = SECOND
# From the sample to the message's leaving, the journal's write included: one that takes longer is
# itself a high alarm (design invariant 12).


COLUMNS = ("rule", "priority", "asks", "condition", "doubt", "device", "transport", "whole")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """One level of one rule: what it asks, and the parts of its delay.

    `phase` is empty where the level holds in every phase that has none of its own. `device` is the
    slowest device of the suite that supplies the signal, a spare too; None where none does. `doubt` is
    how long a sudden step waits to be believed.
    """

    rule: str
    phase: str
    level: Level
    asks: str
    condition: Span
    doubt: Span
    device: Span | None

    @property
    def whole(self) -> Span:
        """From the event at the patient to the message's leaving, at most."""
        return self.condition + self.doubt + (self.device or 0) + TRANSPORT

    @property
    def named(self) -> str:
        """The rule, and its phase where the level is of one alone."""
        return f"{self.rule} ({self.phase})" if self.phase else self.rule

    def cells(self) -> tuple[str, ...]:
        """The same as `text` in the columns of `COLUMNS`."""
        device = "" if self.device is None else _spoken(self.device)
        return (
            self.named,
            self.level.priority.word,
            self.asks,
            _spoken(self.condition),
            _spoken(self.doubt) if self.doubt else "",
            device,
            _spoken(TRANSPORT),
            _spoken(self.whole),
        )

    def text(self) -> str:
        """One line: `spo2_low  medium  <90  15s + doubt 2s + device 4s + transport 1s = 22s`."""
        doubt = f" + doubt {_spoken(self.doubt)}" if self.doubt else ""
        device = "" if self.device is None else f" + device {_spoken(self.device)}"
        return (
            f"{self.named:32} {self.level.priority.word:6} {self.asks:14} {_spoken(self.condition)}"
            f"{doubt}{device} + transport {_spoken(TRANSPORT)} = {_spoken(self.whole)}"
        )


def delays(protocol: Protocol, suite: Suite | None = None) -> Iterator[Delay]:
    """Every level of every rule of the protocol, on the suite's devices if one is given."""
    for name, rule in protocol.rules.items():
        item = protocol.schedule.get(rule.item)
        longest = max(item.every.values(), default=0) if item else 0
        phases: dict[str, tuple[Level, ...]] = {"": rule.levels}
        phases.update(getattr(rule, "phases", {}))
        for phase, levels in phases.items():
            for level in levels:
                yield Delay(
                    rule=name,
                    phase=phase,
                    level=level,
                    asks=rule.asks(level),
                    condition=rule.whole_delay(level, longest),
                    doubt=LASTING if _steps(rule) else 0,
                    device=_slowest(rule, suite),
                )


def _steps(rule: ProtocolRule) -> bool:
    """Whether a sudden step of its signal is doubted at first."""
    return rule.limit_of in STEPS


def _slowest(rule: ProtocolRule, suite: Suite | None) -> Span | None:
    if suite is None:
        return None
    found = [each.delay for each in suite.places.values() if rule.inputs & each.signals]
    return max(found, default=None)


def _spoken(span: Span) -> str:
    """`24s`, `1.1s`; from two minutes on `15min 2s`."""
    if span < 2 * MINUTE:
        return f"{span / SECOND:g}s"
    minutes, rest = divmod(span, MINUTE)
    return f"{minutes}min" + (f" {rest / SECOND:g}s" if rest else "")

"""How late each alarm can be at most, in words, and what the time is made of. Pure."""

from collections.abc import Iterator

from monitord.config.checks.time_to_alarm import TRANSPORT, Delay, delays
from monitord.config.sheet.level_words import asked
from monitord.config.sheet.value_words import name_of
from monitord.config.suite.suite import Suite
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.limit import LimitLevel
from monitord.model import MINUTE, SECOND, Span

_OTHERS = "the other phases"


def delay_words(protocol: Protocol, suite: Suite | None) -> Iterator[str]:
    """`SpO2 below 85 for 5 s, high: 8 s (5 s that it lasts, 2 s until a sudden step is believed, 1 s to send)`.

    Levels that are equal in several phases stand once.
    """
    found: dict[str, list[str]] = {}
    for each in delays(protocol, suite):
        rule = protocol.rules[each.rule]
        asks = asked(rule, each.level)
        if isinstance(rule, AbsenceRule):
            asks = f"{name_of(rule.signal)}: {asks}"
        line = (
            f"{asks}, {each.level.priority.word}: {_spoken(each.whole)} ({', '.join(_parts(each))})"
        )
        found.setdefault(line, []).append(each.phase or _OTHERS)
    for line, phases in found.items():
        alone = phases == [_OTHERS]
        yield line if alone else f"{line}, in {', '.join(phases)}"


def _parts(delay: Delay) -> Iterator[str]:
    if delay.condition:
        repeated = isinstance(delay.level, LimitLevel) and delay.level.twice
        until = "until it is measured again" if repeated else "that it lasts"
        yield f"{_spoken(delay.condition)} {until}"
    if delay.doubt:
        yield f"{_spoken(delay.doubt)} until a sudden step is believed"
    if delay.device:
        yield f"{_spoken(delay.device)} in the device"
    yield f"{_spoken(TRANSPORT)} to send"


def _spoken(span: Span) -> str:
    """`18 s`, `5 min 1 s`."""
    minutes, rest = divmod(span, MINUTE)
    if not minutes or span < 2 * MINUTE:
        return f"{span / SECOND:g} s"
    return f"{minutes} min {rest / SECOND:g} s" if rest else f"{minutes} min"

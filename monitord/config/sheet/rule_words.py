"""Each rule of a protocol in words: its levels in each phase, when it ends, what an answered alarm still tells. Pure."""

from collections.abc import Iterator
from typing import Final

from monitord.config.sheet.level_words import level_words
from monitord.config.sheet.value_words import also, exact, name_of, phase_titles, source_of
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.level import Level
from monitord.engine.rules.limit import LimitRule
from monitord.engine.rules.overdue import OverdueRule

_SAID: Final = frozenset({"kind", "signal", "levels", "phases", "only", "title", "item", "of"}) | {
    *("hysteresis", "clear_delay", "step", "within", "beyond", "score", "once_heard"),
}
"""Fields of a rule that the words below say, or those of its levels."""


_KINDS: Final = {
    "combine": "signs together",
    "stale": "no reading",
    "trend": "change over time",
    "burden": "depth and time",
    "overdue": "not entered in time",
    "overrun": "duration",
    "crosscheck": "two devices compared",
    "pump": "pump and record compared",
    "unstarted": "no session",
}
"""What sort of rule it is, where the word of the file would tell a reader nothing."""


def rule_lines(name: str, rule: ProtocolRule, protocol: Protocol) -> Iterator[str]:
    """A heading, then per group of phases the levels with their sources, then how it ends."""
    about = f", {name_of(rule.signal)}" if rule.signal else ""
    if isinstance(rule, OverdueRule):
        item = protocol.schedule.get(rule.item)
        about = f", {item.title} ({rule.item})" if item and item.title else f", {rule.item}"
    of = f" of the {rule.of}" if rule.kind == "overrun" else ""
    title = f": {rule.title}" if rule.title else ""
    yield f"{name} ({_KINDS.get(rule.kind, rule.kind)}{of}{about}){title}"
    for where, levels in _by_phase(rule, protocol):
        yield f"  {where}"
        for level in levels:
            yield f"    {level_words(rule, level)}"
            yield f"        {source_of(level)}"
    yield from (f"  {each}" for each in _ends(rule))
    if isinstance(rule, LimitRule):
        yield from (f"  {each}" for each in _step(rule))
    yield from (f"  {each}" for each in also(rule, _SAID))


def _by_phase(rule: ProtocolRule, protocol: Protocol) -> Iterator[tuple[str, tuple[Level, ...]]]:
    """The levels in force, with the phases in which they are; equal ones together."""
    if not protocol.phases:
        yield "without a session", rule.levels
        return
    titles = phase_titles(protocol)
    groups: dict[tuple[Level, ...], list[str]] = {}
    for phase in titles:
        groups.setdefault(rule.levels_in(phase), []).append(phase)
    for levels, phases in groups.items():
        every = "in every phase" if len(phases) == len(titles) else None
        where = every or f"in {'; '.join(titles[each] for each in phases)}"
        yield (where, levels) if levels else (f"{where}: rests", ())
    if rule.levels and rule.levels not in groups:
        yield "without a session, or in a phase of another protocol", rule.levels


def _ends(rule: ProtocolRule) -> Iterator[str]:
    if rule.hysteresis or rule.clear_delay:
        inside = f"{rule.hysteresis:g} inside" if rule.hysteresis else "no longer beyond"
        held = f" and stays so for {exact(rule.clear_delay)}" if rule.clear_delay else ""
        yield f"ends when it is {inside} the limit{held}"
    if isinstance(rule, AbsenceRule) and rule.once_heard:
        yield "rests where no device supplied it before, and while staff enter it in its place"


def _step(rule: LimitRule) -> Iterator[str]:
    step = rule.a_step_worse(0.0)
    if step is None:
        return
    held = f" for {exact(step.delay)}" if step.delay else ""
    yield f"after an answer: told again when worse by {abs(step.limit.value):g}{held}"
    if rule.step is not None:
        yield f"    {source_of(rule.step)}"

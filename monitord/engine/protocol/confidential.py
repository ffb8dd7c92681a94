"""What of a protocol speaks of a form, and so never leaves the bed's own detail. Pure.

A signal is confidential by itself (the EPDS), or because a form of the protocol keeps an answer as it. A rule, an
item of the schedule, a point or a prompt is where it reads such a signal, where the protocol says so
(`confidential`), or where its own words are the form's: a title, or one of the `words` that the form lists, in the
language of the clinic. No word of any language stands here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from monitord.engine.protocol.criterion import Criterion, ReadingCriterion
from monitord.engine.protocol.prompt import AlarmPrompt
from monitord.engine.protocol.protocol import Itself, Protocol, ScheduleItem
from monitord.engine.rules import ProtocolRule
from monitord.model import SIGNALS, Signal

ASSESS: Final = "assess"
"""The rule of every bed that asks for a clinician because of an answer on a form."""

OF_FORMS: Final = frozenset(signal for signal, spec in SIGNALS.items() if spec.confidential)
"""The signals that hold answers of a form whatever the protocol says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidential:
    """The names of what is confidential in one protocol; `signals` are those of its forms."""

    signals: frozenset[Signal] = OF_FORMS
    rules: frozenset[str] = frozenset({ASSESS})
    items: frozenset[str] = frozenset()
    prompts: frozenset[str] = frozenset()
    points: frozenset[str] = frozenset()


NOTHING: Final = Confidential()
"""Of a bed whose protocol is not known: the signals of forms all the same."""


def confidential_of(protocol: Protocol, kept: Iterable[Signal] = ()) -> Confidential:
    """What of this protocol says nothing but `clinician needed` outside the bed's own detail.

    `kept` are the signals of the forms under which the session was before: an answer stays one.
    """
    return _confidential_of(Itself(protocol), frozenset(kept))


@lru_cache(maxsize=4)
def _confidential_of(of: Itself, kept: frozenset[Signal]) -> Confidential:
    """Kept: it is asked for with every alarm line and every view. Few, because each holds its protocol in memory."""
    protocol = of.protocol
    signals = OF_FORMS.union(kept_of(protocol), kept)
    said = frozenset(protocol.confidential)
    items = frozenset(
        name
        for name, item in protocol.schedule.items()
        if name in said or not signals.isdisjoint(item.signals) or _names(item, protocol)
    )
    rules = frozenset(
        name
        for name, rule in protocol.rules.items()
        if name in said
        or rule.item in items
        or not signals.isdisjoint(_read(rule))
        or speaks_of_form(protocol, rule.title)
    )
    prompts = frozenset(
        name
        for name, prompt in protocol.prompts.items()
        if name in said
        or (isinstance(prompt, AlarmPrompt) and prompt.rule in rules)
        or speaks_of_form(protocol, prompt.asks)
    )
    points = frozenset(
        each.name
        for each in (*protocol.gate, *protocol.discharge)
        if each.name in said or _asks(each, signals, protocol)
    )
    return Confidential(
        signals=signals, rules=rules | {ASSESS}, items=items, prompts=prompts, points=points
    )


def speaks_of_form(protocol: Protocol, *texts: str) -> bool:
    """Whether one of the texts names a form of the protocol or one of its questions, or has a word of a form's list.

    A form is named by its title as it is written, or by its name where it has none: `Pain` is a form, `chest pain`
    is none. A word of its list is the beginning of a word, small or large.
    """
    named, listed = _patterns(Itself(protocol))
    return any(
        named.search(text) is not None or (listed is not None and listed.search(text) is not None)
        for text in texts
        if text
    )


@lru_cache(maxsize=4)
def _patterns(of: Itself) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    """What finds the names of its forms, and what finds a word of their lists, where there is one. Kept, see above."""
    begins = [re.escape(word) for form in of.protocol.forms.values() for word in form.words if word]
    whole = [re.escape(word) for word in _words(of.protocol)]
    named = re.compile(rf"(?<!\w)(?:{'|'.join(whole)})(?!\w)")
    listed = re.compile(rf"(?<!\w)(?:{'|'.join(begins)})", re.IGNORECASE) if begins else None
    return named, listed


def _words(protocol: Protocol) -> Iterable[str]:
    yield from (SIGNALS[signal].label for signal in OF_FORMS)
    for form in protocol.forms.values():
        yield form.title or form.name
        yield from (item.title for item in form.items if item.title)


def kept_of(protocol: Protocol) -> frozenset[Signal]:
    """What the answers and totals of its forms are kept as."""
    forms = protocol.forms.values()
    kept = [form.signal for form in forms] + [item.signal for form in forms for item in form.items]
    return frozenset(signal for signal in kept if signal is not None)


def _read(rule: ProtocolRule) -> Iterable[Signal]:
    return rule.inputs if rule.signal is None else (*rule.inputs, rule.signal)


def _names(item: ScheduleItem, protocol: Protocol) -> bool:
    return speaks_of_form(protocol, item.title)


def _asks(point: Criterion, signals: frozenset[Signal], protocol: Protocol) -> bool:
    if isinstance(point, ReadingCriterion) and {point.signal, point.or_signal} & signals:
        return True
    return speaks_of_form(protocol, point.title, getattr(point, "asks", ""))

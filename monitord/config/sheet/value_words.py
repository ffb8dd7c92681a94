"""Single values of a protocol in words: spans to the millisecond, limits, signals, sources. Pure."""

import typing
from collections.abc import Collection, Iterator
from dataclasses import fields
from typing import Any

from monitord.engine.protocol.protocol import Protocol
from monitord.engine.readings.limit_value import Limit
from monitord.engine.readings.said_reading import beyond, has_words
from monitord.model import (
    HOUR,
    MINUTE,
    SECOND,
    Relation,
    Signal,
    Span,
    in_words,
    say,
    span_text,
)


class Sourced(typing.Protocol):
    """A part of a protocol that says where its numbers come from."""

    @property
    def source(self) -> str:
        """In words; may be empty."""
        ...

    @property
    def confidence(self) -> str:
        """`V`, `V-`, `G` or `P`."""
        ...


def exact(span: Span) -> str:
    """`90 s`, `5 min`, `2 h`: in the largest unit that says it whole."""
    for unit, word in ((HOUR, "h"), (MINUTE, "min"), (SECOND, "s")):
        if span and span % unit == 0 and (span >= 2 * unit or unit == SECOND):
            return f"{span // unit} {word}"
    return span_text(span) if span else "0 s"


def limit_words(limit: Limit) -> str:
    """`below 90`."""
    return in_words(beyond(limit))


def name_of(signal: Signal) -> str:
    """The signal's name in a sentence."""
    return in_words(say("signal", signal=signal))


def amount(limit: Limit, unit: str = "") -> str:
    """`40 or more`, `30 % or more`, `more than 40`: how far, whichever way."""
    far = f"{abs(limit.value):g}{unit}"
    reached = limit.relation in {Relation.AT_MOST, Relation.AT_LEAST}
    return f"{far} or more" if reached else f"more than {far}"


def phase_titles(protocol: Protocol) -> dict[str, str]:
    """The title of each phase, or its name where it has none."""
    return {phase.name: phase.title or phase.name for phase in protocol.phases}


def compared(signal: Signal, limit: Limit) -> str:
    """`SpO2 below 90`; of a sign that staff enter what its number means as well."""
    if signal is Signal.NO_BREATH and limit.relation in {Relation.AT_LEAST, Relation.ABOVE}:
        most = "or more" if limit.relation is Relation.AT_LEAST else "exceeded"
        return f"no breath for {limit.value:g} s {most}"
    words = f"{name_of(signal)} {limit_words(limit)}"
    value = limit.value
    if has_words(signal) and value.is_integer():
        words += f" ({in_words(say('sign.plain', signal=signal, value=f'{value:g}'))})"
    elif signal is Signal.MOAAS and value.is_integer():
        words += f" ({in_words(say('score.words', score=f'{value:g}'))})"
    return words


def source_of(part: Sourced) -> str:
    """`[P] proposed`; says so where there is none."""
    return f"[{part.confidence}] {part.source or 'NO SOURCE'}"


def also(part: Any, said: Collection[str]) -> Iterator[str]:
    """What else the part says: each field that has no words yet, as it is written; what is not set is left out."""
    for field in fields(part):
        value = getattr(part, field.name)
        unset = value is None or value is False or value in ("", ())
        if field.name not in said and not unset:
            yield f"{field.name.replace('_', ' ')}: {value}"

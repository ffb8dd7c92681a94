"""Mutants of a protocol: each limit and each time of a rule shifted, to ask whether a test notices.

A limit moves by one unit of its signal, or a tenth where it has a fraction; a time by a fifth, at least 2 s; a share or points by a
fifth; a count by one. What only
ends alarms (hysteresis, clear delay) and words are left as they are. Pure.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import TypeAdapter

from monitord.engine.protocol.protocol import PROTOCOL, Protocol
from monitord.engine.readings.limit_value import parse_limit
from monitord.engine.rules import ProtocolRule
from monitord.model import SECOND, parse_span, span_text
from monitord.replay.stories.subject import rules_in_question

_LEFT: Final = frozenset({"hysteresis", "clear_delay", "source", "title", "confidence", "kind"})
_LIMIT: Final = re.compile(r"(<=|>=|<|>)\s*-?\d+(\.\d+)?")
_TERM: Final = re.compile(r"([a-z0-9_]+) ((<=|>=|<|>)\s*-?\d+(\.\d+)?)")
_TIME: Final = re.compile(r"\d+(\.\d+)?(ms|s|min|h)")
_FIFTH: Final = 0.2
_AT_LEAST: Final = 2 * SECOND
_STEP: Final = 1.0
_RULE: Final = TypeAdapter[ProtocolRule](ProtocolRule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A protocol with one number changed; `rule` is where, `words` say what."""

    rule: str
    words: str
    protocol: Protocol


def mutants(protocol: Protocol) -> Iterator[Mutant]:
    """Every mutant that still is a protocol."""
    document = PROTOCOL.dump_python(protocol, mode="json")
    asked = rules_in_question(protocol)
    for rule, body in document["rules"].items():
        if rule not in asked:
            continue
        for path, value in _leaves(body):
            for shifted in _shifts(path[-1], value):
                changed = deepcopy(body)
                _set(changed, path, shifted)
                try:
                    mutated = _RULE.validate_python(changed)
                    made = replace(protocol, rules={**protocol.rules, rule: mutated})
                except ValueError:
                    continue
                where = ".".join(str(part) for part in path)
                yield Mutant(rule=rule, words=f"{where}: {value} -> {shifted}", protocol=made)


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        # A level that a second reading confirms waits minutes for it: 2 s more are nothing.
        left = _LEFT | {"delay"} if value.get("twice") else _LEFT
        for key, inner in value.items():
            if key not in left:
                yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, number))
    else:
        yield path, value


def _shifts(key: Any, value: Any) -> Iterator[Any]:
    if isinstance(value, str) and _LIMIT.fullmatch(value):
        limit = parse_limit(value)
        unit = _STEP if limit.value.is_integer() else _STEP / 10
        for step in (-unit, unit):
            yield f"{limit.relation}{limit.value + step:g}"
    elif isinstance(value, str) and (term := _TERM.fullmatch(value)):
        for shifted in _shifts(key, term[2]):
            yield f"{term[1]} {shifted}"
    elif isinstance(value, str) and _TIME.fullmatch(value):
        span = parse_span(value)
        step = max(round(span * _FIFTH), _AT_LEAST)
        for shifted in (span - step, span + step):
            if shifted >= 0:
                yield span_text(shifted)
    elif key == "dips" and isinstance(value, int):
        yield value - 1
        yield value + 1
    elif key in {"share", "points"} and isinstance(value, float) and value:
        yield value * (1 - _FIFTH)
        yield value * (1 + _FIFTH)


def _set(body: Any, path: tuple[str | int, ...], value: Any) -> None:
    for part in path[:-1]:
        body = body[part]
    body[path[-1]] = value

"""A grid of one rule's settings: `spo2_low medium limit=86,88,90 delay=5s,15s hysteresis=0,2`. Pure.

The rule's name, then the priority of the level that is meant (the first level where it is left out), then the
values of each setting of that level or, where the level has none of that name, of the rule. The level is
tried alone, in every phase; beside a burden or a trend stand the limits of its signal as they are, whose
alarms are told instead.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from pydantic import ValidationError

from monitord.engine.protocol.protocol import PROTOCOL, Protocol
from monitord.engine.readings.limit_value import Limit
from monitord.engine.rules.limit import LimitRule
from monitord.errors import ConfigError
from monitord.field_faults import field_fault
from monitord.model import Priority

_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
MOST: Final = 2000
"""Points of a grid: beyond it a slip of the keyboard is likelier than a plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridPoint:
    """One combination: its settings as written, and the protocol with this rule and what silences it."""

    settings: dict[str, str]
    protocol: Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """All combinations for one level of one rule."""

    rule: str
    level: int
    values: dict[str, tuple[str, ...]]
    points: tuple[GridPoint, ...]


def read_grid(text: str, protocol: Protocol) -> Grid:
    """Reads a grid for a protocol; ConfigError says what is wrong with it."""
    words = text.split()
    name = words[0] if words else ""
    if name not in protocol.rules:
        known = ", ".join(protocol.rules)
        raise ConfigError([f"{protocol.name} has no rule {name!r}; it has {known}"])
    rest = words[1:]
    priority = None
    if rest and "=" not in rest[0]:
        priority = rest.pop(0)
        if priority.upper() not in Priority.__members__:
            raise ConfigError([f"{priority!r} is not a priority: low, medium or high"])
    values: dict[str, tuple[str, ...]] = {}
    for word in rest:
        key, equals, listed = word.partition("=")
        if not equals or not all(listed.split(",")):
            raise ConfigError([f"{word!r} is no setting: write it as limit=86,88,90"])
        values[key] = tuple(listed.split(","))
    if not values:
        raise ConfigError(["a sweep needs settings to try, such as limit=86,88,90 delay=5s,15s"])
    levels = protocol.rules[name].levels
    meant = [n for n, level in enumerate(levels) if priority in {None, level.priority.word}]
    if not meant:
        raise ConfigError([f"{name} has no level of priority {priority}"])
    points = tuple(_points(protocol, name, meant[0], values))
    return Grid(rule=name, level=meant[0], values=values, points=points)


def _points(
    protocol: Protocol, name: str, level: int, values: dict[str, tuple[str, ...]]
) -> Iterator[GridPoint]:
    count = 1
    for listed in values.values():
        count *= len(listed)
    if count > MOST:
        raise ConfigError([f"{count} combinations; {MOST} can be tried at once"])
    document = PROTOCOL.dump_python(protocol, mode="json")
    rule = document["rules"][name]
    rule["levels"] = [rule["levels"][level]]
    if "phases" in rule:
        rule["phases"] = {}
    given = protocol.rules[name]
    kept = _with_silencers(protocol, name)
    document["rules"] = {key: each for key, each in document["rules"].items() if key in kept}
    limit = given.levels[level].limit if isinstance(given, LimitRule) else None
    for combination in product(*values.values()):
        settings = dict(zip(values, combination, strict=True))
        made = deepcopy(document)
        for key, value in settings.items():
            _set(made["rules"][name], key, value, limit)
        try:
            yield GridPoint(settings=settings, protocol=PROTOCOL.validate_python(made))
        except ValidationError as error:
            words = " ".join(f"{key}={value}" for key, value in settings.items())
            why = field_fault(error.errors(include_url=False, include_input=False)[0])
            raise ConfigError([f"{words}: {why}"]) from error


def _with_silencers(protocol: Protocol, name: str) -> set[str]:
    """The rule, and those whose alarms are told instead of its own."""
    rule = protocol.rules[name]
    if not rule.yields:
        return {name}
    limits = protocol.rules_of(LimitRule)
    return {name, *(key for key, each in limits.items() if each.signal is rule.signal)}


def _set(rule: dict[str, Any], key: str, value: str, limit: Limit | None) -> None:
    holder = rule["levels"][0] if key in rule["levels"][0] else rule
    if key not in holder:
        known = ", ".join(
            name
            for name in (*rule["levels"][0], *rule)
            if name in {"limit", "delay", "hysteresis", "clear_delay"}
            or isinstance((rule["levels"][0] | rule)[name], float)
        )
        raise ConfigError([f"there is no setting {key!r}; there are {known}"])
    if key == "limit" and limit is not None and _NUMBER.fullmatch(value):
        holder[key] = f"{limit.relation}{value}"
    else:
        holder[key] = float(value) if _NUMBER.fullmatch(value) else value

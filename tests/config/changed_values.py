"""Every value of a protocol, and each changed in turn: what a sheet must show is tried with all of them."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError

from monitord.engine.protocol.protocol import PROTOCOL, Protocol, canonical, digest

Place = tuple[str | int, ...]

WORDS: Final = (
    *("low", "medium", "high", "V", "P", "any", "after", "never", "value", "change", "percent"),
    *("baseline", "infusion", "recovery", "pause", "reaction", "admission", "infusion_start"),
    *("nibp_sys", "spo2", "1min", "<1", "", 1, 1.5),
)
"""What a value may become that is none of the common kinds."""

NAMED: Final = frozenset(
    {"rules", "schedule", "every", "fresh", "prompts", "forms", "overlays", "phases"}
)
"""Mappings whose keys are names."""


def leaves(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Each single value with the way to it."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*place, key))
    elif isinstance(value, list):
        for n, each in enumerate(value):
            yield from leaves(each, (*place, n))
    else:
        yield place, value


def put(document: Any, place: Place, value: Any) -> None:
    """Another value at the place."""
    for key in place[:-1]:
        document = document[key]
    document[place[-1]] = value


def others(value: Any) -> Iterator[Any]:
    """What the value may be instead, the likeliest first."""
    match value:
        case bool():
            yield not value
        case int() | float():
            yield value + 1
        case str() if found := re.fullmatch(r"(\d+)(ms|s|min|h)", value):
            yield f"{int(found[1]) + 1}{found[2]}"
        case str() if found := re.fullmatch(r"([a-z0-9_]* ?[<>]=?)(-?[\d.]+)", value):
            yield f"{found[1]}{float(found[2]) + 1:g}"
        case str():
            yield f"{value}x"
    yield from (word for word in WORDS if word != value)


def kind_of(document: Any, place: Place) -> tuple[object, ...]:
    """What sort of value it is: the way to it without names and numbers, with the kinds of the parts."""
    found: list[object] = []
    part, named = document, False
    for key in place:
        found.append("*" if named or isinstance(key, int) else key)
        if isinstance(part, dict) and "kind" in part:
            found.append(part["kind"])
        part = part[key]
        named = key in NAMED and isinstance(part, dict) and not named
    return tuple(found)


def one_of_each(protocol: Protocol) -> Iterator[tuple[str, Protocol]]:
    """The protocol with one value of each sort changed, and where; a value with no other is left out."""
    document, own = json.loads(canonical(protocol)), digest(protocol)
    known: set[tuple[object, ...]] = set()
    fits: dict[object, Any] = {}
    """What the last value under the same key could become: tried first, since each try reads the whole protocol."""
    for place, value in leaves(document):
        kind = kind_of(document, place)
        if kind in known:
            continue
        likely = [fits[key]] if (key := place[-1]) in fits and fits[key] != value else []
        for other in (*likely, *others(value)):
            put(document, place, other)
            try:
                made = PROTOCOL.validate_python(document)
            except (ValidationError, ValueError):
                continue
            finally:
                put(document, place, value)
            if digest(made) != own:
                known.add(kind)
                if other in WORDS:
                    fits[key] = other
                yield " ".join(map(str, place)), made
                break

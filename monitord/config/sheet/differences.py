"""What differs between two protocols, value by value, as they are resolved. Pure.

The comparison is of all that the hash of a protocol is made of, so that no value changes unseen.
"""

import json
from collections.abc import Iterator
from typing import Any

from monitord.engine.protocol.protocol import PROTOCOL, Protocol

Place = tuple[str, ...]


def differences(before: Protocol, now: Protocol) -> Iterator[str]:
    """`rules, spo2_low, levels, medium <90, delay: was 15s, is 20s`."""
    documents = (PROTOCOL.dump_python(each, mode="json") for each in (before, now))
    yield from compared(*documents)


def compared(before: Any, now: Any, place: Place = ()) -> Iterator[str]:
    """The differences of two documents, in the order of the first."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in dict.fromkeys([*before, *now]):
            yield from _values(before.get(key, _NONE), now.get(key, _NONE), (*place, str(key)))
    elif isinstance(before, list) and isinstance(now, list) and _parts(before) and _parts(now):
        for name, old, new in _paired(before, now):
            yield from _values(old, new, (*place, name))
        if before != now and _same_parts(before, now):
            yield f"{', '.join(place)}: stand in another order"
    elif before != now:
        yield f"{', '.join(place)}: was {_text(before)}, is {_text(now)}"


_NONE = object()


def _values(before: Any, now: Any, place: Place) -> Iterator[str]:
    if before is _NONE:
        yield f"{', '.join(place)}: is new, {_text(now)}"
    elif now is _NONE:
        yield f"{', '.join(place)}: is gone, was {_text(before)}"
    else:
        yield from () if before == now else compared(before, now, place)


def _parts(values: list[Any]) -> bool:
    """Whether it is a list of parts with values of their own: levels, points, phases."""
    return all(isinstance(each, dict) for each in values)


def _same_parts(before: list[Any], now: list[Any]) -> bool:
    return sorted(map(_text, before)) == sorted(map(_text, now))


def _paired(before: list[Any], now: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    """Equal parts together, then those of one name, then the others in their order."""
    left = list(now)
    waiting = []
    for each in before:
        if each in left:
            left.remove(each)
        else:
            waiting.append(each)
    for each in list(waiting):
        same = next(
            (other for other in left if "name" in each and other.get("name") == each["name"]), None
        )
        if same is not None:
            left.remove(same)
            waiting.remove(each)
            yield _name(each), each, same
    for n in range(max(len(waiting), len(left))):
        old = waiting[n] if n < len(waiting) else _NONE
        new = left[n] if n < len(left) else _NONE
        yield _name(new if old is _NONE else old), old, new


def _name(part: Any) -> str:
    """A part as a reader finds it: its name, or its priority with its limit."""
    if "name" in part:
        return str(part["name"])
    words = [str(part[key]) for key in ("rule", "priority", "limit", "points") if key in part]
    return " ".join(words) or _text(part)


def _text(value: Any) -> str:
    return (
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    )

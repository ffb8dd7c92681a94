"""The smallest trace that still differs in the same way: seconds are taken out, acts dropped."""

import itertools
from dataclasses import replace
from typing import Final

from tests.engine.second_edition.compare import Difference, differences
from tests.engine.second_edition.page import Rule, Second

SLOW: Final = 60
"""Seconds that a reading of a cuff speaks for longer than."""
JUMP: Final = 8.0


def shrunk(rule: Rule, trace: list[Second], first: Difference) -> list[Second]:
    """Up to the first difference; then without whatever it does not need."""
    wanted = _kind(first)

    def same(given: list[Second]) -> bool:
        if not _plausible(rule, given):
            return False
        return any(_kind(each) == wanted for each in differences(rule, given).found[:1])

    best = trace[: first.at + 1]
    size = max(1, len(best) // 2)
    while size:
        at = 0
        while at < len(best):
            fewer = best[:at] + best[at + size :]
            if fewer and same(fewer):
                best = fewer
            else:
                at += size
        size //= 2
    for at, second in enumerate(best):
        if second.act:
            fewer = [*best[:at], replace(second, act=""), *best[at + 1 :]]
            best = fewer if same(fewer) else best
    return best


def _plausible(rule: Rule, trace: list[Second]) -> bool:
    """Whether no number jumps as no finger does: that is another rule of the page."""
    values = [each.reading.value for each in trace if each.reading]
    numbers = [value for value in values if value is not None]
    slow = rule.fresh > SLOW
    return slow or all(abs(b - a) <= JUMP for a, b in itertools.pairwise(numbers))


def _kind(found: Difference) -> tuple[object, ...]:
    return tuple(
        (each.what, each.reason, each.priority) if each else None
        for each in (found.model, found.engine)
    )


def in_words(trace: list[Second]) -> str:
    """`0: 97, 5: 84, 12: acknowledge`: only the seconds at which something changes."""
    words = []
    last: tuple[object, ...] = ("97",)
    for at, second in enumerate(trace):
        reading = second.reading
        if reading is None:
            now: tuple[object, ...] = ("nothing",)
        elif reading.value is None:
            now = ("no number",)
        else:
            now = (f"{reading.value:g}{' (motion)' if reading.doubtful else ''}",)
        if now != last:
            words.append(f"{at}: {now[0]}")
        if second.act:
            words.append(f"{at}: {second.act}")
        last = now
    return f"{', '.join(words)}; ends at {len(trace) - 1}"

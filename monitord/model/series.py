"""The shorthand for a signal over time, as Prometheus' unit tests write series. Pure.

    97x30 97..84x13 84x20 probe_offx12 _x5 88:low_perfusionx4 stale

A token is one step, with `xN` exactly N steps: a value; `a..b` with `xN`, N values from a to b; a
quality, alone (no value) or after `value:`; `_`, nothing arrives; `stale`, last, nothing more ever.
"""

import re
from dataclasses import dataclass

from monitord.model.signals import Quality

MAX_STEPS = 100_000
# A day at one step a second: a typing error must not fill the memory.

_NUMBER = r"-?\d+(?:\.\d+)?"
_TOKEN = re.compile(
    rf"(?:(?P<gap>_)|(?P<first>{_NUMBER})(?:\.\.(?P<last>{_NUMBER}))?(?::(?P<mark>[a-z_]+?))?"
    r"|(?P<quality>[a-wyz][a-z_]*?))(?:x(?P<times>\d{1,6}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesStep:
    """What arrives in one step: a value with its quality; None where there is no number."""

    value: float | None
    quality: Quality = Quality.GOOD


def parse_series(text: str) -> tuple[SeriesStep | None, ...]:
    """The steps of a shorthand, None where nothing arrives; ValueError names the bad token."""
    steps: list[SeriesStep | None] = []
    tokens = text.split()
    for place, token in enumerate(tokens):
        if token == "stale":  # noqa: S105  a word of the shorthand
            if place != len(tokens) - 1:
                msg = "'stale' ends a series: nothing may stand after it; write _xN for a gap"
                raise ValueError(msg)
            break
        steps += _steps(token)
        if len(steps) > MAX_STEPS:
            msg = f"a series may have {MAX_STEPS} steps"
            raise ValueError(msg)
    return tuple(steps)


def _steps(token: str) -> list[SeriesStep | None]:
    found = _TOKEN.fullmatch(token)
    if not found:
        msg = f"{token!r} is not a step: write 97, 97x30, 97..84x13, probe_offx12, _x5 or stale"
        raise ValueError(msg)
    times = int(found["times"] or 1)
    if not 1 <= times <= MAX_STEPS:
        msg = f"{token!r} repeats {times} times; from 1 to {MAX_STEPS} can be"
        raise ValueError(msg)
    if found["gap"]:
        return [None] * times
    if word := found["quality"]:
        return [SeriesStep(value=None, quality=_quality(word))] * times
    first, last = float(found["first"]), float(found["last"] or found["first"])
    quality = _quality(found["mark"]) if found["mark"] else Quality.GOOD
    if found["last"] and times < 2:
        msg = f"{token!r} needs at least x2: a ramp has two ends"
        raise ValueError(msg)
    slope = (last - first) / (times - 1) if times > 1 else 0.0
    return [
        SeriesStep(value=round(first + slope * number, 6), quality=quality)
        for number in range(times)
    ]


def _quality(word: str) -> Quality:
    try:
        return Quality(word)
    except ValueError:
        msg = f"{word!r} is not a quality: one of {', '.join(Quality)}"
        raise ValueError(msg) from None

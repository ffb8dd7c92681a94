"""Random traces, the same for the same seed: courses of a value, gaps, marks and acts of staff."""

from dataclasses import replace
from random import Random
from typing import Final

from tests.engine.second_edition.page import MOVE, PAUSE, PHASE, REST, SWAP, Reading, Rule, Second
from tests.engine.second_edition.shipped import RULES

VALUES: Final = {
    "spo2_low": (97, 95, 94, 93, 92, 91, 89, 88, 87, 86, 84, 83, 82, 81, 79, 78, 75, 70, 62, 55),
    "pulse_rate_low": (72, 60, 57, 54, 52, 49, 47, 44, 41, 39, 36, 33, 29, 25),
}
PRESSURES: Final = (118, 142, 154, 158, 161, 166, 172, 177, 179, 181, 185, 188, 194, 199, 201, 208)
ACTS: Final = ("acknowledge", "acknowledge", "acknowledge", "accept", "reject")


def trace(seed: int) -> tuple[Rule, list[Second]]:
    """Which rule, and what happens in each second."""
    random = Random(seed)
    rule = RULES[seed % len(RULES)]
    seconds = _cuff(random) if rule.name == "nibp_sys_high" else _stream(random, rule.name)
    return rule, _with_acts(random, seconds)


def eventful(seed: int) -> tuple[Rule, list[Second]]:
    """The same with moves, pauses, other devices, and now and then a phase that changes."""
    rule, seconds = trace(seed)
    random = Random(f"events {seed}")
    often = random.choice((0.002, 0.006, 0.02)) * 600 / len(seconds)
    for at, second in enumerate(seconds):
        if at > 0 and random.random() < often:
            seconds[at] = replace(second, event=random.choice((MOVE, MOVE, PAUSE, SWAP)))
    if random.random() < 0.5:
        at = random.randrange(len(seconds) // 4, len(seconds))
        seconds[at] = replace(seconds[at], event=random.choice((PHASE, REST, REST)))
    return rule, seconds


def _stream(random: Random, name: str) -> list[Reading | None]:
    """A reading a second; at most 5 a second up or down, so that nothing is an impossible step."""
    values = VALUES[name]
    length = random.choice((200, 500, 900))
    value = float(values[0])
    marked = 0.15 if random.random() < 0.4 else 0.0
    gaps = 0.15 if random.random() < 0.4 else 0.0
    seconds: list[Reading | None] = [Reading(value)] * 3
    wide = random.choice((2, 4, len(values)))
    around = random.randrange(len(values) // 4, len(values))
    while len(seconds) < length:
        near = min(max(around + random.randint(-wide, wide), 0), len(values) - 1)
        target = float(values[near if random.random() < 0.8 else 0])
        lasts = random.choice((1, 2, 4, 7, 12, 20, 45, 70, 130))
        doubtful = random.random() < marked
        silent = random.random() < gaps
        for n in range(lasts):
            value += max(-5.0, min(5.0, target - value))
            if silent and n > 0:
                seconds.append(None if lasts % 2 else Reading(None))
            else:
                seconds.append(Reading(value, doubtful))
    return seconds[:length]


def _cuff(random: Random) -> list[Reading | None]:
    """A measurement now and then, some of which fail."""
    length = random.choice((1200, 2400))
    every = random.choice((60, 120, 300, 310, 600))
    around = random.randrange(3, len(PRESSURES))
    seconds: list[Reading | None] = [None] * length
    at = 0
    while at < length:
        near = min(max(around + random.randint(-4, 4), 0), len(PRESSURES) - 1)
        failed = random.random() < 0.15
        seconds[at] = Reading(None if failed else float(PRESSURES[near]))
        at += max(20, every + random.choice((0, 0, -40, 20, 45)))
    return seconds


def _with_acts(random: Random, seconds: list[Reading | None]) -> list[Second]:
    often = random.choice((0.0, 0.004, 0.02)) * 300 / len(seconds) * 2
    return [
        Second(reading, random.choice(ACTS) if random.random() < often else "")
        for reading in seconds
    ]

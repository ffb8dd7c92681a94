"""Random traces in which something happens in the very second in which a clock runs out, the same for the same seed."""

from dataclasses import replace
from random import Random
from typing import Final

from tests.engine.second_edition.life import live
from tests.engine.second_edition.page import MOVE, PAUSE, PHASE, REST, SWAP, Reading, Rule, Second
from tests.engine.second_edition.shipped import ROUTES
from tests.engine.second_edition.traces import ACTS, PRESSURES, eventful, trace

LATER: Final = (0, 0, 0, 0, 0, 10, 120)
"""Seconds after a line: at the next one, when a message has waited, when a rest or something lesser is over."""
AHEAD: Final = 8
"""Among so many lines that come next one is chosen, so that what happens stands all over the trace."""


def coinciding(seed: int) -> tuple[Rule, list[Second]]:
    """A trace, and up to eight things more, each when the model says something or a clock of it is over."""
    rule, seconds = eventful(seed) if seed % 4 == 0 else trace(seed)
    random, at = Random(f"coincidences {seed}"), 0
    for _ in range(random.randint(2, 8)):
        ahead = [said.at for said in live(rule, ROUTES, seconds).said if said.at > at]
        if not ahead:
            break
        at = random.choice(ahead[:AHEAD]) + random.choice(LATER)
        if at >= len(seconds):
            break
        at += _happens(random, rule, seconds, at)
    return rule, seconds


def _happens(random: Random, rule: Rule, seconds: list[Second], at: int) -> int:
    """Puts something there; how long nothing else happens then."""
    last = any(each.event in {PHASE, REST} for each in seconds)
    what = random.choice(("act", "act", "act", "event", "down", "reading", "rest"))
    if what == "down":
        return _down(random, seconds, at)
    if what == "reading" and rule.name == "nibp_sys_high":
        seconds[at] = replace(seconds[at], reading=Reading(float(random.choice(PRESSURES))))
    elif what == "event" and not seconds[at].event:
        seconds[at] = replace(seconds[at], event=random.choice((MOVE, MOVE, PAUSE, SWAP)))
    elif what == "rest" and not last and not seconds[at].event:
        seconds[at] = replace(seconds[at], event=REST)
    else:
        seconds[at] = replace(seconds[at], act=random.choice(ACTS))
    return 0


def _down(random: Random, seconds: list[Second], at: int) -> int:
    """The daemon dies here, and nothing happens until it is back."""
    down = min(random.choice((1, 1, 2, 9, 10, 30, 60, 121, 300)), len(seconds) - 1 - at)
    if down < 1 or any(each.event or each.down for each in seconds[at : at + down]):
        return 0
    for second in range(at + 1, at + down):
        seconds[second] = Second()
    seconds[at] = replace(seconds[at], down=down)
    return down

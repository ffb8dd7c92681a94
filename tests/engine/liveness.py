"""Random bad minutes under the whole shipped protocol: is a low saturation ever nobody's business?

The patient's true SpO2 wanders; marks, a lost number, silence, the link, a cuff on the probe's arm and
answers of staff come as they like. Given: a seed. Returned: the longest times in which the patient was
below 85 and nobody was told and nobody answered. `python -m tests.engine.liveness 1000` tries more.
"""

import sys
from dataclasses import dataclass
from random import Random
from typing import Final

from monitord.model import SECOND, Accept, Acknowledge, Arm, Instant, Quality, Reject, Signal
from tests.builders import CUFF, Bed
from tests.engine.explore.whole import heard
from tests.engine.test_blind_courses import chair

DANGER: Final = 85.0
OPEN: Final = 40
"""Seconds at most outside a cuff's hold, and in one (the alarm model, section 6)."""
HELD: Final = 75
LASTS: Final = 240
MODES: Final = ("good", "good", "motion", "no number", "silence", "flapping", "mixed")
ACTS: Final = (Acknowledge, Accept, Reject)


@dataclass(frozen=True, slots=True)
class Longest:
    """Seconds below 85 that nobody heard of: outside a cuff's hold, and with one in it."""

    open: int
    held: int


def trial(seed: int, lasts: int = LASTS) -> Longest:
    """One random quarter of an hour or less."""
    random = Random(seed)
    bed = chair(cuff_arm=Arm.LEFT, probe_arm=Arm.LEFT)
    busy = random.choice((0.0, 0.01, 0.05))
    inflates = random.choice((0.0, 0.0, 0.01))
    value, target, mode, left, link = 97.0, 97.0, "good", 5, True
    deflates = unheard = 0
    held_in_it = False
    longest = Longest(0, 0)
    for second in range(lasts):
        if left == 0:
            target = float(random.choice((97, 92, 88, 84, 83, 80, 77, 70, 60)))
            mode, left = random.choice(MODES), random.choice((2, 5, 9, 20, 45))
        left -= 1
        value += max(-4.0, min(4.0, target - value))
        if deflates == second and second:
            bed.frame({Signal.CUFF_PRESSURE: 0.0}, source=CUFF)
        elif random.random() < inflates:
            bed.frame({Signal.CUFF_PRESSURE: 150.0}, source=CUFF)
            deflates = second + random.choice((20, 40, 60))
        link = _second(bed, random, mode, value, link=link)
        if random.random() < busy:
            _act(bed, random)
        bed.until(Instant(bed.now + SECOND))
        hold = bed.engine.state.hold
        held_in_it = held_in_it or (hold is not None and bed.now < hold.until)
        if value >= DANGER or heard(bed.engine.state, bed.now):
            unheard, held_in_it = 0, False
            continue
        unheard += 1
        longest = Longest(
            longest.open if held_in_it else max(longest.open, unheard),
            max(longest.held, unheard) if held_in_it else longest.held,
        )
    return longest


def _second(bed: Bed, random: Random, mode: str, value: float, *, link: bool) -> bool:
    """What the oximeter says in one second; returns whether its link is up."""
    if mode == "flapping":
        up = random.random() < 0.5
        if up != link:
            bed.link(up=up)
        return up
    if not link:
        bed.link(up=True)
    if mode == "mixed":
        mode = random.choice(MODES[:5])
    if mode == "silence":
        return True
    if mode == "no number":
        lost = random.choice((Quality.SEARCHING, Quality.PROBE_OFF))
        bed.frame({Signal.SPO2: None, Signal.PULSE_RATE: None}, quality=lost)
        return True
    quality = Quality.MOTION if mode == "motion" else Quality.GOOD
    bed.frame({Signal.SPO2: float(round(value)), Signal.PULSE_RATE: 78.0}, quality=quality)
    return True


def _act(bed: Bed, random: Random) -> None:
    """Somebody answers one of the alarms that stand."""
    standing = [t.alarm.id for t in bed.engine.state.tracks if t.standing and t.alarm]
    if standing:
        bed.act(random.choice(ACTS), alarm=random.choice(standing))


def main() -> int:
    """The worst of so many seeds; exit 1 where a bound is broken."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    worst = Longest(0, 0)
    bad = 0
    for seed in range(many):
        found = trial(seed, 900)
        if found.open > OPEN or found.held > HELD:
            bad += 1
            print(f"seed {seed}: {found.open} s, {found.held} s with a cuff's hold", flush=True)
        worst = Longest(max(worst.open, found.open), max(worst.held, found.held))
    print(
        f"{many} traces: at most {worst.open} s, {worst.held} s with a cuff's hold; {bad} too long"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

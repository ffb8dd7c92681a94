"""A deadline moves on: nothing fires again and again at one instant, which would stop the whole daemon."""

import random
from collections import Counter

import pytest

from monitord.engine.engine import Engine
from monitord.model import MINUTE, SECOND, Instant, Quality, Signal
from tests.builders import MEDIUM, Bed, infusing, level, spo2_low, with_rules
from tests.effort import examples

AGAIN = 4
"""So often one deadline may be looked at in one instant: before and after an answer that expires, and to spare."""
HISTORIES = 6


def readings(bed: Bed, dice: random.Random) -> None:
    """Values to and fro across the limits, gaps short and long, marks, links, answers."""
    value = 97.0
    slow = dice.random() < 0.5
    for _ in range(dice.choice([40, 120])):
        gaps = (
            [MINUTE, 60_000_000, 61_000_000] if slow else [SECOND, 999_999, 3_000_000, 11_000_000]
        )
        bed.until(Instant(bed.now + dice.choice(gaps)))
        value = dice.choice([value, value, 97, 93, 91, 88, 84, 79])
        quality = dice.choice([Quality.GOOD] * 8 + [Quality.MOTION])
        bed.frame({Signal.SPO2: dice.choice([value] * 9 + [None])}, quality=quality)
        alarm = bed.alarm("spo2_low")
        if alarm is not None and alarm.stands and dice.random() < 0.1:
            dice.choice([bed.acknowledge, bed.accept, bed.reject])("spo2_low")
        if dice.random() < 0.05:
            bed.link(up=dice.random() < 0.5)
    bed.wait("20min")


@pytest.mark.parametrize("latching", [True, False], ids=["with high levels", "with medium alone"])
def test_nothing_fires_again_and_again_at_one_instant(
    latching: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    fired: Counter[tuple[str, Instant]] = Counter()
    real = Engine._fire

    def counted(self: Engine, name: str, at: Instant) -> None:
        fired[name, at] += 1
        assert fired[name, at] <= AGAIN, f"{name} does not move on"
        real(self, name, at)

    monkeypatch.setattr(Engine, "_fire", counted)
    medium = spo2_low(levels=(level("<95", MEDIUM, "60s"), level("<90", MEDIUM, "15s")))
    for seed in range(examples(HISTORIES)):
        fired.clear()
        bed = infusing() if latching else infusing(with_rules(spo2_low=medium))
        readings(bed, random.Random(seed))

"""The cuff's pulse: limits of its own, led by the oximeter's where both say the same."""

from monitord.engine.rules.limit import LimitRule
from monitord.model import Signal
from tests.builders import CUFF, HIGH, MEDIUM, Bed, infusing, level, with_rules

GIVEN = with_rules(
    cuff_pulse_low=LimitRule(
        signal=Signal.NIBP_PULSE, levels=(level("<50", MEDIUM), level("<40", HIGH))
    ),
    pulse_low=LimitRule(
        signal=Signal.PULSE_RATE, levels=(level("<50", MEDIUM), level("<40", HIGH))
    ),
    map_low=LimitRule(signal=Signal.NIBP_MAP, levels=(level("<55", HIGH),)),
)


def cuff(bed: Bed, pulse: float, mean: float = 80) -> None:
    bed.frame({Signal.NIBP_MAP: mean, Signal.NIBP_PULSE: pulse}, source=CUFF)


def test_where_the_oximeter_is_blind_the_cuffs_pulse_is_told() -> None:
    bed = infusing(GIVEN)
    bed.probe_off("5s")
    cuff(bed, 38)
    assert bed.told == ["5s nurse start"]
    assert bed.last("cuff_pulse_low").priority is HIGH


def test_where_both_say_the_same_it_is_one_telling() -> None:
    bed = infusing(GIVEN)
    bed.frame({Signal.PULSE_RATE: 38})
    cuff(bed, 38)
    assert bed.told == ["0s nurse start"]
    assert bed.last("cuff_pulse_low").inhibited_by == "pulse_low"


def test_a_cuff_that_says_worse_than_the_oximeter_is_told() -> None:
    bed = infusing(GIVEN)
    bed.frame({Signal.PULSE_RATE: 48})
    cuff(bed, 38)
    assert bed.last("cuff_pulse_low").inhibited_by is None


def test_no_pressure_hides_a_pulse() -> None:
    bed = infusing(GIVEN)
    cuff(bed, 38, mean=50)
    assert {line.alarm for line in bed.lines if not line.inhibited_by} == {
        "cuff_pulse_low",
        "map_low",
    }

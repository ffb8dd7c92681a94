"""What a nurse reads has no tenths, and never stands on the other side of the limit beside it."""

import pytest

from monitord.engine.readings.limit_value import Limit
from monitord.engine.readings.said_reading import said_value, whole
from monitord.model import Relation, Signal, in_words

BELOW_90 = Limit(Relation.BELOW, 90)
ABOVE_120 = Limit(Relation.ABOVE, 120)


@pytest.mark.parametrize(
    ("signal", "value", "limit", "said"),
    [
        (Signal.SPO2, 89.3, BELOW_90, 89),
        (Signal.SPO2, 89.7, BELOW_90, 89),
        (Signal.SPO2, 89.7, None, 89),
        (Signal.SPO2, 90.2, BELOW_90, 90),
        (Signal.PULSE_RATE, 49.8, Limit(Relation.BELOW, 50), 49),
        (Signal.PULSE_RATE, 120.3, ABOVE_120, 121),
        (Signal.NIBP_MAP, 59.6, None, 60),
        (Signal.RESP_RATE, 7.9, Limit(Relation.BELOW, 8), 7),
        (Signal.TEMPERATURE, 37.4, None, 37.4),
    ],
)
def test_a_value_is_said_whole_on_its_side_of_the_limit(
    signal: Signal, value: float, limit: Limit | None, said: float
) -> None:
    assert whole(signal, value, limit) == said


def test_no_reading_is_said_with_tenths() -> None:
    assert in_words(said_value(Signal.SPO2, 89.3, 0)) == "SpO2 89 now"

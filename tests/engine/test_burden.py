"""Too deep for too long, or too often: points, and dips."""

from hypothesis import given
from hypothesis import strategies as st

from monitord.engine.explain import as_text
from monitord.engine.rules.burden import BurdenLevel, BurdenRule
from monitord.model import MINUTE, Quality, Signal
from tests.builders import LOW, MEDIUM, Bed, admitted, level, limit, spo2_low, with_rules

BURDEN = BurdenRule(
    signal=Signal.SPO2,
    beyond=limit("<90"),
    levels=(BurdenLevel(priority=MEDIUM, points=50.0, dips=3, within=MINUTE),),
)
QUIET = spo2_low(levels=(level("<50", LOW),))
GIVEN = with_rules(spo2_burden=BURDEN, spo2_low=QUIET)


def test_two_below_the_limit_alarm_after_25_s_and_four_below_after_12_5_s() -> None:
    assert admitted(GIVEN).spo2(88, "40s").story("spo2_burden") == ["25s start medium"]
    assert admitted(GIVEN).spo2(86, "40s").story("spo2_burden") == ["12500ms start medium"]


def test_the_limit_itself_counts_only_where_the_relation_says_so() -> None:
    assert admitted(GIVEN).spo2(90, "10min").story("spo2_burden") == []


def test_88_for_2_s_86_for_3_s_and_84_for_6_s_add_up_as_a_manual_prints() -> None:
    """2 x 2 + 4 x 3 + 6 x 5.67 = 50 at 10.67 s (reference clinical section 4)."""
    bed = admitted(GIVEN).spo2(88, "2s").spo2(86, "3s").spo2(84, "10s")
    (start,) = bed.story("spo2_burden")
    assert start == "10666.667ms start medium"


def test_time_inside_is_paid_back_and_the_alarm_ends_when_all_is() -> None:
    bed = admitted(GIVEN).spo2(86, "13s").spo2(95, "30s")
    # 50 points, a second in which 95 is not believed, then five a second.
    assert bed.story("spo2_burden") == ["12500ms start medium", "24s clear medium"]


def test_short_falls_that_are_paid_back_each_time_never_alarm() -> None:
    bed = admitted(GIVEN)
    for _ in range(20):
        bed.spo2(87, "5s").spo2(97, "25s")
    assert bed.story("spo2_burden") == []


def test_the_third_fall_within_a_minute_alarms_however_short() -> None:
    bed = admitted(GIVEN)
    for _ in range(3):
        bed.spo2(89, "1s").spo2(97, "19s")
    assert bed.story("spo2_burden") == ["40s start medium", "1min clear medium"]
    assert "3 falls below 90 within 60 s" in bed.of("spo2_burden")[0].text


def test_a_missing_reading_adds_nothing_and_pays_nothing_back() -> None:
    bed = admitted(GIVEN).spo2(86, "10s").probe_off("10min").spo2(86, "5s")
    # Ten seconds were there; two and a half more are needed.
    assert bed.story("spo2_burden") == ["612500ms start medium"]


def test_a_doubtful_reading_adds_but_pays_nothing_back() -> None:
    bed = admitted(GIVEN).spo2(86, "20s").spo2(97, "1min", quality=Quality.LOW_PERFUSION)
    assert bed.story("spo2_burden") == ["12500ms start medium"]


def test_a_restart_loses_no_point() -> None:
    bed = admitted(GIVEN).spo2(86, "8s")
    bed.restart("1s")
    bed.spo2(86, "10s")
    assert bed.story("spo2_burden") == ["12500ms start medium"]


def test_a_fall_that_a_limit_tells_is_not_told_twice() -> None:
    told = spo2_low(levels=(level("<90", MEDIUM, "10s"),))
    bed = admitted(with_rules(spo2_burden=BURDEN, spo2_low=told)).spo2(86, "20s")
    assert bed.last("spo2_burden").inhibited_by == "spo2_low"
    assert bed.last("spo2_low").inhibited_by is None


# Near enough to each other to be believed at once (`plausibility.py`).
VALUES = [84, 86, 89, 90, 92, None]


@given(st.lists(st.tuples(st.sampled_from(VALUES), st.integers(1, 40))))
def test_it_alarms_exactly_when_a_sum_over_seconds_says(
    steps: list[tuple[int | None, int]],
) -> None:
    """Beside a plain sum in steps of a second, dips left out."""
    rule = BurdenRule(
        signal=Signal.SPO2,
        beyond=limit("<90"),
        levels=(BurdenLevel(priority=MEDIUM, points=50.0),),
    )
    bed = admitted(with_rules(spo2_burden=rule, spo2_low=QUIET))
    points, reached = 0.0, False
    for value, seconds in steps:
        for _ in range(seconds):
            if value is None:
                bed.probe_off()
            else:
                bed.spo2(value)
                step = 90 - value if value < 90 else -max(value - 90, 1)
                points = min(max(points + step, 0.0), 50.0)
            reached = reached or points >= 50
    assert bool(bed.story("spo2_burden")) is reached


def test_memory_is_bounded() -> None:
    bed = admitted(GIVEN)
    for _ in range(50):
        bed.spo2(89, "1s").spo2(97, "1s")
    (burden,) = bed.state.burdens
    assert len(burden.dips) <= 8
    assert burden.points <= 50
    assert _same_after_restart(bed)


def _same_after_restart(bed: Bed) -> bool:
    before = bed.state.burdens
    bed.restart("0s")
    return bed.state.burdens == before


def test_the_alarm_says_it_plainly_and_explain_has_the_points() -> None:
    bed = admitted(GIVEN)
    bed.spo2(87, "30s")
    assert bed.last("spo2_burden").text == "SpO2 87 now, too far or too long below 90"
    assert "points so far: one for each second and each unit below 90" in as_text(bed.state)

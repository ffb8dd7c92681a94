"""Limits of the change since the baseline that somebody accepted."""

from monitord.model import Signal
from tests.builders import LOW, MEDIUM, admitted, level, spo2_low, with_rules

RISE = spo2_low(
    signal=Signal.NIBP_SYS,
    hysteresis=5.0,
    clear_delay=0,
    levels=(
        level(">=30", LOW, of="change"),
        level(">=40", MEDIUM, of="change", twice=True),
        level(">=180", MEDIUM),
    ),
)
FALL = spo2_low(levels=(level("<=-4", LOW, "5s", of="change"),), hysteresis=1.0, clear_delay=0)
GIVEN = with_rules(sys_rise=RISE, spo2_low=FALL)


def test_without_an_accepted_baseline_only_the_limit_itself_speaks() -> None:
    bed = admitted(GIVEN)
    bed.nibp(170)
    assert bed.story("sys_rise") == []
    bed.nibp(180)
    assert bed.story("sys_rise") == ["0s start medium"]


def test_a_rise_by_30_is_told_and_one_by_29_is_not() -> None:
    bed = admitted(GIVEN)
    assert bed.accept_baseline(values={Signal.NIBP_SYS: 110}) is None
    bed.nibp(139)
    assert bed.story("sys_rise") == []
    bed.nibp(140)
    assert bed.story("sys_rise") == ["0s start low"]
    assert bed.last("sys_rise").text == "Systolic BP 140 now, 30 above the baseline of 110"


def test_a_rise_that_a_second_reading_confirms_is_medium() -> None:
    bed = admitted(GIVEN)
    bed.accept_baseline(values={Signal.NIBP_SYS: 110})
    bed.nibp(150)
    bed.wait("3min")
    bed.nibp(151)
    assert bed.story("sys_rise") == ["0s start low", "3min escalate medium"]


def test_a_fall_is_measured_from_the_patients_own_value() -> None:
    bed = admitted(GIVEN)
    bed.accept_baseline(values={Signal.SPO2: 97})
    bed.spo2(94, "20s").spo2(93, "20s").spo2(95, "5s")
    assert bed.story("spo2_low") == ["25s start low", "40s clear low"]


def test_a_baseline_taken_back_leaves_the_alarm_until_a_reading_can_tell() -> None:
    bed = admitted(GIVEN)
    bed.accept_baseline(values={Signal.NIBP_SYS: 110})
    action = bed.events[-1].body
    bed.nibp(145)
    bed.wait("5s")
    assert bed.void(action.id) is None  # type: ignore[union-attr]
    bed.nibp(145)
    assert bed.story("sys_rise") == ["0s start low"]


def test_a_fall_in_per_cent_is_of_the_patients_own_value() -> None:
    fall = spo2_low(
        signal=Signal.NIBP_SYS,
        clear_delay=0,
        hysteresis=5.0,
        levels=(level("<=-30", MEDIUM, of="percent", twice=True),),
    )
    bed = admitted(with_rules(sys_fall=fall))
    bed.nibp(92)
    assert bed.story("sys_fall") == []
    bed.accept_baseline(values={Signal.NIBP_SYS: 130})
    bed.nibp(92)
    assert bed.story("sys_fall") == []
    bed.nibp(91)
    assert bed.story("sys_fall") == ["0s start medium"]
    assert fall.levels[0].words == "change <=-30 % twice"
    bed.wait("1min")
    # Borne out or not, it is of that reading; one on the good side refutes it.
    bed.nibp(92)
    assert bed.story("sys_fall")[-1] == "1min clear medium"


def test_a_level_may_end_nearer_to_its_limit_than_the_others() -> None:
    rule = spo2_low(
        hysteresis=2.0,
        clear_delay=0,
        levels=(level("<95", LOW, hysteresis=0.0), level("<90", MEDIUM)),
    )
    bed = admitted(with_rules(spo2_low=rule))
    bed.spo2(94, "5s").spo2(95, "5s")
    assert bed.story("spo2_low") == ["0s start low", "5s clear low"]
    bed.mark()
    bed.wait("3min")
    bed.spo2(89, "5s").spo2(91, "5s")
    assert bed.alarm("spo2_low")
    assert bed.last("spo2_low").priority is MEDIUM

"""More traces by the alarm model's page, of other rules: computed by hand, compared line by line."""

from collections.abc import Mapping
from dataclasses import replace

from monitord.config.protocol.protocols import read_protocol
from monitord.model import Instant, Quality, Signal
from monitord.model.instant import SECOND
from tests.builders import CUFF, Bed
from tests.engine.shipped_rules import protocol_of, settings_of
from tests.engine.test_traces import ROUTES, bed_of, heard

PULSE_UP = {0: 80.0, 3: 100.0, 4: 118.0, 5: 145.0}
PULSE_DOWN = {0: 80.0, 3: 65.0, 4: 50.0, 5: 38.0}
PRESSURES = (Signal.NIBP_SYS, Signal.NIBP_DIA, Signal.NIBP_MAP)


def stream(
    rule: str, signal: Signal, values: Mapping[int, float | Quality], until: int, **acts: int
) -> Bed:
    """A reading a second; `values` from a second on, `acts` as `acknowledge=90`."""
    bed, value = bed_of(rule), values[0]
    for second in range(until + 1):
        value = values.get(second, value)
        quality = value if isinstance(value, Quality) else Quality.GOOD
        bed.frame({signal: None if isinstance(value, Quality) else value}, quality=quality)
        act(bed, rule, second, acts)
        bed.wait("1s")
    return bed


def measured(
    rule: str, readings: Mapping[int, tuple[float, float, float] | None], until: int, **acts: int
) -> Bed:
    """Systolic, diastolic and mean pressure at these seconds; None is a cuff that fails."""
    return pressures(bed_of(rule), rule, readings, until, acts)


def pressures(
    bed: Bed,
    rule: str,
    readings: Mapping[int, tuple[float, float, float] | None],
    until: int,
    acts: dict[str, int],
) -> Bed:
    begin = bed.marked
    for second in sorted({*readings, *acts.values()}):
        bed.until(Instant(begin + second * SECOND))
        if second in readings:
            values = readings[second]
            quality = Quality.GOOD if values else Quality.CUFF_ERROR
            given = dict(zip(PRESSURES, values or (None, None, None), strict=True))
            bed.frame(given, source=CUFF, quality=quality)
        act(bed, rule, second, acts)
    return bed.until(Instant(begin + until * SECOND))


def act(bed: Bed, rule: str, second: int, acts: dict[str, int]) -> None:
    for name, at in acts.items():
        if at == second:
            assert getattr(bed, name.partition("_")[0])(rule) is None


def test_a_pulse_a_step_above_what_was_answered_is_told_after_15_s() -> None:
    values = PULSE_UP | {40: 163.0, 50: 166.0}
    bed = stream("pulse_rate_high", Signal.PULSE_RATE, values, 126, acknowledge=25)
    assert heard(bed, "pulse_rate_high") == [
        "20 start high: desk, ward",
        "65 escalate high (breakthrough): desk, ward",
        "95 escalate high (escalated): pager",
        "125 escalate high (escalated): desk, pager",
    ]


def test_what_returns_soon_goes_on_with_its_clock() -> None:
    values = {0: 80.0, 4: 60.0, 5: 48.0, 30: 57.0, 60: 48.0}
    bed = stream("pulse_rate_low", Signal.PULSE_RATE, values, 201)
    assert heard(bed, "pulse_rate_low") == [
        "20 start medium: desk, ward",
        "40 clear medium (cleared): desk, ward",
        "75 escalate medium (recurred): desk, ward",
        "80 escalate medium (escalated): pager",
        "200 escalate medium (escalated): desk, pager",
    ]


def test_a_low_pressure_that_falls_is_better_and_falls_again() -> None:
    readings = {0: (84, 50, 61), 120: (78, 48, 58), 300: (85, 50, 61), 430: (67, 40, 49)}
    bed = measured("nibp_sys_low", readings, 435, acknowledge=190)
    assert heard(bed, "nibp_sys_low") == [
        "0 start medium: desk, ward",
        "60 escalate medium (escalated): pager",
        "120 escalate high (worse): desk, pager, ward",
        "180 reminder high (repeated): desk, pager",
        "300 deescalate medium (less): screen",
        "430 escalate high (breakthrough): desk, pager, ward",
    ]


def test_the_first_word_of_a_medium_level_is_for_the_screen() -> None:
    bed = measured("nibp_sys_high", {0: (165, 90, 115), 120: (150, 90, 110)}, 400)
    assert heard(bed, "nibp_sys_high") == ["0 start low: screen", "120 clear low (cleared): screen"]
    bed = measured("nibp_sys_high", {0: (165, 90, 115)}, 485)
    assert heard(bed, "nibp_sys_high") == [
        "0 start low: screen",
        "300 escalate medium (worse): desk, ward",
        "360 escalate medium (escalated): pager",
        "480 escalate medium (escalated): desk, pager",
    ]


def test_two_failures_of_the_cuff_end_the_wait_for_the_repeat() -> None:
    bed = measured("nibp_dia_high", {0: (150, 112, 125), 60: None, 120: None}, 185)
    assert heard(bed, "nibp_dia_high") == [
        "0 start medium: desk, ward",
        "60 escalate medium (escalated): pager",
        "120 escalate high (worse): desk, pager, ward",
        "180 reminder high (repeated): desk, pager",
    ]


def test_after_an_acceptance_the_telling_goes_on_where_it_stood() -> None:
    bed = measured("nibp_sys_high", {0: (205, 95, 130)}, 345, accept=10)
    assert heard(bed, "nibp_sys_high") == [
        "0 start high: desk, ward",
        "310 expire high (expired): desk, ward",
        "340 escalate high (escalated): pager",
    ]


def test_blindness_that_is_high_is_told_again_after_its_answer_and_at_5_min() -> None:
    lost: dict[int, float | Quality] = {0: 97.0, 1: Quality.PROBE_OFF}
    bed = stream("spo2_absent", Signal.SPO2, lost, 341, acknowledge=160)
    assert heard(bed, "spo2_absent") == [
        "10 start low: screen",
        "30 escalate medium (worse): desk, ward",
        "90 escalate medium (escalated): pager",
        "120 escalate high (worse): desk, pager, ward",
        "150 reminder high (repeated): desk, pager",
        "280 reminder high: desk, pager",
        "300 escalate high (worse): desk, pager, ward",
        "340 reminder high (repeated): desk, pager",
    ]


def test_blindness_that_was_answered_is_high_when_the_answer_is_over() -> None:
    lost: dict[int, float | Quality] = {0: 97.0, 1: Quality.PROBE_OFF}
    bed = stream("spo2_absent", Signal.SPO2, lost, 305, acknowledge=40)
    assert heard(bed, "spo2_absent") == [
        "10 start low: screen",
        "30 escalate medium (worse): desk, ward",
        "160 escalate high (worse): desk, ward",
        "190 escalate high (escalated): pager",
        "220 escalate high (escalated): desk, pager",
        "280 reminder high (repeated): desk, pager",
        "300 escalate high (worse): desk, pager, ward",
    ]


def test_two_seconds_of_every_ten_are_unsteady_when_the_lost_ones_come_to_120() -> None:
    lost: dict[int, float | Quality] = {10 * n: 97.0 for n in range(39)}
    lost |= {10 * n + 2: Quality.SEARCHING for n in range(39)}
    bed = stream("spo2_absent", Signal.SPO2, lost, 380)
    assert heard(bed, "unsteady:spo2") == [
        "317 start medium: desk, ward",
        "377 escalate medium (escalated): pager",
    ]


def scheduled(rule: str) -> Bed:
    """As `bed_of`, with what is due."""
    schedule = read_protocol("ketamine_iv_0_5_40").schedule
    bed = Bed(settings_of(replace(protocol_of(rule), schedule=schedule), ROUTES))
    bed.admit()
    bed.start_infusion()
    bed.mark()
    return bed


def test_a_pressure_that_is_due_is_asked_for_until_it_comes() -> None:
    readings = {0: (120.0, 75.0, 90.0), 920: (121.0, 75.0, 90.0)}
    bed = pressures(scheduled("nibp_overdue"), "nibp_overdue", dict(readings), 925, {})
    assert heard(bed, "nibp_overdue") == [
        "360 start low: screen",
        "600 escalate medium (worse): desk, ward",
        "660 escalate medium (escalated): pager",
        "780 escalate medium (escalated): desk, pager",
        "900 reminder medium (repeated): desk, pager",
        "920 clear medium (cleared): desk, pager, ward",
    ]


def test_a_scale_that_is_due_comes_back_when_its_answer_is_over() -> None:
    bed = scheduled("moaas_overdue")
    bed.observe({Signal.MOAAS: 5})
    bed.wait("1210s")
    assert bed.acknowledge("moaas_overdue") is None
    bed.wait("485s")
    assert heard(bed, "moaas_overdue") == [
        "900 start low: screen",
        "1200 escalate medium (worse): desk, ward",
        "1510 reminder medium: desk, ward",
        "1570 escalate medium (escalated): pager",
        "1690 escalate medium (escalated): desk, pager",
    ]


def test_a_tier_that_a_rejection_told_early_is_not_told_at_its_time() -> None:
    bed = stream("pulse_rate_high", Signal.PULSE_RATE, dict(PULSE_UP), 141, reject=25)
    assert heard(bed, "pulse_rate_high") == [
        "20 start high: desk, ward",
        "25 reject high (rejected): pager",
        "80 escalate high (escalated): desk, pager",
        "140 reminder high (repeated): desk, pager",
    ]


def test_the_third_answer_that_finds_nothing_better_tells_the_next_tier() -> None:
    acts = {"acknowledge_1": 15, "acknowledge_2": 20, "acknowledge_3": 30}
    bed = stream("pulse_rate_low", Signal.PULSE_RATE, dict(PULSE_DOWN), 60, **acts)
    assert heard(bed, "pulse_rate_low") == [
        "10 start high: desk, ward",
        "30 escalate high (escalated): pager",
    ]


def test_deep_sedation_that_is_over_is_told_until_answered_and_is_new_after_it() -> None:
    bed = bed_of("moaas_low")
    begin = bed.marked
    for second, scale in ((0, 2), (45, 5), (130, None), (200, 2)):
        bed.until(Instant(begin + second * SECOND))
        if scale is None:
            assert bed.acknowledge("moaas_low") is None
        else:
            bed.observe({Signal.MOAAS: scale})
    bed.wait("35s")
    assert heard(bed, "moaas_low") == [
        "0 start high: desk, ward",
        "30 escalate high (escalated): pager",
        "45 latch high (latched): desk, pager, ward",
        "60 escalate high (escalated): desk, pager",
        "120 reminder high (repeated): desk, pager",
        "200 escalate high (recurred): desk, ward",
        "230 escalate high (escalated): pager",
    ]


def test_breathing_that_a_device_counts_slower_and_slower() -> None:
    """Below 10 for 60 s, 8 or less for 60 s and 2 min, then 2 below what was answered."""
    values = {0: 14.0, 5: 9.0, 100: 7.0, 300: 5.0}
    bed = stream("resp_rate_low", Signal.RESP_RATE, values, 366, acknowledge=250)
    assert heard(bed, "resp_rate_low") == [
        "65 start low: screen",
        "160 escalate medium (worse): desk, ward",
        "220 escalate high (worse): desk, pager, ward",
        "305 escalate high (breakthrough): desk, pager, ward",
        "335 escalate high (escalated): pager",
        "365 escalate high (escalated): desk, pager",
    ]


def test_breathing_that_staff_count_slower_and_slower() -> None:
    """A count has lasted for its minute when it is entered, and speaks until the next one is due."""
    bed = scheduled("resp_rate_low")
    begin = bed.marked
    for second, count in ((0, 9), (310, 7), (430, 14)):
        bed.until(Instant(begin + second * SECOND))
        bed.observe({Signal.RESP_RATE: count})
    bed.wait("55s")
    assert heard(bed, "resp_rate_low") == [
        "0 start low: screen",
        "120 escalate medium (worse): desk, ward",
        "180 escalate medium (escalated): pager",
        "300 escalate medium (escalated): desk, pager",
        "310 escalate medium (worse): desk, pager, ward",
        "370 escalate high (worse): desk, pager, ward",
        "420 reminder high (repeated): desk, pager",
        # The rule's clear delay of 10 s, which is for a device, holds for a count too.
        "440 latch high (latched): desk, pager, ward",
        "480 reminder high (repeated): desk, pager",
    ]


def test_a_mean_pressure_below_55_is_high_at_the_second_reading_and_latches() -> None:
    readings = {
        0: (95.0, 50.0, 62.0),
        120: (92.0, 48.0, 58.0),
        300: (88.0, 44.0, 53.0),
        420: (87.0, 44.0, 54.0),
        500: (105.0, 60.0, 72.0),
    }
    bed = measured("nibp_map_low", dict(readings), 605, acknowledge=550)
    assert heard(bed, "nibp_map_low") == [
        "120 start low: screen",
        "300 escalate medium (worse): desk, ward",
        "360 escalate medium (escalated): pager",
        "420 escalate high (worse): desk, pager, ward",
        "480 reminder high (repeated): desk, pager",
        "500 latch high (latched): desk, pager, ward",
        "540 reminder high (repeated): desk, pager",
    ]

"""The traces of the alarm model, line by line: who is told what, at which second."""

from monitord.engine.protocol.protocol import Route, Tier
from monitord.model import SECOND, AlarmEvent, Notify, Quality, Reason, Signal
from tests.builders import HIGH, MEDIUM, OXIMETER, Bed
from tests.engine.shipped_rules import protocol_of, settings_of

ANSWERS = {AlarmEvent.ACKNOWLEDGE, AlarmEvent.ACCEPT, AlarmEvent.NEAR_MISS}
DOWN = {3: 95.0, 4: 87.0}
"""On the way down, so that no step is one that no finger shows."""
ROUTES = {
    HIGH: Route(
        tiers=(
            Tier(to=("desk", "ward")),
            Tier(to=("pager",), after=30 * SECOND),
            Tier(to=("desk", "pager"), after=60 * SECOND),
        ),
        repeat=60 * SECOND,
    ),
    MEDIUM: Route(
        tiers=(
            Tier(to=("desk", "ward")),
            Tier(to=("pager",), after=60 * SECOND),
            Tier(to=("desk", "pager"), after=180 * SECOND),
        ),
        repeat=120 * SECOND,
    ),
}


def bed_of(*rules: str) -> Bed:
    """A bed in the infusion, under these rules of the shipped protocol alone."""
    bed = Bed(settings_of(protocol_of(*rules), ROUTES))
    bed.admit()
    bed.frame({Signal.SPO2: 97})
    bed.start_infusion()
    bed.mark()
    return bed


def play(bed: Bed, values: dict[int, float], until: int, **acts: int) -> None:
    """A reading a second; `values` from a second on, `acts` as `acknowledge=90`."""
    value = 97.0
    for second in range(until + 1):
        value = values.get(second, value)
        bed.frame({Signal.SPO2: value})
        for act, at in acts.items():
            if at == second:
                assert getattr(bed, act.partition("_")[0])("spo2_low") is None
        bed.wait("1s")


def measure(bed: Bed, readings: dict[int, tuple[float, float]], until: int) -> None:
    """Systolic and diastolic pressure at these seconds."""
    for second in range(until + 1):
        if second in readings:
            bed.nibp(*readings[second])
        bed.wait("1s")


def fall(begin: int, top: int, bottom: int, rate: int = 2) -> dict[int, float]:
    """From `top` at `begin` down to `bottom`, `rate` a second."""
    steps = range((top - bottom + rate - 1) // rate + 1)
    return {begin + n: float(max(bottom, top - rate * n)) for n in steps}


def heard(bed: Bed, rule: str) -> list[str]:
    """`20 start medium: desk, ward` for each telling, `60 start low: screen` for a line alone.

    Answers are left out: those who were told learn of them too.
    """
    found: dict[tuple[int, str], list[str]] = {}
    for effect in bed.effects:
        line = effect.line if isinstance(effect, Notify) else effect
        if getattr(line, "alarm", None) != rule or line.type != "alarm" or line.at < bed.marked:
            continue
        if line.event in ANSWERS:
            continue
        says = f"{line.event} {line.priority.word}"
        if line.reason.value not in {"first", line.event.value}:
            says += f" ({line.reason})"
        to = found.setdefault(((line.at - bed.marked) // SECOND, says), [])
        if isinstance(effect, Notify):
            to.append(effect.destination)
    return [f"{at} {says}: {', '.join(sorted(to)) or 'screen'}" for (at, says), to in found.items()]


def test_1_an_answered_fall_is_told_at_each_deeper_level_and_each_step() -> None:
    bed = bed_of("spo2_low")
    values = {5: 88.0, **fall(100, 88, 70), **fall(120, 70, 55)}
    play(bed, values, 130, acknowledge_1=90, acknowledge_2=110)
    assert heard(bed, "spo2_low") == [
        "20 start medium: desk, ward",
        "65 escalate high (worse): desk, pager, ward",
        "80 escalate high (escalated): desk, pager",
        "105 escalate high (breakthrough): desk, pager, ward",
        "128 escalate high (breakthrough): desk, pager, ward",
    ]
    assert bed.last("spo2_low").text.startswith("SpO2 55 now")


def test_2_a_value_that_goes_to_and_fro_within_the_answer_says_nothing() -> None:
    bed = bed_of("spo2_low")
    values = DOWN | {5: 79.0} | {25 + 20 * n: (83.0, 79.0)[n % 2] for n in range(16)}
    play(bed, values, 316, acknowledge=15)
    assert heard(bed, "spo2_low") == ["5 start high: desk, ward", "315 reminder high: desk, ward"]


def test_3_better_for_two_minutes_is_what_the_answer_covers() -> None:
    bed = bed_of("spo2_low")
    play(bed, DOWN | {5: 79.0, 34: 85.0, 35: 92.0, 215: 79.0}, 220, acknowledge=15)
    assert heard(bed, "spo2_low") == [
        "5 start high: desk, ward",
        "45 clear high (cleared): desk, ward",
        "64 escalate low (covered): screen",
        "216 escalate high (breakthrough): desk, ward",
    ]


PRESSURE = ("nibp_sys_high", "nibp_dia_high")


def tellings(bed: Bed) -> list[str]:
    """As `heard`, of both pressures together, without what is for the screen."""
    lines = [line for rule in PRESSURE for line in heard(bed, rule) if not line.endswith("screen")]
    return sorted(lines, key=lambda line: int(line.split()[0]))


def test_4_a_first_word_is_one_telling_and_a_repeat_on_the_good_side_ends_it() -> None:
    bed = bed_of(*PRESSURE)
    measure(bed, {0: (185, 115), 170: (150, 80)}, 400)
    assert tellings(bed) == [
        "0 start medium: desk, ward",
        "60 escalate medium (escalated): pager",
        "170 clear medium (cleared): desk, pager, ward",
    ]
    assert not [line for line in bed.lines if line.event is AlarmEvent.LATCH]


def test_5_without_a_repeat_in_time_it_is_high_and_the_repeat_bears_it_out() -> None:
    bed = bed_of(*PRESSURE)
    measure(bed, {0: (185, 115), 310: (188, 112)}, 365)
    assert tellings(bed) == [
        "0 start medium: desk, ward",
        "60 escalate medium (escalated): pager",
        "180 escalate medium (escalated): desk, pager",
        "300 escalate high (worse): desk, pager, ward",
        "360 reminder high (repeated): desk, pager",
    ]
    assert "310 escalate high (confirmed): screen" in heard(bed, "nibp_sys_high")
    assert "no second reading came" in next(
        line.text for line in bed.of("nibp_sys_high") if line.reason is Reason.WORSE
    )


def test_6_two_of_the_last_three_readings_confirm() -> None:
    bed = bed_of("nibp_sys_high")
    measure(bed, {0: (185, 90), 300: (172, 90), 600: (186, 90)}, 605)
    assert heard(bed, "nibp_sys_high") == [
        "0 start medium: desk, ward",
        "60 escalate medium (escalated): pager",
        "180 escalate medium (escalated): desk, pager",
        "300 deescalate medium (less): ward",
        "300 reminder medium (repeated): desk, pager",
        "420 reminder medium (repeated): desk, pager",
        "540 reminder medium (repeated): desk, pager",
        "600 escalate high (worse): desk, pager, ward",
    ]


def test_9_an_absence_is_not_told_beside_the_link_that_explains_it() -> None:
    bed = bed_of("spo2_absent")
    bed.link(up=False)
    bed.wait("90s")
    bed.link(up=True)
    bed.spo2(None, "29.5s", quality=Quality.SEARCHING)
    bed.spo2(97, "5s")
    assert heard(bed, f"link:{OXIMETER}") == [
        "10 start medium: desk, ward",
        "60 escalate high (worse): desk, pager, ward",
        "70 escalate high (escalated): desk, pager",
        "119 clear high (cleared): desk, pager, ward",
    ]
    assert heard(bed, "spo2_absent") == [
        "10 start low: screen",
        "30 escalate medium (worse): screen",
        "90 escalate medium (escalated): screen",
        "119 clear medium (cleared): screen",
    ]


def test_7_an_accepted_alarm_that_is_over_says_nothing_when_the_answer_expires() -> None:
    bed = bed_of("spo2_low")
    play(bed, DOWN | {5: 84.0, 54: 91.0, 55: 98.0}, 400, accept=25)
    assert heard(bed, "spo2_low") == [
        "10 start high: desk, ward",
        "64 deescalate medium (less): screen",
        "65 clear medium (cleared): desk, ward",
    ]


def test_8_an_answer_expires_at_the_present_priority_and_latches_nothing() -> None:
    bed = bed_of("spo2_low")
    play(bed, DOWN | {5: 84.0, 75: 88.0, 76: 93.0, 405: 98.0}, 420, acknowledge=75)
    assert heard(bed, "spo2_low")[-2:] == [
        "375 reminder low: screen",
        "415 clear low (cleared): desk, pager, ward",
    ]
    assert not [line for line in bed.of("spo2_low") if line.event is AlarmEvent.LATCH]


def test_10_a_low_alarm_does_not_start_the_clock() -> None:
    bed = bed_of("spo2_low")
    play(bed, {0: 94.0, 1200: 89.0}, 1280)
    assert heard(bed, "spo2_low") == [
        "60 start low: screen",
        "1215 escalate medium (worse): desk, ward",
        "1260 escalate high (worse): desk, pager, ward",
        "1275 escalate high (escalated): desk, pager",
    ]

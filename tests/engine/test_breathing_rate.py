"""Breathing: counted by staff where no device does, told by a device that counts, and a zero that is no reading."""

from dataclasses import replace

from monitord.engine.protocol.protocol import ScheduleItem
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.combine import CombineLevel, CombineRule, parse_term
from monitord.engine.rules.level import Level
from monitord.engine.rules.limit import LimitRule
from monitord.engine.rules.overdue import OverdueLevel, OverdueRule
from monitord.model import MINUTE, SECOND, Quality, Signal
from tests.builders import HIGH, LOW, MEDIUM, Bed, infusing, level, rules, settings
from tests.builders import protocol as small

RR = Signal.RESP_RATE
MONITOR = "monitor"
APNOEA = CombineRule(
    levels=(CombineLevel(priority=HIGH, delay=5 * SECOND, needs=((parse_term("resp_rate <=0"),),)),)
)


def counting(**more: object) -> Bed:
    """An infusion in which staff count every 10 min, and every 15 min after it."""
    given = small(
        fresh={RR: 30 * SECOND},
        rules=rules(
            rr_low=LimitRule(
                signal=RR, levels=(level("<10", LOW, "60s"), level("<=5", HIGH, "5s"))
            ),
            rr_absent=AbsenceRule(
                signal=RR,
                once_heard=True,
                levels=(
                    Level(priority=LOW, delay=30 * SECOND),
                    Level(priority=MEDIUM, delay=2 * MINUTE),
                ),
            ),
            rr_overdue=OverdueRule(
                item="breathing", levels=(OverdueLevel(priority=LOW, delay=5 * MINUTE),)
            ),
            apnoea=APNOEA,
        ),
        schedule={
            "breathing": ScheduleItem(
                signals=(RR,), every={"infusion": 10 * MINUTE, "after": 15 * MINUTE}, counted=True
            )
        },
        **more,
    )
    return infusing(settings(protocols={"small": given}))


def monitor(bed: Bed, breaths: float | None, for_: str = "10s", **more: float) -> Bed:
    """A device's numbers, once a second."""
    values = {RR: breaths, **{Signal(name): value for name, value in more.items()}}
    for _ in range(int(for_.removesuffix("s"))):
        if breaths is None:
            bed.frame(values, source=MONITOR, quality=Quality.SEARCHING)
        else:
            bed.frame(values, source=MONITOR)
        bed.wait("1s")
    return bed


def due(bed: Bed) -> int:
    (entry,) = [each for each in bed.state.due if each.item == "breathing"]
    return (entry.due - bed.marked) // MINUTE


def test_a_count_speaks_until_the_next_is_due_and_a_device_for_half_a_minute() -> None:
    bed = counting()
    bed.observe({RR: 14})
    (counted,) = [each for each in bed.state.readings if each.signal is RR]
    assert counted.fresh_until - counted.at == 10 * MINUTE
    monitor(bed, 15, "1s")
    (measured,) = [each for each in bed.state.readings if each.signal is RR]
    assert measured.fresh_until - measured.at == 30 * SECOND
    bed.stop_infusion()
    bed.observe({RR: 14})
    (later,) = [each for each in bed.state.readings if each.signal is RR]
    assert later.fresh_until - later.at == 15 * MINUTE


def test_staff_count_only_where_no_device_does() -> None:
    bed = counting()
    assert due(bed) == 0
    bed.observe({RR: 14})
    assert due(bed) == 10
    monitor(bed, 14, "300s")
    assert due(bed) == 14
    bed.wait("16min")
    assert bed.alarm("rr_overdue")


def test_what_a_person_counted_has_lasted_the_minute_of_the_count() -> None:
    bed = counting()
    bed.observe({RR: 9})
    assert bed.story("rr_low") == ["0s start low"]
    other = counting()
    monitor(other, 9, "59s")
    assert other.story("rr_low") == []


def test_a_device_that_stops_counting_is_told_until_somebody_counts() -> None:
    bed = counting()
    monitor(bed, 14, "10s")
    monitor(bed, None, "140s")
    assert bed.story("rr_absent") == ["39s start low", "129s escalate medium"]
    bed.observe({RR: 14})
    assert bed.story("rr_absent")[-1] == "150s clear medium"
    # It goes on saying nothing: the word is the person's, and then the schedule asks again.
    monitor(bed, None, "60s")
    assert bed.alarm("rr_absent") is None or not bed.alarm("rr_absent").stands  # type: ignore[union-attr]
    bed.wait("25min")
    assert bed.alarm("rr_overdue")


def test_a_device_that_never_counted_is_never_missed_and_takes_no_count_away() -> None:
    bed = counting()
    bed.observe({RR: 12})
    monitor(bed, None, "180s")
    assert bed.story("rr_absent") == []
    (kept,) = [each for each in bed.state.readings if each.signal is RR]
    assert kept.value == 12
    monitor(bed, 13, "1s")
    (kept,) = [each for each in bed.state.readings if each.signal is RR]
    assert (kept.value, kept.source) == (13, MONITOR)


def test_a_device_that_falls_silent_altogether_is_told_by_time_alone() -> None:
    bed = counting()
    monitor(bed, 14, "1s")
    bed.wait("3min")
    assert bed.story("rr_absent") == ["30s start low", "2min escalate medium"]


def test_a_rate_of_0_beside_a_pulse_of_the_same_device_is_apnoea() -> None:
    bed = counting()
    monitor(bed, 14, "5s", spo2=97, pulse_rate=70)
    monitor(bed, 0, "6s", spo2=97, pulse_rate=70)
    assert bed.story("apnoea") == ["10s start high"]
    # It says what the limit of the rate would say: one telling.
    assert {line.inhibited_by for line in bed.of("rr_low")} <= {"apnoea"}


def test_a_number_of_the_same_device_that_is_still_fresh_shows_contact_too() -> None:
    bed = counting()
    monitor(bed, 14, "5s", spo2=97)
    monitor(bed, 0, "6s")
    assert bed.story("apnoea") == ["10s start high"]


def test_a_device_or_a_row_of_nothing_but_zeros_is_a_gap() -> None:
    bed = counting()
    monitor(bed, 14, "5s", etco2=38)
    monitor(bed, 0, "40s", etco2=0, spo2=0, pulse_rate=0)
    assert bed.story("apnoea") == []
    assert bed.story("rr_low") == []
    assert bed.story("rr_absent") == ["34s start low"]
    (kept,) = [each for each in bed.state.readings if each.signal is RR]
    assert (kept.value, kept.quality) == (None, Quality.INVALID)


def test_another_device_on_the_patient_is_no_contact_of_this_one() -> None:
    bed = counting()
    bed.spo2(97, "5s")
    monitor(bed, 0, "10s")
    assert bed.story("apnoea") == []


def test_a_count_of_0_by_a_person_is_apnoea() -> None:
    bed = counting()
    bed.observe({RR: 0})
    bed.wait("6s")
    assert bed.story("apnoea") == ["5s start high"]


def test_what_is_counted_survives_a_snapshot_and_a_correction_of_the_protocol() -> None:
    bed = counting()
    bed.observe({RR: 14})
    bed.snapshot()
    given = bed.state.settings
    assert given is not None
    again = replace(given.protocols["small"], version=9)
    bed.configure(replace(given, protocols={"small": again}))
    assert bed.correct_protocol(reason="the new version") is None
    (kept,) = [each for each in bed.state.readings if each.signal is RR]
    assert kept.fresh_until - kept.at == 10 * MINUTE

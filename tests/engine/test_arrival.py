"""Samples that are late, doubled, out of order; clocks that jump; two devices with one signal."""

from monitord.model import MINUTE, SECOND, Instant, Signal, Span
from tests.builders import Bed, infusing


def seen(bed: Bed) -> float | None:
    return next(r.value for r in bed.state.readings if r.signal is Signal.SPO2)


def stamped(bed: Bed, value: float, measured: Span, *, source: str = "oximeter") -> None:
    bed.frame({Signal.SPO2: value}, measured_at=Instant(measured), source=source)
    bed.wait("1s")


def running() -> Bed:
    """An oximeter whose clock stands 1000 s behind ours; it has sent 10 readings."""
    bed = infusing()
    for n in range(10):
        stamped(bed, 97, bed.now - 1000 * SECOND + 0 * n)
    return bed


def test_a_clock_that_is_wrong_but_runs_is_trusted() -> None:
    assert seen(running()) == 97


def test_a_late_sample_is_never_evaluated() -> None:
    bed = running()
    stamped(bed, 70, bed.now - 1000 * SECOND - 11 * SECOND + 1)
    assert seen(bed) == 97


def test_a_sample_just_within_its_stale_limit_counts() -> None:
    bed = running()
    bed.wait("9s")
    stamped(bed, 95, bed.now - 1000 * SECOND - 9 * SECOND)
    assert seen(bed) == 95


def test_a_doubled_sample_is_never_evaluated() -> None:
    bed = running()
    measured = bed.now - 1000 * SECOND
    stamped(bed, 96, measured)
    stamped(bed, 70, measured)
    assert seen(bed) == 96


def test_a_sample_out_of_order_is_never_evaluated() -> None:
    bed = running()
    measured = bed.now - 1000 * SECOND
    stamped(bed, 96, measured)
    stamped(bed, 70, measured - 2 * SECOND)
    assert seen(bed) == 96


def test_refused_samples_do_not_hide_the_silence() -> None:
    bed = running()
    frozen = bed.now - 1010 * SECOND
    for _ in range(8):
        stamped(bed, 97, frozen)
    bed.mark()
    for _ in range(4):
        stamped(bed, 97, frozen)
    assert bed.alarm("spo2_stale") is not None


def test_a_device_clock_set_back_is_learned_anew() -> None:
    bed = running()
    for _ in range(12):
        stamped(bed, 94, bed.now - 5000 * SECOND)
    assert seen(bed) == 94


def test_a_device_clock_set_forward_is_taken_at_once() -> None:
    bed = running()
    stamped(bed, 94, bed.now + 3600 * SECOND)
    assert seen(bed) == 94


def test_a_device_clock_that_comes_back_from_the_future_is_learned_anew() -> None:
    bed = running()
    stamped(bed, 96, bed.now + 3600 * SECOND)
    for _ in range(12):
        stamped(bed, 94, bed.now - 1000 * SECOND)
    assert seen(bed) == 94


def test_a_burst_of_old_messages_is_not_a_new_clock() -> None:
    bed = running()
    start = bed.now - 1000 * SECOND
    bed.wait("5min")
    for n in range(200):
        bed.frame({Signal.SPO2: 70}, measured_at=Instant(start + n * SECOND))
        bed.wait("50ms")
    assert seen(bed) == 97


def test_the_device_that_speaks_keeps_the_word() -> None:
    bed = infusing()
    bed.spo2(97, "5s")
    bed.frame({Signal.SPO2: 70}, source="second")
    assert seen(bed) == 97


def test_a_second_device_takes_over_when_the_first_is_stale() -> None:
    bed = infusing()
    bed.spo2(97, "5s")
    bed.wait("10s")
    bed.frame({Signal.SPO2: 91}, source="second")
    assert seen(bed) == 91


def test_a_second_device_takes_over_when_the_first_has_had_no_value_for_as_long_as_one_speaks() -> (
    None
):
    bed = infusing()
    bed.probe_off("9s")
    bed.frame({Signal.SPO2: 91}, source="second")
    assert seen(bed) is None
    bed.probe_off("2s")
    bed.frame({Signal.SPO2: 91}, source="second")
    assert seen(bed) == 91


def test_a_slow_source_stays_fresh_for_two_and_a_half_of_its_intervals() -> None:
    from dataclasses import replace

    from tests.builders import OXIMETER, settings

    given = settings()
    slow = replace(given.sources[OXIMETER], interval=MINUTE)
    bed = infusing(settings(sources=given.sources | {OXIMETER: slow}))
    bed.spo2(95)
    bed.wait("100s")
    reading = next(r for r in bed.state.readings if r.signal is Signal.SPO2)
    assert reading.usable_at(bed.now)
    bed.wait("60s")
    assert not reading.usable_at(bed.now)

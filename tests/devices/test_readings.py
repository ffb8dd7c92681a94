import pytest

from devices.fault_changes import FaultChanges
from devices.readings import CuffReading, Oximetry, Pace, device_time, reading
from monitord.model import Cause, Quality, Signal, iso
from tests.devices.wirekit import quality, sample, values


@pytest.mark.parametrize("signal", [Signal.SPO2, Signal.PULSE_RATE, Signal.NIBP_SYS])
def test_0_is_never_a_measurement(signal: Signal) -> None:
    told = reading(signal, 0)
    assert (told.value, told.quality) == (None, Quality.INVALID)


def test_0_is_a_value_where_nothing_is_one() -> None:
    assert reading(Signal.CUFF_PRESSURE, 0).quality is Quality.GOOD
    assert reading(Signal.INFUSION_RATE, 0).value == 0


@pytest.mark.parametrize(
    ("signal", "value"),
    [(Signal.SPO2, 101), (Signal.PULSE_RATE, 400), (Signal.NIBP_SYS, 15), (Signal.NIBP_DIA, 260)],
)
def test_an_impossible_number_is_kept_and_not_usable(signal: Signal, value: int) -> None:
    told = reading(signal, value)
    assert (told.value, told.quality) == (value, Quality.IMPLAUSIBLE)


def test_a_held_number_keeps_the_reason_why_it_is_none() -> None:
    (spo2, pulse) = Oximetry(spo2=97, quality=Quality.PROBE_OFF).frame().samples
    assert (spo2.value, spo2.quality) == (97, Quality.PROBE_OFF)
    assert (pulse.value, pulse.quality) == (None, Quality.PROBE_OFF)


def test_an_error_beats_numbers_that_are_filled_in() -> None:
    frame = CuffReading(sys=120, dia=80, map=93, pulse=60, error="motion").frame()
    assert quality(frame) is Quality.CUFF_ERROR
    assert set(values(frame).values()) == {None}


@pytest.mark.parametrize("cuff", [CuffReading(), CuffReading(sys=120), CuffReading(sys=0, dia=80)])
def test_a_cuff_reading_needs_both_pressures(cuff: CuffReading) -> None:
    assert quality(cuff.frame()) is Quality.CUFF_ERROR


@pytest.mark.parametrize(
    "cuff",
    [
        CuffReading(sys=80, dia=120),
        CuffReading(sys=90, dia=90),
        CuffReading(sys=120, dia=80, map=70),
        CuffReading(sys=120, dia=80, map=130),
        CuffReading(sys=120, dia=80, map=40),
    ],
)
def test_pressures_that_contradict_each_other_are_implausible(cuff: CuffReading) -> None:
    assert quality(cuff.frame()) is Quality.IMPLAUSIBLE


def test_a_cuff_reading_without_pulse_is_still_one() -> None:
    frame = CuffReading(sys=120, dia=80).frame()
    assert values(frame) == {Signal.NIBP_SYS: 120, Signal.NIBP_DIA: 80}
    assert sample(frame, Signal.NIBP_SYS).quality is Quality.GOOD


def test_pace_lets_every_third_and_each_change_through() -> None:
    steady, fallen = Oximetry(spo2=97, pulse_rate=60), Oximetry(spo2=88, pulse_rate=60)
    pace = Pace(3)
    assert [pace.due(steady) for _ in range(7)] == [True, False, False, True, False, False, True]
    assert [pace.due(one) for one in (steady, fallen, fallen, fallen, fallen, steady)] == [
        False,
        True,
        False,
        False,
        True,
        True,
    ]


def test_a_pulse_alone_waits_for_its_turn() -> None:
    pace = Pace(10)
    assert pace.due(Oximetry(spo2=97, pulse_rate=60))
    assert not pace.due(Oximetry(spo2=97, pulse_rate=90))


def test_the_first_word_of_a_connection_ends_a_fault_of_the_one_before() -> None:
    faults = FaultChanges()
    (first,) = faults.tell(Cause.DEVICE, None)
    assert not first.present
    assert faults.tell(Cause.DEVICE, None) == []
    (begun,) = faults.tell(Cause.DEVICE, "stalled")
    assert (begun.present, begun.detail) == (True, "stalled")
    (other,) = faults.tell(Cause.DEVICE, "air")
    assert other.detail == "air"


def test_a_device_clock_that_shows_no_time_is_none() -> None:
    assert device_time(2024, 0, 0, 0, 0) is None
    assert device_time(2024, 2, 30, 0, 0) is None
    good = device_time(2024, 2, 29, 23, 59, second=58)
    assert good is not None
    assert iso(good) == "2024-02-29T23:59:58.000000Z"

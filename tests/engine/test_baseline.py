"""The patient's own values: accepted by somebody, from readings or typed, and taken back."""

from monitord.model import Quality, Signal
from tests.builders import Bed, admitted


def in_force(bed: Bed) -> dict[Signal, float]:
    from monitord.engine.session.baseline import in_force

    return in_force(bed.state.session)


def measured() -> Bed:
    bed = admitted()
    bed.start_baseline()
    bed.nibp(118, 74)
    bed.frame({Signal.SPO2: 98, Signal.PULSE_RATE: 70})
    return bed


def test_good_readings_become_the_baseline() -> None:
    bed = measured()
    assert bed.accept_baseline() is None
    assert in_force(bed) == {
        Signal.SPO2: 98,
        Signal.PULSE_RATE: 70,
        Signal.NIBP_SYS: 118,
        Signal.NIBP_DIA: 74,
    }


def test_a_baseline_says_who_accepted_which_reading_when() -> None:
    bed = measured()
    read_at = bed.now
    bed.wait("5s")
    bed.accept_baseline(by="anna")
    session = bed.state.session
    assert session
    (sys,) = [each for each in session.baseline if each.signal is Signal.NIBP_SYS]
    assert (sys.by, sys.at, sys.read_at, sys.source) == ("anna", bed.now, read_at, "cuff")


def test_a_typed_value_has_no_reading_behind_it() -> None:
    bed = admitted()
    bed.accept_baseline(values={Signal.NIBP_SYS: 135})
    session = bed.state.session
    assert session
    assert [(b.value, b.read_at, b.source) for b in session.baseline] == [(135, None, None)]


def test_a_later_acceptance_replaces_an_earlier_one_signal_by_signal() -> None:
    bed = measured()
    bed.accept_baseline()
    bed.accept_baseline(values={Signal.NIBP_SYS: 124})
    assert in_force(bed)[Signal.NIBP_SYS] == 124
    assert in_force(bed)[Signal.SPO2] == 98


def test_a_voided_acceptance_gives_back_the_one_before() -> None:
    bed = measured()
    bed.accept_baseline()
    bed.accept_baseline(id="slip", values={Signal.NIBP_SYS: 12 + 112.0})
    bed.void("slip")
    assert in_force(bed)[Signal.NIBP_SYS] == 118


def test_stale_and_doubtful_readings_are_no_baseline() -> None:
    bed = admitted()
    bed.frame({Signal.PULSE_RATE: 70})
    bed.wait("11s")
    bed.frame({Signal.SPO2: 97}, quality=Quality.LOW_PERFUSION)
    assert bed.accept_baseline() == (
        "There is no good reading to accept: take one, or enter the values"
    )


def test_an_impossible_baseline_is_refused() -> None:
    bed = admitted()
    assert bed.accept_baseline(values={Signal.SPO2: 180}) == "SpO2 180 cannot be: enter 1 to 100"


def test_no_baseline_outlives_its_session() -> None:
    bed = measured()
    bed.accept_baseline()
    bed.discharge()
    bed.admit("s2")
    assert in_force(bed) == {}


def test_a_baseline_survives_a_restart() -> None:
    bed = measured()
    bed.accept_baseline()
    before = in_force(bed)
    bed.restart(down="5s")
    assert in_force(bed) == before

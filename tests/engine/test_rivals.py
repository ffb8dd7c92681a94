"""Two devices at one bed that say the same signal: told, never mixed, never a silent switch."""

from monitord.engine.protocol import Source
from monitord.model import Cause, Fault, Quality, Signal
from tests.builders import OXIMETER, Bed, admitted, infusing, settings

SECOND_ONE = "oximeter2"
RIVAL = f"identity:{SECOND_ONE}"


def two_oximeters() -> Bed:
    both = {name: Source(signals=(Signal.SPO2,)) for name in (OXIMETER, SECOND_ONE)}
    return infusing(settings(sources=both))


def both_speak(bed: Bed, seconds: int, first: float = 97, second: float = 80) -> None:
    for _ in range(seconds):
        bed.frame({Signal.SPO2: first})
        bed.frame({Signal.SPO2: second}, source=SECOND_ONE)
        bed.wait("1s")


def reading(bed: Bed) -> tuple[float | None, str]:
    (found,) = [r for r in bed.state.readings if r.signal is Signal.SPO2]
    return found.value, found.source


def test_a_second_device_with_the_same_signal_is_a_technical_alarm() -> None:
    bed = two_oximeters()
    both_speak(bed, 5)
    assert [line.event for line in bed.of(RIVAL)] == ["start"]
    assert bed.last(RIVAL).kind == "technical"
    assert (
        bed.last(RIVAL).text == f"{SECOND_ONE}: another device answers: SpO2 is taken from oximeter"
    )
    assert reading(bed) == (97, OXIMETER)
    assert bed.of("spo2_low") == []


def test_the_alarm_ends_when_one_of_them_is_quiet_as_long_as_a_reading_speaks() -> None:
    bed = two_oximeters()
    both_speak(bed, 5)
    bed.spo2(97, "9s")
    assert bed.alarm(RIVAL) is not None
    bed.spo2(97, "3s")
    assert bed.alarm(RIVAL) is None


def test_when_the_first_falls_silent_the_second_takes_over_under_an_alarm() -> None:
    bed = two_oximeters()
    both_speak(bed, 5)
    bed.mark()
    for _ in range(12):
        bed.frame({Signal.SPO2: 80}, source=SECOND_ONE)
        bed.wait("1s")
    assert reading(bed) == (80, SECOND_ONE)
    assert bed.alarm(RIVAL) is not None


def test_a_probe_that_is_off_claims_nothing() -> None:
    bed = two_oximeters()
    for _ in range(5):
        bed.frame({Signal.SPO2: 97})
        bed.frame({Signal.SPO2: 97}, source=SECOND_ONE, quality=Quality.PROBE_OFF)
        bed.wait("1s")
    assert bed.of(RIVAL) == []


def test_devices_with_signals_of_their_own_are_no_rivals() -> None:
    bed = admitted()
    bed.frame({Signal.SPO2: 97})
    bed.nibp(120)
    bed.frame({Signal.SPO2: 97})
    assert [f.fault for f in bed.state.faults if f.fault.cause is Cause.IDENTITY] == []


def test_what_a_device_says_of_itself_ends_only_by_its_own_word() -> None:
    bed = two_oximeters()
    told = Fault(cause=Cause.IDENTITY, subject=SECOND_ONE, present=True, detail="not A but B")
    bed.send(told, source=SECOND_ONE)
    both_speak(bed, 3)
    bed.spo2(97, "60s")
    assert bed.alarm(RIVAL) is not None


def test_a_restart_knows_the_claim_and_when_it_lapses() -> None:
    bed = two_oximeters()
    both_speak(bed, 5)
    bed.snapshot()
    bed.spo2(97, "12s")
    assert bed.alarm(RIVAL) is None

"""Two devices at one bed that give the same signal: one is believed, nothing switches unsaid."""

from dataclasses import replace

import pytest

from monitord.engine.protocol.protocol import Settings, Source
from monitord.model import Cause, Fault, Quality, Signal
from tests.builders import CUFF, OXIMETER, Bed, admitted, infusing, settings

SECOND_ONE = "oximeter2"
ORDER, CONFLICT, SWITCH = (f"{each}:{SECOND_ONE}" for each in ("sources", "conflict", "identity"))


def both(*, secondary: bool = False) -> Settings:
    sources = {
        OXIMETER: Source(signals=(Signal.SPO2,)),
        SECOND_ONE: Source(signals=(Signal.SPO2,), order=1, secondary=secondary),
    }
    return settings(sources=sources)


def two_oximeters(*, secondary: bool = False) -> Bed:
    return infusing(both(secondary=secondary))


def both_speak(bed: Bed, seconds: int, first: float | None = 97, second: float = 97) -> None:
    for _ in range(seconds):
        bed.frame({Signal.SPO2: first}, quality=Quality.GOOD if first else Quality.PROBE_OFF)
        bed.frame({Signal.SPO2: second}, source=SECOND_ONE)
        bed.wait("1s")


def reading(bed: Bed) -> tuple[float | None, str]:
    (found,) = [r for r in bed.state.readings if r.signal is Signal.SPO2]
    return found.value, found.source


def test_the_order_of_the_file_is_said_as_a_low_alarm() -> None:
    bed = two_oximeters()
    both_speak(bed, 5)
    assert bed.story(ORDER) == ["0s start low"]
    assert "SpO2 of oximeter counts" in bed.last(ORDER).text
    assert reading(bed) == (97, OXIMETER)


def test_a_declared_secondary_that_agrees_is_no_alarm() -> None:
    bed = two_oximeters(secondary=True)
    both_speak(bed, 30, 97, 94)
    assert bed.of(ORDER) == bed.of(CONFLICT) == []


def test_of_two_that_differ_the_worse_one_alarms_as_doubtful_and_the_conflict_is_told() -> None:
    bed = two_oximeters(secondary=True)
    both_speak(bed, 9, 97, 80)
    assert bed.of(CONFLICT) == bed.of("spo2_low") == []
    both_speak(bed, 25, 97, 80)
    assert bed.story(CONFLICT) == ["10s start medium"]
    assert "SpO2 97 by oximeter, 80 by oximeter2" in bed.last(CONFLICT).text
    alarm = bed.alarm("spo2_low")
    assert alarm is not None
    assert (alarm.priority.word, alarm.line.value) == ("high", 80)
    assert reading(bed) == (97, OXIMETER)


def test_the_worse_one_may_be_the_believed_one() -> None:
    bed = two_oximeters(secondary=True)
    both_speak(bed, 25, 80, 97)
    assert bed.alarm("spo2_low") is not None


def test_two_that_agree_again_are_no_conflict() -> None:
    bed = two_oximeters(secondary=True)
    both_speak(bed, 31, 97, 80)
    both_speak(bed, 25, 97, 96)
    assert bed.alarm(CONFLICT) is None
    assert bed.story("spo2_low")[-1].endswith("latch high")


def test_a_doubt_never_switches_sides() -> None:
    bed = two_oximeters(secondary=True)
    both_speak(bed, 5)
    for _ in range(60):
        bed.frame({Signal.SPO2: 150})
        bed.frame({Signal.SPO2: 97}, source=SECOND_ONE)
        bed.wait("1s")
    assert reading(bed)[1] == OXIMETER


@pytest.mark.parametrize("silent", [True, False])
def test_a_switch_to_the_second_device_is_told(silent: bool) -> None:
    bed = two_oximeters(secondary=True)
    both_speak(bed, 5)
    bed.mark()
    for _ in range(12):
        if not silent:
            bed.frame({Signal.SPO2: None}, quality=Quality.PROBE_OFF)
        bed.frame({Signal.SPO2: 91}, source=SECOND_ONE)
        bed.wait("1s")
    assert reading(bed) == (91, SECOND_ONE) if silent else reading(bed)[1] in {OXIMETER, SECOND_ONE}
    assert "SpO2 is now taken from oximeter2: oximeter is silent" in bed.last(SWITCH).text


def test_the_one_that_is_back_takes_nothing_over() -> None:
    bed = two_oximeters(secondary=True)
    both_speak(bed, 5)
    for _ in range(15):
        bed.frame({Signal.SPO2: 91}, source=SECOND_ONE)
        bed.wait("1s")
    both_speak(bed, 20, 97, 91)
    assert reading(bed) == (91, SECOND_ONE)


def test_before_anybody_was_believed_the_first_of_the_file_has_ten_seconds_to_speak() -> None:
    bed = Bed(both())
    bed.admit()
    for _ in range(5):
        bed.frame({Signal.SPO2: 80}, source=SECOND_ONE)
        bed.wait("1s")
    assert not bed.state.readings
    both_speak(bed, 1, 97, 80)
    assert reading(bed) == (97, OXIMETER)


def test_the_second_one_alone_is_believed_after_ten_seconds() -> None:
    bed = Bed(both())
    bed.admit()
    for _ in range(12):
        bed.frame({Signal.SPO2: 96}, source=SECOND_ONE)
        bed.wait("1s")
    assert reading(bed) == (96, SECOND_ONE)


def test_a_probe_that_is_off_claims_nothing() -> None:
    bed = two_oximeters()
    for _ in range(5):
        bed.frame({Signal.SPO2: 97})
        bed.frame({Signal.SPO2: 97}, source=SECOND_ONE, quality=Quality.PROBE_OFF)
        bed.wait("1s")
    assert bed.of(ORDER) == []


def test_two_cuffs_that_differ_are_a_conflict_at_once() -> None:
    cuffs = {
        CUFF: Source(signals=(Signal.NIBP_SYS,)),
        SECOND_ONE: Source(signals=(Signal.NIBP_SYS,), order=1, secondary=True),
    }
    bed = infusing(settings(sources=cuffs))
    bed.frame({Signal.NIBP_SYS: 120}, source=CUFF)
    bed.wait("1min")
    bed.frame({Signal.NIBP_SYS: 195}, source=SECOND_ONE)
    assert bed.last("sbp_high").priority.word == "medium"
    assert bed.last("sbp_high").text == "Systolic BP 195 (60 s ago), one reading: measure again"
    assert bed.alarm(CONFLICT) is not None


def test_devices_with_signals_of_their_own_are_no_rivals() -> None:
    bed = admitted()
    bed.frame({Signal.SPO2: 97})
    bed.nibp(120)
    bed.frame({Signal.SPO2: 97})
    assert not bed.state.faults
    assert not bed.state.claims


def test_what_a_device_says_of_itself_ends_only_by_its_own_word() -> None:
    bed = two_oximeters()
    told = Fault(cause=Cause.IDENTITY, subject=SECOND_ONE, present=True, detail="not A but B")
    bed.send(told, source=SECOND_ONE)
    both_speak(bed, 3)
    bed.spo2(97, "60s")
    assert bed.alarm(SWITCH) is not None


def test_a_restart_knows_the_claim_and_when_it_lapses() -> None:
    bed = two_oximeters()
    both_speak(bed, 5)
    bed.snapshot()
    assert bed.alarm(ORDER) is not None
    bed.spo2(97, "12s")
    assert bed.alarm(ORDER) is None


def test_a_device_that_left_the_bed_is_believed_no_longer() -> None:
    bed = two_oximeters()
    both_speak(bed, 5)
    sources = {SECOND_ONE: replace(both().sources[SECOND_ONE], order=0)}
    bed.configure(settings(sources=sources))
    bed.frame({Signal.SPO2: 95}, source=SECOND_ONE)
    assert reading(bed) == (95, SECOND_ONE)

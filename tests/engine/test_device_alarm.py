"""A device's own alarm is shown as its own: low, beside ours, neither raising nor ending one."""

from monitord.model import Cause, Fault, Signal
from tests.builders import OXIMETER, Bed, infusing

OWN = f"device_alarm:{OXIMETER}"


def says(bed: Bed, present: bool) -> None:
    detail = "SpO2 low" if present else ""
    fault = Fault(cause=Cause.DEVICE_ALARM, subject=OXIMETER, present=present, detail=detail)
    bed.send(fault, source=OXIMETER)


def test_it_is_a_low_technical_alarm_with_the_devices_words() -> None:
    bed = infusing()
    says(bed, True)
    line = bed.last(OWN)
    assert (line.event, line.priority.word, line.kind) == ("start", "low", "technical")
    assert line.text == f"{OXIMETER} has an alarm of its own: SpO2 low"
    says(bed, False)
    assert bed.alarm(OWN) is None


def test_it_neither_hastens_nor_ends_an_alarm_of_ours() -> None:
    bed = infusing()
    bed.mark()
    says(bed, True)
    bed.spo2(88, "20s")
    assert bed.story("spo2_low") == ["15s start medium"]
    says(bed, False)
    assert bed.alarm("spo2_low") is not None
    assert bed.last("spo2_low").signal is Signal.SPO2


def test_a_device_in_alarm_hides_no_missing_reading() -> None:
    bed = infusing()
    bed.spo2(97, "5s")
    says(bed, True)
    bed.wait("40s")
    stale = bed.alarm("spo2_stale")
    assert stale is not None
    assert stale.inhibited_by is None

"""The HL7 twin: what it sends is what its patient shows, in three dialects, and it hears what it is answered."""

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from devices.hl7.hl7_encode import DIALECTS_OF_HL7
from devices.hl7.hl7_wire import Hl7Wire
from devices.twin.hl7_twin import Hl7Twin, Hl7TwinOptions, MonitorByHl7
from monitord.errors import DeviceError
from monitord.model import SECOND, Frame, Instant, Quality, Signal
from tests.devices.twinkit import bedside, body, fault, ticks
from tests.peers import START, LoopClock

STEADY: dict[str, Any] = {
    "series": [
        {"spo2": "97x3600", "pulse_rate": "65x3600", "perfusion_index": "4x3600"},
        {"step": "1h", "nibp_sys": "120x9", "nibp_dia": "80x9"},
    ]
}


@pytest.mark.parametrize("dialect", DIALECTS_OF_HL7)
def test_what_the_twin_sends_is_what_its_patient_shows(dialect: str) -> None:
    options = Hl7TwinOptions.model_validate({"dialect": dialect, "every": "1min"})
    faults = [fault("probe_off", "100s", "30s")]
    monitor, wire = MonitorByHl7(body(faults=faults, **STEADY), options), Hl7Wire(simulated=True)
    found = []
    for t in ticks(200):
        at = Instant(START + round(t * SECOND))
        for item in wire.receive(monitor.speak(t), at):
            found += [(t, each) for each in item.samples] if isinstance(item, Frame) else []
    spo2 = [(t, each) for t, each in found if each.signal is Signal.SPO2]
    assert {each.value for t, each in spo2 if 10 < t < 100} == {97}
    assert {each.quality for t, each in spo2 if 101 < t < 130} == {Quality.INVALID}
    pressures = [(t, each) for t, each in found if each.signal is Signal.NIBP_SYS]
    assert len(pressures) == 3, "each measurement once, however often it is sent"
    assert all(abs((each.value or 0) - 120) < 12 for _, each in pressures)
    assert all(each.quality is Quality.GOOD for _, each in pressures)


def test_a_bed_that_is_not_simulated_takes_the_twin_for_a_demonstration() -> None:
    monitor = MonitorByHl7(body(**STEADY), Hl7TwinOptions())
    (frame,) = [
        each for each in Hl7Wire().receive(monitor.speak(1), START) if isinstance(each, Frame)
    ]
    assert {each.quality for each in frame.samples} == {Quality.DEMO}


def test_settings_that_the_twin_does_not_have_are_refused() -> None:
    with pytest.raises(ValidationError, match="colour"):
        Hl7TwinOptions.model_validate({"colour": "red"})


async def test_an_address_that_it_cannot_call_is_refused() -> None:
    with pytest.raises(DeviceError, match="tcp://"):
        await Hl7Twin().run("/dev/ttyUSB0", "monitor", bedside(), LoopClock(), asyncio.Queue())

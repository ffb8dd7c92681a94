"""The twins of the cuffs: literal bytes, a measurement's course, and a real line to the real driver."""

from pathlib import Path
from typing import Any

import pytest

from devices.cuffs import and_ua767, suntech
from devices.family import Family
from devices.twin import suntech_twin, ua767_twin
from devices.twin.cuff_cycle import LONGEST, SHORTEST, TwinCuff
from devices.twin.suntech_twin import SuntechVoice
from devices.twin.ua767_twin import Ua767Voice
from monitord.driver import Twin
from monitord.model import Quality, Signal
from tests.devices.twinkit import body, fault, spoken, stream, ward
from tests.peers import until

STEADY = [{"step": "1h", "nibp_sys": "120 120", "nibp_dia": "80 80", "pulse_rate": "60 60"}]
PEAK: dict[str, Any] = {"patient": {"baseline": {"nibp_sys": 190, "nibp_dia": 100}}}


def until_done(cuff: TwinCuff, t: float) -> float:
    while cuff.busy(t):
        t += 0.1
    return t


@pytest.mark.parametrize("sys", [70, 120, 190, 250])
def test_a_measurement_takes_20_to_45_s_and_squeezes_the_arm_meanwhile(sys: int) -> None:
    seen = body(patient={"baseline": {"nibp_sys": sys, "nibp_dia": sys - 40}})
    cuff = TwinCuff(seen)
    assert cuff.start(100)
    assert seen.bedside.cuff_inflated
    assert not cuff.start(101)
    end = until_done(cuff, 100)
    assert SHORTEST <= end - 100 <= LONGEST + 0.2
    pressures = [cuff.pressure(100 + n) for n in range(20)]
    assert max(pressures) >= sys
    assert cuff.pressure(end) == 0
    reading = cuff.done(end)
    assert reading is not None
    assert reading.sys is not None
    assert abs(reading.sys - sys) < 12
    assert not seen.bedside.cuff_inflated
    assert cuff.done(end) is None


def test_two_measurements_scatter_and_the_seed_repeats_them() -> None:
    def measured(count: int) -> list[Any]:
        cuff, found, t = TwinCuff(body()), [], 0.0
        for _ in range(count):
            cuff.start(t)
            t = until_done(cuff, t)
            found.append(cuff.done(t))
        return found

    assert measured(3) == measured(3)
    assert len({reading.sys for reading in measured(8)}) > 2


def test_an_aborted_measurement_has_no_result() -> None:
    cuff = TwinCuff(body())
    cuff.start(0)
    cuff.abort(5)
    assert cuff.pressure(6) == 0
    assert cuff.done(60) is None


def test_suntech_answers_are_as_in_the_reference() -> None:
    """Protocols B1: replies `3E 04 X chk`, cuff `3E 05 lo hi chk`, result `3E 18 ..`, sum 0."""
    voice = SuntechVoice(body(series=STEADY), {})
    assert voice.answer(bytes.fromhex("3A79050048"), 0) == bytes.fromhex("3E050000BD")
    assert voice.answer(bytes.fromhex("3A20A6"), 1) == bytes.fromhex("3E044F6F")
    assert voice.answer(bytes.fromhex("3A20A6"), 2) == bytes.fromhex("3E04427C")
    assert voice.answer(bytes.fromhex("3A79050048"), 4)[2] > 50
    assert spoken(voice, 60, first=4) == bytes.fromhex("3E044B73")
    result = voice.answer(bytes.fromhex("3A7903004A"), 70)
    assert len(result) == 0x18 == result[1]
    assert sum(result) % 256 == 0
    assert abs(int.from_bytes(result[2:4], "little") - 120) < 10
    assert abs(int.from_bytes(result[4:6], "little") - 80) < 10
    assert result[20] == 0


def test_suntech_says_why_a_measurement_failed() -> None:
    voice = SuntechVoice(body(faults=[fault("cuff_error", "0s", "5min")]), {})
    voice.answer(bytes.fromhex("3A20A6"), 0)
    spoken(voice, 60)
    assert voice.answer(bytes.fromhex("3A7903004A"), 70)[20] == 1


def test_ua767_sleeps_wakes_opens_measures_and_sends_a_record() -> None:
    """Protocols B2: the first command only wakes it; `01 "70" "PC" 06`; systolic is a difference."""
    voice = Ua767Voice(body(series=STEADY), {})
    assert voice.answer(b"\x02CPC053B", 0) == b""
    assert voice.answer(b"\x02CPC403A", 0.2) == b"\x0170PC\x15"
    assert voice.answer(b"\x02CPC053B", 0.4) == b"\x0170PC\x06"
    assert voice.answer(b"\x02CPC403A", 0.6) == b"\x0170PC\x06"
    record = spoken(voice, 60, first=1)
    assert record[:9] == b"\x02D7000160"
    assert len(record) == 9 + 22 + 2
    data = bytes.fromhex(record[9:31].decode())
    assert abs(data[0] + data[1] - 120) < 10
    assert abs(data[1] - 80) < 10
    # 2026-01-05 10:00, where the test's clock begins.
    assert data[3:] == bytes([0, 0, 126, 1, 5, 10, 0, 0])
    assert int(record[31:], 16) == sum(record[1:31]) % 256


def test_ua767_has_no_data_after_a_failed_measurement() -> None:
    voice = Ua767Voice(body(faults=[fault("motion", "0s", "5min")]), {})
    for command in (and_ua767.OPEN, and_ua767.OPEN, and_ua767.START):
        voice.answer(command, 0.5)
    assert spoken(voice, 60, first=1) == b"\x02D70000000CB"


def test_ua767_sleeps_again_after_five_idle_minutes() -> None:
    voice = Ua767Voice(body(), {})
    voice.answer(and_ua767.OPEN, 0)
    assert voice.answer(and_ua767.OPEN, 1)
    assert voice.answer(and_ua767.OPEN, 302) == b""
    assert voice.answer(and_ua767.OPEN, 303)


@pytest.mark.parametrize(
    ("twin", "family"),
    [(suntech_twin.TWIN, suntech.FAMILY), (ua767_twin.TWIN, and_ua767.FAMILY)],
)
async def test_a_requested_reading_comes_over_a_real_line(
    tmp_path: Path, twin: Twin, family: Family
) -> None:
    async with ward(twin, stream(family), str(tmp_path / "cuff"), **PEAK) as scene:
        assert scene.supervision is not None
        await until(lambda: scene.supervision and scene.supervision.up)
        connection = scene.supervision.current()
        assert connection is not None
        connection.request(Signal.NIBP_SYS, scene.clock.now())
        await until(lambda: scene.samples(Signal.NIBP_SYS))
        [systolic] = scene.samples(Signal.NIBP_SYS)
        assert systolic.quality is Quality.GOOD
        assert systolic.value is not None
        assert abs(systolic.value - 190) < 12

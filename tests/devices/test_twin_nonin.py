"""The Nonin twin: literal bytes, the display's habits, and a real line to the real driver."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from devices.oximeters import nonin
from devices.twin.nonin_twin import TWIN, NoninVoice
from monitord.model import Cause, Fault, Quality, Signal, Wave
from tests.devices.twinkit import (
    body,
    fault,
    heard,
    samples,
    spells,
    spoken,
    stream,
    ticks,
    ward,
)
from tests.peers import START, free_port, until

STEADY = [{"spo2": "97x3600", "pulse_rate": "74x3600"}]
"""A patient whose numbers are known: SpO2 97, pulse 74 as in the worked example."""


def voice(form: str = "df2", **tracks: Any) -> NoninVoice:
    return NoninVoice(body(**{"series": STEADY} | tracks), {"format": form})


def there(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def test_format_2_is_as_the_real_capture_frame_for_frame() -> None:
    """Protocols A1: `01 81 .. 00 ..` SYNC and HR msb, `01 80 .. 4A ..` HR 74, third SpO2."""
    frames = spoken(voice(), 0.3)
    assert len(frames) == 25 * 5
    first, second, third = (frames[at : at + 5] for at in (0, 5, 10))
    assert (first[0], first[3]) == (0x01, 0x00)
    assert first[1] & 0b1000_0001 == 0b1000_0001
    assert (second[0], second[3]) == (0x01, 0x4A)
    assert not second[1] & 0x01
    assert third[3] == 0x61
    assert all(sum(frames[at : at + 4]) % 256 == frames[at + 4] for at in range(0, 125, 5))


def test_format_8_is_four_bytes_a_second() -> None:
    assert spoken(voice("df8"), 3) == bytes.fromhex("804A6100") * 3


def test_format_1_and_ascii_say_the_same_numbers() -> None:
    assert spoken(voice("df1"), 1) == bytes.fromhex("804A61")
    assert spoken(voice("ascii"), 1) == b"SPO2=097 HR=074\r\n"


def test_format_8_of_a_removed_finger_holds_its_numbers_10_s_with_the_alarm_bit() -> None:
    """`SNSA` is bit 3 of the last byte; missing is 127 and 511 (HR bits 8-7 in the first byte)."""
    said = spoken(voice("df8", faults=[fault("probe_off", "2s", "20s")]), 14)
    assert said[0:8] == bytes.fromhex("804A6100") * 2
    assert said[8:48] == bytes.fromhex("804A6108") * 10
    assert said[48:56] == bytes.fromhex("837F7F08") * 2


@pytest.mark.parametrize(("form", "rate"), [("df2", 375), ("df7", 375), ("df8", 4), ("df1", 3)])
def test_bytes_come_at_the_real_rate(form: str, rate: int) -> None:
    assert len(spoken(voice(form), 60)) == 60 * rate


def test_the_same_timeline_gives_the_same_bytes() -> None:
    track: dict[str, Any] = {
        "patient": {"seed": 5},
        "faults": [fault("motion", "3s", "5s")],
        "series": [],
    }
    assert spoken(voice(**track), 30) == spoken(voice(**track), 30)


def test_a_desaturation_is_seen_within_the_averaging_time() -> None:
    said = heard(voice(series=[{"spo2": "97x30 84x60", "pulse_rate": "74x90"}]), nonin.FAMILY, 60)
    low = [t for t, sample in samples(said, Signal.SPO2) if sample.value and sample.value < 90]
    assert 31 < low[0] < 36
    assert samples(said, Signal.SPO2)[-1][1].value == 84


def test_a_finger_that_comes_back_is_searched_for_and_starts_too_fast() -> None:
    said = heard(voice(faults=[fault("probe_off", "5s", "20s")]), nonin.FAMILY, 90)
    found = samples(said, Signal.PULSE_RATE)
    assert spells(found) == [Quality.GOOD, Quality.PROBE_OFF, Quality.SEARCHING, Quality.GOOD]
    back, sample = next((t, s) for t, s in found if t > 25 and s.quality is Quality.GOOD)
    assert 25 + 8 <= back <= 25 + 17
    assert sample.value is not None
    assert sample.value > 100
    assert found[-1][1].value == 74


def test_motion_and_low_perfusion_say_so() -> None:
    faults = [fault("motion", "5s", "10s"), fault("low_perfusion", "30s", "10s")]
    found = samples(heard(voice(faults=faults), nonin.FAMILY, 60), Signal.SPO2)
    assert spells(found) == [
        Quality.GOOD,
        Quality.MOTION,
        Quality.GOOD,
        Quality.LOW_PERFUSION,
        Quality.GOOD,
    ]
    shaken = [sample.value for _, sample in found if sample.quality is Quality.MOTION]
    assert min(value for value in shaken if value) < 85


def test_a_cuff_on_the_same_arm_takes_the_pulse_away() -> None:
    seen = body(series=STEADY, faults=[fault("same_arm", "0s", "10min")])
    twin = NoninVoice(seen, {})
    wire = nonin.FAMILY.wire()
    kinds = []
    for t in ticks(40):
        seen.bedside.cuff_inflated = 10 <= t < 20
        said = twin.speak(t)
        kinds += [
            each.samples[0].quality
            for each in wire.receive(said, START)
            if hasattr(each, "samples")
        ]
    assert Quality.SEARCHING in kinds
    assert kinds[0] is kinds[-1] is Quality.GOOD


def test_a_low_battery_is_a_fault_of_the_device() -> None:
    said = heard(voice(faults=[fault("battery", "5s", "10s")]), nonin.FAMILY, 30)
    present = [
        item.present for _, item in said if isinstance(item, Fault) and item.cause is Cause.BATTERY
    ]
    assert present == [False, True, False]


def test_the_pleth_beats_at_the_pulse_rate() -> None:
    said = heard(voice(series=[{"spo2": "97x60", "pulse_rate": "60x60"}]), nonin.FAMILY, 30)
    wave = [point for _, item in said if isinstance(item, Wave) for point in item.values]
    top = max(wave)
    beats = sum(1 for before, now in pairwise(wave) if before < 0.8 * top <= now)
    assert 29 <= beats <= 31


def test_spot_check_format_is_refused() -> None:
    with pytest.raises(ValueError, match="spot check"):
        NoninVoice(body(), {"format": "df13"})


@pytest.mark.parametrize("form", ["df2", "df7", "df8"])
async def test_the_driver_reads_the_twin_on_a_real_pseudo_terminal(
    tmp_path: Path, form: str
) -> None:
    address = str(tmp_path / "oximeter")
    async with ward(
        TWIN,
        stream(nonin.FAMILY),
        address,
        settings={"port": address, "format": form},
        devices={"device": {"driver": "nonin", "format": form}},
        series=STEADY,
    ) as scene:
        await until(lambda: len(scene.samples(Signal.SPO2)) > 5)
        assert {sample.value for sample in scene.samples(Signal.SPO2)} == {97}
        assert scene.supervision is not None
        assert scene.supervision.simulated


async def test_unplugged_by_order_the_link_is_lost_and_found_behind_the_same_path(
    tmp_path: Path,
) -> None:
    address = str(tmp_path / "oximeter")
    async with ward(TWIN, stream(nonin.FAMILY), address, series=STEADY) as scene:
        await until(lambda: scene.samples(Signal.SPO2))
        await scene.commands.put("unplug 5s")
        await until(lambda: any(each.present for each in scene.faults if each.cause is Cause.LINK))
        await until(lambda: not [e for e in scene.faults if e.cause is Cause.LINK][-1].present)
    assert there(tmp_path) == []


async def test_the_twin_also_stands_behind_a_tcp_port() -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    async with ward(TWIN, stream(nonin.FAMILY), address, series=STEADY) as scene:
        await until(lambda: len(scene.samples(Signal.SPO2)) > 2)
        await scene.commands.put("unplug 5s")
        await until(lambda: any(each.present for each in scene.faults if each.cause is Cause.LINK))
        await until(lambda: not [e for e in scene.faults if e.cause is Cause.LINK][-1].present)


async def test_a_wrong_order_changes_nothing(tmp_path: Path) -> None:
    address = str(tmp_path / "oximeter")
    async with ward(TWIN, stream(nonin.FAMILY), address, series=STEADY) as scene:
        await scene.commands.put("dance 5s")
        await scene.commands.put("spo2 84 60s")
        await until(lambda: [s for s in scene.samples(Signal.SPO2) if s.value == 84])

"""The other families' twins: literal bytes of the references, codec and real line for each."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from devices import drivers
from devices.hl7.hl7_driver import Hl7Driver
from devices.mqtt.mqtt_driver import MqttDriver
from devices.oximeters import contec
from devices.stream import StreamDriver
from devices.twin import twins
from devices.twin.monitor_twins import GeVoice, IvyVoice
from devices.twin.pleth_oximeters import ContecVoice
from devices.twin.pump_twins import BBraunVoice, NewEraVoice
from devices.twin.stream_twin import StreamTwin, Voice
from devices.twin.text_oximeters import MasimoVoice, NellcorVoice
from devices.twin.viatom_twin import ViatomVoice
from devices.twin.walk_in_cuffs import AND_TM2657, OMRON_HBP
from devices.wire import Wire
from monitord.driver import Twin
from monitord.model import SECOND, Fault, Frame, Instant, Quality, Signal
from tests.devices.twinkit import (
    Said,
    body,
    fault,
    samples,
    spells,
    spoken,
    ticks,
    ward,
)
from tests.peers import START, until

STEADY: dict[str, Any] = {
    "series": [
        {"spo2": "97x3600", "pulse_rate": "65x3600", "perfusion_index": "4x3600"},
        {"step": "1h", "nibp_sys": "120x9", "nibp_dia": "80x9"},
    ]
}
INFUSING: dict[str, Any] = {
    "patient": {"course": {"start": "0s", "stop": "30min"}},
    "staff": [
        {"at": "10min", "do": "pause_infusion"},
        {"at": "12min", "do": "resume_infusion"},
    ],
}
OXIMETERS = [
    "CAPNOSTREAM",
    "INTELLIVUE",
    "MASIMO",
    "NELLCOR",
    "CONTEC",
    "CONTEC5",
    "BCI",
    "BCI_RR",
    "BERRY",
    "VIATOM",
    "IVY",
]
CUFFS = ["AND_TM2657", "OMRON_HBP", "DINAMAP", "INTELLIVUE", "IVY", "GE_DRI"]
PUMPS = ["BBRAUN", "NEW_ERA"]


def twin(name: str) -> StreamTwin:
    found = getattr(twins, name)
    assert isinstance(found, StreamTwin)
    return found


def driver(name: str) -> StreamDriver:
    found = getattr(drivers, name)
    assert isinstance(found, StreamDriver)
    return found


def voice_of(name: str, options: Mapping[str, Any] | None = None, **tracks: Any) -> Voice:
    return twin(name)._make(body(**(STEADY | tracks)), options or {})


def talk(voice: Voice, wire: Wire, seconds: float) -> list[Said]:
    """Both sides of a conversation, tick by tick."""
    said: list[Said] = []
    for t in ticks(seconds):
        at = Instant(START + round(t * SECOND))
        due = wire.deadline is not None and wire.deadline <= at
        asked = wire.send_due(at) if due else b""
        data = (voice.answer(asked, t) if asked else b"") + voice.speak(t)
        said += [(t, item) for item in wire.receive(data, at)]
    assert wire.rejected == 0
    return said


def said_by(name: str, seconds: float, **tracks: Any) -> list[Said]:
    return talk(voice_of(name, **tracks), driver(name).family.wire(), seconds)


def test_masimo_prints_the_line_of_a_rad_8() -> None:
    voice = MasimoVoice(body(**STEADY), {})
    assert spoken(voice, 1) == (
        b"01/05/26 10:00:00 SN=---------- SPO2=097% BPM=065 PI=04.00% SPCO=--.-% SPMET=--.-% "
        b"DESAT=-- PIDELTA=+-- ALARM=0000 EXC=000800\r\n"
    )


def test_nellcor_prints_a_heading_and_a_row_every_2_s() -> None:
    voice = NellcorVoice(body(**STEADY), {})
    lines = spoken(voice, 50).split(b"\r\n")
    assert b"SpO2 Limit" in lines[0]
    assert lines[3].rstrip() == b"05-Jan-26 10:00:00    97      65      80"
    assert lines[4].startswith(b"05-Jan-26 10:00:02")
    assert len(lines) == 3 + 25 + 1


def test_contec_is_silent_until_asked_and_says_the_frame_of_the_real_stream() -> None:
    """Real frame, protocols A5: `01 E0 85 .. .. C1 E1 FF FF`: pulse 65, SpO2 97, no index."""
    voice = ContecVoice(body(**STEADY), {})
    assert spoken(voice, 5) == b""
    voice.answer(bytes.fromhex("7D81A1808080808080"), 5)
    frames = spoken(voice, 1, first=5)
    assert len(frames) == 60 * 9
    assert frames[:3] == bytes.fromhex("01E085")
    assert frames[5:9] == bytes.fromhex("C1E1FFFF")
    voice.answer(contec.STOP, 6)
    assert spoken(voice, 1, first=6) == b""


def test_contec_stops_when_nobody_keeps_it_alive() -> None:
    voice = ContecVoice(body(**STEADY), {})
    voice.answer(contec.START, 0)
    assert spoken(voice, 14)
    assert spoken(voice, 5, first=16) == b""


@pytest.mark.parametrize(
    ("name", "rate"), [("CONTEC5", 300), ("BCI", 500), ("BCI_RR", 700), ("BERRY", 2000)]
)
def test_boards_send_their_real_rate(name: str, rate: int) -> None:
    """Protocols F: Berry BCI 500 bytes/s."""
    assert len(spoken(voice_of(name), 3)) == 3 * rate


def test_bci_and_contec5_put_the_numbers_where_the_documents_say() -> None:
    for name in ("BCI", "CONTEC5"):
        frame = spoken(voice_of(name), 1)[:5]
        assert frame[0] & 0x80
        assert frame[3:5] == bytes([65, 97])


def test_viatom_answers_its_question_and_nothing_else() -> None:
    voice = ViatomVoice(body(**STEADY), {})
    assert spoken(voice, 1) == b""
    answer = voice.answer(bytes.fromhex("AA17E8000000001B"), 1)
    assert answer[:10] == bytes.fromhex("5500FF00000D00614100")


def test_walk_in_cuffs_print_once_after_each_measurement() -> None:
    voice = AND_TM2657._make(body(**STEADY), {})
    frame = spoken(voice, 299)
    assert frame.startswith(
        bytes.fromhex("1616013030022020").rstrip(b" ") + b"TM2657\x1e2601051000"
    )
    assert frame.count(b"\x16\x16") == 1
    line = spoken(OMRON_HBP._make(body(**STEADY), {"every": "2min"}), 239)
    assert line.startswith(b"2026,01,05,10,00,00000000000000000000,0,")
    assert line.count(b"\r\n") == 2


@pytest.mark.parametrize("name", OXIMETERS)
def test_an_oximeters_numbers_pass_its_codec(name: str) -> None:
    found = said_by(name, 20)
    assert {sample.value for _, sample in samples(found, Signal.SPO2)} == {97}
    assert {sample.value for _, sample in samples(found, Signal.PULSE_RATE)} == {65}


@pytest.mark.parametrize("name", OXIMETERS)
def test_a_removed_finger_is_never_a_good_reading(name: str) -> None:
    found = said_by(name, 60, faults=[fault("probe_off", "10s", "20s")])
    kinds = spells(samples(found, Signal.SPO2))
    assert kinds[0] is kinds[-1] is Quality.GOOD
    meanwhile = [s for t, s in samples(found, Signal.SPO2) if 14 < t < 29]
    assert meanwhile
    assert not [sample for sample in meanwhile if sample.quality.usable]


@pytest.mark.parametrize("name", CUFFS)
def test_a_cuffs_pressure_passes_its_codec_once_a_measurement(name: str) -> None:
    found = samples(said_by(name, 15 * 60), Signal.NIBP_SYS)
    fresh = [sample for _, sample in found if sample.quality is Quality.GOOD]
    assert len(fresh) in {2, 3}
    assert all(sample.value and abs(sample.value - 120) < 12 for sample in fresh)


@pytest.mark.parametrize("name", ["AND_TM2657", "OMRON_HBP"])
def test_a_failed_measurement_is_a_cuff_error(name: str) -> None:
    found = said_by(name, 60, faults=[fault("cuff_error", "0s", "60s")])
    assert [s.quality for _, s in samples(found, Signal.NIBP_SYS)] == [Quality.CUFF_ERROR]


def test_monitors_also_tell_heart_and_breath() -> None:
    for name, seconds in (("IVY", 10), ("GE_DRI", 60)):
        found = said_by(name, seconds)
        breaths = [sample.value for _, sample in samples(found, Signal.RESP_RATE)]
        assert breaths
        assert all(value and 12 <= value <= 16 for value in breaths)
        assert {sample.value for _, sample in samples(found, Signal.HEART_RATE)} == {65}


def test_ge_sends_nothing_unasked() -> None:
    assert spoken(GeVoice(body(**STEADY), {}), 20) == b""


def test_ivy_begins_as_the_real_stream() -> None:
    message = spoken(IvyVoice(body(**STEADY), {}), 1)
    assert message.startswith(b"\xffANSAR-B ")
    assert b"SPO2=1;97;PR=65 ;\r" in message
    assert message.endswith(b"\xfe")


def pump_at(name: str, begin: float, seconds: float, **tracks: Any) -> dict[Signal, float | None]:
    """What the pump says last when listened to from `begin` on."""
    voice = twin(name)._make(body(**(INFUSING | tracks)), {})
    wire = driver(name).family.wire()
    last: dict[Signal, float | None] = {}
    for t in ticks(seconds, begin):
        at = Instant(START + round(t * SECOND))
        for item in wire.receive(voice.answer(wire.send_due(at), t) + voice.speak(t), at):
            if isinstance(item, Frame):
                last |= {sample.signal: sample.value for sample in item.samples}
            elif isinstance(item, Fault) and item.present:
                last[Signal.INFUSION_RUNNING] = -1
    return last


@pytest.mark.parametrize("name", PUMPS)
def test_a_pump_follows_the_course_and_the_staffs_pause(name: str) -> None:
    """50 mL in 30 min are 100 mL/h; paused from minute 10 to 12."""
    running = pump_at(name, 6 * 60, 20)
    assert running[Signal.INFUSION_RATE] == 100
    assert running[Signal.INFUSION_RUNNING] == 1
    volume = running[Signal.INFUSION_VOLUME]
    assert volume is not None
    assert abs(volume - 100 * 6.3 / 60) < 0.5
    assert pump_at(name, 11 * 60, 20)[Signal.INFUSION_RUNNING] == 0
    assert pump_at(name, 13 * 60, 20)[Signal.INFUSION_RUNNING] == 1
    assert pump_at(name, 31 * 60, 20)[Signal.INFUSION_RUNNING] == 0


@pytest.mark.parametrize("name", PUMPS)
def test_a_pumps_alarm_is_a_fault_of_the_device(name: str) -> None:
    faults = [fault("pump_alarm", "5min", "5min")]
    wire = driver(name).family.wire()
    voice = twin(name)._make(body(**(INFUSING | {"faults": faults})), {})
    details = []
    for t in ticks(20, 320):
        at = Instant(START + round(t * SECOND))
        said = wire.receive(voice.answer(wire.send_due(at), t), at)
        details += [item.detail for item in said if isinstance(item, Fault) and item.present]
    assert details
    assert "pump alarm" in details[0]


def test_bbraun_answers_the_verified_first_question() -> None:
    """Protocols E1: `01 "00031" 02 "1/1/1>ADMIN:ALIVE" 03 "00061" 04`, stuffed on the line."""
    voice = BBraunVoice(body(**INFUSING), {})
    question = b"\x0100031\x021/1/1>AEXMIN:ALIVEE\x0300061\x04"
    assert b"\x02chair/1/1>" in voice.answer(question, 0)


def test_new_era_answers_as_in_the_manual() -> None:
    voice = NewEraVoice(body(**INFUSING), {})
    assert voice.answer(b"00DIS\r", 0) == b"\x0200II00.00W0.000ML\x03"
    assert voice.answer(b"00RAT\r", 60) == b"\x0200I100.0MH\x03"


@pytest.mark.parametrize("name", [*OXIMETERS, "GE_DRI", *PUMPS])
async def test_the_driver_reads_the_twin_on_a_real_line(tmp_path: Path, name: str) -> None:
    tracks = STEADY if name not in PUMPS else INFUSING
    async with ward(twin(name), driver(name), str(tmp_path / "line"), speed=30, **tracks) as scene:
        signal = Signal.INFUSION_RUNNING if name in PUMPS else Signal.SPO2
        await until(lambda: len(scene.samples(signal)) > 2)
        assert {sample.value for sample in scene.samples(signal)} == {1 if name in PUMPS else 97}


@pytest.mark.parametrize("name", ["AND_TM2657", "OMRON_HBP"])
async def test_a_walk_in_cuff_is_read_on_a_real_line(tmp_path: Path, name: str) -> None:
    async with ward(twin(name), driver(name), str(tmp_path / "line"), **STEADY) as scene:
        await until(lambda: scene.samples(Signal.NIBP_SYS))
        assert abs((scene.samples(Signal.NIBP_SYS)[0].value or 0) - 120) < 12


def test_settings_that_a_twin_does_not_have_are_refused() -> None:
    for name in twins.__all__:
        if name not in {"HL7", "MQTT"}:
            with pytest.raises(ValueError, match="colour"):
                voice_of(name, {"colour": "red"})


def test_every_driver_has_a_twin_of_its_name_and_each_is_an_entry_point() -> None:
    bundled: list[Twin] = [getattr(twins, name) for name in twins.__all__]
    names = {each.name for each in bundled}
    kinds = (StreamDriver, MqttDriver, Hl7Driver)
    read = {each.name for each in vars(drivers).values() if isinstance(each, kinds)}
    assert names == read
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    points = project["project"]["entry-points"]["monitord.twins"]
    assert points == {
        getattr(twins, name).name: f"devices.twin.twins:{name}" for name in twins.__all__
    }

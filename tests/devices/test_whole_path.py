"""Every family from end to end: twin, real port, driver, engine, alarm. Its patient worsens by a live order.

Time passes SPEED times as fast; the engine hears what the driver says as the daemon would pass it on.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from devices import drivers
from devices.hl7.hl7_encode import DIALECTS_OF_HL7
from devices.twin import twins
from monitord.engine.protocol.protocol import Source
from monitord.model import SECOND, AlarmEvent, AlarmLine, Fault, Frame, Instant, Kind, Signal
from tests.builders import Bed, settings
from tests.devices.twinkit import Ward, ward
from tests.peers import Mosquitto, free_port, until

SPEED = 60
FRESH = 10 * SECOND
"""How long an SpO2 speaks in the tests' protocol."""
SATURATION = [{"spo2": "97x3600", "pulse_rate": "65x3600", "perfusion_index": "4x3600"}]
PRESSURE = [{"step": "1h", "nibp_sys": "120x9", "nibp_dia": "80x9"}]
HEALTHY: dict[str, Any] = {"series": SATURATION + PRESSURE}
INFUSING: dict[str, Any] = {"patient": {"course": {"start": "0s", "stop": "30min"}}}
OXIMETERS = [
    "MINDRAY_PDS",
    *(
        "BCI",
        "BCI_RR",
        "BERRY",
        "CAPNOSTREAM",
        "CONTEC",
        "CONTEC5",
        "GE_DRI",
        "INTELLIVUE",
        "IVY",
        "MASIMO",
        "NELLCOR",
    ),
    *("NONIN", "VIATOM"),
]
ASKED_CUFFS = ["AND_UA767", "SUNTECH"]
WALK_IN_CUFFS = ["AND_TM2657", "DINAMAP", "OMRON_HBP"]
PUMPS = ["BBRAUN", "NEW_ERA"]


class Chair:
    """A bed whose engine takes what the driver said, up to the present."""

    def __init__(self, scene: Ward, signals: frozenset[Signal]) -> None:
        self.scene = scene
        sources = {"device": Source(signals=tuple(signals))}
        self.bed = Bed(settings(sources=sources), at=scene.clock.now())
        self.bed.admit()
        self.bed.start_infusion()
        self._taken = 0
        self._frame_at = self.bed.now
        self.longest_silence = 0
        """Between two frames, or since the last one, as the engine saw it: a machine that stands still is one."""

    def listen(self) -> None:
        """Everything that was said since, each at its own time."""
        # The present is read first: what the engine does below takes time in which nothing can be said.
        now = self.scene.clock.now()
        said = self.scene.said[self._taken :]
        self._taken += len(said)
        for t, item in said:
            at = Instant(self.scene.bedside.start + round(t * SECOND))
            if isinstance(item, Frame):
                self._silent_until(at)
                self._frame_at = at
            if isinstance(item, Frame | Fault):
                self.bed.send(item, at=at, source="device", simulated=True)
        self._silent_until(now)
        self.bed.until(max(self.bed.now, now))

    def _silent_until(self, t: Instant) -> None:
        self.longest_silence = max(self.longest_silence, t - self._frame_at)

    async def hears(self, condition: Callable[[], object]) -> None:
        def heard() -> object:
            self.listen()
            return condition()

        await until(heard)

    def reads(self, signal: Signal) -> float | None:
        found = [r for r in self.bed.state.readings if r.signal is signal]
        return found[0].value if found else None

    async def alarm(self, rule: str) -> AlarmLine:
        """The start of this rule's alarm."""

        def started() -> list[AlarmLine]:
            return [line for line in self.bed.of(rule) if line.event is AlarmEvent.START]

        await self.hears(started)
        return started()[0]

    def order(self, text: str) -> None:
        self.scene.commands.put_nowait(text)

    def measure(self) -> None:
        """What the daemon does with the engine's RequestReading."""
        supervision = self.scene.supervision
        connection = supervision.current() if supervision else None
        if connection is not None:
            connection.request(Signal.NIBP_SYS, self.scene.clock.now())


def pair(name: str) -> tuple[Any, Any]:
    return getattr(twins, name), getattr(drivers, name)


def test_no_twin_is_left_out() -> None:
    tried = {*OXIMETERS, *ASKED_CUFFS, *WALK_IN_CUFFS, *PUMPS, "HL7", "MQTT"}
    assert tried == set(twins.__all__)


async def desaturates(chair: Chair) -> None:
    await chair.hears(lambda: chair.reads(Signal.SPO2) == 97)
    chair.order("spo2 84 10min")
    line = await chair.alarm("spo2_low")
    assert line.signal is Signal.SPO2
    assert line.value is not None
    assert line.value < 90
    assert line.simulated
    assert chair.bed.of("spo2_stale") == [] or chair.longest_silence > FRESH


@pytest.mark.parametrize("name", OXIMETERS)
async def test_a_desaturation_at_the_twin_is_an_alarm(tmp_path: Path, name: str) -> None:
    twin, driver = pair(name)
    async with ward(twin, driver, str(tmp_path / "line"), speed=SPEED / 2, **HEALTHY) as scene:
        await desaturates(Chair(scene, driver.family.signals))


async def test_a_desaturation_behind_a_gateway_is_an_alarm(mosquitto: Mosquitto) -> None:
    twin, driver = pair("MQTT")
    options = {"broker": mosquitto.url, "topic": "suite/1/oximeter"}
    address = f"{mosquitto.url}/suite/1/oximeter"
    async with ward(twin, driver, address, settings=options, speed=SPEED / 2, **HEALTHY) as scene:
        await desaturates(Chair(scene, frozenset({Signal.SPO2, Signal.PULSE_RATE})))


@pytest.mark.parametrize("dialect", DIALECTS_OF_HL7)
async def test_a_desaturation_at_a_monitor_that_calls_is_an_alarm(dialect: str) -> None:
    twin, driver = pair("HL7")
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    options = {"listen": f"127.0.0.1:{port}", "location": "SUITE^^1", "simulated": True}
    devices = {"device": {"driver": "hl7", "dialect": dialect}}
    async with ward(
        twin, driver, address, settings=options, speed=SPEED / 2, devices=devices, **HEALTHY
    ) as scene:
        await desaturates(Chair(scene, frozenset({Signal.SPO2, Signal.PULSE_RATE})))


@pytest.mark.parametrize("name", ASKED_CUFFS)
async def test_a_pressure_that_was_asked_for_is_an_alarm(tmp_path: Path, name: str) -> None:
    twin, driver = pair(name)
    async with ward(twin, driver, str(tmp_path / "line"), speed=SPEED, **HEALTHY) as scene:
        chair = Chair(scene, driver.family.signals)
        await chair.hears(lambda: scene.supervision is not None and scene.supervision.up)
        chair.order("nibp_sys 200 30min")
        chair.order("nibp_dia 110 30min")
        await chair.hears(scene.commands.empty)
        chair.measure()
        line = await chair.alarm("sbp_high")
        assert line.value is not None
        assert 185 <= line.value <= 215


@pytest.mark.parametrize("name", WALK_IN_CUFFS)
async def test_a_pressure_that_a_cuff_took_by_itself_is_an_alarm(tmp_path: Path, name: str) -> None:
    twin, driver = pair(name)
    cuff = {"device": {"driver": driver.name, "every": "1min"}}
    async with ward(
        twin, driver, str(tmp_path / "line"), speed=SPEED, devices=cuff, **HEALTHY
    ) as scene:
        chair = Chair(scene, driver.family.signals)
        chair.order("nibp_sys 200 30min")
        chair.order("nibp_dia 110 30min")
        line = await chair.alarm("sbp_high")
        assert line.value is not None
        assert 185 <= line.value <= 215


@pytest.mark.parametrize("name", PUMPS)
async def test_a_pumps_own_alarm_is_a_technical_alarm(tmp_path: Path, name: str) -> None:
    twin, driver = pair(name)
    async with ward(twin, driver, str(tmp_path / "line"), speed=SPEED, **INFUSING) as scene:
        chair = Chair(scene, driver.family.signals)
        await chair.hears(lambda: chair.reads(Signal.INFUSION_RUNNING) == 1)
        chair.order("pump_alarm 10min")
        line = await chair.alarm("device:device")
        assert line.kind is Kind.TECHNICAL

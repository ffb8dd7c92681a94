"""The devices of a played scenario: a twin's voice, and what the driver makes of its bytes, in virtual time."""

from collections.abc import Callable
from typing import Any

from devices import drivers
from devices.family import Family
from devices.mqtt.mqtt_config import MqttConfig
from devices.mqtt.mqtt_payload import Order, decode
from devices.stream import StreamDriver
from devices.twin import capnograph_twin as capnograph
from devices.twin import nonin_twin as nonin
from devices.twin import suntech_twin as suntech
from devices.twin import ua767_twin as and_ua767
from devices.twin.body import Body
from devices.twin.mischief import Mischief
from devices.twin.mqtt_twin import Gateway, MqttTwinOptions
from devices.twin.stream_twin import Voice
from devices.wire import Wire
from monitord.driver import Bedside
from monitord.model import SECOND, Cause, Fault, Frame, Instant, Signal
from monitord.model.timeline import LEAD
from monitord.model.tracks import FaultKind

ZERO = Instant(1_767_607_200 * SECOND)
"""2026-01-05T10:00:00Z: the zero of every scenario played here."""

SUPERVISED = 3 * SECOND
"""How long the driver takes to come back to a line: within supervise()'s pauses."""

VOICES: dict[str, tuple[Callable[[Body, Any], Voice], StreamDriver]] = {
    "capnostream": (capnograph.CapnostreamVoice, drivers.CAPNOSTREAM),
    "nonin": (nonin.NoninVoice, drivers.NONIN),
    "suntech": (suntech.SuntechVoice, drivers.SUNTECH),
    "and_ua767": (and_ua767.Ua767Voice, drivers.AND_UA767),
}


class Link:
    """Tells when a line is lost and found, as `supervise()` does."""

    def __init__(self) -> None:
        self._lost = False

    def tell(self, device: str, *, lost: bool) -> list[Fault]:
        if lost is self._lost:
            return []
        self._lost = lost
        return [Fault(cause=Cause.LINK, subject=device, present=lost)]


class StreamPlay:
    """A twin on a line and the wire that reads it."""

    def __init__(self, bedside: Bedside, device: str) -> None:
        settings = bedside.timeline.devices[device]
        make, driver = VOICES[settings.driver]
        self._body = Body(bedside, device)
        self._device = device
        self._voice = make(self._body, settings.options)
        self._mischief = Mischief(self._body)
        self._family: Family = driver.family
        self._options = self._family.options(**settings.options)
        self._wire: Wire | None = None
        self._link = Link()
        self._heard_at = self._back_at = Instant(ZERO - LEAD)
        self.signals = self._family.signals

    def request(self, signal: Signal, at: Instant) -> None:
        if self._wire is not None:
            self._wire.request(signal, at)

    def tick(self, t: float, at: Instant, *, listening: bool) -> list[Frame | Fault]:
        asked = b""
        if listening and self._wire is None and at >= self._back_at:
            self._wire, self._heard_at = self._family.wire(self._options), at
        if not listening:
            self._wire = None
        if self._wire is not None and self._wire.deadline is not None:
            asked = self._wire.send_due(at)
        unplugged = self._body.has(FaultKind.UNPLUG, t)
        answer = self._voice.answer(asked, t) if asked and not unplugged else b""
        data = b"".join(self._mischief.spoil(answer + self._voice.speak(t), t))
        if self._wire is None:
            return []
        if data:
            self._heard_at = at
        silent = self._family.silence is not None and at - self._heard_at >= self._family.silence
        if unplugged or silent:
            self._wire, self._back_at = None, Instant(at + SUPERVISED)
            return [*self._link.tell(self._device, lost=True)]
        said = [each for each in self._wire.receive(data, at) if isinstance(each, Frame | Fault)]
        return [*(self._link.tell(self._device, lost=False) if said else []), *said]


class MqttPlay:
    """A gateway, a perfect broker (unless it is down), and what the driver makes of a message."""

    def __init__(self, bedside: Bedside, device: str, down: Callable[[float], bool]) -> None:
        options = MqttTwinOptions.model_validate(bedside.timeline.devices[device].options)
        self._body = Body(bedside, device)
        self._device = device
        self._gateway = Gateway(self._body, options)
        self._config = MqttConfig(broker="mqtt://localhost", topic="x", signals=options.signals)
        self._order = Order()
        self._down = down
        self._link = Link()
        self.signals = frozenset(options.signals)

    def request(self, signal: Signal, at: Instant) -> None:
        """A gateway cannot be asked."""

    def tick(self, t: float, at: Instant, *, listening: bool) -> list[Frame | Fault]:
        messages = self._gateway.publish(t)
        if not listening:
            return []
        lost = self._down(t) or self._body.has(FaultKind.UNPLUG, t)
        said: list[Frame | Fault] = [*self._link.tell(self._device, lost=lost)]
        for message in messages:
            if lost or message.retain:
                continue
            try:
                decoded = decode(message.payload, self._config.wanted(), self._config.paths)
            except ValueError:
                continue
            if self._order.refuses(decoded) is None:
                said.append(decoded.frame)
        return said

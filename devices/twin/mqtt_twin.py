"""An oximeter behind a gateway that publishes the default JSON schema once a second (devices/mqtt_payload).

Address: mqtt://[USER:PASSWORD@]HOST[:PORT]/TOPIC, or mqtts://HOST[:PORT]/TOPIC?client=FOLDER/NAME for TLS with the certificate
NAME.pem, its key NAME.key and the authority ca.pem of this folder (`monitord broker-certs`). Options: `signals`, the names published (spo2,
pulse_rate and perfusion_index where absent); `availability`, a topic for `online` and the last will
`offline`; `orders`, a topic on which live orders are taken.
"""

import asyncio
import json
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import aiomqtt
import structlog
from pydantic import BaseModel, ConfigDict, Field

from devices.twin.body import Body
from devices.twin.oximeter_body import Oximeter
from devices.twin.stream_twin import TICK, Beat, take_orders
from monitord.broker import NO_DELAY, BrokerClient
from monitord.driver import Bedside, Clock, raise_if_cancelled
from monitord.errors import DeviceError
from monitord.model import SECOND, Signal, iso
from monitord.model.instant import Instant
from monitord.model.tracks import FaultKind
from monitord.tls_failure import failure_text, tls_failure

INTERVAL: Final = 1.0
"""s between messages, as a bedside oximeter has it."""

LATE: Final = 15.0
"""s that a late message is kept back: above the 10 s after which a reading is stale."""

RETRY: Final = 1.0
"""s of engine time between attempts to reach the broker."""

_log = structlog.get_logger()


class MqttTwinOptions(BaseModel):
    """See the module."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    signals: Annotated[tuple[Signal, ...], Field(min_length=1)] = (
        Signal.SPO2,
        Signal.PULSE_RATE,
        Signal.PERFUSION_INDEX,
    )
    availability: str | None = None
    orders: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinMessage:
    payload: bytes
    retain: bool = False


ANSWER_S = 2.0
# A connection that breaks while a message is on its way is known to be lost after so long.


class Gateway:
    """What is published at each time; sans-IO, asked in time order."""

    def __init__(self, body: Body, options: MqttTwinOptions) -> None:
        self._body = body
        self._signals = options.signals
        self._oximeter = Oximeter(body)
        self._beat = Beat(INTERVAL)
        self._count = 0
        self._kept: list[tuple[float, TwinMessage]] = []
        self._swapped: TwinMessage | None = None

    def publish(self, t: float) -> list[TwinMessage]:
        """Everything due at `t`, in the order of sending."""
        out = [message for due, message in self._kept if due <= t]
        self._kept = [each for each in self._kept if each[0] > t]
        for at in self._beat.due(t):
            out += self._spoil(self._message(at), at)
        if self._body.has(FaultKind.SILENCE, t) or self._body.has(FaultKind.UNPLUG, t):
            return []
        return out

    def _message(self, t: float) -> TwinMessage:
        self._count += 1
        shown = self._oximeter.read(t)
        vitals = self._body.vitals(t)
        known = {
            Signal.SPO2: shown.spo2,
            Signal.PULSE_RATE: shown.pulse_rate,
            Signal.PERFUSION_INDEX: shown.perfusion_index,
            Signal.RESP_RATE: round(vitals.resp_rate),
        }
        at = self._body.bedside.start + round((t + self._body.jump(t)) * SECOND)
        document: dict[str, Any] = {"t": iso(Instant(at)), "seq": self._count}
        for signal in self._signals:
            document["pi" if signal is Signal.PERFUSION_INDEX else signal.value] = known[signal]
        document["quality"] = shown.quality.value
        retain = self._body.has(FaultKind.RETAINED, t)
        return TwinMessage(payload=json.dumps(document).encode(), retain=retain)

    def _spoil(self, message: TwinMessage, t: float) -> Iterable[TwinMessage]:
        body = self._body
        if body.has(FaultKind.NOISE, t) or body.has(FaultKind.BAD_CHECKSUM, t):
            dice = body.dice(f"noise/{t:.3f}")
            return [TwinMessage(payload=dice.randbytes(len(message.payload)))]
        if body.has(FaultKind.LATE, t):
            self._kept.append((t + LATE, message))
            return []
        if body.has(FaultKind.OUT_OF_ORDER, t) or self._swapped:
            if self._swapped is None:
                self._swapped = message
                return []
            earlier, self._swapped = self._swapped, None
            return [message, earlier]
        return [message, message] if body.has(FaultKind.DUPLICATE, t) else [message]


class MqttTwin:
    """Publishes; a broker that is away is tried again, an unplugged gateway leaves its last will."""

    name = "mqtt"
    title = "Oximeter behind an MQTT gateway, default JSON schema"

    async def run(
        self,
        address: str,
        device: str,
        bedside: Bedside,
        clock: Clock,
        commands: asyncio.Queue[str],
    ) -> None:
        body = Body(bedside, device)
        settings = bedside.timeline.devices.get(device)
        try:
            options = MqttTwinOptions.model_validate(settings.options if settings else {})
            play = _Play(
                broker=_broker(address),
                options=options,
                gateway=Gateway(body, options),
                body=body,
                clock=clock,
                commands=commands,
            )
        except (ValueError, KeyError) as error:
            raise DeviceError(f"{device}: {error}") from error
        broker = f"{play.broker.host}:{play.broker.port}"
        away = False

        def connected() -> None:
            nonlocal away
            if away:
                _log.info("twin_broker_back", device=device, says=f"the broker {broker} answers")
            away = False

        while True:
            try:
                await play.converse(connected)
            except aiomqtt.MqttError as error:
                if not away:
                    says = f"no broker answers at {broker} ({failure_text(error)}): trying again every second"
                    _log.warning("twin_broker_away", device=device, says=says)
                away = True
            raise_if_cancelled()
            await clock.sleep(RETRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Broker:
    host: str
    port: int
    topic: str
    user: str | None
    password: str | None
    tls: ssl.SSLContext | None


_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


def _broker(address: str) -> _Broker:
    parts = urlsplit(address)
    topic = parts.path.lstrip("/")
    if parts.scheme not in _PORTS or not parts.hostname or not topic:
        raise ValueError(
            "the twin's address is mqtt://HOST[:PORT]/TOPIC, or mqtts://HOST[:PORT]/TOPIC?client=FOLDER/NAME"
        )
    return _Broker(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        topic=topic,
        tls=_tls(parts.query) if parts.scheme == "mqtts" else None,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def _tls(query: str) -> ssl.SSLContext:
    """By the files of `client=FOLDER/NAME`; without it the system's authorities, and nobody's certificate."""
    client = parse_qs(query).get("client", [""])[0]
    try:
        context = ssl.create_default_context(
            cafile=str(Path(client).with_name("ca.pem")) if client else None
        )
        if client:
            context.load_cert_chain(f"{client}.pem", f"{client}.key")
    except ssl.SSLError as error:
        raise ValueError(tls_failure(error)) from error
    except OSError as error:
        raise ValueError(f"{client}: {error.strerror}") from error
    return context


@dataclass(frozen=True, slots=True, kw_only=True)
class _Play:
    broker: _Broker
    options: MqttTwinOptions
    gateway: Gateway
    body: Body
    clock: Clock
    commands: asyncio.Queue[str]

    async def converse(self, connected: Callable[[], None]) -> None:
        """One connection; returns when the gateway was unplugged and is plugged in again."""
        broker, available = self.broker, self.options.availability
        async with BrokerClient(
            broker.host,
            broker.port,
            username=broker.user,
            password=broker.password,
            tls_context=broker.tls,
            will=aiomqtt.Will(available, b"offline", qos=1, retain=True) if available else None,
            timeout=ANSWER_S,
            socket_options=NO_DELAY,
        ) as client:
            connected()
            if available:
                await client.publish(available, b"online", qos=1, retain=True)
            if self.options.orders:
                await client.subscribe(self.options.orders)
            while not self._unplugged():
                await self._hear(client)
                for message in self._due():
                    await client.publish(broker.topic, message.payload, retain=message.retain)
                await self.clock.sleep(TICK)
            if available:
                # A clean end sends no last will, so the gateway's own word stands for it.
                await client.publish(available, b"offline", qos=1, retain=True)
        while self._unplugged():
            self._due()
            await self.clock.sleep(TICK)

    async def _hear(self, client: aiomqtt.Client) -> None:
        """Takes the orders that have come; those beyond a full queue are dropped."""
        while len(client.messages):
            message = await anext(client.messages)
            if not self.commands.full():
                self.commands.put_nowait(message.payload.decode("utf-8", "replace")[:200])

    def _due(self) -> list[TwinMessage]:
        take_orders(self.body, self.commands, self._now())
        return self.gateway.publish(self._now())

    def _unplugged(self) -> bool:
        return self.body.has(FaultKind.UNPLUG, self._now())

    def _now(self) -> float:
        return (self.clock.now() - self.body.bedside.start) / SECOND


TWIN: Final = MqttTwin()

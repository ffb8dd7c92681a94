"""Alarms on an MQTT broker: the alarm line on `monitord/<suite>/alarms/<bed>`, QoS 1."""

import asyncio
import socket
import ssl
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import aiomqtt
from pydantic import AfterValidator, BaseModel, ConfigDict

from monitord.errors import NotifyError
from monitord.model import Notify
from monitord.store.line import line_json

_PORTS = {"mqtt": 1883, "mqtts": 8883}
CONNECT_S = 5.0
# Half of what the outbox allows for an attempt: connecting and publishing both fit.


def _broker(url: str) -> str:
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ValueError("write the user as `user` and the password as `password_file`")
    if parts.scheme not in _PORTS or not parts.hostname or parts.path:
        raise ValueError("write mqtt://HOST[:PORT], or mqtts:// for TLS")
    return url


class MqttConfig(BaseModel):
    """The broker and how to enter it; `{suite}` and `{bed}` in `topic` are filled in."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    broker: Annotated[str, AfterValidator(_broker)] = "mqtt://127.0.0.1:1883"
    topic: str = "monitord/{suite}/alarms/{bed}"
    protocol: Literal["5", "3.1.1"] = "5"
    user: str | None = None
    password_file: str | None = None
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None


class MqttChannel:
    """One connection, kept; after a loss the next message makes a new one."""

    def __init__(self, name: str, config: MqttConfig) -> None:
        self._name = name
        self._config = config
        self._stack: AsyncExitStack | None = None
        self._client: aiomqtt.Client | None = None

    async def send(self, message: Notify, *, durable: bool) -> None:
        """Publishes the line; returns when the broker has taken it."""
        line = message.line
        topic = self._config.topic.format(suite=line.suite, bed=line.bed or "suite")
        try:
            client = self._client or await self._connect()
            await client.publish(topic, line_json(line, durable), qos=1, timeout=CONNECT_S)
        except (aiomqtt.MqttError, OSError, ValueError) as error:
            await self.close()
            raise NotifyError(f"{self._config.broker}: {error}") from error
        except asyncio.CancelledError:
            # A publish that was cut off leaves the connection in doubt.
            await self.close()
            raise

    async def _connect(self) -> aiomqtt.Client:
        config = self._config
        address = urlsplit(config.broker)
        client = aiomqtt.Client(
            address.hostname or "",
            address.port or _PORTS[address.scheme],
            identifier=f"monitord-{self._name}-{socket.gethostname()}"[:60],
            username=config.user,
            password=_read(config.password_file),
            protocol=_PROTOCOLS[config.protocol],
            tls_context=_tls(config),
            timeout=CONNECT_S,
            # Nagle would hold an alarm back for 25-45 ms.
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )
        stack = AsyncExitStack()
        await stack.enter_async_context(client)
        self._stack, self._client = stack, client
        return client

    async def close(self) -> None:
        """Leaves the broker, if it is still there."""
        stack, self._stack, self._client = self._stack, None, None
        if stack is not None:
            try:
                await stack.aclose()
            except aiomqtt.MqttError:
                return


_PROTOCOLS = {"5": aiomqtt.ProtocolVersion.V5, "3.1.1": aiomqtt.ProtocolVersion.V311}


def _read(path: str | None) -> str | None:
    if path is None:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise NotifyError(f"cannot read the password: {error.strerror}") from error


def _tls(config: MqttConfig) -> ssl.SSLContext | None:
    if not config.broker.startswith("mqtts:"):
        return None
    context = ssl.create_default_context(cafile=config.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if config.cert_file is not None:
        context.load_cert_chain(config.cert_file, config.key_file)
    return context


class MqttNotifier:
    """Destination `notifier: mqtt`."""

    name = "mqtt"
    title = "MQTT publish of the alarm line"
    local = False
    config = MqttConfig

    def open(self, name: str, config: MqttConfig) -> MqttChannel:
        """A channel to the broker; connects when first used."""
        return MqttChannel(name, config)


NOTIFIER = MqttNotifier()

"""Alarms on an MQTT broker: the alarm line on `monitord/<suite>/alarms/<bed>`, QoS 1.

A sign of life is retained on `monitord/<suite>/status`, and a last will says when the connection
was lost. Answers come in on `monitord/<suite>/answers`; who may publish there is the broker's
access list to decide.
"""

import asyncio
import json
import socket
import ssl
from contextlib import AsyncExitStack
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

import aiomqtt
import structlog
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from monitord.broker import BYTES_AT_MOST, NO_DELAY, BrokerClient
from monitord.counted_warning import CountedWarning
from monitord.errors import NotifyError, in_words
from monitord.model import SECOND, Instant, Notify, iso
from monitord.notify.address import is_elsewhere
from monitord.notify.notifier import Answers, AnswerWord, Pulse, Reply
from monitord.source_rate_limit import Budget
from monitord.store.line_json import line_json
from monitord.tls_failure import failure_text

_log = structlog.get_logger()

ANSWER_AT_MOST: Final = BYTES_AT_MOST
"""Bytes; the largest answer is under 3 kB."""
ANSWERS_PER_S: Final = 20.0
ANSWERS_BURST: Final = 60.0
"""More than all people of a suite answer at once. What is over waits, and the newest of it are kept."""

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_REFUSED = 0x80
# What a broker of MQTT 3.1.1 says of a topic that it does not send.
_NEVER = {0x84, 0x85, 0x86, 0x87, 0x8A, 0x8C, 0x90, 0x99, 0x9D}
# Reasons of a broker (MQTT 5.0 section 2.4) that no other try will change: protocol, name, password, rights, a ban,
# topic, payload, another server.
CONNECT_S = 5.0
# Half of what the outbox allows for an attempt: connecting and publishing both fit.


def _broker(url: str) -> str:
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ValueError("write the user as `user` and the password as `password_file`")
    if parts.scheme not in _PORTS or not parts.hostname or parts.path:
        raise ValueError("write mqtt://HOST[:PORT], or mqtts:// for TLS")
    return url


def _topic(text: str, **places: str) -> str:
    try:
        made = text.format(**places)
    except (KeyError, IndexError, ValueError) as error:
        known = " and ".join(f"{{{name}}}" for name in places)
        raise ValueError(f"places that can be filled are {known}") from error
    if not made or any(sign in made for sign in "+#"):
        raise ValueError("is no topic to publish on: it is empty, or has a wildcard")
    return text


AlarmTopic = Annotated[str, AfterValidator(partial(_topic, suite="s", bed="b"))]
SuiteTopic = Annotated[str, AfterValidator(partial(_topic, suite="s"))]


class MqttAlarmsConfig(BaseModel):
    """The broker and how to enter it; `{suite}` in topics, and `{bed}` in that of alarms, are filled in.

    `answers` are the words that are taken on `answers_topic`; without it nothing is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    broker: Annotated[str, AfterValidator(_broker)] = "mqtt://127.0.0.1:1883"
    topic: AlarmTopic = "monitord/{suite}/alarms/{bed}"
    status_topic: SuiteTopic = "monitord/{suite}/status"
    answers_topic: SuiteTopic = "monitord/{suite}/answers"
    answers: tuple[AnswerWord, ...] = ()
    protocol: Literal["5", "3.1.1"] = "5"
    user: str | None = None
    password_file: str | None = None
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None


class AnswerPayload(BaseModel):
    """What is published as an answer; `key` names this one answer, so that a repeat counts once."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    alarm: Annotated[str, Field(min_length=1, max_length=300)]
    answer: AnswerWord
    by: Annotated[str, Field(min_length=1, max_length=100)]
    key: Annotated[str, Field(min_length=1, max_length=100)]
    reason: Annotated[str, Field(max_length=500)] = ""


class MqttChannel:
    """One connection, kept; after a loss the next message makes a new one."""

    def __init__(self, name: str, config: MqttAlarmsConfig, journal: str = "") -> None:
        self._name = name
        self._journal = journal
        self._config = config
        self._stack: AsyncExitStack | None = None
        self._client: aiomqtt.Client | None = None
        self._connecting = asyncio.Lock()
        self._pulsed: str | None = None  # the topic that holds a sign of life
        self._not_understood = CountedWarning("answer_not_understood")

    async def send(self, message: Notify, *, durable: bool) -> None:
        """Publishes the line; returns when the broker has taken it."""
        line = message.line
        topic = self._config.topic.format(suite=line.suite, bed=line.bed or "suite")
        await self._publish(line.suite, topic, line_json(line, durable))

    async def pulse(self, pulse: Pulse) -> None:
        """Retains the sign of life; it stays until the last will or the end replaces it."""
        topic = self._config.status_topic.format(suite=pulse.suite)
        status = {
            "state": "alive",
            "at": iso(pulse.at),
            "every_s": pulse.every_s,
            "audit_head": pulse.head,
        }
        await self._publish(pulse.suite, topic, json.dumps(status), retain=True)
        self._pulsed = topic

    async def _publish(self, suite: str, topic: str, text: str, *, retain: bool = False) -> None:
        try:
            async with self._connecting:
                # An alarm and a sign of life may come at once: two connections of one name would
                # put each other out.
                client = self._client or await self._connect(suite)
            await client.publish(topic, text, qos=1, retain=retain, timeout=CONNECT_S)
        except aiomqtt.MqttCodeError as error:
            await self._drop()
            never = isinstance(error.rc, ReasonCode) and error.rc.value in _NEVER
            raise NotifyError(f"{self._config.broker}: {error}", retry=not never) from error
        except (aiomqtt.MqttError, OSError, ValueError) as error:
            await self._drop()
            raise NotifyError(f"{self._config.broker}: {failure_text(error)}") from error
        except asyncio.CancelledError:
            # A publish that was cut off leaves the connection in doubt.
            await self._drop()
            raise

    async def _connect(self, suite: str) -> aiomqtt.Client:
        topic = self._config.status_topic.format(suite=suite)
        will = aiomqtt.Will(topic, json.dumps({"state": "lost"}), qos=1, retain=True)
        client = self._new_client(suite, "alarms", will)
        stack = AsyncExitStack()
        await stack.enter_async_context(client)
        self._stack, self._client = stack, client
        return client

    def _new_client(
        self, suite: str, role: str, will: aiomqtt.Will | None = None
    ) -> aiomqtt.Client:
        config = self._config
        address = urlsplit(config.broker)
        return BrokerClient(
            address.hostname or "",
            address.port or _PORTS[address.scheme],
            identifier=self._identifier(suite, role),
            username=config.user,
            password=_read(config.password_file),
            protocol=_PROTOCOLS[config.protocol],
            tls_context=_tls(config),
            timeout=CONNECT_S,
            will=will,
            socket_options=NO_DELAY,
        )

    def _identifier(self, suite: str, role: str) -> str:
        """The same after a restart, so that the broker lets go of what is left of the connection before; of another
        suite, of a copy with a journal of its own, or of another machine another one: they never put each other out.
        """
        whole = (suite, self._journal, socket.gethostname(), self._name, role)
        mark = sha256("\0".join(whole).encode()).hexdigest()[:16]
        return f"monitord-{suite[:24]}-{mark}"

    async def listen(self, suite: str, answers: Answers) -> None:
        """Takes answers by a connection of its own; says on `.../result` what became of each."""
        if not self._config.answers:
            return
        topic = self._config.answers_topic.format(suite=suite)
        budget = Budget(ANSWERS_PER_S, ANSWERS_BURST)
        try:
            async with self._new_client(suite, "answers") as client:
                (taken,) = await client.subscribe(topic, qos=1)
                if taken.is_failure if isinstance(taken, ReasonCode) else taken >= _REFUSED:
                    raise NotifyError(f"{self._config.broker}: the broker refuses to send {topic}")
                async for message in client.messages:
                    if message.retain:
                        # Somebody's answer of another day is no answer.
                        continue
                    await _room_in(budget)
                    result = await self._take(message.payload, answers)
                    await client.publish(f"{topic}/result", json.dumps(result), qos=1)
        except (aiomqtt.MqttError, OSError, ValueError) as error:
            raise NotifyError(f"{self._config.broker}: {failure_text(error)}") from error

    async def _take(self, payload: object, answers: Answers) -> dict[str, object]:
        data = payload if isinstance(payload, str | bytes | bytearray) else b""
        if len(data) > ANSWER_AT_MOST:
            self._not_understood.add(destination=self._name)
            too_large = f"an answer has at most {ANSWER_AT_MOST} bytes"
            return {"key": None, "done": False, "why": too_large}
        try:
            given = AnswerPayload.model_validate_json(data)
        except ValidationError as error:
            self._not_understood.add(destination=self._name)
            return {"key": None, "done": False, "why": in_words(error)}
        reply = Reply(
            alarm=given.alarm, word=given.answer, by=given.by, key=given.key, reason=given.reason
        )
        why = await answers(reply)
        return {"key": given.key, "alarm": given.alarm, "done": why is None, "why": why}

    async def close(self) -> None:
        """Leaves the broker, if it is still there; a planned end is told instead of the will."""
        if self._client is not None and self._pulsed is not None:
            try:
                ended = json.dumps({"state": "stopped"})
                await self._client.publish(self._pulsed, ended, qos=1, retain=True, timeout=1)
            except (aiomqtt.MqttError, OSError):
                _log.info("status_not_left", destination=self._name)
        await self._drop()

    async def _drop(self) -> None:
        stack, self._stack, self._client = self._stack, None, None
        if stack is not None:
            try:
                await stack.aclose()
            except aiomqtt.MqttError:
                return


_PROTOCOLS = {"5": aiomqtt.ProtocolVersion.V5, "3.1.1": aiomqtt.ProtocolVersion.V311}


async def _room_in(budget: Budget) -> None:
    """Takes one, when there is room for it."""
    short = 1 - budget.room(_instant())
    if short > 0:
        await asyncio.sleep(short / ANSWERS_PER_S + 0.001)
    budget.take(_instant())


def _instant() -> Instant:
    """Of the loop's clock, which no change of the time of day moves."""
    return Instant(round(asyncio.get_running_loop().time() * SECOND))


def _read(path: str | None) -> str | None:
    if path is None:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise NotifyError(f"cannot read the password: {error.strerror}") from error


def _tls(config: MqttAlarmsConfig) -> ssl.SSLContext | None:
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
    config = MqttAlarmsConfig

    def open(self, name: str, config: MqttAlarmsConfig) -> MqttChannel:
        """A channel to the broker; connects when first used."""
        return MqttChannel(name, config)

    def open_for(self, name: str, config: MqttAlarmsConfig, journal: str) -> MqttChannel:
        """The same for the daemon with this journal."""
        return MqttChannel(name, config, journal)

    def head_leaves(self, config: MqttAlarmsConfig) -> bool:
        """The broker keeps it on the status topic."""
        return is_elsewhere(urlsplit(config.broker).hostname)


NOTIFIER = MqttNotifier()

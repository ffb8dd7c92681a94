"""The MQTT driver: a gateway's messages on one device's topics become samples.

Each device has a connection of its own, so that one that is refused or flooded takes no other with
it; a broker carries thousands. A retained message is no news of a patient and is never taken.
"""

import asyncio
import contextlib
import logging
import ssl
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final, cast

import aiomqtt
import structlog
from aiomqtt import ProtocolVersion
from pydantic import BaseModel

from devices.fault_changes import FaultChanges
from devices.garbled import REPEAT
from devices.mqtt.mqtt_config import MqttConfig
from devices.mqtt.mqtt_dialect import laid_open
from devices.mqtt.mqtt_login import REFUSED, UNSUPPORTED_PROTOCOL, code, secrets
from devices.mqtt.mqtt_path import search
from devices.mqtt.mqtt_payload import (
    DecodedMessage,
    MappedReading,
    NothingOfOurs,
    Order,
    decode,
    says_nothing,
)
from devices.mqtt.mqtt_words import Said, availability
from devices.readings import PRESSURES
from monitord.broker import NO_DELAY, BrokerClient
from monitord.driver import Clock, Connection, Emit
from monitord.errors import DeviceError
from monitord.model import MINUTE, NIBP, SECOND, Cause, Fault, Instant, Signal, Span
from monitord.source_rate_limit import NewestKept
from monitord.tls_failure import failure_text

ANSWER_LIMIT_S: Final = 5.0
"""For each answer of the broker. It stands in the same building."""

KEEPALIVE_S: Final = 10
"""A broker that froze or was cut off is noticed after two of these."""

NOT_UNDERSTOOD: Final = 3
"""Bad messages in a row before it is a fault: one may be a test or a slip, three are a wrong setting."""

SILENCE: Final[Span] = 10 * SECOND
"""Nonsense alone for so long is a fault, however few messages it was: as much as a line that is silent."""

BURST_GAP: Final[Span] = MINUTE
"""Messages refused for the same reason this close to the last are not logged again."""

UNDERSTOOD: Final[Span] = SECOND
"""So long all must be understood before their fault is over: of good and bad ones in a flood it is one alarm."""

FIELD: Final = "field"
NO_VALUE: Final = "no value"
_FIELDS: Final = ("time", "quality", "sequence", "identity")

_log = structlog.get_logger()
_quiet = logging.getLogger("monitord.paho")
# Each failure comes as an exception and is told once, by supervise(); paho logs it at every attempt.
_quiet.disabled = True


class MqttDriver:
    """Signals from an MQTT broker."""

    name = "mqtt"
    title = "MQTT gateways: default JSON schema, bare numbers (ESPHome), any JSON by JMESPath"
    evidence = "published example"
    config: type[BaseModel] = MqttConfig

    def signals(self, config: Any) -> frozenset[Signal]:
        settings: MqttConfig = config
        return frozenset(reading.signal for reading in settings.wanted())

    def delay(self, config: Any) -> Span:
        settings: MqttConfig = config
        return settings.delay

    def simulated(self, config: Any) -> bool:
        settings: MqttConfig = config
        return settings.simulated

    def open(self, name: str, config: Any) -> Connection:
        return MqttConnection(name, config)


class MessageQueue(asyncio.Queue[aiomqtt.Message]):
    """Stands where the client would queue messages: each is taken as it arrives.

    So a message is stamped before anything else, and costs no task of its own.
    """

    def __init__(self, take: Callable[[aiomqtt.Message], None]) -> None:
        super().__init__()
        self._take = take

    def put_nowait(self, item: aiomqtt.Message) -> None:
        self._take(item)


class MqttConnection:
    """One conversation with one broker about one device."""

    def __init__(self, name: str, config: MqttConfig) -> None:
        self._name = name
        self._config = config
        self._readings: dict[str, tuple[MappedReading, ...]] = {}
        for wanted in config.wanted():
            topic = config.fill(wanted.topic or config.topic or "", name)
            self._readings[topic] = (*self._readings.get(topic, ()), wanted)
        self._orders = {topic: Order() for topic in self._readings}
        self._paths = config.read_paths
        self._ready = laid_open if config.nested else None
        self._availability = told = config.told_by()
        self._available = None if told is None else config.fill(told.topic, name)
        self._faults = FaultChanges()
        self._bad_in_a_row = 0
        self._bad_since: Instant | None = None
        self._looks: asyncio.TimerHandle | None = None
        self._patience = 1 if _is_a_cuff(config) else NOT_UNDERSTOOD
        """After how many messages: a cuff speaks once in ten minutes, three messages would be half an hour."""
        self._misfits: Counter[str] = Counter()
        """Of each field, in how many messages in a row it was not understood."""
        self._strange: str | None = None
        """The word of availability that is not understood."""
        self._logged: dict[str, Instant] = {}
        self._misread_at = Instant(0)
        self._ending: asyncio.TimerHandle | None = None
        self._intake: NewestKept[str, aiomqtt.Message] | None = None
        self.counts: Counter[str] = Counter()
        """Messages not taken, by reason: bad, empty, retained, doubled, out of order, other device; and
        fields of those taken: not understood, or without a value.
        """

    @property
    def rejected(self) -> int:
        """Messages on this connection that were not taken, and fields that were not understood."""
        return self.counts.total() - self.counts[NO_VALUE]

    @property
    def shed(self) -> int:
        """Messages that were not looked at because too many came."""
        return 0 if self._intake is None else self._intake.shed

    @property
    def link_known(self) -> bool:
        """Whether readings show that the link is there; not beside a word that is not understood."""
        return self._strange is None

    def request(self, signal: Signal, at: Instant) -> None:
        """A gateway publishes when it likes: nothing can be asked for."""

    async def run(self, emit: Emit, clock: Clock) -> None:
        password, tls = await asyncio.to_thread(secrets, self._config)
        versions = {
            "auto": (ProtocolVersion.V5, ProtocolVersion.V311),
            "5": (ProtocolVersion.V5,),
            "3.1.1": (ProtocolVersion.V311,),
        }[self._config.protocol]
        for version in versions:
            try:
                await self._converse(version, password, tls, emit, clock)
            except aiomqtt.MqttCodeError as error:
                if code(error.rc) == UNSUPPORTED_PROTOCOL and version is not versions[-1]:
                    continue
                raise DeviceError(f"{self._config.broker}: {error}") from error
            except aiomqtt.MqttError as error:
                cause = error.__cause__ or error
                raise DeviceError(f"{self._config.broker}: {failure_text(cause)}") from error

    async def _converse(
        self,
        version: ProtocolVersion,
        password: str | None,
        tls: ssl.SSLContext | None,
        emit: Emit,
        clock: Clock,
    ) -> None:
        def look_at(message: aiomqtt.Message, at: Instant) -> None:
            fine = self._bad_since is None
            self._take(message, at, emit)
            self._report(at, emit)
            if fine and self._bad_since is not None:
                self._look_again(clock, emit)

        # Before anything is decoded; of each topic the newest message is kept.
        intake = self._intake = NewestKept(look_at, clock.now)

        def take(message: aiomqtt.Message) -> None:
            intake.put(self._pattern(message), message, clock.now())

        async with BrokerClient(
            self._config.host,
            self._config.port,
            username=self._config.user,
            password=password,
            identifier=self._config.client_id,
            protocol=version,
            tls_context=tls,
            logger=_quiet,
            timeout=ANSWER_LIMIT_S,
            keepalive=KEEPALIVE_S,
            queue_type=cast(
                "type[asyncio.Queue[aiomqtt.Message]]",
                lambda maxsize: MessageQueue(take),  # noqa: ARG005
            ),
            socket_options=NO_DELAY,
        ) as client:
            with contextlib.ExitStack() as ending:
                ending.callback(self._look_no_more)
                ending.callback(intake.close)
                await self._subscribe(client)
                if self._available is None:
                    # A device may be quiet for long: that the broker listens is all we know.
                    emit(Fault(cause=Cause.LINK, subject=self._name, present=False), clock.now())
                async for _ in client.messages:
                    pass  # It never gives one: it ends, by an error, with the connection.

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        topics = [*self._readings, *([self._available] if self._available else [])]
        asked: list[tuple[str, int]] = [(topic, self._config.qos) for topic in topics]
        answers = await client.subscribe(asked)
        for topic, answer in zip(topics, answers, strict=True):
            if code(answer) >= REFUSED:
                raise DeviceError(f"{self._config.broker}: may not read {topic}")

    def _pattern(self, message: aiomqtt.Message) -> str:
        """The topic as it was asked for: there are as many as the suite file names."""
        topic = message.topic
        if topic.value in self._readings:
            return topic.value
        return next((each for each in self._readings if topic.matches(each)), str(self._available))

    def _take(self, message: aiomqtt.Message, at: Instant, emit: Emit) -> None:
        payload = message.payload
        if self._available is not None and message.topic.matches(self._available):
            self._take_availability(payload, at, emit)
            return
        if message.retain:
            # Somebody's last state, minutes or months old: never a reading of now.
            self._refuse("retained", str(message.topic), at)
            return
        for topic, readings in self._readings.items():
            if topic == message.topic.value or message.topic.matches(topic):
                self._take_reading(topic, readings, payload, at, emit)

    def _take_reading(
        self,
        topic: str,
        readings: tuple[MappedReading, ...],
        payload: bytes,
        at: Instant,
        emit: Emit,
    ) -> None:
        if not payload.strip():
            self.counts["empty"] += 1  # How a retained topic is cleared: it says nothing.
            return
        try:
            decoded = says_nothing(payload, readings) or decode(
                payload, readings, self._paths, self._ready
            )
        except ValueError as error:
            if isinstance(error, NothingOfOurs) and self._config.beacons:
                self.counts["empty"] += 1
                return
            self._bad_in_a_row += 1
            self._bad_since = self._bad_since or at
            self._refuse("bad", topic, at, why=str(error)[:200])
            if _of_a_cuff(readings) and not isinstance(error, NothingOfOurs):
                # It is not repeated, and may have been a reading.
                emit(replace(REPEAT, subject=self._name), at)
            return
        self._bad_in_a_row, self._bad_since = 0, None
        self._count_fields(topic, readings, decoded, at)
        if self._config.identity is not None:
            mine = decoded.identity == self._config.identity
            detail = None if mine else f"not {self._config.identity} but {decoded.identity}"
            self._tell(Cause.IDENTITY, detail, at, emit)
            if not mine:
                self._refuse("other device", topic, at)
                return
        if (reason := self._orders[topic].refuses(decoded)) is not None:
            self._refuse(reason, topic, at)
            return
        emit(decoded.frame, at)
        if not PRESSURES.isdisjoint(each.field for each in decoded.misfits):
            emit(replace(REPEAT, subject=self._name), at)

    def _count_fields(
        self, topic: str, readings: tuple[MappedReading, ...], decoded: DecodedMessage, at: Instant
    ) -> None:
        if decoded.absent:
            self.counts[NO_VALUE] += decoded.absent
        strange = {f"{topic}: {each.field}" for each in decoded.misfits}
        for field in (*_FIELDS, *(wanted.signal for wanted in readings)):
            key = f"{topic}: {field}"
            self._misfits[key] = self._misfits[key] + 1 if key in strange else 0
        for each in decoded.misfits:
            self._refuse(FIELD, topic, at, why=f"{each.field}: {each.why}")

    def _take_availability(self, payload: bytes, at: Instant, emit: Emit) -> None:
        settings = self._availability
        if settings is None:
            return
        path = settings.path
        find = None if path is None else partial(search, path)
        said = availability(payload, settings.words, find)
        if said is None:
            self.counts["empty"] += 1
            return
        if said is Said.NOT_UNDERSTOOD:
            self._strange = payload[:60].decode("utf-8", errors="replace").strip()
            self._refuse("bad", str(self._available), at, why=f"{self._strange!r} is neither word")
            return
        self._strange = None
        gone = said is Said.NO
        detail = "the gateway is offline" if gone else ""
        emit(Fault(cause=Cause.LINK, subject=self._name, present=gone, detail=detail), at)

    def _report(self, at: Instant, emit: Emit) -> None:
        """Tells, on change, that readings are not getting through although messages arrive."""
        fields = [key for key, count in self._misfits.items() if count >= self._patience]
        if self._strange is not None:
            detail = f"what its gateway says of itself is not understood: {self._strange!r}"
        elif self._bad_in_a_row >= self._patience or self._only_nonsense(at):
            detail = "messages are not understood"
        elif self._bad_in_a_row:
            return
        elif fields:
            detail = f"not understood: {', '.join(fields)}"[:200]
        else:
            detail = None
        self._end_no_more()
        if detail is not None:
            self._misread_at = at
        elif (wait := self._misread_at + UNDERSTOOD - at) > 0:
            over = partial(self._tell, Cause.DEVICE, None, Instant(at + wait), emit)
            self._ending = asyncio.get_running_loop().call_later(wait / SECOND, over)
            return
        self._tell(Cause.DEVICE, detail, at, emit)

    def _look_no_more(self) -> None:
        self._end_no_more()
        if self._looks is not None:
            self._looks.cancel()

    def _end_no_more(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def _look_again(self, clock: Clock, emit: Emit) -> None:
        """Nonsense may have been the last message for long: whether it was is told without another one."""
        if self._looks is not None:
            self._looks.cancel()
        loop = asyncio.get_running_loop()
        self._looks = loop.call_later(SILENCE / SECOND, lambda: self._report(clock.now(), emit))

    def _only_nonsense(self, at: Instant) -> bool:
        return self._bad_since is not None and at - self._bad_since >= SILENCE

    def _tell(self, cause: Cause, detail: str | None, at: Instant, emit: Emit) -> None:
        for fault in self._faults.tell(cause, detail):
            emit(fault, at)

    def _refuse(self, reason: str, topic: str, at: Instant, *, why: str = "") -> None:
        self.counts[reason] += 1
        last = self._logged.get(reason)
        self._logged[reason] = at
        if last is None or at - last >= BURST_GAP:
            _log.warning(
                "message_refused", device=self._name, topic=topic, reason=reason, why=why or None
            )


def _of_a_cuff(readings: tuple[MappedReading, ...]) -> bool:
    return not PRESSURES.isdisjoint(wanted.signal for wanted in readings)


def _is_a_cuff(config: MqttConfig) -> bool:
    """Whether it measures the pressure and nothing that comes all the time."""
    signals = {wanted.signal for wanted in config.wanted()}
    return not PRESSURES.isdisjoint(signals) and signals <= NIBP | {Signal.TEMPERATURE}

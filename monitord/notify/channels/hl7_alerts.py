"""Alarms to an alert manager: HL7 v2 over MLLP, IHE ACM (PCD-04 out, PCD-05 back).

A message counts as delivered once the manager has acknowledged it; ACM asks for that within 5 s.
Statuses that the manager reports are logged; those that are answers go to whoever takes answers.
"""

import asyncio
from hashlib import sha256
from typing import Annotated, Self

import structlog
from pydantic import BaseModel, ConfigDict, Field, model_validator

from monitord.connection_limits import Listener
from monitord.counted_warning import CountedWarning
from monitord.errors import NotifyError
from monitord.model import EPOCH, SECOND, Duration, Notify
from monitord.named_peers import NamedPeers
from monitord.notify.address import is_elsewhere
from monitord.notify.channels import pcd04
from monitord.notify.channels.hl7_message import Hl7Message, acknowledgement, status_of
from monitord.notify.channels.mllp import Deframer, framed
from monitord.notify.channels.mllp_exchange import READ_BYTES, MllpExchange
from monitord.notify.message_text import Link
from monitord.notify.notifier import Answers, AnswerWord, Pulse, Reply

_log = structlog.get_logger()

_CONTROL_LENGTH = 20
# MSH-10 is at most 199 in HL7 2.6, but many receivers still take 20.
_PEERS_AT_MOST = 8
# Connections for answers; beyond them the oldest goes first.


class Hl7Config(BaseModel):
    """Where the alert manager listens, and with `answers` where it may send PCD-05.

    Answers come from `host`, or from one of `peers` where other machines send them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    host: str
    port: Annotated[int, Field(ge=1, le=65535)]
    receiver: Annotated[str, Field(pattern=r"^[\w .-]*$")] = ""
    timeout: Annotated[Duration, Field(gt=0, le=9 * SECOND)] = 5 * SECOND
    link: Link | None = None
    answers: tuple[AnswerWord, ...] = ()
    listen_host: str = "127.0.0.1"
    listen_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    peers: Annotated[tuple[str, ...], Field(max_length=16)] = ()

    @model_validator(mode="after")
    def _a_port_for_answers(self) -> Self:
        if bool(self.answers) != (self.listen_port is not None):
            raise ValueError("`answers` and `listen_port` go together")
        return self


class Hl7Channel:
    """One connection, kept; after a loss the next message makes a new one."""

    def __init__(self, config: Hl7Config) -> None:
        self._config = config
        self._line = MllpExchange(config.host, config.port, config.timeout)

    async def send(self, message: Notify, *, durable: bool) -> None:
        """Reports the alarm; the same key gives the same control id."""
        control = sha256(message.key.encode()).hexdigest()[:_CONTROL_LENGTH]
        text = pcd04.report(
            message,
            control=control,
            durable=durable,
            to=self._config.receiver,
            link=self._config.link,
        )
        await self._line.say(text, control)

    async def pulse(self, pulse: Pulse) -> None:
        """A watchdog message of priority PN."""
        control = f"W{pulse.at}"
        every = pulse.every_s
        to = self._config.receiver
        text = pcd04.watchdog(pulse.suite, control, pulse.at, every, to=to, head=pulse.head)
        await self._line.say(text, control)

    async def close(self) -> None:
        """Ends the connection."""
        await self._line.close()

    # What comes back.

    async def listen(self, suite: str, answers: Answers) -> None:  # noqa: ARG002 - PCD-05 names the alarm itself
        """Takes PCD-05 messages on the configured port."""
        config = self._config
        if config.listen_port is None:
            return
        peers = _Peers((config.host, *config.peers))

        async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                if await peers.enters(writer):
                    await self._hear(reader, writer, answers)
            except OSError as error:
                _log.info("alert_manager_gone", detail=str(error))
            finally:
                peers.leaves(writer)
                writer.close()

        try:
            server = await asyncio.start_server(
                peer, sock=Listener(config.listen_host, config.listen_port)
            )
        except OSError as error:
            raise NotifyError(f"cannot listen for PCD-05: {error}") from error
        async with server:
            await server.serve_forever()

    async def _hear(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: Answers
    ) -> None:
        deframer = Deframer()
        while data := await reader.read(READ_BYTES):
            for text in deframer.feed(data):
                message = Hl7Message(text)
                error = await self._take(message, answers)
                control = message.field("MSH", 10)
                # The time of the message stands for ours: a clock is not ours to read.
                at = message.field("MSH", 7) or pcd04.stamp(EPOCH)
                writer.write(framed(acknowledgement(message, f"A{control}", at, error)))
                await writer.drain()

    async def _take(self, message: Hl7Message, answers: Answers) -> str | None:
        if message.kind != "ORA^R41":
            return f"{message.kind} is not expected here"
        status = status_of(message)
        _log.info("alert_status", alarm=status.alarm, status=status.status)
        if status.word is None:
            return None
        if not status.by:
            return "PRT-5 does not say who answered"
        reply = Reply(alarm=status.alarm, word=status.word, by=status.by, key=status.control)
        return await answers(reply)


class _Peers:
    """Who may send answers; of them few at once."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._named = NamedPeers(names)
        self._open: dict[asyncio.StreamWriter, None] = {}
        self._strangers = CountedWarning("answers_of_a_stranger")

    async def enters(self, writer: asyncio.StreamWriter) -> bool:
        """Whether this one may speak; then the oldest may have to go."""
        address = str(writer.get_extra_info("peername")[0])
        if not await self._named.allows(address):
            self._strangers.add(peer=address)
            return False
        if len(self._open) >= _PEERS_AT_MOST:
            oldest = next(iter(self._open))
            oldest.close()
            self.leaves(oldest)
        self._open[writer] = None
        return True

    def leaves(self, writer: asyncio.StreamWriter) -> None:
        """The connection is over."""
        self._open.pop(writer, None)


class Hl7Notifier:
    """Destination `notifier: hl7`."""

    name = "hl7"
    title = "HL7 v2 ORU^R40 over MLLP to an alert manager (IHE ACM PCD-04, PCD-05)"
    local = False
    config = Hl7Config

    def open(self, name: str, config: Hl7Config) -> Hl7Channel:  # noqa: ARG002 - the address says it all
        """A channel to the alert manager; connects when first used."""
        return Hl7Channel(config)

    def head_leaves(self, config: Hl7Config) -> bool:
        """It is a note of the watchdog message."""
        return is_elsewhere(config.host)


NOTIFIER = Hl7Notifier()

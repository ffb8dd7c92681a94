"""One port, many beds: takes HL7 from named senders, gives each message to its bed, and answers each.

An answer leaves when what the message says is in the record, in the order of arrival. Who is not named is heard for
one short message, answered AR and closed. Connections, messages and what waits for an answer are bounded; a sender
beyond its budget is read more slowly, so that TCP holds it back and nothing is lost.
"""

import asyncio
import contextlib
import socket
import ssl
from collections import Counter
from collections.abc import Sequence
from typing import Final, Protocol
from weakref import WeakKeyDictionary

import structlog

from devices.hl7.hl7_answer import TAKEN, AckCode, MessageAnswer, Mode, acknowledgements
from devices.hl7.hl7_config import Hl7DeviceConfig, ServerTls
from devices.hl7.hl7_conversation import (
    READ,
    Conversation,
    Handled,
    Recorded,
    headers_of,
)
from devices.hl7.hl7_framing import MessageCutter
from devices.hl7.hl7_oru import MessageHeader, patient_results, place_and_devices
from devices.hl7.hl7_route import BedRoute, RouteTable
from devices.hl7.hl7_tls import context_of, renew
from monitord.connection_limits import Listener
from monitord.counted_warning import CountedWarning
from monitord.driver import Clock
from monitord.errors import DeviceError
from monitord.model import Instant
from monitord.model.outside_text import one_line
from monitord.named_peers import NamedPeers, in_one_form
from monitord.source_rate_limit import Budget
from monitord.tls_failure import failure_text

STRANGERS: Final = 8
STRANGER_S: Final = 10.0
STRANGER_BYTES: Final = 16_384
STRANGER_MESSAGES: Final = 4
"""Connections of machines that are not named, how long and how much of them is heard."""
PER_BED_S: Final = 10.0
PER_SENDER_S: Final = 300.0
"""Messages a second of one address: more than any gateway needs for the beds that it may serve."""

_log = structlog.get_logger()


class BedLine(Protocol):
    """A bed that is listened for."""

    name: str
    config: Hl7DeviceConfig
    route: BedRoute
    peers: NamedPeers

    def take(
        self, header: MessageHeader, rows: Sequence[str], address: str, at: Instant
    ) -> tuple[MessageAnswer, Recorded]:
        """A message of this bed; never raises."""
        ...

    def contested(self, detail: str, at: Instant) -> None:
        """A message fits this bed and another."""
        ...


PEERS_S: Final = 60.0
ADDRESSES_KEPT: Final = 4096
"""How long, and of how many addresses, it is remembered which beds they may serve."""


class Hl7Listener:
    """One listening socket with its beds; made by `at`, and closed with its last bed."""

    _open: Final[
        WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, int], "Hl7Listener"]]
    ] = WeakKeyDictionary()

    def __init__(self, host: str, port: int, clock: Clock) -> None:
        self.counts: Counter[str] = Counter()
        """Messages by what became of them."""
        self._where = f"{host}:{port}"
        self._key = (host, port)
        self._clock = clock
        self._beds: list[BedLine] = []
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._server: asyncio.Server | None = None
        self._tls: ServerTls | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._conversations: set[asyncio.Task[None]] = set()
        self._strangers = 0
        self._budgets: dict[str, Budget] = {}
        self._of_address: dict[str, tuple[float, RouteTable[BedLine]]] = {}
        """By address until when it is known, and its beds."""
        self._number = 0
        self._refused = CountedWarning("hl7_sender_refused")
        self._unrouted = CountedWarning("hl7_message_of_no_bed")
        self._bad = CountedWarning("hl7_message_not_understood")

    @classmethod
    async def at(cls, bed: BedLine, clock: Clock) -> "Hl7Listener":
        """The listener of the bed's address, with this bed; DeviceError where it cannot listen."""
        loop = asyncio.get_running_loop()
        every = cls._open.setdefault(loop, {})
        key = bed.config.host, bed.config.tcp_port
        listener = every.get(key)
        if listener is None:
            listener = every[key] = cls(*key, clock)
            await listener._listen(bed.config)
        else:
            await asyncio.shield(listener._ready)
            if listener._tls != bed.config.tls:
                raise DeviceError(f"{listener._where}: two beds say different things of its TLS")
        listener._beds.append(bed)
        listener._beds_changed()
        return listener

    def leave(self, bed: BedLine) -> None:
        """The bed is listened for no longer."""
        with contextlib.suppress(ValueError):
            self._beds.remove(bed)
        self._beds_changed()
        if not self._beds:
            self._close()

    async def _listen(self, config: Hl7DeviceConfig) -> None:
        self._tls = config.tls
        try:
            context = (
                None if config.tls is None else await asyncio.to_thread(context_of, config.tls)
            )
            door = Listener(*self._key, in_all=config.connections, per_address=config.connections)
            self._server = await asyncio.start_server(
                self._begin,
                sock=door,
                ssl=context,
                ssl_handshake_timeout=None if context is None else STRANGER_S,
            )
        except OSError as error:
            self._close()
            why = (
                failure_text(error) if isinstance(error, ssl.SSLError) else error.strerror or error
            )
            fault = DeviceError(f"cannot listen at {self._where}: {why}")
            self._ready.set_exception(fault)
            self._ready.exception()  # Where nobody else waits for it, that is no error of its own.
            raise fault from error
        except BaseException:
            self._close()
            self._ready.cancel()
            raise
        self._ready.set_result(None)
        if config.tls is not None and context is not None:
            self._renewing = asyncio.get_running_loop().create_task(
                renew(config.tls, context), name=f"hl7 {self._where} certificate"
            )
        _log.info("hl7_listening", at=self._where, tls=config.tls is not None)

    def _close(self) -> None:
        every = self._open.get(asyncio.get_running_loop(), {})
        if every.get(self._key) is self:
            del every[self._key]
        if self._renewing is not None:
            self._renewing.cancel()
        if self._server is not None:
            self._server.close()
        for conversation in self._conversations:
            conversation.cancel()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name = f"hl7 {self._where}"
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer), name=name)
        self._conversations.add(task)
        task.add_done_callback(self._conversations.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peername = writer.get_extra_info("peername") or ("?",)
        address = in_one_form(str(peername[0]))
        _keep_alive(writer)
        try:
            if await self._beds_of(address):
                await Conversation(self, reader, writer, address).run()
            else:
                await self._turn_away(reader, writer, address)
        except (OSError, TimeoutError) as error:
            _log.info("hl7_sender_gone", peer=address, detail=str(error))
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        finally:
            writer.close()

    async def _turn_away(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str
    ) -> None:
        """A machine that is not named: what it sends is answered AR, and read for nothing else."""
        why = f"{address} is none of the senders that are named (peers)"
        self.counts["refused"] += 1
        self._refused.add(peer=address)
        if self._strangers >= STRANGERS:
            return
        self._strangers += 1
        cutter, heard, told = MessageCutter(STRANGER_BYTES), 0, 0
        try:
            async with asyncio.timeout(STRANGER_S):
                while heard < STRANGER_BYTES and told < STRANGER_MESSAGES:
                    data = await reader.read(READ)
                    heard += len(data)
                    pieces = cutter.cut(data) if data else cutter.finish()
                    for piece in pieces:
                        for header in headers_of(piece):
                            told += 1
                            writer.write(
                                self.answer(header, MessageAnswer(verdict=AckCode.REFUSED, why=why))
                            )
                    await writer.drain()
                    if not data:
                        return
        finally:
            self._strangers -= 1

    # What a conversation asks of the listener.

    def answer(
        self, header: MessageHeader | None, answer: MessageAnswer, mode: Mode = "auto"
    ) -> bytes:
        """The acknowledgements of one message."""
        self._number += 1
        return acknowledgements(header, answer, self._clock.now(), self._number, mode)

    async def room(self, address: str) -> None:
        """Waits until one more message of this address may be looked at."""
        budget = self._budgets.get(address)
        if budget is None:
            per_s = PER_SENDER_S + PER_BED_S * len(self._beds)
            budget = self._budgets[address] = Budget(per_s, 2 * per_s)
        while not budget.take(self._clock.now()):
            self.counts["held back"] += 1
            await self._clock.sleep(0.02)

    async def take(self, header: MessageHeader, rows: Sequence[str], address: str) -> Handled:
        """Gives a message to its bed; what it is answered, and when."""
        at = self._clock.now()
        if header.kind[0] in {"ACK", "MCF"}:
            return Handled(None, None)
        if not header.kind[0]:
            return Handled(MessageAnswer(verdict=AckCode.WRONG, why="MSH-9 is empty"), None)
        if header.kind[0].startswith(("QRY", "QBP", "QCN")):
            return Handled(
                MessageAnswer(verdict=AckCode.REFUSED, why="queries are not answered"), None
            )
        if not header.readings:
            self.counts["not of readings"] += 1
            return Handled(TAKEN, None)
        parts = [
            await self._take_patient(header, part, address, at) for part in patient_results(rows)
        ]
        # One answer for all: what some bed did not take, the sender is told of.
        bad = [each for each in parts if each.answer is not None and each.answer != TAKEN]
        if len(parts) == 1 or bad:
            return (bad or parts)[0]
        return Handled(TAKEN, _all_of([each.recorded for each in parts]), parts[0].mode)

    async def _take_patient(
        self, header: MessageHeader, rows: Sequence[str], address: str, at: Instant
    ) -> Handled:
        place, devices = place_and_devices(rows, header)
        fit = (await self._beds_of(address)).fitting(place, devices)
        if len(fit) == 1:
            answer, recorded = fit[0].take(header, rows, address, at)
            self.counts["taken" if answer.verdict is AckCode.TAKEN else "refused by a bed"] += 1
            return Handled(answer, recorded, fit[0].config.acknowledge)
        where = one_line("^".join("&".join(leaves) for leaves in place), 80)
        if fit:
            names = ", ".join(sorted(bed.name for bed in fit))
            for bed in fit:
                bed.contested(f"messages of {where!r} fit {names}", at)
            why = f"the settings of {names} fit this message"
            return Handled(MessageAnswer(verdict=AckCode.WRONG, why=why), None)
        self.counts["of no bed"] += 1
        self._unrouted.add(peer=address, location=where, application=header.application[:80])
        if any(bed.config.unrouted == "ignore" for bed in await self._beds_of(address)):
            return Handled(TAKEN, None)
        why = f"no bed here is {where!r}"
        return Handled(MessageAnswer(verdict=AckCode.WRONG, why=why), None)

    async def _beds_of(self, address: str) -> RouteTable[BedLine]:
        """The beds that this address may serve, as of at most a minute ago."""
        now = asyncio.get_running_loop().time()
        known = self._of_address.get(address)
        if known is None or now >= known[0]:
            if len(self._of_address) >= ADDRESSES_KEPT:
                self._of_address.clear()
            beds = [bed for bed in self._beds if await bed.peers.allows(address)]
            known = self._of_address[address] = (now + PEERS_S, RouteTable(beds))
        return known[1]

    def _beds_changed(self) -> None:
        self._of_address.clear()
        self._budgets.clear()

    def not_understood(self, address: str, why: str) -> None:
        """A message that is no HL7, or did not come whole."""
        self.counts["not understood"] += 1
        self._bad.add(peer=address, why=why)


def _all_of(recorded: Sequence[Recorded]) -> Recorded:
    """True once all are; None where nobody keeps a record."""
    asked = [each for each in recorded if each is not None]
    # What was asked for last comes true with, or after, what was asked for before.
    return asked[-1] if asked else None


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    """A sender that was switched off is noticed, and its connection is free again."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

"""Bytes in and out by UDP, as one codec reads them: each datagram as its family packs it.

An address is `udp://HOST` or `udp://HOST:PORT`. The system drops what another host or port sends. Without a port it is
the one that the device calls out, where this machine's own address in the device's network is given, else the
family's usual one. What is sent may be lost: the codec asks again.
"""

import asyncio
import contextlib
import ipaddress
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, cast
from urllib.parse import urlsplit

from devices.family import Beacon, Datagrams
from monitord.driver import DeviceCall
from monitord.errors import DeviceError

CALL_S: Final = 6.0
"""So long a device's call is waited for: they come every few seconds."""
MOST_CALLS: Final = 64
"""Devices whose calls are listed: more are no suite's."""
LARGEST: Final = 4096
"""Bytes of a datagram that is looked at; the largest of any family has 1,500."""

Receive = Callable[[bytes], None]


def check_udp(address: str) -> str:
    """The address itself; ValueError with what to write instead."""
    parts = urlsplit(address)
    extra = parts.path or parts.query or parts.fragment or parts.username
    if parts.scheme != "udp" or not parts.hostname or parts.port == 0 or extra:
        raise ValueError(
            f"{address!r} is no address of a device: write udp://HOST or udp://HOST:PORT"
        )
    return address


def check_interface(address: str) -> str:
    """The address itself; ValueError where it is no IPv4 address of a network card."""
    try:
        found = ipaddress.IPv4Address(address)
    except ValueError:
        raise ValueError(f"{address!r} is no IPv4 address of this machine") from None
    if found.is_unspecified or found.is_multicast:
        raise ValueError(f"{address}: name the one address of this machine in the devices' network")
    return address


def calls_at(beacon: Beacon, interface: str | None) -> socket.socket:
    """A socket on which the calls of a family arrive that reach this machine's address `interface`; None for any."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if beacon.group is not None:
            _join(listening, beacon.group, interface)
        # Not at the interface's own address: to that neither a broadcast nor the group is sent.
        listening.bind(("", beacon.port))
        listening.settimeout(0)
    except OSError:
        listening.close()
        raise
    return listening


def _join(listening: socket.socket, group: str, interface: str | None) -> None:
    """Becomes a member of the group at that address, or at every card that has one."""
    place = socket.inet_aton(group)
    if interface is not None:
        member = struct.pack("4s4s", place, socket.inet_aton(interface))
        listening.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        return
    for number, _ in socket.if_nameindex():
        member = struct.pack("4s4si", place, bytes(4), number)
        with contextlib.suppress(OSError):  # a card without an address, or without multicast
            listening.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)


async def calls_within(beacons: Sequence[Beacon], seconds: float) -> list[DeviceCall]:
    """Every device that calls within so many seconds, once, on any network of this machine; DeviceError if none can be heard."""
    found: dict[tuple[str, int], DeviceCall] = {}
    await asyncio.gather(*(_hear(beacon, seconds, found) for beacon in beacons))
    return list(found.values())


async def _hear(beacon: Beacon, seconds: float, found: dict[tuple[str, int], DeviceCall]) -> None:
    loop = asyncio.get_running_loop()
    try:
        listening = calls_at(beacon, None)
    except OSError as error:
        raise DeviceError(error.strerror or str(error)) from error
    try:
        async with asyncio.timeout(seconds):
            while len(found) < MOST_CALLS:
                packet, sender = await loop.sock_recvfrom(listening, LARGEST)
                call = beacon.find(packet)
                if call is not None:
                    # Where a device says another address than it sends from, an answer goes to the sender.
                    found[sender[0], call.port] = replace(call, host=sender[0])
    except TimeoutError:
        pass
    finally:
        listening.close()


async def called(beacon: Beacon, interface: str, host: str) -> DeviceCall | None:
    """What the device at `host` calls out; None where it does not, within CALL_S."""
    loop = asyncio.get_running_loop()
    try:
        listening = calls_at(beacon, interface)
    except OSError as error:
        raise DeviceError(f"cannot hear calls at {interface}: {error.strerror or error}") from error
    try:
        async with asyncio.timeout(CALL_S):
            while True:
                packet, sender = await loop.sock_recvfrom(listening, LARGEST)
                found = beacon.find(packet)
                if found is not None and sender[0] == host:
                    return found
    except TimeoutError:
        return None
    finally:
        listening.close()


class DatagramPort(asyncio.DatagramProtocol):
    """A socket that knows one device."""

    def __init__(self, address: str, family: Datagrams) -> None:
        self._address = address
        self._family = family
        self._transport: asyncio.DatagramTransport | None = None
        self._receive: Receive | None = None
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self, receive: Receive) -> None:
        self._receive = receive
        await self._lost

    def send(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            for payload in self._family.unpack(data):
                self._transport.sendto(payload)

    def close(self) -> None:
        if self._transport is not None and not self._lost.done():
            self.send(self._family.farewell)
        if not self._lost.done():
            self._lost.cancel()
        elif not self._lost.cancelled():
            # Asked, so that a loss that nobody awaited is not reported by the loop a second time.
            self._lost.exception()
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002 - the system drops what others send
        if self._receive is None or self._lost.done():
            return
        try:
            self._receive(self._family.pack(data[:LARGEST]))
        except Exception as error:  # noqa: BLE001  # not ours: handed to whoever awaits run()
            self._lose(error)

    def error_received(self, exc: Exception) -> None:
        why = getattr(exc, "strerror", None) or exc
        self._lose(DeviceError(f"{self._address} does not listen: {why}"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose(DeviceError(f"{self._address} is gone{f': {exc}' if exc else ''}"))

    def _lose(self, error: Exception) -> None:
        if not self._lost.done():
            self._lost.set_exception(error)


async def open_datagrams(
    address: str, family: Datagrams, *, interface: str | None = None
) -> DatagramPort:
    """The port; DeviceError where the host is not known. Whether anything answers, only answers show."""
    parts = urlsplit(check_udp(address))
    host, port = str(parts.hostname), parts.port
    if port is None and interface is not None and family.beacon is not None:
        found = await called(family.beacon, interface, host)
        port = None if found is None else found.port
    loop = asyncio.get_running_loop()
    try:
        _, opened = await loop.create_datagram_endpoint(
            lambda: DatagramPort(address, family), remote_addr=(host, port or family.port)
        )
    except OSError as error:
        raise DeviceError(f"cannot reach {address}: {error.strerror or error}") from error
    return opened

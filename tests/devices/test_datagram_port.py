"""UDP: who is heard, what is sent at the end, where a device is to be asked, and the whole way of a twin."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import pytest
from pydantic import ValidationError

from devices import drivers
from devices.datagram_port import (
    DatagramPort,
    called,
    check_interface,
    check_udp,
    open_datagrams,
)
from devices.family import Beacon, Datagrams
from devices.monitors import intellivue_indication as indication
from devices.monitors import intellivue_message as message
from devices.monitors.intellivue import FAMILY
from devices.monitors.intellivue_frame import pack, unpack
from devices.twin import twins
from monitord.errors import DeviceError
from monitord.model import Signal
from tests.devices.twinkit import ward
from tests.peers import until

assert FAMILY.datagrams is not None
DATAGRAMS: Datagrams = FAMILY.datagrams
LOOP = "127.0.0.1"


@contextmanager
def device(port: int = 0) -> Iterator[socket.socket]:
    """A socket of a device on this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind((LOOP, port))
        opened.settimeout(0)
        yield opened


def free_port() -> int:
    with device() as opened:
        return int(opened.getsockname()[1])


@asynccontextmanager
async def open_to(peer: socket.socket, heard: list[bytes]) -> AsyncIterator[DatagramPort]:
    port = await open_datagrams(f"udp://{LOOP}:{peer.getsockname()[1]}", DATAGRAMS)
    reading = asyncio.create_task(port.run(heard.append))
    await asyncio.sleep(0)
    try:
        yield port
    finally:
        port.close()
        await asyncio.gather(reading, return_exceptions=True)


async def datagram(peer: socket.socket) -> tuple[bytes, tuple[str, int]]:
    data, sender = await asyncio.get_running_loop().sock_recvfrom(peer, 4096)
    return data, sender


async def test_each_datagram_comes_packed_goes_unpacked_and_strangers_are_not_heard() -> None:
    heard: list[bytes] = []
    with device() as peer, device() as stranger:
        async with open_to(peer, heard) as port:
            port.send(pack(b"one") + pack(b"two"))
            first, ours = await datagram(peer)
            assert [first, (await datagram(peer))[0]] == [b"one", b"two"]
            stranger.sendto(b"forged", ours)
            peer.sendto(b"honest", ours)
            peer.sendto(b"again", ours)
            await until(lambda: len(heard) == 2)
            assert heard == [pack(b"honest"), pack(b"again")]
        assert (await datagram(peer))[0] == message.RELEASES
        port.send(pack(b"late"))
        with pytest.raises(BlockingIOError):
            peer.recvfrom(100)


async def test_a_datagram_of_any_size_is_one_frame_or_none() -> None:
    heard: list[bytes] = []
    with device() as peer:
        async with open_to(peer, heard) as port:
            port.send(pack(b"hello"))
            _, ours = await datagram(peer)
            for size in (0, 1500, 9000):
                peer.sendto(bytes(size), ours)
            await until(lambda: len(heard) == 3)
    assert [len(one) for data in heard for one in unpack(data)] == [0, 1500]


async def test_a_host_on_which_nobody_listens_is_a_lost_device() -> None:
    port = await open_datagrams(f"udp://{LOOP}:{free_port()}", DATAGRAMS)
    reading = asyncio.create_task(port.run(lambda _: None))
    await asyncio.sleep(0)
    port.send(pack(b"anybody?"))
    with pytest.raises(DeviceError, match="does not listen"):
        await reading
    port.close()


async def test_a_name_that_nobody_knows_is_a_device_error() -> None:
    with pytest.raises(DeviceError, match="cannot reach"):
        await open_datagrams("udp://no-such-host.invalid", DATAGRAMS)


def calling(group: str | None = None) -> Beacon:
    return replace(indication.BEACON, port=free_port(), group=group)


@pytest.mark.parametrize("group", [None, indication.GROUP])
async def test_the_port_is_the_one_that_the_device_calls_out(group: str | None) -> None:
    beacon = calling(group)
    with device() as monitor, device() as caller:
        place = socket.inet_aton(LOOP)
        caller.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, place)
        export = int(monitor.getsockname()[1])
        packet = indication.encode(LOOP, export)

        async def call() -> None:
            while True:
                for said in (b"\0\0\1\0 something else", packet):
                    caller.sendto(said, (group or LOOP, beacon.port))
                await asyncio.sleep(0.02)

        calls = asyncio.create_task(call())
        opened = await open_datagrams(
            f"udp://{LOOP}", replace(DATAGRAMS, beacon=beacon), interface=LOOP
        )
        opened.send(pack(b"hello"))
        assert (await datagram(monitor))[0] == b"hello"
        opened.close()
        calls.cancel()


async def test_a_device_that_does_not_call_is_asked_at_its_usual_port(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("devices.datagram_port.CALL_S", 0.05)
    with device() as monitor, device() as caller:
        usual = int(monitor.getsockname()[1])
        beacon = calling()
        family = replace(DATAGRAMS, port=usual, beacon=beacon)
        caller.sendto(indication.encode("192.0.2.9", 7), (LOOP, beacon.port))
        opened = await open_datagrams(f"udp://{LOOP}", family, interface=LOOP)
        opened.send(pack(b"hello"))
        assert (await datagram(monitor))[0] == b"hello"
        opened.close()
        assert await called(beacon, LOOP, "192.0.2.1") is None


async def test_an_address_that_is_not_this_machines_is_a_device_error() -> None:
    with pytest.raises(DeviceError, match="cannot hear calls"):
        await called(replace(indication.BEACON, port=free_port()), "192.0.2.77", LOOP)


@pytest.mark.parametrize(
    "address", ["udp://", "udp://host:0", "udp://host/path", "udp://me@host", "tcp://host:1"]
)
def test_an_address_that_cannot_be_asked_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="udp://HOST"):
        check_udp(address)


@pytest.mark.parametrize("address", ["0.0.0.0", "224.0.23.63", "eth0", "::1"])
def test_an_interface_is_one_address_of_this_machine(address: str) -> None:
    with pytest.raises(ValueError, match="this machine"):
        check_interface(address)


def test_only_families_that_speak_udp_take_such_an_address() -> None:
    config = drivers.INTELLIVUE.config.model_validate({"port": "udp://192.0.2.5"})
    assert not drivers.INTELLIVUE.simulated(config)
    with pytest.raises(ValidationError, match="no file descriptor"):
        drivers.IVY.config.model_validate({"port": "udp://192.0.2.5"})
    with pytest.raises(ValidationError):
        drivers.INTELLIVUE.config.model_validate({"port": "udp://x", "calls_at": "0.0.0.0"})


def test_a_connect_indication_says_where_the_export_is_and_who_calls() -> None:
    """The layout of the packet that was seen: 418 bytes, 16 attributes; ours has the four that are read."""
    packet = indication.encode("10.20.30.40", 24_107, bed="Bett 5")
    found = indication.find(packet)
    assert found is not None
    assert (found.host, found.port, found.words) == (
        "10.20.30.40",
        24_107,
        "Philips 866062 bed Bett 5",
    )
    for end in range(len(packet)):
        assert indication.find(packet[:end]) is None
    assert indication.find(packet.replace(b"\0\5\0\1", b"\0\6\0\1")) is None
    assert indication.find(b"\x00" * 418) is None


SEEN: tuple[int, ...] = (0x0920, 0x0986, 0x0937, 0xF136, 0xF27C, 0xF135, 0xF100, 0xF101)
SEEN += (0xF35E, 0x0984, 0x0928, 0x092D, 0xF12E, 0xF45B, 0xF39C, 0xF15A)
"""The attributes of the packet that was seen, in its order."""


def test_the_packet_that_was_seen_is_understood() -> None:
    """Its head, lengths, order and protocols as the reference has them; what is not known of it is filled with zeros."""
    protocols = bytes.fromhex("00050028 000100035DC00000 000200035DC00000 000100015E290000")
    protocols += bytes.fromhex("000500015E290000 000A00015DCC0000")
    known = {
        0xF100: bytes.fromhex("0009FB010203 0A141E28 FFFFFF00"),
        0xF101: protocols,
        0x0928: b"\0\x07Philips\0\x06866062",
    }
    filled = 386 - 4 * len(SEEN) - sum(map(len, known.values()))
    unknown = [name for name in SEEN if name not in known]
    known |= dict.fromkeys(unknown, bytes(filled // len(unknown)))
    known[SEEN[-1]] += bytes(filled % len(unknown))
    body = b"".join(struct.pack(">HH", name, len(known[name])) + known[name] for name in SEEN)
    head = "00000100 0001019A 000000000194 002300000000 00000000 0D170186 00100182".replace(" ", "")
    packet = bytes.fromhex(head) + body
    assert len(packet) == 418
    found = indication.find(packet)
    assert found is not None
    assert (found.host, found.port, found.words) == ("10.20.30.40", 24105, "Philips 866062")


async def test_a_twin_is_read_over_udp_and_an_association_that_ends_begins_anew() -> None:
    address = f"udp://{LOOP}:{free_port()}"
    series = [{"spo2": "97x3600", "pulse_rate": "65x3600", "perfusion_index": "4x3600"}]
    cut = [{"device": "device", "fault": "unplug", "at": "20s", "for": "15s"}]
    async with ward(
        twins.INTELLIVUE, drivers.INTELLIVUE, address, speed=20, series=series, faults=cut
    ) as scene:
        await until(lambda: len(scene.samples(Signal.SPO2)) > 5)
        assert {each.value for each in scene.samples(Signal.SPO2)} == {97}
        await until(lambda: any(each.present and each.cause == "link" for each in scene.faults))
        before = len(scene.samples(Signal.SPO2))
        await until(lambda: len(scene.samples(Signal.SPO2)) > before + 3)

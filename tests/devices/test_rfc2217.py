"""A line behind a device server, against pyserial's own server side of RFC 2217."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import serial
from hypothesis import given
from hypothesis import strategies as st
from serial.rfc2217 import PortManager

from devices.family import Line
from devices.oximeters.nonin import FAMILY, NoninOptions
from devices.oximeters.nonin_pleth import encode_packet
from devices.port import Port, open_port
from devices.readings import Oximetry
from devices.rfc2217 import Telnet
from monitord.errors import DeviceError
from monitord.model import Signal
from tests.devices.wirekit import AT, frames, values, waves
from tests.peers import until

ALL = bytes(range(256))


class Server:
    """One port of a device server: pyserial's PortManager before a line that gives back what it gets."""

    def __init__(self) -> None:
        self.line: Any = serial.serial_for_url("loop://", timeout=0)
        self.from_device: list[bytes] = []
        self.address = ""
        self._writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        connection: Any = writer
        manager = PortManager(self.line, connection)
        while data := await reader.read(1000):
            for byte in manager.filter(data):
                self.line.write(byte)
            self.tell(manager, self.line.read(self.line.in_waiting))
            for said in self.from_device:
                self.tell(manager, said)
            self.from_device.clear()

    def tell(self, manager: Any, data: bytes) -> None:
        """In pieces that cut pairs of FF apart."""
        escaped = b"".join(manager.escape(data))
        for start in range(0, len(escaped), 7):
            self._writers[-1].write(escaped[start : start + 7])


@asynccontextmanager
async def server(factory: type[Server] = Server) -> AsyncIterator[Server]:
    one = factory()
    listener = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.address = f"rfc2217://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield one
    finally:
        listener.close()
        for writer in one._writers:
            writer.close()


@asynccontextmanager
async def reading(
    address: str, line: Line
) -> AsyncIterator[tuple[Port, bytearray, asyncio.Task[None]]]:
    port = await open_port(address, line)
    data = bytearray()
    task = asyncio.create_task(port.run(data.extend))
    try:
        yield port, data, task
    finally:
        task.cancel()
        port.close()
        await asyncio.wait({task})


async def test_every_byte_passes_both_ways_also_ff() -> None:
    async with server() as one, reading(one.address, Line()) as (port, data, _):
        port.send(ALL)
        await until(lambda: len(data) >= 256)
        port.send(b"\xff\xff\xf0\xff")
        await until(lambda: len(data) >= 260)
        assert bytes(data) == ALL + b"\xff\xff\xf0\xff"


@pytest.mark.parametrize(
    ("line", "dtr", "rts"),
    [
        (Line(baud=9600), True, True),
        (Line(baud=19200, parity="E", rtscts=True), True, None),
        (Line(baud=2400, bits=7, parity="O", stopbits=2, dtr=False), False, True),
        (Line(baud=115200, rts=False), True, False),
        (Line(baud=65535, xonxoff=True, dtr=False, rts=False), False, False),
    ],
)
async def test_the_line_is_set_at_the_server_with_dtr_and_rts_of_its_own(
    line: Line, dtr: bool, rts: bool | None
) -> None:
    async with server() as one:
        one.line.dtr, one.line.rts = not dtr, not rts
        async with reading(one.address, line) as (port, data, _):
            port.send(b"x")
            await until(lambda: bool(data))
        set_there = one.line
        assert (set_there.baudrate, set_there.bytesize) == (line.baud, line.bits)
        assert (set_there.parity, set_there.stopbits) == (line.parity, line.stopbits)
        assert (set_there.xonxoff, set_there.rtscts) == (line.xonxoff, line.rtscts)
        assert set_there.dtr is dtr
        if rts is not None:
            assert set_there.rts is rts


async def test_two_ports_of_one_server_have_their_own_dtr_and_rts() -> None:
    async with (
        server() as one,
        server() as other,
        reading(one.address, Line(rts=False)) as (first, data, _),
        reading(other.address, Line(dtr=False)) as (second, more, _),
    ):
        first.send(b"x")
        second.send(b"x")
        await until(lambda: bool(data) and bool(more))
        assert (one.line.dtr, one.line.rts) == (True, False)
        assert (other.line.dtr, other.line.rts) == (False, True)


@pytest.mark.parametrize("form", [2, 7])
async def test_a_pleth_of_255_is_read_behind_a_device_server(form: int) -> None:
    points = [255, 254, 255] * 8 + [255]
    shown = Oximetry(spo2=97, pulse_rate=72, low_battery=False)
    packets = encode_packet(shown, points, form=2 if form == 2 else 7) * 6
    assert packets.count(0xFF) > 50
    async with server() as one, reading(one.address, Line()) as (port, data, _):
        one.from_device.append(packets)
        port.send(b"!")
        await until(lambda: len(data) > len(packets))
    wire = FAMILY.wire(NoninOptions(format="df2" if form == 2 else "df7"))
    said = wire.receive(bytes(data).replace(b"!", b"", 1), AT)
    assert wire.rejected == 0
    assert values(frames(said)[0]) == {Signal.SPO2: 97.0, Signal.PULSE_RATE: 72.0}
    wave = [point for each in waves(said) for point in each.values]
    assert wave[:25] == ([*points] if form == 2 else wave[:25])
    assert 255 in {point & 0xFF for point in wave}


class WithoutOption(Server):
    """A plain telnet server."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        await reader.read(1000)
        writer.write(b"\xff\xfe\x2c")
        await reader.read(1000)


class OtherBaud(Server):
    """A server that answers with a rate of its own."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        await reader.read(1000)
        writer.write(b"\xff\xfa\x2c\x65\x00\x00\x4b\x00\xff\xf0")
        await reader.read(1000)


@pytest.mark.parametrize(
    ("factory", "says"),
    [
        (WithoutOption, "does not speak RFC 2217; where it needs no settings, write tcp://"),
        (OtherBaud, "set baud to 19200 where 9600 was asked for"),
    ],
)
async def test_a_server_that_does_not_set_the_line_is_a_lost_link_that_says_so(
    factory: type[Server], says: str
) -> None:
    async with server(factory) as one, reading(one.address, Line()) as (_, _, task):
        await asyncio.wait({task}, timeout=10)
        with pytest.raises(DeviceError, match=says):
            task.result()


def test_unknown_options_are_declined_and_known_ones_agreed_to_once() -> None:
    telnet = Telnet(Line())
    telnet.hello()
    assert telnet.receive(b"\xff\xfd\x01") == (b"", b"\xff\xfc\x01")
    assert telnet.receive(b"\xff\xfb\x18") == (b"", b"\xff\xfe\x18")
    assert telnet.receive(b"\xff\xfd\x03") == (b"", b"\xff\xfb\x03")
    assert telnet.receive(b"\xff\xfd\x03" * 3) == (b"", b"")
    assert telnet.receive(b"\xff\xfb\x2c\xff\xfd\x2c") == (b"", b"\xff\xfd\x2c")


@given(
    pieces=st.lists(
        st.one_of(
            st.binary(max_size=9),
            st.just(b"\xff"),
            st.sampled_from([b"\xff\xfb\x01", b"\xff\xfa\x2c\x6b\x30\xff\xf0", b"\xff\xf1"]),
        ),
        max_size=12,
    ),
    cuts=st.lists(st.integers(0, 100), max_size=6),
)
def test_how_the_bytes_are_cut_changes_nothing(pieces: list[bytes], cuts: list[int]) -> None:
    data = b"".join(pieces)
    whole = Telnet(Line()).receive(data)
    telnet = Telnet(Line())
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    parts = [telnet.receive(data[a:b]) for a, b in itertools.pairwise(places)]
    assert (b"".join(p for p, _ in parts), b"".join(a for _, a in parts)) == whole


@given(st.binary(max_size=300))
def test_what_is_sent_comes_back_from_the_other_end(data: bytes) -> None:
    payload, answer = Telnet(Line()).receive(Telnet.send(data))
    assert (payload, answer) == (data, b"")


def test_a_subnegotiation_without_end_is_bounded() -> None:
    telnet = Telnet(Line())
    for _ in range(1000):
        telnet.receive(b"\xff\xfa" + b"x" * 100)
        assert len(telnet._rest) <= 256

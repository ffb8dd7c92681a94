"""What one device family is: its line, its signals, how late and how silent it is, its codec. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from devices.wire import Wire
from monitord.driver import DeviceCall
from monitord.model import Signal, Span

Evidence = Literal["real capture", "published example", "unverified"]
"""What a decoder was proven on; no family here was tried on hardware by this project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Serial line settings; `stopbits` 1 or 2, flow control as pyserial names it.

    `dtr` and `rts` are how these two lines stand: isolated interfaces are powered by them.
    """

    baud: int = 9600
    bits: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stopbits: Literal[1, 2] = 1
    xonxoff: bool = False
    rtscts: bool = False
    dtr: bool = True
    rts: bool = True


class Options(BaseModel):
    """Settings of a family beyond its line; a family without any uses this class itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beacon:
    """What devices of a family send to everybody: the UDP port, a multicast group, what a packet says.

    `find` gives None for a packet of something else.
    """

    port: int
    group: str | None
    find: Callable[[bytes], DeviceCall | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Datagrams:
    """How a family speaks UDP: `port` is the usual one of the device.

    A datagram comes as `pack` makes of it and goes as `unpack` takes it apart, so that a family has one codec, and
    one form of capture, for line and LAN. `farewell` is sent, packed, when a connection ends.
    """

    port: int
    pack: Callable[[bytes], bytes]
    unpack: Callable[[bytes], list[bytes]]
    farewell: bytes = b""
    beacon: Beacon | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A wire protocol as `monitord devices` lists it and as the stream driver runs it.

    `line` is the factory setting; a suite file may override any of its fields.
    `delay` is the device's own averaging plus its output interval: part of an alarm's whole delay.
    `silence` is how long a healthy line may be quiet; None where the device speaks only after a
    measurement, so that silence says nothing.
    `make` builds a wire for one connection from an instance of `options`.
    `datagrams` says how it speaks UDP; None where it has a line only. `beacons` are by what its devices call
    themselves out, beside that of `datagrams`.
    """

    name: str
    title: str
    evidence: Evidence
    line: Line
    signals: frozenset[Signal]
    delay: Span
    silence: Span | None
    make: Callable[[Any], Wire]
    options: type[Options] = Options
    datagrams: Datagrams | None = None
    beacons: tuple[Beacon, ...] = ()

    @property
    def every_beacon(self) -> tuple[Beacon, ...]:
        """By what its devices can be heard."""
        own = None if self.datagrams is None else self.datagrams.beacon
        return self.beacons if own is None else (own, *self.beacons)

    def wire(self, options: Options | None = None) -> Wire:
        """A new codec for one connection; the family's default options where none are given."""
        return self.make(self.options() if options is None else options)

"""What an IntelliVue on a LAN calls out every few seconds: where its data export is to be had. Pure.

    00 00 01 00, invoke of command 0, object 0023 0000 0000, time u32, event 0D17, length, attributes
    F100  MAC, IP, mask    F101  protocols: application, transport, port, options, u16 each    F135  bed   0928  model

It is sent to the group 224.0.23.63, port 24005, of UDP.
Source: one program, and what is known of one real packet.
"""

import struct
from typing import Final

from devices.family import Beacon
from devices.monitors.intellivue_message import attributes_of, encode_attributes, items
from devices.monitors.intellivue_values import encode_text
from monitord.driver import DeviceCall

GROUP: Final = "224.0.23.63"
PORT: Final = 24005
NOMENCLATURE: Final = b"\x00\x00\x01\x00"
EVENT: Final = 0x0D17
ADDRESSES: Final = 0xF100
PROTOCOLS: Final = 0xF101
BED: Final = 0xF135
MODEL: Final = 0x0928
EXPORT_OVER_UDP: Final = (5, 1)
"""Application and transport of the data export."""
MOST_LETTERS: Final = 40


def find(packet: bytes) -> DeviceCall | None:
    """Where the monitor in a packet is to be asked; None for what is no connect indication, or names no export."""
    if len(packet) < 34 or packet[:6] != NOMENCLATURE + b"\x00\x01":
        return None
    length, inner = struct.unpack_from(">H4xH", packet, 6)
    if length != len(packet) - 8 or inner != len(packet) - 14 or packet[14:16] != b"\x00\x23":
        return None
    if int.from_bytes(packet[24:26], "big") != EVENT:
        return None
    attributes = dict(attributes_of(packet[28:]))
    port = _export(attributes.get(PROTOCOLS, b""))
    if port is None:
        return None
    address = attributes.get(ADDRESSES, b"")[6:10]
    return DeviceCall(
        host=".".join(map(str, address)) if len(address) == 4 else "",
        port=port,
        words=" ".join(filter(None, [_model(attributes), _bed(attributes)])),
    )


def _export(data: bytes) -> int | None:
    """The port of the data export over UDP."""
    rest = data[4:]
    for at in range(0, len(rest) - 7, 8):
        application, transport, port, _ = struct.unpack_from(">HHHH", rest, at)
        if (application, transport) == EXPORT_OVER_UDP and port:
            return int(port)
    return None


def _model(attributes: dict[int, bytes]) -> str:
    """Maker and number: two strings, each with its length."""
    words, rest = [], attributes.get(MODEL, b"")
    for _ in range(2):
        size = int.from_bytes(rest[:2], "big")
        words.append(_plain(rest[2 : 2 + size].decode("ascii", "replace")))
        rest = rest[2 + size :]
    return " ".join(filter(None, words))


def _bed(attributes: dict[int, bytes]) -> str:
    data = attributes.get(BED, b"")
    size = int.from_bytes(data[:2], "big")
    text = _plain(data[2 : 2 + size].decode("utf-16-be", "replace"))
    return f"bed {text}" if text else ""


def _plain(text: str) -> str:
    return "".join(each for each in text if each.isprintable()).strip()[:MOST_LETTERS]


def encode(
    host: str, port: int, *, bed: str = "", model: tuple[str, str] = ("Philips", "866062")
) -> bytes:
    """A connect indication; its other protocols are those of the packet that was seen."""
    protocols = [(1, 3, 24000, 0), (2, 3, 24000, 0), (1, 1, 24105, 0), (*EXPORT_OVER_UDP, port, 0)]
    entries = [struct.pack(">HHHH", *each) for each in [*protocols, (10, 1, 24012, 0)]]
    names = b"".join(struct.pack(">H", len(word)) + word.encode("ascii") for word in model)
    address = bytes.fromhex("0009FB010203") + bytes(map(int, host.split("."))) + b"\xff\xff\xff\x00"
    attributes = encode_attributes(
        [(ADDRESSES, address), (PROTOCOLS, items(entries)), (MODEL, names), (BED, encode_text(bed))]
    )
    body = struct.pack(">H4xIHH", 0x23, 0, EVENT, len(attributes)) + attributes
    inner = struct.pack(">HHH", 0, 0, len(body)) + body
    return NOMENCLATURE + struct.pack(">HH", 1, len(inner)) + inner


BEACON: Final = Beacon(group=GROUP, port=PORT, find=find)

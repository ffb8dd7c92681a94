"""Messages of IntelliVue's data export: association, the monitor's first event, polls and their results. Pure.

    association   0D request, 0E accepted, 0C refused, 09 release, 0A released, 19 abort; then the length of the rest
    data          E1 00 00 02, kind u16, length u16, [linked results: state u8, count u8], invoke u16, command u16, length u16
                  kind 1 invoke, 2 result, 3 error, 5 linked result     command 1 event report, 7 action
    poll          object 0021 0000 0000, action 0C16, length, number u16, time u32 in 125 us, time BCD 8, object 4, group 2
    lists         count u16, length u16, items; of attributes: id u16, length u16, value

Every length is checked against what is there: an item that is cut ends its list, and what stood before it counts.
Sources: three running clients and the published requests; of answers only frames without numerics are public.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from monitord.model import MILLISECOND, SECOND, Span

REQUEST: Final = 0x0D
ACCEPTED: Final = 0x0E
REFUSED: Final = 0x0C
RELEASE: Final = 0x09
RELEASED: Final = 0x0A
ABORTED: Final = 0x19
DATA: Final = b"\xe1\x00\x00\x02"

INVOKE: Final = 1
RESULT: Final = 2
LINKED: Final = 5
EVENT: Final = 1
ACTION: Final = 7
MDS: Final = bytes.fromhex("002100000000")
"""The monitor itself, as the object of actions and events."""
CREATED: Final = 0x0D06
POLL: Final = 0x0C16
POLL_EXTENDED: Final = 0xF13B

NUMERICS: Final = 0x0006
SYSTEM: Final = 0x0021
ALERTS: Final = 0x0036
ALL: Final = 0x0000
ALERT_GROUP: Final = 0x0801
POLLED: Final = {NUMERICS: ALL, SYSTEM: ALL, ALERTS: ALERT_GROUP}
"""What is ever polled, each with its group of attributes."""

TICKS: Final = 8
"""Of the monitor's relative time, in a millisecond."""
SESSION: Final = bytes.fromhex("0508130100160102800014020002")
ASKS: Final = bytes.fromhex(
    "3180a0808001010000a280a003000001a4803080020101060452010001308006"
    "025101000000003080020102060c2a8648ce14020100000001013080060c2a86"
    "48ce140201000000020100000000000061803080020101a0806080a180060c2a"
    "8648ce14020100000003010000be802880060c2a8648ce140201000000010102010281"
)
ACCEPTS: Final = bytes.fromhex(
    "3180a0808001010000a280a003000001a5803080800100810251010000308080"
    "0100810c2a8648ce14020100000002010000000061803080020101a0806180a1"
    "80060c2a8648ce14020100000003010000a203020100a305a103020100be8028"
    "8002010281"
)
"""Presentation headers as the vendor's guide prints them, without their length."""
TRAILER: Final = bytes(16)
PROFILE: Final = bytes.fromhex("0001002880000000")
"""The head of the poll profile: its attribute, its length, its revision. The minimum poll period follows."""
CLIENT: Final = 0x80000000
SERVER: Final = 0x00800000
SHORTEST_POLL: Final = 2500
"""Ticks: 312 ms, as clients ask; the monitor then gives an association up after 10 s."""
RELEASES: Final = bytes.fromhex("0918c11661803080020101a08062808001000000000000000000")
RELEASED_ANSWER: Final = bytes.fromhex("0a18c11661803080020101a08063808001000000000000000000")


def _association(kind: int, presentation: bytes, client: int, period: int) -> bytes:
    profile = struct.pack(
        ">IIIIII", 0x80000000, period, SHORTEST_POLL, 1000, 0xFFFFFFFF, 0x60000000
    )
    profile += items([struct.pack(">HHIHH", 0xF001, 8, 0x8C000000, 0, 0)])
    user = struct.pack(">IIIIIHH", 0x80000000, 0x40000000, 0, client, 0x20000000, 0, 0)
    user += items([struct.pack(">HH", 1, len(profile)) + profile])
    inside = presentation + bytes([len(user)]) + user + TRAILER
    body = SESSION + bytes([0xC1, len(inside)]) + inside
    return bytes([kind, len(body)]) + body


def items(parts: list[bytes]) -> bytes:
    """A list with its count and its length."""
    body = b"".join(parts)
    return struct.pack(">HH", len(parts), len(body)) + body


def association_request() -> bytes:
    """What asks for an association."""
    return _association(REQUEST, ASKS, CLIENT, SHORTEST_POLL)


def association_accepted(period: int = 4000) -> bytes:
    """What a monitor answers; `period` is the shortest that it lets poll, in ticks."""
    return _association(ACCEPTED, ACCEPTS, SERVER, period)


def association_refused() -> bytes:
    """What a monitor answers that has another client already."""
    return bytes([REFUSED, 1, 0])


def poll_period(message: bytes) -> Span | None:
    """The shortest interval at which an accepting monitor lets poll; None where it says none."""
    place = message.find(PROFILE)
    ticks = message[place + len(PROFILE) :][:4]
    if place < 0 or len(ticks) < 4:
        return None
    return int.from_bytes(ticks, "big") * MILLISECOND // TICKS


def patience(period: Span) -> Span:
    """How long a monitor waits for its client, by the poll period that it granted."""
    if period <= 3300 * MILLISECOND:
        return 10 * SECOND
    return 3 * period if period <= 43 * SECOND else 130 * SECOND


def whole_association(message: bytes) -> bool:
    """Whether a message of the association has the length that it states."""
    head = message[1:4]
    if head[:1] == b"\xff":
        return len(head) == 3 and len(message) == 4 + int.from_bytes(head[1:], "big")
    return len(head) >= 1 and len(message) == 2 + head[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A message of data: what kind, which command, what it brings."""

    kind: int
    invoke: int
    command: int
    body: bytes


def operation(message: bytes) -> Operation | None:
    """The operation in a message; None where a length does not fit, or where it is an error or of another kind."""
    if len(message) < 14 or message[:4] != DATA:
        return None
    kind, length = struct.unpack_from(">HH", message, 4)
    rest = message[8:]
    if length != len(rest) or kind not in {INVOKE, RESULT, LINKED}:
        return None
    if kind == LINKED:
        rest = rest[2:]
    if len(rest) < 6:
        return None
    invoke, command, size = struct.unpack_from(">HHH", rest)
    body = rest[6:]
    return (
        Operation(kind=kind, invoke=invoke, command=command, body=body)
        if size == len(body)
        else None
    )


def encode_operation(
    kind: int, invoke: int, command: int, body: bytes, *, linked: tuple[int, int] | None = None
) -> bytes:
    """A message of data; `linked` is state (1 first, 2 in between, 3 last) and number of a part."""
    rest = struct.pack(">HHH", invoke & 0xFFFF, command, len(body)) + body
    if linked:
        rest = bytes(linked) + rest
    return DATA + struct.pack(">HH", kind, len(rest)) + rest


def poll_request(invoke: int, what: int) -> bytes:
    """Asks once for all objects of a kind that is in POLLED."""
    data = struct.pack(">HHHH", invoke & 0xFFFF, 1, what, POLLED[what])
    body = MDS + struct.pack(">IHH", 0, POLL, len(data)) + data
    return encode_operation(INVOKE, invoke, ACTION, body)


def created_event(invoke: int, time: int, attributes: list[tuple[int, bytes]]) -> bytes:
    """What a monitor says first: itself."""
    info = MDS + encode_attributes(attributes)
    body = MDS + struct.pack(">IHH", time & 0xFFFFFFFF, CREATED, len(info)) + info
    return encode_operation(INVOKE, invoke, EVENT, body)


def created_answer(event: Operation) -> bytes:
    """The answer to it, without which the monitor gives the association up."""
    body = event.body[:10] + struct.pack(">HH", CREATED, 0)
    return encode_operation(RESULT, event.invoke, EVENT, body)


def created_attributes(event: Operation) -> dict[int, bytes] | None:
    """What the monitor says of itself; None where this is another event."""
    body = event.body
    if event.kind != INVOKE or event.command != EVENT or len(body) < 14:
        return None
    if int.from_bytes(body[10:12], "big") != CREATED:
        return None
    return dict(attributes_of(body[20:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """The answer to a poll, or a part of it: which kind of object, the monitor's two clocks, each object's attributes."""

    what: int
    ticks: int
    clock: bytes
    objects: tuple[dict[int, bytes], ...]


def poll_result(answer: Operation) -> PollResult | None:
    """What a result of a poll holds; None for any other."""
    body = answer.body
    if answer.kind not in {RESULT, LINKED} or answer.command != ACTION or len(body) < 10:
        return None
    action, length = struct.unpack_from(">HH", body, 6)
    data = body[10 : 10 + length]
    if action == POLL_EXTENDED:  # one more number stands in it
        data = data[:2] + data[4:]
    elif action != POLL:
        return None
    if len(data) < 20:
        return None
    ticks, clock, what = struct.unpack_from(">I8s2xH", data, 2)
    objects = tuple(
        dict(attributes_of(attributes))
        for context in _listed(data[20:], head=2)
        for attributes in _listed(context, head=2)
    )
    return PollResult(what=what, ticks=ticks, clock=clock, objects=objects)


def _listed(data: bytes, *, head: int) -> Iterator[bytes]:
    """The lists inside the items of a list; each item has `head` bytes, then a list of its own."""
    if len(data) < 4:
        return
    count, length = struct.unpack_from(">HH", data)
    rest = data[4 : 4 + length]
    for _ in range(count):
        if len(rest) < head + 4:
            return
        size = 4 + int.from_bytes(rest[head + 2 : head + 4], "big")
        yield rest[head : head + size]
        rest = rest[head + size :]


def attributes_of(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Id and value of each attribute of a list; one that is cut ends it."""
    if len(data) < 4:
        return
    count, length = struct.unpack_from(">HH", data)
    rest = data[4 : 4 + length]
    for _ in range(count):
        if len(rest) < 4:
            return
        name, size = struct.unpack_from(">HH", rest)
        if len(rest) < 4 + size:
            return
        yield name, rest[4 : 4 + size]
        rest = rest[4 + size :]


def encode_attributes(attributes: list[tuple[int, bytes]]) -> bytes:
    """A list of attributes."""
    return items([struct.pack(">HH", name, len(value)) + value for name, value in attributes])


def encode_poll_result(
    what: int,
    objects: list[list[tuple[int, bytes]]],
    *,
    invoke: int,
    ticks: int,
    clock: bytes,
    linked: tuple[int, int] | None = None,
) -> bytes:
    """The answer to a poll, each object in a list of attributes; `linked` makes it a part of one."""
    seen = [
        struct.pack(">H", handle) + encode_attributes(each)
        for handle, each in enumerate(objects, 1)
    ]
    polled = items([struct.pack(">H", 0) + items(seen)])
    head = struct.pack(
        ">HI8sHHH", invoke & 0xFFFF, ticks & 0xFFFFFFFF, clock, 1, what, POLLED[what]
    )
    data = head + polled
    body = MDS + struct.pack(">HH", POLL, len(data)) + data
    return encode_operation(LINKED if linked else RESULT, invoke, ACTION, body, linked=linked)

"""Who knocks at an HL7 port: listens for a while, refuses everybody, and shows who it was, of which bed, with the values.

For `monitord devices --scan --listen HOST:PORT`. Each message is answered AR, so that no sender takes it for kept.
"""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

from devices.hl7.hl7_answer import AckCode, MessageAnswer, acknowledgements
from devices.hl7.hl7_config import listening_address
from devices.hl7.hl7_framing import Damage, MessageCutter
from devices.hl7.hl7_oru import MessageHeader, Unreadable, read_oru
from devices.hl7.hl7_wire import readable
from monitord.connection_limits import Listener
from monitord.driver import SenderKnock
from monitord.errors import DeviceError
from monitord.model import Instant, Signal
from monitord.model.outside_text import one_line
from monitord.named_peers import in_one_form

SENDERS: Final = 64
"""Different ones that are shown: more are no suite's."""
CONNECTIONS: Final = 32
MESSAGES: Final = 200
"""Of one connection; then it is closed."""
READ: Final = 16_384
_WHY: Final = "monitord only looks who is there: nothing is taken"


@dataclass(slots=True)
class _Seen:
    """What one sender said of one bed."""

    knock: SenderKnock
    kinds: Counter[str] = field(default_factory=Counter)
    readings: dict[Signal, float] = field(default_factory=dict)


async def knocks(listen: str, seconds: float) -> list[SenderKnock]:
    """Everybody who sent something within so many seconds; DeviceError where the port cannot be had."""
    host, port = listening_address(listen)
    seen: dict[tuple[str, str, str], _Seen] = {}
    try:
        door = Listener(host, port, in_all=CONNECTIONS)
        server = await asyncio.start_server(_Refusal(seen).serve, sock=door)
    except OSError as error:
        raise DeviceError(f"cannot listen at {listen}: {error.strerror or error}") from error
    async with server:
        await asyncio.sleep(seconds)
    return [
        replace(each.knock, words=_words(each), readings=dict(each.readings))
        for each in seen.values()
    ]


def _words(seen: _Seen) -> str:
    kinds = ", ".join(f"{count} {kind}" for kind, count in seen.kinds.most_common(4))
    return f"{kinds}; {seen.knock.words}" if seen.knock.words else kinds


class _Refusal:
    """Answers whoever calls."""

    def __init__(self, seen: dict[tuple[str, str, str], _Seen]) -> None:
        self._seen = seen
        self._number = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peername = writer.get_extra_info("peername") or ("?",)
        address = in_one_form(str(peername[0]))
        cutter, told = MessageCutter(), 0
        self._note(address, None, [])
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while told < MESSAGES and (data := await reader.read(READ)):
                for piece in cutter.cut(data):
                    for each in readable(piece):
                        told += 1
                        header = None if isinstance(each, Unreadable) else each[0]
                        rows = [] if isinstance(each, Unreadable) else each[1]
                        whole = piece.damage is Damage.NONE
                        self._note(address, header, list(rows) if whole else [])
                        writer.write(self._answer(header))
                await writer.drain()
        writer.close()

    def _answer(self, header: MessageHeader | None) -> bytes:
        self._number += 1
        answer = MessageAnswer(verdict=AckCode.REFUSED, why=_WHY)
        # The time of the message stands for ours: a clock is not ours to read.
        at = header.sent.at if header is not None and header.sent is not None else Instant(0)
        return acknowledgements(header, answer, at, self._number)

    def _note(self, address: str, header: MessageHeader | None, rows: list[str]) -> None:
        place, name, devices = "", "", ""
        readings: dict[Signal, float] = {}
        if header is not None and rows:
            oru = read_oru(rows, header)
            place, name = oru.place_text, one_line(header.application, 80)
            devices = one_line(", ".join(sorted(oru.devices)), 120)
            readings = {
                each.signal: each.value
                for group in oru.groups
                for each in group.observations
                if each.value is not None
            }
        key = address, name, place
        known = self._seen.get(key)
        if known is None:
            if len(self._seen) >= SENDERS:
                return
            settings = {"peers": address}
            settings |= {"location": one_line(place, 120)} if place else {}
            knock = SenderKnock(host=address, words=devices, settings=settings)
            known = self._seen[key] = _Seen(knock)
            # What it said before it said who it is was the connection alone.
            silent = self._seen.get((address, "", ""))
            if key != (address, "", "") and silent is not None and not silent.kinds:
                del self._seen[address, "", ""]
        if header is not None:
            known.kinds["^".join(filter(None, header.kind)) or "no type"] += 1
        elif rows or known.kinds:
            known.kinds["not HL7"] += 1
        known.readings |= readings

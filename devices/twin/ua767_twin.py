"""An A&D UA-767PC: asleep until spoken to, opens, measures when told, sends one record."""

from collections.abc import Mapping
from typing import Any, Final

from devices.cuffs.and_ua767 import CLOSE, NO_DATA, OPEN, START, encode_control, encode_record
from devices.readings import CuffReading
from devices.twin.body import Body
from devices.twin.cuff_cycle import TwinCuff
from devices.twin.stream_twin import StreamTwin
from devices.wire import NO_FRAME, UNFINISHED, Framer

_HEAD: Final = {0x01: (b"\x01PC70", 6), 0x02: (b"\x02CPC", 8)}
"""Of a control block and a command of the host: how it begins, and its length."""

_AWAKE: Final = 300.0
"""s after which an idle device closes and sleeps again."""


def measure_host(data: bytes, at: int) -> int:
    """For `Framer`: a block of the host."""
    head, size = _HEAD.get(data[at], (b"", 0))
    block = data[at : at + size]
    if not size or not head.startswith(block[: len(head)]):
        return NO_FRAME
    return size if len(block) == size else UNFINISHED


class Ua767Voice:
    """The first command after sleep only wakes it."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        if options:
            raise ValueError(f"an A&D twin has no options: {', '.join(options)}")
        self._body = body
        self._framer = Framer(measure_host, limit=8)
        self._cuff = TwinCuff(body)
        self._open = False
        self._awake_until: float | None = None

    def speak(self, t: float) -> bytes:
        result = self._cuff.done(t)
        if result is None:
            return b""
        return NO_DATA if result.error else self._record(result, t)

    def answer(self, data: bytes, t: float) -> bytes:
        return b"".join(self._reply(block, t) for block in self._framer.cut(data))

    def _reply(self, block: bytes, t: float) -> bytes:
        if block[0] == 0x01:
            return b""
        if self._awake_until is None or t >= self._awake_until:
            self._awake_until, self._open = t + _AWAKE, False
            return b""
        self._awake_until = t + _AWAKE
        if block == OPEN:
            self._open = True
        elif block == CLOSE:
            self._open, self._awake_until = False, None
            self._cuff.abort(t)
        elif block != START or not self._open or not self._cuff.start(t):
            return encode_control(heard=False)
        return encode_control()

    def _record(self, reading: CuffReading, t: float) -> bytes:
        return encode_record(reading, self._body.clock(t))


TWIN: Final = StreamTwin("and_ua767", "A&D UA-767PC", Ua767Voice)

"""A SunTech module: it measures when told, shows its cuff's pressure, and keeps the last result."""

from collections.abc import Mapping
from typing import Any, Final

from devices.cuffs.suntech import (
    ABORT,
    COMMANDS,
    CUFF,
    START,
    ModuleAnswer,
    encode_answer,
    encode_cuff,
    encode_result,
    measure_command,
)
from devices.readings import CuffReading
from devices.twin.body import Body
from devices.twin.cuff_cycle import TwinCuff
from devices.twin.stream_twin import StreamTwin
from devices.wire import Framer

_CODES: Final = {"weak or no signal": 1, "motion": 2}
_NOTHING_YET: Final = 4
"""The error of a result that is asked for before any measurement: timed out."""


class SuntechVoice:
    """Answers to start, abort, cuff pressure and result; says `K` by itself when it has measured."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        if options:
            raise ValueError(f"a SunTech twin has no options: {', '.join(options)}")
        self._framer = Framer(measure_command, limit=max(map(len, COMMANDS)))
        self._cuff = TwinCuff(body)
        self._last: CuffReading | None = None

    def speak(self, t: float) -> bytes:
        result = self._cuff.done(t)
        if result is None:
            return b""
        self._last = result
        return encode_answer(ModuleAnswer.DONE)

    def answer(self, data: bytes, t: float) -> bytes:
        return b"".join(self._reply(frame, t) for frame in self._framer.cut(data))

    def _reply(self, command: bytes, t: float) -> bytes:
        if command == START:
            started = self._cuff.start(t)
            return encode_answer(ModuleAnswer.ACCEPTED if started else ModuleAnswer.BUSY)
        if command == ABORT:
            self._cuff.abort(t)
            return encode_answer(ModuleAnswer.ABORTED)
        if command == CUFF:
            return encode_cuff(self._cuff.pressure(t))
        return self._result()

    def _result(self) -> bytes:
        last = self._last
        if last is None:
            return encode_result(CuffReading(), code=_NOTHING_YET)
        code = _CODES[last.error] if last.error else 0
        return encode_result(last, code=code)


TWIN: Final = StreamTwin("suntech", "SunTech Advantage OEM module", SuntechVoice)

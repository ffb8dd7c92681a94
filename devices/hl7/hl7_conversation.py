"""One connection of a named sender: reads its messages, and answers them in their order.

An answer waits until what its message says is in the record, while the next messages are read.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

from devices.hl7.hl7_answer import AckCode, MessageAnswer, Mode
from devices.hl7.hl7_framing import MESSAGE_LIMIT, Damage, MessageCutter, Piece
from devices.hl7.hl7_oru import MessageHeader, Unreadable
from devices.hl7.hl7_wire import readable

READ: Final = 16_384
QUIET_S: Final = 1.0
"""Bare text without an end is over when nothing comes for so long."""
UNFINISHED_S: Final = 30.0
"""A message whose end does not come for so long is answered AE, and given up."""
ANSWER_S: Final = 10.0
"""A sender that does not take its answers for so long is closed: it blocks nobody but itself."""
RECORDED_S: Final = 5.0
"""What is not in the record after so long is answered AE: the sender sends it again."""
WAITING: Final = 512
"""Answers of one connection that wait; beyond them it is read no further."""

Recorded = asyncio.Future[bool] | None
"""True once what a message said is in the record, False where it is not; None where nobody keeps one."""


class Desk(Protocol):
    """What a conversation asks of its listener."""

    async def room(self, address: str) -> None:
        """Waits until one more message of this address may be looked at."""
        ...

    async def take(self, header: MessageHeader, rows: Sequence[str], address: str) -> "Handled":
        """Gives a message to its bed."""
        ...

    def answer(
        self, header: MessageHeader | None, answer: MessageAnswer, mode: Mode = "auto"
    ) -> bytes:
        """The acknowledgements of one message."""
        ...

    def not_understood(self, address: str, why: str) -> None:
        """A message that is no HL7, or did not come whole."""
        ...


class Handled:
    """A message that was looked at; without an answer it wants none."""

    __slots__ = ("answer", "mode", "recorded")

    def __init__(
        self, answer: MessageAnswer | None, recorded: Recorded, mode: Mode = "auto"
    ) -> None:
        self.answer = answer
        self.recorded = recorded
        self.mode = mode


class Conversation:
    """One connection of a named sender: reads, and writes the answers in the order of the messages."""

    def __init__(
        self,
        listener: Desk,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        address: str,
    ) -> None:
        self._listener = listener
        self._reader = reader
        self._writer = writer
        self._address = address
        self._cutter = MessageCutter(MESSAGE_LIMIT)
        self._answers: asyncio.Queue[tuple[MessageHeader | None, Handled] | None] = asyncio.Queue(
            WAITING
        )

    async def run(self) -> None:
        """Until the sender ends it."""
        telling = asyncio.create_task(self._tell(), name=f"hl7 answers {self._address}")
        reading = asyncio.create_task(self._read(), name=f"hl7 messages {self._address}")
        try:
            await asyncio.wait({telling, reading}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                # What was read is answered before the line is closed.
                await asyncio.wait({telling}, timeout=ANSWER_S + RECORDED_S)
        finally:
            for task in (reading, telling):
                task.cancel()
            await asyncio.gather(reading, telling, return_exceptions=True)
        for task in (reading, telling):
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def _read(self) -> None:
        cutter = self._cutter
        while True:
            if cutter.unfinished:
                try:
                    async with asyncio.timeout(QUIET_S if cutter.bare else UNFINISHED_S):
                        data = await self._reader.read(READ)
                except TimeoutError:
                    await self._take(cutter.finish())
                    continue
            else:
                data = await self._reader.read(READ)
            await self._take(cutter.cut(data) if data else cutter.finish())
            if not data:
                await self._answers.put(None)
                return

    async def _take(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            found = readable(piece)
            for each in found:
                await self._listener.room(self._address)
                if isinstance(each, Unreadable):
                    await self._refuse(None, str(each))
                elif piece.damage is not Damage.NONE:
                    await self._refuse(each[0], piece.damage.value)
                else:
                    header, rows = each
                    taken = await self._listener.take(header, rows, self._address)
                    await self._answers.put((header, taken))
                # However much a sender has queued, the record, alarms and other senders have their turn between two
                # messages: none of the waits above gives it to them while there is room.
                await asyncio.sleep(0)

    async def _refuse(self, header: MessageHeader | None, why: str) -> None:
        self._listener.not_understood(self._address, why)
        taken = Handled(MessageAnswer(verdict=AckCode.WRONG, why=why), None)
        await self._answers.put((header, taken))

    async def _tell(self) -> None:
        while (item := await self._answers.get()) is not None:
            header, taken = item
            answer = taken.answer
            if answer is None:
                continue
            if taken.recorded is not None and not await _in_time(taken.recorded):
                answer = MessageAnswer(
                    verdict=AckCode.WRONG, why="it could not be recorded: send it again"
                )
            data = self._listener.answer(header, answer, taken.mode)
            if data:
                self._writer.write(data)
                if self._writer.transport.get_write_buffer_size():
                    async with asyncio.timeout(ANSWER_S):
                        await self._writer.drain()


async def _in_time(recorded: asyncio.Future[bool]) -> bool:
    """Whether it is in the record by then. Others wait for the same: who gives up does not take it from them."""
    if not recorded.done():
        await asyncio.wait({recorded}, timeout=RECORDED_S)
    return recorded.done() and not recorded.cancelled() and recorded.result()


def headers_of(piece: Piece) -> list[MessageHeader | None]:
    return [None if isinstance(each, Unreadable) else each[0] for each in readable(piece)]

"""Cuts a TCP stream into HL7 messages: MLLP, and what senders do instead. Pure.

    VT  message  FS CR

Some senders leave out the framing and write bare text; some put LF after CR, or something before `MSH`.
What comes out depends on the bytes alone, not on how they were split over reads. A frame that is never
finished is told as such: it may have been cut inside a number, and no number of it is believed.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

VT: Final = 0x0B
FS: Final = 0x1C
MESSAGE_LIMIT: Final = 256 * 1024
"""Bytes of one message. A monitor's whole tree of parameters has some 30 KB, a second of waves some 100."""
HEAD: Final = 1024
"""Bytes kept of a message that is too long: its header is answered."""

_BEGINS: Final = re.compile(rb"\x0b|MSH")
_TEXT_ENDS: Final = re.compile(rb"[\x0b\x1c]|[\r\n]MSH")
_MAY_END_TEXT: Final = re.compile(rb"[\r\n](?:MS?)?\Z")
_BLANK: Final = b"\r\n \t\0"
_ENDS_OF_LINES: Final = b"\r\n"
_START_KEPT: Final = 2
"""Bytes of `MSH` that may stand at the end of a read."""


class Damage(StrEnum):
    """Why a message is not read."""

    NONE = ""
    CUT_OFF = "its end did not come"
    TOO_LONG = "it is too long"


@dataclass(frozen=True, slots=True)
class Piece:
    """One message without its framing; of one that is too long the beginning. `bare` says that it had none."""

    body: bytes
    damage: Damage = Damage.NONE
    bare: bool = False

    def __len__(self) -> int:
        return len(self.body)


class MessageCutter:
    """Cuts messages; what it keeps of an unfinished one is bounded by `limit`."""

    def __init__(self, limit: int = MESSAGE_LIMIT) -> None:
        self.rejected = 0
        """Bytes that belonged to no message, or to one that is too long or was not finished."""
        self._limit = limit
        self._rest = bytearray()
        self._inside = False
        self._bare = False
        self._skipping = False
        self._seen = 0
        """Up to where the rest holds no end."""

    @property
    def unfinished(self) -> bool:
        """Whether a message has begun and not ended."""
        return self._inside

    @property
    def bare(self) -> bool:
        """Whether what has begun is text without a frame: it ends where nothing more comes."""
        return self._inside and self._bare

    def cut(self, data: bytes) -> list[Piece]:
        """The messages that these bytes complete, and those that they show to be broken."""
        self._rest += data
        pieces: list[Piece] = []
        while self._inside or self._begin():
            if not self._end(pieces):
                break
        return pieces

    def finish(self) -> list[Piece]:
        """What stands unfinished when nothing more comes: bare text ends so, a frame is broken."""
        if not self._inside:
            return []
        body, bare, skipping = bytes(self._rest), self._bare, self._skipping
        self._rest.clear()
        self._leave()
        if skipping:
            self.rejected += len(body)
            return []
        if bare and body.strip(_BLANK):
            return [Piece(body, bare=True)]
        self.rejected += len(body)
        return [Piece(body, Damage.CUT_OFF)] if body.strip(_BLANK) else []

    def _begin(self) -> bool:
        """Goes to the next beginning; what stands before it is no message."""
        found = _BEGINS.search(self._rest)
        keep = self._start_of_a_start() if found is None else found.start()
        self.rejected += len(bytes(self._rest[:keep]).translate(None, _ENDS_OF_LINES))
        if found is None:
            del self._rest[:keep]
            return False
        self._bare = found[0] == b"MSH"
        del self._rest[: found.start() if self._bare else found.end()]
        self._inside, self._seen = True, 0
        return True

    def _start_of_a_start(self) -> int:
        end = len(self._rest)
        for length in range(_START_KEPT, 0, -1):
            if self._rest.endswith(b"MSH"[:length]):
                return end - length
        return end

    def _end(self, pieces: list[Piece]) -> bool:
        """Takes the message where it ends; False where more is needed for that."""
        # An end of bare text has up to four bytes, of which some were there.
        seen = max(0, self._seen - 3)
        length = self._text_end(seen) if self._bare else self._frame_end(seen)
        found = length >= 0
        if not found:
            length = len(self._rest)
        text = length
        if (
            not found
            and self._bare
            and (end := _MAY_END_TEXT.search(self._rest, max(0, length - 3)))
        ):
            # The end of a read may be within the end of a text.
            text = end.start()
        if text > self._limit and not self._skipping:
            head = bytes(self._rest[: min(HEAD, self._limit)])
            pieces.append(Piece(head, Damage.TOO_LONG, self._bare))
            self._skipping = True
        if not found:
            self._seen = length
            if self._skipping:
                keep = min(length, 3)
                self.rejected += length - keep
                del self._rest[: length - keep]
                self._seen = 0
            return False
        body, sign = bytes(self._rest[:length]), self._rest[length]
        framed_end = sign == FS
        # The beginning of the next one stays, but for the end of the line before it.
        del self._rest[: length + (sign != VT)]
        if self._skipping:
            self.rejected += len(body)
        elif framed_end or self._bare:
            if body.strip(_BLANK):
                pieces.append(Piece(body, bare=self._bare and not framed_end))
        else:
            self.rejected += len(body) + 1
            if body.strip(_BLANK):
                pieces.append(Piece(body, Damage.CUT_OFF))
        self._leave()
        return True

    def _frame_end(self, seen: int) -> int:
        """Where the frame ends, or another one begins; -1 where neither is there."""
        end = self._rest.find(FS, seen)
        begins = self._rest.find(VT, seen, len(self._rest) if end < 0 else end)
        return end if begins < 0 else begins

    def _text_end(self, seen: int) -> int:
        found = _TEXT_ENDS.search(self._rest, seen)
        return -1 if found is None else found.start()

    def _leave(self) -> None:
        self._inside = self._bare = self._skipping = False
        self._seen = 0

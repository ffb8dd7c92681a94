"""HTTP/1.1 in which a request comes whole within its time, and its answer is taken, or not at all.

uvicorn itself waits for ever for a head, and for who reads nothing.
"""

import asyncio
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_S: Final = 10.0
"""From the first moment, or from the answer before, to the last byte of a request; a page sends one in a packet."""

TAKEN_S: Final = 20.0
TAKEN_BYTES: Final = 48 * 1024
"""Within that time who asked takes so much of what waits, which a line of 20 kbit/s does."""


class TimedHttp(H11Protocol):
    """One connection; it is closed where a request does not come or trickles, or an answer is not taken."""

    _overdue: asyncio.TimerHandle | None = None
    _untaken: asyncio.TimerHandle | None = None
    _waiting = 0
    """Bytes that waited to be taken when its time began."""

    def connection_made(self, transport: Any) -> None:
        """The first request's time begins."""
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        """Its time is over once the request is whole."""
        super().data_received(data)
        if self.conn.their_state not in {h11.IDLE, h11.SEND_BODY}:
            self._stop()

    def on_response_complete(self) -> None:
        """The next one's time begins."""
        super().on_response_complete()
        if not self.transport.is_closing():
            self._expect()
        elif self._untaken is None:
            # It closes once all is taken: nobody need ever do that.
            self._await_taking()

    def pause_writing(self) -> None:
        """More waits than the line takes: it has a time to take some."""
        super().pause_writing()
        if self._untaken is None:
            self._await_taking()

    def resume_writing(self) -> None:
        """It took some."""
        if not self.transport.is_closing():
            self._taken()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is expected any more."""
        self._stop()
        self._taken()
        super().connection_lost(exc)

    def _expect(self) -> None:
        self._stop()
        self._overdue = self.loop.call_later(REQUEST_S, self._give_up)

    def _stop(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None

    def _await_taking(self) -> None:
        self._waiting = self.transport.get_write_buffer_size()
        self._untaken = self.loop.call_later(TAKEN_S, self._look_at_what_was_taken)

    def _look_at_what_was_taken(self) -> None:
        """A long answer on a slow line goes on as long as enough of it is taken each time."""
        if self._waiting - self.transport.get_write_buffer_size() >= TAKEN_BYTES:
            self._await_taking()
        else:
            self._give_up()

    def _taken(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None

    def _give_up(self) -> None:
        self.transport.abort()

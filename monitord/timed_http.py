"""HTTP/1.1 in which a request comes whole within its time, or not at all: uvicorn itself waits for ever for a head."""

import asyncio
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_S: Final = 10.0
"""From the first moment, or from the answer before, to the last byte of a request; a page sends one in a packet."""


class TimedHttp(H11Protocol):
    """One connection; it is closed where a request does not come, or trickles."""

    _overdue: asyncio.TimerHandle | None = None

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

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is expected any more."""
        self._stop()
        super().connection_lost(exc)

    def _expect(self) -> None:
        self._stop()
        self._overdue = self.loop.call_later(REQUEST_S, self._give_up)

    def _stop(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None

    def _give_up(self) -> None:
        self.transport.abort()

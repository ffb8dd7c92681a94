"""A listening socket that gives way before it takes the descriptors that alarms need.

Connections are capped in all and per address; what is refused is closed at once. Where the machine has no
descriptor left, one that was kept for it takes the caller in and shows the door, so that nobody waits.
"""

import asyncio
import errno
import os
import resource
import socket
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from typing import Any, Final

from monitord.counted_warning import CountedWarning
from monitord.named_peers import in_one_form, is_loopback

IN_ALL: Final = 256
"""More than a suite's pages and programs together; never more than a half of the process's descriptors."""
PER_ADDRESS: Final = 64
"""A page takes up to six: some ten pages behind one address."""
REFUSED_A_TURN: Final = 16
"""Some 0.5 ms of work: whoever connects faster than he is refused must not keep the loop from everything else."""
_EXHAUSTED: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Listener(socket.socket):
    """Bound and listening, not blocking; OSError where the address is taken.

    Addresses of proxies are `exempt` from the cap of one address; so is this machine. With `begin_within_s`, for TLS,
    a connection is closed of which `begun` was not called so soon: the loop itself waits a minute for a handshake.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        exempt: Collection[str] = (),
        in_all: int = IN_ALL,
        per_address: int = PER_ADDRESS,
        backlog: int = 64,
        begin_within_s: float | None = None,
    ) -> None:
        super().__init__(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._in_all = max(8, min(in_all, soft // 2)) if soft > 0 else in_all
        self._per_address = per_address
        self._begin_within_s = begin_within_s
        self._exempt = frozenset(map(in_one_form, exempt))
        self._open: Counter[str] = Counter()
        self._refused = CountedWarning("connections_refused")
        self._spare = _kept()
        try:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.bind((host.strip("[]"), port))
            # Who is told the port at once may connect at once.
            self.listen(backlog)
            self.setblocking(False)  # noqa: FBT003 - the socket's own signature
        except OSError:
            self.close()
            raise

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection that may come in; BlockingIOError where none waits, or many were refused in its place."""
        for _ in range(REFUSED_A_TURN):
            try:
                peer, address = super().accept()
            except OSError as error:
                if error.errno not in _EXHAUSTED:
                    raise
                self._show_the_door(str(error.strerror))
                continue
            place = in_one_form(str(address[0]))
            if self._open.total() < self._in_all and (
                self._open[place] < self._per_address or self._is_exempt(place)
            ):
                self._open[place] += 1
                family, kind, proto = peer.family, peer.type, peer.proto
                taken = _Peer(family, kind, proto, fileno=peer.detach())
                taken.left = partial(self._leave, place)
                if self._begin_within_s is not None:
                    loop = asyncio.get_running_loop()
                    taken.overdue = loop.call_later(self._begin_within_s, taken.give_up)
                return taken, address
            peer.close()
            self._refused.add(why=f"too many connections, of {place} {self._open[place]}")
        raise BlockingIOError(errno.EAGAIN, "others have their turn")

    def _is_exempt(self, place: str) -> bool:
        return place in self._exempt or is_loopback(place)

    def _leave(self, place: str) -> None:
        self._open[place] -= 1
        if self._open[place] <= 0:
            del self._open[place]

    def _show_the_door(self, why: str) -> None:
        if self._spare is None:
            raise BlockingIOError(errno.EAGAIN, why)
        os.close(self._spare)
        self._spare = None
        try:
            super().accept()[0].close()
        finally:
            self._spare = _kept()
        self._refused.add(why=why)

    def close(self) -> None:
        """Closes the socket and what was kept for it."""
        super().close()
        spare, self._spare = self._spare, None
        if spare is not None:
            os.close(spare)


def begun(transport: asyncio.BaseTransport) -> None:
    """Its handshake is done."""
    peer = getattr(transport.get_extra_info("socket"), "_sock", None)
    if isinstance(peer, _Peer):
        peer.in_time()


class _Peer(socket.socket):
    """A connection that says when it is over."""

    left: Callable[[], None] | None = None
    overdue: asyncio.TimerHandle | None = None

    def in_time(self) -> None:
        """It began."""
        overdue, self.overdue = self.overdue, None
        if overdue is not None:
            overdue.cancel()

    def give_up(self) -> None:
        """It did not: the loop finds it closed by the other side."""
        with suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.in_time()
        super().close()
        left, self.left = self.left, None
        if left is not None:
            left()


def _kept() -> int | None:
    try:
        return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None

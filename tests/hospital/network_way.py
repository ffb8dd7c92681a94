"""A TCP relay to one server, which can be cut: at once with all that goes through it, or so that nothing is heard any more."""

import contextlib
import select
import socket
import threading
from typing import Final

HOST: Final = "127.0.0.1"
CHUNK: Final = 65536


class NetworkWay:
    """`cut` ends what goes through it and lets nobody in; `block` keeps connections and lets no byte through; until `mend`."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._whole = threading.Event()
        self._whole.set()
        self._flows = threading.Event()
        self._flows.set()
        self._delay_s = 0.0
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        self._whole.clear()
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def block(self) -> None:
        """As a cable that was pulled: neither side is told."""
        self._flows.clear()

    def slow(self, delay_s: float) -> None:
        """Each piece waits so long on its way."""
        self._delay_s = delay_s

    def mend(self) -> None:
        self._delay_s = 0.0
        self._whole.set()
        self._flows.set()

    def _serve(self) -> None:
        while True:
            inside, _ = self._listener.accept()
            if not self._whole.is_set():
                inside.close()
                continue
            threading.Thread(target=self._relay, args=(inside,), daemon=True).start()

    def _relay(self, inside: socket.socket) -> None:
        with inside, contextlib.suppress(OSError):
            self._flows.wait()
            outside = socket.create_connection((HOST, self._to), 5)
            with outside:
                self._open |= {inside, outside}
                other = {inside: outside, outside: inside}
                ended = False
                while not ended:
                    for each in select.select(list(other), [], [])[0]:
                        self._flows.wait()
                        data = each.recv(CHUNK)
                        if not data:
                            ended = True
                            break
                        if self._delay_s:
                            threading.Event().wait(self._delay_s)
                        other[each].sendall(data)
                self._open -= {inside, outside}

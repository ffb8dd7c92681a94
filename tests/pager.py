"""A pager for tests: a web server on a thread of its own that takes alarm lines, so that a daemon in another
process or in the test's own loop can tell it.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One POST that arrived: its idempotency key, its alarm line, and `time.monotonic()`."""

    key: str
    line: Mapping[str, Any]
    at: float


class Pager:
    """A webhook's other end. `status` is what it answers; it keeps what it did not refuse."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.status = 204
        pager = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if pager.status < 300:
                    key = str(self.headers["Idempotency-Key"])
                    pager.calls.append(Call(key=key, line=json.loads(body), at=time.monotonic()))
                self.send_response(pager.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its base's word
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/alarms"
        # Often, so that `close` need not wait.
        serve = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        serve.start()

    def lines(self, alarm: str, event: str = "start") -> list[Call]:
        return [c for c in self.calls if (c.line["alarm"], c.line["event"]) == (alarm, event)]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

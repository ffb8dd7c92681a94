"""Who may speak to the station while there are no accounts: this machine, and its own page.

Every request names a loopback address as its Host, every page that sends one is our own (Origin),
every body is small JSON. Every answer forbids third-party loads.
"""

import asyncio
import json
from collections.abc import Iterable
from ipaddress import ip_address

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 16 * 1024
"""Bytes of a body; the largest action, an observation with a note, is under 2 kB."""
BODY_TIMEOUT_S = 10.0
"""A body that takes longer is given up: a page sends it in one packet."""

HEADERS = {
    b"content-security-policy": b"default-src 'none'; script-src 'self'; style-src 'self'; "
    b"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"cache-control": b"no-cache",
}

_NAMES = ("127.0.0.1", "localhost", "[::1]")


def loopback_fault(host: str) -> str | None:
    """Why the station may not listen on `host`, or None: until accounts exist, loopback only."""
    if host == "localhost":
        return None
    try:
        local = ip_address(host.strip("[]")).is_loopback
    except ValueError:
        local = False
    if local:
        return None
    return (
        f"the station has no accounts yet and listens on this machine only: "
        f"{host!r} is not 127.0.0.1, ::1 or localhost"
    )


def _refusal(scope: Scope, headers: dict[bytes, bytes]) -> tuple[int, str] | None:
    server = scope.get("server")
    port = server[1] if server else 80
    hosts = {f"{name}:{port}" for name in _NAMES} | (set(_NAMES) if port == 80 else set())
    host = headers.get(b"host", b"").decode("latin-1").lower()
    if host not in hosts:
        return 403, "this station answers only to 127.0.0.1, localhost or [::1] with its own port"
    origin = headers.get(b"origin")
    if origin is not None and origin.decode("latin-1").lower() not in {
        f"http://{h}" for h in hosts
    }:
        return 403, "a page from somewhere else may not speak to this station"
    if scope["method"] in {"GET", "HEAD", "OPTIONS"}:
        return None
    kind = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    if kind != "application/json":
        return 415, "the body must be application/json"
    return None


class Guard:
    """ASGI middleware around the whole station."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what is refused, hands on the rest with its body already read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_headers(message.get("headers", ()))
            await send(message)

        refusal = _refusal(scope, dict(scope["headers"]))
        body = b""
        if refusal is None and scope["method"] not in {"GET", "HEAD", "OPTIONS"}:
            try:
                async with asyncio.timeout(BODY_TIMEOUT_S):
                    read = await _read(receive)
            except TimeoutError:
                refusal = 408, f"the body did not come within {BODY_TIMEOUT_S:g} s"
            else:
                if read is None:
                    refusal = 413, f"the body is larger than {MAX_BODY} bytes"
                else:
                    body = read
        if refusal is not None:
            await _refuse(send_safe, *refusal)
            return
        await self._app(scope, _replay(body, receive), send_safe)


def _with_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    own = [(name, value) for name, value in headers if name.lower() not in HEADERS]
    return [*own, *HEADERS.items()]


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None when it is too large. Ends also when the client goes."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


async def _refuse(send: Send, status: int, error: str) -> None:
    body = json.dumps({"error": error}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        # What is left of a refused body is not worth reading.
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

"""What every request must be, whoever sends it: for this station, from its own page, small.

Every request names the station as its Host, every page that sends one is our own (Origin),
every body is small JSON. Every answer forbids third-party loads.
"""

import asyncio
import json
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 16 * 1024
"""Bytes of a body; the largest action, an observation with a note, is under 2 kB."""
BODY_TIMEOUT_S = 10.0
"""A body that takes longer is given up: a page sends it in one packet."""

POLICY = b"content-security-policy"
HEADERS = {
    POLICY: b"default-src 'none'; script-src 'self'; style-src 'self'; "
    b"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"cache-control": b"no-cache",
}

HSTS = b"strict-transport-security", b"max-age=31536000"

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_NAMES = ("127.0.0.1", "localhost", "[::1]")


def _refusal(
    scope: Scope, headers: dict[bytes, bytes], names: tuple[str, ...]
) -> tuple[int, str] | None:
    server = scope.get("server")
    port = server[1] if server else 80
    usual = port == (443 if scope["scheme"] == "https" else 80)
    hosts = {f"{name}:{port}" for name in names} | (set(names) if usual else set())
    host = headers.get(b"host", b"").decode("latin-1").lower()
    if host not in hosts:
        return 403, f"this station answers only to {', '.join(names)} with its own port"
    origin = headers.get(b"origin")
    if origin is not None and origin.decode("latin-1").lower() not in {
        f"{scope['scheme']}://{h}" for h in hosts
    }:
        return 403, "a page from somewhere else may not speak to this station"
    if scope["method"] in SAFE:
        return None
    kind = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    if kind != "application/json":
        return 415, "the body must be application/json"
    return None


class Guard:
    """ASGI middleware around the whole station."""

    def __init__(self, app: ASGIApp, names: Iterable[str] = ()) -> None:
        """`names` are those of the station beside this machine's own."""
        self._app = app
        self._names = (*_NAMES, *(name.lower() for name in names if name not in _NAMES))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what is refused, hands on the rest with its body already read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure = scope["scheme"] == "https"
                message["headers"] = _with_headers(message.get("headers", ()), secure=secure)
            await send(message)

        refusal = _refusal(scope, dict(scope["headers"]), self._names)
        body = b""
        if refusal is None and scope["method"] not in SAFE:
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
            await refuse(send_safe, *refusal)
            return
        await self._app(scope, replay(body, receive), send_safe)


def _with_headers(
    headers: Iterable[tuple[bytes, bytes]], *, secure: bool
) -> list[tuple[bytes, bytes]]:
    # A page that brings its own style, a session's report, says what it may do by itself.
    own = [each for each in headers if each[0].lower() not in HEADERS.keys() - {POLICY}]
    said = {name.lower() for name, _ in own}
    ours = [each for each in HEADERS.items() if each[0] not in said]
    return [*own, *ours, *([HSTS] if secure else [])]


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


def replay(body: bytes, receive: Receive) -> Receive:
    """Gives a body that was read already, then what comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


async def refuse(send: Send, status: int, error: str, *, retry_after: int | None = None) -> None:
    """A refusal as JSON with its sentence."""
    body = json.dumps({"error": error}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        # What is left of a refused body is not worth reading.
        (b"connection", b"close"),
    ]
    if retry_after is not None:
        headers.append((b"retry-after", str(retry_after).encode()))
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

"""Where answers by a link arrive: `POST /reply/TOKEN` with `{"answer": "accept", "by": "nurse 7"}`.

Only POST counts: mail and chat programs fetch every link that they show. Plain HTTP on this
machine; a reverse proxy with TLS stands before it.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitord.connection_limits import Listener
from monitord.counted_warning import CountedWarning
from monitord.errors import NotifyError
from monitord.notify.channels.reply_token import read_token
from monitord.notify.notifier import Answers, AnswerWord, Reply
from monitord.timed_http import TimedHttp

BODY_AT_MOST: Final = 16 * 1024
"""Bytes; the largest answer is under 3 kB."""


class ReplyBody(BaseModel):
    """What somebody answers; `by` is who, as the site's own system knows them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    answer: AnswerWord
    by: Annotated[str, Field(min_length=1, max_length=100)]
    reason: Annotated[str, Field(max_length=500)] = ""


def reply_app(answers: Answers, secret: Callable[[], str]) -> FastAPI:
    """The one-route application; the secret is read anew for each answer."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    strangers = CountedWarning("answers_of_a_stranger")

    async def reply(token: str, request: Request) -> JSONResponse:
        found = read_token(secret(), token)
        if found is None:
            strangers.add(peer=request.client.host if request.client else "")
            return _not_done(403, "this link is not valid")
        raw = await _body(request)
        if raw is None:
            return _not_done(413, f"an answer has at most {BODY_AT_MOST} bytes")
        try:
            body = ReplyBody.model_validate_json(raw)
        except ValidationError:
            return _not_done(422, "an answer is JSON with `answer` and `by`")
        given = Reply(
            alarm=found.alarm,
            word=body.answer,
            by=body.by,
            # One answer by one person: whoever comes second with the link gives another one under the same key.
            key=found.key,
            reason=body.reason,
            until=found.until,
        )
        why = await answers(given)
        if why is None:
            return JSONResponse({"done": True})
        return JSONResponse({"done": False, "why": why}, 409)

    app.add_api_route("/reply/{token}", reply, methods=["POST"], response_model=None)
    return app


async def _body(request: Request) -> bytes | None:
    """All of it; None where it is too large, of which the rest is not read."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY_AT_MOST:
            return None
    return bytes(body)


def _not_done(status: int, why: str) -> JSONResponse:
    # What is left of a refused body is not worth reading.
    return JSONResponse({"done": False, "why": why}, status, headers={"connection": "close"})


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the daemon's own handlers alone."""
        yield


async def serve_replies(app: FastAPI, host: str, port: int) -> None:
    """Serves until cancelled; NotifyError where the port is taken."""
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
        http=TimedHttp,
    )
    server = _Server(config)
    try:
        # Bound here, because uvicorn ends the process where an address is taken.
        door = Listener(host, port)
    except OSError as error:
        raise NotifyError(f"cannot listen for answers: {error}") from error
    with door:
        serving = asyncio.create_task(server.serve(sockets=[door]), name="replies http")
        try:
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            await serving

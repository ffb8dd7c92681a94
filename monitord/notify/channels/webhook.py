"""Alarms as HTTP POSTs: the alarm line, or a text made of it; the idempotency key is a header.

With `reply` the body carries an address at which the reader may answer, good for this alarm only.
"""

import hmac
import json
from contextlib import AbstractAsyncContextManager
from hashlib import sha256
from string import Template
from typing import Annotated, Self
from urllib.parse import quote

import httpx2
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from monitord import __version__
from monitord.errors import NotifyError
from monitord.model import SECOND, Duration, Instant, Notify
from monitord.notify.address import http_url
from monitord.notify.channels.http_post import status_of
from monitord.notify.channels.rehearsal import HttpPeer, Rehearsal
from monitord.notify.channels.reply_token import GOOD_FOR, ReplyToken, make_token
from monitord.notify.message_text import TEMPLATE_PLACES, Link, check_template, facts
from monitord.notify.notifier import Answers, AnswerWord
from monitord.notify.secret_file import read_secret, read_url
from monitord.store.line_json import line_json

_BUSY = {408, 425, 429}
# Refusals that another try may get past; every other 3xx and 4xx stays what it is.
_JSON = "application/json"


def _template(text: str) -> str:
    return check_template(text, TEMPLATE_PLACES | {"reply_url"})


class ReplyConfig(BaseModel):
    """Where answers come in: monitord listens on `host` and `port`, readers reach it by `url`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    url: Annotated[str, AfterValidator(http_url)]
    port: Annotated[int, Field(ge=1, le=65535)]
    host: str = "127.0.0.1"


class WebhookConfig(BaseModel):
    """Where to post; with `secret_file` the body is signed (`Monitord-Signature: sha256=...`).

    An address that is itself a key stands in `url_file`, a header's secret value in a file of `header_files`.
    `template` replaces the alarm line: its `$places` are filled, as JSON text where `content_type`
    is JSON.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    url: Annotated[str, AfterValidator(http_url)] | None = None
    url_file: str | None = None
    timeout: Annotated[Duration, Field(gt=0)] = 5 * SECOND
    secret_file: str | None = None
    headers: dict[str, str] = {}
    header_files: dict[str, str] = {}
    template: Annotated[str, AfterValidator(_template)] | None = None
    content_type: str = _JSON
    link: Link | None = None
    answers: tuple[AnswerWord, ...] = ()
    reply: ReplyConfig | None = None

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if (self.url is None) is (self.url_file is None):
            raise ValueError("name one of `url` and `url_file`")
        return self

    @model_validator(mode="after")
    def _answers_are_signed(self) -> Self:
        if bool(self.answers) != (self.reply is not None):
            raise ValueError("`answers` and `reply` go together")
        if self.reply is not None and self.secret_file is None:
            raise ValueError("`reply` needs `secret_file`: its links are signed")
        return self


class WebhookChannel:
    """One destination; its connection is kept open between alarms."""

    def __init__(self, config: WebhookConfig) -> None:
        self._config = config
        self._client: httpx2.AsyncClient | None = None

    async def send(self, message: Notify, *, durable: bool) -> None:
        """Posts the line; any 2xx means that it was taken."""
        secret = read_secret(self._config.secret_file)
        body = self._body(message, durable, secret).encode(errors="replace")
        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=None)
        status = await status_of(
            self._client,
            "POST",
            self._config.url or read_url(self._config.url_file),
            timeout=self._config.timeout / SECOND,
            body=body,
            headers=self._headers(message, body, secret),
        )
        if not 200 <= status < 300:
            raise NotifyError(f"HTTP {status}", retry=status >= 500 or status in _BUSY)

    def _body(self, message: Notify, durable: bool, secret: str | None) -> str:  # noqa: FBT001 - as `send` has it
        config = self._config
        reply_url = ""
        if config.reply is not None and secret is not None:
            until = Instant(message.line.at + GOOD_FOR)
            token = make_token(
                secret, ReplyToken(alarm=message.line.id, key=message.key, until=until)
            )
            reply_url = f"{config.reply.url.rstrip('/')}/reply/{token}"
        if config.template is None:
            text = line_json(message.line, durable)
            if reply_url:
                text = f'{text[:-1]}, "reply_url": {json.dumps(reply_url)}}}'
            return text
        places = facts(message, durable=durable, link=config.link) | {"reply_url": reply_url}
        if config.content_type == _JSON:
            places = {name: json.dumps(value)[1:-1] for name, value in places.items()}
        return Template(config.template).substitute(places)

    def _headers(self, message: Notify, body: bytes, secret: str | None) -> dict[str, str]:
        from_files = {
            name: read_secret(file) or "" for name, file in self._config.header_files.items()
        }
        headers = {
            **self._config.headers,
            **from_files,
            "Content-Type": self._config.content_type,
            "Idempotency-Key": quote(message.key, safe="/:+ ", errors="replace"),
            "User-Agent": f"monitord/{__version__}",
        }
        if secret is not None:
            signature = hmac.new(secret.encode(), body, sha256).hexdigest()
            headers["Monitord-Signature"] = f"sha256={signature}"
        return headers

    async def listen(self, suite: str, answers: Answers) -> None:  # noqa: ARG002 - a token names its alarm
        """Takes answers at the reply address; returns at once where there is none."""
        reply, file = self._config.reply, self._config.secret_file
        if reply is None:
            return
        # The HTTP server is loaded where answers are taken, not by every command that knows this notifier.
        from monitord.notify.channels.reply_server import reply_app, serve_replies

        app = reply_app(answers, lambda: read_secret(file) or "")
        await serve_replies(app, reply.host, reply.port)

    async def close(self) -> None:
        """Closes the connection."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


class WebhookNotifier:
    """Destination `notifier: webhook`."""

    name = "webhook"
    title = "HTTP POST of the alarm line"
    local = False
    config = WebhookConfig

    def open(self, name: str, config: WebhookConfig) -> WebhookChannel:  # noqa: ARG002 - the address says it all
        """A channel to the address; connects when first used."""
        return WebhookChannel(config)

    def rehearse(self) -> AbstractAsyncContextManager[Rehearsal]:
        """A web server to prove it against."""
        return HttpPeer().running()


NOTIFIER = WebhookNotifier()

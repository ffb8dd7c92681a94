"""Alarms as HTTP POSTs of the alarm line; the idempotency key goes along as a header."""

import hmac
from hashlib import sha256
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import httpx2
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from monitord import __version__
from monitord.errors import NotifyError
from monitord.model import Duration, Notify
from monitord.store.line import line_json

_BUSY = {408, 425, 429}
# Refusals that another try may get past; every other 4xx is about the message itself.


def _http(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        msg = f"{url!r} is no http:// or https:// address"
        raise ValueError(msg)
    if parts.password or parts.username:
        msg = "no password in an address: use secret_file"
        raise ValueError(msg)
    return url


class WebhookConfig(BaseModel):
    """Where to post; with `secret_file` the body is signed (`Monitord-Signature: sha256=...`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    url: Annotated[str, AfterValidator(_http)]
    timeout: Annotated[Duration, Field(gt=0)] = 5_000_000
    secret_file: str | None = None
    headers: dict[str, str] = {}


class WebhookChannel:
    """One destination; its connection is kept open between alarms."""

    def __init__(self, config: WebhookConfig) -> None:
        self._config = config
        self._client: httpx2.AsyncClient | None = None

    async def send(self, message: Notify, *, durable: bool) -> None:
        """Posts the line; any 2xx means that it was taken."""
        body = line_json(message.line, durable).encode()
        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=self._config.timeout / 1_000_000)
        try:
            answer = await self._client.post(
                self._config.url, content=body, headers=self._headers(message, body)
            )
        except httpx2.HTTPError as error:
            raise NotifyError(f"{type(error).__name__}: {error}") from error
        if not answer.is_success:
            retry = answer.status_code >= 500 or answer.status_code in _BUSY
            raise NotifyError(f"HTTP {answer.status_code}", retry=retry)

    def _headers(self, message: Notify, body: bytes) -> dict[str, str]:
        headers = {
            **self._config.headers,
            "Content-Type": "application/json",
            "Idempotency-Key": message.key,
            "User-Agent": f"monitord/{__version__}",
        }
        if self._config.secret_file is not None:
            try:
                secret = Path(self._config.secret_file).read_bytes().strip()
            except OSError as error:
                raise NotifyError(f"cannot read the secret: {error.strerror}") from error
            signature = hmac.new(secret, body, sha256).hexdigest()
            headers["Monitord-Signature"] = f"sha256={signature}"
        return headers

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


NOTIFIER = WebhookNotifier()

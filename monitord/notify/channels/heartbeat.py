"""A sign of life to an outside monitor (a dead-man switch) by HTTP: it tells somebody when it ends.

It carries no alarms. The URL of such a service is its key, so it may stand in a file.
"""

import json
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import httpx2
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from monitord import __version__
from monitord.errors import NotifyError
from monitord.model import SECOND, Duration, Notify, iso
from monitord.notify.address import http_url, is_elsewhere
from monitord.notify.channels.http_post import status_of
from monitord.notify.notifier import Pulse
from monitord.notify.secret_file import read_url


class HeartbeatConfig(BaseModel):
    """Where the monitor listens; `url_file` and `url_env` name where its address stands."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    url: Annotated[str, AfterValidator(http_url)] | None = None
    url_file: str | None = None
    url_env: str | None = None
    method: Literal["GET", "POST"] = "GET"
    timeout: Annotated[Duration, Field(gt=0)] = 5 * SECOND

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if sum(place is not None for place in (self.url, self.url_file, self.url_env)) != 1:
            raise ValueError("name one of `url`, `url_file` and `url_env`")
        return self


class HeartbeatChannel:
    """One connection, kept."""

    def __init__(self, config: HeartbeatConfig) -> None:
        self._config = config
        self._client: httpx2.AsyncClient | None = None

    async def send(self, message: Notify, *, durable: bool) -> None:  # noqa: ARG002 - it refuses all alike
        """Refuses: nobody reads alarms there."""
        raise NotifyError("a heartbeat carries no alarms: take it out of the routes", retry=False)

    async def pulse(self, pulse: Pulse) -> None:
        """One request; any 2xx counts."""
        config = self._config
        url = config.url or read_url(config.url_file, config.url_env)
        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=None)
        headers, body = {"User-Agent": f"monitord/{__version__}", "Audit-Head": pulse.head}, None
        if config.method == "POST":
            said = {
                "suite": pulse.suite,
                "at": iso(pulse.at),
                "every_s": pulse.every_s,
                "audit_head": pulse.head,
            }
            headers["Content-Type"], body = "application/json", json.dumps(said).encode()
        try:
            status = await status_of(
                self._client,
                config.method,
                url,
                timeout=config.timeout / SECOND,
                body=body,
                headers=headers,
            )
        except NotifyError as error:
            raise NotifyError(f"the outside monitor: {error}") from error
        if not 200 <= status < 300:
            raise NotifyError(f"the outside monitor: HTTP {status}")

    async def close(self) -> None:
        """Closes the connection."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


class HeartbeatNotifier:
    """Destination `notifier: heartbeat`; named under `heartbeat.to`, not in routes."""

    name = "heartbeat"
    title = "sign of life to an outside monitor by HTTP; carries no alarms"
    local = False
    tells = False
    config = HeartbeatConfig

    def open(self, name: str, config: HeartbeatConfig) -> HeartbeatChannel:  # noqa: ARG002 - the address says it all
        """A channel to the monitor; connects when first used."""
        return HeartbeatChannel(config)

    def head_leaves(self, config: HeartbeatConfig) -> bool:
        """The monitor is outside, unless its address says that it is here."""
        return config.url is None or is_elsewhere(urlsplit(config.url).hostname)


NOTIFIER = HeartbeatNotifier()

"""Alarms in a syslog: RFC 5424 over UDP, or the machine's own socket. A record, not a way to reach somebody.

UDP answers nothing, so a message counts as delivered once it is sent.
"""

import asyncio
import os
import re
import socket
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from monitord.errors import NotifyError
from monitord.model import Notify, Priority, iso
from monitord.notify.words import Link, details, headline

# RFC 5424 section 6.2.1: alert (action must be taken immediately), warning, notice.
_SEVERITY = {Priority.HIGH: 1, Priority.MEDIUM: 4, Priority.LOW: 5}
_FACILITY = {f"local{n}": 16 + n for n in range(8)} | {"daemon": 3, "user": 1}
# The enterprise number that RFC 5612 keeps for documentation: monitord has none of its own.
_SD_ID = "monitord@32473"
_PORT = 514
_AT_MOST = 2048
# RFC 5424 section 6.1: receivers should take that much.


def _address(text: str) -> str:
    parts = urlsplit(text)
    udp = parts.scheme == "udp" and parts.hostname
    unix = parts.scheme == "unix" and not parts.netloc and parts.path.startswith("/")
    if not (udp or unix):
        raise ValueError("write udp://HOST[:PORT] or unix:///dev/log")
    return text


class SyslogConfig(BaseModel):
    """Where the record goes; severities are alert, warning and notice for high, medium and low."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    address: Annotated[str, AfterValidator(_address)] = "unix:///dev/log"
    facility: Literal[
        "daemon", "user", "local0", "local1", "local2", "local3",
        "local4", "local5", "local6", "local7",
    ] = "local0"  # fmt: skip
    hostname: Annotated[str, Field(pattern=r"^[!-~]{1,255}$")] = "-"
    link: Link | None = None


class SyslogChannel:
    """One datagram a message."""

    def __init__(self, config: SyslogConfig) -> None:
        self._config = config
        self._socket: socket.socket | None = None

    async def send(self, message: Notify, *, durable: bool) -> None:
        """Sends the record; an address that nobody has, or a socket that is gone, is an error."""
        try:
            if self._socket is None:
                self._socket = await self._open()
            self._socket.send(record(message, self._config, durable=durable))
        except OSError as error:
            await self.close()
            raise NotifyError(f"{self._config.address}: {error}") from error

    async def _open(self) -> socket.socket:
        parts = urlsplit(self._config.address)
        if parts.scheme == "unix":
            family: int = socket.AF_UNIX
            address: Any = parts.path
        else:
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo(
                parts.hostname, parts.port or _PORT, type=socket.SOCK_DGRAM
            )
            family, _, _, _, address = found[0]
        opened = socket.socket(family, socket.SOCK_DGRAM)
        try:
            opened.settimeout(0)
            opened.connect(address)
        except OSError:
            opened.close()
            raise
        return opened

    async def close(self) -> None:
        """Closes the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def record(message: Notify, config: SyslogConfig, *, durable: bool) -> bytes:
    """One RFC 5424 message: the line's keys as structured data, the words after them."""
    line = message.line
    value = _FACILITY[config.facility] * 8 + _SEVERITY[line.priority]
    data = {
        "key": message.key,
        "id": line.id,
        "suite": line.suite,
        "bed": line.bed or "",
        "event": line.event.value,
        "priority": line.priority.word,
    }
    pairs = " ".join(f'{name}="{_quoted(text)}"' for name, text in data.items())
    text = _plain("; ".join([headline(line, durable=durable), *details(message, link=config.link)]))
    head = f"<{value}>1 {iso(line.at)} {config.hostname} monitord {os.getpid()} {line.event.value}"
    return f"{head} [{_SD_ID} {pairs}] {text}".encode()[:_AT_MOST]


def _quoted(text: str) -> str:
    return re.sub(r'(["\\\]])', r"\\\1", _plain(text))


def _plain(text: str) -> str:
    """Control characters would end or hide a record."""
    return re.sub(r"[\x00-\x1f\x7f]", " ", text)


class SyslogNotifier:
    """Destination `notifier: syslog`."""

    name = "syslog"
    title = "syslog records by UDP or the machine's socket"
    local = False
    config = SyslogConfig

    def open(self, name: str, config: SyslogConfig) -> SyslogChannel:  # noqa: ARG002 - the address says it all
        """A channel to the log; opens its socket when first used."""
        return SyslogChannel(config)


NOTIFIER = SyslogNotifier()

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
from monitord.model import Instant, Notify, Priority, iso
from monitord.model.outside_text import one_line
from monitord.notify.address import is_elsewhere
from monitord.notify.message_text import Link, asks, details, facts, headline
from monitord.notify.notifier import Pulse

# RFC 5424 section 6.2.1: alert (action must be taken immediately), warning, notice; informational where
# nobody is asked to come.
_SEVERITY = {Priority.HIGH: 1, Priority.MEDIUM: 4, Priority.LOW: 5, None: 6}
_PARAMETERS = (
    "key",
    "id",
    "suite",
    "bed",
    "alarm",
    "kind",
    "signal",
    "event",
    "priority",
    "state",
    "simulated",
)
_FACILITY = {f"local{n}": 16 + n for n in range(8)} | {"daemon": 3, "user": 1}
# The enterprise number that RFC 5612 keeps for documentation: monitord has none of its own.
_SD_ID = "monitord@32473"
_PORT = 514
_AT_MOST = 2048
# Bytes: RFC 5424 section 6.1, receivers should take that much. What is longer loses the end of its words.
_ID_AT_MOST, _VALUE_AT_MOST = 300, 90
# Bytes of one value: together they stay below the whole, so that the structured data is never cut.


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
        await self._put(record(message, self._config, durable=durable))

    async def keep_head(self, pulse: Pulse) -> None:
        """One record of severity notice with the head of the audit chain."""
        await self._put(head_record(pulse, self._config))

    async def _put(self, text: bytes) -> None:
        try:
            if self._socket is None:
                self._socket = await self._open()
            self._socket.send(text)
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
    """One RFC 5424 message: the line's keys as structured data, the words after them. To the machine's own
    socket with the short head that syslog(3) sends there.
    """
    line = message.line
    said = facts(message, durable=durable)
    data = {name: said[name] for name in _PARAMETERS}
    text = "; ".join([headline(line, durable=durable), *details(message, link=config.link)])
    return _record(config, asks(line), line.at, (line.event.value, text), data)


def head_record(pulse: Pulse, config: SyslogConfig) -> bytes:
    """The head of the audit chain, for `monitord verify --head`."""
    data = {"suite": pulse.suite, "audit_head": pulse.head}
    text = f"audit head of {pulse.suite}: {pulse.head}"
    return _record(config, Priority.LOW, pulse.at, ("audit_head", text), data)


def _record(
    config: SyslogConfig,
    priority: Priority | None,
    at: Instant,
    said: tuple[str, str],
    data: dict[str, str],
) -> bytes:
    """`said` is the kind of the message, and its words."""
    event, words = said
    value = _FACILITY[config.facility] * 8 + _SEVERITY[priority]
    pairs = " ".join(f'{name}="{_quoted(name, text)}"' for name, text in data.items())
    text = one_line(words)
    if config.address.startswith("unix:"):
        # The machine's own log stamps and names what comes; a whole header would stand in the text.
        return _cut(f"<{value}>monitord[{os.getpid()}]: [{_SD_ID} {pairs}] {text}", _AT_MOST)
    head = f"<{value}>1 {iso(at)} {config.hostname} monitord {os.getpid()} {event}"
    return _cut(f"{head} [{_SD_ID} {pairs}] {text}", _AT_MOST)


def _cut(text: str, at_most: int) -> bytes:
    """So many bytes at most, and no half of a character."""
    return text.encode()[:at_most].decode(errors="ignore").encode()


def _quoted(name: str, text: str) -> str:
    room = _ID_AT_MOST if name in {"key", "id", "audit_head"} else _VALUE_AT_MOST
    kept = ""
    for sign in one_line(text, room):
        more = kept + re.sub(r'(["\\\]])', r"\\\1", sign)
        if len(more.encode()) > room:
            break
        kept = more
    return kept


class SyslogNotifier:
    """Destination `notifier: syslog`."""

    name = "syslog"
    title = "syslog records by UDP or the machine's socket"
    local = False
    keeps_heads = True
    config = SyslogConfig

    def open(self, name: str, config: SyslogConfig) -> SyslogChannel:  # noqa: ARG002 - the address says it all
        """A channel to the log; opens its socket when first used."""
        return SyslogChannel(config)

    def head_leaves(self, config: SyslogConfig) -> bool:
        """Where it goes to another machine; the own log may be sent on, but nobody can know that here."""
        return is_elsewhere(urlsplit(config.address).hostname)


NOTIFIER = SyslogNotifier()

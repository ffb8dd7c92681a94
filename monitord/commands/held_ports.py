"""Who on this machine has a device's line open already: a line that a running suite reads is never opened beside it.

A line in a folder is held by a lock of the kernel, which every reader of monitord takes and everybody may see; an address
on the network by a connection, or a connected datagram socket, from here.
"""

import os
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

_LOCK = re.compile(
    r"FLOCK\s+\S+\s+\S+\s+(?P<pid>\d+) (?P<major>\w+):(?P<minor>\w+):(?P<inode>\d+) "
)
_ESTABLISHED = "01"
_TABLES = {"tcp": ("tcp", "tcp6"), "rfc2217": ("tcp", "tcp6"), "udp": ("udp", "udp6")}


def holder(address: str, *, usual_port: int = 0) -> str | None:
    """`monitord (process 4711)`, or `another program`; None where nobody is known to have it open.

    `usual_port` is that of a family whose address needs no port.
    """
    scheme, separator, _ = address.partition("://")
    if not separator:
        return _holder_of_file(Path(address))
    if scheme not in _TABLES:
        return None
    try:
        parts = urlsplit(address)
        wanted = set(_hosts(parts.hostname or "", parts.port or usual_port))
    except ValueError:
        return None
    connected = (end for table in _TABLES[scheme] for end in _far_ends(table))
    return "another program" if any(end in wanted for end in connected) else None


def _holder_of_file(path: Path) -> str | None:
    try:
        status = path.stat()
        locks = Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return None
    mine = (os.major(status.st_dev), os.minor(status.st_dev), status.st_ino)
    for found in _LOCK.finditer(locks):
        if (int(found["major"], 16), int(found["minor"], 16), int(found["inode"])) == mine:
            name = ""
            with suppress(OSError):
                name = Path(f"/proc/{found['pid']}/comm").read_text(encoding="utf-8").strip()
            return f"{name or 'another program'} (process {found['pid']})"
    return None


def _hosts(host: str, port: int) -> Iterator[tuple[str, int]]:
    with suppress(OSError, UnicodeError):
        for *_, address in socket.getaddrinfo(host, None):
            yield str(ip_address(str(address[0]).partition("%")[0])), port


def _far_ends(table: str) -> Iterator[tuple[str, int]]:
    """The other ends of this machine's connections, as the kernel lists them."""
    try:
        rows = Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return
    for row in rows:
        _, _, far, state, *_ = row.split()
        host, _, port = far.partition(":")
        if state == _ESTABLISHED and int(port, 16):
            yield _host(host), int(port, 16)


def _host(words: str) -> str:
    """Of hexadecimal words, each in the machine's own order."""
    raw = b"".join(bytes.fromhex(words[at : at + 8])[::-1] for at in range(0, len(words), 8))
    found = ip_address(raw)
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)

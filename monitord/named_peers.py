"""Who may connect: the machines that names or addresses of the suite file stand for, looked up now and then."""

import asyncio
import socket
from collections.abc import Collection
from ipaddress import IPv6Address, ip_address
from typing import Final

import structlog

RESOLVED_S: Final = 300.0
"""So long names are taken to stand for the same addresses."""

_log = structlog.get_logger()


class NamedPeers:
    """A closed set of machines; a name that is not found is logged, and stands for none."""

    def __init__(self, names: Collection[str]) -> None:
        self._fixed = {plain for name in names if (plain := plain_address(name)) is not None}
        self._names = [name for name in names if plain_address(name) is None]
        self._found: set[str] = set()
        self._known_until = 0.0
        self._looking = asyncio.Lock()

    async def allows(self, address: str) -> bool:
        """Whether this one, as a socket names it, is among them."""
        asked = in_one_form(address)
        if asked in self._fixed:
            return True
        if not self._names:
            return False
        # One at a time: each takes a thread for as long as name servers are silent, and there are few.
        async with self._looking:
            await self._look_up()
        return asked in self._found

    async def _look_up(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() < self._known_until:
            return
        found: set[str] = set()
        for name in self._names:
            try:
                rows = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
            except OSError as error:
                _log.warning("peer_not_found", peer=name, detail=str(error))
                continue
            found |= {in_one_form(str(row[4][0])) for row in rows}
        self._found, self._known_until = found, loop.time() + RESOLVED_S


def is_loopback(host: str) -> bool:
    """Whether a host as the suite file names it is this machine, reached by nobody else."""
    address = plain_address(host)
    return host == "localhost" if address is None else ip_address(address).is_loopback


def in_one_form(text: str) -> str:
    """An address as `plain_address` has it, anything else as it is."""
    return plain_address(text) or text


def plain_address(text: str) -> str | None:
    """An address in its one form, an IPv4 one also where a socket of both kinds names it; None for a name."""
    try:
        found = ip_address(text.partition("%")[0].strip("[]"))
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(found)

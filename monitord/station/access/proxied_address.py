"""From which address a request comes: the socket's, or what a proxy of the suite file says in `X-Forwarded-For`."""

from collections.abc import Collection, Mapping
from typing import Final

from monitord.named_peers import in_one_form, is_loopback

_FORWARDED: Final = frozenset({b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via"})
"""By any of these a proxy says that it asks for somebody else."""
_LONGEST: Final = 45
"""Characters of an IPv6 address with an IPv4 one in it; a proxy may pass on anything."""


def asking_address(
    peer: str, headers: Mapping[bytes, bytes], proxies: Collection[str]
) -> tuple[str, bool]:
    """The address, and whether it is this machine.

    A proxy of the suite file says for whom it asks. Anybody else may say what he likes, and is not local then.
    """
    place = in_one_form(peer)
    told = headers.get(b"x-forwarded-for", b"").decode("latin-1").rpartition(",")[2].strip()
    local = is_loopback(place) and _FORWARDED.isdisjoint(headers)
    return (told if told and place in proxies else place)[:_LONGEST], local

"""Addresses in a suite file."""

from urllib.parse import urlsplit

from monitord.named_peers import is_loopback


def http_url(url: str) -> str:
    """An http or https address without a password in it; ValueError otherwise."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write http:// or https:// and a host")
    if parts.password or parts.username:
        raise ValueError("no password in an address: name a file that holds it")
    return url


def is_elsewhere(host: str | None) -> bool:
    """Whether a host is another machine, as far as its name says."""
    return host is not None and host != "" and not is_loopback(host)

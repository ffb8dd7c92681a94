"""Whom the service may speak to: its unit allows this machine alone, so a drop-in names what the suite file does."""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterable
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from monitord.commands.setup.dialogue import SetupDialogue
from monitord.commands.whole_files import written
from monitord.config.checks.named_files import named_texts
from monitord.config.suite.suite import Suite

DROP_IN: Final = Path("/etc/systemd/system/monitord.service.d/addresses.conf")
RESOLVER: Final = Path("/etc/resolv.conf")
Found = IPv4Address | IPv6Address


def addresses_of(
    suite: Suite, lookup: Callable[[str], Iterable[str]], resolver: Path = RESOLVER
) -> dict[str, list[Found]]:
    """By host every address that is not this machine's own; with names the name server's too."""
    found: dict[str, list[Found]] = {}
    for _, key, value in named_texts(suite):
        host = None
        with suppress(ValueError):
            host = urlsplit(value).hostname if "://" in value else value if key == "host" else None
        if host:
            found[host] = _elsewhere(lookup(host))
    if any(not _is_address(host) for host, at in found.items() if at):
        servers = [line.split()[1] for line in _lines(resolver) if line.startswith("nameserver ")]
        found["name server"] = _elsewhere(servers)
    return {host: at for host, at in found.items() if at}


def drop_in_text(addresses: dict[str, list[Found]]) -> str:
    """The file; of what is on the internet the addresses change, so that all are allowed."""
    every = dict.fromkeys(each for at in addresses.values() for each in at)
    allowed = ["any"] if any(each.is_global for each in every) else [str(each) for each in every]
    lines = [f"IPAddressAllow={each}" for each in allowed]
    return "\n".join(
        [f"# Written by `monitord setup`: {', '.join(addresses)}.", "[Service]", *lines, ""]
    )


def allow_addresses(dialogue: SetupDialogue, suite: Suite) -> None:
    """Asks, and writes the drop-in; says so where it was not wanted."""
    addresses = addresses_of(suite, looked_up)
    if not addresses:
        return
    text = drop_in_text(addresses)
    names = ", ".join(addresses)
    whole = " (any address: one of them is on the internet)" if "=any\n" in text else ""
    if not dialogue.now(f"The service may speak to this machine alone. Allow {names}{whole}?"):
        dialogue.skip(f"the service cannot reach {names}: `sudo systemctl edit monitord.service`")
        return
    DROP_IN.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    written(DROP_IN, text.encode(), 0o644)
    if systemctl := shutil.which("systemctl"):
        subprocess.run([systemctl, "daemon-reload"], check=False, timeout=30)  # noqa: S603 - our own arguments
    dialogue.say(f"  {DROP_IN} is written")


def looked_up(host: str) -> list[str]:
    """Its addresses; none where it has no name here."""
    try:
        return [str(each[4][0]) for each in socket.getaddrinfo(host, None)]
    except (OSError, UnicodeError):
        return []


def _elsewhere(addresses: Iterable[str]) -> list[Found]:
    found = []
    for each in addresses:
        with suppress(ValueError):
            found.append(ip_address(each.partition("%")[0]))
    return [each for each in dict.fromkeys(found) if not each.is_loopback]


def _is_address(host: str) -> bool:
    with suppress(ValueError):
        return bool(ip_address(host))
    return False


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []

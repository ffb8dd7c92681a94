"""What a suite file names on this machine and in the network: is each file there and fit to hold a secret, is each host known.

A file of `/run/credentials` is there while the service runs, for the service alone: the file that systemd takes it from
is looked at instead, where this account may.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pydantic import BaseModel

from monitord.config.database_place import is_server
from monitord.config.suite.certificate_files import certificate_files
from monitord.config.suite.suite import Suite

CREDENTIALS: Final = Path("/run/credentials/monitord.service")
SECRETS: Final = Path("/etc/monitord/secrets")
_EVERYBODY: Final = 0o004
_OF_TLS: Final = frozenset({"ca_file", "cert_file", "key_file"})
_NO_SECRET: Final = frozenset({"codes_file"})
_RUN: Final = "run"
_PROGRAM: Final = "run[0]"
_PLACEHOLDERS: Final = ("example", "invalid", "test")
"""Names that nobody can have (RFC 6761): they stand in guides, and are never looked up."""

Lookup = Callable[[str], str | None]
"""Why a host's name is not found; None where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFinding:
    """One sentence; a fault is what cannot work."""

    text: str
    fault: bool = False


def named_findings(suite: Suite, lookup: Lookup) -> Iterator[NamedFinding]:
    """Of every file and every host that destinations and devices name, each host once."""
    for file in certificate_files(suite):
        # Whether it is there, and the certificate that it fits, say `tls_findings`.
        if file.key is not None and _for_everybody(file.key):
            yield NamedFinding(text=f"{file.what}: {_readable(file.key)}")
    hosts: dict[str, str] = {}
    for whose, key, value in named_texts(suite):
        if key in _OF_TLS:
            continue
        if key == _PROGRAM and shutil.which(value) is None:
            yield NamedFinding(text=f"{whose}: {value} is no program on this machine", fault=True)
        if key.endswith("_file"):
            yield from _of_file(f"{whose}: {key}", Path(value), secret=key not in _NO_SECRET)
        elif host := _host(key, value):
            hosts.setdefault(host, whose)
    for host, whose in hosts.items():
        if host.rpartition(".")[2] in _PLACEHOLDERS:
            yield NamedFinding(text=f"{whose}: {host} is the name of an example: write your own")
        elif why := lookup(host):
            yield NamedFinding(text=f"{whose}: the host {host} is not found from here: {why}")


def named_texts(suite: Suite) -> Iterator[tuple[str, str, str]]:
    """Whose it is, its key, and the text, of all that destinations, devices, hospital and database name."""
    for whose, config in _parts(suite):
        for key, value in _texts(config, ""):
            yield whose, key, value


def _parts(suite: Suite) -> Iterator[tuple[str, object]]:
    if suite.hospital is not None:
        yield "hospital", suite.hospital
    if is_server(suite.database):
        yield "database", {"url": suite.database}
    for name, destination in suite.destinations.items():
        yield f"destination {name}", destination.config
    for bed in suite.beds.values():
        for device in bed.devices.values():
            yield f"bed {bed.id}: {device.name}", device.config
    for spare in suite.spares.values():
        yield f"spare {spare.name}", spare.config


def _texts(part: object, key: str) -> Iterator[tuple[str, str]]:
    """Every text of a plug-in's settings, with its key; the entries of `header_files` are files too."""
    if isinstance(part, str | Path):
        yield key, str(part)
    elif is_dataclass(part):
        for each in fields(part):
            yield from _texts(getattr(part, each.name), each.name)
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _texts(getattr(part, name), name)
    elif isinstance(part, dict):
        for name, value in part.items():
            yield from _texts(value, "header_file" if key.endswith("_files") else str(name))
    elif isinstance(part, list | tuple):
        # Of a program and its arguments the first is looked for.
        for index, value in enumerate(part):
            yield from _texts(value, _PROGRAM if key == _RUN and not index else key)


def _host(key: str, value: str) -> str | None:
    """The name in an address; None for a number, for what is no address, and for a file."""
    try:
        host = urlsplit(value).hostname if "://" in value else value if key == "host" else None
    except ValueError:
        return None
    if not host:
        return None
    try:
        ip_address(host)
    except ValueError:
        return host
    return None


def _for_everybody(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & _EVERYBODY)
    except OSError:
        return False


def _readable(path: Path) -> str:
    return f"everybody on this machine can read {path}: chmod o-r"


def _of_file(where: str, path: Path, *, secret: bool) -> Iterator[NamedFinding]:
    handed_over = path.is_relative_to(CREDENTIALS)
    if handed_over:
        path = SECRETS / path.name.removeprefix("secrets_")
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError:
        yield NamedFinding(
            text=f"{where}: there is no file {path}", fault=not handed_over or SECRETS.is_dir()
        )
        return
    except OSError as error:
        # What only the service's account may read is no fault of the file.
        yield NamedFinding(text=f"{where}: {path} cannot be looked at from here: {error.strerror}")
        return
    if empty:
        yield NamedFinding(text=f"{where}: {path} is empty", fault=True)
    if secret and _for_everybody(path):
        yield NamedFinding(text=f"{where}: {_readable(path)}")

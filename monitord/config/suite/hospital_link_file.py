"""Reads what a suite file says of its hospital: paths found, nothing in the clear to another machine."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from monitord.config.files.reader import Reader
from monitord.config.files.yaml_file import Loc
from monitord.config.suite.bindings import PASSWORD_IN_URL
from monitord.config.suite.hospital_link import ClusterAccess, ClusterTls, HospitalLink
from monitord.named_peers import is_loopback

Access = TypeVar("Access", bound=ClusterAccess)


def read_hospital_link(reader: Reader, value: Any, near: Path) -> HospitalLink | None:
    """What the suite file says of its hospital; None where it belongs to none."""
    return None if value is None else read_access(reader, HospitalLink, value, near, ("hospital",))


def read_access(
    reader: Reader, kind: type[Access], value: Any, near: Path, loc: Loc
) -> Access | None:
    """Its paths found; a fault where it would speak to a network in the clear, or without saying who it is."""
    if isinstance(value, dict):
        addresses = value.get("servers")
        for at, each in enumerate(addresses if isinstance(addresses, list) else ()):
            if isinstance(each, str) and PASSWORD_IN_URL.search(each):
                reader.fault((*loc, "servers", at), "no password in this file, nor in an address")
                return None
    file = reader.read(kind, value, loc)
    if file is None:
        return None
    _check(reader, file, loc)
    tls = file.tls and ClusterTls(
        ca=_found(near, file.tls.ca),
        certificate=_found(near, file.tls.certificate),
        key=_found(near, file.tls.key),
    )
    return replace(
        file,
        tls=tls,
        credentials_file=_found(near, file.credentials_file),
        nkey_file=_found(near, file.nkey_file),
    )


def _check(reader: Reader, file: ClusterAccess, loc: Loc) -> None:
    if find_spec("nats") is None:
        reader.fault(loc, "needs an extra: pip install 'monitord[hospital]'")
    if file.credentials_file is not None and file.nkey_file is not None:
        reader.fault(loc, "name one of `credentials_file` and `nkey_file`")
    away = [each for each in file.servers if not is_loopback(urlsplit(each).hostname or "")]
    if away and not all(each.startswith("tls://") for each in away):
        reader.fault((*loc, "servers"), "a server on another machine needs tls://")
    if away and file.credentials_file is None and file.nkey_file is None:
        reader.fault(
            loc, "needs `credentials_file` or `nkey_file`: the cluster must know who writes"
        )
    if file.tls is not None and (file.tls.certificate is None) is not (file.tls.key is None):
        reader.fault((*loc, "tls"), "`certificate` and `key` go together")


def _found(near: Path, path: Path | None) -> Path | None:
    return None if path is None else near / path

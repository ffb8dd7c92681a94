"""What a suite file says of the station: where it is served, and to whom."""

import ipaddress
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from monitord.config.reader import STRICT, Reader
from monitord.config.suite import Station, Tls
from monitord.model import MINUTE, SECOND, Duration

HostName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.\[\]:-]{1,253}$", to_lower=True)]


class TlsFile(BaseModel):
    """PEM files, relative to the suite file."""

    model_config = STRICT

    certificate: str
    key: str


class StationFile(BaseModel):
    """`open` is a station without accounts; `names` are what browsers may call it by."""

    model_config = STRICT

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8787
    open: bool = False
    tls: TlsFile | None = None
    names: tuple[HostName, ...] = ()
    lock_after: Annotated[Duration, Field(ge=30 * SECOND, le=60 * MINUTE)] = 5 * MINUTE


def read_station(reader: Reader, file: StationFile, near: Path) -> Station:
    """The station; a fault where it would be open to a network."""
    if not _is_loopback(file.host):
        if file.open:
            reader.fault(
                ("station", "open"),
                f"a station without accounts is for this machine only, not for {file.host}",
            )
        if file.tls is None:
            reader.fault(
                ("station", "host"),
                "needs `tls`: without it only 127.0.0.1, ::1 or localhost, because passwords "
                "would travel in the clear",
            )
    tls = None
    if file.tls is not None:
        tls = Tls(certificate=near / file.tls.certificate, key=near / file.tls.key)
    return Station(
        host=file.host,
        port=file.port,
        open=file.open,
        tls=tls,
        names=(*file.names, f"[{file.host}]" if ":" in file.host else file.host),
        lock_after=file.lock_after,
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

"""What a suite file says of the station: where it is served, and to whom."""

from dataclasses import replace
from pathlib import Path

from monitord.config.files.reader import Reader
from monitord.config.suite.suite import Station, Tls
from monitord.named_peers import is_loopback


def read_station(reader: Reader, file: Station, near: Path) -> Station:
    """Its paths found, its host among the names; a fault where it would be open to a network."""
    if not is_loopback(file.host):
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
    names = (*file.names, f"[{file.host}]" if ":" in file.host else file.host)
    return replace(file, tls=tls, names=names)

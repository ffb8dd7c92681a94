"""The certificates that a suite file names: of the station, and of what it speaks to or listens for with TLS."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from monitord.config.suite.suite import Suite


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFile:
    """`what` says whose it is. Without `key` it is an authority that others are checked against.

    `names` are those that it must be for, `users` the destinations and devices that speak with it.
    """

    what: str
    certificate: Path
    key: Path | None = None
    names: tuple[str, ...] = ()
    page: bool = False
    users: tuple[str, ...] = ()


def certificate_files(suite: Suite) -> list[CertificateFile]:
    """Each once, the station's first; beds that share a listener or a broker share its files."""
    found: dict[tuple[Path, Path | None], CertificateFile] = {}
    for each in _all(suite):
        key = each.certificate, each.key
        first = found.get(key)
        found[key] = each if first is None else replace(first, users=(*first.users, *each.users))
    return list(found.values())


def _all(suite: Suite) -> Iterator[CertificateFile]:
    station = suite.station
    if station.tls is not None:
        yield CertificateFile(
            what="station certificate",
            page=True,
            certificate=station.tls.certificate,
            key=station.tls.key,
            # Not the address at which it listens: that was not written as a name.
            names=tuple(name for name in station.names if name != station.host),
        )
    for name, destination in suite.destinations.items():
        config = destination.config
        yield from _of(f"destination {name}", name, config, "cert_file", "key_file", "ca_file")
        tls = getattr(config, "tls", None)
        yield from _of(f"destination {name}", name, tls, "certificate", "key", "ca")
    if suite.hospital is not None:
        yield from _of("hospital", "hospital", suite.hospital.tls, "certificate", "key", "ca")
    at_beds = [
        (bed.label, device) for bed in suite.beds.values() for device in bed.devices.values()
    ]
    for label, device in (*at_beds, *(("spare", each) for each in suite.spares.values())):
        tls = getattr(device.config, "tls", None)
        yield from _of(f"{label} {device.name}", device.name, tls, "certificate", "key", "ca")
    if suite.database.startswith("postgresql"):
        asked = {
            key: values[-1] for key, values in parse_qs(urlsplit(suite.database).query).items()
        }
        yield from _pair(
            "database",
            "database",
            asked.get("sslcert"),
            asked.get("sslkey"),
            asked.get("sslrootcert"),
        )


def _of(what: str, user: str, config: object, *fields: str) -> Iterator[CertificateFile]:
    certificate, key, authority = (getattr(config, field, None) for field in fields)
    yield from _pair(what, user, certificate, key, authority)


def _pair(
    what: str, user: str, certificate: str | None, key: str | None, authority: str | None
) -> Iterator[CertificateFile]:
    if certificate:
        # A key may stand in the same file.
        yield CertificateFile(
            what=f"{what} certificate",
            certificate=Path(certificate),
            key=Path(key or certificate),
            users=(user,),
        )
    if authority and Path(authority).suffix:
        yield CertificateFile(what=f"{what} authority", certificate=Path(authority), users=(user,))

"""The folder of `monitord broker-certs`: certificates, access list and Mosquitto's settings, and what goes where."""

import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitord.certificates import read_certificates
from monitord.commands.broker_acl import DESK, OWN, acl_of, topics_of
from monitord.commands.broker_certificates import CA, SERVER, CertificateFolder
from monitord.commands.whole_files import written
from monitord.config import read_suite
from monitord.config.files.shipped_files import shipped
from monitord.errors import ConfigError
from monitord.plugins import load_plugins

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
"""Of a gateway: it stands in file names, in the access list and as a certificate's common name."""
_TAKEN = frozenset({CA, SERVER, OWN, DESK})
_HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedGateways:
    """The gateways that were named, each with the beds that it serves; none said means that its name says them."""

    beds: Mapping[str, Sequence[str]]

    @classmethod
    def read(cls, given: Sequence[str]) -> "NamedGateways":
        """`NAME` or `NAME=BED,BED` each; ConfigError lists what is none."""
        found, faults = {}, []
        for each in given:
            name, _, beds = each.partition("=")
            if not _NAME.fullmatch(name) or name in _TAKEN:
                faults.append(
                    f"--gateway {each}: a name has letters, digits, `.`, `_` and `-`, and is none of {', '.join(sorted(_TAKEN))}"
                )
            found[name] = [bed for bed in beds.split(",") if bed]
        if faults:
            raise ConfigError(faults)
        return cls(beds=found)


def make(
    folder: Path,
    *,
    suite_file: Path | None,
    names: Sequence[str],
    gateways: NamedGateways,
    days: int,
    renew: bool,
) -> Iterator[str]:
    """Makes what is missing, all of it anew with `renew`; yields what was done, then what goes where."""
    if bad := [name for name in names if not _HOST.fullmatch(name)]:
        raise ConfigError([f"--server {bad[0]}: it is no name or address of a host"])
    suite, acl = "suite", shipped("mosquitto/acl").read_text(encoding="utf-8")
    clients = list(gateways.beds)
    if suite_file is not None:
        read = read_suite(suite_file, load_plugins())
        topics = topics_of(read, gateways.beds)
        suite, acl, clients = read.name, acl_of(read.name, topics), list(topics.of_gateway)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = CertificateFolder(folder=folder, days=days)
    if made.make_authority(suite, anew=renew):
        yield f"{made.pem(CA)}: the authority; keep {made.key(CA)} where nobody else comes"
    if made.sign_server(list(names) or _names(made), anew=renew):
        have = read_certificates(made.pem(SERVER))[0]
        yield f"{made.pem(SERVER)}: the broker, as {', '.join(have.names)}"
    for name in (OWN, DESK, *clients):
        if made.sign_client(name, anew=renew):
            yield f"{made.pem(name)}: {name}"
    written(folder / "acl", acl.encode(), 0o644)
    settings = shipped("mosquitto/mosquitto.conf").read_bytes()
    written(folder / "mosquitto.conf", settings, 0o644)
    yield f"{folder / 'acl'}, {folder / 'mosquitto.conf'}: for Mosquitto"
    yield ""
    yield "On the broker's machine:"
    yield f"  sudo install -d /etc/mosquitto/certs && sudo install -m 644 {folder}/ca.pem {folder}/server.pem /etc/mosquitto/certs"
    yield f"  sudo install -o mosquitto -m 600 {folder}/server.key /etc/mosquitto/certs"
    yield f"  sudo install -m 644 {folder}/acl /etc/mosquitto/acl && sudo install -m 644 {folder}/mosquitto.conf /etc/mosquitto/conf.d/monitord.conf"
    yield "  sudo systemctl restart mosquitto"
    yield f"To each gateway: ca.pem, and NAME.pem and NAME.key of its own. To monitord: `monitord setup` asks for {folder}."


def _names(made: CertificateFolder) -> list[str]:
    """Of the certificate that is there, else this machine's own."""
    if made.pem(SERVER).exists():
        return list(read_certificates(made.pem(SERVER))[0].names)
    return list(dict.fromkeys([socket.gethostname(), "localhost", "127.0.0.1"]))

"""A certificate authority for one broker, and what it signs, by the system's own openssl; every key is 0600.

Keys are on P-256: small gateways can use them. What is there stays: a run adds what is missing.
"""

import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from monitord.certificates import read_certificates
from monitord.commands.whole_files import written
from monitord.errors import MonitordError

CA_DAYS: Final = 3650
SERVER: Final = "server"
CA: Final = "ca"


class CertificateMakingError(MonitordError):
    """openssl is not there, or refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFolder:
    """Where `ca`, `server` and each client lie, a `.pem` and a `.key` each; `days` is how long new ones are good."""

    folder: Path
    days: int

    def pem(self, name: str) -> Path:
        """The certificate."""
        return self.folder / f"{name}.pem"

    def key(self, name: str) -> Path:
        """Its key."""
        return self.folder / f"{name}.key"

    def make_authority(self, suite: str, *, anew: bool) -> bool:
        """Makes it, or signs it anew with the key that it has; False where it was there, and stays."""
        made = self._make_key(CA)
        if not made and not anew and self.pem(CA).exists():
            return False
        settings = _settings(
            "basicConstraints=critical,CA:TRUE,pathlen:0",
            "keyUsage=critical,keyCertSign,cRLSign",
            "subjectKeyIdentifier=hash",
        )
        self._write_pem(
            CA,
            _openssl(
                *("req", "-x509", "-new", "-key", str(self.key(CA)), "-days", str(CA_DAYS)),
                *("-subj", f"/CN={suite} broker authority", "-config", "-", "-extensions", "made"),
                given=f"[req]\ndistinguished_name=name\n[name]\n{settings}",
            ),
        )
        return True

    def sign_server(self, names: Sequence[str], *, anew: bool) -> bool:
        """For these names and addresses; False where one for all of them was there, and stays."""
        if not anew and self.pem(SERVER).exists():
            have = read_certificates(self.pem(SERVER))[0]
            if all(have.covers(name) for name in names):
                return False
        said = ",".join(f"{'IP' if _is_address(name) else 'DNS'}:{name}" for name in names)
        self._sign(SERVER, "serverAuth", f"subjectAltName={said}")
        return True

    def sign_client(self, name: str, *, anew: bool) -> bool:
        """For who is `name` at the broker; False where one was there, and stays."""
        if not anew and self.pem(name).exists() and self.key(name).exists():
            return False
        self._sign(name, "clientAuth")
        return True

    def _sign(self, name: str, use: str, *more: str) -> None:
        self._make_key(name)
        request = _openssl("req", "-new", "-key", str(self.key(name)), "-subj", f"/CN={name}")
        settings = _settings(
            "basicConstraints=critical,CA:FALSE",
            "keyUsage=critical,digitalSignature",
            f"extendedKeyUsage={use}",
            "subjectKeyIdentifier=hash",
            "authorityKeyIdentifier=keyid",
            *more,
        )
        with tempfile.NamedTemporaryFile("w", suffix=".cnf") as file:
            file.write(settings)
            file.flush()
            signed = _openssl(
                *("x509", "-req", "-CA", str(self.pem(CA)), "-CAkey", str(self.key(CA))),
                *("-set_serial", str(secrets.randbits(120)), "-days", str(self.days)),
                *("-extfile", file.name, "-extensions", "made"),
                given=request,
            )
        self._write_pem(name, signed)

    def _make_key(self, name: str) -> bool:
        if self.key(name).exists():
            return False
        made = _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        written(self.key(name), made.encode(), 0o600)
        return True

    def _write_pem(self, name: str, text: str) -> None:
        written(self.pem(name), text.encode(), 0o644)


def _settings(*lines: str) -> str:
    return "\n".join(["[made]", *lines, ""])


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _openssl(*arguments: str, given: str = "") -> str:
    program = shutil.which("openssl")
    if program is None:
        raise CertificateMakingError(
            "openssl is not on this machine: on Debian, apt-get install openssl"
        )
    done = subprocess.run(  # noqa: S603 - the system's own program, no shell
        [program, *arguments], input=given, capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode:
        raise CertificateMakingError(f"openssl: {' '.join(done.stderr.split())[:500]}")
    return done.stdout

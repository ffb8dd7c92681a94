"""The station's certificate: TLS 1.2 or later, and a new certificate without a restart."""

import asyncio
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from monitord.errors import StationError

_log = structlog.get_logger()

LOOK_S: Final = 60.0
"""How soon a certificate that was put in place of the old one is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """PEM files: the certificate with those between it and the authority, and its key."""

    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """StationError for files that cannot be used."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        self.load(context)
        return context

    def load(self, context: ssl.SSLContext) -> None:
        """The files as they are now, for every connection from now on."""
        try:
            context.load_cert_chain(self.certificate, self.key, password=_no_password)
        except (OSError, ValueError) as error:
            raise StationError(
                f"the station cannot use {self.certificate} with {self.key}: {error}"
            ) from error

    def changed(self) -> tuple[int, ...]:
        """When each file was written; other numbers mean other files. Zero for one that is gone."""
        return tuple(_written(path) for path in (self.certificate, self.key))


async def renew(tls: Tls, context: ssl.SSLContext, every_s: float = LOOK_S) -> None:
    """Until cancelled: takes a new certificate into use; one that is no good leaves the old one."""
    known = await asyncio.to_thread(tls.changed)
    while True:
        await asyncio.sleep(every_s)
        found = await asyncio.to_thread(tls.changed)
        if found == known:
            continue
        known = found
        try:
            # Tried apart first: half of a bad pair must not get into the context in use.
            await asyncio.to_thread(tls.context)
            await asyncio.to_thread(tls.load, context)
        except StationError as error:
            _log.error("certificate_refused", detail=str(error))
        else:
            _log.info("certificate_renewed")


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _no_password() -> str:
    """OpenSSL would ask for it on a terminal that a service has not."""
    raise ValueError("the key is encrypted: give one without a password, readable by monitord only")

"""TLS of the listener: its certificate, whom it takes, and a new certificate without a restart."""

import asyncio
import ssl
from pathlib import Path

import structlog

from devices.hl7.hl7_config import ServerTls
from monitord.certificate_file_changes import LOOK_S, renewals
from monitord.tls_failure import failure_text

_log = structlog.get_logger()


def context_of(tls: ServerTls) -> ssl.SSLContext:
    """Blocking: it reads the files. OSError, ssl.SSLError among it, where they cannot be used."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(tls, context)
    if tls.ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def renew(tls: ServerTls, context: ssl.SSLContext, every_s: float = LOOK_S) -> None:
    """Until cancelled: new files hold for connections from then on; those that are no good leave the old ones.

    Of a new list of authorities what was added holds; what was taken out is believed until the next start.
    """
    files = [Path(each) for each in (tls.certificate, tls.key or tls.certificate, tls.ca) if each]
    async for _ in renewals(files, every_s):
        try:
            # Tried apart first: half of a bad pair must not get into the context in use.
            await asyncio.to_thread(context_of, tls)
            await asyncio.to_thread(_load, tls, context)
        except (OSError, ValueError) as error:
            _log.error("certificate_refused", detail=failure_text(error))
        else:
            _log.info("certificate_renewed")


def _load(tls: ServerTls, context: ssl.SSLContext) -> None:
    context.load_cert_chain(tls.certificate, tls.key)
    if tls.ca is not None:
        context.load_verify_locations(tls.ca)

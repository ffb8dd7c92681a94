"""The station's certificate: TLS 1.2 or later, and a new certificate without a restart."""

import asyncio
import ssl
from collections.abc import Callable

import structlog

from monitord.certificate_file_changes import LOOK_S, renewals
from monitord.certificates import no_password, pair_fault
from monitord.config.suite.suite import Tls
from monitord.errors import StationError

_log = structlog.get_logger()


def context_of(tls: Tls) -> ssl.SSLContext:
    """StationError for files that cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    _load(tls, context)
    return context


async def renew(
    tls: Tls,
    context: ssl.SSLContext,
    refused: Callable[[str], None] = lambda _why: None,
    every_s: float = LOOK_S,
) -> None:
    """Until cancelled: takes a new certificate into use; one that is no good leaves the old one.

    `refused` is told why, and nothing once one was taken.
    """
    async for _ in renewals((tls.certificate, tls.key), every_s):
        try:
            # Tried apart first: half of a bad pair must not get into the context in use.
            await asyncio.to_thread(context_of, tls)
            await asyncio.to_thread(_load, tls, context)
        except StationError as error:
            _log.error("certificate_refused", detail=str(error))
            refused(f"the new certificate is refused, the old one goes on: {error}")
        else:
            refused("")
            _log.info("certificate_renewed")


def _load(tls: Tls, context: ssl.SSLContext) -> None:
    """The files as they are now, for every connection from now on."""
    try:
        why = pair_fault(tls.certificate, tls.key)
        if why is None:
            context.load_cert_chain(tls.certificate, tls.key, password=no_password)
    except (OSError, ValueError) as error:
        why = str(error)
    if why is not None:
        raise StationError(f"the station cannot use {tls.certificate} with {tls.key}: {why}")

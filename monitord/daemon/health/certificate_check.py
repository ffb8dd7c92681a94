"""Says when the page's certificate is over or not yet valid: it is served all the same, and browsers refuse it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from monitord.certificates import out_of_date, read_certificates
from monitord.model import Cause, Fault, Instant

PAUSE_S: Final = 3600.0
SUBJECT: Final = "station certificate"


async def check_certificate(
    certificate: Path, now: Callable[[], Instant], report: Callable[[Fault], None]
) -> None:
    """Once an hour, until cancelled; the fault is over without a detail."""
    while True:
        try:
            first = (await asyncio.to_thread(read_certificates, certificate))[0]
        except (OSError, ValueError):
            detail = ""  # what cannot be read cannot be served either: that is told
        else:
            detail = trouble(now(), first.begin, first.end)
        report(Fault(cause=Cause.DESTINATION, subject=SUBJECT, present=bool(detail), detail=detail))
        await asyncio.sleep(PAUSE_S)


def trouble(now: Instant, begin: Instant, end: Instant) -> str:
    """What is wrong with a certificate that is valid from `begin` to `end`; empty for nothing."""
    why = out_of_date(begin, end, now)
    return why and f"the certificate {why}"

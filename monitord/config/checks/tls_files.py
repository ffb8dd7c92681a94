"""What `monitord check` finds of the certificates of a suite: does each load, until when is it good, for which names."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitord.certificates import (
    LEAST_RSA_BITS,
    Certificate,
    out_of_date,
    pair_fault,
    read_certificates,
)
from monitord.config.suite.certificate_files import CertificateFile, certificate_files
from monitord.config.suite.suite import Suite
from monitord.model import HOUR, Instant, Span, iso

CREDENTIALS: Final = Path("/run/credentials")
SOON: Span = 14 * 24 * HOUR
"""Ahead of its end: two weeks of working days are enough to get another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFinding:
    """One sentence; a fault is what cannot work."""

    text: str
    fault: bool = False


def certificate_in_force(file: CertificateFile) -> Certificate:
    """The first of a chain; of authorities the one that is good longest. ValueError or OSError without one."""
    found = read_certificates(file.certificate)
    return found[0] if file.key is not None else max(found, key=lambda each: each.end)


def trouble_of(certificate: Certificate, now: Instant) -> str:
    """What is wrong with its dates, or will be within two weeks; empty for nothing."""
    if why := out_of_date(certificate.begin, certificate.end, now):
        return why
    days = (certificate.end - now) // (24 * HOUR)
    return f"ends in {days} days, at {iso(certificate.end)}" if certificate.end - now < SOON else ""


def tls_findings(suite: Suite, now: Instant | None) -> list[TlsFinding]:
    """Of every certificate; its dates only where it is said what time it is."""
    return [found for file in certificate_files(suite) for found in _of(file, now)]


def _of(file: CertificateFile, now: Instant | None) -> Iterator[TlsFinding]:
    where = f"{file.what}: {file.certificate}"
    try:
        certificate = certificate_in_force(file)
        why = None if file.key is None else pair_fault(file.certificate, file.key)
    except OSError as error:
        # What systemd hands to the service is there for the service alone.
        handed_over = any(
            path.is_relative_to(CREDENTIALS) for path in (file.certificate, file.key) if path
        )
        gone = isinstance(error, FileNotFoundError) and not handed_over
        yield TlsFinding(
            text=f"{where} or its key cannot be looked at from here: {error.strerror}", fault=gone
        )
        return
    except ValueError as error:
        yield TlsFinding(text=f"{file.what}: {error}", fault=True)
        return
    if why is not None:
        yield TlsFinding(text=f"{where} with {file.key}: {why}", fault=True)
    if now is not None and (trouble := trouble_of(certificate, now)):
        yield TlsFinding(text=f"{where} {trouble}", fault=now >= certificate.end)
    if certificate.rsa_bits is not None and certificate.rsa_bits < LEAST_RSA_BITS:
        yield TlsFinding(
            text=f"{where} has a key of {certificate.rsa_bits} bits: make one of {LEAST_RSA_BITS} or more"
        )
    for name in file.names:
        if not certificate.covers(name):
            said = ", ".join(certificate.names) or "no name"
            yield TlsFinding(text=f"{where} is not for {name}, but for {said}: browsers refuse it")

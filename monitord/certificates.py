"""Certificates in PEM files: when they are valid, for which names, how long their key is, and whether a key fits.

The few fields that are needed are read as RFC 5280 section 4.1 orders them: OpenSSL loads a certificate that is over
without a word, and the module `ssl` shows only that of another party.
"""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from monitord.model import Instant, from_datetime, iso
from monitord.tls_failure import tls_failure

LEAST_RSA_BITS: Final = 2048
"""NIST SP 800-131A revision 2: shorter ones are no longer to be used."""

_SEQUENCE, _UTC_TIME, _GENERALIZED, _VERSION = 0x30, 0x17, 0x18, 0xA0
_EXTENSIONS: Final = 0xA3
_DNS, _IP = 0x82, 0x87
_RSA: Final = bytes.fromhex("2a864886f70d010101")
_NAMES: Final = bytes.fromhex("551d11")
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One certificate: valid from `begin` to `end`; `names` are DNS names and addresses that it is for.

    `rsa_bits` is None for a key of another kind.
    """

    begin: Instant
    end: Instant
    names: tuple[str, ...] = ()
    rsa_bits: int | None = None

    def covers(self, name: str) -> bool:
        """Whether a browser that asks for this name takes it (RFC 6125: a star stands for one label)."""
        wanted = name.strip("[]").lower().rstrip(".")
        _, dot, parent = wanted.partition(".")
        return any(each in {wanted, f"*.{parent}" if dot else wanted} for each in self.names)


def read_certificates(file: Path) -> list[Certificate]:
    """Every one in the file, in its order; ValueError or OSError where there is none that can be read."""
    text = file.read_text(encoding="ascii")
    found = []
    while _BEGIN in text:
        block, end, text = text[text.index(_BEGIN) :].partition(_END)
        if not end:
            break
        try:
            found.append(_certificate(ssl.PEM_cert_to_DER_cert(block + end)))
        except (IndexError, ValueError) as error:
            raise ValueError(f"{file} holds no certificate that can be read") from error
    if not found:
        raise ValueError(f"{file} holds no certificate")
    return found


def out_of_date(begin: Instant, end: Instant, now: Instant) -> str:
    """How a certificate that is valid from `begin` to `end` is not valid now; empty where it is."""
    if now >= end:
        return f"ended at {iso(end)}"
    return f"is not valid before {iso(begin)}" if now < begin else ""


def pair_fault(certificate: Path, key: Path) -> str | None:
    """Why OpenSSL cannot use the two together, or None. OSError where one cannot be opened."""
    for each in (certificate, key):
        with each.open("rb"):
            pass
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            certificate, key, password=no_password
        )
    except ssl.SSLError as error:
        return tls_failure(error)
    except ValueError as error:
        return str(error)
    return None


def no_password() -> str:
    """OpenSSL would ask for it on a terminal that a service has not."""
    raise ValueError("the key is encrypted: give one without a password, readable by monitord only")


def _certificate(whole: bytes) -> Certificate:
    fields = list(_fields(_inside(_inside(whole))))
    if fields[0][0] == _VERSION:
        del fields[0]
    _serial, _algorithm, _issuer, (_, both), _subject, (_, key) = fields[:6]
    begin, end = (_time(*each) for each in _fields(both))
    more = next((content for kind, content in fields[6:] if kind == _EXTENSIONS), None)
    names = () if more is None else tuple(_alternative_names(_inside(more)))
    return Certificate(begin=begin, end=end, names=names, rsa_bits=_rsa_bits(key))


def _rsa_bits(key: bytes) -> int | None:
    (_, algorithm), (_, bits) = list(_fields(key))[:2]
    if next(_fields(algorithm))[1] != _RSA:
        return None
    # The first byte of a bit string says how many bits of the last are unused.
    _, modulus = next(_fields(_inside(bits[1:])))
    return int.from_bytes(modulus, "big").bit_length()


def _alternative_names(extensions: bytes) -> Iterator[str]:
    for _, extension in _fields(extensions):
        parts = list(_fields(extension))
        if parts[0][1] != _NAMES:
            continue
        for kind, name in _fields(_inside(parts[-1][1])):
            if kind == _DNS:
                yield name.decode("ascii").lower()
            elif kind == _IP:
                yield str(ip_address(name))


def _inside(data: bytes) -> bytes:
    kind, content = next(_fields(data), (0, b""))
    if kind != _SEQUENCE:
        raise ValueError("no sequence")
    return content


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The tag and the content of each element (DER, X.690 section 8.1)."""
    at = 0
    while at < len(data):
        kind, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        if at + length > len(data):
            raise ValueError("cut off")
        yield kind, data[at : at + length]
        at += length


def _time(kind: int, content: bytes) -> Instant:
    text = content.decode("ascii")
    if kind == _UTC_TIME:
        # RFC 5280 section 4.1.2.5.1: from 50 on it is the last century.
        text = ("19" if int(text[:2]) >= 50 else "20") + text
    elif kind != _GENERALIZED:
        raise ValueError("no time")
    return from_datetime(datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC))

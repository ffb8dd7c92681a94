"""From when until when a certificate is valid, read from its PEM file. Pure but for reading it.

The few fields that stand before it are skipped as RFC 5280 section 4.1 orders them: OpenSSL loads a
certificate that is over without a word, and the module `ssl` shows only that of another party.
"""

import ssl
from datetime import UTC, datetime
from pathlib import Path

from monitord.model import Instant, from_datetime

_SEQUENCE, _UTC_TIME, _GENERALIZED, _VERSION = 0x30, 0x17, 0x18, 0xA0
_END = "-----END CERTIFICATE-----"


def validity(file: Path) -> tuple[Instant, Instant]:
    """Of the first certificate in the file; ValueError or OSError where there is none."""
    text = file.read_text(encoding="ascii")
    first, found, _ = text.partition(_END)
    if not found:
        raise ValueError(f"{file} holds no certificate")
    whole = ssl.PEM_cert_to_DER_cert(first[first.index("-----BEGIN") :] + _END)
    try:
        fields = _fields(_inside(_inside(whole)))
        if fields[0][0] == _VERSION:
            del fields[0]
        _serial, _algorithm, _issuer, (_, both) = fields[:4]
        begin, end = (_time(*each) for each in _fields(both))
    except (IndexError, ValueError) as error:
        raise ValueError(f"{file} holds no certificate that can be read") from error
    return begin, end


def _inside(data: bytes) -> bytes:
    kind, content = _fields(data)[0]
    if kind != _SEQUENCE:
        raise ValueError("no sequence")
    return content


def _fields(data: bytes) -> list[tuple[int, bytes]]:
    """The tag and the content of each element (DER, X.690 section 8.1)."""
    found = []
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
        found.append((kind, data[at : at + length]))
        at += length
    return found


def _time(kind: int, content: bytes) -> Instant:
    text = content.decode("ascii")
    if kind == _UTC_TIME:
        # RFC 5280 section 4.1.2.5.1: from 50 on it is the last century.
        text = ("19" if int(text[:2]) >= 50 else "20") + text
    elif kind != _GENERALIZED:
        raise ValueError("no time")
    return from_datetime(datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC))

"""Why two parties could not agree on TLS, in words: OpenSSL's own name a line of its source and not what to do."""

import re
import ssl
from typing import Final

_WORDS: Final = {
    "KEY_VALUES_MISMATCH": "the key does not fit the certificate",
    "NO_START_LINE": "the file is not PEM",
    "PEM_LIB": "the file holds no certificate or key that can be read",
    "EE_KEY_TOO_SMALL": "the key of the certificate is too short",
    "CA_MD_TOO_WEAK": "the signature of the certificate is too weak",
    "WRONG_VERSION_NUMBER": "the other side speaks no TLS at this address",
    "HTTP_REQUEST": "the other side speaks no TLS at this address",
    "UNSUPPORTED_PROTOCOL": "the other side speaks no TLS version that is allowed here",
    "TLSV1_ALERT_PROTOCOL_VERSION": "the other side takes no TLS version that is spoken here",
    "NO_SHARED_CIPHER": "the two have no cipher in common",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "the other side refused the handshake: has it asked for a certificate?",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "the other side asks for a client certificate, and none was given",
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "the other side gave no client certificate",
    "TLSV1_ALERT_UNKNOWN_CA": "the other side does not know the authority of our certificate",
    "SSLV3_ALERT_BAD_CERTIFICATE": "the other side refused our certificate",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "the other side says that our certificate is over",
    "SSLV3_ALERT_CERTIFICATE_REVOKED": "the other side says that our certificate was revoked",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "the other side does not take our certificate",
    "TLSV1_ALERT_ACCESS_DENIED": "the other side denied access",
    "TLSV1_UNRECOGNIZED_NAME": "the other side has no certificate for the name that was asked for",
    "UNEXPECTED_EOF_WHILE_READING": "the other side closed the connection within the handshake",
}
_SOURCE: Final = re.compile(r"\s*\(_ssl\.c:\d+\)")
_HEAD: Final = re.compile(r"^\[[^\]]*\]\s*")


def tls_failure(error: ssl.SSLError) -> str:
    """One sentence without a full stop."""
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message or str(error)
        return f"the certificate of the other side is not accepted: {plain(why).rstrip('.')}"
    reason = (getattr(error, "reason", None) or "").upper().replace(" ", "_")
    said = str(error.strerror or error)
    known = _WORDS.get(reason) or ("PEM lib" in said and _WORDS["PEM_LIB"])
    return known or plain(said) or "TLS failed"


def failure_text(error: BaseException) -> str:
    """What an error says, or the TLS failure that it came from."""
    seen: BaseException | None = error
    for _ in range(8):
        if isinstance(seen, ssl.SSLError):
            return tls_failure(seen)
        if seen is None:
            break
        seen = seen.__cause__ or seen.__context__
    return plain(str(error))


def plain(text: str) -> str:
    """Without what OpenSSL says of its own source."""
    return _HEAD.sub("", _SOURCE.sub("", text)) if "_ssl.c" in text else text

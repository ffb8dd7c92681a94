"""Who may answer by a link: a signed token that names one alarm and one message about it.

It has no end of its own: an answer counts only while its alarm is open, and no id comes twice.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyToken:
    """What a token says once its signature was found good."""

    alarm: str
    key: str


def make_token(secret: str, token: ReplyToken) -> str:
    """URL-safe text: the content, a dot, its HMAC-SHA256."""
    content = json.dumps([token.alarm, token.key], separators=(",", ":"))
    payload = urlsafe_b64encode(content.encode()).decode()
    return f"{payload}.{_signature(secret, payload)}"


def read_token(secret: str, text: str) -> ReplyToken | None:
    """What the token says; None where the signature is wrong."""
    payload, _, signature = text.partition(".")
    if not hmac.compare_digest(_signature(secret, payload).encode(), signature.encode()):
        return None
    alarm, key = json.loads(urlsafe_b64decode(payload))
    return ReplyToken(alarm=alarm, key=key)


def _signature(secret: str, payload: str) -> str:
    # The word before it keeps a body's signature by the same secret from passing for a token's.
    return hmac.new(secret.encode(), f"reply.{payload}".encode(), sha256).hexdigest()

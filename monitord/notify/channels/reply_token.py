"""Who may answer by a link: a signed token that names one alarm, one message about it, and when it ends.

It is good for one answer by one person: the answer carries the message's key, and one key has one answer.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from monitord.model import HOUR, Instant, Span

GOOD_FOR: Final[Span] = 4 * HOUR
"""As late as anything may be entered; an alarm that is told again has a new link each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyToken:
    """What a token says once its signature was found good."""

    alarm: str
    key: str
    until: Instant | None = None
    """None in a token of a version before 0.2."""


def make_token(secret: str, token: ReplyToken) -> str:
    """URL-safe text: the content, a dot, its HMAC-SHA256."""
    content = json.dumps([token.alarm, token.key, token.until], separators=(",", ":"))
    payload = urlsafe_b64encode(content.encode()).decode()
    return f"{payload}.{_signature(secret, payload)}"


def read_token(secret: str, text: str) -> ReplyToken | None:
    """What the token says; None where the signature is wrong."""
    payload, _, signature = text.partition(".")
    if not hmac.compare_digest(_signature(secret, payload).encode(), signature.encode()):
        return None
    alarm, key, *until = json.loads(urlsafe_b64decode(payload))
    return ReplyToken(alarm=alarm, key=key, until=until[0] if until else None)


def _signature(secret: str, payload: str) -> str:
    # The word before it keeps a body's signature by the same secret from passing for a token's.
    return hmac.new(secret.encode(), f"reply.{payload}".encode(), sha256).hexdigest()

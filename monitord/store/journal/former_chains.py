"""The hash chains that versions up to 0.1 kept: one for each session, and one for the suite. Pure.

Nothing is added to them any more. `monitord verify` still follows them, and `journal/chain.py` goes on
from the suite's.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from monitord.store.journal.chain import ChainHead

# The columns that a link covers, in their order.
EVENT_COLUMNS = ("seq", "at", "bed", "session", "type", "source", "simulated", "body", "digest")
EFFECT_COLUMNS = ("id", "after_seq", "at", "bed", "n", "session", "type", "body")

EFFECT_TYPES = frozenset({"alarm", "answered"})
"""The effects that are chained: alarms, and what was answered to staff."""


def genesis(chain: str) -> ChainHead:
    """Before the first link; another chain starts from another hash."""
    return ChainHead(chain=chain, n=0, hash=_hash("monitord audit 1", chain))


def extend(head: ChainHead, kind: str, content: str) -> ChainHead:
    """The chain with one more link."""
    return ChainHead(
        chain=head.chain, n=head.n + 1, hash=_hash(head.hash, str(head.n + 1), kind, content)
    )


def event_content(row: Mapping[str, Any]) -> str:
    """What a link says of an event."""
    return json.dumps([row[column] for column in EVENT_COLUMNS])


def effect_content(row: Mapping[str, Any]) -> str:
    """What a link says of an effect."""
    return json.dumps([row[column] for column in EFFECT_COLUMNS])


def _hash(*parts: str) -> str:
    # Each part is ended by a byte that no UTF-8 text holds, so that no two splits look alike.
    return sha256(b"".join(part.encode() + b"\xff" for part in parts)).hexdigest()

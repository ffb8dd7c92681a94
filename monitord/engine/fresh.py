"""How long one reading speaks for the patient. Pure."""

from typing import Final

from monitord.engine.protocol import Protocol, Settings
from monitord.model import SECOND, Signal, Span

DEFAULT_FRESH: Final[Span] = 10 * SECOND
# "Sample older than 10 s = stale", reference clinical section 5.
_INTERVALS_FRESH: Final = 2.5
# A slow source keeps speaking for two and a half of its intervals (design section 7).


def speaks_for(signal: Signal, protocol: Protocol, settings: Settings) -> Span:
    """A reading's freshness: the protocol's, or longer where its slowest source is slow."""
    base = protocol.fresh.get(signal, DEFAULT_FRESH)
    slowest = 0
    for source in settings.sources.values():
        if source.interval > slowest and signal in source.signals:
            slowest = source.interval
    return max(base, round(_INTERVALS_FRESH * slowest))

"""Rules that can find nothing on a suite's devices, since no device supplies a signal that they need."""

from collections.abc import Iterator

from monitord.engine.protocol.protocol import Protocol
from monitord.model import SIGNALS, Signal


def unsupplied(protocol: Protocol, supplied: frozenset[Signal]) -> Iterator[tuple[str, str]]:
    """Rules that wait for a signal which no device supplies, with the reason.

    What staff observe is supplied by staff.
    """
    known = supplied | {signal for signal in Signal if SIGNALS[signal].manual}
    for name, rule in protocol.rules.items():
        lacking = sorted(rule.lacks(known))
        if lacking:
            yield name, f"no device supplies {', '.join(lacking)}"

"""Does every alarm have a next step, every suppression a name and an end? Pure (invariants 6, 7)."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from monitord.engine.state import AlarmPhase, AlarmState
from monitord.model import Instant


def forgotten(
    alarms: Iterable[AlarmState],
    has_route: Callable[[AlarmState], bool],
    timers: Mapping[str, Instant],
    faults: frozenset[str],
) -> Iterator[tuple[str, str]]:
    """The key of each alarm that nobody would hear of again, and why.

    `faults` are the keys of the technical faults that are present. An alarm without a route is
    told nobody by the clinic's own decision.
    """
    for alarm in alarms:
        if alarm.phase is AlarmPhase.ACKNOWLEDGED or alarm.telling.accepted_by is not None:
            if f"alarm:{alarm.key}" not in timers or alarm.expires_at is None:
                yield alarm.key, "answered without an end"
        elif alarm.inhibited_by is not None:
            if alarm.inhibited_by not in faults:
                yield alarm.key, f"inhibited by {alarm.inhibited_by}, which is over"
        elif has_route(alarm) and f"tell:{alarm.key}" not in timers:
            yield alarm.key, "told nobody next"
        if alarm.audio_paused_until is not None and f"audio:{alarm.key}" not in timers:
            yield alarm.key, "its sound is paused without an end"

"""Does every alarm have a next step, every suppression a name and an end? Pure (invariants 6, 7)."""

from collections.abc import Callable, Iterable, Iterator

from monitord.engine.state import AlarmPhase, AlarmState


def forgotten(
    alarms: Iterable[AlarmState],
    has_route: Callable[[AlarmState], bool],
    armed: Callable[[str], bool],
    causes: frozenset[str],
) -> Iterator[tuple[str, str]]:
    """The key of each alarm that nobody would hear of again, and why.

    `causes` are the keys of what is present and may be told instead. An alarm without a route is
    told nobody by the clinic's own decision.
    """
    for alarm in alarms:
        if alarm.phase is AlarmPhase.ACKNOWLEDGED or alarm.telling.accepted_by is not None:
            if not armed(f"alarm:{alarm.key}") or alarm.expires_at is None:
                yield alarm.key, "answered without an end"
        elif alarm.inhibited_by is not None:
            if alarm.inhibited_by not in causes:
                yield alarm.key, f"inhibited by {alarm.inhibited_by}, which is over"
        elif has_route(alarm) and not armed(f"tell:{alarm.key}"):
            yield alarm.key, "told nobody next"
        if alarm.audio_paused_until is not None and not armed(f"audio:{alarm.key}"):
            yield alarm.key, "its sound is paused without an end"

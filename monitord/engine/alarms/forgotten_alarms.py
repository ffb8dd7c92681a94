"""Does every alarm have a next step, every answer and pause an end? Pure (invariants 6, 7)."""

from collections.abc import Callable, Iterable, Iterator

from monitord.engine.alarm_state import AlarmState
from monitord.model import (
    AlarmPhase,
    Cause,
    Sentence,
    say,
)


def forgotten(
    alarms: Iterable[AlarmState],
    has_route: Callable[[AlarmState], bool],
    armed: Callable[[str], bool],
) -> Iterator[tuple[str, Sentence]]:
    """The key of each alarm that nobody would hear of again, and why.

    An alarm without a route is told nobody by the clinic's own decision. What is told in an alarm's
    place is judged whenever the alarm would be told, so that it too must have a next step.
    """
    for alarm in alarms:
        # Not of the alarm about it: that would tell of itself without an end.
        if alarm.key.startswith(f"{Cause.FORGOTTEN}:"):
            continue
        if alarm.phase is AlarmPhase.ANSWERED:
            if not armed(f"alarm:{alarm.key}") or alarm.expires_at is None:
                yield alarm.key, say("why.no_end_of_answer")
        elif alarm.phase is AlarmPhase.RESTING:
            if not armed(f"rest:{alarm.key}"):
                yield alarm.key, say("why.no_end_of_rest")
        elif has_route(alarm) and not armed(f"tell:{alarm.key}"):
            yield alarm.key, say("why.no_next_step")
        if alarm.audio_paused_until is not None and not armed(f"audio:{alarm.key}"):
            yield alarm.key, say("why.no_end_of_pause")

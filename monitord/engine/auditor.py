"""Does every alarm have a next step, every suppression a name and an end? Pure (invariants 6, 7)."""

from collections.abc import Callable, Iterable, Iterator

from monitord.engine.patient import Patient
from monitord.engine.pause import ALARM_PAUSED
from monitord.engine.state import AlarmPhase, AlarmState
from monitord.model import Cause, Instant


def forgotten(
    patient: Patient,
    alarms: Iterable[AlarmState],
    has_route: Callable[[AlarmState], bool],
    armed: Callable[[str], bool],
    at: Instant,
) -> Iterator[tuple[str, str]]:
    """The key of each alarm that nobody would hear of again, and why.

    An alarm without a route is told nobody by the clinic's own decision.
    """
    # Not of the alarm about it: that would tell of itself without an end.
    known = [alarm for alarm in alarms if not alarm.key.startswith(f"{Cause.FORGOTTEN}:")]
    causes = set(_told_instead(patient, known, at))
    for alarm in known:
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


def _told_instead(patient: Patient, alarms: list[AlarmState], at: Instant) -> Iterator[str]:
    """The keys of what is present and may be told in an alarm's place."""
    for state in patient.fault_states:
        yield f"{state.fault.cause}:{state.fault.subject}"
    if patient.away:
        yield "away"
    if patient.paused_until is not None and at <= patient.paused_until:
        yield ALARM_PAUSED
    for alarm in alarms:
        if alarm.inhibited_by is None and alarm.phase is not AlarmPhase.LATCHED:
            yield alarm.key

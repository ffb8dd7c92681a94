"""May the cuff be inflated now? Pure (design invariant 15)."""

from monitord.engine.protocol import Cuff
from monitord.engine.state import AlarmPhase, SessionState, TrackState
from monitord.model import HOUR, MINUTE, SECOND, Instant, Span

HARD_MINIMUM: Span = MINUTE
# IEC 80601-2-30 wants 30 s without pressure between automatic readings; a reading itself takes
# 20-45 s, so one start a minute is the closest that keeps it. A suite may only ask for more.
DEFLATED: Span = 30 * SECOND
# The pause between two readings of one arm, from the end of the first (IEC 80601-2-30).
KEPT: Span = HOUR
HARD_PER_HOUR = 20
# Every 5 minutes is 12; the rest is room for confirming repeats.


def refusal(
    cuff: Cuff,
    session: SessionState | None,
    requested: tuple[Instant, ...],
    spo2_alarm: bool,  # noqa: FBT001 - a fact about the patient
    at: Instant,
) -> str | None:
    """Why no measurement may start at this instant; None when it may."""
    if not cuff.automatic:
        return "automatic readings are off on this bed"
    if session is None:
        return "no session"
    if requested and at - requested[-1] < max(HARD_MINIMUM, cuff.minimum_interval):
        return "the last reading began too recently"
    if sum(1 for t in requested if t > at - HOUR) >= min(HARD_PER_HOUR, cuff.per_hour):
        return "too many readings in this hour"
    # An arm that nobody entered may be the probe's.
    same_arm = session.cuff_arm is None or session.cuff_arm is session.probe_arm
    if same_arm and spo2_alarm:
        return "an SpO2 alarm is active and the cuff may be on the probe's arm"
    return None


def spo2_alarm_active(tracks: dict[str, TrackState]) -> bool:
    """Whether any alarm about SpO2 is active or acknowledged."""
    return any(
        track.alarm is not None
        and track.alarm.line.signal == "spo2"
        and track.alarm.phase in {AlarmPhase.ACTIVE, AlarmPhase.ACKNOWLEDGED}
        for track in tracks.values()
    )

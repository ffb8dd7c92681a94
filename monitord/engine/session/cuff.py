"""May the cuff be inflated now? Pure (design invariant 15)."""

from monitord.engine.alarm_state import RuleState
from monitord.engine.protocol.protocol import Cuff
from monitord.engine.state import SessionState
from monitord.model import (
    HOUR,
    MINUTE,
    SECOND,
    AlarmPhase,
    Instant,
    Sentence,
    Span,
    say,
)

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
) -> Sentence | None:
    """Why no measurement may start at this instant; None when it may."""
    if not cuff.automatic:
        return say("no.cuff_off")
    if session is None:
        return say("no.session")
    if requested and at - requested[-1] < max(HARD_MINIMUM, cuff.minimum_interval):
        return say("no.cuff_soon")
    if sum(1 for t in requested if t > at - HOUR) >= min(HARD_PER_HOUR, cuff.per_hour):
        return say("no.cuff_often")
    # An arm that nobody entered may be the probe's.
    same_arm = session.cuff_arm is None or session.cuff_arm is session.probe_arm
    if same_arm and spo2_alarm:
        return say("no.cuff_arm")
    return None


def spo2_alarm_active(tracks: dict[str, RuleState]) -> bool:
    """Whether any alarm about SpO2 is active or acknowledged."""
    return any(
        track.alarm is not None
        and track.alarm.line.signal == "spo2"
        and track.alarm.phase in {AlarmPhase.ACTIVE, AlarmPhase.ANSWERED}
        for track in tracks.values()
    )

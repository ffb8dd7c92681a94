"""A near miss: a condition that ended before its delay was over. It is recorded, and told to nobody. Pure."""

from collections.abc import Iterable
from typing import Final

from monitord.engine.alarm_state import RuleState
from monitord.engine.alarms.alarm_lines import LineContext, said_as
from monitord.engine.alarms.alarm_values import worst_since
from monitord.engine.alarms.delay_and_clearing import Worst
from monitord.engine.bed.patient import Patient
from monitord.engine.rules import Rule
from monitord.model import MINUTE, AlarmEvent, AlarmLine, AlarmPhase, Instant, Reason, Span, say
from monitord.model.frozen import replace

BETWEEN_MISSES: Final[Span] = MINUTE
"""Of one rule a near miss that comes sooner is counted, and said with the next line."""


def near_miss(
    track: RuleState,
    rule: Rule,
    missed: Worst,
    at: Instant,
    *,
    patient: Patient,
    context: LineContext,
    tracks: Iterable[RuleState],
) -> tuple[RuleState, AlarmLine | None]:
    """The rule that counts it, and its line: at most one a minute of a rule, else None."""
    number = track.missed + 1
    if track.missed_at is not None and at - track.missed_at < BETWEEN_MISSES:
        return replace(track, missed=number, unwritten=track.unwritten + 1), None
    worst = worst_since(track, missed.found.since)
    if worst is not None:
        missed = replace(missed, found=replace(missed.found, value=worst.value))
    standing = track.standing
    known = standing.id if standing else context.missed_id(track, tracks)
    line = context.line(
        rule,
        missed,
        patient,
        alarm_id=known,
        key=track.key,
        at=at,
        event=AlarmEvent.NEAR_MISS,
        reason=Reason.BEFORE_DELAY,
    )
    line = replace(line, state=standing.phase if standing else AlarmPhase.INACTIVE)
    if track.unwritten:
        more = say("missed.more", times=track.unwritten)
        line = said_as(line, (*line.says, more), patient)
    return replace(track, missed=number, missed_at=at, unwritten=0), line

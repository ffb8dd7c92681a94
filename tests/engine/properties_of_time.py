"""Delays, downtime and suppressions: more that holds for every history, beside `properties.py`.

The delay's property has a model of its own, written from the design's table and not from the engine.
"""

from collections.abc import Iterable

from hypothesis import strategies as st

from monitord.engine.alarm_state import AlarmState
from monitord.engine.alarms.alarm_pause import ALARM_PAUSED
from monitord.engine.alarms.delay_and_clearing import DOUBT, SILENT
from monitord.engine.alarms.route_choice import choose_route
from monitord.engine.bed.patient import Patient
from monitord.engine.explain import as_text
from monitord.engine.protocol.own_rules import AWAY
from monitord.engine.rule_name import named
from monitord.model import (
    MINUTE,
    SECOND,
    AlarmEvent,
    AlarmPhase,
    Instant,
    Notify,
    Priority,
    Quality,
    Reason,
    Signal,
    in_words,
)
from tests.builders import MEDIUM, T0, Bed, admitted, level, spo2_low, with_rules
from tests.engine.histories import VARIANTS, Player
from tests.engine.properties import a_history, a_property

DELAY = 15 * SECOND
FRESH = 10 * SECOND
HALF = SECOND // 2
DECIDED = {AWAY: "the patient is away", ALARM_PAUSED: "staff paused equipment alarms"}
"""What somebody decided, not another rule, keeps an alarm quiet."""
ONE_LEVEL = with_rules(spo2_low=spo2_low(levels=(level("<90", MEDIUM, "15s"),)))

PatientView = tuple[Instant, str]
"""A reading at an instant: beyond the limit, inside it, or one that says nothing (None)."""

_LASTS = st.integers(1, 14)
_PIECES = st.one_of(
    st.tuples(st.just("low"), _LASTS),
    st.tuples(st.just("low"), _LASTS),
    st.tuples(st.just("doubtful low"), _LASTS),
    st.tuples(st.just("good"), st.integers(1, 3)),
    st.tuples(st.just("doubtful good"), _LASTS),
    st.tuples(st.just("off"), _LASTS),
    st.tuples(st.just("motion"), _LASTS),
    st.tuples(st.just("silence"), st.integers(1, 30)),
    st.tuples(st.just("restart"), st.integers(0, 30)),
    st.tuples(st.just("reload"), st.integers(0, len(VARIANTS) - 1)),
)
_READINGS: dict[str, tuple[float | None, Quality]] = {
    "low": (88.0, Quality.GOOD),
    "doubtful low": (88.0, Quality.LOW_PERFUSION),
    "good": (92.0, Quality.GOOD),
    "doubtful good": (92.0, Quality.LOW_PERFUSION),
    "off": (None, Quality.PROBE_OFF),
    "motion": (None, Quality.MOTION),
}


def played(pieces: Iterable[tuple[str, int]]) -> tuple[Bed, list[PatientView]]:
    """A bed that was told them, and what it was told."""
    bed, seen = admitted(ONE_LEVEL), []
    for what, number in pieces:
        match what:
            case "silence":
                bed.wait(f"{number}s")
            case "restart":
                bed.restart(f"{number}s")
            case "reload":
                bed.configure(VARIANTS[number])
            case _:
                value, quality = _READINGS[what]
                for _ in range(number):
                    seen.append((bed.now, what))
                    bed.spo2(value, "1s", quality=quality)
    bed.until(bed.now)
    return bed, seen


def expected(seen: list[PatientView], end: Instant) -> list[tuple[AlarmEvent, Instant]]:
    """Near misses and the first start, by the sum of the alarm model, half a second at a time."""
    found: list[tuple[AlarmEvent, Instant]] = []
    readings = dict(seen)
    total, doubtful, since, latest = 0, True, Instant(0), (Instant(0), "off")
    idle = True
    for at in map(Instant, range(T0, end + 1, HALF)):
        says = "off" if at > latest[0] + FRESH - HALF else latest[1]
        if at > since and not idle:
            before = "off" if at > latest[0] + FRESH else latest[1]
            grows = "low" in before or (total > 0 and _READINGS[before][0] is None)
            total += HALF if grows else -2 * HALF if before == "good" else 0
            needs = DELAY + (DOUBT if doubtful else 0)
            total = min(max(total, 0), needs + (SILENT if says in {"off", "motion"} else 0))
            # A reading that arrives at a due time is in time.
            if at not in readings:
                if "low" in says and total >= needs:
                    return [*found, (AlarmEvent.START, at)]
                if says == "good" and total == 0:
                    found.append((AlarmEvent.NEAR_MISS, at))
                    idle = True
        if at not in readings:
            continue
        latest = at, readings[at]
        if "low" in latest[1]:
            if idle:
                idle, total, doubtful, since = False, 0, True, at
            doubtful = doubtful and latest[1] != "low"
            if total >= DELAY + (DOUBT if doubtful else 0):
                return [*found, (AlarmEvent.START, at)]
        elif latest[1] == "good" and not idle:
            total = min(total, DELAY + (DOUBT if doubtful else 0))
            if total == 0:
                found.append((AlarmEvent.NEAR_MISS, at))
                idle = True
    return found


@a_property
def a_delay_counts_through_all_that_is_missing(data: st.DataObject) -> None:
    """3: gaps, bad readings, restarts and reloads neither begin a delay anew nor end it early."""
    bed, seen = played(data.draw(st.lists(_PIECES, min_size=2, max_size=14)))
    wanted = {AlarmEvent.START, AlarmEvent.NEAR_MISS}
    lines = [
        (line.event, line.at)
        for line in bed.of("spo2_low")
        if line.event in wanted and line.priority is Priority.MEDIUM
    ]
    began = next((n for n, (event, _) in enumerate(lines) if event is AlarmEvent.START), None)
    assert lines[: None if began is None else began + 1] == expected(seen, bed.now)


def waits(bed: Bed, alarm: AlarmState) -> bool:
    """Whether somebody has yet to answer, and there is somebody to tell."""
    given = bed.state.session_settings or bed.state.settings
    assert given
    phase = bed.state.session.phase if bed.state.session else None
    route = choose_route(given, alarm.priority, alarm.kind, phase, bed.now)
    unanswered = alarm.phase in {AlarmPhase.ACTIVE, AlarmPhase.LATCHED} and not alarm.answered_by
    return unanswered and alarm.inhibited_by is None and route is not None


@a_property
def after_downtime_each_waiting_alarm_is_told_once(data: st.DataObject) -> None:
    """4: what fell due is made up in silence; then who waits for an answer is told, as late."""
    bed = Player().play(a_history(data))
    before = {effect.key for effect in bed.effects if isinstance(effect, Notify)}
    effects = bed.restart(f"{data.draw(st.integers(1, 900))}s")
    told = [effect for effect in effects if isinstance(effect, Notify)]
    late = [each for each in told if each.reason is Reason.LATE]
    # Who was on the way learns that it is over.
    assert all(
        each.line.event in {AlarmEvent.CLEAR, AlarmEvent.END} for each in told if each not in late
    )
    assert all(each.line.at == bed.now for each in late)
    places = [(each.line.id, each.destination) for each in late]
    assert len(places) == len(set(places))
    waiting = {
        track.standing.id
        for track in bed.state.tracks
        if track.standing and waits(bed, track.standing)
    }
    assert {alarm for alarm, _ in places} == waiting
    assert before.isdisjoint(each.key for each in told)


@a_property
def every_suppression_is_said_and_ends(data: st.DataObject) -> None:
    """7: what keeps an alarm quiet stands in `explain` with its reason, and is bounded."""
    bed = Player()
    for step in a_history(data):
        bed.take(step)
        bed.until(bed.now)
        text = as_text(bed.state)
        session, now = bed.state.session, bed.now
        for alarm in (track.standing for track in bed.state.tracks if track.standing):
            if alarm.inhibited_by:
                other = named(alarm.inhibited_by, Patient.restored(bed.state).protocol)
                known = DECIDED.get(alarm.inhibited_by, f"{in_words(other)} is told instead")
                assert f"told to nobody: {known}" in text
            if alarm.answered_by and alarm.phase is not AlarmPhase.LATCHED:
                assert f"by {alarm.answered_by}, sounds again in" in text
                assert alarm.expires_at is not None
                assert now <= alarm.expires_at <= now + 15 * MINUTE
            if alarm.audio_paused_until is not None:
                assert "sound paused for another" in text
                assert alarm.audio_paused_until <= now + 2 * MINUTE
        if session is not None and session.away is not None:
            assert f"{session.away.reason} ({session.away.by})" in text
            assert session.away.until <= session.away.since + 10 * MINUTE
        held = bed.state.hold
        if held is not None and now < held.until:
            assert "do not count for another" in text
            assert now < held.since + MINUTE


@a_property
def a_near_miss_is_told_to_nobody(data: st.DataObject) -> None:
    """8: what ended before its delay is recorded, and no message says so."""
    bed = Player().play(a_history(data))
    told = [effect.line for effect in bed.effects if isinstance(effect, Notify)]
    assert not [line for line in told if line.event is AlarmEvent.NEAR_MISS]
    assert not [line for line in told if line.reason is Reason.BEFORE_DELAY]


@a_property
def what_is_due_and_not_read_is_told(data: st.DataObject) -> None:
    """9: wherever the phase schedules pressures, an hour without one is a medium alarm."""
    bed = Player().play(a_history(data))
    bed.wait("1h")
    mark = bed.now
    session = bed.state.session
    given = bed.state.session_settings
    if session is None or given is None:
        return
    item = given.protocols[session.protocol].schedule.get("nibp")
    if item is None or session.phase not in item.every:
        return
    read = {reading.signal: reading.good_at for reading in bed.state.readings}
    last = read.get(Signal.NIBP_SYS)
    assert last is None or last <= mark - 60 * MINUTE
    alarm = bed.alarm("nibp_overdue")
    assert alarm
    assert alarm.priority is Priority.MEDIUM

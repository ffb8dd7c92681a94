"""Delays, downtime and suppressions: more that holds for every history, beside `properties.py`.

The delay's property has a model of its own, written from the design's table and not from the engine.
"""

from collections.abc import Iterable

from hypothesis import strategies as st

from monitord.engine.explain import as_text
from monitord.engine.routes import choose_route
from monitord.engine.state import AlarmPhase, AlarmState
from monitord.model import (
    MINUTE,
    SECOND,
    AlarmEvent,
    Instant,
    Notify,
    Priority,
    Quality,
    Reason,
    Signal,
)
from tests.builders import MEDIUM, Bed, admitted, level, spo2_low, with_rules
from tests.engine.histories import VARIANTS, Player
from tests.engine.properties import a_history, a_property

DELAY = 15 * SECOND
FRESH = 10 * SECOND
ONE_LEVEL = with_rules(spo2_low=spo2_low(levels=(level("<90", MEDIUM, "15s"),)))

Seen = tuple[Instant, bool | None]
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
_READINGS: dict[str, tuple[float | None, Quality, bool | None]] = {
    "low": (88.0, Quality.GOOD, True),
    "doubtful low": (88.0, Quality.LOW_PERFUSION, True),
    "good": (92.0, Quality.GOOD, False),
    "doubtful good": (92.0, Quality.LOW_PERFUSION, None),
    "off": (None, Quality.PROBE_OFF, None),
    "motion": (None, Quality.MOTION, None),
}


def played(pieces: Iterable[tuple[str, int]]) -> tuple[Bed, list[Seen]]:
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
                value, quality, beyond = _READINGS[what]
                for _ in range(number):
                    seen.append((bed.now, beyond))
                    bed.spo2(value, "1s", quality=quality)
    bed.until(bed.now)
    return bed, seen


def expected(seen: list[Seen], end: Instant) -> list[tuple[AlarmEvent, Instant]]:
    """Near misses and the first start, by the design's table."""
    found: list[tuple[AlarmEvent, Instant]] = []
    since: Instant | None = None
    last: Seen | None = None
    for at, beyond in [*seen, (end, None)]:
        if since is not None and last is not None and last[1]:
            due = Instant(since + DELAY)
            # A deadline fires while a good reading says so; one that passes unknown waits.
            if due <= at and due < last[0] + FRESH:
                return [*found, (AlarmEvent.START, due)]
        if beyond is True:
            since = at if since is None else since
            if at >= since + DELAY:
                return [*found, (AlarmEvent.START, at)]
        elif beyond is False and since is not None:
            found.append((AlarmEvent.NEAR_MISS, at))
            since = None
        last = at, beyond
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
        track.alarm.id for track in bed.state.tracks if track.alarm and waits(bed, track.alarm)
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
        for alarm in (track.alarm for track in bed.state.tracks if track.alarm):
            if alarm.inhibited_by:
                assert f"told to nobody: {alarm.inhibited_by} is told instead" in text
            if alarm.answered_by and alarm.phase is not AlarmPhase.LATCHED:
                assert f"by {alarm.answered_by}, sounds again in" in text
                assert alarm.expires_at is not None
                assert now <= alarm.expires_at <= now + 5 * MINUTE
            if alarm.audio_paused_until is not None:
                assert "audio paused for another" in text
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

"""What holds for every history; the numbers are those of the design's invariants."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from monitord.engine.protocol.protocol import canonical, digest
from monitord.model import (
    SECOND,
    Admit,
    AlarmEvent,
    AlarmLine,
    AlarmPhase,
    Configured,
    Discharge,
    Effect,
    Event,
    Frame,
    Instant,
    Notify,
    Quality,
    Reason,
    Sample,
    Signal,
    Span,
    Started,
)
from tests.builders import OXIMETER, T0, Bed, lines_of
from tests.engine.histories import (
    HISTORIES,
    VARIANTS,
    Player,
    Replay,
    Step,
    audit,
    owner_shifted,
    replayed,
    shifted,
)

BETTER = {AlarmEvent.CLEAR, AlarmEvent.LATCH, AlarmEvent.DEESCALATE}
PROPERTIES: dict[str, Callable[[st.DataObject], None]] = {}


def a_property(test: Callable[[st.DataObject], None]) -> Callable[[st.DataObject], None]:
    PROPERTIES[test.__name__] = test
    return test


def run(name: str, examples: int, *, shrink: bool = True, start: int = 1) -> None:
    """Tries a property on that many histories, the same each time; others from another `start`."""
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)

    @seed(start)
    @settings(
        max_examples=examples,
        phases=phases,
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(st.data())
    def trial(data: st.DataObject) -> None:
        PROPERTIES[name](data)

    trial()


def a_history(data: st.DataObject) -> list[Step]:
    return data.draw(HISTORIES)


@a_property
def silence_never_clears(data: st.DataObject) -> None:
    """1: bad readings and none at all, for hours, end no alarm of the patient."""
    bed = Player().play(a_history(data))
    # What was clearing on good readings may finish while they are fresh.
    bed.wait("10s")
    before = {
        t.key for t in bed.state.tracks if t.standing and t.standing.line.signal is Signal.SPO2
    }
    before &= {"spo2_low"}
    mark = len(bed.effects)
    for quality in data.draw(st.lists(st.sampled_from(list(Quality)), max_size=20)):
        if data.draw(st.integers(0, 4)) == 0:
            bed.stop_infusion()
        if quality is Quality.GOOD:
            bed.wait("1h")
            continue
        doubtful = quality.usable
        value = 97.0 if doubtful or data.draw(st.booleans()) else None
        sample = Sample(signal=Signal.SPO2, value=value, quality=quality)
        bed.send(Frame(samples=(sample,)), source=OXIMETER)
        bed.wait(f"{data.draw(st.integers(1, 8))}s")
    bed.wait("1h")
    after = [line for line in lines_of(bed.effects[mark:]) if line.alarm == "spo2_low"]
    assert not [line for line in after if line.event in BETTER]
    assert before <= {track.key for track in bed.state.tracks if track.standing}


@a_property
def live_is_replay(data: st.DataObject) -> None:
    """2: whenever the host wakes the engine, the effects are the same."""
    bed = Player().play(a_history(data))
    events = bed.events
    replay = Replay()
    for event in events:
        for wake in sorted(data.draw(st.lists(st.floats(0, 1), max_size=2))):
            since = replay.engine.now or event.at
            down = isinstance(event.body, Started)
            if not down:
                replay.wake(Instant(round(since + wake * max(0, event.at - since))))
        replay.take(event)
    replay.wake(bed.engine.now)
    assert replay.effects == bed.effects
    assert replayed(events, bed.engine.now) == bed.effects


def _unshifted(effect: Effect, by: Span) -> Effect:
    def line(given: AlarmLine) -> AlarmLine:
        return replace(
            given,
            at=Instant(given.at - by),
            since=Instant(given.since - by),
            worst_at=None if given.worst_at is None else Instant(given.worst_at - by),
            value_at=None if given.value_at is None else Instant(given.value_at - by),
            id=owner_shifted(given.id, -by),
        )

    if isinstance(effect, AlarmLine):
        return line(effect)
    if isinstance(effect, Notify):
        return replace(effect, line=line(effect.line), key=owner_shifted(effect.key, -by))
    return (
        replace(effect, alarm=owner_shifted(effect.alarm, -by))
        if effect.type == "withdraw"
        else effect
    )


@a_property
def only_elapsed_time_counts(data: st.DataObject) -> None:
    """2: the same history at another time of day gives the same effects at that time."""
    bed = Player().play(a_history(data))
    by = data.draw(st.integers(1, 400 * 86_400 * SECOND))
    late = replayed([shifted(event, by) for event in bed.events], Instant(bed.engine.now + by))
    assert [_unshifted(effect, by) for effect in late] == bed.effects


@a_property
def a_snapshot_changes_nothing(data: st.DataObject) -> None:
    """4: state to JSON and back, anywhere, gives the same effects and the same state."""
    bed = Player().play(a_history(data))
    replay = Replay()
    for event in bed.events:
        replay.take(event)
        if data.draw(st.integers(0, 3)) == 0:
            replay.snapshot()
    replay.wake(bed.engine.now)
    assert replay.effects == bed.effects
    # What is due at this very instant is settled in the player's state.
    replay.engine.advance(bed.state.now)
    assert replay.engine.state == bed.state


@a_property
def a_restart_decides_nothing_twice(data: st.DataObject) -> None:
    """4: restarts without downtime change no alarm; who answered is not told again.

    A repeat or tier that is due in the very instant of a restart is told with what the restart tells, once.
    """
    bed = Player().play([step for step in a_history(data) if step[0] != "restart"])
    replay, late = Replay(), set[tuple[str, Instant]]()
    for event in bed.events:
        replay.take(event)
        replay.wake(event.at)
        replay.snapshot()
        effects = replay.take(
            Event(at=event.at, bed="1", body=Started(version="1", down_since=event.at))
        )
        alarms = {t.standing.id: t.standing for t in replay.engine.state.tracks if t.standing}
        for effect in effects:
            assert isinstance(effect, Notify)
            assert effect.reason is Reason.LATE
            alarm = alarms[effect.line.id]
            assert alarm.answered_by is None
            assert alarm.phase is AlarmPhase.ACTIVE or alarm.phase is AlarmPhase.LATCHED
            late.add((effect.line.id, event.at))
    replay.wake(bed.engine.now)
    straight, restarted = (
        [
            line
            for line in lines_of(effects)
            if line.reason not in {Reason.REPEATED, Reason.ESCALATED}
            or (line.id, line.at) not in late
        ]
        for effects in (bed.effects, replay.effects)
    )
    assert restarted == straight


@a_property
def a_reload_never_touches_a_session(data: st.DataObject) -> None:
    """5: other protocols, watch and routes, loaded while a session is open, change nothing in it."""
    # A correction takes the protocols of the day, and is staff's own decision.
    history = [step for step in a_history(data) if step[0] not in {"reload", "correct"}]
    bed = Player().play(history)
    other = VARIANTS[data.draw(st.integers(0, len(VARIANTS) - 1))]
    other = replace(other, cuff=VARIANTS[0].cuff)
    replay = Replay()
    opened = False
    for event in bed.events:
        if opened and isinstance(event.body, Discharge):
            replay.take(_configured(event.at, VARIANTS[0]))
        replay.take(event)
        if isinstance(event.body, Admit):
            opened = True
            replay.take(_configured(event.at, other))
    replay.wake(bed.engine.now)
    if bed.session_number == 1:
        assert replay.effects == bed.effects


def _configured(at: Instant, given: object) -> Event:
    from monitord.engine.protocol.protocol import Settings

    assert isinstance(given, Settings)
    body = Configured(digest=digest(given.watch), document=canonical(given))
    return Event(at=at, bed="1", body=body)


@a_property
def worse_breaks_through(data: st.DataObject) -> None:
    """6: a worse level is told at once, whatever was answered; and no answer stands on it."""
    bed = Player()
    for step in a_history(data):
        mark = len(bed.effects)
        bed.take(step)
        new = bed.effects[mark:]
        down = step[0] == "restart"
        told = {(e.line.id, e.line.at) for e in new if isinstance(e, Notify)}
        for line in lines_of(new):
            worse = line.reason in {Reason.WORSE, Reason.BREAKTHROUGH, Reason.RECURRED}
            if not worse or line.inhibited_by or down:
                continue
            given = bed.state.session_settings or bed.state.settings
            assert given
            if line.priority in given.routes and step[0] in {"spo2", "nibp", "moaas"}:
                assert (line.id, line.at) in told
        final = {line.id: line for line in lines_of(new)}
        for track in bed.state.tracks:
            if track.alarm and track.alarm.id in final:
                line = final[track.alarm.id]
                if line.reason in {Reason.WORSE, Reason.BREAKTHROUGH, Reason.RECURRED}:
                    assert track.alarm.phase is AlarmPhase.ACTIVE
                    assert track.alarm.answered_by is None
                    assert track.alarm.audio_paused_until is None


@a_property
def nothing_is_forgotten(data: st.DataObject) -> None:
    """6, 7: every active alarm has a next step, every answer and pause an end."""
    bed = Player()
    assert audit(bed.state) == []
    for step in a_history(data):
        bed.take(step)
        assert audit(bed.state) == []


@a_property
def what_was_true_before_admission_alarms_after_its_delay(data: st.DataObject) -> None:
    """8: whenever the patient is admitted in it, an episode alarms 15 s after it began."""
    bed = Bed()
    before = data.draw(st.integers(1, 30))
    bed.spo2(88, f"{before}s")
    bed.admit()
    bed.mark()
    if data.draw(st.booleans()):
        bed.start_infusion()
    bed.spo2(88, "30s")
    (started,) = [line for line in bed.of("spo2_low") if line.session]
    assert started.at == max(bed.marked, T0 + 15 * SECOND)
    assert started.since == T0


@a_property
def silence_is_heard(data: st.DataObject) -> None:
    """9: in every session a silent oximeter becomes a high alarm, and no session ends by itself."""
    bed = Player().play(a_history(data))
    assert bed.open == (bed.state.session is not None)
    bed.wait("2h")
    assert bed.open == (bed.state.session is not None)
    if bed.open:
        alarm = bed.alarm("spo2_stale")
        assert alarm
        assert alarm.priority.word == "high"


@a_property
def good_readings_without_a_session_are_noticed(data: st.DataObject) -> None:
    """9: whatever went before, two minutes of readings on an empty bed ask."""
    bed = Player().play(a_history(data))
    if not bed.open:
        bed.configure(VARIANTS[0])
        bed.link(up=True)
        bed.spo2(97, "131s")
        assert bed.alarm("unstarted")


@a_property
def an_alarm_starts_once_under_an_id(data: st.DataObject) -> None:
    """10: one start an id; every other line of it comes between its start and its end."""
    bed = Player().play(a_history(data))
    alive: set[str] = set()
    latched: set[str] = set()
    seen: set[str] = set()
    for line in bed.lines:
        if line.event is AlarmEvent.NEAR_MISS:
            continue
        if line.event is AlarmEvent.START:
            assert line.id not in seen
            alive.add(line.id)
            seen.add(line.id)
        back = {Reason.RECURRED, Reason.COVERED, Reason.BREAKTHROUGH}
        if line.id in seen and line.event is AlarmEvent.ESCALATE and line.reason in back:
            # Within the rearm time it is the same alarm.
            alive.add(line.id)
        # A return that nobody was told of is told at the next time of the grid, also while it rests.
        assert line.id in alive or (line.id in seen and line.reason is Reason.RECURRED)
        answered = line.event in {AlarmEvent.ACKNOWLEDGE, AlarmEvent.ACCEPT}
        seen_to = answered and line.id in latched
        if line.event in {AlarmEvent.CLEAR, AlarmEvent.END} or seen_to:
            alive.remove(line.id)
            latched.discard(line.id)
        if line.event is AlarmEvent.LATCH:
            latched.add(line.id)
        elif line.reason is Reason.RECURRED:
            latched.discard(line.id)
    assert alive == {track.standing.id for track in bed.state.tracks if track.standing}


@a_property
def effects_are_counted(data: st.DataObject) -> None:
    """4: the number of effects is what came out, so that the journal numbers them without gaps."""
    bed = Player().play(a_history(data))
    assert bed.engine.effects_decided == len(bed.effects) == bed.state.effects


@a_property
def messages_have_keys_of_their_own(data: st.DataObject) -> None:
    """4: an idempotency key names one message."""
    bed = Player().play(a_history(data))
    keys = [effect.key for effect in bed.effects if isinstance(effect, Notify)]
    assert len(keys) == len(set(keys))


@a_property
def lines_are_in_order(data: st.DataObject) -> None:
    """2: engine time never runs back."""
    bed = Player().play(a_history(data))
    times = [line.at for line in bed.lines]
    assert times == sorted(times)

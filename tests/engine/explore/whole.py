"""The whole engine with one rule of a signal and its silence: readings, marks, link, staff, restarts."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Final
from unittest.mock import patch

from monitord.engine.alarm_state import AlarmState, RuleState
from monitord.engine.alarms import alarm_lines
from monitord.engine.alarms.forgotten_alarms import forgotten
from monitord.engine.alarms.route_choice import choose_route
from monitord.engine.engine import Engine
from monitord.engine.protocol.protocol import Protocol, digest
from monitord.engine.staff.move import moved
from monitord.engine.state import State
from monitord.model import (
    SECOND,
    AlarmPhase,
    Arrived,
    Cause,
    Effect,
    Event,
    Fault,
    Frame,
    Instant,
    Move,
    Notify,
    Priority,
    Quality,
    Sample,
    Signal,
    Started,
    StopInfusion,
)
from monitord.model.actions import Accept, Acknowledge, PauseAudio, Reject
from tests.builders import OXIMETER, Bed
from tests.engine.explore.search import bucket
from tests.engine.test_traces import bed_of

RULES: Final = ("spo2_low", "spo2_absent")
DANGER: Final = 85.0
BOUND: Final = 40 * SECOND
VALUES: Final = {"97": 97.0, "88": 88.0, "78": 78.0}
LASTS: Final = 10 * SECOND
ACTS: Final = {"acknowledge": Acknowledge, "accept": Accept, "reject": Reject}
_TELLING: Final = frozenset({AlarmPhase.ACTIVE, AlarmPhase.LATCHED})


@dataclass(frozen=True, slots=True)
class Known:
    """The engine's own state, and what only the test knows: the patient's true value."""

    state: State
    bed: str = "1"
    true: float = 97.0
    danger_since: Instant | None = None
    """Since when the patient is below 85 and nobody was told, or answers."""


class Whole:
    """What comes in lasts ten seconds, but for the acts of staff and the next deadline."""

    inputs = (
        *VALUES, "78 in motion", "no number", "silence", "link lost", "link back", *ACTS,
        "pause audio", "another phase", "restart", "reload", "move", "next deadline",
    )  # fmt: skip

    def __init__(self) -> None:
        bed: Bed = bed_of(*RULES)
        self._first = bed.engine.state
        self.configured = bed.events[0].body
        self._digests: dict[int, str] = {}
        assert bed.engine.state.settings
        self.empty = {
            name: Bed(bed.engine.state.settings, name=name).engine.state for name in ("1", "2")
        }

    def begin(self) -> Known:
        return Known(self._first)

    def after(self, known: Known, given: str) -> Known | None:
        # The digest of one and the same protocol is computed once: it is most of an engine's beginning.
        with patch.object(alarm_lines, "digest", self._digest):
            here = _Here(known, self)
            return here.result() if here.take(given) else None

    def _digest(self, protocol: Protocol) -> str:
        if id(protocol) not in self._digests:
            self._digests[id(protocol)] = digest(protocol)
        return self._digests[id(protocol)]

    def key(self, known: Known) -> Hashable:
        state, now = known.state, known.state.now
        session = state.session
        unheard = None if known.danger_since is None else bucket(known.danger_since - now)
        return (
            tuple(_track(track, now) for track in state.tracks if _matters(track)),
            tuple((fault.fault.cause, fault.fault.present) for fault in state.faults),
            tuple(reading.quality for reading in state.readings),
            None if session is None else session.phase,
            known.true,
            unheard,
        )

    def wrong(self, known: Known) -> Iterator[str]:
        state, now = known.state, known.state.now
        armed = dict(state.timers)
        if any(at < now for at in armed.values()):
            yield "a deadline was left behind"
        settings = state.session_settings or state.settings
        assert settings is not None
        phase = state.session.phase if state.session else None

        def has_route(alarm: AlarmState) -> bool:
            return choose_route(settings, alarm.priority, alarm.kind, phase, now) is not None

        alarms = [track.alarm for track in state.tracks if track.alarm is not None]
        for key, why in forgotten(alarms, has_route, armed.__contains__):
            yield f"{key}: {why}"
        since = known.danger_since
        if since is not None and now - since > BOUND:
            yield f"below 85 for {(now - since) // SECOND} s, nobody told and nobody answering"


def _matters(track: RuleState) -> bool:
    return track.alarm is not None or any(level.total for level in track.levels)


def _track(track: RuleState, now: Instant) -> Hashable:
    levels = tuple(level.phase for level in track.levels)
    alarm = track.alarm
    if alarm is None:
        return track.key, levels
    telling, covers = alarm.telling, alarm.covers
    return (
        (track.key, levels, alarm.phase, alarm.priority, alarm.peak, alarm.now),
        (covers and covers.depth, alarm.inhibited_by, alarm.audio_paused_until is None),
        (telling.tier, telling.owed, telling.back_at is None, telling.since is None),
        (min(alarm.starts, 3), min(alarm.returns, 4), min(alarm.answers, 3)),
        alarm.expires_at is not None and alarm.expires_at - now > LASTS,
    )


def heard(state: State, now: Instant) -> bool:
    """Whether an alarm of the signal or its device is told at medium or above, or answered."""
    for track in state.tracks:
        alarm = track.alarm
        if alarm is None or not track.key.startswith(("spo2", "link:", "device:")):
            continue
        if alarm.phase is AlarmPhase.ANSWERED:
            return True
        told = any((place.priority or 0) >= Priority.MEDIUM for place in alarm.telling.places)
        if alarm.phase in _TELLING and alarm.priority >= Priority.MEDIUM and told:
            return alarm.telling.next_at is not None and alarm.telling.next_at >= now
    return False


class _Here:
    """One transition."""

    def __init__(self, known: Known, whole: Whole) -> None:
        self.known, self.whole = known, whole
        self.engine = Engine(known.bed, known.state)
        self.now = known.state.now
        self.true, self.danger_since = known.true, known.danger_since
        self.bed = known.bed

    def take(self, given: str) -> bool:
        if given in VALUES:
            self.true = VALUES[given]
            self._readings(Quality.GOOD)
        elif given == "78 in motion":
            self.true = 78.0
            self._readings(Quality.MOTION)
        elif given == "no number":
            self._readings(Quality.PROBE_OFF)
        elif given == "silence":
            self._until(Instant(self.now + LASTS))
        elif given in {"link lost", "link back"}:
            lost = given == "link lost"
            self._send(Fault(cause=Cause.LINK, subject=OXIMETER, present=lost), OXIMETER)
        elif given in ACTS:
            return self._answers(given)
        elif given == "pause audio":
            self._send(PauseAudio(id="a", by="nurse"))
        elif given == "another phase":
            if self.known.state.session is None or self.known.state.session.phase != "infusion":
                return False
            self._send(StopInfusion(id="a", by="nurse"))
        elif given == "restart":
            down_since, self.now = self.now, Instant(self.now + LASTS)
            self.engine = Engine(self.bed, self.engine.state)
            self._send(Started(version="1", down_since=down_since))
        elif given == "reload":
            self._send(self.whole.configured)
        elif given == "move":
            return self._move()
        else:
            due = self.engine.deadline
            if due is None:
                return False
            self._until(due)
        self._look()
        return True

    def _move(self) -> bool:
        """To the other bed, which is empty and speaks at the same instant."""
        other = "2"
        if self.bed == other:
            return False
        there = Engine(other, self.whole.empty[other])
        there.advance(self.now)
        move = Move(id="a", by="nurse", to=other)
        body = moved(self.engine.state, there.state, move)
        if not isinstance(body, Arrived):
            return False
        self.engine, self.bed = there, other
        self._take(there.step(_event(body.at, body, other)))
        self._look()
        return True

    def _answers(self, given: str) -> bool:
        """Of every alarm that stands; a chair has one nurse."""
        standing = [t.alarm for t in self.engine.state.tracks if t.standing and t.alarm]
        for alarm in standing:
            self._send(ACTS[given](id="a", by="nurse", alarm=alarm.id))
        self._look()
        return bool(standing)

    def _readings(self, quality: Quality) -> None:
        value = self.true if quality.may_raise else None
        end = Instant(self.now + LASTS)
        while self.now < end:
            sample = Sample(signal=Signal.SPO2, value=value, quality=quality)
            self._send(Frame(samples=(sample,)), OXIMETER)
            self._look()
            self._until(Instant(self.now + LASTS // 2))

    def _send(self, body: object, source: str = "") -> None:
        self._take(self.engine.step(_event(self.now, body, self.bed, source)))

    def _until(self, at: Instant) -> None:
        while (due := self.engine.deadline) is not None and due <= at:
            self._take(self.engine.advance(due))
            self.now = max(self.now, due)
            self._look()
        self._take(self.engine.advance(at))
        self.now = max(self.now, at)
        self._look()

    def _take(self, effects: list[Effect]) -> None:
        if any(isinstance(effect, Notify) for effect in effects):
            self._look()

    def _look(self) -> None:
        """The patient's own clock: since when nobody knows."""
        danger = self.true < DANGER
        if not danger or heard(self.engine.state, self.now):
            self.danger_since = None
        elif self.danger_since is None:
            self.danger_since = self.now

    def result(self) -> Known:
        return Known(self.engine.state, self.bed, self.true, self.danger_since)


def _event(at: Instant, body: object, bed: str, source: str = "") -> Event:
    return Event(at=at, bed=bed, body=body, source=source)  # type: ignore[arg-type]

"""Random histories of one bed: what hypothesis draws, and how it is played.

A history is a list of steps; playing it gives the journal's events (answers name the alarms that
are then active) and the effects, so that properties can replay, shift, cut and restart it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from monitord.engine.alarm_state import AlarmState
from monitord.engine.alarms.forgotten_alarms import forgotten
from monitord.engine.alarms.route_choice import choose_route
from monitord.engine.engine import Engine
from monitord.engine.protocol.protocol import AwayTerms, Phase, Settings, Stage
from monitord.engine.state import STATE, State
from monitord.model import (
    MINUTE,
    Answer,
    Arm,
    Effect,
    Event,
    Instant,
    Move,
    Priority,
    Quality,
    Signal,
    Span,
    Started,
)
from tests.builders import (
    Bed,
    automatic,
    level,
    protocol,
    routes,
    rules,
    settings,
    spo2_low,
    watch,
    with_protocol,
    with_rules,
)

_LATER = {"early": (level("<92", Priority.MEDIUM, "15s"), level("<86", Priority.HIGH, "5s"))}
_ANOTHER = protocol(
    name="another",
    phases=(
        Phase(name="pre", stage=Stage.BASELINE),
        Phase(name="first", stage=Stage.INFUSION, duration=5 * MINUTE),
        Phase(name="second", stage=Stage.INFUSION),
        Phase(name="early", stage=Stage.RECOVERY),
    ),
    rules={
        "spo2_low": spo2_low(levels=(level("<92", Priority.MEDIUM, "30s"),)),
        "spo2_deep": spo2_low(levels=(level("<87", Priority.HIGH, "10s"),)),
        "spo2_stale": rules()["spo2_stale"],
    },
    schedule={},
)


def _and_another(given: Settings) -> Settings:
    """What a session may be put right to."""
    return replace(given, protocols={**given.protocols, "another": _ANOTHER})


VARIANTS: tuple[Settings, ...] = (
    with_protocol(
        rules=rules(spo2_low=spo2_low(phases=_LATER)),
        away=AwayTerms(phases=("pre", "early", "late")),
    ),
    automatic(with_rules(spo2_low=spo2_low(levels=(level("<95", Priority.MEDIUM),)))),
    settings(routes={Priority.HIGH: routes()[Priority.HIGH]}, watch=watch(rules={})),
)
VARIANTS = tuple(_and_another(given) for given in VARIANTS)

_seconds = st.integers(1, 40)
_spo2 = st.tuples(
    st.just("spo2"),
    st.sampled_from([97.0, 91.0, 88.0, 84.0]),
    _seconds,
    st.sampled_from([Quality.GOOD, Quality.GOOD, Quality.GOOD, Quality.LOW_PERFUSION]),
)
_bad = st.tuples(
    st.just("bad"),
    st.sampled_from([Quality.PROBE_OFF, Quality.MOTION, Quality.SEARCHING]),
    _seconds,
)
_gap = st.tuples(
    st.just("gap"), st.one_of(st.integers(1, 200_000), st.just(310_000), st.just(1_900_000))
)
_nibp = st.tuples(st.just("nibp"), st.sampled_from([120.0, 165.0, 175.0, 195.0]))
_moaas = st.tuples(st.just("moaas"), st.sampled_from([5.0, 3.0, 1.0]))
_staff = st.tuples(
    st.just("staff"),
    st.sampled_from(
        [
            "admit",
            "pause_infusion",
            "resume_infusion",
            "begin_reaction",
            "end_reaction",
            "assess",
            "discharge",
            "call_help",
            "pause_audio",
            "void_last",
            "patient_away",
            "patient_back",
            "accept_baseline",
        ]
    ),
)
_tighten = st.tuples(st.just("tighten"), st.sampled_from(["<92", "<95"]))
_harm = st.tuples(st.just("harm"), st.sampled_from([0.0, 1.0]))
_cuff = st.tuples(st.just("cuff"), st.sampled_from([0.0, 150.0]))
_answer = st.tuples(
    st.just("answer"), st.sampled_from(["acknowledge", "accept", "reject"]), st.integers(0, 3)
)
_episode = st.tuples(
    st.just("episode"),
    st.sampled_from([88.0, 84.0]),
    st.sampled_from(["acknowledge", "accept", "reject", "pause_audio", "nothing"]),
    st.sampled_from([97.0, 88.0, 84.0]),
    st.integers(1, 12),
)
_link = st.tuples(st.just("link"), st.booleans())
_restart = st.tuples(st.just("restart"), st.integers(0, 120))
_correct = st.tuples(st.just("correct"), st.sampled_from(["small", "another"]))
_reload = st.tuples(st.just("reload"), st.integers(0, len(VARIANTS) - 1))

Step = tuple[Any, ...]
HISTORIES: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        _spo2, _bad, _gap, _nibp, _moaas, _staff, _staff, _answer, _link, _cuff, _restart, _reload,
        _correct, _tighten, _harm, _episode, _episode, st.just(("staff", "start_infusion")), st.just(("staff", "stop_infusion")),
        st.just(("turnover",)),
    ),
    min_size=6,
    max_size=25,
)  # fmt: skip


ARMS = {"cuff_arm": Arm.LEFT, "probe_arm": Arm.LEFT}


class Player(Bed):
    """Plays steps; from a fresh bed with a session admitted, unless told otherwise."""

    def __init__(self, *, open_session: bool = True, name: str = "1") -> None:
        super().__init__(VARIANTS[0], name=name)
        self.session_number = 0
        self.open = False
        self.answered: list[str] = []
        """Which alarm each answer was for; empty where there was none."""
        self.answers_like: Iterator[str] | None = None
        """For which alarms it answers in the place of those that it would choose."""
        if open_session:
            self.take(("staff", "admit"))

    def play(self, history: list[Step]) -> "Player":
        for step in history:
            self.take(step)
        # What fell due with the last event is due now.
        self.until(self.now)
        return self

    def take(self, step: Step) -> None:
        match step:
            case ("spo2", value, seconds, quality):
                self.spo2(value, f"{seconds}s", quality=quality)
            case ("episode", value, answer, then, seconds):
                self.spo2(value, "16s")
                if answer == "pause_audio":
                    self.pause_audio()
                elif answer != "nothing":
                    getattr(self, answer)("spo2_low")
                self.spo2(then, f"{seconds}s")
            case ("bad", quality, seconds):
                self.spo2(None, f"{seconds}s", quality=quality)
            case ("gap", milliseconds):
                self.wait(f"{milliseconds}ms")
            case ("nibp", value):
                self.nibp(value)
            case ("moaas", value):
                self.observe({Signal.MOAAS: value})
            case ("turnover",):
                self.take(("staff", "discharge"))
                self.spo2(97, "3s")
                self.take(("staff", "admit"))
            case ("staff", "admit"):
                self.session_number += 1
                if self.admit(f"s{self.session_number}", **ARMS) is None:
                    self.open = True
            case ("staff", "discharge"):
                self.assess()
                if self.discharge() is None:
                    self.open = False
            case ("staff", "void_last"):
                known = self.state.session.steps if self.state.session else ()
                steps = [step for step in known if not isinstance(step.action, Move)]
                self.void(steps[-1].action.id if steps else "none")
            case ("cuff", mmhg):
                self.frame({Signal.CUFF_PRESSURE: mmhg}, source="cuff")
            case ("staff", what):
                getattr(self, what)()
            case ("answer", what, number):
                keys = [track.key for track in self.state.tracks if track.alarm]
                key = keys[number % len(keys)] if keys else ""
                if self.answers_like is not None:
                    key = next(self.answers_like)
                self.answered.append(key)
                if key in keys:
                    getattr(self, what)(key)
            case ("link", up):
                self.link(up=up)
            case ("restart", seconds):
                self.restart(f"{seconds}s")
            case ("tighten", wanted):
                self.tighten_limit("spo2_low", Priority.MEDIUM, "<90", wanted)
            case ("harm", score):
                self.observe({Signal.EPDS_SELF_HARM: score})
            case ("correct", protocol):
                self.correct_protocol(protocol)
            case ("reload", number):
                self.configure(VARIANTS[number])


@dataclass
class Replay:
    """Folds a journal in an engine of its own, with what a host may do between two events."""

    effects: list[Effect] = field(default_factory=list)
    engine: Engine = field(default_factory=lambda: Engine("1"))

    def take(self, event: Event) -> list[Effect]:
        effects = self.engine.step(event)
        self.effects += effects
        return effects

    def wake(self, at: Instant) -> None:
        self.effects += self.engine.advance(at)

    def snapshot(self) -> None:
        self.engine = Engine("1", STATE.validate_json(STATE.dump_json(self.engine.state)))


def replayed(events: list[Event], until: Instant) -> list[Effect]:
    replay = Replay()
    for event in events:
        replay.take(event)
    replay.wake(until)
    return replay.effects


def owner_shifted(text: str, by: Span) -> str:
    """An alarm's id when everything is so much later: the watch on an empty bed is named by time."""
    return re.sub(r"^watch-1-(\d+)", lambda found: f"watch-1-{int(found[1]) + by}", text)


def shifted(event: Event, by: Span) -> Event:
    body = event.body
    if isinstance(body, Started) and body.down_since is not None:
        body = replace(body, down_since=Instant(body.down_since + by))
    if isinstance(body, Answer):
        body = replace(body, alarm=owner_shifted(body.alarm, by))
    return replace(event, at=Instant(event.at + by), body=body)


def audit(state: State) -> list[str]:
    """Alarms that are forgotten, and timers that nobody waits for."""
    settings_now = state.session_settings or state.settings
    assert settings_now
    alarms = {track.key: track.alarm for track in state.tracks if track.alarm}
    timers = dict(state.timers)
    phase = state.session.phase if state.session else None

    def has_route(alarm: AlarmState) -> bool:
        return choose_route(settings_now, alarm.priority, alarm.kind, phase, state.now) is not None

    found = [
        f"{key}: {why}" for key, why in forgotten(alarms.values(), has_route, timers.__contains__)
    ]
    for name in timers:
        kind, _, key = name.partition(":")
        if kind in {"alarm", "tell", "audio"} and key not in alarms:
            found.append(f"{name} waits for nobody")
    found += [f"{name} is past" for name, at in state.timers if at < state.now]
    return found

"""The vocabulary of the engine's tests: a small protocol, and a bed whose story is told step by step.

    bed = admitted()
    bed.start_infusion()
    bed.spo2(86, for_="20s")
    assert bed.story("spo2_low") == ["15s start medium"]

Times in a story count from the bed's latest `mark()`.
"""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from itertools import count
from typing import Any

from monitord.engine.alarm_state import AlarmState
from monitord.engine.engine import Engine
from monitord.engine.protocol.protocol import (
    AlarmTimes,
    Cuff,
    Phase,
    Protocol,
    Route,
    ScheduleItem,
    Settings,
    Source,
    Stage,
    Tier,
    canonical,
)
from monitord.engine.readings.limit_value import Limit, parse_limit
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.level import Level
from monitord.engine.rules.limit import LimitLevel, LimitRule
from monitord.engine.rules.overdue import OverdueLevel, OverdueRule
from monitord.engine.rules.unstarted import UnstartedRule
from monitord.engine.staff.move import moved
from monitord.engine.state import STATE, State
from monitord.model import (
    MINUTE,
    SECOND,
    Accept,
    AcceptBaseline,
    Acknowledge,
    AdjustLimit,
    Admit,
    AlarmEvent,
    AlarmLine,
    Answered,
    AnswerQuestion,
    Arrived,
    Assess,
    BeginReaction,
    Body,
    CallHelp,
    Cause,
    Configured,
    ConfirmSteady,
    CorrectProtocol,
    Discharge,
    Effect,
    EndReaction,
    Event,
    Fault,
    FillForm,
    Frame,
    Instant,
    Move,
    Notify,
    Observe,
    PatientAway,
    PatientBack,
    PauseAlarms,
    PauseAudio,
    PauseInfusion,
    Priority,
    Quality,
    Reason,
    Reject,
    RequestReading,
    ResumeInfusion,
    Sample,
    Signal,
    Span,
    StaffAction,
    StartBaseline,
    Started,
    StartInfusion,
    StopInfusion,
    TightenLimit,
    Void,
    from_iso,
    in_words,
    parse_span,
    span_text,
)

T0 = from_iso("2026-01-05T10:00:00Z")
LOW, MEDIUM, HIGH = Priority.LOW, Priority.MEDIUM, Priority.HIGH
OXIMETER, CUFF = "oximeter", "cuff"


def limit(text: str) -> Limit:
    return parse_limit(text)


def level(text: str, priority: Priority, delay: str = "0s", **more: Any) -> LimitLevel:
    return LimitLevel(limit=limit(text), priority=priority, delay=parse_span(delay), **more)


def spo2_low(**more: Any) -> LimitRule:
    """Medium below 90 for 15 s, high below 85 for 5 s; 2 % hysteresis, 5 s to clear."""
    given: dict[str, Any] = {
        "signal": Signal.SPO2,
        "levels": (level("<90", MEDIUM, "15s"), level("<85", HIGH, "5s")),
        "hysteresis": 2.0,
        "clear_delay": 5 * SECOND,
    }
    return LimitRule(**given | more)


def rules(**more: ProtocolRule) -> dict[str, ProtocolRule]:
    own: dict[str, ProtocolRule] = {
        "spo2_low": spo2_low(),
        "spo2_stale": AbsenceRule(
            signal=Signal.SPO2,
            levels=(
                Level(priority=LOW, delay=10 * SECOND),
                Level(priority=MEDIUM, delay=30 * SECOND),
                Level(priority=HIGH, delay=120 * SECOND),
            ),
        ),
        "sbp_high": LimitRule(
            signal=Signal.NIBP_SYS,
            levels=(level(">=160", MEDIUM), level(">=180", HIGH)),
            phases={"infusion": (level(">=170", MEDIUM), level(">=190", HIGH))},
        ),
        "nibp_overdue": OverdueRule(
            item="nibp",
            levels=(OverdueLevel(priority=LOW, share=0.2), OverdueLevel(priority=MEDIUM, share=1)),
        ),
        "moaas_low": LimitRule(
            signal=Signal.MOAAS, levels=(level("<=3", MEDIUM), level("<=2", HIGH))
        ),
    }
    return own | more


def protocol(**more: Any) -> Protocol:
    given: dict[str, Any] = {
        "name": "small",
        "version": 1,
        "phases": (
            Phase(name="pre", stage=Stage.BASELINE),
            Phase(name="infusion", stage=Stage.INFUSION, duration=40 * MINUTE),
            Phase(name="early", stage=Stage.RECOVERY, duration=30 * MINUTE),
            Phase(name="late", stage=Stage.RECOVERY),
        ),
        "fresh": {
            Signal.SPO2: 10 * SECOND,
            Signal.NIBP_SYS: 15 * MINUTE,
            Signal.MOAAS: 30 * MINUTE,
        },
        "rules": rules(),
        "schedule": {
            "nibp": ScheduleItem(
                signals=(Signal.NIBP_SYS, Signal.NIBP_DIA),
                every={"infusion": 5 * MINUTE, "early": 10 * MINUTE, "late": 30 * MINUTE},
                title="Blood pressure",
            )
        },
        "alarms": AlarmTimes(),
    }
    return Protocol(**given | more)


def watch(**more: Any) -> Protocol:
    given: dict[str, Any] = {
        "name": "watch",
        "version": 1,
        "phases": (),
        "fresh": {Signal.SPO2: 10 * SECOND},
        "rules": {
            "spo2_low": spo2_low(),
            "unstarted": UnstartedRule(
                signal=Signal.SPO2, levels=(Level(priority=LOW, delay=2 * MINUTE),)
            ),
        },
    }
    return Protocol(**given | more)


def routes() -> dict[Priority, Route]:
    """High: nurse at once, doctor at 30 s, sounder at 60 s, then every 60 s."""
    return {
        HIGH: Route(
            tiers=(
                Tier(to=("nurse",)),
                Tier(to=("doctor",), after=30 * SECOND),
                Tier(to=("sounder",), after=60 * SECOND),
            )
        ),
        MEDIUM: Route(tiers=(Tier(to=("nurse",)), Tier(to=("sounder",), after=60 * SECOND))),
    }


def settings(**more: Any) -> Settings:
    given: dict[str, Any] = {
        "suite": "test",
        "bed": "1",
        "sources": {
            OXIMETER: Source(signals=(Signal.SPO2, Signal.PULSE_RATE)),
            CUFF: Source(signals=(Signal.NIBP_SYS, Signal.NIBP_DIA)),
        },
        "cuff": Cuff(),
        "watch": watch(),
        "protocols": {"small": protocol()},
        "routes": routes(),
    }
    return Settings(**given | more)


def configured(given: Settings) -> Configured:
    """As the daemon records settings: a journal gives them back only under their own digest."""
    document = canonical(given)
    return Configured(digest=sha256(document.encode()).hexdigest()[:12], document=document)


class Bed:
    """One engine, told what happens; remembers every event and every effect."""

    def __init__(self, given: Settings | None = None, at: Instant = T0, name: str = "1") -> None:
        self.name = name
        self.engine = Engine(name)
        self.now = at
        self.marked = at
        self.events: list[Event] = []
        self.effects: list[Effect] = []
        self._ids = count(1)
        self.configure(given or settings())

    # Time.

    def mark(self) -> None:
        """Times in a story count from here."""
        self.marked = self.now

    def wait(self, span: str) -> "Bed":
        """Nothing arrives."""
        return self.until(Instant(self.now + parse_span(span)))

    def until(self, at: Instant) -> "Bed":
        self.effects += self.engine.advance(at)
        self.now = at
        return self

    # Events.

    def send(
        self, body: Body, *, source: str = "", at: Instant | None = None, simulated: bool = False
    ) -> list[Effect]:
        """One event, now or at another instant."""
        event = Event(
            at=max(self.now, self.engine.now) if at is None else at,
            bed=self.name,
            body=body,
            source=source,
            simulated=simulated,
        )
        self.events.append(event)
        effects = self.engine.step(event)
        self.effects += effects
        if at is not None:
            self.now = max(self.now, at)
        return effects

    def configure(self, given: Settings) -> None:
        self.send(configured(replace(given, bed=given.bed and self.name)))

    def frame(self, values: dict[Signal, float | None], **more: Any) -> list[Effect]:
        quality = more.pop("quality", Quality.GOOD)
        measured_at = more.pop("measured_at", None)
        samples = tuple(
            Sample(signal=signal, value=value, quality=quality, measured_at=measured_at)
            for signal, value in values.items()
        )
        return self.send(Frame(samples=samples), source=more.pop("source", OXIMETER), **more)

    def spo2(
        self, value: float | None, for_: str = "1s", *, every: Span = SECOND, **more: Any
    ) -> "Bed":
        """One reading every `every`, the first now; then it is `for_` later."""
        end = self.now + parse_span(for_)
        while self.now < end:
            self.frame({Signal.SPO2: value}, **more)
            self.until(Instant(min(self.now + every, end)))
        return self

    def probe_off(self, for_: str = "1s") -> "Bed":
        return self.spo2(None, for_, quality=Quality.PROBE_OFF)

    def nibp(self, sys: float, dia: float = 80, **more: Any) -> "Bed":
        """One measurement of the cuff, now."""
        values: dict[Signal, float | None] = {Signal.NIBP_SYS: sys, Signal.NIBP_DIA: dia}
        self.frame(values, **{"source": CUFF} | more)
        return self

    def link(self, up: bool, device: str = OXIMETER) -> "Bed":
        self.send(Fault(cause=Cause.LINK, subject=device, present=not up), source=device)
        return self

    # Staff: each gives the reason of a refusal, or None.

    def act(self, kind: type[Any], **more: Any) -> str | None:
        given = {"id": f"a{next(self._ids)}", "by": "nurse"} | more
        action: StaffAction = kind(**given)
        (answer,) = [e for e in self.send(action) if isinstance(e, Answered)]
        assert answer.action == action.id
        return answer.refused

    def admit(self, session: str = "s1", protocol: str = "small", **more: Any) -> str | None:
        return self.act(Admit, session=session, protocol=protocol, **more)

    def correct_protocol(self, protocol: str = "small", *overlays: str, **more: Any) -> str | None:
        given = {"protocol": protocol, "overlays": overlays, "reason": "wrong one chosen"}
        return self.act(CorrectProtocol, **given | more)

    def adjust_limit(
        self, rule: str, priority: Priority, was: str, limit: str, **more: Any
    ) -> str | None:
        given = {"rule": rule, "priority": priority, "was": was, "limit": limit}
        return self.act(AdjustLimit, **{"reason": "her own"} | given | more)

    def tighten_limit(
        self, rule: str, priority: Priority, was: str, limit: str, **more: Any
    ) -> str | None:
        given = {"rule": rule, "priority": priority, "was": was, "limit": limit}
        return self.act(TightenLimit, **{"reason": "frail"} | given | more)

    def start_baseline(self, **more: Any) -> str | None:
        return self.act(StartBaseline, **more)

    def start_infusion(self, **more: Any) -> str | None:
        return self.act(StartInfusion, **more)

    def pause_infusion(self, **more: Any) -> str | None:
        return self.act(PauseInfusion, **more)

    def resume_infusion(self, **more: Any) -> str | None:
        return self.act(ResumeInfusion, **more)

    def stop_infusion(self, **more: Any) -> str | None:
        return self.act(StopInfusion, **more)

    def begin_reaction(self, **more: Any) -> str | None:
        return self.act(BeginReaction, **{"reason": "vomits"} | more)

    def end_reaction(self, **more: Any) -> str | None:
        return self.act(EndReaction, **more)

    def discharge(self, **more: Any) -> str | None:
        return self.act(Discharge, **more)

    def observe(self, values: dict[Signal, float], **more: Any) -> str | None:
        return self.act(Observe, values=values, **more)

    def fill_form(self, form: str, *scores: int, **more: Any) -> str | None:
        """Items are called `item_1` and so on."""
        answers = {f"item_{number}": score for number, score in enumerate(scores, 1)}
        return self.act(FillForm, form=form, **{"answers": answers} | more)

    def assess(self, note: str = "seen", **more: Any) -> str | None:
        return self.act(Assess, note=note, **{"by": "clinician"} | more)

    def acknowledge(self, rule: str, **more: Any) -> str | None:
        return self.act(Acknowledge, alarm=self._seen(rule), **more)

    def accept(self, rule: str, **more: Any) -> str | None:
        return self.act(Accept, alarm=self._seen(rule), **more)

    def reject(self, rule: str, **more: Any) -> str | None:
        return self.act(Reject, alarm=self._seen(rule), **more)

    def confirm_steady(self) -> str | None:
        return self.act(ConfirmSteady)

    def pause_alarms(self) -> str | None:
        return self.act(PauseAlarms)

    def pause_audio(self) -> str | None:
        return self.act(PauseAudio)

    def call_help(self) -> str | None:
        return self.act(CallHelp)

    def accept_baseline(self, **more: Any) -> str | None:
        return self.act(AcceptBaseline, **more)

    def answer_question(self, question: str, yes: bool = True, **more: Any) -> str | None:
        return self.act(AnswerQuestion, question=question, yes=yes, **more)

    def patient_away(self, minutes: int = 5, **more: Any) -> str | None:
        return self.act(PatientAway, minutes=minutes, **{"reason": "toilet"} | more)

    def patient_back(self) -> str | None:
        return self.act(PatientBack)

    def move_to(self, other: "Bed") -> str | None:
        """As the sequencer does it: the patient arrives there, then leaves here."""
        now = max(self.now, other.now)
        self.until(now), other.until(now)
        move = Move(id=f"a{next(self._ids)}", by="nurse", to=other.name)
        body = moved(self.engine.state, other.engine.state, move)
        if not isinstance(body, Arrived):
            return in_words(body)
        other.send(body, at=body.at)
        other._ids, other.marked = self._ids, self.marked
        answers = [effect for effect in self.send(move) if isinstance(effect, Answered)]
        assert answers == [Answered(action=move.id)]
        return None

    def void(self, action: str) -> str | None:
        return self.act(Void, action=action)

    # Restarts.

    def snapshot(self) -> None:
        """The engine goes on from its own state, written as JSON and read again."""
        self.engine = Engine(self.name, STATE.validate_json(STATE.dump_json(self.engine.state)))

    def restart(self, down: str) -> list[Effect]:
        """The daemon dies now and is back after `down`."""
        self.snapshot()
        since = self.now
        self.now = Instant(self.now + parse_span(down))
        return self.send(Started(version="1", down_since=since))

    # What came out.

    def _settled(self) -> tuple[Engine, list[Effect]]:
        """The bed as though nothing more arrived at this instant: what is due now has happened."""
        deadline = self.engine.deadline
        if deadline is None or deadline > self.now + 1:
            return self.engine, self.effects
        engine = Engine(self.name, self.engine.state)
        return engine, [*self.effects, *engine.advance(Instant(self.now + 1))]

    @property
    def state(self) -> State:
        return self._settled()[0].state

    @property
    def lines(self) -> list[AlarmLine]:
        return lines_of(self._settled()[1])

    def of(self, rule: str) -> list[AlarmLine]:
        return [line for line in self.lines if line.alarm == rule and line.at >= self.marked]

    def story(self, rule: str) -> list[str]:
        """What became of a rule since the mark: `15s start medium`; who was told when is `told`."""
        return [
            f"{span_text(line.at - self.marked)} {line.event} {line.priority.word}"
            for line in self.of(rule)
            if line.reason not in {Reason.ESCALATED, Reason.REPEATED}
        ]

    def last(self, rule: str) -> AlarmLine:
        return self.of(rule)[-1]

    def alarm(self, rule: str) -> AlarmState | None:
        for track in self.state.tracks:
            if track.key == rule:
                return track.standing
        return None

    def id_of(self, rule: str) -> str:
        alarm = self.alarm(rule)
        return alarm.id if alarm else f"no alarm of {rule}"

    def _seen(self, rule: str) -> str:
        """The alarm's id for its answer: what began at this instant is seen a moment later."""
        known = [t.alarm.id for t in self.engine.state.tracks if t.key == rule and t.alarm]
        if self.id_of(rule) not in known:
            self.effects += self.engine.advance(Instant(self.now + 1))
        return self.id_of(rule)

    @property
    def told(self) -> list[str]:
        """Every message since the mark: `15s nurse start`."""
        return [
            f"{span_text(e.line.at - self.marked)} {e.destination} {e.line.event}"
            for e in self.notified
            if e.line.at >= self.marked
        ]

    @property
    def notified(self) -> list[Notify]:
        """Every message, since the beginning."""
        return [effect for effect in self._settled()[1] if isinstance(effect, Notify)]

    @property
    def requests(self) -> list[RequestReading]:
        return [e for e in self._settled()[1] if isinstance(e, RequestReading)]


def lines_of(effects: Iterable[Effect]) -> list[AlarmLine]:
    return [effect for effect in effects if isinstance(effect, AlarmLine)]


def starts(lines: Iterable[AlarmLine]) -> list[AlarmLine]:
    return [line for line in lines if line.event is AlarmEvent.START]


def admitted(given: Settings | None = None) -> Bed:
    """A bed with an open session, marked."""
    bed = Bed(given)
    assert bed.admit() is None
    bed.mark()
    return bed


def infusing(given: Settings | None = None) -> Bed:
    """A bed whose infusion began now, with good readings, marked."""
    bed = admitted(given)
    bed.frame({Signal.SPO2: 97})
    bed.nibp(120)
    assert bed.start_infusion() is None
    bed.mark()
    return bed


def with_rules(**more: ProtocolRule) -> Settings:
    """The small protocol with rules added or replaced."""
    return settings(protocols={"small": protocol(rules=rules(**more))})


def with_protocol(**more: Any) -> Settings:
    return settings(protocols={"small": protocol(**more)})


def automatic(given: Settings | None = None, **more: Any) -> Settings:
    """The same with a cuff that monitord may start."""
    return replace(given or settings(), cuff=Cuff(automatic=True, **more))

"""A suite on paper for the station's tests: real engine values, and a host that holds them."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from monitord.engine.alarm_state import AlarmState, Depth, RuleState, Telling
from monitord.engine.protocol.protocol import Phase, Protocol, ScheduleItem, Settings, Source, Stage
from monitord.engine.readings.limit_value import Limit
from monitord.engine.readings.reading import FaultState, Reading
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.level import Level
from monitord.engine.rules.limit import LimitLevel, LimitRule
from monitord.engine.rules.overdue import OverdueLevel, OverdueRule
from monitord.engine.state import DueState, SessionState, State
from monitord.model import (
    MINUTE,
    SECOND,
    Acknowledge,
    AlarmEvent,
    AlarmLine,
    AlarmPhase,
    Answered,
    Cause,
    Fault,
    Finding,
    Frame,
    Instant,
    Kind,
    Priority,
    Quality,
    Reason,
    Relation,
    Signal,
    Span,
    StaffAction,
    Wave,
    from_iso,
)
from monitord.station.host import AtBed, Changed, Pending, Subscriber, Told, Update, WaveBlock

NOW = from_iso("2026-01-05T10:00:00Z")
MEASURED = (Signal.SPO2, Signal.PULSE_RATE, Signal.PERFUSION_INDEX)
CUFF = (Signal.NIBP_SYS, Signal.NIBP_DIA)


def spo2_low() -> LimitRule:
    below = Relation.BELOW
    levels = (
        LimitLevel(priority=Priority.MEDIUM, delay=15 * SECOND, limit=Limit(below, 90)),
        LimitLevel(priority=Priority.HIGH, delay=5 * SECOND, limit=Limit(below, 85)),
    )
    return LimitRule(signal=Signal.SPO2, levels=levels, hysteresis=2, title="SpO2 low")


def protocol() -> Protocol:
    return Protocol(
        name="ketamine",
        version=1,
        title="Ketamine IV 0.5 mg/kg over 40 min",
        phases=(
            Phase(name="pre", stage=Stage.BASELINE, title="Before"),
            Phase(name="infusion", stage=Stage.INFUSION, duration=40 * MINUTE, title="Infusion"),
            Phase(name="early", stage=Stage.RECOVERY, duration=30 * MINUTE, title="Early recovery"),
        ),
        fresh={Signal.SPO2: 10 * SECOND},
        rules={
            "spo2_low": spo2_low(),
            "spo2_stale": AbsenceRule(
                signal=Signal.SPO2, levels=(Level(priority=Priority.LOW, delay=10 * SECOND),)
            ),
            "rr_low": LimitRule(
                signal=Signal.RESP_RATE,
                levels=(LimitLevel(priority=Priority.HIGH, limit=Limit(Relation.AT_MOST, 8)),),
                title="Breathing slow",
            ),
            "nibp_overdue": OverdueRule(
                item="nibp", levels=(OverdueLevel(priority=Priority.LOW, share=0.2),)
            ),
        },
        schedule={
            "nibp": ScheduleItem(signals=CUFF, every={"infusion": 5 * MINUTE}, title="NIBP"),
            "scales": ScheduleItem(
                signals=(Signal.MOAAS, Signal.NAUSEA),
                every={"infusion": 10 * MINUTE},
                title="Sedation and symptoms",
            ),
        },
    )


def settings(bed: str | None, *, simulated: bool = False) -> Settings:
    return Settings(
        suite="North",
        bed=bed,
        sources={
            "oximeter": Source(signals=MEASURED, simulated=simulated),
            "cuff": Source(signals=CUFF, simulated=simulated),
        }
        if bed
        else {},
        watch=Protocol(
            name="watch", version=1, phases=(), fresh={}, rules={"spo2_low": spo2_low()}
        ),
        protocols={"ketamine": protocol()},
    )


def reading(
    signal: Signal,
    value: float | None,
    *,
    at: Instant = NOW,
    quality: Quality = Quality.GOOD,
    fresh: Span = 10 * SECOND,
    simulated: bool = False,
) -> Reading:
    return Reading(
        signal=signal,
        value=value,
        quality=quality,
        at=at,
        fresh_until=Instant(at + fresh),
        good_at=at if quality.usable else None,
        source="oximeter",
        simulated=simulated,
    )


def session(phase: str = "infusion", *, minutes: float = 12) -> SessionState:
    stage = {"pre": Stage.BASELINE, "infusion": Stage.INFUSION, "early": Stage.RECOVERY}[phase]
    since = Instant(NOW - round(minutes * MINUTE))
    return SessionState(
        id=f"s-{phase}",
        pseudonym="K-017",
        protocol="ketamine",
        overlays=(),
        cuff_arm=None,
        probe_arm=None,
        opened_at=Instant(since - 15 * MINUTE),
        stage=stage,
        infusion="running" if phase == "infusion" else None,
        phase=phase,
        phase_since=since,
        phase_ends=Instant(since + 40 * MINUTE) if phase == "infusion" else None,
        infusion_started=since if phase == "infusion" else None,
        infusion_stopped=None,
    )


def line(
    bed: str | None,
    key: str = "spo2_low",
    *,
    n: int = 1,
    at: Instant = NOW,
    event: AlarmEvent = AlarmEvent.START,
    priority: Priority = Priority.MEDIUM,
    kind: Kind = Kind.PHYSIOLOGICAL,
    text: str = "SpO2 86 < 90 for 15 s",
) -> AlarmLine:
    physiological = kind is Kind.PHYSIOLOGICAL
    return AlarmLine(
        id=f"s-infusion/{key}/{n}",
        at=at,
        suite="North",
        bed=bed,
        session="s-infusion" if bed else None,
        alarm=key,
        signal=Signal.SPO2 if physiological else None,
        event=event,
        priority=priority,
        kind=kind,
        value=86.0 if physiological else None,
        unit="%" if physiological else None,
        limit=90.0 if physiological else None,
        since=Instant(at - 15 * SECOND),
        phase="infusion",
        protocol="ketamine@1#abc",
        reason=Reason.FIRST,
        text=text,
        simulated=False,
    )


def track(
    told: AlarmLine, *, phase: AlarmPhase = AlarmPhase.ACTIVE, **changes: object
) -> RuleState:
    alarm = AlarmState(
        key=told.alarm,
        id=told.id,
        phase=phase,
        kind=told.kind,
        priority=told.priority,
        peak=Depth(told.priority),
        since=told.since,
        started_at=told.at,
        line=told,
        telling=Telling(tier=0, next_at=Instant(told.at + 30 * SECOND)),
    )
    return RuleState(key=told.alarm, alarm=dataclasses.replace(alarm, **changes), started=1)  # type: ignore[arg-type]


def state(
    bed: str | None,
    *,
    visit: SessionState | None = None,
    readings: tuple[Reading, ...] = (),
    tracks: tuple[RuleState, ...] = (),
    due: tuple[DueState, ...] = (),
    simulated: bool = False,
    now: Instant = NOW,
) -> State:
    own = settings(bed, simulated=simulated)
    return State(
        now=now,
        settings=own,
        session_settings=own if visit else None,
        session=visit,
        readings=readings,
        faults=(),
        tracks=tracks,
        due=due,
        timers=(),
        requested=(),
        watch_since=NOW,
        clocks=(),
        help_since=None,
        effects=0,
    )


def due(item: str, at: Instant, *signals: Signal) -> DueState:
    return DueState(item=item, due=at, interval=5 * MINUTE, signals=signals)


def vitals(spo2: float = 97, *, at: Instant = NOW, simulated: bool = False) -> tuple[Reading, ...]:
    return (
        reading(Signal.SPO2, spo2, at=at, simulated=simulated),
        reading(Signal.PULSE_RATE, 72, at=at, simulated=simulated),
        reading(Signal.PERFUSION_INDEX, 4.2, at=at, simulated=simulated),
        reading(Signal.NIBP_SYS, 128, at=at, fresh=6 * MINUTE, simulated=simulated),
        reading(Signal.NIBP_DIA, 81, at=at, fresh=6 * MINUTE, simulated=simulated),
    )


class PaperHost:
    """The daemon, as far as the station can tell: states set by the test, answers as an engine's."""

    suite = "North"
    notice = ""
    least_volume = 50

    def __init__(self, **beds: State) -> None:
        self.states: dict[str, State] = beds
        self.lost: list[str] = []
        self.recorded: dict[str, list[tuple[Instant, Frame]]] = {}
        self.findings = [Finding(what="clock", ok=True, says="+0.0 s from elapsed time")]
        self.of_suite = state(None)
        self.devices: dict[str, Sequence[AtBed]] = {}
        self.clock = NOW
        self.sequence = 0
        self.told: list[Told] = []
        self.acted: list[tuple[str | None, StaffAction]] = []
        self.answers: dict[tuple[str, str], Answered] = {}
        self.reported: list[Fault] = []
        self.refuse: str | None = None
        self.subscribers: list[Subscriber] = []

    def now(self) -> Instant:
        return self.clock

    def seq(self) -> int:
        return self.sequence

    def places(self) -> Sequence[str]:
        return [*self.states, *self.lost]

    def beds(self) -> Mapping[str, State]:
        return self.states

    def label(self, bed: str) -> str:
        return f"Chair {bed}"

    def suite_state(self) -> State:
        return self.of_suite

    def devices_at(self, bed: str) -> Sequence[AtBed]:
        return self.devices.get(bed, ())

    def report(self, fault: Fault) -> None:
        self.reported.append(fault)

    async def try_out(self) -> Sequence[Finding]:
        return self.findings

    async def readings_of(self, session: str) -> Sequence[tuple[Instant, Frame]]:
        return self.recorded.get(session, [])

    async def alarm_lines(self, after: int) -> Sequence[Told]:
        return [told for told in self.told if told.seq > after]

    def subscribe(self, tell: Subscriber) -> Callable[[], None]:
        self.subscribers.append(tell)
        return lambda: self.subscribers.remove(tell)

    async def act(self, bed: str | None, action: StaffAction) -> Answered:
        if (known := self.answers.get((action.by, action.id))) is not None:
            return known
        self.acted.append((bed, action))
        if isinstance(action, Acknowledge) and self.refuse is None:
            self._answer(bed, action)
        answered = Answered(action=action.id, refused=self.refuse)
        self.answers[action.by, action.id] = answered
        return answered

    def became_of(self, by: str, action: str) -> Answered | Pending | None:
        return self.answers.get((by, action))

    def set(self, bed: str, **changes: object) -> None:
        """Changes a bed's state as an event would."""
        self.states[bed] = dataclasses.replace(self.states[bed], **changes)  # type: ignore[arg-type]
        self.sequence += 1
        self.update(Changed(seq=self.sequence, bed=bed))

    def lose(self, bed: str, why: str) -> None:
        """The bed's engine raised: it is given up until a restart."""
        del self.states[bed]
        self.lost.append(bed)
        fault = Fault(cause=Cause.QUARANTINE, subject=bed, present=True, detail=why)
        known = FaultState(fault=fault, since=self.clock, simulated=False)
        self.of_suite = dataclasses.replace(self.of_suite, faults=(known,))
        self.sequence += 1
        self.update(Changed(seq=self.sequence, bed=None))

    def tell(self, alarm: AlarmLine, *, seq: int | None = None) -> None:
        """An alarm line leaves the engine."""
        self.sequence = self.sequence + 1 if seq is None else seq
        told = Told(seq=self.sequence, line=alarm)
        self.told.append(told)
        self.update(told)

    def wave(self, bed: str, values: Sequence[int], rate_hz: float = 75.0) -> None:
        wave = Wave(name="pleth", rate_hz=rate_hz, values=tuple(values))
        self.update(WaveBlock(bed=bed, wave=wave))

    def update(self, update: Update) -> None:
        for tell in tuple(self.subscribers):
            tell(update)

    def _answer(self, bed: str | None, action: Acknowledge) -> None:
        if bed is None:
            return
        tracks = tuple(
            dataclasses.replace(
                found,
                alarm=dataclasses.replace(
                    found.alarm, phase=AlarmPhase.ANSWERED, answered_by=action.by
                ),
            )
            if found.alarm and found.alarm.id == action.alarm
            else found
            for found in self.states[bed].tracks
        )
        self.set(bed, tracks=tracks)


def suite_of_four(*, simulated: bool = True) -> PaperHost:
    """Four beds at different points of a visit, three of them alarming."""
    seen: dict[str, Any] = {"phase": AlarmPhase.ANSWERED, "answered_by": "AB"}
    schedule = (
        due("nibp", Instant(NOW + 130 * SECOND), *CUFF),
        due("scales", Instant(NOW - 70 * SECOND), Signal.MOAAS, Signal.NAUSEA),
    )
    technical = line("3", "spo2_stale", kind=Kind.TECHNICAL, text="no SpO2 for 32 s: probe off")
    pressure = line("4", "pr_low", priority=Priority.LOW, text="PR 54 < 55 for 60 s")
    off = reading(Signal.SPO2, None, quality=Quality.PROBE_OFF, simulated=simulated)
    low = line("2", priority=Priority.HIGH, text="SpO2 83 < 85 for 5 s")
    quiet = vitals(simulated=simulated)
    return PaperHost(
        **{
            "1": state(
                "1", visit=session("pre"), readings=quiet, due=schedule[:1], simulated=simulated
            ),
            "2": state(
                "2",
                visit=session(),
                readings=vitals(83, simulated=simulated),
                tracks=(track(low), track(line("2", "pr_high", text="PR 124 > 120"), **seen)),
                due=schedule,
                simulated=simulated,
            ),
            "3": state(
                "3",
                visit=session("early"),
                readings=(off, *quiet[1:]),
                tracks=(track(technical),),
                due=schedule[1:],
                simulated=simulated,
            ),
            "4": state("4", readings=quiet, tracks=(track(pressure),), simulated=simulated),
        }
    )

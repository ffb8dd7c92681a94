"""One bed's tile as JSON-ready values, worst alarm first. Pure."""

from math import isfinite

from monitord.engine.overlay import in_force
from monitord.engine.protocol import Protocol, ScheduleItem, Settings, Stage
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.limit import LimitRule
from monitord.engine.rules.overdue import OverdueRule
from monitord.engine.state import AlarmPhase, AlarmState, DueState, State
from monitord.model import SIGNALS, Cause, Instant, Signal, span_text
from monitord.station.shapes import (
    AlarmView,
    BedView,
    DueView,
    IdleView,
    LimitView,
    SignalView,
    SwappedView,
    UnmonitoredView,
    millis,
    optional_millis,
)
from monitord.station.visit import choices, session_view


def _number(value: float | None) -> float | None:
    """None for a number that JSON cannot hold."""
    return value if value is not None and isfinite(value) else None


def protocol_of(state: State) -> Protocol | None:
    """The protocol in force: the session's own, or the suite's watch on an empty bed."""
    settings = state.session_settings or state.settings
    if state.session is None:
        return state.settings.watch if state.settings else None
    return in_force(settings, state.session) if settings else None


def phase_title(state: State) -> str:
    """The phase in the protocol's words; empty without a session."""
    if state.session is None:
        return ""
    protocol = protocol_of(state)
    titles = {phase.name: phase.title for phase in protocol.phases} if protocol else {}
    return titles.get(state.session.phase) or state.session.phase


def bed_view(bed: str, state: State, label: str, now: Instant) -> BedView:
    """What one tile shows."""
    protocol = protocol_of(state)
    open_now = state.session is not None and state.session.stage is not Stage.DISCHARGED
    view = BedView(
        bed=bed,
        label=label,
        now=millis(now),
        simulated=_simulated(state),
        session=session_view(state, state.session, protocol, phase_title(state))
        if state.session and open_now
        else None,
        signals=_signal_views(state, protocol),
        alarms=alarm_views(state),
        due=[_due_view(due, protocol) for due in sorted(state.due, key=lambda due: due.due)],
        idle=_idle(state, protocol),
        swapped=_swapped(state),
    )
    if not open_now:
        view["protocols"] = choices(state.settings.protocols if state.settings else {})
    return view


def alarm_views(state: State) -> list[AlarmView]:
    """Every alarm that is not over: what somebody else names last, then by priority,
    unanswered before answered, the first out first.
    """
    alarms = [
        track.alarm
        for track in state.tracks
        if track.alarm and track.alarm.phase is not AlarmPhase.INACTIVE
    ]
    alarms.sort(
        key=lambda alarm: (
            alarm.inhibited_by is not None,
            -alarm.priority,
            alarm.phase is AlarmPhase.ACKNOWLEDGED,
            alarm.started_at,
            alarm.id,
        )
    )
    return [_alarm_view(alarm) for alarm in alarms]


def _alarm_view(alarm: AlarmState) -> AlarmView:
    line = alarm.line
    return AlarmView(
        id=alarm.id,
        bed=line.bed,
        key=alarm.key,
        text=line.text,
        priority=alarm.priority.word,
        kind=alarm.kind.value,
        phase=alarm.phase.value,
        signal=line.signal.value if line.signal else None,
        value=_number(line.value),
        unit=line.unit,
        limit=_number(line.limit),
        since=millis(alarm.since),
        started_at=millis(alarm.started_at),
        answered_by=alarm.answered_by,
        accepted_by=alarm.telling.accepted_by,
        expires_at=optional_millis(alarm.expires_at),
        audio_paused_until=optional_millis(alarm.audio_paused_until),
        inhibited_by=alarm.inhibited_by,
        tier=alarm.telling.tier,
        next_at=optional_millis(alarm.telling.next_at),
        simulated=line.simulated,
    )


def unmonitored_view(bed: str, label: str, suite: State) -> UnmonitoredView:
    """A bed without an engine; the suite's state says why."""
    faults = (known.fault for known in suite.faults)
    why = [
        fault.detail
        for fault in faults
        if fault.cause is Cause.QUARANTINE and fault.subject == bed and fault.present
    ]
    return UnmonitoredView(bed=bed, label=label, why=why[0] if why else "")


def _supplied(settings: Settings | None) -> set[Signal]:
    sources = settings.sources.values() if settings else ()
    return {signal for source in sources for signal in source.signals}


def _signal_views(state: State, protocol: Protocol | None) -> list[SignalView]:
    """Every signal that was read, is supplied or is limited, in the order of `Signal`."""
    readings = {reading.signal: reading for reading in state.readings}
    limits = _limits(state, protocol)
    wanted = readings.keys() | _supplied(state.settings)
    views = []
    for signal in (signal for signal in Signal if signal in wanted):
        spec, reading = SIGNALS[signal], readings.get(signal)
        views.append(
            SignalView(
                signal=signal.value,
                label=spec.label,
                unit=spec.unit,
                value=_number(reading.value) if reading else None,
                quality=reading.quality.value if reading else None,
                at=millis(reading.at) if reading else None,
                fresh_until=millis(reading.fresh_until) if reading else None,
                simulated=bool(reading and reading.simulated),
                limits=limits.get(signal, []),
            )
        )
    return views


def _limits(state: State, protocol: Protocol | None) -> dict[Signal, list[LimitView]]:
    """The levels of every limit rule in the present phase, worst first."""
    phase = state.session.phase if state.session else None
    found: dict[Signal, list[LimitView]] = {}
    for rule in protocol.rules.values() if protocol else ():
        if isinstance(rule, LimitRule):
            levels = sorted(rule.levels_in(phase), key=lambda level: -level.priority)
            found.setdefault(rule.signal, []).extend(
                LimitView(
                    text=level.words,
                    priority=level.priority.word,
                    delay=span_text(level.delay),
                )
                for level in levels
            )
    return found


def _due_view(due: DueState, protocol: Protocol | None) -> DueView:
    item = protocol.schedule.get(due.item) if protocol else None
    return DueView(
        item=due.item,
        title=(item.title if item else "") or due.item,
        due=millis(due.due),
        interval=span_text(due.interval),
        signals=[signal.value for signal in due.signals],
        manual=all(SIGNALS[signal].manual for signal in due.signals),
    )


def _idle(state: State, protocol: Protocol | None) -> list[IdleView]:
    """Rules whose signal no device of the bed supplies and no member of staff enters."""
    if protocol is None:
        return []
    supplied = _supplied(state.settings) | {reading.signal for reading in state.readings}
    idle = []
    for name, rule in protocol.rules.items():
        needs = _needs(rule, protocol.schedule)
        missing = [s for s in Signal if s in needs and s not in supplied and not SIGNALS[s].manual]
        if needs and len(missing) == len(needs):
            labels = ", ".join(SIGNALS[signal].label for signal in missing)
            idle.append(IdleView(rule=rule.title or name, why=f"nothing measures {labels} here"))
    return idle


def _needs(rule: ProtocolRule, schedule: dict[str, ScheduleItem]) -> frozenset[Signal]:
    if isinstance(rule, OverdueRule):
        item = schedule.get(rule.item)
        return frozenset(item.signals) if item else frozenset()
    return rule.inputs


def _swapped(state: State) -> list[SwappedView]:
    sources = state.settings.sources if state.settings else {}
    return [SwappedView(device=name, of=source.of) for name, source in sources.items() if source.of]


def _simulated(state: State) -> bool:
    """Whether anything on the tile came, or would come, from a twin."""
    sources = state.settings.sources.values() if state.settings else ()
    return any(source.simulated for source in sources) or any(
        reading.simulated for reading in state.readings
    )

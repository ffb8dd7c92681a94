"""One bed's tile, worst alarm first, as every wall may show it: nothing confidential is on it. Pure."""

from monitord.engine.alarm_state import AlarmState
from monitord.engine.protocol.confidential import NOTHING, Confidential, confidential_of
from monitord.engine.protocol.protocol import Protocol, ScheduleItem, Settings, Stage
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.limit import LimitRule
from monitord.engine.session.overlay import in_force
from monitord.engine.state import DueState, State
from monitord.model import (
    CLINICIAN,
    SIGNALS,
    AlarmPhase,
    Cause,
    Instant,
    Signal,
    in_words,
    public_line,
    public_name,
    say,
    span_text,
)
from monitord.station.views.views import (
    AlarmView,
    BedView,
    DueView,
    IdleView,
    LimitView,
    ReadingView,
    SwappedView,
    UnmonitoredView,
)
from monitord.station.views.visit_view import choices, session_view


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
    hidden = NOTHING if protocol is None else confidential_of(protocol)
    open_now = state.session is not None and state.session.stage is not Stage.DISCHARGED
    return BedView(
        bed=bed,
        label=label,
        now=now,
        simulated=_simulated(state),
        session=session_view(state, state.session, protocol, hidden, phase_title(state))
        if state.session and open_now
        else None,
        signals=_signal_views(state, protocol, hidden),
        alarms=alarm_views(state, hidden),
        due=[
            _due_view(due, protocol, hidden) for due in sorted(state.due, key=lambda due: due.due)
        ],
        idle=_idle(state, protocol, hidden),
        swapped=_swapped(state),
        protocols=choices(state.settings.protocols) if state.settings and not open_now else [],
    )


def alarm_views(state: State, hidden: Confidential | None = None) -> list[AlarmView]:
    """Every alarm that is not over: what somebody else names last, then by priority,
    unanswered before answered, the first out first. `hidden` is made of the state where it is not given.
    """
    if hidden is None:
        protocol = protocol_of(state)
        hidden = NOTHING if protocol is None else confidential_of(protocol)
    alarms = [alarm for track in state.tracks if (alarm := track.standing) is not None]
    alarms.sort(
        key=lambda alarm: (
            alarm.inhibited_by is not None,
            -alarm.priority,
            alarm.phase is AlarmPhase.ANSWERED,
            alarm.started_at,
            alarm.id,
        )
    )
    return [_alarm_view(alarm, hidden) for alarm in alarms]


def _alarm_view(alarm: AlarmState, hidden: Confidential) -> AlarmView:
    line = public_line(alarm.line)
    cause = alarm.inhibited_by
    first = say("one_of_two") if alarm.unconfirmed else None
    return AlarmView(
        id=alarm.id,
        bed=line.bed,
        key=line.alarm,
        text=line.text if first is None else f"{line.text} ({in_words(first)})",
        says=line.says if first is None else (*line.says, first),
        priority=alarm.priority,
        kind=alarm.kind,
        phase=alarm.phase,
        signal=line.signal.value if line.signal else None,
        value=line.value,
        unit=line.unit,
        limit=line.limit,
        since=alarm.since,
        started_at=alarm.started_at,
        answered_by=alarm.answered_by,
        accepted_by=alarm.telling.accepted_by,
        expires_at=alarm.expires_at,
        audio_paused_until=alarm.audio_paused_until,
        inhibited_by=public_name(cause) if cause in hidden.rules and cause else cause,
        tier=alarm.telling.tier,
        next_at=alarm.telling.next_at,
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


def _signal_views(
    state: State, protocol: Protocol | None, hidden: Confidential
) -> list[ReadingView]:
    """Every signal that was read, is supplied or is limited, in the order of `Signal`; none of a form."""
    readings = {reading.signal: reading for reading in state.readings}
    limits = _limits(state, protocol)
    wanted = (readings.keys() | _supplied(state.settings)) - hidden.signals
    views = []
    for signal in (signal for signal in Signal if signal in wanted):
        spec, reading = SIGNALS[signal], readings.get(signal)
        views.append(
            ReadingView(
                signal=signal.value,
                label=spec.label,
                unit=spec.unit,
                value=reading.value if reading else None,
                quality=reading.quality if reading else None,
                at=reading.at if reading else None,
                fresh_until=reading.fresh_until if reading else None,
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
                    priority=level.priority,
                    delay=span_text(level.delay),
                )
                for level in levels
            )
    return found


def _due_view(due: DueState, protocol: Protocol | None, hidden: Confidential) -> DueView:
    if due.item in hidden.items:
        title = in_words(say("due.clinician"))
        return DueView(
            item=CLINICIAN,
            title=title,
            due=due.due,
            interval=span_text(due.interval),
            signals=[],
            manual=False,
        )
    item = protocol.schedule.get(due.item) if protocol else None
    return DueView(
        item=due.item,
        title=(item.title if item else "") or due.item,
        due=due.due,
        interval=span_text(due.interval),
        signals=[signal.value for signal in due.signals],
        manual=(item is not None and item.counted)
        or all(SIGNALS[signal].manual for signal in due.signals),
    )


def _idle(state: State, protocol: Protocol | None, hidden: Confidential) -> list[IdleView]:
    """Rules whose signal no device of the bed supplies and no member of staff enters."""
    if protocol is None:
        return []
    supplied = _supplied(state.settings) | {reading.signal for reading in state.readings}
    idle = []
    for name, rule in protocol.rules.items():
        if name in hidden.rules:
            continue
        needs = _needs(rule, protocol.schedule)
        missing = [s for s in Signal if s in needs and s not in supplied and not SIGNALS[s].manual]
        if needs and len(missing) == len(needs):
            signals = tuple(say("signal", signal=signal) for signal in missing)
            why = in_words(say("view.idle", signals=signals))
            idle.append(IdleView(rule=rule.title or name, why=why))
    return idle


def _needs(rule: ProtocolRule, schedule: dict[str, ScheduleItem]) -> frozenset[Signal]:
    item = schedule.get(rule.item)
    return frozenset(item.signals) if item else rule.inputs


def _swapped(state: State) -> list[SwappedView]:
    sources = state.settings.sources if state.settings else {}
    return [SwappedView(device=name, of=source.of) for name, source in sources.items() if source.of]


def _simulated(state: State) -> bool:
    """Whether anything on the tile came, or would come, from a twin."""
    sources = state.settings.sources.values() if state.settings else ()
    return any(source.simulated for source in sources) or any(
        reading.simulated for reading in state.readings
    )

"""One bed's tile, as every wall may show it: nothing confidential is on it. Pure."""

from monitord.engine.protocol.confidential import Confidential
from monitord.engine.protocol.protocol import Protocol, ScheduleItem, Settings, Stage
from monitord.engine.readings.reading import MANUAL
from monitord.engine.rule_name import named
from monitord.engine.rules import ProtocolRule
from monitord.engine.state import DueState, State
from monitord.model import (
    CLINICIAN,
    SIGNALS,
    Cause,
    Instant,
    Signal,
    in_words,
    say,
    span_text,
)
from monitord.station.views.alarm_view import alarm_views
from monitord.station.views.limit_view import limit_views
from monitord.station.views.views import (
    BedView,
    DueView,
    IdleView,
    ReadingView,
    SwappedView,
    UnmonitoredView,
    named_signal,
)
from monitord.station.views.visit_view import choices, hidden_of, protocol_of, session_view


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
    hidden = hidden_of(state)
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
            _due_view(due, state, protocol, hidden)
            for due in sorted(state.due, key=lambda due: due.due)
        ],
        idle=_idle(state, protocol, hidden),
        swapped=_swapped(state),
        protocols=choices(state.settings.protocols) if state.settings and not open_now else [],
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
    limits = limit_views(state, protocol)
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
                by_hand=reading is not None and reading.source == MANUAL,
                limits=limits.get(signal, []),
            )
        )
    return views


def _due_view(
    due: DueState, state: State, protocol: Protocol | None, hidden: Confidential
) -> DueView:
    if due.item in hidden.items:
        said = say("due.clinician")
        return DueView(
            item=CLINICIAN,
            title=in_words(said),
            says=said,
            due=due.due,
            interval=span_text(due.interval),
            signals=[],
            manual=False,
            missing=[],
        )
    item = protocol.schedule.get(due.item) if protocol else None
    title = item.title if item else ""
    named = say("due.signals", signals=tuple(say("signal", signal=each) for each in due.signals))
    return DueView(
        item=due.item,
        title=title or in_words(named),
        says=None if title else named,
        due=due.due,
        interval=span_text(due.interval),
        signals=[signal.value for signal in due.signals],
        manual=(item is not None and item.counted)
        or all(SIGNALS[signal].manual for signal in due.signals),
        missing=[named_signal(signal) for signal in _left_out(due, state)],
    )


def _left_out(due: DueState, state: State) -> list[Signal]:
    """What was asked the longest ago, where others of the same round were asked after it."""
    taken = {reading.signal: reading.good_at for reading in state.readings}
    known = [at for signal in due.signals if (at := taken.get(signal)) is not None]
    if not known:
        return []
    oldest = min(known) if len(known) == len(due.signals) else None
    left = [signal for signal in due.signals if taken.get(signal) in {None, oldest}]
    return left if len(left) < len(due.signals) else []


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
            what, why = named(name, protocol), say("view.idle", signals=signals)
            idle.append(IdleView(rule=in_words(what), what=what, why=in_words(why), says=why))
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

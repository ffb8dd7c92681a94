"""One patient's visit as a fold over what staff did. Pure.

    stage      action           becomes
    admitted   start_baseline   baseline
    admitted   start_infusion   infusion, running
    baseline   start_infusion   infusion, running
    infusion   pause_infusion   infusion, paused        (from running)
    infusion   resume_infusion  infusion, running       (from paused)
    infusion   stop_infusion    recovery, stopped
    recovery   start_infusion   infusion, running       (a second one, counted from its own start)
    any        discharge        discharged
    infusion   begin_reaction   infusion, paused        (from running)

A reaction may begin at any stage and pauses a running infusion; resuming ends it, as
end_reaction does and discharge. A voided action does not count, and a back-dated one counts from when it happened, so the fold
starts afresh with every action: sessions hold tens of them.
"""

from dataclasses import dataclass, field

from monitord.engine.protocol.protocol import Phase, Protocol, Stage
from monitord.engine.state import Reaction, SessionState, Step
from monitord.model import (
    EPOCH,
    HOUR,
    MINUTE,
    SIGNALS,
    AcceptBaseline,
    Action,
    AdjustLimit,
    Admit,
    BeginReaction,
    ConfirmSteady,
    CorrectProtocol,
    Discharge,
    EndReaction,
    Instant,
    Move,
    Observe,
    PauseInfusion,
    ResumeInfusion,
    Sentence,
    Span,
    StaffAction,
    StartBaseline,
    StartInfusion,
    StopInfusion,
    SwapDevice,
    TightenLimit,
    Void,
    say,
)
from monitord.model.frozen import replace
from monitord.model.sentences.sentence import Value

BACKDATED_AT_MOST: Span = 4 * HOUR
# Longer than any session here: an older entry is a slip of the keyboard.
_JUST_NOW: Span = 10 * MINUTE
# Two people enter the same thing: the second one is told who was quicker.

_RUNNING, _PAUSED, _STOPPED = "running", "paused", "stopped"

STAGES: dict[tuple[Stage, str | None, type[Action]], tuple[Stage, str | None]] = {
    (Stage.ADMITTED, None, StartBaseline): (Stage.BASELINE, None),
    (Stage.ADMITTED, None, StartInfusion): (Stage.INFUSION, _RUNNING),
    (Stage.BASELINE, None, StartInfusion): (Stage.INFUSION, _RUNNING),
    (Stage.INFUSION, _RUNNING, PauseInfusion): (Stage.INFUSION, _PAUSED),
    (Stage.INFUSION, _RUNNING, BeginReaction): (Stage.INFUSION, _PAUSED),
    (Stage.INFUSION, _PAUSED, ResumeInfusion): (Stage.INFUSION, _RUNNING),
    (Stage.INFUSION, _RUNNING, StopInfusion): (Stage.RECOVERY, _STOPPED),
    (Stage.INFUSION, _PAUSED, StopInfusion): (Stage.RECOVERY, _STOPPED),
    (Stage.ADMITTED, None, Discharge): (Stage.DISCHARGED, None),
    (Stage.BASELINE, None, Discharge): (Stage.DISCHARGED, None),
    (Stage.INFUSION, _RUNNING, Discharge): (Stage.DISCHARGED, _STOPPED),
    (Stage.INFUSION, _PAUSED, Discharge): (Stage.DISCHARGED, _STOPPED),
    (Stage.RECOVERY, _STOPPED, StartInfusion): (Stage.INFUSION, _RUNNING),
    (Stage.RECOVERY, _STOPPED, Discharge): (Stage.DISCHARGED, _STOPPED),
}
_PUT_RIGHT = (CorrectProtocol, AdjustLimit, TightenLimit)
STAGE_ACTIONS = (
    StartBaseline,
    StartInfusion,
    PauseInfusion,
    ResumeInfusion,
    StopInfusion,
    BeginReaction,
    EndReaction,
    Discharge,
)


@dataclass(slots=True)
class _Walk:
    """Where the fold stands; `ran` are the times in which the latest infusion ran, but the present one."""

    stage: Stage = Stage.ADMITTED
    infusion: str | None = None
    stage_since: Instant = EPOCH
    running_since: Instant | None = None
    ran: list[tuple[Instant, Instant]] = field(default_factory=list)
    started: Instant | None = None
    stopped: Instant | None = None
    paused_since: Instant | None = None
    reaction: Reaction | None = None


def happened(step: Step) -> Instant:
    """When staff say that it happened."""
    return step.at if step.action.happened_at is None else step.action.happened_at


def admit(action: Admit, at: Instant, protocol: Protocol) -> SessionState:
    """A new session in its first phase."""
    opened = SessionState(
        id=action.session,
        pseudonym=action.pseudonym,
        protocol=action.protocol,
        overlays=action.overlays,
        cuff_arm=action.cuff_arm,
        probe_arm=action.probe_arm,
        opened_at=at,
        opened_by=action.by,
        stage=Stage.ADMITTED,
        infusion=None,
        phase=protocol.phases[0].name,
        phase_since=at,
        phase_ends=None,
        infusion_started=None,
        infusion_stopped=None,
    )
    return at_instant(opened, protocol, at)


def refusal(session: SessionState, action: StaffAction, at: Instant) -> Sentence | None:
    """Why the session cannot take this action at this instant; None when it can."""
    if isinstance(action, Void):
        known = {step.action.id for step in session.steps if not step.voided}
        lasting = {s.action.id for s in session.steps if isinstance(s.action, _PUT_RIGHT)}
        if action.action in lasting:
            return say("no.void_limit")
        if any(s.action.id == action.action for s in session.steps if isinstance(s.action, Move)):
            return say("no.void_move")
        swapped = (s.action.id for s in session.steps if isinstance(s.action, SwapDevice))
        if action.action in swapped:
            return say("no.void_swap")
        return None if action.action in known else say("no.void_unknown")
    if isinstance(action, Observe | AcceptBaseline):
        return _impossible(action)
    if isinstance(action, STAGE_ACTIONS):
        steps = (*session.steps, Step(action=action, at=at))
        fault = _first_fault(steps, session.opened_at)
        return fault and _why(session, steps[-1], *fault)
    return None


def _why(session: SessionState, own: Step, step: Step, stage: Sentence) -> Sentence:
    """What is in the way of the entry: somebody's of the same kind just before it, or a later baseline."""
    at, by = own.at, step.action.by
    if step is not own:
        before = isinstance(own.action, StartInfusion) and isinstance(step.action, StartBaseline)
        return say("no.before_baseline", by=by, age=at - happened(step)) if before else stage
    known = (s for s in reversed(session.steps) if not s.voided)
    last = next((s for s in known if isinstance(s.action, STAGE_ACTIONS)), None)
    if last is None or type(last.action) is not type(own.action) or at - last.at > _JUST_NOW:
        return stage
    if last.action.by == by:
        return say("no.entered_twice", age=at - last.at)
    return say("no.entered", by=last.action.by, age=at - last.at)


def untimely(action: Action, at: Instant) -> Sentence | None:
    """Why it cannot have happened when staff say that it did: not yet, or not in this visit."""
    when = action.happened_at
    if when is None:
        return None
    if when > at:
        return say("no.future")
    if when < at - BACKDATED_AT_MOST:
        return say("no.long_ago")
    return None


def _impossible(observed: Observe | AcceptBaseline) -> Sentence | None:
    for signal, value in observed.values.items():
        spec = SIGNALS[signal]
        if not spec.low <= value <= spec.high:
            return say("no.impossible", signal=signal, value=value, low=spec.low, high=spec.high)
    return None


def _ordered(steps: tuple[Step, ...]) -> list[Step]:
    return sorted((s for s in steps if not s.voided), key=happened)


def _first_fault(steps: tuple[Step, ...], opened_at: Instant) -> tuple[Step, Sentence] | None:
    """The first step that cannot be taken where it stands, and why."""
    walk = _Walk(stage_since=opened_at)
    for step in _ordered(steps):
        action = step.action
        if isinstance(action, STAGE_ACTIONS) and not _take(walk, action, happened(step)):
            stage: dict[str, Value] = {"action": action.type, "stage": walk.stage}
            if walk.infusion:
                return step, say("no.stage_infusion", **stage, infusion=walk.infusion)
            return step, say("no.stage", **stage)
    return None


def _take(walk: _Walk, action: Action, at: Instant) -> bool:
    target = STAGES.get((walk.stage, walk.infusion, type(action)))
    if isinstance(action, BeginReaction | EndReaction):
        if (walk.reaction is None) is isinstance(action, EndReaction):
            return False
        target = target or (walk.stage, walk.infusion)
    if target is None:
        return False
    _react(walk, action, at)
    if target == (walk.stage, walk.infusion):
        return True
    if walk.running_since is not None:
        walk.ran.append((walk.running_since, at))
        walk.running_since = None
    stage, infusion = target
    if isinstance(action, StartInfusion):
        walk.ran, walk.started, walk.stopped = [], at, None
    walk.paused_since = at if infusion == _PAUSED else None
    if infusion == _RUNNING:
        walk.running_since = at
    if infusion == _STOPPED and walk.stage is Stage.INFUSION:
        walk.stopped = at
    if stage is not walk.stage:
        walk.stage_since = at
    walk.stage, walk.infusion = stage, infusion
    return True


def _react(walk: _Walk, action: Action, at: Instant) -> None:
    if isinstance(action, BeginReaction):
        walk.reaction = Reaction(since=at, by=action.by, reason=action.reason, action=action.id)
    elif isinstance(action, EndReaction | ResumeInfusion | Discharge):
        walk.reaction = None


def take(session: SessionState, action: StaffAction, at: Instant) -> SessionState:
    """The session with one more step; call `at_instant` to see where it stands."""
    steps = session.steps
    if isinstance(action, Void):
        steps = tuple(replace(s, voided=True) if s.action.id == action.action else s for s in steps)
    return replace(session, steps=(*steps, Step(action=action, at=at)))


def at_instant(session: SessionState, protocol: Protocol, at: Instant) -> SessionState:
    """Stage and phase as they are at this instant."""
    walk = _Walk(stage_since=session.opened_at)
    for step in _ordered(session.steps):
        if isinstance(step.action, STAGE_ACTIONS):
            _take(walk, step.action, happened(step))
    phase, since, ends = _phase(protocol, walk, at)
    return replace(
        session,
        stage=walk.stage,
        infusion=walk.infusion,
        phase=phase,
        phase_since=since,
        phase_ends=ends,
        infusion_started=walk.started,
        infusion_stopped=walk.stopped,
        paused_since=walk.paused_since,
        reaction=walk.reaction,
    )


def _phase(protocol: Protocol, walk: _Walk, at: Instant) -> tuple[str, Instant, Instant | None]:
    """The phase's name, when it began, when it is planned to end; a pause stops its clock."""
    name, since = "", walk.stage_since
    offset: Span = 0
    for phase in _phases_of(protocol, walk.stage):
        begins = _reached(walk, offset)
        if name and (begins is None or begins > at):
            break
        name, since = phase.name, begins or since
        if phase.duration is None:
            return name, since, None
        offset += phase.duration
    return name, since, _reached(walk, offset)


def lasts_since(session: SessionState, what: str) -> Instant | None:
    """Since when a pause or reaction lasts, the infusion or what precedes it longer than planned (maybe ahead).

    `steady`: since when staff say that the unchanging numbers are the patient's.
    """
    if what == "pause":
        return session.paused_since
    if what == "reaction":
        return session.reaction.since if session.reaction else None
    if what == "concern":
        return session.concern.since if session.concern else None
    if what == "steady":
        said = (s.at for s in session.steps if isinstance(s.action, ConfirmSteady) and not s.voided)
        return next(said, None)
    if what == "preparation":
        ends = session.phase_ends if session.infusion is None else None
        # What was back-dated could be asked about when it was entered, and not before.
        return None if ends is None else max(ends, session.opened_at)
    return session.phase_ends if session.infusion == "running" else None


def _reached(walk: _Walk, offset: Span) -> Instant | None:
    """When the stage's clock shows `offset`; None while it stands still before that.

    An infusion's clock runs while the pump does, every other stage's always.
    """
    if walk.stage is not Stage.INFUSION:
        return Instant(walk.stage_since + offset)
    for start, end in walk.ran:
        if offset <= end - start:
            return Instant(start + offset)
        offset -= end - start
    return None if walk.running_since is None else Instant(walk.running_since + offset)


def _phases_of(protocol: Protocol, stage: Stage) -> list[Phase]:
    """A stage without phases of its own lives in the nearest one: the first, or the last."""
    own = [phase for phase in protocol.phases if phase.stage is stage]
    if own:
        return own
    return [protocol.phases[0 if stage in {Stage.ADMITTED, Stage.BASELINE} else -1]]

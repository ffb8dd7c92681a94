"""What a tile says of one visit: where it stands, what was entered, what may still be entered. Pure.

With `hidden` it is for every wall; without, for the bed's own detail and those who may read it.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from monitord.engine.protocol.confidential import NOTHING, Confidential, confidential_of
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.readings.said_reading import said_value
from monitord.engine.session import filled_forms as forms
from monitord.engine.session.overlay import in_force
from monitord.engine.session.session import happened
from monitord.engine.staff import standing_prompts as prompts
from monitord.engine.state import SessionState, State, Step
from monitord.model import (
    CLINICIAN,
    MINUTE,
    NEEDED,
    SIGNALS,
    AdjustLimit,
    AnswerQuestion,
    Assess,
    FillForm,
    Move,
    Observe,
    RecordDone,
    Said,
    Sentence,
    StaffAction,
    SwapDevice,
    TightenLimit,
    Void,
    in_words,
    say,
)
from monitord.model.actions import AWAY_REASONS, COMMON_FIELDS, WRITTEN
from monitord.station.views.views import (
    AwayView,
    BaselineView,
    ChoiceView,
    OverlayView,
    PromptView,
    ReactionView,
    SessionView,
    StepView,
)

STEPS = 20
"""The newest entries of a visit that a tile carries: those that somebody may want to take back."""


def protocol_of(state: State) -> Protocol | None:
    """The protocol in force: the session's own, or the suite's watch on an empty bed."""
    settings = state.session_settings or state.settings
    if state.session is None:
        return state.settings.watch if state.settings else None
    return in_force(settings, state.session) if settings else None


def hidden_of(state: State) -> Confidential:
    """What of the bed everybody else is told only as `clinician needed`."""
    protocol, session = protocol_of(state), state.session
    if protocol is None:
        return NOTHING
    return confidential_of(protocol, session.kept_of_forms if session else ())


def prompt_views(state: State, hidden: Confidential | None = None) -> list[PromptView]:
    """What the protocol asks of staff at this moment; of what is `hidden`, that a clinician is needed."""
    return [
        PromptView(
            name=CLINICIAN,
            asks=_NEEDED,
            says=NEEDED,
            since=each.since,
            why="",
            source="",
            kept=each.kept,
        )
        if hidden is not None and each.name in hidden.prompts
        else PromptView(
            name=each.name,
            asks=each.asks,
            says=None,
            since=each.since,
            why=each.why,
            source=each.source,
            kept=each.kept,
        )
        for each in prompts.standing(state)
    ]


_NEEDED = in_words(NEEDED)


def session_view(
    state: State,
    session: SessionState,
    protocol: Protocol | None,
    hidden: Confidential,
    title_of_phase: str,
) -> SessionView:
    """The visit; `protocol` is the one in force, nothing `hidden` in it is said."""
    return SessionView(
        id=session.id,
        pseudonym=session.pseudonym,
        protocol=f"{session.protocol}@{protocol.version}" if protocol else session.protocol,
        title=(protocol.title if protocol else "") or session.protocol,
        stage=session.stage,
        infusion=session.infusion,
        phase=session.phase,
        phase_title=title_of_phase,
        since=session.phase_since,
        ends=session.phase_ends,
        opened_at=session.opened_at,
        cuff_arm=session.cuff_arm.value if session.cuff_arm else None,
        probe_arm=session.probe_arm.value if session.probe_arm else None,
        overlays=_overlay_titles(session, protocol),
        baseline=[
            BaselineView(
                label=SIGNALS[each.signal].label,
                value=each.value,
                unit=SIGNALS[each.signal].unit,
                by=each.by,
                at=each.at,
            )
            for each in session.baseline
            if each.signal not in hidden.signals
        ],
        away=AwayView(
            reason=session.away.reason if session.away.reason in AWAY_REASONS else "",
            by=session.away.by,
            since=session.away.since,
            until=session.away.until,
        )
        if session.away
        else None,
        may_leave=_may_leave(session, protocol),
        prompts=prompt_views(state, hidden),
        reaction=ReactionView(by=session.reaction.by, since=session.reaction.since)
        if session.reaction
        else None,
        forms=bool(protocol and protocol.forms),
        concern=_NEEDED if session.concern else "",
        entries=len(session.steps),
        steps=step_views(
            [step for step in session.steps if not _of_a_form(step, session, protocol, hidden)],
            whole=False,
        ),
    )


def step_views(steps: Sequence[Step], *, whole: bool) -> list[StepView]:
    """The newest entries, the last one first; what staff wrote in their own words is in it only as a `whole`."""
    return [_step_view(step, whole=whole) for step in steps[: -STEPS - 1 : -1]]


def _of_a_form(
    step: Step, session: SessionState, protocol: Protocol | None, hidden: Confidential
) -> bool:
    """Whether an entry is of a form, of an answer on one, or of what a clinician made of it."""
    action = step.action
    if isinstance(action, FillForm | Assess):
        return True
    known = protocol.forms if protocol else {}
    if not hidden.signals.isdisjoint(forms.observed(action, known)):
        return True
    if isinstance(action, AnswerQuestion) and action.question in hidden.points:
        return True
    if isinstance(action, RecordDone) and action.prompt in hidden.prompts:
        return True
    if isinstance(action, Void):
        earlier = session.steps[: session.steps.index(step)]
        of = (each for each in earlier if each.action.id == action.action)
        return any(_of_a_form(each, session, protocol, hidden) for each in of)
    return isinstance(action, AdjustLimit | TightenLimit) and action.rule in hidden.rules


def choices(protocols: dict[str, Protocol]) -> list[ChoiceView]:
    """What may be asked for at admission."""
    return [
        ChoiceView(
            name=name,
            title=protocol.title or name,
            overlays=[
                OverlayView(name=key, asks=overlay.asks, always=key in protocol.always)
                for key, overlay in protocol.overlays.items()
            ],
        )
        for name, protocol in protocols.items()
    ]


def _overlay_titles(session: SessionState, protocol: Protocol | None) -> list[str]:
    """Those that hold for everybody first."""
    always = protocol.always if protocol else ()
    return [_overlay_title(name, protocol) for name in dict.fromkeys((*always, *session.overlays))]


def _overlay_title(name: str, protocol: Protocol | None) -> str:
    overlay = protocol.overlays.get(name) if protocol else None
    return overlay.title if overlay and overlay.title else name


def _may_leave(session: SessionState, protocol: Protocol | None) -> int:
    if protocol is None or session.phase not in protocol.away.phases:
        return 0
    return protocol.away.at_most // MINUTE


def _step_view(step: Step, *, whole: bool) -> StepView:
    action = step.action
    said, wrote, text = _step_text(action, whole=whole)
    return StepView(
        id=action.id,
        type=action.type,
        by=action.by,
        at=happened(step),
        entered_at=step.at,
        voided=step.voided,
        text=text,
        says=said,
        wrote=wrote,
        entered=_entered(action, whole=whole),
    )


def _step_text(action: StaffAction, *, whole: bool) -> tuple[Said, list[str], str]:
    """What else was entered, in a few words: of monitord, of staff (if it is `whole`), and both as one text."""
    wrote = [str(getattr(action, name, "")) for name in WRITTEN] if whole else []
    wrote = [text for text in wrote if text]
    if isinstance(action, Observe):
        none = [signal for signal, value in action.values.items() if value == 0]
        seen = [
            said_value(signal, value)
            for signal, value in action.values.items()
            if value or len(none) == 1
        ]
        rest = [say("step.none", count=len(none))] if len(none) > 1 else []
        said = (*seen, *rest)
        return said, wrote, ", ".join((*map(in_words, said), *wrote))
    what: tuple[Sentence, ...] = ()
    match action:
        case Move():
            what = (say("step.move", bed=action.to),)
        case SwapDevice():
            what = (action.said,)
    return what, wrote, "; ".join(filter(None, (in_words(what), *wrote)))


def _entered(action: StaffAction, *, whole: bool) -> dict[str, Any]:
    """What the body of the same action held, so that it can be entered again otherwise."""
    names = {field.name for field in fields(action)} - COMMON_FIELDS
    names -= set() if whole else set(WRITTEN)
    return {name: value for name in sorted(names) if (value := getattr(action, name)) != ""}

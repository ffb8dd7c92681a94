"""What holds for one visit besides the protocol's own text, and the forms that may be filled in. Pure."""

from dataclasses import dataclass, replace

from monitord.engine.protocol.adjust import written
from monitord.engine.protocol.confidential import Confidential
from monitord.engine.protocol.protocol import Settings
from monitord.engine.rules.limit import LimitRule
from monitord.engine.session import filled_forms as forms
from monitord.engine.session.overlay import in_force, overlaid, titled
from monitord.engine.state import SessionState, State
from monitord.model import SIGNALS, CorrectProtocol, Priority, Signal
from monitord.station.views.views import ChoiceView, Millis, WordedPriority
from monitord.station.views.visit_view import choices


@dataclass(frozen=True, slots=True, kw_only=True)
class FormItemView:
    """One item of a form; `title` is empty where its text may not be copied.

    A score above `asks_above` calls for a clinician.
    """

    name: str
    title: str
    low: int
    high: int
    asks_above: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledView:
    """A form as it was last filled in: the total, never a diagnosis."""

    total: int
    by: str
    at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """A form of the protocol, and its latest total."""

    name: str
    title: str
    items: list[FormItemView]
    last: FilledView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedView:
    """A limit of this patient's own: the protocol's, the one in force, who and why."""

    rule: str
    priority: WordedPriority
    was: str
    limit: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustableView:
    """A level that a clinician may loosen, and how far."""

    rule: str
    priority: WordedPriority
    limit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelView:
    """A level that may be tightened: `was` as the protocol writes it, `limit` as it is in force."""

    rule: str
    signal: Signal
    label: str
    priority: WordedPriority
    was: str
    limit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedView:
    """Protocol and overlays were put right; `protocol` says their titles, `overlays` the names."""

    at: Millis
    protocol: str
    overlays: list[str]
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernView:
    """An answer for which a clinician must see the patient: `assess` ends it."""

    since: Millis
    says: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsView:
    """Forms, the patient's own limits, what was put right, and what waits for a clinician."""

    forms: list[FormView]
    levels: list[LevelView]
    adjusted: list[AdjustedView]
    adjustable: list[AdjustableView]
    protocol: str
    overlays: list[str]
    protocols: list[ChoiceView]
    corrected: list[CorrectedView]
    concern: ConcernView | None


def terms(state: State) -> TermsView:
    """Of the open session; empty without one."""
    session, settings = state.session, state.session_settings or state.settings
    if session is None or settings is None:
        return TermsView(
            forms=[],
            levels=[],
            adjusted=[],
            adjustable=[],
            protocol="",
            overlays=[],
            protocols=[],
            corrected=[],
            concern=None,
        )
    protocol = in_force(settings, session)
    latest = {each.form: each for each in forms.filled(session.steps, protocol.forms)}
    return TermsView(
        forms=[
            FormView(
                name=form.name,
                title=form.title or form.name,
                items=[
                    FormItemView(
                        name=item.name,
                        title=item.title,
                        low=item.low,
                        high=item.high,
                        asks_above=item.asks_above,
                    )
                    for item in form.items
                ],
                last=_filled(latest.get(form.name)),
            )
            for form in protocol.forms.values()
        ],
        levels=_levels(settings, session),
        adjusted=[
            AdjustedView(
                rule=made.rule,
                priority=made.priority,
                was=made.was,
                limit=made.limit,
                by=made.by,
                reason=made.reason,
            )
            for made in session.adjusted
        ],
        adjustable=[
            AdjustableView(
                rule=each.rule,
                priority=each.priority,
                limit=str(each.limit),
                low=each.between[0],
                high=each.between[1],
            )
            for each in protocol.adjustable
        ],
        protocol=session.protocol,
        overlays=list(session.overlays),
        protocols=choices(settings.protocols),
        corrected=[
            CorrectedView(
                at=step.at,
                protocol=titled(settings.protocols.get(step.action.protocol), step.action),
                overlays=list(step.action.overlays),
                by=step.action.by,
                reason=step.action.reason,
            )
            for step in session.steps
            if isinstance(step.action, CorrectProtocol)
        ],
        concern=ConcernView(
            since=session.concern.since, says=session.concern.says, by=session.concern.by
        )
        if session.concern
        else None,
    )


def without_forms(found: TermsView, hidden: Confidential) -> TermsView:
    """The same for those who may not read what came of a form."""
    return replace(
        found,
        forms=[],
        concern=None,
        levels=[each for each in found.levels if each.rule not in hidden.rules],
        # Why is in somebody's own words.
        adjusted=[replace(e, reason="") for e in found.adjusted if e.rule not in hidden.rules],
        corrected=[replace(each, reason="") for each in found.corrected],
        adjustable=[each for each in found.adjustable if each.rule not in hidden.rules],
    )


def _levels(settings: Settings, session: SessionState) -> list[LevelView]:
    """Each level once, though a protocol may write it for several phases."""
    own = overlaid(settings.protocols[session.protocol], session.overlays)
    present = in_force(settings, session)
    found: dict[tuple[str, Priority, str], LevelView] = {}
    for key, rule in own.rules.items():
        now = present.rules.get(key)
        if not isinstance(rule, LimitRule) or not isinstance(now, LimitRule):
            continue
        for was, level in zip(written(rule), written(now), strict=True):
            if was.of == "value":
                each = LevelView(
                    rule=key,
                    signal=rule.signal,
                    label=SIGNALS[rule.signal].label,
                    priority=was.priority,
                    was=str(was.limit),
                    limit=str(level.limit),
                )
                found.setdefault((key, each.priority, each.was), each)
    return list(found.values())


def _filled(last: forms.Filled | None) -> FilledView | None:
    return FilledView(total=last.total, by=last.by, at=last.at) if last else None

"""What holds for one visit besides the protocol's own text, and the forms that may be filled in. Pure."""

from typing_extensions import TypedDict

from monitord.engine import forms
from monitord.engine.overlay import in_force
from monitord.engine.state import State
from monitord.model import CorrectProtocol
from monitord.station.shapes import Millis, millis


class ItemInsight(TypedDict):
    """One item of a form; `title` is empty where its text may not be copied."""

    name: str
    title: str
    low: int
    high: int


class FilledInsight(TypedDict):
    """A form as it was last filled in: the total, never a diagnosis."""

    total: int
    by: str
    at: Millis


class FormInsight(TypedDict):
    """A form of the protocol, and its latest total."""

    name: str
    title: str
    items: list[ItemInsight]
    last: FilledInsight | None


class AdjustedInsight(TypedDict):
    """A limit of this patient's own: the protocol's, the one in force, who and why."""

    rule: str
    priority: str
    was: str
    limit: str
    by: str
    reason: str


class AdjustableInsight(TypedDict):
    """A level that a clinician may loosen, and how far."""

    rule: str
    priority: str
    limit: str
    low: float
    high: float


class CorrectedInsight(TypedDict):
    """Protocol and overlays were put right."""

    at: Millis
    protocol: str
    overlays: list[str]
    by: str
    reason: str


class ConcernInsight(TypedDict):
    """An answer for which a clinician must see the patient: `assess` ends it."""

    since: Millis
    says: str
    by: str


class TermsInsight(TypedDict):
    """Forms, the patient's own limits, what was put right, and what waits for a clinician."""

    forms: list[FormInsight]
    adjusted: list[AdjustedInsight]
    adjustable: list[AdjustableInsight]
    corrected: list[CorrectedInsight]
    concern: ConcernInsight | None


def terms(state: State) -> TermsInsight:
    """Of the open session; empty without one."""
    session, settings = state.session, state.session_settings or state.settings
    if session is None or settings is None:
        return TermsInsight(forms=[], adjusted=[], adjustable=[], corrected=[], concern=None)
    protocol = in_force(settings, session)
    latest = {each.form: each for each in forms.filled(session.steps, protocol.forms)}
    return TermsInsight(
        forms=[
            FormInsight(
                name=form.name,
                title=form.title or form.name,
                items=[
                    ItemInsight(name=item.name, title=item.title, low=item.low, high=item.high)
                    for item in form.items
                ],
                last=_filled(latest.get(form.name)),
            )
            for form in protocol.forms.values()
        ],
        adjusted=[
            AdjustedInsight(
                rule=made.rule,
                priority=made.priority.word,
                was=made.was,
                limit=made.limit,
                by=made.by,
                reason=made.reason,
            )
            for made in session.adjusted
        ],
        adjustable=[
            AdjustableInsight(
                rule=each.rule,
                priority=each.priority.word,
                limit=str(each.limit),
                low=each.between[0],
                high=each.between[1],
            )
            for each in protocol.adjustable
        ],
        corrected=[
            CorrectedInsight(
                at=millis(step.at),
                protocol=step.action.protocol,
                overlays=list(step.action.overlays),
                by=step.action.by,
                reason=step.action.reason,
            )
            for step in session.steps
            if isinstance(step.action, CorrectProtocol)
        ],
        concern=ConcernInsight(
            since=millis(session.concern.since), says=session.concern.says, by=session.concern.by
        )
        if session.concern
        else None,
    )


def _filled(last: forms.Filled | None) -> FilledInsight | None:
    return FilledInsight(total=last.total, by=last.by, at=millis(last.at)) if last else None

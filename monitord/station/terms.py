"""What holds for one visit besides the protocol's own text, and the forms that may be filled in. Pure."""

from typing_extensions import TypedDict

from monitord.engine import forms
from monitord.engine.adjust import written
from monitord.engine.overlay import in_force, overlaid
from monitord.engine.protocol import Settings
from monitord.engine.rules.limit import LimitRule
from monitord.engine.state import SessionState, State
from monitord.model import SIGNALS, CorrectProtocol
from monitord.station.shapes import ChoiceView, Millis, millis
from monitord.station.visit import choices


class ItemInsight(TypedDict):
    """One item of a form; `title` is empty where its text may not be copied.

    A score above `asks_above` calls for a clinician.
    """

    name: str
    title: str
    low: int
    high: int
    asks_above: int | None


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


class LevelInsight(TypedDict):
    """A level that may be tightened: `was` as the protocol writes it, `limit` as it is in force."""

    rule: str
    label: str
    priority: str
    was: str
    limit: str


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
    levels: list[LevelInsight]
    adjusted: list[AdjustedInsight]
    adjustable: list[AdjustableInsight]
    protocol: str
    overlays: list[str]
    protocols: list[ChoiceView]
    corrected: list[CorrectedInsight]
    concern: ConcernInsight | None


def terms(state: State) -> TermsInsight:
    """Of the open session; empty without one."""
    session, settings = state.session, state.session_settings or state.settings
    if session is None or settings is None:
        return TermsInsight(
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
    return TermsInsight(
        forms=[
            FormInsight(
                name=form.name,
                title=form.title or form.name,
                items=[
                    ItemInsight(
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
        protocol=session.protocol,
        overlays=list(session.overlays),
        protocols=choices(settings.protocols),
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


def _levels(settings: Settings, session: SessionState) -> list[LevelInsight]:
    """Each level once, though a protocol may write it for several phases."""
    own = overlaid(settings.protocols[session.protocol], session.overlays)
    present = in_force(settings, session)
    found: dict[tuple[str, str, str], LevelInsight] = {}
    for key, rule in own.rules.items():
        now = present.rules.get(key)
        if not isinstance(rule, LimitRule) or not isinstance(now, LimitRule):
            continue
        for was, level in zip(written(rule), written(now), strict=True):
            if was.of == "value":
                each = LevelInsight(
                    rule=key,
                    label=SIGNALS[rule.signal].label,
                    priority=was.priority.word,
                    was=str(was.limit),
                    limit=str(level.limit),
                )
                found.setdefault((key, each["priority"], each["was"]), each)
    return list(found.values())


def _filled(last: forms.Filled | None) -> FilledInsight | None:
    return FilledInsight(total=last.total, by=last.by, at=millis(last.at)) if last else None

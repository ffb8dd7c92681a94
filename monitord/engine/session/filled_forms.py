"""The forms that staff filled in: what they are kept as, and who must see the patient. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitord.engine.protocol.form import Form
from monitord.engine.state import Concern, Step
from monitord.model import SIGNALS, Assess, FillForm, Instant, Observe, Sentence, Signal, say

Forms = Mapping[str, Form]


def refusal(action: FillForm, forms: Forms) -> Sentence | None:
    """Why the form cannot be taken."""
    form = forms.get(action.form)
    if form is None:
        return say("no.form")
    return form.fault(action.answers)


def observed(action: object, forms: Forms) -> dict[Signal, float]:
    """The signals that an action gives values of."""
    if isinstance(action, Observe):
        return action.values
    form = forms.get(action.form) if isinstance(action, FillForm) else None
    if form is None or not isinstance(action, FillForm) or form.fault(action.answers):
        return {}
    return form.values(action.answers)


def concern(steps: Iterable[Step], forms: Forms, known: Concern | None) -> Concern | None:
    """The first answer that no clinician has assessed since; None when all are.

    What is `known` stays, though the session may go on under a protocol without that form.
    """
    found: Concern | None = None
    for step in steps:
        if step.voided:
            continue
        action = step.action
        if isinstance(action, Assess):
            found = None
        elif known is not None and known.action == action.id:
            found = found or known
        elif found is None and (says := _says(action, forms)):
            found = Concern(since=step.at, by=action.by, says=says, action=action.id)
    return found


def _says(action: object, forms: Forms) -> str:
    if isinstance(action, FillForm):
        form = forms.get(action.form)
        return form.asks(action.answers) if form else ""
    if isinstance(action, Observe):
        harm = action.values.get(Signal.EPDS_SELF_HARM, 0)
        return f"{SIGNALS[Signal.EPDS_SELF_HARM].label} {harm:g}" if harm > 0 else ""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as it was last filled in."""

    form: str
    title: str
    total: int
    by: str
    at: Instant


def filled(steps: Iterable[Step], forms: Forms) -> tuple[Filled, ...]:
    """The latest of each form that was not taken back."""
    latest: dict[str, Filled] = {}
    for step in steps:
        action = step.action
        if isinstance(action, FillForm) and not step.voided and action.form in forms:
            form = forms[action.form]
            if form.fault(action.answers) is None:
                latest[form.name] = Filled(
                    form=form.name,
                    title=form.title or form.name,
                    total=form.total(action.answers),
                    by=action.by,
                    at=step.at,
                )
    return tuple(latest.values())

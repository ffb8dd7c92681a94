"""A bed on a click: why it is as it is, how each signal was watched, what start and leave wait for. Pure.

Those who may read what came of a form are given the `whole`; others the same without it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from monitord.engine.bed.news2 import news2
from monitord.engine.explain import explain
from monitord.engine.protocol.confidential import Confidential
from monitord.engine.protocol.criterion import Point
from monitord.engine.readings.coverage import spans_until
from monitord.engine.rule_name import named
from monitord.engine.session.away_from_bed import absences
from monitord.engine.staff import checklist
from monitord.engine.state import State
from monitord.model import CLINICIAN, DEFAULT_LANGUAGE, SIGNALS, Said, Sentence, in_words, say
from monitord.station.views import observe_view as observe
from monitord.station.views import terms_view as terms
from monitord.station.views.limit_view import limited_views
from monitord.station.views.views import LimitedView, Millis, PromptView, StepView
from monitord.station.views.visit_view import hidden_of, prompt_views, protocol_of, step_views


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """One rule: its key, its name in words, its state in a word (alarm, waits, cannot tell, ...), then sentences.

    `what` is the sentence of its title, `says` are those of `lines`; `state_key` names the state in the
    vocabulary.
    """

    rule: str
    title: str
    what: Sentence
    state: str
    state_key: str
    lines: list[str]
    says: list[Said]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanView:
    """How a signal was watched in one span; `cause` is empty while all was well."""

    begin: Millis
    end: Millis
    watch: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageView:
    """The coverage ledger of one signal, without a gap from admission to now."""

    signal: str
    label: str
    spans: list[SpanView]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationView:
    """What the detail of a bed shows on a click; `steps` are the entries on forms among the others, if it is whole."""

    prompts: list[PromptView]
    rules: list[RuleView]
    coverage: list[CoverageView]
    gate: list[Point]
    discharge: list[Point]
    asked: list[observe.AskedView]
    limits: list[LimitedView]
    terms: terms.TermsView
    news2: str | None
    news2_says: Sentence | None
    steps: list[StepView] | None


def insight(state: State, *, whole: bool = False) -> ExplanationView:
    """All of it, from the state alone; without what is confidential unless it is asked for as a `whole`."""
    protocol = protocol_of(state)
    hidden = Confidential(signals=frozenset(), rules=frozenset()) if whole else hidden_of(state)
    unsaid = [named(key, protocol) for key in hidden.rules] if protocol else []
    latest = {reading.signal: reading for reading in state.readings}
    score = news2(latest, state.now)
    language = state.settings.language if state.settings else DEFAULT_LANGUAGE
    return ExplanationView(
        prompts=prompt_views(state, hidden),
        rules=[
            RuleView(
                rule=each.key,
                title=in_words(each.name, language),
                what=each.name,
                state_key=each.state,
                state=in_words(say("state", state=each.state), language),
                lines=[in_words(line, language) for line in lines],
                says=lines,
            )
            for each in explain(state)
            if each.key not in hidden.rules
            for lines in [[line for line in each.lines if not _names(line, unsaid)]]
        ],
        coverage=[
            CoverageView(
                signal=each.signal,
                label=SIGNALS[each.signal].label,
                spans=[
                    SpanView(begin=begin, end=end, watch=watch, cause=cause)
                    for begin, end, watch, cause in spans_until(
                        each,
                        latest.get(each.signal),
                        state.now,
                        absences(state.session, state.now),
                    )
                ],
            )
            for each in state.coverage
            if each.signal not in hidden.signals
        ],
        gate=_points(checklist.gate(state), hidden, language),
        discharge=_points(checklist.discharge_list(state), hidden, language),
        asked=observe.asked(state),
        limits=[
            each
            for each in limited_views(state, protocol)
            if each.signal not in (hidden.signals if not whole else ())
        ],
        terms=terms.terms(state) if whole else terms.without_forms(terms.terms(state), hidden),
        news2=in_words(score.said(), language) if state.session and score else None,
        news2_says=score.said() if state.session and score else None,
        steps=step_views(state.session.steps, whole=True) if whole and state.session else None,
    )


def _names(said: Said, unsaid: list[Sentence]) -> bool:
    """Whether it names a confidential rule as the one that is told instead."""
    return any(each.values.get("other") in unsaid for each in said)


def _points(points: Iterable[Point], hidden: Confidential, language: str) -> list[Point]:
    return [_point(each, f"{CLINICIAN}_{n}", hidden, language) for n, each in enumerate(points, 1)]


def _point(point: Point, name: str, hidden: Confidential, language: str) -> Point:
    """A point of a form stands, and says whose it is: who may read it may answer it."""
    if point.name not in hidden.points:
        return point
    said = say("point.confidential")
    words = in_words(said, language)
    return replace(point, name=name, title=words, says=words, why=said, question=False)

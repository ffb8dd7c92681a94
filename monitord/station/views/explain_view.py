"""A bed on a click: why it is as it is, how each signal was watched, what start and leave wait for.

Pure.
"""

from dataclasses import dataclass

from monitord.engine.bed.news2 import news2
from monitord.engine.explain import explain
from monitord.engine.protocol.criterion import Point
from monitord.engine.readings.coverage import spans_until
from monitord.engine.session.away_from_bed import absences
from monitord.engine.staff import checklist
from monitord.engine.state import State
from monitord.model import DEFAULT_LANGUAGE, SIGNALS, Said, in_words, say
from monitord.station.views import terms_view as terms
from monitord.station.views.views import Millis, PromptView
from monitord.station.views.visit_view import prompt_views


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """One rule: its state in a word (alarm, waits, cannot tell, ...), then sentences.

    `says` are the sentences of `lines`, by key and values.
    """

    rule: str
    state: str
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
    """What the detail of a bed shows on a click."""

    prompts: list[PromptView]
    rules: list[RuleView]
    coverage: list[CoverageView]
    gate: list[Point]
    discharge: list[Point]
    terms: terms.TermsView
    news2: str | None


def insight(state: State) -> ExplanationView:
    """All of it, from the state alone."""
    latest = {reading.signal: reading for reading in state.readings}
    score = news2(latest, state.now)
    language = state.settings.language if state.settings else DEFAULT_LANGUAGE
    return ExplanationView(
        prompts=prompt_views(state),
        rules=[
            RuleView(
                rule=each.key,
                state=in_words(say("state", state=each.state), language),
                lines=[in_words(line, language) for line in each.lines],
                says=list(each.lines),
            )
            for each in explain(state)
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
        ],
        gate=list(checklist.gate(state)),
        discharge=list(checklist.discharge_list(state)),
        terms=terms.terms(state),
        news2=in_words(score.said(), language) if state.session and score else None,
    )

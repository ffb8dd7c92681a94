"""A bed on a click: why it is as it is, how each signal was watched, what start and leave wait for.

Pure.
"""

from typing_extensions import TypedDict

from monitord.engine import checklist
from monitord.engine.away import absences
from monitord.engine.coverage import spans_until
from monitord.engine.explain import explain
from monitord.engine.news2 import news2
from monitord.engine.state import State
from monitord.model import SIGNALS
from monitord.station import terms
from monitord.station.shapes import Millis, PromptView, millis
from monitord.station.visit import prompt_views


class RuleInsight(TypedDict):
    """One rule: its state in a word (alarm, waits, cannot tell, ...), then sentences."""

    rule: str
    state: str
    lines: list[str]


class SpanInsight(TypedDict):
    """How a signal was watched in one span; `cause` is empty while all was well."""

    begin: Millis
    end: Millis
    watch: str
    cause: str


class SignalInsight(TypedDict):
    """The coverage ledger of one signal, without a gap from admission to now."""

    signal: str
    label: str
    spans: list[SpanInsight]


class PointInsight(TypedDict):
    """One point of the gate or of the discharge list; a `question` is answered by staff."""

    name: str
    title: str
    says: str
    met: bool
    question: bool
    by: str | None


class Insight(TypedDict):
    """What the detail of a bed shows on a click."""

    prompts: list[PromptView]
    rules: list[RuleInsight]
    coverage: list[SignalInsight]
    gate: list[PointInsight]
    discharge: list[PointInsight]
    terms: terms.TermsInsight
    news2: str | None


def insight(state: State) -> Insight:
    """All of it, from the state alone."""
    latest = {reading.signal: reading for reading in state.readings}
    score = news2(latest, state.now)
    return Insight(
        prompts=prompt_views(state),
        rules=[
            RuleInsight(rule=each.key, state=each.state, lines=list(each.lines))
            for each in explain(state)
        ],
        coverage=[
            SignalInsight(
                signal=each.signal,
                label=SIGNALS[each.signal].label,
                spans=[
                    SpanInsight(begin=millis(begin), end=millis(end), watch=watch, cause=cause)
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
        gate=_points(checklist.gate(state)),
        discharge=_points(checklist.discharge_list(state)),
        terms=terms.terms(state),
        news2=score.words() if state.session and score else None,
    )


def _points(points: tuple[checklist.Point, ...]) -> list[PointInsight]:
    return [
        PointInsight(
            name=each.name,
            title=each.title,
            says=each.says,
            met=each.met,
            question=each.question,
            by=each.by,
        )
        for each in points
    ]

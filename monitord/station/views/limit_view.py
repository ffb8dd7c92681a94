"""The limits in force at a bed, in words, and which of them a changing value reaches first. Pure."""

from dataclasses import replace
from typing import Final

from monitord.engine.protocol.protocol import Protocol
from monitord.engine.readings.limit_value import Limit
from monitord.engine.readings.said_reading import beyond, has_words
from monitord.engine.rules.limit import LimitLevel, LimitRule
from monitord.engine.state import State
from monitord.model import SIGNALS, Sentence, Signal, in_words, say, span_text
from monitord.station.views.views import LimitedView, LimitView

_CHANGES: Final = {
    ("change", True): "view.limit.fall",
    ("change", False): "view.limit.rise",
    ("percent", True): "view.limit.fall_percent",
    ("percent", False): "view.limit.rise_percent",
}


def limit_views(state: State, protocol: Protocol | None) -> dict[Signal, list[LimitView]]:
    """The levels of every limit rule in the present phase, worst first."""
    phase = state.session.phase if state.session else None
    found: dict[Signal, list[tuple[LimitView, Limit | None]]] = {}
    for name, rule in protocol.rules.items() if protocol else ():
        if isinstance(rule, LimitRule):
            levels = sorted(rule.levels_in(phase), key=lambda level: -level.priority)
            found.setdefault(rule.signal, []).extend(
                _limit_view(level, state, name, rule.signal) for level in levels
            )
    return {signal: _with_first(known) for signal, known in found.items()}


def limited_views(state: State, protocol: Protocol | None) -> list[LimitedView]:
    """Every signal that has a limit in the present phase, whether it is measured here or not."""
    known = limit_views(state, protocol)
    return [
        LimitedView(
            signal=signal.value,
            label=in_words(say("view.signal", signal=signal)),
            unit=SIGNALS[signal].unit,
            limits=known[signal],
        )
        for signal in Signal
        if known.get(signal)
    ]


def _limit_view(
    level: LimitLevel, state: State, rule: str, signal: Signal
) -> tuple[LimitView, Limit | None]:
    """The view, and the limit of the value itself, where it is known."""
    session = state.session
    baseline = session.baseline if session else ()
    own = next((each.value for each in baseline if each.signal is signal), None)
    limit = level.for_patient(own)
    said = _said(level, signal, own)
    view = LimitView(
        text=level.words,
        reached=str(limit) if limit else "",
        words=in_words(said),
        says=said,
        priority=level.priority,
        delay=span_text(level.delay),
        low=level.limit.relation.low,
        first=False,
        own=any(
            made.rule == rule and made.priority == level.priority and made.limit == str(level.limit)
            for made in (session.adjusted if session else ())
        ),
    )
    return view, limit


def _said(level: LimitLevel, signal: Signal, own: float | None) -> Sentence:
    what = beyond(level.limit)
    if level.of != "value":
        base = (
            say("view.limit.baseline", baseline=own) if own is not None else say("view.limit.own")
        )
        key = _CHANGES[level.of, level.limit.relation.low]
        what = say(key, by=abs(level.limit.value), baseline=base)
    elif has_words(signal) and level.limit.value.is_integer():
        what = say("view.limit.scale", score=f"{level.limit.value:g}")
    if level.delay:
        what = say("view.limit.for", beyond=what, lasted=level.delay)
    return say("view.limit.twice", beyond=what) if level.twice else what


def _with_first(known: list[tuple[LimitView, Limit | None]]) -> list[LimitView]:
    """A falling value reaches the highest of the low limits first; of equals the soonest speaks first."""
    first: dict[bool, int] = {}
    for n, (view, limit) in enumerate(known):
        before = known[first[view.low]][1] if view.low in first else None
        if limit is not None and (before is None or not before.covers(limit)):
            first[view.low] = n
    return [replace(view, first=first.get(view.low) == n) for n, (view, _) in enumerate(known)]

"""What each level of a rule asks, in words. Pure."""

from collections.abc import Callable
from typing import Any, Final

from monitord.config.sheet.value_words import also, amount, compared, exact, limit_words, name_of
from monitord.engine.readings.limit_value import Limit
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.burden import BurdenLevel, BurdenRule
from monitord.engine.rules.combine import CombineLevel, Term
from monitord.engine.rules.crosscheck import CrosscheckLevel
from monitord.engine.rules.level import Level
from monitord.engine.rules.limit import LimitLevel
from monitord.engine.rules.overdue import OverdueLevel
from monitord.engine.rules.overrun import OverrunRule
from monitord.engine.rules.score import ScoreLevel
from monitord.engine.rules.trend import TrendLevel, TrendRule
from monitord.model import Relation

_SAID: Final = frozenset({"priority", "delay", "unanswered", "source", "confidence"})
"""Fields of every level, which the common words say."""


def level_words(rule: ProtocolRule, level: Level) -> str:
    """`high: SpO2 below 85 for 5 s`."""
    parts = [f"{level.priority.word}: {asked(rule, level)}"]
    if level.unanswered:
        parts.append("only while nobody has answered the alarm")
    said = _asks(rule, level)[1]
    return "; ".join([*parts, *_limit_more(level), *also(level, _SAID | said)])


def asked(rule: ProtocolRule, level: Level) -> str:
    """`SpO2 below 85 for 5 s`."""
    words = _asks(rule, level)[0]
    if not level.delay or isinstance(level, OverdueLevel):
        return words
    if isinstance(rule, OverrunRule) and rule.of in _PLANNED:
        return words.replace("than planned", f"than planned by {exact(level.delay)}", 1)
    return f"{words} for {exact(level.delay)}"


def _limit_more(level: Level) -> list[str]:
    if not isinstance(level, LimitLevel):
        return []
    found = []
    if level.twice:
        first = level.first_word.word
        found.append(f"twice (first reading {first}, repeat due in {exact(level.repeat_due)})")
    elif level.repeat_within is not None:
        found.append(f"a doubtful reading is repeated within {exact(level.repeat_within)}")
    if level.hysteresis is not None:
        inside = f"{level.hysteresis:g} inside" if level.hysteresis else "no longer beyond"
        found.append(f"this level ends when it is {inside} the limit")
    return found


def _asks(rule: ProtocolRule, level: Level) -> tuple[str, frozenset[str]]:
    """What makes the level true, and the fields that this says."""
    for kind, words in _BY_LEVEL.items():
        if isinstance(level, kind):
            return words(rule, level)
    if isinstance(rule, OverrunRule):
        return _OVERRUN.get(rule.of, rule.of), frozenset()
    return _BY_RULE.get(rule.kind) or rule.asks(level), frozenset()


def _limit(rule: Any, level: LimitLevel) -> tuple[str, frozenset[str]]:
    said = frozenset({"limit", "of", "twice", "repeat_within", "hysteresis"})
    if level.of == "value":
        return compared(rule.signal, level.limit), said
    unit = " %" if level.of == "percent" else ""
    return f"{name_of(rule.signal)} {_change(level.limit, unit)} the accepted baseline", said


def _change(limit: Limit, unit: str) -> str:
    """`40 or more above`, `30 % or more below`, of a difference from something."""
    side = "below" if limit.value < 0 or (limit.value == 0 and limit.relation.low) else "above"
    return f"{amount(limit, unit)} {side}"


def _trend(rule: TrendRule, level: TrendLevel) -> tuple[str, frozenset[str]]:
    limit, low = level.limit, level.limit.relation.low
    # A fall is a negative change: one with another sign is said as it is written.
    as_expected = limit.value < 0 if low else limit.value > 0
    by = f"by {amount(limit)}" if as_expected else f"so that the change is {limit}"
    moves = "falls" if low else "rises"
    return f"{name_of(rule.signal)} {moves} {by} within {exact(rule.within)}", frozenset({"limit"})


def _burden(rule: BurdenRule, level: BurdenLevel) -> tuple[str, frozenset[str]]:
    low = rule.beyond.relation.low
    depth = rule.beyond.value - 5 if low else rule.beyond.value + 5
    words = (
        f"{name_of(rule.signal)} {limit_words(rule.beyond)}, depth times seconds adding up to "
        f"{level.points:g} (as {level.points / 5:g} s at {depth:g})"
    )
    if level.dips is not None:
        moves = "falls" if low else "rises"
        words += f", or {level.dips} such {moves} within {exact(level.within)}"
        return words, frozenset({"points", "dips", "within"})
    return words, frozenset({"points", "dips"})


def _term(term: Term) -> str:
    return compared(term.signal, term.limit)


def _combine(_rule: Any, level: CombineLevel) -> tuple[str, frozenset[str]]:
    groups = [" or ".join(map(_term, group)) for group in level.needs]
    many = len(groups) > 1
    return " and ".join(f"({each})" if many else each for each in groups), frozenset({"needs"})


def _score(_rule: Any, level: ScoreLevel) -> tuple[str, frozenset[str]]:
    words = "shock index (pulse divided by systolic BP)"
    return f"{words} {limit_words(level.limit)}", frozenset({"limit"})


def _crosscheck(_rule: Any, level: CrosscheckLevel) -> tuple[str, frozenset[str]]:
    least = "at least" if level.limit.relation is Relation.AT_LEAST else "more than"
    if level.limit.relation.low:
        least = str(level.limit.relation)
    words = f"the oximeter's pulse and the cuff's differ by {least} {level.limit.value:g}"
    return words, frozenset({"limit"})


def _overdue(_rule: Any, level: OverdueLevel) -> tuple[str, frozenset[str]]:
    parts = [f"{100 * level.share:g} % of the interval"] if level.share else []
    parts += [exact(level.delay)] if level.delay else []
    late = f"late by {' and '.join(parts)}" if parts else "due"
    return late, frozenset({"share"})


_BY_LEVEL: Final[dict[type[Level], Callable[[Any, Any], tuple[str, frozenset[str]]]]] = {
    LimitLevel: _limit,
    TrendLevel: _trend,
    BurdenLevel: _burden,
    CombineLevel: _combine,
    ScoreLevel: _score,
    CrosscheckLevel: _crosscheck,
    OverdueLevel: _overdue,
}
_OVERRUN: Final[dict[str, str]] = {
    "infusion": "the infusion lasts longer than planned",
    "preparation": "the preparation lasts longer than planned, and nobody entered that the infusion began",
    "pause": "the infusion is paused",
    "reaction": "the patient reacts",
}
_PLANNED: Final = frozenset({"infusion", "preparation"})
"""What has a planned duration: the delay counts from its end."""
_BY_RULE: Final = {
    "stale": "no reading",
    "pump": "the pump says otherwise than staff entered",
    "unstarted": "good readings on a bed without a session",
}

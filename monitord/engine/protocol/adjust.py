"""Limits adjusted for one patient, inside the bounds that the protocol sets. Pure.

A level is named by its rule, its priority and the limit that the protocol writes; the last
adjustment of each counts. Tighter than the protocol is free; looser needs its `adjustable` entry.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitord.engine.readings.limit_value import Limit, WrittenLimit, parse_limit
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.level import STRICT, Confidence, WrittenPriority
from monitord.engine.rules.limit import LimitLevel, LimitRule
from monitord.model import SIGNALS, AdjustLimit, Sentence, StaffAction, TightenLimit, say
from monitord.model.frozen import replace

Rules = dict[str, ProtocolRule]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustable:
    """The level of `rule` with this `limit` may be loosened for a patient, `between` these values."""

    __pydantic_config__ = STRICT

    rule: str
    priority: WrittenPriority
    limit: WrittenLimit
    between: tuple[float, float]
    source: str = ""
    confidence: Confidence = "P"


def refusal(
    action: AdjustLimit | TightenLimit,
    rules: Rules,
    present: Rules,
    adjustable: Iterable[Adjustable],
) -> Sentence | None:
    """Why not: `rules` are the protocol's own, `present` those with the adjustments in force."""
    try:
        was, limit = parse_limit(action.was), parse_limit(action.limit)
    except ValueError:
        return say("no.limit_written", limit=action.limit)
    rule = rules.get(action.rule)
    own = [level for level in written(rule) if _is(level, action, was)]
    if not isinstance(rule, LimitRule) or not own:
        of = say("signal", signal=rule.signal) if isinstance(rule, LimitRule) else action.rule
        return say("no.level", priority=action.priority.word, was=str(was), rule=of)
    spec = SIGNALS[rule.signal]
    if limit.relation.low is not was.relation.low or not spec.low <= limit.value <= spec.high:
        return say("no.limit_for", limit=str(limit), was=str(was))
    if not action.reason:
        return say("no.reason")
    if isinstance(action, TightenLimit):
        place = [i for i, level in enumerate(written(rule)) if _is(level, action, was)]
        now = [written(present.get(action.rule))[i].limit for i in place]
        if not all(limit.covers(each) for each in now):
            return say("no.limit_looser_now", limit=str(limit), was=str(now[0]))
    elif not limit.covers(was) and not _allowed(action, was, limit, adjustable):
        return say("no.limit_looser", limit=str(limit), was=str(was))
    return _no_room(rule, limit, present)


def _allowed(
    action: AdjustLimit, was: Limit, limit: Limit, adjustable: Iterable[Adjustable]
) -> bool:
    return any(
        (each.rule, each.priority, each.limit) == (action.rule, action.priority, was)
        and each.between[0] <= limit.value <= each.between[1]
        for each in adjustable
    )


def _no_room(rule: LimitRule, limit: Limit, present: Rules) -> Sentence | None:
    """A low and a high limit must leave good values between them."""
    for other in present.values():
        if not isinstance(other, LimitRule) or other.signal is not rule.signal:
            continue
        for level in written(other):
            low, high = (limit, level.limit) if limit.relation.low else (level.limit, limit)
            facing = level.of == "value" and level.limit.relation.low is not limit.relation.low
            if facing and low.value >= high.value:
                return say("no.limit_no_room", limit=str(limit), other=str(level.limit))
    return None


def in_force(actions: Iterable[StaffAction]) -> tuple[AdjustLimit | TightenLimit, ...]:
    """The last adjustment of each level, in the order in which they were made."""
    latest: dict[tuple[str, int, str], AdjustLimit | TightenLimit] = {}
    for action in actions:
        if isinstance(action, AdjustLimit | TightenLimit):
            key = (action.rule, action.priority, str(parse_limit(action.was)))
            latest.pop(key, None)
            latest[key] = action
    return tuple(latest.values())


def adjusted(rules: Rules, adjustments: Iterable[AdjustLimit | TightenLimit]) -> Rules:
    """The rules with these limits; an adjustment whose level is not there changes nothing."""
    found = dict(rules)
    for action in adjustments:
        own, rule = rules.get(action.rule), found.get(action.rule)
        if isinstance(own, LimitRule) and isinstance(rule, LimitRule):
            phases = {
                name: _with(own.phases[name], rule.phases[name], action) for name in own.phases
            }
            levels = _with(own.levels, rule.levels, action)
            found[action.rule] = replace(rule, levels=levels, phases=phases)
    return found


def _with(
    own: tuple[LimitLevel, ...], now: tuple[LimitLevel, ...], action: AdjustLimit | TightenLimit
) -> tuple[LimitLevel, ...]:
    was, limit = parse_limit(action.was), parse_limit(action.limit)
    return tuple(
        replace(level, limit=limit) if _is(mine, action, was) else level
        for mine, level in zip(own, now, strict=True)
    )


def written(rule: ProtocolRule | None) -> list[LimitLevel]:
    """The levels of a limit rule, those of its phases after the common ones; none of another."""
    if not isinstance(rule, LimitRule):
        return []
    return [*rule.levels, *(level for part in rule.phases.values() for level in part)]


def _is(level: LimitLevel, action: AdjustLimit | TightenLimit, was: Limit) -> bool:
    return level.of == "value" and level.priority is action.priority and level.limit == was


def faults(rules: Rules, adjustable: Iterable[Adjustable]) -> Iterator[tuple[int, str]]:
    """Entries of a protocol that name no level, or bounds that hold nothing: number and sentence."""
    for number, each in enumerate(adjustable):
        named = [
            level
            for level in written(rules.get(each.rule))
            if level.of == "value" and (level.priority, level.limit) == (each.priority, each.limit)
        ]
        if not named:
            yield number, f"there is no {each.priority.word} level {each.limit} in {each.rule!r}"
        elif each.between[0] > each.between[1]:
            yield number, f"between {each.between[0]:g} and {each.between[1]:g} lies nothing"

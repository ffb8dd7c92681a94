"""What a patient may leave on, against the alarms of the same signal: the one must not contradict the other."""

from collections.abc import Iterator

from monitord.config.files.yaml_file import Fault
from monitord.engine.protocol.criterion import ReadingCriterion
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.rules.limit import LimitLevel, LimitRule


def unending(protocol: Protocol) -> Iterator[Fault]:
    """A value on which a patient may leave, and that does not end an alarm in the last phase.

    A change is of the patient's own value, and no number of the file can be held against it.
    """
    last = protocol.phases[-1].name if protocol.phases else None
    for number, asked in enumerate(protocol.discharge):
        if not isinstance(asked, ReadingCriterion):
            continue
        for name, rule in protocol.rules.items():
            if not isinstance(rule, LimitRule) or rule.signal is not asked.signal:
                continue
            for level in rule.levels_in(last):
                if level.of == "value" and _stays(asked, rule, level):
                    ends = (
                        f"{level.limit} ends {rule.inside(level):g} inside"
                        if rule.inside(level)
                        else f"{level.limit}"
                    )
                    sentence = f"a patient may leave at {asked.needs.value:g}, and that does not end {name} {level.priority.word} ({ends})"
                    yield ("discharge", number, "needs"), sentence


def _stays(asked: ReadingCriterion, rule: LimitRule, level: LimitLevel) -> bool:
    """Whether the level still holds at the last value that the criterion takes."""
    wants_high = not asked.needs.relation.low
    if wants_high is not level.limit.relation.low:
        return False
    return level.limit.violated_by(asked.needs.value, rule.inside(level))


def unbounded(protocol: Protocol) -> Iterator[Fault]:
    """A percentage of the patient's own value without a bound on the side that it loosens."""
    for part, criteria in (("gate", protocol.gate), ("discharge", protocol.discharge)):
        for number, asked in enumerate(criteria):
            if not isinstance(asked, ReadingCriterion) or asked.or_within is None:
                continue
            bound = "ceiling" if asked.needs.relation.low else "floor"
            if getattr(asked, bound) is None:
                words = (
                    f"is per cent of the patient's own value, whatever that is: give a `{bound}`"
                )
                yield (part, number, "or_within"), words

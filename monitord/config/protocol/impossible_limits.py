"""Numbers of a rule over time, or over several signals, that could never hold, or always would."""

from collections.abc import Iterator

from monitord.config.files.yaml_file import Fault, Loc
from monitord.engine.readings.burden_memory import MOST_DIPS
from monitord.engine.readings.limit_value import Limit
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.burden import BurdenRule
from monitord.engine.rules.combine import CombineRule
from monitord.engine.rules.trend import TrendRule
from monitord.model import SIGNALS, Signal


def impossible(name: str, rule: ProtocolRule) -> Iterator[Fault]:
    """Place and sentence of each."""
    match rule:
        case BurdenRule():
            yield from _outside(("rules", name, "beyond"), rule.signal, rule.beyond)
            for i, level in enumerate(rule.levels):
                here: Loc = ("rules", name, "levels", i)
                if level.points <= 0:
                    yield (*here, "points"), "must be above 0"
                if level.dips is not None and not 2 <= level.dips <= MOST_DIPS:
                    yield (*here, "dips"), f"must be 2 to {MOST_DIPS}"
        case TrendRule():
            for i, trend in enumerate(rule.levels):
                if trend.limit.relation.low is (trend.limit.value >= 0):
                    yield (
                        ("rules", name, "levels", i, "limit"),
                        f"{trend.limit} is no fall and no rise",
                    )
        case CombineRule():
            for i, combined in enumerate(rule.levels):
                here = ("rules", name, "levels", i, "needs")
                if not combined.needs or not all(combined.needs):
                    yield here, "needs at least one condition in each group"
                for group in combined.needs:
                    for term in group:
                        yield from _outside(here, term.signal, term.limit)
        case _:
            return


def _outside(loc: Loc, signal: Signal, limit: Limit) -> Iterator[Fault]:
    spec = SIGNALS[signal]
    if not spec.low <= limit.value <= spec.high:
        can = f"({spec.low:g} to {spec.high:g})"
        yield loc, f"{limit} is outside what {spec.label} can be {can}"

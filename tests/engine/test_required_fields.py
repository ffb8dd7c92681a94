"""What a rule cannot do without is asked for: a default of its base class does not stand in for it."""

from dataclasses import MISSING, fields

import pytest

from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.burden import BurdenRule
from monitord.engine.rules.limit import LimitRule
from monitord.engine.rules.overdue import OverdueRule
from monitord.engine.rules.trend import TrendRule
from monitord.engine.rules.unstarted import UnstartedRule


@pytest.mark.parametrize("kind", [LimitRule, BurdenRule, AbsenceRule, TrendRule, UnstartedRule])
def test_the_signal_of_a_rule_has_no_default(kind: type[LimitRule]) -> None:
    (signal,) = (field for field in fields(kind) if field.name == "signal")
    assert signal.default is MISSING


def test_what_an_overdue_rule_speaks_of_has_no_default() -> None:
    (item,) = (field for field in fields(OverdueRule) if field.name == "item")
    assert item.default is MISSING

"""Whatever marks, links, cuffs and answers do: somebody is told of a low saturation, or sees to it."""

import pytest

from monitord.engine.rules.limit import LimitRule
from tests.engine.liveness import HELD, OPEN, trial


@pytest.mark.parametrize("seed", range(6))
def test_no_low_saturation_is_nobodys_business(seed: int) -> None:
    found = trial(seed)
    assert found.open <= OPEN
    assert found.held <= HELD


def test_a_limit_that_says_nothing_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LimitRule, "levels_in", lambda _self, _phase: ())
    assert max(trial(seed).open for seed in range(3)) > OPEN

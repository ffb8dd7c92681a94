"""Every distinct state within so many inputs: somebody was told in time, or it is said why not and ends.

`python -m tests.engine.explore` goes deeper, `--thorough` two steps.
"""

from tests.effort import thorough
from tests.engine.explore.search import explore
from tests.engine.explore.tables import Tables
from tests.engine.explore.whole import Whole


def test_no_state_of_the_alarms_tables_forgets_what_nobody_answered() -> None:
    found = explore(Tables(), 8 if thorough() else 5)
    assert found.faults == ()
    # Fewer would say that an input no longer moves anything.
    assert found.states > 1500


def test_no_state_of_the_engine_with_one_rule_forgets_the_patient() -> None:
    found = explore(Whole(), 5 if thorough() else 3)
    assert found.faults == ()
    assert found.states > 200

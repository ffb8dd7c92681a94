"""How much a run tries: `--fast` a little, plain pytest what finds most, `--thorough` ten times as much.

The figure in a test is that of the plain run. Tests ask for it when they are imported, after conftest.py chose.
"""

from enum import Enum

from hypothesis import settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants


class Effort(Enum):
    FAST = 0.2
    SUITE = 1.0
    THOROUGH = 10.0


EXAMPLES = 50
"""Of a property that asks for no number of its own."""
FEWEST = 5

_chosen = Effort.SUITE


def choose(effort: Effort) -> None:
    """For this process, before tests are imported."""
    global _chosen  # noqa: PLW0603 - one choice a process, made once
    _chosen = effort
    # How long an example takes says more of the machine than of the code: that is measured elsewhere.
    settings.register_profile("monitord", deadline=None, max_examples=examples(EXAMPLES))
    settings.load_profile("monitord")
    if effort is not Effort.THOROUGH:
        # Numbers of the modules imported so far would be tried, too: a seed would find other things beside other tests.
        providers._get_local_constants = Constants


def examples(count: int) -> int:
    """How many examples to try where the plain run tries `count`."""
    return max(min(FEWEST, count), round(count * _chosen.value))


def thorough() -> bool:
    """Whether the whole of a long proof is asked for, not its short form."""
    return _chosen is Effort.THOROUGH

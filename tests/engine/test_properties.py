"""The invariants of the design, tried on random histories."""

import pytest

from tests.effort import examples
from tests.engine import properties_of_time  # noqa: F401 - its properties join the others
from tests.engine.properties import PROPERTIES, run


@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_property(name: str) -> None:
    run(name, examples=examples(10))

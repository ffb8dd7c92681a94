"""Faults to plant in the engine, each with the property that must notice it."""

from collections.abc import Callable

import pytest

Plant = Callable[[pytest.MonkeyPatch], None]
FAULTS: list[tuple[str, Plant]] = []


def caught_by(name: str) -> Callable[[Plant], Plant]:
    """The property that must notice the planted fault."""

    def note(plant: Plant) -> Plant:
        FAULTS.append((name, plant))
        return plant

    return note

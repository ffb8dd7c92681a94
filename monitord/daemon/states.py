"""The beds' states as the station reads them."""

from collections.abc import Iterator, Mapping

from monitord.config.suite import Suite
from monitord.daemon.sequencer import Sequencer
from monitord.engine.state import State


class States(Mapping[str, State]):
    """The beds' states as they are when asked for: building one costs work."""

    def __init__(self, suite: Suite, sequencer: Sequencer) -> None:
        self._beds = suite.beds
        self._engines = sequencer.engines

    def __getitem__(self, bed: str) -> State:
        return self._engines[bed].state

    def __contains__(self, bed: object) -> bool:
        return bed in self._beds and bed in self._engines

    def __iter__(self) -> Iterator[str]:
        return (bed for bed in self._beds if bed in self._engines)

    def __len__(self) -> int:
        return sum(1 for _ in self)

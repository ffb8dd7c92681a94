"""Which engine has something to do next, without asking all of them each time something happens."""

from collections.abc import Mapping

from monitord.engine.engine import Engine
from monitord.engine.timers import Timers
from monitord.model import Instant

_SUITE = ""
# How the suite's own engine, whose bed is None, is called among the timers.


class EngineDeadlines:
    """The engines' deadlines; whoever steps an engine says so by `note`."""

    def __init__(self, engines: Mapping[str | None, Engine]) -> None:
        self._engines = engines
        self._timers = Timers()

    def note(self, bed: str | None) -> None:
        """The bed's engine was stepped, or has come or gone."""
        engine = self._engines.get(bed)
        self._timers.set(bed or _SUITE, None if engine is None else engine.deadline)

    @property
    def earliest(self) -> Instant | None:
        """The first deadline of all; None when only an event can bring something to do."""
        return self._timers.earliest

    def take(self, until: Instant) -> list[str | None]:
        """The beds with a deadline up to `until`, the earliest first; `note` each once it was advanced."""
        beds: list[str | None] = []
        while (at := self._timers.earliest) is not None and at <= until:
            beds.append(self._timers.pop()[1] or None)
        return beds

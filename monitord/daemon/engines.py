"""The engines of a suite as the journal left them: restored at a start, greeted, brought to new settings."""

from collections.abc import Iterator

from monitord import __version__
from monitord.config.suite import Suite
from monitord.daemon.sequencer import Sequencer
from monitord.daemon.watch import SET_BACK
from monitord.engine.engine import Engine
from monitord.engine.state import State
from monitord.model import EPOCH, Cause, Fault, Instant, Started
from monitord.store.journal import Entry, Journal
from monitord.store.restore import restore

_OF_ONE_RUN = {
    *(Cause.JOURNAL, Cause.CLOCK, SET_BACK, Cause.QUARANTINE),
    *(Cause.OVERLOAD, Cause.GATEWAY),
}
# The other faults belong to something that speaks again by itself, and is then known to work.


class Engines:
    """Those of the sequencer, which owns them."""

    def __init__(self, journal: Journal, sequencer: Sequencer) -> None:
        self._journal = journal
        self._sequencer = sequencer

    @property
    def suite_state(self) -> State:
        """The state of the suite's own engine."""
        return self._sequencer.engines.get(None, Engine(None)).state

    def restore(self, bed: str | None, down_since: Instant | None) -> tuple[Fault, ...]:
        """As the journal has it; a fault where the record could not be followed event by event."""
        restored = restore(self._journal, bed, down_since or EPOCH)
        self._sequencer.engines[bed] = restored.engine
        if effects := restored.unrecorded:
            entry = Entry(bed=bed, event=None, effects=effects, first_n=restored.first_n)
            self._sequencer.decided.append(entry)
        return (_not_followed(bed),) if restored.skipped else ()

    def greet(self, suite: Suite, bed: str | None, down_since: Instant | None) -> None:
        """Each is told of the restart, then of its settings."""
        self._sequencer.offer(bed, Started(version=__version__, down_since=down_since))
        self._sequencer.offer(bed, suite.configured(bed))

    def over(self, suite: Suite) -> Iterator[Fault]:
        """What the last run said of itself, and a new start ends or says anew."""
        for state in self.suite_state.faults:
            cause, subject = state.fault.cause, state.fault.subject
            gone = cause is Cause.DESTINATION and subject not in suite.destinations
            if cause in _OF_ONE_RUN or gone:
                yield Fault(cause=cause, subject=subject, present=False)

    def follow(self, old: Suite, suite: Suite) -> None:
        """From the old suite to another: beds come and go, and who has other settings is told."""
        for bed in old.beds.keys() - suite.beds.keys():
            self._sequencer.engines.pop(bed, None)
        for bed in suite.beds.keys() - old.beds.keys():
            self.restore(bed, self._journal.last_instant())
        known: dict[str | None, str] = {bed: old.document(bed) for bed in (None, *old.beds)}
        for each in (None, *suite.beds):
            if known.get(each) != suite.document(each):
                self._sequencer.offer(each, suite.configured(each))


def _not_followed(bed: str | None) -> Fault:
    detail = "this version cannot follow all of the record: check stage, limits and alarms"
    return Fault(cause=Cause.QUARANTINE, subject=bed or "suite", present=True, detail=detail)

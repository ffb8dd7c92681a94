"""The engines of a suite as the journal left them: restored at a start, greeted, brought to new settings."""

import structlog

from monitord import __version__
from monitord.config.suite.suite import Suite
from monitord.daemon.health.systemd import Systemd
from monitord.daemon.lines.gateways import Place
from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.engine.engine import Engine
from monitord.engine.state import State
from monitord.errors import StoreError
from monitord.model import EPOCH, Cause, Fault, Instant, Started
from monitord.store.engines_from_journal import restore
from monitord.store.journal.journal import Entry, Journal
from monitord.store.snapshots import Snapshot

_log = structlog.get_logger()

PATIENCE_US = 60_000_000
# From each piece of a fold to the next, microseconds: thirty times what a piece takes.
_OF_ONE_RUN = {
    *(Cause.JOURNAL, Cause.CLOCK, Cause.CLOCK_SET_BACK, Cause.QUARANTINE),
    *(Cause.OVERLOAD, Cause.HOSPITAL),
}
# The other faults belong to something that speaks again by itself, and is then known to work.


class Engines:
    """Those of the sequencer, which owns them."""

    def __init__(self, journal: Journal, sequencer: Sequencer, systemd: Systemd) -> None:
        self._journal = journal
        self._systemd = systemd
        self._sequencer = sequencer

    @property
    def suite_state(self) -> State:
        """The state of the suite's own engine."""
        return self._sequencer.engines.get(None, Engine(None)).state

    def restore(self, bed: str | None, down_since: Instant | None) -> tuple[Fault, ...]:
        """As the journal has it; a fault where the record could not be followed event by event."""
        restored = restore(self._journal, bed, down_since or EPOCH, self._keep)
        self._sequencer.engines[bed] = restored.engine
        if effects := restored.unrecorded:
            entry = Entry(bed=bed, event=None, effects=effects, first_n=restored.first_n)
            self._sequencer.decided.append(entry)
        return (_not_followed(bed),) if restored.skipped else ()

    def _keep(self, snapshot: Snapshot) -> None:
        """In the middle of a long fold: the next start goes on there, and systemd waits for this one."""
        self._systemd.tell(f"EXTEND_TIMEOUT_USEC={PATIENCE_US}")
        try:
            self._journal.save_snapshot(snapshot)
        except StoreError as error:
            _log.warning("snapshot_not_kept", bed=snapshot.bed, detail=str(error))

    def announce(self, suite: Suite, bed: str | None, down_since: Instant | None) -> None:
        """Each is told of the restart, then of its settings."""
        self._sequencer.offer(bed, Started(version=__version__, down_since=down_since))
        self._sequencer.offer(bed, suite.configured(bed))

    def end_stale_faults(self, suite: Suite, bed: str | None) -> None:
        """What the last run said of itself, and a new start says anew where it is still so."""
        engine = self._sequencer.engines.get(bed)
        for state in engine.state.faults if engine else ():
            cause, subject = state.fault.cause, state.fault.subject
            gone = cause is Cause.DESTINATION and subject not in suite.destinations
            if cause in _OF_ONE_RUN or gone:
                over = Fault(cause=cause, subject=subject, present=False)
                self._sequencer.offer(bed, over)

    def failing_by_certificate(self) -> set[str]:
        """The destinations and devices of whom an alarm of their own says that it is for a certificate."""
        return {
            state.fault.subject
            for engine in self._sequencer.engines.values()
            for state in engine.state.faults
            if state.fault.cause is not Cause.CERTIFICATE
            and "certificate" in state.fault.detail.casefold()
        }

    def lost_gateways(self) -> tuple[set[Place], dict[str, str]]:
        """The devices whose beds know of a lost gateway, and the chairs that each alarm names."""
        hidden = {
            (bed, state.fault.subject)
            for bed, engine in self._sequencer.engines.items()
            for state in engine.state.faults
            if bed is not None and state.fault.cause is Cause.GATEWAY
        }
        faults = (state.fault for state in self.suite_state.faults)
        return hidden, {f.subject: f.detail for f in faults if f.cause is Cause.GATEWAY}

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

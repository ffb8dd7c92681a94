"""What the hospital itself is told: alarms that nobody of a suite answers, suites that are silent, its own cluster.

Each is a fault of the hospital's own engine, which has routes, outbox, answers and record as any suite's has: so none
is told twice as new, also after a restart.
"""

import asyncio
from collections.abc import Callable, Iterable

from monitord.engine.state import State
from monitord.hospital.bed_fold import beyond_last_tier
from monitord.hospital.overview import Overview
from monitord.model import Cause, Fault

LOOKS_S = 0.5
OWN = frozenset({Cause.SILENT_SUITE, Cause.UNANSWERED, Cause.CLUSTER})
CLUSTER, WORKERS = "cluster", "workers"
Present = dict[tuple[Cause, str], str]


class SecondLine:
    """Looks again and again; `report` takes a fault that begins or ends."""

    def __init__(
        self, overview: Overview, state: Callable[[], State], report: Callable[[Fault], None]
    ) -> None:
        self._overview = overview
        self._state = state
        self._report = report
        self._known: Present = {}

    async def run(self) -> None:
        """Until cancelled."""
        self._known = dict(self._recorded())
        while True:
            self.look()
            await asyncio.sleep(LOOKS_S)

    def _recorded(self) -> Iterable[tuple[tuple[Cause, str], str]]:
        """What the record says was present as the last run ended."""
        for each in self._state().faults:
            if each.fault.present and each.fault.cause in OWN:
                yield (each.fault.cause, each.fault.subject), each.fault.detail

    def look(self) -> None:
        """Reports what is different."""
        present = self._present()
        for key, detail in present.items():
            if key not in self._known:
                self._known[key] = detail
                self._tell(key, detail, present=True)
        for key in list(self._known):
            if key not in present and self._is_known_over(key):
                self._tell(key, "", present=False)
                del self._known[key]

    def _present(self) -> Present:
        overview, found = self._overview, Present()
        if not overview.up:
            found[Cause.CLUSTER, CLUSTER] = ""
        if overview.unowned:
            found[Cause.CLUSTER, WORKERS] = ""
        for suite in overview.suites:
            if overview.silent(suite):
                found[Cause.SILENT_SUITE, suite] = ""
        for (suite, bed), fold in overview.folds.items():
            if not overview.has(suite, bed):
                continue
            for alarm in fold.alarms.values():
                if beyond_last_tier(alarm):
                    subject = f"{suite}/{bed or 'suite'}/{alarm.line.id}"
                    found[Cause.UNANSWERED, subject] = alarm.line.text
        return found

    def _is_known_over(self, key: tuple[Cause, str]) -> bool:
        """What is not seen is over only where it would be seen: nothing ends because the cluster is away."""
        cause, subject = key
        overview = self._overview
        if cause is Cause.CLUSTER:
            return overview.up and (subject != WORKERS or overview.owned)
        if cause is Cause.SILENT_SUITE:
            return subject not in overview.suites or overview.alive(subject)
        return overview.up and overview.folded

    def _tell(self, key: tuple[Cause, str], detail: str, *, present: bool) -> None:
        cause, subject = key
        self._report(Fault(cause=cause, subject=subject, present=present, detail=detail[:200]))

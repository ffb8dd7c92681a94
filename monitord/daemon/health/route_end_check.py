"""Whether somebody perceives the end of each route: a terminal that is a log reaches nobody."""

from monitord.config.checks.route_table import IN_LOG, log_destinations, route_faults
from monitord.config.suite.suite import Suite
from monitord.daemon.current_suite import CurrentSuite
from monitord.daemon.health.self_fault import SelfFaults, self_fault
from monitord.model import Cause, Instant

ROUTES = "routes"


class RouteEndWatch:
    """Whether somebody perceives the end of each route: a terminal that is a log reaches nobody."""

    def __init__(self, current: CurrentSuite, *, into_log: bool) -> None:
        self._current = current
        self._into_log = into_log
        self._seen: Suite | None = None
        self._told: str | None = None

    def look(self, now: Instant) -> SelfFaults:  # noqa: ARG002 - only the suite file changes it
        """DESTINATION while a route ends in the log alone; looked at anew where the suite changed."""
        suite = self._current.suite
        if suite is self._seen:
            return
        self._seen = suite
        logs = log_destinations(suite, into_log=self._into_log)
        unheard = (set(route_faults(suite, logs)) - set(route_faults(suite))) if logs else set()
        found = f"{', '.join(sorted(logs))} {IN_LOG}" if unheard else None
        if found != self._told:
            self._told = found
            yield None, self_fault(Cause.DESTINATION, ROUTES, found)

"""Whether something is shed because more comes than can be looked at."""

from collections.abc import Callable, Mapping

from monitord.daemon.health.self_fault import SelfFaults, self_fault
from monitord.model import SECOND, Cause, Instant, Span

SHED_QUIET: Span = 10 * SECOND
# So long nothing was shed before the alarm about it ends.

Where = tuple[str | None, str]
"""A bed, and one of its devices or `READINGS`."""
READINGS = "readings"


class ShedWatch:
    """Whether something is shed because more comes than can be looked at."""

    def __init__(self, shed: Callable[[], Mapping[Where, int]]) -> None:
        self._shed = shed
        self._seen: Mapping[Where, int] = {}
        self._quiet_at: dict[Where, Instant] = {}

    def look(self, now: Instant) -> SelfFaults:
        """One OVERLOAD a bed and device, from the first that was shed until ten seconds after the last."""
        before, self._seen = self._seen, dict(self._shed())
        for where, count in self._seen.items():
            bed, subject = where
            if count > before.get(where, 0):
                if where not in self._quiet_at:
                    whose = "" if subject == READINGS else f"{subject}, "
                    yield bed, self_fault(Cause.OVERLOAD, subject, f"{whose}{count} not looked at")
                self._quiet_at[where] = Instant(now + SHED_QUIET)
        for (bed, subject), until in list(self._quiet_at.items()):
            if now >= until:
                del self._quiet_at[bed, subject]
                yield bed, self_fault(Cause.OVERLOAD, subject, None)

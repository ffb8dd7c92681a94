"""Which route an alarm takes: by priority, and by kind, phase and hour where a route asks. Pure.

Hours are of the suite's own wall clock. Its offsets from UTC stand in the settings, so that the
choice depends on the journal alone.
"""

from bisect import bisect_right

from monitord.engine.protocol.protocol import Hours, Route, Settings, SpecialRoute
from monitord.model import MINUTE, Instant, Kind, Priority

DAY_MINUTES = 24 * 60


def choose_route(
    settings: Settings, priority: Priority, kind: Kind, phase: str | None, at: Instant
) -> Route | None:
    """The first special route that fits, else the general one; None where nobody is told."""
    minute = local_minute(settings, at) if settings.special else 0
    return at_minute(settings, priority, kind, phase, minute)


def at_minute(
    settings: Settings, priority: Priority, kind: Kind, phase: str | None, minute: int
) -> Route | None:
    """The route at this minute of the day. A task that no special route names goes where the equipment's go."""
    special = [each for each in settings.special if each.priority is priority]
    if kind is Kind.TASK and not any(
        each.kind is kind and fits(each, kind, phase, minute) for each in special
    ):
        kind = Kind.TECHNICAL
    found = (each.route for each in special if fits(each, kind, phase, minute))
    return next(found, settings.routes.get(priority))


def fits(special: SpecialRoute, kind: Kind, phase: str | None, minute: int) -> bool:
    """Whether a special route is for this kind and phase at this minute of the day."""
    return (
        (special.kind is None or special.kind is kind)
        and (not special.phases or phase in special.phases)
        and (special.hours is None or within(special.hours, minute))
    )


def within(hours: Hours, minute: int) -> bool:
    """Whether a minute of the day lies in the hours; those that end before they begin wrap."""
    if hours.begin <= hours.end:
        return hours.begin <= minute < hours.end
    return minute >= hours.begin or minute < hours.end


def local_minute(settings: Settings, at: Instant) -> int:
    """The minute of the day on the suite's wall clock."""
    instant: int = at
    number = bisect_right(settings.offsets, instant, key=lambda change: change[0])
    offset = settings.offsets[number - 1][1] if number else 0
    return (at + offset) // MINUTE % DAY_MINUTES

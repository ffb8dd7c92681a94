"""The routes of a suite file: who is told, who next; refused where they name nobody or never end."""

from collections.abc import Collection

from pydantic import BaseModel, ConfigDict

from monitord.config.reader import Reader, nearest
from monitord.config.suite import Routes
from monitord.config.yaml_file import Loc
from monitord.engine.protocol import Route
from monitord.model import SECOND, Priority

REPEAT_AT_LEAST = 10 * SECOND
# Telling more often than that only teaches people not to listen.

STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class RoutesFile(BaseModel):
    """`suite` replaces single routes for alarms that belong to no bed."""

    model_config = STRICT

    high: Route
    medium: Route
    low: Route | None = None
    suite: "SuiteRoutesFile | None" = None


class SuiteRoutesFile(BaseModel):
    model_config = STRICT

    high: Route | None = None
    medium: Route | None = None
    low: Route | None = None


def read_routes(reader: Reader, destinations: Collection[str]) -> tuple[Routes, Routes] | None:
    """The beds' routes and the suite's own; None after faults, or where the file has none."""
    whole = reader.document.value
    if not isinstance(whole, dict) or "routes" not in whole:
        return None
    routes = reader.read(RoutesFile, whole["routes"], ("routes",))
    if routes is None:
        return None
    general = _by_priority(routes)
    own = {} if routes.suite is None else _by_priority(routes.suite)
    for prefix, part in ((("routes",), general), (("routes", "suite"), own)):
        for priority, route in part.items():
            _check_route(reader, (*prefix, priority.word), route, destinations)
    return general, {**general, **own}


def _by_priority(routes: RoutesFile | SuiteRoutesFile) -> dict[Priority, Route]:
    written = {
        Priority.HIGH: routes.high,
        Priority.MEDIUM: routes.medium,
        Priority.LOW: routes.low,
    }
    return {priority: route for priority, route in written.items() if route is not None}


def _check_route(reader: Reader, loc: Loc, route: Route, known: Collection[str]) -> None:
    if not route.tiers:
        reader.fault((*loc, "tiers"), "needs at least one tier")
    if route.repeat < REPEAT_AT_LEAST:
        reader.fault((*loc, "repeat"), "must be 10s or longer")
    before = -1
    for i, tier in enumerate(route.tiers):
        here = (*loc, "tiers", i)
        if not tier.to:
            reader.fault((*here, "to"), "names nobody")
        if i == 0 and tier.after:
            reader.fault((*here, "after"), "the first tier is told at once: leave `after` out")
        elif tier.after <= before:
            reader.fault((*here, "after"), "must be later than the tier before it")
        before = tier.after
        for j, name in enumerate(tier.to):
            if name not in known:
                reader.fault((*here, "to", j), f"no destination {name!r}{nearest(name, known)}")

"""The routes of a suite file: who is told, who next; refused where they name nobody or never end."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel

from monitord.config.files.reader import STRICT, Reader, nearest
from monitord.config.files.yaml_file import Loc
from monitord.config.suite.suite import Routes, Special
from monitord.config.suite.time_zone import hours_of
from monitord.engine.protocol.protocol import Route, SpecialRoute
from monitord.model import SECOND, Duration, Kind, Priority, Span

REPEAT_AT_LEAST = 10 * SECOND
# Telling more often than that only teaches people not to listen.


def _hours(text: str) -> str:
    hours_of(text)
    return text


class SuiteRoutesFile(BaseModel):
    """Routes by priority, each of which may be left out."""

    model_config = STRICT

    high: Route | None = None
    medium: Route | None = None
    low: Route | None = None


class SpecialFile(SuiteRoutesFile):
    """Routes for some alarms: of these beds, of this kind, in these phases, at these hours.

    What is left out fits all; a priority that it does not name goes on to the next that fits.
    """

    beds: tuple[str, ...] = ()
    suite: bool = False
    kind: Kind | None = None
    phases: tuple[str, ...] = ()
    hours: Annotated[str, AfterValidator(_hours)] | None = None


class BoundsFile(BaseModel):
    """The site's bound: how long after an alarm a local destination is told at the latest."""

    model_config = STRICT

    high: Duration | None = None
    medium: Duration | None = None
    low: Duration | None = None


class RoutesFile(BaseModel):
    """`suite` replaces single routes for alarms that belong to no bed."""

    model_config = STRICT

    high: Route
    medium: Route
    low: Route | None = None
    suite: SuiteRoutesFile | None = None
    special: tuple[SpecialFile, ...] = ()
    within: BoundsFile = BoundsFile()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRoutes:
    """What the file says, resolved."""

    beds: Routes
    suite: Routes
    special: tuple[Special, ...]
    bounds: Mapping[Priority, Span]


def read_routes(
    reader: Reader, destinations: Collection[str], beds: Collection[str]
) -> ReadRoutes | None:
    """All routes; None after faults, or where the file has none."""
    whole = reader.document.value
    if not isinstance(whole, dict) or "routes" not in whole:
        return None
    routes = reader.read(RoutesFile, whole["routes"], ("routes",))
    if routes is None:
        _check_names(reader, ("routes",), whole["routes"], destinations)
        return None
    general = _by_priority(routes)
    own = {} if routes.suite is None else _by_priority(routes.suite)
    for prefix, part in ((("routes",), general), (("routes", "suite"), own)):
        for priority, route in part.items():
            _check_route(reader, (*prefix, priority.word), route, destinations)
    special: list[Special] = []
    for i, file in enumerate(routes.special):
        loc: Loc = ("routes", "special", i)
        special += _special(reader, loc, file, destinations, beds)
    bounds = {
        priority: bound
        for priority in Priority
        if (bound := getattr(routes.within, priority.word)) is not None
    }
    return ReadRoutes(beds=general, suite={**general, **own}, special=tuple(special), bounds=bounds)


def _special(
    reader: Reader,
    loc: Loc,
    file: SpecialFile,
    destinations: Collection[str],
    beds: Collection[str],
) -> list[Special]:
    for j, bed in enumerate(file.beds):
        if bed not in beds:
            reader.fault((*loc, "beds", j), f"no bed {bed!r}{nearest(bed, beds)}")
    found = _by_priority(file)
    if not found:
        reader.fault(loc, "has no route: write high, medium or low")
    for priority, route in found.items():
        _check_route(reader, (*loc, priority.word), route, destinations)
    return [
        Special(
            beds=file.beds,
            suite=file.suite,
            route=SpecialRoute(
                priority=priority,
                route=route,
                kind=file.kind,
                phases=file.phases,
                hours=None if file.hours is None else hours_of(file.hours),
            ),
        )
        for priority, route in found.items()
    ]


def check_phases(reader: Reader, special: Collection[Special], phases: Collection[str]) -> None:
    """A special route for a phase that no protocol has would never be taken."""
    for name in sorted({name for each in special for name in each.route.phases} - set(phases)):
        reader.fault(("routes", "special"), f"no protocol has a phase {name!r}")


def _by_priority(routes: RoutesFile | SuiteRoutesFile) -> dict[Priority, Route]:
    written = {
        Priority.HIGH: routes.high,
        Priority.MEDIUM: routes.medium,
        Priority.LOW: routes.low,
    }
    return {priority: route for priority, route in written.items() if route is not None}


def _check_names(reader: Reader, loc: Loc, part: Any, known: Collection[str]) -> None:
    """Of routes that have other faults: all of them are told at once."""
    if isinstance(part, list):
        for i, each in enumerate(part):
            _check_names(reader, (*loc, i), each, known)
    elif isinstance(part, dict):
        for key, each in part.items():
            if key == "to" and isinstance(each, list):
                _check_destinations(reader, (*loc, key), each, known)
            else:
                _check_names(reader, (*loc, key), each, known)


def _check_destinations(
    reader: Reader, loc: Loc, names: Sequence[Any], known: Collection[str]
) -> None:
    for i, name in enumerate(names):
        if isinstance(name, str) and name not in known:
            reader.fault((*loc, i), f"no destination {name!r}{nearest(name, known)}")


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
        _check_destinations(reader, (*here, "to"), tier.to, known)

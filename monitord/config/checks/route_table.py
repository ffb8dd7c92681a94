"""`monitord routes`: for every rule, priority, phase and hour who is told first, next, last, by when.

The table is also the proof that no alarm ends nowhere (design invariant 13): a row without a local
destination at its end, or one that is told later than the site's bound, is a fault.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from monitord.config.suite.suite import Suite
from monitord.engine.alarms.route_choice import DAY_MINUTES, at_minute
from monitord.engine.protocol.protocol import Hours, Protocol, Route, Settings
from monitord.engine.rules import Rule
from monitord.engine.rules.equipment_fault import LEVELS, TechnicalRule
from monitord.engine.rules.help import HelpRule
from monitord.model import OF_DEVICES, Kind, Priority, span_text
from monitord.notify.notifier import NeedsTerminal

IN_LOG = "writes into a log, where nobody sees it"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRow:
    """What one rule's alarms of one priority do, where it is the same for all that is named.

    `scope` is `bed 1, 2` or `suite`, `rule` the protocol's name and the rule's; no `phases` are those of a rule that holds in every one.
    """

    scope: str
    rule: str
    priority: Priority
    phases: tuple[str, ...]
    hours: Hours
    route: Route | None

    @property
    def about(self) -> str:
        """`bed 1, 2: ketamine spo2_low high in infusion, recovery at 07:00-20:00`."""
        where = f" in {', '.join(self.phases)}" if self.phases else ""
        whole = (self.hours.begin, self.hours.end) == (0, DAY_MINUTES)
        when = "" if whole else f" at {_time(self.hours.begin)}-{_time(self.hours.end)}"
        return f"{self.scope}: {self.rule} {self.priority.word}{where}{when}"


def rows(suite: Suite) -> Iterator[RouteRow]:
    """The whole table; beds, phases and hours that are told alike stand in one row."""
    by_route: dict[tuple[object, ...], list[str]] = {}
    for bed in suite.beds:
        settings = suite.settings(bed)
        by_route.setdefault((tuple(settings.routes.items()), settings.special), []).append(bed)
    for beds in by_route.values():
        yield from _of_beds(suite, suite.settings(beds[0]), f"bed {', '.join(beds)}")
    own = suite.settings(None)
    for cause in LEVELS:
        if cause not in OF_DEVICES:
            yield from _of_rule(own, "suite", cause.value, TechnicalRule(cause=cause), ())


def _of_beds(suite: Suite, settings: Settings, scope: str) -> Iterator[RouteRow]:
    for protocol in {each.name: each for each in suite.every_protocol}.values():
        phases = tuple(phase.name for phase in protocol.phases)
        for name, rule in protocol.rules.items():
            yield from _of_rule(settings, scope, f"{protocol.name} {name}", rule, phases)
    phases = _all_phases(suite.every_protocol)
    yield from _of_rule(settings, scope, "help", HelpRule(), phases)
    for cause in sorted(OF_DEVICES):
        yield from _of_rule(settings, scope, cause.value, TechnicalRule(cause=cause), phases)


def _all_phases(protocols: tuple[Protocol, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phase.name for p in protocols for phase in p.phases))


def _of_rule(
    settings: Settings, scope: str, name: str, rule: Rule, phases: tuple[str, ...]
) -> Iterator[RouteRow]:
    """One rule's rows: by priority, phases with the same route and hours together."""
    asked: tuple[str | None, ...] = phases or (None,)
    for priority in sorted(Priority, reverse=True):
        alike: dict[tuple[Hours, Route | None], list[str]] = {}
        speaks = [p for p in asked if any(le.priority is priority for le in rule.levels_in(p))]
        for phase in speaks:
            for hours, route in _by_hour(settings, priority, rule.alarm_kind, phase):
                alike.setdefault((hours, route), []).append(phase or "")
        for (hours, route), where in alike.items():
            everywhere = len(where) == len(asked)
            yield RouteRow(
                scope=scope,
                rule=name,
                priority=priority,
                phases=() if everywhere else tuple(where),
                hours=hours,
                route=route,
            )


def _by_hour(
    settings: Settings, priority: Priority, kind: Kind, phase: str | None
) -> Iterator[tuple[Hours, Route | None]]:
    """The day in pieces, each with its route."""
    edges = {0, DAY_MINUTES}
    for special in settings.special:
        if special.hours is not None:
            edges |= {special.hours.begin, special.hours.end}
    pieces: list[tuple[Hours, Route | None]] = []
    for begin, end in pairwise(sorted(edges)):
        found = at_minute(settings, priority, kind, phase, begin)
        if pieces and pieces[-1][1] == found:
            pieces[-1] = (replace(pieces[-1][0], end=end), found)
        else:
            pieces.append((Hours(begin=begin, end=end), found))
    yield from pieces


def log_destinations(suite: Suite, *, into_log: bool) -> frozenset[str]:
    """The destinations that nobody perceives, where the error output of the daemon goes into a log."""
    return frozenset(
        name
        for name, each in suite.destinations.items()
        if into_log and isinstance(each.notifier, NeedsTerminal)
    )


def route_lines(suite: Suite, logs: Collection[str] = ()) -> Iterator[str]:
    """The routes, numbered, a line each. `logs` are those of `log_destinations`."""
    for route, number in _numbers(suite).items():
        yield f"route {number}: {told(suite, route, logs)}"
    if any(each.route.hours for each in suite.special):
        yield f"hours are those of {suite.zone}"


def route_rows(suite: Suite, logs: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """The table: whose alarms, and the number of their route."""
    numbers = _numbers(suite)
    for row in rows(suite):
        yield (
            row.about,
            told(suite, None, logs) if row.route is None else f"route {numbers[row.route]}",
        )


def _numbers(suite: Suite) -> dict[Route, int]:
    used = dict.fromkeys(row.route for row in rows(suite) if row.route is not None)
    return {route: number for number, route in enumerate(used, 1)}


def route_faults(suite: Suite, logs: Collection[str] = ()) -> list[str]:
    """Rows that end nowhere or in a log alone, or reach a local destination later than the site's bound."""
    found: dict[str, list[str]] = {}
    for row in rows(suite):
        if fault := _fault(suite, row, logs):
            found.setdefault(fault, []).append(row.about)
    return [f"{fault}: {_some(abouts)}" for fault, abouts in found.items()]


def _some(abouts: list[str]) -> str:
    more = len(abouts) - 2
    return "; ".join(abouts[:2]) + (f"; and {more} more rows" if more > 0 else "")


def _fault(suite: Suite, row: RouteRow, logs: Collection[str]) -> str:
    route = row.route
    if route is None:
        # Low alarms may be for the page alone; the schema asks for the others' routes.
        return "" if row.priority is Priority.LOW else "nobody is told"
    last = route.tiers[-1]
    perceived = {
        name
        for name, each in suite.destinations.items()
        if each.notifier.local and name not in logs
    }
    if perceived.isdisjoint(last.to):
        names = ", ".join(last.to)
        if logged := [name for name in last.to if name in logs]:
            return (
                f"ends in {names}, and {', '.join(logged)} {IN_LOG}; "
                "end it in a destination that is heard or seen, such as a sounder"
            )
        return f"ends in {names}, which may be cut off; end it in a local destination"
    local = [tier.after for tier in route.tiers if not perceived.isdisjoint(tier.to)]
    bound = suite.bounds.get(row.priority)
    if bound is not None and min(local) > bound:
        return (
            f"a local destination is told after {span_text(min(local))}, "
            f"the bound for {row.priority.word} is {span_text(bound)}"
        )
    return ""


def told(suite: Suite, route: Route | None, logs: Collection[str] = ()) -> str:
    """`first desk (bell, local) at once; next ...; last ... after 60s, again every 1min`."""
    if route is None:
        return "nobody; shown on the station only"
    words = ["first", *["next"] * (len(route.tiers) - 2), "last"]
    parts = []
    for word, tier in zip(words, route.tiers, strict=False):
        names = ", ".join(_named(suite, name, logs) for name in tier.to)
        by = f"after {span_text(tier.after)}" if tier.after else "at once"
        parts.append(f"{word} {names} {by}")
    return f"{'; '.join(parts)}, again every {span_text(route.repeat)} until answered"


def _named(suite: Suite, name: str, logs: Collection[str]) -> str:
    notifier = suite.destinations[name].notifier
    where = "local" if notifier.local else "remote"
    return f"{name} ({notifier.name}, {f'{IN_LOG}' if name in logs else where})"


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"

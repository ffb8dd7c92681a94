"""`monitord routes`: who is told of what, first, next, last and by when."""

from collections.abc import Iterator

from monitord.config.suite import Routes, Suite
from monitord.engine.protocol import Route
from monitord.model import Priority, span_text


def route_lines(suite: Suite) -> Iterator[str]:
    """The whole telling of each priority, for beds and for alarms that belong to no bed."""
    for scope, routes in _scopes(suite):
        for priority in sorted(Priority, reverse=True):
            route = routes.get(priority)
            yield f"{scope}, {priority.word}: {_told(suite, route)}"


def unsafe_ends(suite: Suite) -> Iterator[str]:
    """Routes whose last tier needs a network or a broker (design invariant 13)."""
    for scope, routes in _scopes(suite):
        for priority, route in sorted(routes.items(), reverse=True):
            if not _ends_local(suite, route):
                last = ", ".join(route.tiers[-1].to)
                yield (
                    f"route {scope}, {priority.word}: ends in {last}, which may be cut off; "
                    "end it in a local destination"
                )


def _scopes(suite: Suite) -> tuple[tuple[str, Routes], ...]:
    return ("beds", suite.routes), ("suite", suite.suite_routes)


def _ends_local(suite: Suite, route: Route) -> bool:
    return any(suite.destinations[name].notifier.local for name in route.tiers[-1].to)


def _told(suite: Suite, route: Route | None) -> str:
    if route is None:
        return "nobody; shown on the station only"
    parts = []
    for tier in route.tiers:
        names = ", ".join(_named(suite, name) for name in tier.to)
        parts.append(f"after {span_text(tier.after)} {names}" if tier.after else f"at once {names}")
    last = "the last again" if len(route.tiers) > 1 else "again"
    return f"{'; '.join(parts)}; then {last} every {span_text(route.repeat)} until answered"


def _named(suite: Suite, name: str) -> str:
    notifier = suite.destinations[name].notifier
    return f"{name} ({notifier.name}, {'local' if notifier.local else 'remote'})"

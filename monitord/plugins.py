"""Finds drivers, notifiers and twins by their entry points; one that is broken leaves the rest whole.

The bundled plug-ins come in by the same door, so that the door is always in use.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pydantic import BaseModel

from monitord.driver import Driver
from monitord.notify.notifier import Notifier

DEVICES = "monitord.devices"
NOTIFIERS = "monitord.notifiers"
TWINS = "monitord.twins"

_CALLABLE: dict[str, tuple[str, ...]] = {
    DEVICES: ("signals", "delay", "simulated", "open"),
    NOTIFIERS: ("open",),
}


class PluginStatus(StrEnum):
    """What became of a plug-in at start."""

    LOADED = "loaded"
    BROKEN = "broken"
    """It could not be imported, or is not what its group asks for."""
    CLASHES = "clashes"
    """Two packages offer this name; neither is taken, for nobody could say which one runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """One entry point: `value` is None unless it was loaded, `reason` says why not."""

    group: str
    name: str
    package: str
    status: PluginStatus
    value: Any = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugins:
    """What a suite file may name, and every entry point that was found."""

    drivers: Mapping[str, Driver] = field(default_factory=dict)
    notifiers: Mapping[str, Notifier] = field(default_factory=dict)
    found: tuple[Plugin, ...] = ()

    def why_not(self, group: str, name: str) -> str | None:
        """Why a plug-in that was found is not there; None if nothing of this name was found."""
        reasons = [p.reason for p in self.found if (p.group, p.name) == (group, name) and p.reason]
        return "; ".join(reasons) or None


def load_plugins() -> Plugins:
    """Imports every driver and notifier that is installed."""
    devices, notifiers = load_group(DEVICES), load_group(NOTIFIERS)
    return Plugins(
        drivers={p.name: p.value for p in devices if p.status is PluginStatus.LOADED},
        notifiers={p.name: p.value for p in notifiers if p.status is PluginStatus.LOADED},
        found=(*devices, *notifiers),
    )


def load_group(group: str, points: Iterable[EntryPoint] | None = None) -> tuple[Plugin, ...]:
    """Every plug-in of a group, by name; `points` are the installed ones unless given."""
    offered = sorted(
        entry_points(group=group) if points is None else points, key=lambda p: (p.name, p.value)
    )
    count = Counter(point.name for point in offered)
    return tuple(_load(group, point, alone=count[point.name] == 1) for point in offered)


def _load(group: str, point: EntryPoint, *, alone: bool) -> Plugin:
    package = point.dist.name if point.dist else "?"

    def failed(status: PluginStatus, reason: str) -> Plugin:
        return Plugin(group=group, name=point.name, package=package, status=status, reason=reason)

    if not alone:
        return failed(PluginStatus.CLASHES, f"another package offers {point.name!r} too")
    try:
        value = point.load()
    except Exception as error:  # noqa: BLE001 - a plug-in's own code may fail in any way as it is imported
        return failed(PluginStatus.BROKEN, f"{type(error).__name__}: {error}")
    lacks = _lacks(group, point.name, value)
    if lacks:
        return failed(PluginStatus.BROKEN, lacks)
    return Plugin(
        group=group, name=point.name, package=package, status=PluginStatus.LOADED, value=value
    )


def _lacks(group: str, name: str, value: Any) -> str:
    """What the group asks for and the object has not; empty when it is fit."""
    if group not in _CALLABLE:
        return ""
    if getattr(value, "name", None) != name:
        return f"its entry point is called {name!r}, the object {getattr(value, 'name', None)!r}"
    config = getattr(value, "config", None)
    if not (isinstance(config, type) and issubclass(config, BaseModel)):
        return "its `config` is not a pydantic model"
    missing = [method for method in _CALLABLE[group] if not callable(getattr(value, method, None))]
    return f"it has no {', '.join(missing)}" if missing else ""


def plugin_row(plugin: Plugin) -> tuple[str, str, str, str]:
    """Its name, whether it was loaded, what it is, and what its decoder was proven on, or whether it is local."""
    head = plugin.name, plugin.status.value
    if plugin.status is not PluginStatus.LOADED:
        return *head, f"{plugin.reason} (package {plugin.package})", ""
    if plugin.group == DEVICES:
        return *head, plugin.value.title, plugin.value.evidence
    return *head, plugin.value.title, "local" if plugin.value.local else "remote"

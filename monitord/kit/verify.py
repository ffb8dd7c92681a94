"""All checks of one plug-in, by its name: asked one by one, none hidden by another's failure."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from monitord.errors import ConfigError
from monitord.kit.driver_checks import (
    DRIVER_CHECKS,
    LINE_CHECKS,
    check_signals_and_delay_are_sound,
)
from monitord.kit.example import Example
from monitord.kit.kit_check import Check, LeftOut, sentence
from monitord.kit.notifier_checks import NOTIFIER_CHECKS, PEER_CHECKS
from monitord.kit.wire_checks import WIRE_CHECKS
from monitord.plugins import DEVICES, NOTIFIERS, Plugin, PluginStatus, load_group


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one check found; `why` says what is broken, or what it would have needed."""

    check: str
    outcome: Literal["kept", "broken", "left out"]
    why: str = ""

    def __str__(self) -> str:
        return f"{self.outcome:9} {self.check}{self.why and f': {self.why}'}"


def verify(name: str) -> tuple[Verdict, ...]:
    """Every verdict on the drivers and notifiers of this name; ConfigError where there are none."""
    return tuple(_ask(check) for check in checks_of(name))


def checks_of(name: str) -> tuple[Check, ...]:
    """All that there is to ask of the plug-ins of this name."""
    found = [p for group in (DEVICES, NOTIFIERS) for p in load_group(group) if p.name == name]
    if not found:
        raise ConfigError([f"no plug-in is called {name!r} (see monitord devices)"])
    return tuple(check for plugin in found for check in _checks(plugin))


def _checks(plugin: Plugin) -> Iterator[Check]:
    kind = "driver" if plugin.group == DEVICES else "notifier"
    if plugin.status is not PluginStatus.LOADED:
        yield Check(name=f"{kind}: it loads", run=partial(_not_loaded, plugin.reason))
    elif kind == "driver":
        yield from driver_checks(plugin.value)
    else:
        yield from notifier_checks(plugin.value)


def driver_checks(driver: Any) -> Iterator[Check]:
    """Of a driver: what it says of itself, and per example its codec and its line."""
    for check in DRIVER_CHECKS:
        yield Check(name=f"driver: {sentence(check)}", run=partial(check, driver))
    examples: tuple[Example, ...] = getattr(driver, "examples", tuple)()
    if not examples:
        yield Check(name="driver: it has examples", run=_no_examples)
    for example in examples:
        for wire_check in WIRE_CHECKS:
            name = f"{example}: {sentence(wire_check)}"
            yield Check(name=name, run=partial(wire_check, example))
        sound = check_signals_and_delay_are_sound
        yield Check(name=f"{example}: {sentence(sound)}", run=partial(sound, driver, example))
        for line_check in LINE_CHECKS:
            name = f"{example}: {sentence(line_check)}"
            yield Check(name=name, run=partial(_run, line_check, driver, example))


def notifier_checks(notifier: Any) -> Iterator[Check]:
    """Of a notifier: what it says of itself, and how it stands to its peer."""
    for check in NOTIFIER_CHECKS:
        yield Check(name=f"notifier: {sentence(check)}", run=partial(check, notifier))
    for peer_check in PEER_CHECKS:
        name = f"notifier: {sentence(peer_check)}"
        yield Check(name=name, run=partial(_run, peer_check, notifier))


def _ask(check: Check) -> Verdict:
    try:
        check.run()
    except LeftOut as reason:
        return Verdict(check=check.name, outcome="left out", why=str(reason))
    except Exception as error:  # noqa: BLE001 - whatever a plug-in raises is its verdict
        why = str(error) if isinstance(error, AssertionError) else repr(error)
        return Verdict(check=check.name, outcome="broken", why=why[:500])
    return Verdict(check=check.name, outcome="kept")


def _run(check: Any, *subjects: Any) -> None:
    # A loop of its own that leaves the caller's alone: pytest-asyncio may keep one for later.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(check(*subjects))


def _not_loaded(reason: str) -> None:
    raise AssertionError(reason)


def _no_examples() -> None:
    raise LeftOut("the driver has no examples(): its codec and line stay unproven")

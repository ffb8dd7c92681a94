"""The chairs: what staff call each, and which of the devices that were found, or are named by hand, stand there."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from monitord.commands.ports import port_warnings, serial_ports
from monitord.commands.setup.broker_asked import BrokerLogin, on_broker
from monitord.commands.setup.dialogue import Choice, SetupDialogue
from monitord.commands.setup.first_suite_text import Chair
from monitord.commands.setup.found_devices import (
    FoundDevice,
    device_of,
    in_network,
    listened,
    on_lines,
    role_of,
)
from monitord.config.suite.bindings import UNVERIFIED
from monitord.errors import ConfigError
from monitord.model import NIBP, Signal
from monitord.plugins import Plugins

MOST_CHAIRS: Final = 100
_BY_HAND: Final = Choice(value="by hand", title="one that was not found: name driver and address")
_NO_PORT: Final = frozenset({"mqtt", "hl7"})


class Chairs:
    """Asks for all chairs; lines, network and broker are listened to when the first question needs it."""

    def __init__(
        self,
        dialogue: SetupDialogue,
        plugins: Plugins,
        ports: Sequence[str],
        broker: BrokerLogin | None,
    ) -> None:
        self._dialogue = dialogue
        self._plugins = plugins
        self._ports = ports
        self._broker = broker
        self._found: list[FoundDevice] | None = None
        self._taken: set[str] = set()

    def asked(self) -> list[Chair]:
        """Every chair."""
        usual = "1" if "chairs" in self._dialogue.kept else str(max(1, self._likely()))
        count = self._dialogue.text("chairs", "How many chairs?", usual, _count_fault)
        return [self._chair(number) for number in range(1, int(count) + 1)]

    def _likely(self) -> int:
        """A chair for each device that gives a saturation."""
        return sum(
            Signal.SPO2 in device_of(self._complete(each.entry), "found", self._plugins).signals
            for each in self._all()
        )

    def _all(self) -> list[FoundDevice]:
        if self._found is None:
            self._found = self._search()
        return self._found

    def _search(self) -> list[FoundDevice]:
        say = self._dialogue.say
        known = serial_ports()
        lines = list(self._ports) or [port.address for port in known]
        ask = bool(lines) and self._dialogue.yes(
            "chairs.ask",
            "Ask devices that speak only when asked, too? (no cuff is started)",
            usual=True,
        )
        found, rest = on_lines(lines, ask=ask) if lines else ([], [])
        if not self._ports:
            more, silent = in_network()
            found, rest = found + more, rest + silent
        if self._broker is not None:
            found += on_broker(self._broker, self._plugins)
        if found:
            rows = [(each.where, str(each.entry["driver"]), each.says) for each in found]
            self._dialogue.table(("where", "driver", "says now"), rows)
        else:
            say("No device speaks here now.")
        for sentence in (*rest, *(f"warning: {each}" for each in port_warnings(known))):
            say(f"  {sentence}")
        return found

    def _chair(self, number: int) -> Chair:
        key, ask = f"chair.{number}.", self._dialogue
        label = ask.text(
            f"{key}label", f"Chair {number}: what do staff call it?", f"Chair {number}"
        )
        if f"{key}devices" not in ask.kept:
            ask.kept.keep(f"{key}devices", self._devices(number, label))
        devices: dict[str, Mapping[str, Any]] = ask.kept.get(f"{key}devices")
        self._taken |= {json.dumps(each, sort_keys=True) for each in devices.values()}
        known = [device_of(entry, name, self._plugins) for name, entry in devices.items()]
        signals = frozenset[Signal]().union(*(each.signals for each in known))
        if Signal.SPO2 not in signals:
            ask.skip(f"{label} has no device that gives SpO2")
        starts = any(each.driver.name == "suntech" for each in known)
        automatic = starts and ask.yes(
            f"{key}automatic",
            f"{label}: may monitord start the cuff by the protocol's schedule?",
            usual=False,
        )
        if signals & NIBP and not automatic:
            ask.skip(f"{label}: staff start the cuff; monitord says when a pressure is overdue")
        return Chair(label=label, devices=devices, automatic=automatic)

    def _devices(self, number: int, label: str) -> dict[str, Mapping[str, Any]]:
        free = [each for each in self._all() if each.key not in self._taken]
        choices = [Choice(value=each.key, title=each.title) for each in free]
        # One each, in their order, as they were found; a person looks which stands where.
        usual = [free[0].key] if len(free) >= 1 else []
        chosen = self._some(f"{label}: which devices stand there?", [*choices, _BY_HAND], usual)
        devices: dict[str, Mapping[str, Any]] = {}
        for each in free:
            if each.key in chosen and self._same(each):
                entry = self._complete(each.entry)
                name = role_of(device_of(entry, "device", self._plugins), devices)
                devices[name] = entry
        if _BY_HAND.value in chosen:
            while True:
                named = self._by_hand(number, label)
                if named is not None:
                    devices[role_of(device_of(named, "device", self._plugins), devices)] = named
                if not self._dialogue.now(f"{label}: another device by hand?", usual=False):
                    break
        return devices

    def _some(self, question: str, choices: list[Choice], usual: list[str]) -> list[str]:
        """By number: a device's own key is long, and nobody reads it."""
        short = [
            Choice(value=str(n) if each is not _BY_HAND else each.value, title=each.title)
            for n, each in enumerate(choices, 1)
        ]
        of_short = {new.value: old.value for new, old in zip(short, choices, strict=True)}
        first = [new for new, old in of_short.items() if old in usual]
        return [of_short[each] for each in self._dialogue.several(question, short, first)]

    def _same(self, found: FoundDevice) -> bool:
        driver = self._plugins.drivers[found.entry["driver"]]
        if driver.evidence != UNVERIFIED:
            return True
        if self._dialogue.now(
            f"{driver.name} was never fed by a real device. It reads {found.says}: does the device's own display say the same?",
            usual=False,
        ):
            return True
        self._dialogue.skip(
            f"{found.where}: {driver.name} reads something else than the display says"
        )
        return False

    def _complete(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        driver = self._plugins.drivers[entry["driver"]]
        unverified = driver.evidence == UNVERIFIED
        return dict(entry) | ({"accept_unverified": True} if unverified else {})

    def _by_hand(self, number: int, label: str) -> dict[str, Any] | None:
        """One device as somebody says it is; None where it was given up."""
        ask = self._dialogue
        drivers = [
            Choice(value=name, title=driver.title)
            for name, driver in sorted(self._plugins.drivers.items())
        ]
        while True:
            entry: dict[str, Any] = {"driver": ask.pick(f"{label}: which driver?", drivers)}
            if entry["driver"] == "mqtt" and self._broker is not None:
                entry |= {"broker": self._broker.url, **self._broker.of_device}
                entry["topic"] = ask.line("Topic:", f"beds/bed{number}/oximeter")
            elif entry["driver"] not in _NO_PORT:
                entry["port"] = ask.line("Port (/dev/serial/by-id/..., tcp://HOST:PORT):")
            entry |= _settings(ask.line("Further settings as KEY=VALUE (nothing for none):"))
            entry = self._complete(entry)
            try:
                device = device_of(entry, "device", self._plugins)
            except ConfigError as error:
                for fault in error.faults:
                    ask.say(f"  {fault}")
            else:
                ask.say(f"  {listened(device).words}")
                if ask.now("Take it?"):
                    return entry
            if not ask.now("Try again?"):
                return None


def _settings(words: str) -> dict[str, Any]:
    """`interval=60s peers=["192.0.2.31"]`: what reads as JSON is that, all else is text."""
    found: dict[str, Any] = {}
    for word in words.split():
        key, _, value = word.partition("=")
        try:
            found[key] = json.loads(value)
        except ValueError:
            found[key] = value
    return found


def _count_fault(answer: str) -> str | None:
    if answer.isdigit() and 1 <= int(answer) <= MOST_CHAIRS:
        return None
    return f"a number from 1 to {MOST_CHAIRS}"

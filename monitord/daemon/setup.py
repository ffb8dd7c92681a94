"""`monitord setup`: a suite file, by asking or by what was found on the lines. Never overwrites one."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from monitord.config import read_suite
from monitord.daemon.scan import Found, lines, scan
from monitord.errors import ConfigError
from monitord.plugins import Plugins

Ask = Callable[[str, str], str]
"""Asks a question with what is taken for no answer."""


@dataclass(slots=True, kw_only=True)
class Chair:
    """One bed of the new file: its label, and by name the driver and port of each device."""

    label: str
    devices: dict[str, tuple[str, str]] = field(default_factory=dict)


def setup(
    target: Path, plugins: Plugins, ask: Ask, say: Callable[[str], None], ports: Sequence[str]
) -> None:
    """Writes the file, then reads it: ConfigError says what is still to be done by hand."""
    if target.exists():
        raise ConfigError([f"{target} exists already: edit it, or give another name"])
    asked = list(ports) or lines()
    say(f"listening on {len(asked)} lines, a few seconds for each kind of device ...")
    found = asyncio.run(scan(asked, plugins))
    for each in found:
        say(f"  {each.port}: {each.driver or 'nothing that was understood'}")
    suite = ask("The suite's name (letters, digits, -)", "suite")
    count = _number(ask("How many beds or chairs", str(max(1, _likely(found)))))
    chairs = [_chair(number, plugins, ask, found) for number in range(1, count + 1)]
    target.write_text(text(suite, chairs), encoding="utf-8")
    say(f"{target} is written. Next: monitord check {target}; monitord approve PROTOCOL")
    read_suite(target, plugins)


def _likely(found: Sequence[Found]) -> int:
    return sum(each.driver is not None for each in found)


def _number(answer: str) -> int:
    if not (answer.isdigit() and 1 <= int(answer) <= 100):
        raise ConfigError([f"{answer!r} is no number of beds"])
    return int(answer)


def _chair(number: int, plugins: Plugins, ask: Ask, found: Sequence[Found]) -> Chair:
    chair = Chair(label=ask(f"Bed {number}: what staff call it", f"Bed {number}"))
    free = [each for each in found if each.driver is not None]
    for name in ("oximeter", "cuff"):
        usual = free[number - 1] if name == "oximeter" and number <= len(free) else None
        driver = ask(
            f"Bed {number}, {name}: driver (`monitord devices` lists them, - for none)",
            "-" if usual is None or usual.driver is None else usual.driver,
        )
        if driver == "-":
            continue
        if driver not in plugins.drivers:
            known = ", ".join(sorted(plugins.drivers))
            raise ConfigError([f"there is no driver {driver!r}; known: {known}"])
        port = ask(f"Bed {number}, {name}: port", "" if usual is None else usual.port)
        chair.devices[name] = (driver, port)
    return chair


def text(suite: str, chairs: Sequence[Chair]) -> str:
    """The file: what was said, and the rest as the example has it, with the next steps in comments."""
    beds = "\n".join(_bed(number, chair) for number, chair in enumerate(chairs, 1))
    return f"""\
# Written by `monitord setup`. Every key is explained in the example suite.
# Next: `monitord check` this file; let the medical director read `monitord approve NAME --sheet`;
# put the lines that `monitord approve NAME --by ... --role ...` prints below `approvals:`.
suite: {_quoted(suite)}
protocols:
  - ketamine_iv_0_5_40
approvals: []
beds:
{beds}
destinations:
  # A local end of every route. Add a pager before patients depend on it.
  desk:
    notifier: terminal
routes:
  high:
    tiers:
      - to: [desk]
    repeat: 60s
  medium:
    tiers:
      - to: [desk]
    repeat: 2min
"""


def _bed(number: int, chair: Chair) -> str:
    rows = [f"  {_quoted(str(number))}:", f"    label: {_quoted(chair.label)}", "    devices:"]
    for name, (driver, port) in chair.devices.items():
        rows += [
            f"      {name}:",
            f"        driver: {_quoted(driver)}",
            f"        port: {_quoted(port)}",
        ]
    if not chair.devices:
        rows[-1] += " {}"
    return "\n".join(rows)


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"

"""`monitord setup`: a suite file, by asking or by what was found on the lines. Never overwrites one."""

import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from monitord.commands.port_scan import ScanResult, scan
from monitord.commands.ports import port_warnings, serial_ports
from monitord.config import read_suite
from monitord.errors import ConfigError
from monitord.plugins import Plugins

Ask = Callable[[str, str], str]
"""Asks a question with what is taken for no answer."""

SERVICE: Final = Path("/etc/monitord")
JOURNAL: Final = "/var/lib/monitord/monitord.db"
"""Where the units have suite file and journal. Said in the file, it is the same for every account."""


@dataclass(slots=True, kw_only=True)
class Chair:
    """One bed of the new file: its label, and by name the entry of each device."""

    label: str
    devices: dict[str, dict[str, Any]] = field(default_factory=dict)


def setup(
    target: Path, plugins: Plugins, ask: Ask, say: Callable[[str], None], ports: Sequence[str]
) -> None:
    """Writes the file, then reads it: ConfigError says what is still to be done by hand."""
    if target.exists():
        raise ConfigError([f"{target} exists already: edit it, or give another name"])
    with suppress(OSError):
        if not target.parent.exists():
            target.parent.mkdir(parents=True)
            target.parent.chmod(0o755)
    if not (target.parent.is_dir() and os.access(target.parent, os.W_OK)):
        raise ConfigError([f"{target.parent}: may not be written to; use sudo, or another name"])
    known = serial_ports()
    asked = list(ports) or [port.address for port in known]
    lines = f"{len(asked)} line{'' if len(asked) == 1 else 's'}"
    say(f"listening on {lines}, a few seconds for each kind of device ...")
    found = scan(asked)
    for each in found:
        for line in each.lines():
            say(f"  {line}")
    for warning in port_warnings(known):
        say(f"  warning: {warning}")
    suite = ask("The suite's name (letters, digits, -)", "suite")
    count = _number(ask("How many beds or chairs", str(max(1, _likely(found)))))
    chairs = [_chair(number, plugins, ask, found) for number in range(1, count + 1)]
    journal = JOURNAL if target.absolute().parent == SERVICE else None
    target.write_text(text(suite, chairs, journal), encoding="utf-8")
    # Whatever root's umask is, the service's account reads it; it holds no secret, only their files' names.
    target.chmod(0o644)
    say(f"{target} is written. Next: monitord check {target}")
    say(
        "Then approve what alarms: monitord approve ketamine_iv_0_5_40; monitord approve bed_without_session"
    )
    read_suite(target, plugins)


def _likely(found: Sequence[ScanResult]) -> int:
    return sum(bool(each.matches) for each in found)


def _number(answer: str) -> int:
    if not (answer.isdigit() and 1 <= int(answer) <= 100):
        raise ConfigError([f"{answer!r} is no number of beds"])
    return int(answer)


def _chair(number: int, plugins: Plugins, ask: Ask, found: Sequence[ScanResult]) -> Chair:
    chair = Chair(label=ask(f"Bed {number}: what staff call it", f"Bed {number}"))
    free = [each for each in found if each.matches]
    for name in ("oximeter", "cuff"):
        usual = free[number - 1] if name == "oximeter" and number <= len(free) else None
        best = usual.matches[0].candidate if usual is not None else None
        driver = ask(
            f"Bed {number}, {name}: driver (`monitord devices` lists them, - for none)",
            "-" if best is None else best.name,
        )
        if driver == "-":
            continue
        if driver not in plugins.drivers:
            known = ", ".join(sorted(plugins.drivers))
            raise ConfigError([f"there is no driver {driver!r}; known: {known}"])
        port = ask(f"Bed {number}, {name}: port", "" if usual is None else usual.address)
        settings = best.settings if best is not None and best.name == driver else {}
        chair.devices[name] = {"driver": driver, "port": port, **settings}
    return chair


def text(suite: str, chairs: Sequence[Chair], journal: str | None = None) -> str:
    """The file: what was said, and the rest as the example has it, with the next steps in comments."""
    beds = "\n".join(_bed(number, chair) for number, chair in enumerate(chairs, 1))
    return f"""\
# Written by `monitord setup`. Every key is explained in the example suite.
# Next: `monitord check` this file; let the medical director read `monitord approve NAME --sheet`.
suite: {_quoted(suite)}
{f"database: {_quoted(journal)}" if journal else "# database: monitord.db"}
protocols:
  - ketamine_iv_0_5_40
# In place of [] the lines that `monitord approve NAME --by ... --role ...` prints, for each protocol above
# and for bed_without_session, by which a chair is watched while nobody was admitted.
approvals: []
beds:
{beds}
destinations:
  # A local end of every route, while `monitord run` is started in a terminal. The service's terminal is the system
  # log, where nobody sees it: end the routes in a sounder ({{notifier: command, ...}}, see the example suite) as well, and
  # add a pager before patients depend on it.
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
    for name, entry in chair.devices.items():
        rows.append(f"      {name}:")
        # JSON's scalars are YAML's.
        rows += [f"        {key}: {json.dumps(value)}" for key, value in entry.items()]
    if not chair.devices:
        rows[-1] += " {}"
    return "\n".join(rows)


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"

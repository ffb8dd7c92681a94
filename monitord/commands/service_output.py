"""Where the daemon of a suite file writes: asked of systemd and of the daemon, because a command's own terminal says nothing of it."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from monitord.errors import ConfigError
from monitord.notify.channels.terminal import LOG, OUTPUT

SERVICE_FILE: Final = Path("/etc/monitord/suite.yaml")
"""The suite file that the unit runs."""
_UNIT: Final = "monitord.service"
_ASK_S: Final = 5
_SEEN: Final = frozenset({"tty", "journal+console", "kmsg+console"})
"""Outputs that a screen shows."""


def service_logs(suite_file: Path) -> bool:
    """Whether the daemon that runs this suite file writes its error output into a log, now or when it starts.

    In a container whatever runs there does, as its image says. Where no daemon runs, of the unit's own suite file the
    unit is judged. No for every other one: who types `monitord run` sees its terminal.
    """
    return os.environ.get(OUTPUT) == LOG or _unit_logs(suite_file) or _daemon_logs(suite_file)


def _daemon_logs(suite_file: Path) -> bool:
    """As the running daemon says; no where none answers at the file's address, or one of another suite does."""
    from monitord.config.files.yaml_file import read_file
    from monitord.daemon.health.ready import address, parts

    try:
        said = parts(address(suite_file))
        name = read_file(suite_file).value.get("suite")
    except (ConfigError, AttributeError, ValueError):
        return False
    return said.get("suite") == name and bool(said.get("output_is_log"))


def _unit_logs(suite_file: Path) -> bool:
    systemctl = shutil.which("systemctl")
    if systemctl is None or suite_file.resolve() != SERVICE_FILE.resolve():
        return False
    try:
        answer = subprocess.run(  # noqa: S603 - our own arguments
            [systemctl, "show", "--property=LoadState,StandardOutput,StandardError", _UNIT],
            capture_output=True,
            text=True,
            check=False,
            timeout=_ASK_S,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    return into_log(dict(line.partition("=")[::2] for line in answer.splitlines()))


def into_log(properties: dict[str, str]) -> bool:
    """By what `systemctl show` says of the unit."""
    if properties.get("LoadState") != "loaded":
        return False
    error = properties.get("StandardError", "inherit")
    return (
        properties.get("StandardOutput", "journal") if error == "inherit" else error
    ) not in _SEEN

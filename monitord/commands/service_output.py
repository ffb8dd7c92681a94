"""Where the service of this machine writes: asked of systemd, because a command's own terminal says nothing of it."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

SERVICE_FILE: Final = Path("/etc/monitord/suite.yaml")
"""The suite file that the unit runs."""
_UNIT: Final = "monitord.service"
_ASK_S: Final = 5
_SEEN: Final = frozenset({"tty", "journal+console", "kmsg+console"})
"""Outputs that a screen shows."""


def service_logs(suite_file: Path) -> bool:
    """Whether the service that runs this suite file writes its error output into the system log.

    No for every other suite file, and where there is no such unit: who types `monitord run` sees its terminal.
    """
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

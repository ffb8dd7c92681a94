"""Whether the daemon of a suite file is ready, asked from beside it: the installer waits for it.

`python -m monitord.daemon.health.ready SUITE [SECONDS]` ends with 0 once it is, with 1 when it is not in time.
"""

import json
import ssl
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

from monitord.config.files.reader import Reader
from monitord.config.files.yaml_file import read_file
from monitord.config.suite.suite import Station

_ASK_S = 2
_PAUSE_S = 0.5


def address(suite_file: Path) -> str:
    """Where the file says that the daemon answers. The rest of the file may be faulty."""
    document = read_file(suite_file)
    head: Any = document.value
    station = Reader(document).read(Station, head.get("station") or {}) or Station()
    scheme = "https" if station.tls else "http"
    host = f"[{station.host}]" if ":" in station.host else station.host
    return f"{scheme}://{host}:{station.port}/health/ready"


def parts(url: str) -> dict[str, Any]:
    """What the daemon says of itself, also while it is not ready; nothing where none answers."""
    # It asks its own machine: whose certificate that is says nothing about being ready.
    context = ssl._create_unverified_context() if url.startswith("https:") else None  # noqa: S323, SLF001
    try:
        try:
            answer = urllib.request.urlopen(url, timeout=_ASK_S, context=context)  # noqa: S310 - see address
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            found = json.load(answer)
    except (OSError, ValueError, HTTPException):
        return {}
    return found if isinstance(found, dict) else {}


def is_ready(url: str) -> bool:
    """One question. No answer, and an answer that says no, are the same here."""
    return bool(parts(url).get("ready"))


def wait(suite_file: Path, seconds: float) -> bool:
    """Asks until it is ready, or for so long."""
    url, until = address(suite_file), time.monotonic() + seconds
    while not is_ready(url):
        if time.monotonic() >= until:
            return False
        time.sleep(_PAUSE_S)
    return True


if __name__ == "__main__":
    within = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    sys.exit(0 if wait(Path(sys.argv[1]), within) else 1)

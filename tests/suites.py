"""The suite file of every test that starts a daemon: `tests/ward.py`, `tests/daemon/livekit.py`, `tests/bench/ward.py`."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.approvals import approvals


def suite_document(
    folder: Path,
    *,
    beds: Mapping[str, Mapping[str, Any]],
    destinations: Mapping[str, Mapping[str, Any]],
    protocols: Iterable[str],
    watch: str = "bed_without_session",
    repeat: str = "60s",
    port: int = 0,
    more: Mapping[str, Any],
) -> dict[str, Any]:
    """A suite whose high and medium alarms go to all destinations at once, with a station that asks nobody who he is.

    `protocols` and `watch` are names of bundled protocols or files, `./` being the folder; all are approved. `more`
    are keys of the file that come in addition or replace one of these.
    """
    protocols = list(protocols)
    told = {"tiers": [{"to": list(destinations)}], "repeat": repeat}
    files = [str(folder / each) if each.startswith("./") else each for each in (*protocols, watch)]
    return {
        "suite": "ward",
        "database": "journal.db",
        "protocols": protocols,
        "watch": watch,
        "approvals": approvals(*files),
        "beds": dict(beds),
        "destinations": dict(destinations),
        "routes": {"high": told, "medium": told},
        "station": {"port": port, "open": True},
    } | dict(more)


def write_suite(folder: Path, document: Mapping[str, Any]) -> Path:
    """The file; it may be written again while a daemon runs."""
    file = folder / "suite.yaml"
    file.write_text(json.dumps(document, indent=1))
    return file

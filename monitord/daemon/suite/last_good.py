"""The last suite file that was good, resolved, kept beside the journal.

With a session open a bad new file must not keep the daemon down (design section 7): it goes on
with this one, and says so.
"""

import json
from hashlib import sha256
from pathlib import Path

import structlog

from monitord.config.database_place import kept_folder, state_folder
from monitord.config.files.yaml_file import read_file
from monitord.config.suite.suite import Suite
from monitord.config.suite.suite_file import read_suite
from monitord.engine.protocol.protocol import canonical
from monitord.plugins import Plugins

_log = structlog.get_logger()

SUITE = "suite.yaml"


def keep(path: Path, suite: Suite) -> None:
    """Writes the suite file with its protocols as they were resolved, where there is room for it."""
    try:
        _keep(kept_folder(suite.database), path, suite)
        if (place := _place_beside(path)) is not None:
            _write(place, suite.database)
    except OSError as error:
        # It is for a day on which the next file is bad: no reason not to watch today.
        _log.error("last_good_not_kept", detail=str(error))


def _keep(kept: Path, path: Path, suite: Suite) -> None:
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    document = dict(read_file(path).value)
    names = {}
    for protocol in (*suite.protocols.values(), suite.watch):
        names[protocol.name] = f"./{protocol.name}.yaml"
        _write(kept / f"{protocol.name}.yaml", canonical(protocol))
    document["protocols"] = [names[name] for name in suite.protocols]
    document["watch"] = names[suite.watch.name]
    document["database"] = suite.database
    _write(kept / SUITE, json.dumps(document, default=str))


def last_database(path: Path) -> str | None:
    """The database that a suite file named when it was good last; None where that is not known."""
    place = _place_beside(path)
    try:
        return None if place is None else place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _place_beside(path: Path) -> Path | None:
    """Where a service notes the database of a suite file once more: the file may be empty one day."""
    folder = state_folder()
    mark = sha256(str(path.resolve()).encode()).hexdigest()[:12]
    return None if folder is None else folder / f"{mark}.database"


def recall(kept: Path, plugins: Plugins) -> Suite:
    """The suite that was kept; ConfigError where there is none or it fits no longer."""
    return read_suite(kept / SUITE, plugins)


def _write(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(0o600)
    fresh.replace(path)

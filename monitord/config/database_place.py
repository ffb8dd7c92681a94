"""Where the journal of a suite file is, also where the rest of the file cannot be read."""

import os
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from monitord.config.files.yaml_file import read_file
from monitord.errors import ConfigError

_DATABASE = re.compile(
    r"""^["']?database["']?\s*:\s*(?:["'](?P<quoted>[^"'\n]+)["']|(?P<plain>[^\s#"',]+))""",
    re.MULTILINE,
)


def default_database() -> Path:
    """Where the journal lies unless the suite file says otherwise.

    systemd's state directory for the service, else the user's own (XDG base directories).
    """
    if (given := state_folder()) is not None:
        return given / "monitord.db"
    state = os.environ.get("XDG_STATE_HOME", "")
    return (Path(state) if state else Path.home() / ".local/state") / "monitord" / "monitord.db"


def state_folder() -> Path | None:
    """The folder that systemd made for the service's state; None for one that a person started."""
    given = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    return Path(given) if given else None


def is_server(database: str) -> bool:
    """Whether the journal is on a database server; else it is a file."""
    return "://" in database and not database.startswith("sqlite:")


def place_of(database: str) -> str:
    """What a database is called in a copy of what it holds: its whole path, or its URL without the password."""
    if is_server(database):
        from sqlalchemy.engine import make_url  # noqa: PLC0415 - a file needs no library of databases

        return make_url(database).render_as_string(hide_password=True)
    return str(Path(database.removeprefix("sqlite:///")).resolve())


def kept_folder(database: str) -> Path:
    """Where the daemon keeps what a start may need besides the journal: the last good suite file, and a
    small copy of what goes on. Beside a file, else in the state folder.
    """
    place = place_of(database)
    if "://" not in place:
        return Path(f"{place}.last-good")
    mark = sha256(place.encode()).hexdigest()[:12]
    return default_database().with_name(f"{mark}.last-good")


def runtime_folder() -> Path | None:
    """The folder that systemd made in memory for the service; None where there is none."""
    given = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    return Path(given) if given else None


def copy_folders(database: str) -> tuple[Path, ...]:
    """Where the small copy lies: beside the journal, and in memory for a disk that fails."""
    runtime = runtime_folder()
    return (kept_folder(database), *([runtime / "going-on"] if runtime else []))


def database_of(suite_file: Path | None, url: str | None) -> str:
    """The journal that a command means. A suite file may be faulty: only its `database` is read."""
    if url is not None:
        return url
    if suite_file is None:
        raise ConfigError(["name the journal: -c SUITE, or --database FILE or URL"])
    return next(databases(suite_file))


def databases(path: Path) -> Iterator[str]:
    """Where the journal may be, by a file that cannot be trusted as a whole."""
    try:
        written = read_file(path).value.get("database")
    except (ConfigError, AttributeError):
        written = _database_line(path)
    if isinstance(written, str):
        yield written if "://" in written else str(path.parent / Path(written).expanduser())
    yield str(default_database())


def _database_line(path: Path) -> str | None:
    """What the file says of its database, where the rest of it cannot be read."""
    try:
        found = _DATABASE.search(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return found and (found["quoted"] or found["plain"])

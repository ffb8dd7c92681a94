"""Ways in which a journal's file is damaged from outside, for the store's, the daemon's and the fault tests."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

Damage = Callable[[Path], None]


def beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def overwrite(path: Path, start: int, length: int) -> None:
    """Garbage in the middle of a file that keeps its length."""
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xa5" * length)


def garbage_at_the_start(path: Path) -> None:
    overwrite(path, 0, 4096)


def garbage_everywhere(path: Path) -> None:
    overwrite(path, 0, path.stat().st_size)


def garbage_behind_the_head(path: Path) -> None:
    """Of all that is recorded: as long as it stands in the log, there is nothing behind the head, and nothing missed."""
    with sqlite3.connect(path, timeout=30) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    overwrite(path, 4096, path.stat().st_size - 4096)


def cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 // 4096 * 4096)


def cut_to_nothing(path: Path) -> None:
    os.truncate(path, 0)


def deleted(path: Path) -> None:
    path.unlink()


def deleted_with_its_log(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        beside(path, suffix).unlink(missing_ok=True)


def log_deleted(path: Path) -> None:
    beside(path, "-wal").unlink()


def replaced(path: Path) -> None:
    """Another database under its name, as an editor or a copy would leave it."""
    other = beside(path, ".other")
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE strange (thing TEXT)")
    connection.close()
    other.replace(path)


def replaced_with_its_log(path: Path) -> None:
    """As `replaced`; with the log left behind SQLite would find all that the log still has in it."""
    deleted_with_its_log(path)
    replaced(path)


def emptied(path: Path) -> None:
    """An empty file where there was one."""
    deleted_with_its_log(path)
    path.touch(0o600)


WHILE_OPEN: dict[str, Damage] = {
    "garbage at the start": garbage_at_the_start,
    "garbage everywhere": garbage_everywhere,
    "garbage behind the head": garbage_behind_the_head,
    "cut in half": cut_in_half,
    "cut to nothing": cut_to_nothing,
    "deleted": deleted,
    "deleted with its log": deleted_with_its_log,
    "log deleted": log_deleted,
    "replaced": replaced,
}

WHILE_CLOSED: dict[str, Damage] = {
    "garbage at the start": garbage_at_the_start,
    "garbage everywhere": garbage_everywhere,
    "garbage behind the head": garbage_behind_the_head,
    "cut in half": cut_in_half,
    "cut to nothing": cut_to_nothing,
    "deleted": deleted_with_its_log,
    "emptied": emptied,
    "replaced": replaced_with_its_log,
}

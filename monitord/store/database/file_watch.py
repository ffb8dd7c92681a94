"""Whether the file of an open journal is still there, the same, and whole: a cheap look, once a second.

The descriptors are opened once and closed after SQLite's own connections: closing one of a file drops
every lock that the process holds on it (fcntl(2)), and with it what keeps others from taking the log away.
"""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from monitord.store.database.sqlite_page import PAGE_SIZE_AT, implausibility, page_size

PAGES_AT_ONCE = 256
# 1 MB a second, from the page cache mostly: a day's journal of a full suite in four minutes.
MAGIC = b"SQLite format 3\0"
CUT_OFF = "was cut off"
_CONFIRM_S = 60.0


@dataclass(slots=True)
class _Held:
    """One file as it was opened; `size` is the largest that was seen."""

    path: Path
    descriptor: int
    size: int = 0

    def gone(self) -> str | None:
        """What happened to it from outside, as half a sentence."""
        ours = os.fstat(self.descriptor)
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return "was deleted"
        except OSError as error:
            return f"cannot be reached: {error.strerror}"
        if (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino):
            return "was replaced by another file"
        if ours.st_size < self.size:
            return f"{CUT_OFF} at {ours.st_size} of {self.size} bytes"
        self.size = max(self.size, ours.st_size)
        return None


class FileWatch:
    """Watches the database file at `path` and the log beside it; one thread at a time may look."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _Held(path, _open(path))
        self._log: _Held | None = None
        self._next_page = 1
        self._innocent: dict[int, bytes] = {}
        """Pages that looked odd and that SQLite found in order, by the hash of their content."""

    def close(self) -> None:
        """After SQLite's connections."""
        for held in (self._file, self._log):
            if held is not None:
                os.close(held.descriptor)

    def look(self) -> str | None:
        """What is wrong with the record, as a sentence; None while nothing is."""
        self._find_log()
        for held in (self._file, self._log):
            if held is None or (found := held.gone()) is None:
                continue
            if found.startswith(CUT_OFF) and self._fits():
                held.size = 0  # somebody compacted it in order
                continue
            return f"{held.path.name} {found}"
        head = os.pread(self._file.descriptor, 100, 0)
        if head and not head.startswith(MAGIC):
            return f"{self.path.name} is no database any more"
        return self._look_at_pages(head) if len(head) == 100 else None

    def descriptors(self) -> dict[str, int]:
        """By the suffix of each file's name, what was opened: their content outlives their names."""
        found = {"": self._file.descriptor}
        return found if self._log is None else found | {"-wal": self._log.descriptor}

    def _find_log(self) -> None:
        path = self.path.with_name(self.path.name + "-wal")
        if self._log is None and path.exists():
            self._log = _Held(path, _open(path))

    def _look_at_pages(self, head: bytes) -> str | None:
        size = page_size(head[PAGE_SIZE_AT : PAGE_SIZE_AT + 2])
        count = os.fstat(self._file.descriptor).st_size // size
        first = self._next_page if self._next_page <= count else 1
        self._next_page = first + PAGES_AT_ONCE
        piece = os.pread(self._file.descriptor, PAGES_AT_ONCE * size, (first - 1) * size)
        for number in range(first, first + len(piece) // size):
            start = (number - first) * size
            page = piece[start : start + size]
            odd = implausibility(page, number, count)
            if odd is None or self._innocent.get(number) == sha256(page).digest():
                continue
            if not self._fits():
                return f"{self.path.name} is damaged: page {number} {odd}"
            self._innocent[number] = sha256(page).digest()
        return None

    def _fits(self) -> bool:
        return integrity(self.path) is None


def integrity(path: Path) -> str | None:
    """What SQLite's own check finds first; None for a whole database, or one that is only busy."""
    try:
        with closing(
            sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=_CONFIRM_S)
        ) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        return None if is_busy(error) else str(error)
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if found == "ok" else str(found)


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite says that the file itself is at fault, or is not where it was."""
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(error, sqlite3.Error) or code is None:
        return False
    return code & 0xFF in _DAMAGE or code == sqlite3.SQLITE_READONLY_DBMOVED


def is_busy(error: sqlite3.Error) -> bool:
    """Whether somebody else only has it locked."""
    return error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _open(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC)

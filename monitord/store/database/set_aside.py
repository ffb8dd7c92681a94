"""A file that is not what it was is kept under another name, with its log, and never deleted."""

import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from monitord.model import SECOND, Instant

SUFFIXES = ("", "-wal")
"""What holds rows; the shared memory beside them is made anew from both."""


def aside_name(path: Path, at: Instant, why: str = "damaged") -> Path:
    """`journal.db.damaged-20260105T140300Z`, or with a number behind where that is taken."""
    stamp = datetime.fromtimestamp(at / SECOND, UTC).strftime("%Y%m%dT%H%M%SZ")
    wanted = path.with_name(f"{path.name}.{why}-{stamp}")
    found, number = wanted, 1
    while any(found.with_name(found.name + suffix).exists() for suffix in SUFFIXES):
        number += 1
        found = wanted.with_name(f"{wanted.name}-{number}")
    return found


def set_aside(path: Path, aside: Path) -> None:
    """Moves a file that nobody has open, the log first: without its file it means nothing to SQLite."""
    for suffix in (*reversed(SUFFIXES), "-shm"):
        file = path.with_name(path.name + suffix)
        if file.exists() or file.is_symlink():
            file.rename(aside.with_name(aside.name + suffix))
    sync_folder(path)


def keep(path: Path, aside: Path, opened: Mapping[str, int]) -> None:
    """Gives the file at `path` the name `aside` too; `opened` are the descriptors of what was opened there.

    What was opened and has no name any more is written out again; what took its place is kept as well.
    """
    for suffix in SUFFIXES:
        there = path.with_name(path.name + suffix)
        kept = aside.with_name(aside.name + suffix)
        descriptor = opened.get(suffix)
        if descriptor is not None and not _same(there, descriptor):
            _write_out(descriptor, kept)
            kept = aside.with_name(f"{aside.name}.found{suffix}")
        if there.exists():
            os.link(there, kept)
    sync_folder(path)


def _same(path: Path, descriptor: int) -> bool:
    ours = os.fstat(descriptor)
    try:
        there = path.stat()
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)


def _write_out(descriptor: int, kept: Path) -> None:
    file = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    opened = Path(f"/proc/self/fd/{descriptor}")
    with os.fdopen(file, "wb") as target, opened.open("rb") as source:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())


def sync_folder(path: Path) -> None:
    """Names are on the disk too."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

"""One daemon to one journal: a lock that dies with its holder."""

import fcntl
import os
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from monitord.errors import StoreError

# The number of PostgreSQL's advisory lock, which is per database: "monitord" as eight bytes.
_ADVISORY = int.from_bytes(b"monitord", "big", signed=True)
_LOCK_NOT_AVAILABLE = "55P03"


class FileLock:
    """`flock` on a file beside the database: the kernel frees it however the process ends."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as exc:
            raise StoreError(f"cannot lock {path.with_suffix('')}: {exc.strerror}") from exc
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._file, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise StoreError(
                f"another monitord (process {holder}) has this journal open: {path.with_suffix('')}",
                held=True,
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        os.close(self._file)


def take_advisory_lock(connection: Connection) -> None:
    """Holds PostgreSQL's lock as long as this connection lives; StoreError if another has it.

    Waits for the connection's `lock_timeout`: a server notices a moment late that a client died.
    """
    try:
        connection.execute(text("SELECT pg_advisory_lock(:n)"), {"n": _ADVISORY})
        connection.commit()
    except OperationalError as exc:
        if getattr(exc.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            msg = "another monitord has this PostgreSQL database open"
            raise StoreError(msg, held=True) from None
        raise

"""PostgreSQL's own programs, pg_dump and pg_restore: how a journal on a server is copied and put back."""

import shutil
import subprocess
from pathlib import Path

from sqlalchemy.engine import make_url

from monitord.errors import StoreError

AT_MOST_S = 3600


def dump(database: str, target: Path) -> None:
    """Writes the database into the new file `target`."""
    if target.exists():
        raise StoreError(f"{target} exists already")
    _run("pg_dump", "--format=custom", f"--file={target}", f"--dbname={_plain(database)}")
    target.chmod(0o600)


def restore(source: Path, database: str) -> None:
    """Puts a dump in the place of what the database holds, in one transaction."""
    into = ("--clean", "--if-exists", "--single-transaction", "--no-owner")
    _run("pg_restore", *into, f"--dbname={_plain(database)}", str(source))


def _plain(database: str) -> str:
    """As PostgreSQL's own programs read it; a password is in the file that PGPASSFILE names."""
    return make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)


def _run(program: str, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise StoreError(f"{program} is not on this machine: install PostgreSQL's client programs")
    try:
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, no shell
            [path, *arguments], capture_output=True, text=True, timeout=AT_MOST_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StoreError(f"{program}: {error}") from error
    if done.returncode:
        raise StoreError(f"{program}: {' '.join(done.stderr.split())[:500]}")

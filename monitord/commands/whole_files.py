"""A file that a command leaves: put in its place as a whole, with rights that are said."""

import os
from pathlib import Path


def written(file: Path, data: bytes, mode: int) -> Path:
    """Puts a whole file in its place, or leaves what is there; its mode is said, whatever the umask."""
    fresh = file.with_name(f".{file.name}.new")
    opened = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    with os.fdopen(opened, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    fresh.chmod(mode)
    fresh.replace(file)
    return file

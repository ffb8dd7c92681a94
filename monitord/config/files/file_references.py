"""What a file names: something that comes with monitord, or a file of the clinic's own.

A path counts from the folder of the file that names it, so that it means the same to the daemon and at a desk.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from monitord.config.files.reader import Reader, nearest
from monitord.config.files.shipped_files import shipped
from monitord.errors import ConfigError


class Named(Protocol):
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


def names_in(folder: str) -> list[str]:
    """The names that come with monitord: `protocols`, `overlays` or `forms`."""
    return sorted(path.stem for path in shipped(folder).glob("*.yaml"))


def is_path(name: str) -> bool:
    """Whether a file is meant, not a shipped name."""
    return "/" in name or name.endswith((".yaml", ".yml"))


def find(name: str, folder: str, near: Path | None) -> Path:
    """The file of a shipped name, or of a path from the folder `near`; ConfigError if there is none."""
    if is_path(name):
        return (near or Path()) / name
    known = names_in(folder)
    if name in known:
        return shipped(f"{folder}/{name}.yaml")
    what = folder.removesuffix("s")
    raise ConfigError(
        [f"no {what} is called {name!r}{nearest(name, known)}; or give a file's path"]
    )


def read_each(
    reader: Reader, value: Any, key: str, read: Callable[[str], N]
) -> tuple[Any, dict[str, N]]:
    """What a document says without the list at `key`, and what is named there; faults at their item."""
    names = value.get(key) if isinstance(value, dict) else None
    if not isinstance(names, list):
        return value, {}
    found: dict[str, N] = {}
    for i, name in enumerate(names):
        if not isinstance(name, str):
            reader.fault((key, i), "must be a name, or a file")
            continue
        try:
            one = read(name)
        except ConfigError as error:
            reader.fault((key, i), "; ".join(error.faults))
            continue
        found[one.name] = one
    return {part: each for part, each in value.items() if part != key}, found

"""A protocol that extends another: what it writes replaces, what it leaves out is the other's.

Mappings (`rules`, `schedule`, `fresh`, `alarms`, `away`) are taken key by key, criteria (`gate`,
`discharge`) by their name; `null` takes a key away. Everything else is replaced whole. The result is
one protocol with one hash: a change of either un-approves it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from monitord.config.files.file_references import is_path
from monitord.config.files.reader import Reader
from monitord.config.files.yaml_file import Document, read_file
from monitord.errors import ConfigError

KEY = "extends"
Find = Callable[[str, Path | None], Path]
"""Where the file of a protocol's name is, looked up from a folder; ConfigError where there is none."""
_BY_NAME = ("gate", "discharge")
_FILES = ("forms", "overlays")
_DEPTH = 4
"""A chain that is longer is not read by anybody any more."""


def extended(reader: Reader, find: Find, near: Path | None) -> Any:
    """The document's value with all that it extends; faults are noted at `extends`."""
    try:
        return _resolve(reader.document, find, near, ())
    except ConfigError as error:
        for fault in error.faults:
            reader.fault((KEY,), fault)
        return reader.document.value


def _resolve(document: Document, find: Find, near: Path | None, below: tuple[str, ...]) -> Any:
    value = document.value
    if not isinstance(value, dict) or KEY not in value:
        return value
    name = value[KEY]
    own = {key: part for key, part in value.items() if key != KEY}
    if not isinstance(name, str):
        raise ConfigError(["must be the name of a protocol, or a file"])
    path = find(name, near)
    if str(path) in below or len(below) >= _DEPTH:
        raise ConfigError([f"{' -> '.join([*below, str(path)])} goes round, or too deep"])
    base = _resolve(read_file(path), find, path.parent, (*below, str(path)))
    return _laid_over(_placed(base, path.parent), own) if isinstance(base, dict) else own


def _placed(base: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The base with its files named from its own folder, not from that of what extends it."""
    lists = {key: base[key] for key in _FILES if isinstance(base.get(key), list)}
    return base | {
        key: [
            str(folder.absolute() / each) if isinstance(each, str) and is_path(each) else each
            for each in listed
        ]
        for key, listed in lists.items()
    }


def _laid_over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, part in own.items():
        known = base.get(key)
        if isinstance(part, dict) and isinstance(known, dict):
            both = known | part
            merged[key] = {name: inner for name, inner in both.items() if inner is not None}
        elif key in _BY_NAME and isinstance(part, list) and isinstance(known, list):
            merged[key] = _by_name(known, part)
        else:
            merged[key] = part
    return merged


def _by_name(base: list[Any], own: list[Any]) -> list[Any]:
    named = {each["name"]: each for each in own if isinstance(each, dict) and "name" in each}
    kept = [named.pop(each.get("name"), each) if isinstance(each, dict) else each for each in base]
    rest = [each for each in own if not isinstance(each, dict) or each.get("name") in named]
    return [*kept, *rest]

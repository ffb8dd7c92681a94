"""The product's modules as text, for tests that read how they are made."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A module: its path from the root, with `/`, and its text."""

    path: str
    text: str

    @property
    def part(self) -> str:
        """`engine` of `monitord/engine/alarms/alarm.py`, `cli` of `monitord/cli.py`."""
        return self.path.split("/")[1].removesuffix(".py")


@cache
def imports(source: Source) -> tuple[str, ...]:
    """Full dotted names, those inside functions too; `from a import b` gives `a.b`."""
    return tuple(_imports(source))


def _imports(source: Source) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.text, source.path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            # A relative import is refused by ruff (TID252); here it counts as its package's own.
            yield from (f"{node.module or '.'}.{name.name}" for name in node.names)


@cache
def calls(source: Source) -> tuple[tuple[str, str], ...]:
    """(`datetime`, `now`) of `datetime.now()` and of `dt.datetime.now()`; (``, `open`) of `open()`."""
    return tuple(_calls(source))


def _calls(source: Source) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(source.text, source.path)):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                yield "", name
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)):
                yield owner, name
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr=owner), attr=name)):
                yield owner, name


@cache
def product() -> tuple[Source, ...]:
    """Every module of `monitord` and `devices`."""
    paths = [path for top in ("monitord", "devices") for path in sorted((ROOT / top).rglob("*.py"))]
    return tuple(
        Source(path=path.relative_to(ROOT).as_posix(), text=path.read_text(encoding="utf-8"))
        for path in paths
        if "node_modules" not in path.parts
    )

"""No file imports itself by way of others, imports inside functions and of types included: Python and the page."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "monitord" / "station" / "web" / "src"
_FROM: Final = re.compile(r"""(?:from|import)\s*\(?\s*["']\./([\w.-]+)["']""")


def circle(imports: Mapping[str, set[str]]) -> list[str]:
    """One circle as a way from a file back to itself; empty where there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def python_imports(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Module name -> the modules that it names, wherever in it the import stands.

    What Python imports by itself on the way, the `__init__` of the packages above, is not counted.
    """
    return {
        module: {
            found for name in _named(text) if (found := _module(name, sources)) and found != module
        }
        for module, text in sources.items()
    }


@cache
def _named(text: str) -> tuple[str, ...]:
    return tuple(_names(text))


def _names(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def _module(name: str, known: Mapping[str, str]) -> str | None:
    """`a.b` of `from a import b` where it is a module, else `a`."""
    return next((each for each in (name, name.rpartition(".")[0]) if each in known), None)


def room_imports(imports: Mapping[str, set[str]], package: str) -> dict[str, set[str]]:
    """Of one package, room by room; a file that stands in no room counts as one."""
    rooms: dict[str, set[str]] = {}
    for module, named in imports.items():
        if module.startswith(f"{package}."):
            own = _room(module, package)
            others = {_room(each, package) for each in named if each.startswith(f"{package}.")}
            rooms.setdefault(own, set()).update(others - {own})
    return rooms


def _room(module: str, package: str) -> str:
    return ".".join(module.split(".")[: package.count(".") + 2])


def page_imports(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """File name without its ending -> the files beside it that it names."""
    stems = {name.rpartition(".")[0]: text for name, text in sources.items()}
    return {stem: set(_FROM.findall(text)) & stems.keys() for stem, text in stems.items()}


def product() -> dict[str, str]:
    paths = [path for top in ("monitord", "devices") for path in (ROOT / top).rglob("*.py")]
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): (
            path.read_text(encoding="utf-8")
        )
        for path in paths
        if "node_modules" not in path.parts
    }


def page() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in PAGE.glob("*.ts*")}


def test_no_python_module_imports_itself_by_way_of_others() -> None:
    imports = python_imports(product())
    assert sum(map(len, imports.values())) > 1000
    assert circle(imports) == []


@pytest.mark.parametrize("package", ["engine", "notify", "station", "daemon", "record"])
def test_no_room_imports_itself_by_way_of_others(package: str) -> None:
    rooms = room_imports(python_imports(product()), f"monitord.{package}")
    assert any(rooms.values())
    assert circle(rooms) == []


def test_recordings_are_read_without_knowing_how_they_are_run() -> None:
    rooms = room_imports(python_imports(product()), "monitord.replay")
    assert "monitord.replay.run" not in rooms["monitord.replay.recordings"]


def test_a_circle_of_rooms_is_found() -> None:
    sources = product()
    sources["monitord.station.access.roles"] += "\nfrom monitord.station.routes import requests\n"
    rooms = room_imports(python_imports(sources), "monitord.station")
    assert circle(rooms)


def test_no_file_of_the_page_imports_itself_by_way_of_others() -> None:
    imports = page_imports(page())
    assert sum(map(len, imports.values())) > 100
    assert circle(imports) == []


@pytest.mark.parametrize(
    "planted",
    [
        "from monitord.engine import engine",
        "def later():\n    from monitord.engine.engine import Engine",
        "if TYPE_CHECKING:\n    import monitord.engine.engine",
    ],
)
def test_a_circle_in_python_is_found(planted: str) -> None:
    sources = product()
    sources["monitord.engine.timers"] += f"\n{planted}\n"
    assert "monitord.engine.timers" in circle(python_imports(sources))


@pytest.mark.parametrize(
    "planted",
    [
        'import { ask } from "./sheet";',
        'import type { Question } from "./sheet";',
        'const later = () => import("./sheet");',
    ],
)
def test_a_circle_in_the_page_is_found(planted: str) -> None:
    sources = page()
    sources["fields.tsx"] += f"\n{planted}\n"
    assert "fields" in circle(page_imports(sources))

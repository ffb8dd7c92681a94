"""The page's `types.ts` from the OpenAPI schema of the station: `python release/page_types.py`.

Interfaces of everything that an answer or an event may hold, by name. `View` at the end of a name is
left out. The station writes every field, also one that holds its default.
"""

# ruff: noqa: INP001 - beside bundle.py, in no package

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

from monitord.station.app import create_app
from monitord.station.host import Host
from monitord.station.routes.review_routes import add_reviews
from monitord.station.routes.session_list_routes import add_session_list

TARGET: Final = Path(__file__).parents[1] / "monitord" / "station" / "web" / "src" / "types.ts"
HEAD: Final = """\
// Made by ./dev web from the station's OpenAPI schema: change monitord/station instead.
// Times are milliseconds of engine time.
"""
_PLAIN: Final = {"integer": "number", "number": "number", "string": "string", "boolean": "boolean"}

Schema = dict[str, Any]


def schema() -> Schema:
    """Of a station without a daemon."""
    host = SimpleNamespace(now=lambda: 0)
    app, nothing = create_app(cast("Host", host)), cast("Any", None)
    add_session_list(app, nothing, nothing, nothing)
    return add_reviews(app, nothing, nothing, nothing).openapi()


def types_of(api: Schema) -> str:
    """The text of `types.ts`."""
    every: dict[str, Schema] = api["components"]["schemas"]
    found: set[str] = set()
    for top in _answers(api):
        _reach(top, every, found)
    wanted = sorted(found)
    return HEAD + "".join(f"\n{_declared(name, every[name])}" for name in wanted)


def _answers(api: Schema) -> Iterator[Schema]:
    for methods in api["paths"].values():
        for method in methods.values():
            yield from method["responses"].get("200", {}).get("content", {}).values()


def _reach(value: object, every: dict[str, Schema], found: set[str]) -> None:
    """Adds the names of the schemas that a schema uses, and that those use; one may use itself."""
    if isinstance(value, dict):
        name = str(value.get("$ref", "")).rpartition("/")[2]
        if name and name not in found:
            found.add(name)
            _reach(every[name], every, found)
        for each in value.values():
            _reach(each, every, found)
    elif isinstance(value, list):
        for each in value:
            _reach(each, every, found)


def _name(name: str) -> str:
    return name.removesuffix("View")


def _declared(name: str, found: Schema) -> str:
    said = f"/** {' '.join(found['description'].split())} */\n" if "description" in found else ""
    if "properties" not in found:
        return f"{said}export type {_name(name)} = {_type(found)};\n"
    fields = "".join(f"  {key}: {_type(each)};\n" for key, each in found["properties"].items())
    return f"{said}export interface {_name(name)} {{\n{fields}}}\n"


def _type(found: Schema) -> str:
    match found:
        case {"$ref": str(reference)}:
            return _name(reference.rpartition("/")[2])
        case {"anyOf": list(options)}:
            return " | ".join(_type(each) for each in options)
        case {"enum": list(values)}:
            return " | ".join(json.dumps(each) for each in values)
        case {"type": "array", "items": dict(items)}:
            inner = _type(items)
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"Record<string, {_type(values)}>"
        case {"type": "object"}:
            return "Record<string, unknown>"
        case {"type": "null"}:
            return "null"
        case {"type": str(plain)}:
            return _PLAIN[plain]
    raise ValueError(f"the page has no type for {found}")


if __name__ == "__main__":
    TARGET.write_text(types_of(schema()), encoding="utf-8")

"""Values of a document -> models, gathering every fault as a sentence with its line."""

import json
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic_core import ErrorDetails

from monitord.config.files.yaml_file import Document, Loc
from monitord.errors import ConfigError
from monitord.field_faults import field_fault

T = TypeVar("T")

STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
"""How the models of a file are read: what is not asked for, or is nearly so, is a fault."""

# What pydantic calls it -> what a person is told.
_WORDS = {
    "missing": "is missing",
    "string_type": "must be text: put it in quotes",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "dict_type": "must hold keys and values",
    "model_type": "must hold keys and values",
    "model_attributes_type": "must hold keys and values",
    "dataclass_type": "must hold keys and values",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "union_tag_not_found": "is missing",
}
_UNKNOWN_KEY = {"extra_forbidden", "unexpected_keyword_argument"}
_CHOICES = {"enum", "literal_error", "union_tag_invalid"}
_SHOWN_LIMIT = 60


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Made once: it takes longer than the reading."""
    return TypeAdapter(kind)


class Reader:
    """Reads parts of one document; `finish` raises all faults at once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.faults: list[tuple[int, str]] = []

    def fault(self, loc: Loc, sentence: str) -> None:
        """Notes a fault at a key."""
        self.faults.append((self.document.line(loc), self.document.at(loc, sentence)))

    def read(self, kind: type[T] | TypeAdapter[T], value: Any, loc: Loc = ()) -> T | None:
        """The value as a `kind`; None, and the faults noted, when it is none.

        Strict, in the way of JSON: text is no number, but lists become tuples and words enums.
        """
        # mypy holds that a class is not hashable.
        adapter: TypeAdapter[T] = (
            kind if isinstance(kind, TypeAdapter) else _adapter(cast("Any", kind))
        )
        try:
            return adapter.validate_json(json.dumps(value), strict=True)
        except ValidationError as error:
            self.refused(adapter, error, value, loc)
        return None

    def refused(
        self, adapter: TypeAdapter[Any], error: ValidationError, value: Any, loc: Loc = ()
    ) -> None:
        """Notes what pydantic found in a value, one fault a place, in our words."""
        details_list = error.errors(include_url=False)
        unknown = any(details["type"] in _UNKNOWN_KEY for details in details_list)
        known = _known_keys(adapter) if unknown else set()
        told: set[Loc] = set()
        for details in details_list:
            path = _path(value, details)
            if (spot := (*loc, *path)) not in told:
                told.add(spot)
                self.fault(spot, _sentence(details, known))

    def plugin(self, kind: type[BaseModel], value: Any, loc: Loc) -> BaseModel | None:
        """As `read`, for the model of a plug-in, which may fail in any way."""
        try:
            return self.read(kind, value, loc)
        except Exception as error:  # noqa: BLE001 - a plug-in's own code; told as a fault of its entry
            self.fault(loc, f"its plug-in failed to read this: {type(error).__name__}: {error}")
        return None

    def finish(self) -> None:
        """Raises ConfigError, in the order of lines, if there was any fault."""
        if self.faults:
            raise ConfigError([text for _, text in sorted(self.faults, key=lambda fault: fault[0])])


_BEGUN = 3
"""Letters of a name that say which one is meant."""


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` or `; known: ...` for a word that is not known."""
    words = sorted(known)
    begun = [each for each in words if each.startswith(word)] if len(word) >= _BEGUN else []
    close = begun or get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(words)}" if words else ""


def _path(value: Any, details: ErrorDetails) -> Loc:
    """The error's place in the file: pydantic's own without the names of union members."""
    path: list[str | int] = []
    parts = [part for part in details["loc"] if part != "[key]"]
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if _holds(value, part):
            value = value[part]
        elif not (last and details["type"] in {"missing", *_UNKNOWN_KEY}):
            continue
        path.append(part)
    if details["type"].startswith("union_tag"):
        path.append(str((details.get("ctx") or {}).get("discriminator", "")).strip("'"))
    return tuple(path)


def _holds(value: Any, part: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, dict) and part in value


def _sentence(details: ErrorDetails, known: set[str]) -> str:
    kind, shown = details["type"], _shown(details["input"])
    context = details.get("ctx") or {}
    if kind in _UNKNOWN_KEY:
        return "is not a key that is known here" + _did_you_mean(str(details["loc"][-1]), known)
    if kind in _CHOICES:
        choices = str(context.get("expected") or context.get("expected_tags") or "")
        word = str(context.get("tag") or details["input"])
        names = [name.strip(" '") for name in choices.replace(" or ", ", ").split(",")]
        return f"{word!r} is not known" + nearest(word, names)
    if kind == "value_error":
        return field_fault(details)
    if kind in _WORDS:
        wrong = "" if _WORDS[kind] == "is missing" else f", not {shown}"
        return _WORDS[kind] + wrong
    return f"{field_fault(details)}, not {shown}"


def _did_you_mean(word: str, known: set[str]) -> str:
    if word in known:
        return "; it belongs to another part"
    hint = nearest(word, known)
    return hint if hint.startswith("; did you mean") else ""


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "keys and values"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN_LIMIT else text[:_SHOWN_LIMIT] + "..."


def _known_keys(adapter: TypeAdapter[Any]) -> set[str]:
    """Every key that the model knows at any depth: enough to catch a slip of the keyboard."""
    try:
        schema = adapter.json_schema()
    except PydanticInvalidForJsonSchema:
        return set()
    parts = [schema, *schema.get("$defs", {}).values()]
    return {key for part in parts for key in part.get("properties", {})}

"""YAML text -> plain values, each with the line it came from.

Every key is text; plain scalars are read as JSON would: `no`, `12:30`, `010` and dates stay text.
A doubled key, a tag or an alias is a fault: each value stands where it counts.
"""

import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from monitord.errors import ConfigError

Loc = tuple[str | int, ...]
Fault = tuple[Loc, str]
"""Where in a file, and a sentence."""

SIZE_LIMIT = 1_000_000
# Ten times a suite of 30 beds, every key commented; more is not a settings file.

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}(?:[eE][-+]?[0-9]{1,2})?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_TAGS = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge", "value")
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file's value, and the line of every key and list item in it."""

    name: str
    value: Any
    lines: dict[Loc, int]

    def at(self, loc: Loc, sentence: str) -> str:
        """`file:line: key.path: sentence`; the nearest line where the key itself is missing."""
        path = ".".join(str(part) for part in loc)
        return f"{self.name}:{self.line(loc)}: {path + ': ' if path else ''}{sentence}"

    def line(self, loc: Loc) -> int:
        """The line of the value at `loc`, or of the nearest one around it."""
        while loc not in self.lines and loc:
            loc = loc[:-1]
        return self.lines.get(loc, 1)


def read_file(path: Path, name: str | None = None) -> Document:
    """The file as a document; ConfigError if it cannot be read as one."""
    shown = name or str(path)
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError([f"{shown}: cannot be read: {reason}"]) from error
    if len(data) > SIZE_LIMIT:
        raise ConfigError([f"{shown}: over {SIZE_LIMIT} bytes: this is not a settings file"])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError([f"{shown}:{line}: not UTF-8 text"]) from error
    return read_text(text, shown)


def read_text(text: str, name: str) -> Document:
    """The text as a document; ConfigError lists every fault of form."""
    try:
        root = _composed(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        reason = error.problem or error.context or "not YAML"
        raise ConfigError([f"{name}:{line}: not YAML: {reason}"]) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError([f"{name}:{line}: not YAML: a character that is no text"]) from error
    except YAMLError as error:
        raise ConfigError([f"{name}:1: not YAML: {' '.join(str(error).split())}"]) from error
    except RecursionError as error:
        raise ConfigError([f"{name}:1: nested too deeply"]) from error
    except (ValueError, OverflowError, LookupError, AttributeError, TypeError) as error:
        # Escapes beyond Unicode and broken directives trip the parser itself.
        raise ConfigError([f"{name}:1: not YAML: {error}"]) from error
    if root is None:
        raise ConfigError([f"{name}:1: the file is empty"])
    builder = _Builder()
    value = builder.build(root, ())
    document = Document(name=name, value=value, lines=builder.lines)
    if builder.faults:
        raise ConfigError([f"{name}:{line}: {fault}" for line, fault in builder.faults])
    return document


@lru_cache(maxsize=8)
def _composed(text: str) -> Node | None:
    """The parser's nodes, which nobody changes.

    Parsing is nine tenths of reading: a protocol that several files name, or that is read again, is parsed once.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the parser warns where we refuse
        root: Node | None = YAML(typ="safe", pure=True).compose(text)
    return root


class _Builder:
    """Walks the parser's nodes once; gathers values, lines and faults."""

    def __init__(self) -> None:
        self.lines: dict[Loc, int] = {}
        self.faults: list[tuple[int, str]] = []
        self._met: set[int] = set()

    def build(self, node: Node, loc: Loc) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(loc, line)
        if id(node) in self._met:
            return self._fault(line, "an alias (*name) is not taken: write the value here")
        self._met.add(id(node))
        if str(node.tag) not in _TAGS:
            return self._fault(line, f"the tag {node.tag} is not taken")
        if isinstance(node, MappingNode):
            return self._mapping(node, loc)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*loc, i)) for i, item in enumerate(node.value)]
        return self._scalar(node.value, line, plain=getattr(node, "style", None) is None)

    def _mapping(self, node: MappingNode, loc: Loc) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self._fault(line, "a key must be a word")
                continue
            key = self._text(key_node.value, line)
            if key in result:
                first = self.lines[(*loc, key)]
                self._fault(line, f"the key {key!r} stands here twice, first in line {first}")
                continue
            self.lines[(*loc, key)] = line
            result[key] = self.build(value_node, (*loc, key))
        return result

    def _scalar(self, written: str, line: int, *, plain: bool) -> Any:
        text = self._text(written, line)
        if not plain:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        return float(text) if _FLOAT.fullmatch(text) else text

    def _text(self, text: str, line: int) -> str:
        try:
            # Two escapes may stand for one character, as JSON writes it.
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self._fault(line, "half a character: an escape \\uD800 to \\uDFFF stands alone")
            return ""

    def _fault(self, line: int, sentence: str) -> None:
        self.faults.append((line, sentence))

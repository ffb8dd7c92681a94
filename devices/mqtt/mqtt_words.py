"""Words from outside: no value, there or gone, and what is not understood. Pure."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

NO_VALUE: Final = frozenset(
    {"", "nan", "-nan", "none", "null", "nil", "unavailable", "unknown", "undefined", "n/a", "-"}
    | {"--", "---"}
)
"""What gateways write where a sensor has no value, in any case: ESPHome, Home Assistant, programs."""

ONLINE: Final = (
    *("online", "on", "true", "1", "yes", "up", "connected", "available", "alive", "ready"),
    "reachable",
)
OFFLINE: Final = (
    *("offline", "off", "false", "0", "no", "down", "disconnected", "unavailable", "dead", "lost"),
    "unreachable",
)
"""Both in any case; in JSON also as bool or number."""

KEYS: Final = (
    *("state", "status", "availability", "online", "available", "connected", "reachable", "alive"),
    "value",
)
"""Where an object says it, unless a path is given: the first that is there, or any that says gone."""


class Said(StrEnum):
    """The three outcomes of a word from outside."""

    YES = "yes"
    NO = "no"
    NOT_UNDERSTOOD = "not understood"


@dataclass(frozen=True, slots=True)
class Words:
    """What means there, what means gone; in any case. One list wins over the usual words of the other."""

    online: tuple[str, ...] = ()
    offline: tuple[str, ...] = ()

    def says(self, value: object) -> Said:
        """Of a bare word, a bool or a number."""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, str | bool | int):
            return Said.NOT_UNDERSTOOD
        word = str(value).strip().casefold()
        yes, no = _folded(self.online), _folded(self.offline)
        if word in yes or (not yes and word in ONLINE and word not in no):
            return Said.YES
        if word in no or (not no and word in OFFLINE and word not in yes):
            return Said.NO
        return Said.NOT_UNDERSTOOD


def availability(payload: bytes, words: Words, find: Callable[[Any], Any] | None) -> Said | None:
    """What a gateway says of itself; None for an empty payload, by which a retained topic is cleared.

    `find` takes the word from JSON; without it an object is asked for the usual keys.
    """
    text = payload[:LONGEST].decode("utf-8", errors="replace").strip("\ufeff\0 \t\r\n")
    if not text:
        return None
    if len(payload) > LONGEST:
        return Said.NOT_UNDERSTOOD
    try:
        found = document(text) if text[0] in '{["' or find is not None else _bare(text)
        values = [find(found)] if find is not None else _usual(found)
    except ValueError:
        return Said.NOT_UNDERSTOOD
    said = [words.says(value) for value in values]
    return Said.NO if Said.NO in said else said[0]


LONGEST: Final = 4096
_DECIMAL: Final = re.compile(r"\d{1,9}\.\d{1,9}", re.ASCII)


def _bare(text: str) -> str | float:
    """A word, or a number with a fraction: `1.0`."""
    return float(text) if _DECIMAL.fullmatch(text) else text


def _usual(found: Any) -> list[Any]:
    """What the usual keys hold, in any case, the first first: one that says gone is believed against the others."""
    if not isinstance(found, dict):
        return [found]
    said = [value for key in KEYS for each, value in found.items() if each.casefold() == key]
    return said or [None]


def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.strip().casefold() for word in words)


def has_no_value(text: str) -> bool:
    """Whether a text is a word for no value."""
    return text.strip().casefold() in NO_VALUE


def document(text: str) -> Any:
    """The JSON of a text; ValueError where it is none.

    A bare word for no value that JSON does not know (`nan`, `None`, nothing at all) is null, any other one or such a
    number (`97 %`, `.5`) a text: it costs its own field and no other. A control character, an escape that is none and a last comma cost nothing.
    """
    try:
        return json.loads(
            text,
            strict=False,
            parse_constant=_nothing,
            parse_int=_whole,
            object_pairs_hook=_once,
        )
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except json.JSONDecodeError as first:
        try:
            return json.loads(
                _mended(text), strict=False, parse_int=_whole, object_pairs_hook=_once
            )
        except (ValueError, RecursionError):
            raise first from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a key that stands twice with different values nobody knows which holds: a list of them."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    said: dict[str, list[Any]] = {}
    for key, value in pairs:
        said.setdefault(key, []).append(value)
    return {
        key: values[0] if all(each == values[0] for each in values) else values
        for key, values in said.items()
    }


def _nothing(_: str) -> None:
    """NaN and the infinities, which Python reads and JSON does not know."""


def _whole(digits: str) -> int | float:
    """No integer is refused for its length: a number out of all range is no reading of its field."""
    return int(digits) if len(digits) < LONGEST_NUMBER else float("inf")


LONGEST_NUMBER: Final = 300
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:][^"{}\[\],:]*', re.DOTALL)
_JSON: Final = re.compile(r"true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)


def _is_none(word: str) -> bool:
    """Whether a bare word is one for no value; in JSON also the infinities, which Python writes there."""
    return has_no_value(word) or word.lstrip("+-").casefold() in {"nan", "inf", "infinity"}


_CONTROL: Final = re.compile(r"[\0-\x08\x0e-\x1f\x7f]+")
_ESCAPE: Final = re.compile(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')


def _mended(text: str) -> str:
    tokens: list[str] = []
    for found in _TOKEN.finditer(text):
        token = found[0].strip()
        if _CONTROL.fullmatch(token):
            continue  # NUL, XON or XOFF that slipped in between; inside a number it may have been a digit.
        if tokens[-1:] == [":"] and token in {",", "}"}:
            tokens.append("null")
        if tokens[-1:] == [","] and token in {"}", "]"}:
            tokens.pop()
        if token[0] == '"':
            tokens.append(_ESCAPE.sub(r"\\\\", token))
        else:
            bare = token not in {*"{}[],:"}
            if bare and not _JSON.fullmatch(token):
                # A word that is none for no value is for its field to refuse.
                word = token.strip("\0\x11\x13")
                strange = tokens[-1:] == [":"] and not _is_none(word)
                token = json.dumps(word) if strange else "null"
            tokens.append(token)
    return "".join(tokens)

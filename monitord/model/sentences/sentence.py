"""A sentence as a key and its values, and its words in a language. Pure.

A template of the catalogue names its values in braces, with how each is written:

    {text}          a text of the protocol or of staff, a sentence, or several, with "; " between them
    {value:n}       a number
    {lasted:span}   a span of time (integer microseconds): `40 s`, `4 min`
    {title:Text}    as {text}, with a capital letter
    {all:and}       several sentences, with "and" between them; `And` with a capital letter
    {all:list}      several sentences, with commas between them
    {signal:signal} a word of a vocabulary: that of the key `signal.spo2`; `Signal` with a capital letter
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from string import Formatter
from typing import Final, Union

from monitord.model.instant import spoken
from monitord.model.sentences.english import ENGLISH
from monitord.model.sentences.german import GERMAN
from monitord.model.signals import SIGNALS

Value = Union[str, int, float, "Sentence", tuple["Sentence", ...]]


@dataclass(frozen=True, slots=True)
class Sentence:
    """`key` names a template of the catalogue, `values` are what it names in braces."""

    key: str
    values: dict[str, Value] = field(default_factory=dict)


Said = tuple[Sentence, ...]
"""Several sentences that are one text, the most important first."""

DEFAULT_LANGUAGE: Final = "en"
CATALOGUES: Final[dict[str, dict[str, str]]] = {DEFAULT_LANGUAGE: ENGLISH, "de": GERMAN}
"""The templates by language and key; a language without a key says it in English."""

_LABELS: Final = {
    f"{form}.{signal}": spec.label
    for signal, spec in SIGNALS.items()
    for form in ("signal", "label")
}
"""A signal without a word of its own goes by its label, which is also what stands at its number."""


def say(key: str, /, **values: Value) -> Sentence:
    """A sentence with its numbers as floats and its spans as integers, so that its JSON is the same always."""
    formats = {name: form for _, name, form in _parts(ENGLISH.get(key, ""))}
    return Sentence(key, {name: _exact(value, formats.get(name)) for name, value in values.items()})


def in_words(said: Sentence | Said, language: str = DEFAULT_LANGUAGE) -> str:
    """The text of one or several sentences."""
    if isinstance(said, tuple):
        return "; ".join(in_words(each, language) for each in said)
    return "".join(_rendered(said, language))


def vocabulary(form: str, code: str, language: str = DEFAULT_LANGUAGE) -> str:
    """A word of one of the vocabularies: `action`, `signal` ..."""
    return _written(code, form, language)


def templates(language: str) -> dict[str, str]:
    """All that `in_words` looks up, for a page that says the same sentences itself."""
    return {**_LABELS, **ENGLISH, **CATALOGUES.get(language, ENGLISH)}


def places(key: str) -> frozenset[str]:
    """The names of the values that the English template asks for."""
    return frozenset(name for _, name, _ in _parts(ENGLISH[key]) if name)


def _exact(value: Value, form: str | None) -> Value:
    if isinstance(value, (int, float)) and form == "n":
        return float(value)
    # Of an enumeration its value: what is read back from JSON is equal.
    return str(value) if isinstance(value, str) else value


@cache
def _parts(template: str) -> tuple[tuple[str, str, str], ...]:
    """Text before a place, the place's name and how it is written; both empty at the end."""
    return tuple(
        (text, name or "", form or "") for text, name, form, _ in Formatter().parse(template)
    )


def _template(key: str, language: str) -> str | None:
    return CATALOGUES.get(language, ENGLISH).get(key) or ENGLISH.get(key)


def _rendered(said: Sentence, language: str) -> Iterator[str]:
    template = _template(said.key, language)
    if template is None:
        # Of a later version; its text stands beside it.
        yield said.key
        return
    for text, name, form in _parts(template):
        yield text
        if name:
            word = _written(said.values.get(name, "?"), form.lower(), language)
            yield word[:1].upper() + word[1:] if form[:1].isupper() else word


def decimal(value: float, language: str = DEFAULT_LANGUAGE) -> str:
    """Three digits are as many as anybody reads at a bed: `89.3`, `0.96`; above that whole numbers.

    The mark of decimals is that of the language.
    """
    text = f"{value:.3g}" if abs(value) < _FOUR_DIGITS else f"{value:.0f}"
    return text.replace(".", _template("decimal_mark", language) or ".")


_FOUR_DIGITS: Final = 999.5


def _written(value: Value, form: str, language: str) -> str:
    match value:
        case Sentence():
            return in_words(value, language)
        case tuple() if form in {"and", "list"}:
            joint = _template("and", language) if form == "and" else None
            return (joint or ", ").join(in_words(each, language) for each in value)
        case tuple():
            return in_words(value, language)
        case int() | float() if form == "span":
            return spoken(int(value))
        case int() | float():
            return decimal(value, language)
        case str() if form in {"", "text"}:
            return value
    key = f"{form}.{value}"
    return _template(key, language) or _LABELS.get(key) or value.replace("_", " ")

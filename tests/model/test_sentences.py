"""What monitord says stands in one catalogue: no text beside it, no key without words, an example and a use."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Final

import pytest
from pydantic import TypeAdapter

from monitord.engine.protocol.protocol import Stage
from monitord.engine.rules.equipment_fault import LEVELS
from monitord.model import MINUTE, SECOND, Priority, Quality, Sentence, Signal, in_words, say
from monitord.model.sentences import sentence
from monitord.model.sentences.english import ENGLISH
from monitord.model.sentences.sentence import Said, places
from monitord.station.access.roles import STAFF_ACTIONS
from tests.release.sentence_examples import GROUPS, example
from tests.sources import Source, imports, product

SAYS: Final = ("say", "lasting", "_said")
"""The functions that make a sentence of a key; `lasting` has two keys."""

SPEAKING: Final = ("monitord/engine/", "monitord/station/views/", "monitord/notify/message_text.py")
"""Where staff are spoken to: no text stands there."""

WORDS: Final = re.compile(r"[A-Za-z]{2,}[,:;]? [A-Za-z]|[a-z] $|^ [a-z]")

NO_SENTENCES: Final = {
    "monitord/engine/protocol/adjust.py": "what is wrong with a protocol file, for its author",
    "monitord/engine/readings/coverage.py": "causes in the coverage ledger, which journals keep",
    "monitord/engine/rules/burden.py": "what a level asks, as `monitord check` lists it",
    "monitord/engine/rules/combine.py": "what a level asks, as `monitord check` lists it",
    "monitord/engine/rules/crosscheck.py": "what a level asks, as `monitord check` lists it",
    "monitord/engine/rules/limit.py": "a level as it is written in a protocol",
    "monitord/engine/rules/score.py": "what a level asks, as `monitord check` lists it",
    "monitord/engine/rules/trend.py": "what a level asks, as `monitord check` lists it",
    "monitord/engine/rules/unstarted.py": "a title, which a protocol may change",
}
"""Files with words that staff do not read, and what they are."""


@cache
def tree_of(source: Source) -> ast.Module:
    return ast.parse(source.text)


def aside(tree: ast.Module) -> set[int]:
    """What is no text for staff: docstrings, errors for programmers, sources of numbers, patterns."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for first in body if isinstance(body, list) else ():
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found.add(first.value)
        match node:
            case ast.Raise() | ast.keyword(arg="source"):
                found.add(node)
            case ast.Assign(targets=[ast.Name(id="msg")]):
                found.add(node)
            case ast.Call(func=func) if ast.unparse(func) in {"re.compile", "cast"}:
                found.add(node)
    return {id(each) for node in found for each in ast.walk(node)}


def texts(source: Source) -> list[str]:
    """Every text in a file that reads like words of a sentence."""
    tree = tree_of(source)
    skipped = aside(tree)
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in skipped
        and WORDS.search(node.value)
    ]


@cache
def made(source: Source) -> tuple[tuple[ast.expr, frozenset[str] | None], ...]:
    """Each key that a sentence is made of, with the names of its values (None: not all are seen)."""
    return tuple(_made(source)) if "monitord.model.say" in imports(source) else ()


def _made(source: Source) -> Iterator[tuple[ast.expr, frozenset[str] | None]]:
    for node in ast.walk(tree_of(source)):
        if (
            isinstance(node, ast.Call)
            and node.args
            and ast.unparse(node.func).split(".")[-1] in SAYS
        ):
            names = [each.arg for each in node.keywords]
            whole = None if None in names else frozenset(filter(None, names))
            lasts = ast.unparse(node.func) == "lasting"
            yield node.args[0], None if lasts else whole


def keys_of(key: ast.expr) -> Iterator[str]:
    """The keys that an expression may be: as written, one of two, or all that an f-string fits."""
    match key:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from keys_of(key.body)
            yield from keys_of(key.orelse)
        case ast.JoinedStr():
            parts = [
                re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in key.values
            ]
            fits = [each for each in ENGLISH if re.fullmatch("".join(parts), each)]
            assert fits, ast.unparse(key)
            yield from fits


ALL: Final = [source for source in product() if "/sentences/" not in source.path]


def stands_in_the_product(key: str) -> bool:
    """Whether the key stands in the product as a text: one that is chosen from a table stands there."""
    return any(f'"{key}"' in source.text for source in ALL)


def test_no_text_is_made_beside_the_catalogue() -> None:
    found = {
        source.path: texts(source)
        for source in ALL
        if source.path.startswith(SPEAKING) and source.path not in NO_SENTENCES
    }
    assert {path: said for path, said in found.items() if said} == {}


def test_a_text_beside_the_catalogue_would_be_found() -> None:
    planted = Source(
        path="x.py", text='def f():\n    """Doc string."""\n    return "no good reading"\n'
    )
    assert texts(planted) == ["no good reading"]


def test_every_file_that_is_left_out_has_words() -> None:
    named = {source.path: source for source in ALL}
    assert [path for path in NO_SENTENCES if not texts(named[path])] == []


def test_every_key_that_is_said_is_in_the_catalogue_with_just_these_values() -> None:
    wrong = []
    for source in ALL:
        for written, names in made(source):
            keys = list(keys_of(written))
            unknown = [key for key in keys if key not in ENGLISH]
            fits = names is None or not keys or any(places(key) == names for key in keys)
            if unknown or not fits:
                wrong.append(f"{source.path}: {ast.unparse(written)} with {sorted(names or ())}")
    assert wrong == []


def test_every_key_of_the_catalogue_is_said() -> None:
    said = {key for source in ALL for written, _ in made(source) for key in keys_of(written)}
    said |= {f"{key}.for" for key in said}
    forms = {
        form for template in ENGLISH.values() for form in re.findall(r":([a-z_0-9]+)}", template)
    }
    keys = [key for group in GROUPS.values() for key in group]
    unsaid = [key for key in keys if key not in said and key.split(".")[0] not in forms]
    assert [key for key in unsaid if not stands_in_the_product(key)] == []


@pytest.mark.parametrize("key", [key for group in GROUPS.values() for key in group])
def test_every_sentence_has_an_example_that_reads_whole(key: str) -> None:
    text = in_words(example(key))
    assert not re.search(r"[{}]|\?(?=[a-z])|  ", text), text


def test_every_fault_has_its_sentence() -> None:
    assert [cause for cause in LEVELS if f"fault.{cause}" not in ENGLISH] == []


def test_a_sentence_comes_back_from_json_as_it_was() -> None:
    reading = say("reading.now", signal=Signal.SPO2, value=86)
    said = (
        say("limit.for", reading=reading, beyond=say("beyond.below", limit=90), lasted=15 * SECOND),
    )
    kind = TypeAdapter(Said)
    again = kind.validate_json(kind.dump_json(said))
    assert again == said
    assert json.loads(kind.dump_json(again)) == json.loads(kind.dump_json(said))
    assert in_words(again) == "SpO2 86 now, below 90 for 15 s"


def test_the_same_key_and_values_are_said_in_another_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    german = {
        "limit.for": "{reading}, seit {lasted:span} {beyond}",
        "reading.now": "{signal:Signal} jetzt {value:n}",
        "beyond.below": "unter {limit:n}",
        "signal.pulse_rate": "Puls",
    }
    monkeypatch.setitem(sentence.CATALOGUES, "xx", german)
    reading = say("reading.now", signal=Signal.PULSE_RATE, value=36)
    said = say(
        "limit.for", reading=reading, beyond=say("beyond.below", limit=40), lasted=5 * SECOND
    )
    assert in_words(said, "xx") == "Puls jetzt 36, seit 5 s unter 40"
    assert in_words(say("help"), "xx") == "Help called"


def test_every_sentence_stands_in_every_language_with_the_same_values() -> None:
    for language, words in sentence.CATALOGUES.items():
        assert [key for key in ENGLISH if key not in words] == [], language
        named = {
            key: {name for _, name, _ in sentence._parts(words[key]) if name} for key in ENGLISH
        }
        assert [key for key in ENGLISH if named[key] != places(key)] == [], language


def test_german_has_a_word_of_its_own_for_every_signal_quality_and_action() -> None:
    german = sentence.CATALOGUES["de"]
    codes = [f"signal.{signal}" for signal in Signal] + [f"quality.{each}" for each in Quality]
    codes += [f"action.{action}" for action in STAFF_ACTIONS]
    codes += [f"priority.{each.word}" for each in Priority] + [f"stage.{stage}" for stage in Stage]
    assert [code for code in codes if code not in german] == []


def test_a_key_of_a_later_version_and_a_value_that_is_missing_raise_nothing() -> None:
    assert in_words(Sentence("of.tomorrow")) == "of.tomorrow"
    assert in_words(Sentence("last", {"value": 97.0})) == "last 97, ? ago"


def test_a_span_is_said_in_the_unit_of_which_there_are_two() -> None:
    spans = (1 * SECOND, 119 * SECOND, 120 * SECOND, 119 * MINUTE, 120 * MINUTE, 25 * 60 * MINUTE)
    words = [in_words(say("last", value=97, age=span)).split(", ")[1] for span in spans]
    assert words == ["1 s ago", "119 s ago", "2 min ago", "119 min ago", "2 h ago", "25 h ago"]

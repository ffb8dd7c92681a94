"""Every word of the page stands in its catalogues, in each language with the same places for values."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from monitord.model.sentences.english import ENGLISH

SRC: Final = Path(__file__).parents[2] / "monitord" / "station" / "web" / "src"
LANGUAGES: Final = ("en", "de")
MADE: Final = frozenset({"types.ts"})
"""Not written by hand, and without a text that is shown."""

_TOKEN: Final = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`""", re.DOTALL
)
_WORDS: Final = re.compile(
    r"[A-Za-z]{2,}[,:;]? \$?[{A-Za-z]|\} [A-Za-z]{2,}|^[A-Z][a-z]{2,}|^[A-Z ]{4,}$"
)
_MARKUP: Final = re.compile(r"[>}]([^<>{};=]*[A-Za-z]{2,}[^<>{};=]*)[<{]")
_CODE: Final = re.compile(
    r"\b(?:else|from|catch|finally|return|if|for|const|let|function|export|import|interface|type|"
    r"async|extends|implements|satisfies|as|null|case|default|try|private|static|class|void)\b|=>|\(\)|&&|\|\||[?:] *$|^\W*\)|\w\(|\"|\w\.\w|^[,\[.]"
)
NO_WORDS: Final = frozenset(
    {
        # Keys of the browser's storage, of which nobody reads any.
        "monitord half-filled",
        "monitord language",
        "monitord station",
        "monitord theme",
        "monitord volume",
        # Names of the browser's own: keys, elements, fonts, headers.
        "AbortError",
        "BUTTON",
        "Escape",
        "Enter",
        "POST",
        # Our own name.
        "monitord",
        # What is recorded; the page says it in its own language.
        "other room",
        # Selectors, fonts.
        "[data-whole], .vitals, .alarm p",
        "input, select",
        "${(whole ? 15 : 13) * devicePixelRatio}px system-ui, sans-serif",
        "${whole ? 15 : 13}px system-ui",
        "13px system-ui",
        # Types and values between braces, which look like a text between elements.
        ": Props,",
        ": State)",
        "Promise",
        "minutes",
        # What is typed in a terminal.
        "monitord people add",
    }
)


def _strings(source: str) -> Iterator[tuple[int, str]]:
    for found in _TOKEN.finditer(source):
        if not found.group().startswith("/"):
            yield found.start(), found.group()[1:-1]


def _bare(source: str) -> str:
    """Without comments and texts; as long as before."""
    return _TOKEN.sub(lambda found: '"' + " " * (len(found.group()) - 2) + '"', source)


def outside(name: str, source: str) -> list[str]:
    """What reads like words for a person, in texts and between elements."""
    found = []
    for at, text in _strings(source):
        line = source[source.rfind("\n", 0, at) + 1 : at]
        if text in NO_WORDS or re.search(r"class(?:Name)?=|^import |^\} from ", line):
            continue
        # What stands in a place of a template is code.
        plain = re.sub(r"\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", "", text)
        if _WORDS.search(plain):
            found.append(text)
    if name.endswith(".tsx"):
        for match in _MARKUP.finditer(_bare(source)):
            text = " ".join(match.group(1).split())
            if text not in NO_WORDS and not _CODE.search(text):
                found.append(text)
    return found


def catalogue(language: str) -> dict[str, str]:
    """The page's own words in a language, by key."""
    found: dict[str, str] = json.loads((SRC / f"words_{language}.json").read_text(encoding="utf-8"))
    return found


def places(template: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", template))


SOURCES: Final = [path for path in sorted(SRC.glob("*.ts*")) if path.name not in MADE]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_word_of_the_page_stands_outside_its_catalogue(path: Path) -> None:
    assert outside(path.name, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "planted",
    [
        '<p class="soft">Look at the chair</p>',
        "<b>\n        Acknowledge\n      </b>",
        '<button aria-label="More actions" />',
        'const text = "no reading came";',
        "const text = `${count} min ago`;",
        "<p>{by} has it</p>",
        'said.push("PAUSED");',
    ],
)
def test_a_word_outside_the_catalogue_would_be_found(planted: str) -> None:
    assert outside("x.tsx", planted) != []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_word_with_the_same_places(language: str) -> None:
    english, other = catalogue("en"), catalogue(language)
    assert sorted(english) == sorted(other)
    assert [key for key in english if places(english[key]) != places(other[key])] == []
    assert [key for key, text in other.items() if not text.strip()] == []


def test_german_is_marked_as_unreviewed_where_it_is_chosen() -> None:
    assert "ungeprüft" in catalogue("de")["language.de"]


def test_the_page_calls_the_place_of_a_patient_a_chair() -> None:
    """`bed` is the word of programs: of addresses, of `explain` and of messages to systems."""
    programs = ("bed", "told")
    said = {key: text for key, text in ENGLISH.items() if key.split(".")[0] not in programs}
    said |= catalogue("en")
    found = {key: text for key, text in said.items() if re.search(r"(?<!\{)\b[Bb]eds?\b", text)}
    assert found == {}

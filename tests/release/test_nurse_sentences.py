"""The sentences that a nurse meets: judged as they stand, named on her card as on the page, and no missing reading sounds like a missing sign."""

import re
from pathlib import Path
from typing import Final

import pytest

from monitord.model import in_words
from monitord.model.sentences.english import ENGLISH
from monitord.model.sentences.english_alarms import ALARMS
from monitord.model.sentences.sentence import CATALOGUES, places
from tests.release.sentence_examples import example
from tests.station.test_page_words import catalogue

GUIDE: Final = Path(__file__).parents[2] / "docs" / "nurse-sentences.md"
DAY: Final = GUIDE.with_name("suite.md")
FAILING: Final = ("lumps.late",)
"""Of the page's own words those of a failure that stand in quotes there."""
PROTOCOLS_OWN: Final = {"Call the emergency team?"}
"""What a protocol asks, in its own words."""
SEEN: Final = {"seconds": "12"}
"""The values of the page's own words in the table."""

IDENTIFIER: Final = re.compile(r"\b[a-z]+_[a-z0-9_]+|@\d|\w+://")

MISSING: Final = re.compile(
    r"\bno (?:pulse|BP)(?! reading)|pulse lost|\bkein (?:Puls|Blutdruck)\b|Puls \S* ?verloren",
    re.IGNORECASE,
)
"""What would tell of the patient where it is the reading that is not there."""

CARD: Final = {
    "card.equipment": ("alarm.equipment",),
    "card.to_do": ("alarm.to_do",),
    "card.clinician": ("assess",),
    "card.held": ("alarm.held", "acknowledge"),
    "card.simulated": ("simulated",),
    "card.begin": (
        "sound.unlock",
        "top.test_sound",
        "suite.not_checked",
        "station.test_alarm",
        "suite.check_done",
    ),
    "card.acknowledge": ("acknowledge",),
    "card.pause": ("button.pause_audio",),
    "card.answer": ("answer.button",),
    "card.help": ("help", "help.who"),
    "card.observe": ("button.observe",),
    "card.late": ("sheet.when",),
    "card.wrong": ("button.more", "button.correct_last"),
    "card.hand_over": ("suite.checked", "suite.hand_over"),
    "card.not_live": ("top.gone",),
    "card.locked": ("sound.locked", "sound.unlock", "top.test_sound"),
    "card.not_monitored": ("tile.lost",),
}
"""Each row of the card that names looks and buttons, with the keys of their words."""


def shown(key: str, language: str) -> str:
    """A sentence with its example; a word of the page with its values."""
    if key in ENGLISH:
        return in_words(example(key), language)
    words = catalogue(language)
    return words[key].format_map(SEEN | {"locked": words["sound.locked"]})


def rows() -> list[list[str]]:
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.split("|")[2:-1]]
        for line in lines
        if re.match(r"\| \d", line)
    ]


def test_the_sentences_that_were_judged_are_those_that_a_nurse_meets() -> None:
    found = rows()
    assert len(found) == 30
    for english, german, key, judged in found:
        name = key.strip("`")
        assert (english, german) == (shown(name, "en"), shown(name, "de")), f"{name}: judge it anew"
        assert re.match(r"clear|not clear(?: in German)?, ", judged), f"{name}: not judged"


def test_what_a_nurse_looks_up_among_failures_is_quoted_as_it_is_said() -> None:
    said = {in_words(example(key)).casefold() for key in ALARMS}
    said |= {
        text.format_map(SEEN).casefold().rstrip(".")
        for key, text in catalogue("en").items()
        if key in FAILING
    }
    quoted = re.findall(r'^- \*\*"(.+?)"\*\*', DAY.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(quoted) >= 5
    assert [
        each for each in quoted if re.sub(r"\b\d+ s\b", "12 s", each.casefold()) not in said
    ] == []


def test_a_nurses_day_names_buttons_as_the_page_does_and_nothing_for_programs() -> None:
    page = DAY.read_text(encoding="utf-8")
    assert IDENTIFIER.findall(re.sub(r"\(\S+\)", "", page)) == []
    assert re.findall(r"`(?:GET|POST)\b[^`]*`", page) == []
    words = {text.split(" {")[0].rstrip(".…") for text in catalogue("en").values()}
    day = " ".join(page.split("\n## ")[0].split())
    named = re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", day)
    assert len(named) >= 20
    assert [each for each in named if each.rstrip(".…") not in words | PROTOCOLS_OWN] == []


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("key", list(CARD))
def test_the_card_names_each_look_and_button_as_the_page_does(key: str, language: str) -> None:
    row = catalogue(language)[key]
    for word in CARD[key]:
        # Without the time that may stand in it.
        assert shown_plain(word, language) in row, f"{key} does not name {word}"


def shown_plain(word: str, language: str) -> str:
    said = catalogue(language).get(word) or CATALOGUES[language][word]
    return said.split(" {")[0]


def test_every_row_of_the_card_that_begins_with_a_look_is_looked_at() -> None:
    """A row in capitals names what stands on the page."""
    capitals = [
        key
        for key, text in catalogue("en").items()
        if key.startswith("card.") and re.match(r"[A-Z]{2,}", text)
    ]
    assert [key for key in capitals if key not in CARD] == []


@pytest.mark.parametrize("language", list(CATALOGUES))
def test_no_missing_reading_sounds_like_a_missing_sign(language: str) -> None:
    for key in (*ALARMS, *(key for key in ENGLISH if key.startswith("name."))):
        said = example(key)
        for signal in ("pulse_rate", "nibp_sys"):
            values = {**said.values, **({"signal": signal} if "signal" in places(key) else {})}
            text = in_words(type(said)(key, values), language)
            assert not MISSING.search(text), f"{key}: {text}"


@pytest.mark.parametrize("language", list(CATALOGUES))
def test_no_alarm_says_a_name_for_programs(language: str) -> None:
    told = {key: in_words(example(key), language) for key in ALARMS}
    assert {key: text for key, text in told.items() if IDENTIFIER.search(text)} == {}

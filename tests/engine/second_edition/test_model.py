"""The model says what the page's traces of one rule say."""

from tests.engine.second_edition.life import live
from tests.engine.second_edition.page import Reading, Rule, Said, Second
from tests.engine.second_edition.shipped import NIBP_SYS_HIGH, ROUTES, SPO2_LOW

ANSWERS = {"acknowledge", "accept"}
WORDS = {1: "low", 2: "medium", 3: "high"}


def stream(values: dict[int, float], until: int, acts: dict[int, str]) -> list[Second]:
    """A reading a second, from a second on."""
    value = 97.0
    trace = []
    for at in range(until + 1):
        value = values.get(at, value)
        trace.append(Second(Reading(value), acts.get(at, "")))
    return trace


def cuff(values: dict[int, float], until: int) -> list[Second]:
    return [Second(Reading(values[at]) if at in values else None) for at in range(until + 1)]


def told(rule: Rule, trace: list[Second]) -> list[str]:
    return [_words(each) for each in live(rule, ROUTES, trace).said if each.what not in ANSWERS]


def _words(said: Said) -> str:
    to = ", ".join(said.to) or "screen"
    return f"{said.at} {said.what} {WORDS[said.priority]}: {to}"


def fall(begin: int, top: int, bottom: int) -> dict[int, float]:
    return {begin + n: float(max(bottom, top - 2 * n)) for n in range((top - bottom + 1) // 2 + 1)}


def test_1() -> None:
    values = {5: 88.0, **fall(100, 88, 70), **fall(120, 70, 55)}
    acts = {90: "acknowledge", 110: "acknowledge"}
    assert told(SPO2_LOW, stream(values, 130, acts)) == [
        "20 start medium: desk, ward",
        "65 escalate high: desk, pager, ward",
        "80 escalate high: desk, pager",
        "105 escalate high: desk, pager, ward",
        "128 escalate high: desk, pager, ward",
    ]


def test_2() -> None:
    values = {5: 79.0} | {25 + 20 * n: (83.0, 79.0)[n % 2] for n in range(16)}
    assert told(SPO2_LOW, stream(values, 316, {15: "acknowledge"})) == [
        "5 start high: desk, ward",
        "315 expire high: desk, ward",
    ]


def test_3() -> None:
    values = {5: 79.0, 35: 92.0, 215: 79.0}
    assert told(SPO2_LOW, stream(values, 220, {15: "acknowledge"})) == [
        "5 start high: desk, ward",
        "45 clear high: desk, ward",
        "65 escalate low: screen",
        "215 escalate high: desk, ward",
    ]


def test_4() -> None:
    assert told(NIBP_SYS_HIGH, cuff({0: 185, 170: 150}, 400)) == [
        "0 start medium: desk, ward",
        "60 escalate medium: pager",
        "170 clear medium: desk, pager, ward",
    ]


def test_5() -> None:
    assert told(NIBP_SYS_HIGH, cuff({0: 185, 310: 188}, 360)) == [
        "0 start medium: desk, ward",
        "60 escalate medium: pager",
        "180 escalate medium: desk, pager",
        "300 escalate high: desk, pager, ward",
        "310 escalate high: screen",
        "360 escalate high: desk, pager",
    ]


def test_6() -> None:
    said = told(NIBP_SYS_HIGH, cuff({0: 185, 300: 172, 600: 186}, 600))
    assert said[0] == "0 start medium: desk, ward"
    assert {line.split()[2] for line in said[:-1]} == {"medium:"}
    assert said[-1] == "600 escalate high: desk, pager, ward"


def test_7() -> None:
    values = {5: 84.0, 55: 98.0}
    assert told(SPO2_LOW, stream(values, 400, {25: "accept"})) == [
        "10 start high: desk, ward",
        "65 clear high: desk, ward",
    ]


def test_8() -> None:
    values = {5: 84.0, 76: 93.0, 405: 98.0}
    said = told(SPO2_LOW, stream(values, 420, {75: "acknowledge"}))
    assert said[-2:] == ["375 expire low: screen", "415 clear low: desk, pager, ward"]


def test_10() -> None:
    values = {0: 94.0, 1200: 89.0}
    assert told(SPO2_LOW, stream(values, 1280, {})) == [
        "60 start low: screen",
        "1215 escalate medium: desk, ward",
        "1260 escalate high: desk, pager, ward",
        "1275 escalate high: desk, pager",
    ]

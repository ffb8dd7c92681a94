"""The page in another language: each word that is shown comes of a catalogue, each sentence of its key and values."""

import dataclasses
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page, Route, expect
from pydantic import TypeAdapter

from monitord.engine.readings.limit_value import Limit
from monitord.engine.rules.limit import LimitLevel
from monitord.model import Priority, Relation, Sentence, Signal, in_words
from monitord.model.sentences.sentence import CATALOGUES, templates
from tests.builders_station import PaperHost, protocol, reading, spo2_low, state, vitals
from tests.release.sentence_examples import GROUPS, example
from tests.station.page.busy_visit import busy
from tests.station.page.paged import press, show, tap_head
from tests.station.served import Served
from tests.station.test_page_words import catalogue

pytestmark = [pytest.mark.browser]

IDENTIFIER: Final = re.compile(r"\b[a-z]+_[a-z0-9_]+|@\d|\w+://")
"""`spo2_low`, `ketamine@1`, `mqtt://...`: names for programs."""

SHOWN: Final = """
    [...document.querySelectorAll("body *")].flatMap((node) => {
        if (node.closest("script, style, noscript, .u-legend")) return [];
        const own = [...node.childNodes].filter((each) => each.nodeType === 3).map((each) => each.data);
        const said = ["aria-label", "title", "placeholder"].map((name) => node.getAttribute(name));
        return [...own, ...said].filter((text) => text && /[A-Za-z]{2}/.test(text));
    })
"""

SHOWN_WITH_NUMBERS: Final = SHOWN.replace("[A-Za-z]{2}", "[0-9]")

DATA: Final = re.compile(
    # What the suite, its protocol and its staff have written, units, and our own name.
    r"North|Chair \d|Ketamine IV 0.5 mg/kg over 40 min|[Ii]nfusion|blood pressure|Breathing slow|SpO2 low|Mood"
    r"|\b(?:AB|CD)\b|sleep apnoea|K-0\d+|monitord|mmHg|\d+ min\b|/min"
)


def marked(words: dict[str, str]) -> dict[str, str]:
    return {key: f"⟦{text}⟧" for key, text in words.items()}


def unmarked(text: str) -> str:
    """What stands outside the marks, and is no data; a sentence may go on in another element."""
    while (less := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = less
    return DATA.sub("", re.sub(r"^[^⟦]*⟧|⟦[^⟧]*$", "", text))


@pytest.fixture
def host() -> PaperHost:
    host = PaperHost(**{"1": busy(), "2": state("2", readings=vitals(simulated=True))})
    host.lost.append("3")
    return host


async def in_german(browser: Browser, url: str, *, with_marks: bool) -> Page:
    """The page as this screen has chosen German; `with_marks` around each template of both catalogues."""
    page = await browser.new_page(viewport={"width": 1920, "height": 1080})

    async def own(route: Route) -> None:
        body = f"export default {json.dumps(marked(catalogue('de')))};"
        await route.fulfill(content_type="text/javascript", body=body)

    async def said(route: Route) -> None:
        await route.fulfill(json=marked(templates("de")))

    if with_marks:
        await page.route("**/assets/shared-words_de.js", own)
        await page.route("**/api/sentences/de", said)
    await page.add_init_script("localStorage.setItem('monitord language', 'de')")
    await show(page, url)
    return page


async def test_every_word_that_is_shown_comes_of_a_catalogue(
    browser: Browser, station: Served
) -> None:
    page = await in_german(browser, station.url, with_marks=True)
    await expect(page.locator(".alarm .what").first).to_contain_text("⟦")
    sheet = page.locator(".sheet")

    def head(word: str) -> Callable[[], Awaitable[None]]:
        return lambda: tap_head(page, f"⟦{catalogue('de')[word]}⟧")

    def on(bed: str, word: str) -> Callable[[], Awaitable[None]]:
        return lambda: press(page, bed, f"⟦{catalogue('de')[word]}⟧")

    async def name() -> None:
        await page.locator('[data-bed="1"] .name').click()
        await page.locator(".insight").wait_for()

    views: dict[str, Callable[[], Awaitable[None]] | None] = {
        "wall": None,
        "log": head("top.log"),
        "limits": head("top.limits"),
        "legend": head("top.legend"),
        "suite": head("suite.not_checked"),
        "station": head("station.name_title"),
        "admit": on("2", "button.admit"),
        "observe": on("1", "button.observe"),
        "stop": on("1", "button.stop_infusion"),
        "detail": name,
    }
    found: dict[str, list[str]] = {}
    for view, reach in views.items():
        if reach:
            await reach()
        texts: list[str] = await page.evaluate(SHOWN)
        found[view] = [text for text in texts if re.search(r"[A-Za-z]{2}", unmarked(text))]
        assert [text for text in texts if IDENTIFIER.search(text)] == [], view
        if await sheet.is_visible():
            await page.keyboard.press("Escape")
        await page.evaluate(
            "document.querySelectorAll('aside > header > button:last-of-type').forEach((each) => each.click())"
        )
    assert {view: texts for view, texts in found.items() if texts} == {}


async def test_an_alarm_is_said_in_the_language_that_a_screen_chose(
    browser: Browser, station: Served
) -> None:
    page = await in_german(browser, station.url, with_marks=False)
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page.locator('[data-bed="1"] .acknowledge').first).to_have_text("Quittieren")
    await tap_head(page, "Legende")
    await expect(page.locator(".legend")).to_contain_text("Karte für die Pflege")
    await page.locator(".legend").get_by_role("button", name="English").click()
    await expect(page.locator('[data-bed="1"] .acknowledge').first).to_have_text("Acknowledge")


async def test_decimals_have_the_mark_of_the_language(
    browser: Browser, host: PaperHost, station: Served
) -> None:
    warm = dataclasses.replace(spo2_low(), signal=Signal.TEMPERATURE)
    limits = (LimitLevel(priority=Priority.MEDIUM, limit=Limit(Relation.BELOW, 35.5)),)
    own = protocol()
    rules = own.rules | {"cold": dataclasses.replace(warm, levels=limits)}
    seen = host.states["1"].session_settings
    assert seen is not None
    changed = dataclasses.replace(
        seen, protocols={"ketamine": dataclasses.replace(own, rules=rules)}
    )
    readings = (*vitals(83), reading(Signal.TEMPERATURE, 37.2))
    host.set("1", readings=readings, settings=changed, session_settings=changed)
    for word, mark, other in (("de", ",", "."), ("en", ".", ",")):
        page = await in_german(browser, station.url, with_marks=False)
        if word == "en":
            await page.evaluate("localStorage.setItem('monitord language', 'en')")
            await page.add_init_script("localStorage.setItem('monitord language', 'en')")
            await page.reload()
        await expect(page.locator("html")).to_have_attribute("lang", word)
        await page.locator('[data-bed="1"] .name').click()
        await page.locator(".in-words").first.wait_for()
        texts = " ".join(await page.evaluate(SHOWN_WITH_NUMBERS)).replace("0.5 mg/kg", "")
        assert f"37{mark}2" in texts
        assert f"35{mark}5" in texts
        assert re.findall(rf"\d\{other}\d", texts) == []
        await page.close()


async def test_the_page_says_each_sentence_to_the_letter_as_the_daemon_does(page: Page) -> None:
    kind: TypeAdapter[Any] = TypeAdapter(Sentence)
    keys = [key for group in GROUPS.values() for key in group]
    said = [kind.dump_python(example(key), mode="json") for key in keys]
    for language in CATALOGUES:
        of = templates(language)
        script = """async ([said, of]) => {
            const { rendered } = await import("/assets/sentence_text.js");
            return said.map((each) => rendered(each, of));
        }"""
        texts = await page.evaluate(script, [said, of])
        assert dict(zip(keys, texts, strict=True)) == {
            key: in_words(example(key), language) for key in keys
        }


async def test_a_sentence_of_a_later_version_is_shown_as_the_daemon_wrote_it(
    browser: Browser, host: PaperHost, station: Served
) -> None:
    page = await browser.new_page()
    await page.route("**/api/sentences/de", lambda route: route.fulfill(json={}))
    await page.add_init_script("localStorage.setItem('monitord language', 'de')")
    await show(page, station.url)
    assert host.states
    await expect(page.locator('[data-bed="1"] .alarm .what').first).not_to_be_empty()

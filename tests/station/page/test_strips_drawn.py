"""The strips of `monitord replay --html` and `monitord diff --html`, drawn by a browser: no error, no request, one time for all."""

from pathlib import Path

import pytest
from playwright.async_api import Browser

from monitord.api import Protocol
from monitord.config import read_protocol
from monitord.config.files.shipped_files import shipped
from monitord.replay.backtest.verdicts import read_verdicts
from monitord.replay.compare.diff_page import diff_page
from monitord.replay.compare.diff_run import diff_protocols
from monitord.replay.run.limits_in_force import WatchedReplay
from monitord.replay.run.options import ReplayOptions
from monitord.replay.run.replay_run import foreign_session
from monitord.replay.run.strips_page import strips_page

pytestmark = [pytest.mark.browser]

SCALES = "[...document.querySelectorAll('.strip')].length"


async def test_a_click_on_an_alarm_shows_its_part_in_every_strip(
    browser: Browser, tmp_path: Path
) -> None:
    asked = ReplayOptions(events=shipped("recordings/infusion.events.csv"))
    place = str(shipped("recordings/infusion.csv"))
    seen = WatchedReplay(session=foreign_session(place, read_protocol("ketamine_iv_0_5_40"), asked))
    told = list(seen.lines())
    file = tmp_path / "strips.html"
    file.write_text(strips_page(seen.session, told, seen.in_force, []), encoding="utf-8")
    page = await browser.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text))
    page.on("request", lambda request: troubles.append(request.url))
    try:
        await page.goto(file.as_uri())
        strips = await page.evaluate(SCALES)
        assert strips == 1 + len(seen.session.recording.table.signals)
        before = await page.locator(".strip canvas").last.screenshot()
        await page.locator(".alarms button").nth(3).click()
        await page.wait_for_timeout(50)
        assert await page.locator(".strip canvas").last.screenshot() != before
        assert await page.locator(".alarms details").count() == len(
            {line.id for line in told if line.event.value == "start"}
        )
    finally:
        await page.close()
    assert troubles == [file.as_uri()]


async def test_a_diff_draws_both_sides_of_a_session_when_somebody_opens_it(
    browser: Browser, tmp_path: Path
) -> None:
    protocol = read_protocol("ketamine_iv_0_5_40")
    slower = Protocol.load("ketamine_iv_0_5_40").changed("spo2_low", "medium", was=90, delay="40s")
    source = tmp_path / '=1,"x".csv'
    source.write_bytes(shipped("recordings/infusion.csv").read_bytes())
    found = diff_protocols(protocol, slower.value, source)
    file = tmp_path / "diff.html"
    file.write_text(diff_page(found), encoding="utf-8")
    page = await browser.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text))
    page.on("request", lambda request: troubles.append(request.url))
    try:
        await page.goto(file.as_uri())
        assert await page.evaluate(SCALES) == 0, "what is folded is not drawn"
        await page.locator("button[data-look-at]").first.click()
        assert await page.evaluate(SCALES) == 1 + 5
        alarms = await page.locator(".alarms summary").all_inner_texts()
        assert {each.split(",")[0].split()[-1] for each in alarms} == {"A", "B"}
        await page.locator("select[data-session]").first.select_option("needed")
        async with page.expect_download() as saving:
            await page.locator("#save").click()
        await (await saving.value).save_as(tmp_path / "verdicts.csv")
        titles = await page.locator(".strip .u-title").all_inner_texts()
        assert any("medium <90" in each and "A medium" not in each for each in titles)
    finally:
        await page.close()
    assert troubles[0] == file.as_uri()
    assert all(each.startswith("blob:") for each in troubles[1:])
    saved = tmp_path / "verdicts.csv"
    assert saved.read_text().splitlines()[1].startswith('"\'=1,""x""",'), "no formula, one cell"
    assert {session for session, _ in read_verdicts(saved).judged} == set(found.sides)

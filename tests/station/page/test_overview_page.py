"""The overview of a hospital in a real browser: an alarm of a suite is shown, and answered there."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.daemon.livekit import Finger, Paper, live, nonin, running
from tests.hospital.hospital_kit import hospital_file, hospital_running
from tests.hospital.nats_servers import NatsServers
from tests.peers import PseudoTerminal
from tests.station.page.kept_context import own_page
from tests.station.page.paged import watch

pytestmark = [pytest.mark.peer("nats-server"), pytest.mark.browser]


async def test_the_page_shows_a_beds_alarm_and_takes_the_answer_to_its_suite(
    browser: Browser, tmp_path: Path
) -> None:
    line1 = PseudoTerminal(tmp_path / "line1")
    finger = Finger(line1)
    with NatsServers(tmp_path, ["ward", "north"]) as servers:
        link = {
            "servers": servers.urls,
            "nkey_file": str(tmp_path / "ward.nk"),
            "answers": ["acknowledge"],
        }
        paper = Paper(
            folder=tmp_path,
            beds={"1": nonin(line1)},
            destinations={"desk": {"notifier": "command", "run": ["/bin/true"]}},
            more={"hospital": link},
        )
        async with (
            running(finger.run()),
            live(paper) as suite,
            hospital_running(hospital_file(tmp_path, servers.urls)) as here,
        ):
            await suite.desk.infuse("1")
            finger.spo2 = 80
            await suite.until("spo2_low", "start")
            page = await own_page(browser, 1366, 768)
            watch(page)
            await page.goto(f"{here.client.base_url}/hospital")
            place = page.locator("[data-place='ward/1']")
            bed = place.locator("article.tile[data-bed='1']")
            await expect(bed.locator(".alarm.high.open")).to_contain_text("SpO2")
            await expect(bed.locator("h2")).to_contain_text("Chair 1")
            await expect(bed.locator("output[data-signal='spo2']")).to_have_text("80")
            await expect(page.locator("h1")).to_have_text("All suites of clinic")
            # It is the tile that its own station shows, without what nobody can do from here.
            own = await own_page(browser, 1366, 768)
            await own.goto(suite.desk.url)
            for part in (".alarm.high.open .what", ".visit b", ".vital.spo2 h3", ".simulated"):
                shown = await own.locator(f"#bed-1 {part}").first.text_content()
                await expect(bed.locator(part).first).to_have_text(shown or "")
            for part in (".help", ".more", ".pause", ".actions", ".curves"):
                await expect(bed.locator(part)).to_have_count(0)
            await bed.get_by_role("button", name="Acknowledge").click()
            sheet = page.locator("form.sheet")
            await sheet.get_by_label("Initials").fill("anna")
            await sheet.get_by_role("button", name="Acknowledge").click()
            line = await suite.until("spo2_low", "acknowledge")
            assert line["by"] == "anna"
            await expect(bed.locator(".alarm.seen")).to_contain_text("anna")
            await expect(page.locator(".suites li.silent")).to_contain_text("north")
            await page.get_by_role("button", name="Deutsch").click()
            await expect(page.locator("h1")).to_have_text("Alle Abteilungen von clinic")
    line1.unplug()

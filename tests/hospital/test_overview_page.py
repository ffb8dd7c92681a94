"""The overview's page in a real browser: what waits for an answer is first, and is answered there."""

from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from tests.conftest import BROWSER, HEADLESS, find_program
from tests.daemon.livekit import Finger, Paper, live, running
from tests.hospital.hospital_kit import hospital_file, hospital_running
from tests.hospital.nats_servers import NatsServers
from tests.peers import GENEROUS_S, PseudoTerminal

pytestmark = [pytest.mark.peer("nats-server"), pytest.mark.browser]


async def test_the_page_shows_a_beds_alarm_and_takes_the_answer_to_its_suite(
    paper: Paper, line1: PseudoTerminal, servers: NatsServers, tmp_path: Path
) -> None:
    finger = Finger(line1)
    async with (
        running(finger.run()),
        live(paper) as suite,
        hospital_running(hospital_file(tmp_path, servers.urls)) as here,
        async_playwright() as playwright,
    ):
        await suite.desk.infuse("1")
        finger.spo2 = 80
        await suite.until("spo2_low", "start")
        browser = await playwright.chromium.launch(
            executable_path=find_program(HEADLESS) or find_program(BROWSER),
            args=["--no-sandbox", "--disable-gpu"],
        )
        page = await browser.new_page()
        page.set_default_timeout(GENEROUS_S * 1000)
        expect.set_options(timeout=GENEROUS_S * 1000)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept("anna"))
        await page.goto(f"{here.client.base_url}/hospital")
        bed = page.locator("article[data-bed='ward/1']")
        await expect(bed.locator(".alarm.high.open")).to_contain_text("SpO2")
        await expect(bed.locator("h2")).to_contain_text("Chair 1")
        await expect(page.locator("#hospital")).to_have_text("All suites of clinic")
        await bed.get_by_role("button", name="Acknowledge").click()
        line = await suite.until("spo2_low", "acknowledge")
        assert line["by"] == "anna"
        await expect(bed.locator(".alarm.answered")).to_contain_text("anna")
        await expect(page.locator("#suites li.silent")).to_contain_text("north")
        await browser.close()
        assert errors == []

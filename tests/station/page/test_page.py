"""The page in a real browser (Debian's Chromium, with its own autoplay rules), on a real server."""

import asyncio
import dataclasses

import pytest
from playwright.async_api import Browser, Page, expect

from monitord.engine.state import Step
from monitord.model import (
    Acknowledge,
    Admit,
    AlarmEvent,
    AlarmPhase,
    Arm,
    CallHelp,
    Instant,
    Observe,
    PauseAudio,
    PauseInfusion,
    Priority,
    Reject,
    Signal,
    StartInfusion,
    Void,
)
from monitord.station.access.listening_stations import Sound
from tests.builders_station import (
    NOW,
    PaperHost,
    line,
    reading,
    session,
    state,
    suite_of_four,
    track,
    vitals,
)
from tests.station.page.paged import alarm, choice, opened, show, tap_head, wanted, watch
from tests.station.served import Served, served, until

pytestmark = [pytest.mark.browser]


async def test_a_tile_shows_phase_vitals_with_limits_and_what_is_due(page: Page) -> None:
    tile = page.locator('[data-bed="1"]')
    await expect(tile.locator("h2")).to_have_text("Chair 1")
    await expect(tile.locator(".visit")).to_contain_text("Infusion 12:00 · 28:00 left")
    await expect(tile.locator('[data-signal="spo2"]')).to_have_text("97")
    await expect(tile.locator('[data-signal="nibp"]')).to_have_text("128/81")
    limits = tile.locator(".spo2 .limits")
    await expect(limits).to_have_text("<90")
    await limits.click()
    await expect(limits).to_have_text("<85 5s<90 15s")
    await expect(page.locator('[data-bed="2"] .visit')).to_contain_text("No session")


async def test_a_desaturation_flashes_and_sounds_is_acknowledged_and_clears(
    page: Page, host: PaperHost
) -> None:
    await page.get_by_text("Unlock sound").click()
    alarm(host)
    row = page.locator('[data-bed="1"] [data-alarm="spo2_low"]')
    await expect(row).to_contain_text("SpO2 86 < 90 for 15 s")
    assert await wanted(page) == "medium"
    assert await page.evaluate("window.bursts") == 1
    animation = await row.evaluate("node => getComputedStyle(node).animationDuration")
    assert 0.4 <= 1 / float(animation.removesuffix("s")) <= 0.8

    await row.get_by_text("Acknowledge").click()
    await page.get_by_label("Who (initials)").fill("AB")
    await page.locator(".sheet .confirm").click()
    await expect(row).to_contain_text("acknowledged by AB")
    assert await wanted(page) == "none"
    ((_, action),) = host.acted
    assert isinstance(action, Acknowledge)

    host.set("1", readings=vitals(97), tracks=())
    await expect(row).to_have_count(0)
    await expect(page.locator(".strip")).to_contain_text("No active alarm")


async def test_the_second_acknowledgement_is_one_tap(page: Page, host: PaperHost) -> None:
    alarm(host)
    await page.locator('[data-bed="1"] .acknowledge').click()
    await page.get_by_label("Who (initials)").fill("AB")
    await page.locator(".sheet .confirm").click()
    alarm(host, "2")
    await page.locator('[data-bed="2"] .acknowledge').click()
    await until(lambda: len(host.acted) == 2)
    assert [action.by for _, action in host.acted] == ["AB", "AB"]


async def test_a_high_alarm_flashes_at_the_standards_rate_and_comes_before_a_medium_one(
    page: Page, host: PaperHost
) -> None:
    alarm(host, "2")
    alarm(host, "1", Priority.HIGH)
    chips = page.locator(".chip")
    await expect(chips).to_have_count(2)
    await expect(chips.first).to_contain_text("!!! Chair 1")
    row = page.locator(".alarm.high")
    animation = await row.evaluate("node => getComputedStyle(node).animationDuration")
    assert 1.4 <= 1 / float(animation.removesuffix("s")) <= 2.8
    assert await wanted(page) == "high"


async def test_sound_pulses_follow_the_standards_pattern(page: Page) -> None:
    measured = await page.evaluate(
        """async () => {
            const { rendered, period } = await import("/assets/sound.js");
            const found = {};
            for (const priority of ["high", "medium", "low"]) {
                const samples = await rendered(priority, 8000);
                // The envelope, 5 ms a step.
                const loud = [];
                for (let start = 0; start < samples.length; start += 40)
                    loud.push(samples.slice(start, start + 40).some((s) => Math.abs(s) > 0.1));
                const edges = [];
                loud.forEach((on, n) => on !== (loud[n - 1] ?? false) && edges.push(n * 0.005));
                found[priority] = { edges, period: period(priority) };
            }
            return found;
        }"""
    )
    high, medium, low = (measured[priority] for priority in ("high", "medium", "low"))
    begins, ends = high["edges"][::2], high["edges"][1::2]
    assert len(begins) == 10
    lengths = [end - begin for begin, end in zip(begins, ends, strict=True)]
    assert all(0.075 <= length <= 0.2 for length in lengths)
    gaps = [begin - end for end, begin in zip(ends, begins[1:], strict=False)]
    near = 0.04  # what the ramps of a pulse take from its length at this threshold
    assert all(0.05 <= gap <= 0.125 + near for n, gap in enumerate(gaps) if n not in {2, 4, 7})
    assert gaps[2] == pytest.approx(0.35, abs=near)
    assert gaps[7] == pytest.approx(0.35, abs=near)
    assert 0.35 <= gaps[4] <= 1.3
    assert 2.5 <= high["period"] - ends[-1] <= 15
    assert len(medium["edges"]) == 6
    assert 2.5 <= medium["period"] - medium["edges"][-1] <= 30
    assert len(low["edges"]) in {2, 4}
    assert low["period"] - low["edges"][-1] > 15


async def test_the_page_says_that_the_browser_keeps_sound_locked_until_somebody_touches_it(
    page: Page,
) -> None:
    banner = page.locator(".banner.locked")
    await expect(banner).to_contain_text("SOUND IS LOCKED")
    await page.get_by_text("Unlock sound").click()
    await expect(banner).to_have_count(0)


async def test_a_mean_pressure_of_an_earlier_measurement_is_not_shown_with_a_new_one(
    page: Page, host: PaperHost
) -> None:
    nibp = page.locator('[data-bed="1"] [data-signal="nibp"]')
    old = reading(Signal.NIBP_MAP, 97, at=NOW)
    host.set("1", readings=(*vitals(), old))
    await expect(nibp).to_have_text("128/81 (97)")
    host.set("1", readings=(*vitals(at=Instant(NOW + 1_000_000)), old))
    await expect(nibp).to_have_text("128/81")


async def test_a_wave_that_stops_is_taken_away(page: Page, host: PaperHost) -> None:
    wave = page.locator('[data-bed="1"] .wave')
    await expect(wave).to_contain_text("no pleth")

    async def pulse() -> None:
        while True:
            host.wave("1", range(75))
            await asyncio.sleep(0.5)

    pulsing = asyncio.create_task(pulse())
    await expect(wave).not_to_contain_text("no pleth")
    pulsing.cancel()
    await expect(wave).to_contain_text("no pleth")


async def test_a_stale_number_is_not_shown_as_live(page: Page, host: PaperHost) -> None:
    host.clock = Instant(NOW + 45_000_000)
    spo2 = page.locator('[data-bed="1"] .spo2')
    await expect(spo2.locator("output")).to_have_text("--")
    await expect(spo2).to_contain_text("last 97, 45 s ago")


async def test_technical_alarms_look_different_and_simulated_beds_say_so(browser: Browser) -> None:
    async with served(suite_of_four()) as station:
        page = await opened(browser, station.url)
        technical = page.locator(".alarm.technical")
        await expect(technical).to_contain_text("EQUIPMENT")
        style = "node => getComputedStyle(node).borderTopStyle"
        assert await technical.evaluate(style) == "dashed"
        assert await page.locator(".alarm.high").evaluate(style) == "solid"
        await expect(page.get_by_text("SIMULATED · NOT A PATIENT")).to_have_count(4)


async def test_no_simulated_mark_where_nothing_is(page: Page) -> None:
    await expect(page.locator(".simulated")).to_have_count(0)


async def test_a_patient_is_admitted_in_two_taps_and_a_name(page: Page, host: PaperHost) -> None:
    await page.locator('[data-bed="2"]').get_by_text("Admit").click()
    await page.get_by_label("Pseudonym").fill("K-018")
    await choice(page, "Probe arm", "right").click()
    await page.get_by_label("Who (initials)").fill("AB")
    await page.locator(".sheet .confirm").click()
    await expect(page.locator(".sheet")).to_have_count(0)
    ((bed, action),) = host.acted
    assert bed == "2"
    assert isinstance(action, Admit)
    assert (action.protocol, action.pseudonym, action.by) == ("ketamine", "K-018", "AB")
    assert action.probe_arm is Arm.RIGHT


async def test_a_refusal_is_said_in_the_sheet_and_nothing_is_lost(
    page: Page, host: PaperHost
) -> None:
    host.refuse = "the gate does not hold: SBP 152 > 140"
    host.set("1", session=session("pre"))
    await page.locator('[data-bed="1"]').get_by_text("Start infusion").click()
    await page.get_by_label("Who (initials)").fill("AB")
    await page.locator(".sheet .confirm").click()
    await expect(page.locator(".refused")).to_have_text(host.refuse)
    await expect(page.get_by_label("Who (initials)")).to_have_value("AB")
    await expect(page.get_by_label("Reason to go on all the same")).to_be_visible()


async def test_what_happened_earlier_is_entered_with_its_time(page: Page, host: PaperHost) -> None:
    await page.locator('[data-bed="1"]').get_by_text("Pause infusion").click()
    await page.get_by_label("Who (initials)").fill("AB")
    await choice(page, "When", "5 min ago").click()
    await page.locator(".sheet .confirm").click()
    await until(lambda: bool(host.acted))
    action = host.acted[0][1]
    assert isinstance(action, PauseInfusion)
    assert action.happened_at == NOW - 5 * 60 * 1_000_000


async def test_an_observation_is_scored_with_thumbs(page: Page, host: PaperHost) -> None:
    await page.locator('[data-bed="1"]').get_by_text("Observe").click()
    await page.locator(".sheet fieldset", has_text="Nausea").get_by_text("2").click()
    await page.get_by_label("Who (initials)").fill("AB")
    await page.locator(".sheet .confirm").click()
    await until(lambda: bool(host.acted))
    action = host.acted[0][1]
    assert isinstance(action, Observe)
    assert action.values == {Signal.NAUSEA: 2.0}


async def test_help_is_one_tap_and_needs_no_name(page: Page, host: PaperHost) -> None:
    await page.locator('[data-bed="2"] .help').click()
    await until(lambda: bool(host.acted))
    ((bed, action),) = host.acted
    assert bed == "2"
    assert isinstance(action, CallHelp)
    assert action.by == "unidentified"


async def test_an_audio_pause_quiets_the_bed_with_a_countdown(page: Page, host: PaperHost) -> None:
    alarm(host)
    await page.locator('[data-bed="1"] .pause').click()
    await until(lambda: bool(host.acted))
    assert isinstance(host.acted[0][1], PauseAudio)
    paused = track(line("1"), audio_paused_until=Instant(NOW + 120_000_000))
    host.set("1", tracks=(paused,))
    await expect(page.locator('[data-bed="1"] .alarm')).to_contain_text("AUDIO PAUSED 2:00")
    assert await wanted(page) == "none"


async def test_the_page_is_dead_within_5_s_sounds_at_10_s_and_recovers_with_nothing_missed(
    browser: Browser, host: PaperHost
) -> None:
    async with served(host) as station:
        port = int(station.url.rpartition(":")[2])
        page = await browser.new_page()
        await page.clock.install()
        await show(page, station.url)
        await page.get_by_text("Unlock sound").click()
        # From here on the page's time is the test's. It heard the station less than 2 s ago.
        await page.clock.pause_at(await page.evaluate("Date.now()") + 100)
    await page.clock.run_for(4_900)
    await expect(page.locator(".banner.loss")).to_be_visible()
    await expect(page.locator(".veil")).to_have_count(2)
    await page.clock.run_for(2_500)
    assert await wanted(page) == "none"
    for _ in range(7):
        await page.clock.run_for(500)
        if await wanted(page) == "high":
            break
    assert await wanted(page) == "high"
    assert await page.evaluate("window.bursts") >= 1
    await page.clock.resume()
    await page.get_by_text("I know: stop this sound").click()
    await expect(page.locator('[data-wanted="none"]')).to_have_count(1)

    # What was told while the page was blind.
    host.tell(line("1", n=1))
    host.tell(line("1", n=1, event=AlarmEvent.CLEAR, text="SpO2 back"))
    async with served(host, port):
        await expect(page.locator(".banner.back")).to_be_visible()
        await expect(page.locator(".veil")).to_have_count(0)
        await tap_head(page, "Alarm log")
        await expect(page.locator(".log li")).to_have_count(2)


async def test_an_alarm_is_accepted_or_passed_on(page: Page, host: PaperHost) -> None:
    alarm(host)
    await page.locator('[data-bed="1"] .answer').click()
    await page.locator('.sheet select[name="type"]').select_option("reject")
    await page.get_by_label("Who (initials)").fill("AB")
    await page.locator(".sheet .confirm").click()
    await until(lambda: bool(host.acted))
    action = host.acted[0][1]
    assert isinstance(action, Reject)
    assert (action.alarm, action.by) == ("s-infusion/spo2_low/1", "AB")


async def test_an_entry_is_taken_back_from_the_beds_detail(page: Page, host: PaperHost) -> None:
    entered = Step(action=StartInfusion(id="a17", by="CD"), at=NOW)
    host.set("1", session=dataclasses.replace(session(), steps=(entered,)))
    await page.locator('[data-bed="1"] .name').click()
    detail = page.locator(".detail")
    await expect(detail).to_contain_text("start infusion")
    await detail.get_by_role("button", name="Take back").click()
    await page.get_by_label("Who (initials)").fill("AB")
    await page.locator(".sheet .confirm").click()
    await until(lambda: bool(host.acted))
    action = host.acted[0][1]
    assert isinstance(action, Void)
    assert action.action == "a17"


async def test_an_answer_that_is_cut_off_leaves_the_page_standing(
    browser: Browser, station: Served
) -> None:
    page = await browser.new_page()
    watch(page)
    for path in ("session", "alarms", "suite", "beds/1/trend"):
        await page.route(f"**/api/{path}", lambda route: route.fulfill(body='{"people": fal'))
    await page.goto(station.url)
    await expect(page.locator('[data-bed="1"] [data-signal="spo2"]')).to_have_text("97")


async def test_a_bed_that_cannot_be_shown_is_named(page: Page, host: PaperHost) -> None:
    host.set("2", readings=("not a reading",))
    await expect(page.locator(".banner.loss")).to_contain_text("Chair 2 can't be shown")
    host.set("2", readings=vitals())
    await expect(page.locator(".banner.loss")).to_have_count(0)


async def test_a_bed_that_was_given_up_keeps_its_place_and_says_that_nobody_watches_it(
    page: Page, host: PaperHost
) -> None:
    host.lose("2", "ZeroDivisionError: planted")
    lost = page.locator('[data-bed="2"]')
    await expect(lost).to_contain_text("NOT MONITORED")
    await expect(lost).to_contain_text("ZeroDivisionError: planted")
    await expect(lost).to_contain_text("Chair 2")
    await expect(lost.locator("output")).to_have_count(0)
    await page.reload()
    await expect(lost).to_contain_text("NOT MONITORED")
    await expect(page.locator('[data-bed="1"] [data-signal="spo2"]')).to_have_text("97")


async def test_a_bed_that_a_reload_adds_appears_on_open_pages(page: Page, host: PaperHost) -> None:
    host.states["3"] = state("3", readings=vitals())
    host.set("3", readings=vitals(95))
    await expect(page.locator('[data-bed="3"] [data-signal="spo2"]')).to_have_text("95")


async def test_a_named_station_says_whether_it_can_be_heard(page: Page, station: Served) -> None:
    await tap_head(page, "Name this station")
    await page.get_by_label("Station (the place where it stands)").fill("Desk 1")
    await page.get_by_label("Who (initials)").fill("AB")
    await page.locator(".sheet .confirm").click()
    await until(
        lambda: [(s.name, s.sound) for s in station.hub.stations()] == [("Desk 1", Sound.PLAYS)]
    )
    await page.get_by_text("Station Desk 1").click()
    await page.locator(".sheet .confirm").click()
    await until(lambda: station.hub.stations() == [])


async def test_a_latched_alarm_says_that_it_is_over_and_held(page: Page, host: PaperHost) -> None:
    host.set("1", tracks=(track(line("1"), phase=AlarmPhase.LATCHED),))
    row = page.locator('[data-bed="1"] .alarm')
    await expect(row).to_contain_text("OVER, LOOK AND ACKNOWLEDGE")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (820, 1180), (1920, 1080)])
async def test_nothing_runs_out_of_the_screen_and_text_keeps_its_size(
    browser: Browser, width: int, height: int
) -> None:
    async with served(suite_of_four()) as station:
        page = await opened(browser, station.url, width, height)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        small = await page.evaluate(
            """() => [...document.querySelectorAll(".tile *, .strip *, .top *")]
                .filter((node) => [...node.childNodes].some((c) => c.nodeType === 3 && c.data.trim()))
                .filter((node) => parseFloat(getComputedStyle(node).fontSize) < 15)
                .map((node) => node.className + " " + node.textContent)"""
        )
        assert small == []
        sizes = await page.evaluate(
            """() => [".tile .mark", ".tile .spo2 output"].map((part) =>
                parseFloat(getComputedStyle(document.querySelector(part)).fontSize))"""
        )
        assert min(sizes) >= 40


async def test_an_alarm_stays_in_sight_on_a_phone_wherever_it_is_scrolled(
    browser: Browser,
) -> None:
    async with served(suite_of_four()) as station:
        page = await opened(browser, station.url, 390, 844)
        await page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        await expect(page.locator(".chip").first).to_be_in_viewport()


async def test_axe_finds_no_serious_fault(browser: Browser) -> None:
    from axe_playwright_python.async_playwright import Axe

    async with served(suite_of_four()) as station:
        page = await opened(browser, station.url)
        await page.locator('[data-bed="2"]').get_by_text("Observe").click()
        await page.context.set_offline(offline=False)
        found = (await Axe().run(page)).response["violations"]
    serious = [
        (fault["id"], [node["html"] for node in fault["nodes"]])
        for fault in found
        if fault["impact"] in {"serious", "critical"}
    ]
    assert serious == []

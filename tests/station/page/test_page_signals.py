"""How an alarm looks and sounds on the page: by pixel, by class, by priority, by news."""

import base64
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from monitord.engine.alarm_state import RuleState
from monitord.model import SECOND, Instant, Kind, Priority, Signal
from tests.builders_station import NOW, PaperHost, line, state, track, vitals
from tests.station.page.full_ward import chair, mixed
from tests.station.page.kept_context import own_page
from tests.station.page.paged import holds, opened, show, tap_head, wanted
from tests.station.served import served
from tests.station.test_alarm_signals import TABLE as SIGNALS

pytestmark = [pytest.mark.browser]

PHASE = """(lit) => {
    for (const animation of document.getAnimations()) {
        // The page sets its time twice a period: in one that is so long that changes nothing.
        animation.effect.updateTiming({ duration: 1e9, delay: lit ? 0 : -0.6e9 });
    }
}"""

GREY = """async ([picture, boxes]) => {
    const image = new Image();
    image.src = `data:image/png;base64,${picture}`;
    await image.decode();
    const pen = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height }).getContext("2d");
    pen.drawImage(image, 0, 0);
    const linear = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    return boxes.map(([x, y, width, height]) => {
        const { data } = pen.getImageData(x, y, width, height);
        const found = [];
        for (let n = 0; n < data.length; n += 4)
            found.push(0.2126 * linear(data[n]) + 0.7152 * linear(data[n + 1]) + 0.0722 * linear(data[n + 2]));
        found.sort((a, b) => a - b);
        return { median: found[found.length >> 1], most: found.at(-1), least: found[0],
                 mean: found.reduce((sum, each) => sum + each, 0) / found.length };
    });
}"""
"""Of each box of a picture its relative luminances."""


def contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def one_of_each() -> PaperHost:
    """A chair with a high, one with a medium, one with a low alarm; a quiet one."""
    priorities = {"1": Priority.HIGH, "2": Priority.MEDIUM, "3": Priority.LOW}
    return PaperHost(
        **{bed: chair(bed, (track(line(bed, priority=p)),), simulated=False) for bed, p in priorities.items()},
        **{"4": chair("4", simulated=False)},
    )  # fmt: skip


async def measured(page: Page, *, lit: bool) -> dict[str, Any]:
    """Frames of tiles (their left edges) and rows of alarms by priority, and a quiet tile's ground."""
    await page.evaluate(PHASE, lit)
    boxes: dict[str, list[int]] = await page.evaluate(
        """() => {
            const found = {};
            for (const priority of ["high", "medium", "low"]) {
                const tile = document.querySelector(`.tile.${priority}`).getBoundingClientRect();
                found[`${priority} frame`] = [tile.x, tile.y + 40, 14, tile.height - 80].map(Math.round);
                const row = document.querySelector(`.alarm.${priority}`).getBoundingClientRect();
                found[`${priority} row`] = [row.x, row.y, row.width, row.height].map(Math.round);
                const text = document.querySelector(`.alarm.${priority} p`).getBoundingClientRect();
                found[`${priority} fill`] = [text.right - 40, text.y, 36, text.height].map(Math.round);
            }
            const quiet = document.querySelector(".tile.quiet").getBoundingClientRect();
            found.ground = [quiet.x + 8, quiet.y + quiet.height - 8, 20, 3].map(Math.round);
            return found;
        }"""
    )
    picture = base64.b64encode(await page.screenshot()).decode()
    grey = await page.evaluate(GREY, [picture, list(boxes.values())])
    return dict(zip(boxes, grey, strict=True))


@pytest.mark.parametrize("theme", ["dark", "bright"])
async def test_by_pixel_high_is_what_stands_out_most_lit_and_unlit(
    browser: Browser, theme: str
) -> None:
    async with served(one_of_each()) as station:
        page = await own_page(browser, 1366, 768)
        await page.add_init_script(f"localStorage.setItem('monitord theme', '{theme}')")
        await page.goto(station.url)
        await page.locator(".alarm.high").wait_for()
        await page.locator(".suite").click()
        await page.locator(".banner.locked").wait_for(state="detached")
        lit, unlit = await measured(page, lit=True), await measured(page, lit=False)
    ground = lit["ground"]["median"]
    # Of the frames the pixel that differs most, of the fills the commonest.
    side = "most" if theme == "dark" else "least"
    for part, of in (("frame", side), ("fill", "median")):
        assert contrast(lit[f"high {part}"][of], ground) >= 4
        assert contrast(unlit[f"high {part}"][of], ground) >= 2.5
        others = (contrast(lit[f"{p} {part}"][of], ground) for p in ("medium", "low"))
        assert contrast(lit[f"high {part}"][of], ground) > max(others)
    # The whole row, in greyscale, with all that is written on it.
    rows = [abs(lit[f"{priority} row"]["mean"] - ground) for priority in ("high", "medium", "low")]
    assert rows == sorted(rows, reverse=True)


def patient(key: str, priority: Priority, signal: Signal, value: float, ago: int) -> RuleState:
    told = replace(line("1", key, priority=priority), signal=signal, value=value)
    return track(replace(told, at=Instant(NOW - ago * SECOND)))


async def test_the_patient_goes_before_the_equipment_and_no_chip_hides_one_of_its_alarms(
    browser: Browser,
) -> None:
    """Tile, frame and chip; and each class has a look and a place of its own."""
    off = line("1", "spo2_absent", kind=Kind.TECHNICAL, priority=Priority.HIGH, text="probe off")
    late = line("1", "nibp_overdue", kind=Kind.TASK, priority=Priority.MEDIUM, text="cuff overdue")
    tracks = (
        track(off),
        track(late),
        patient("a", Priority.MEDIUM, Signal.NIBP_SYS, 186, ago=60),
        patient("b", Priority.MEDIUM, Signal.PULSE_RATE, 124, ago=5),
        patient("c", Priority.LOW, Signal.RESP_RATE, 8, ago=1),
    )
    host = PaperHost(**{"1": state("1", readings=vitals(), tracks=tracks), "2": chair("2", mixed("2")[3:])})  # fmt: skip
    async with served(host) as station:
        page = await opened(browser, station.url)
        chip = page.locator(".chip").first
        await expect(chip).to_contain_text(
            "!! Chair 1 · PR 124 · SBP 186 · RR 8 + 1 equipment + 1 to do"
        )
        tile = page.locator('[data-bed="1"]')
        assert await tile.get_attribute("class") == "tile medium physiological"
        rows = tile.locator(".alarm")
        names = [await row.get_attribute("data-alarm") for row in await rows.all()]
        assert names == ["b", "a", "c", "spo2_absent", "nibp_overdue"]
        below = """tile => [...tile.querySelectorAll(".alarm")].map((row) =>
            row.getBoundingClientRect().y > tile.querySelector(".vitals").getBoundingClientRect().y)"""
        places = await tile.evaluate(below)
        assert places == [False, False, False, True, True]
        style = "node => getComputedStyle(node).borderTopStyle"
        assert await tile.locator(".alarm.technical").evaluate(style) == "dashed"
        # What is to be done has no frame, and gives the tile none.
        assert await tile.locator(".alarm.task").evaluate(style) == "none"
        task = page.locator('[data-bed="2"]')
        await expect(task).to_have_class("tile medium task")
        assert await task.evaluate(style) == "solid"
        edge = "node => getComputedStyle(node).borderTopColor"
        assert await task.evaluate(edge) == "rgb(38, 50, 63)"


async def test_what_is_new_is_heard_as_new_and_no_high_alarm_sounds_like_a_low_one(
    browser: Browser,
) -> None:
    host = PaperHost(**{bed: state(bed, readings=vitals()) for bed in ("1", "2")})
    async with served(host) as station:
        page = await opened(browser, station.url)
        await page.get_by_text("Unlock sound").click()
        await expect(page.locator(".banner.locked")).to_have_count(0)
        host.set("1", tracks=(track(line("1"), id="first"),))
        await expect(page.locator('[data-wanted="medium"]')).to_have_count(1)
        await holds(page, "window.bursts > 0")
        # Long before the next burst is due, and after what counts as the same beginning.
        begun, heard = await page.evaluate("[performance.now(), window.bursts]")
        await holds(page, f"performance.now() > {begun} + 400")
        host.set("2", tracks=(track(line("2"), id="second"),))
        await expect(page.locator(".chip")).to_have_count(2)
        await holds(page, f"window.bursts > {heard}")
        # The equipment's high alarm beside a patient's medium one: the patient first, then the high one.
        off = line("1", "off", kind=Kind.TECHNICAL, priority=Priority.HIGH, text="probe off")
        host.set("1", tracks=(track(line("1"), id="first"), track(off, id="off")))
        await expect(page.locator(".alarm.technical")).to_have_count(1)
        assert await wanted(page) == "medium"
        await expect(page.locator('[data-heard="medium high"]')).to_have_count(1)


HEARD = """
    window.heard = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) { window.heard.push(Math.round(this.frequency.value)); return start.apply(this, at); };
    window.loudest = 0;
    const ramp = AudioParam.prototype.linearRampToValueAtTime;
    AudioParam.prototype.linearRampToValueAtTime = function (value, ...at) { window.loudest = Math.max(window.loudest, value); return ramp.call(this, value, ...at); };
"""
HZ = {priority: SIGNALS["bursts"][priority]["hz"] for priority in ("low", "medium", "high")}


async def listening(browser: Browser, host: PaperHost, url: str) -> Page:
    """A page whose sound is unlocked, and that tells which bursts it began."""
    page = await browser.new_page(viewport={"width": 1920, "height": 1080})
    await page.add_init_script(HEARD)
    await show(page, url)
    await tap_head(page, "Alarm log")
    await page.get_by_role("button", name="Close", exact=True).click()
    assert host.states
    return page


async def test_the_test_sound_plays_all_three_priorities_as_loud_as_the_screen_is_set(
    browser: Browser,
) -> None:
    host = PaperHost(**{"1": state("1", readings=vitals())})
    async with served(host) as station:
        page = await listening(browser, host, station.url)
        volume = page.get_by_role("button", name="Volume")
        for expected in (90, 80, 70, 60, 50):
            await volume.click()
            await expect(volume).to_have_text(f"Volume {expected} %")
        await tap_head(page, "Test sound")
        await holds(page, "window.heard.length === 3")
        assert await page.evaluate("window.heard") == [HZ["low"], HZ["medium"], HZ["high"]]
        assert await page.evaluate("window.loudest") == SIGNALS["bursts"]["high"]["level"] * 0.5
        await page.reload()
        await expect(volume).to_have_text("Volume 50 %")
        await volume.click()
        await expect(volume).to_have_text("Volume 100 %")


async def test_a_new_alarm_of_a_patient_is_heard_while_a_worse_one_of_another_sounds(
    browser: Browser,
) -> None:
    host = PaperHost(**{bed: state(bed, readings=vitals()) for bed in ("1", "2")})
    async with served(host) as station:
        page = await listening(browser, host, station.url)
        host.set("1", tracks=(track(line("1", priority=Priority.HIGH), id="1/high"),))
        await holds(page, f"window.heard.includes({HZ['high']})")
        host.set("2", tracks=(track(line("2", priority=Priority.MEDIUM), id="2/medium"),))
        await holds(page, f"window.heard.includes({HZ['medium']})")


async def test_sounds_rise_while_nobody_answers(page: Page) -> None:
    gains = await page.evaluate("""async () => {
        const { gain } = await import("/assets/sound.js");
        return [0, 30, 75, 120, 900].map((seconds) => gain(0.5, seconds));
    }""")
    loudest = SIGNALS["volume"]["loudest"]
    assert gains == pytest.approx([0.5, 0.5, (0.5 + loudest) / 2, loudest, loudest])
    assert max(burst["level"] for burst in SIGNALS["bursts"].values()) * loudest <= 1


async def test_what_flashes_is_lit_and_unlit_in_step_and_draws_nothing_between(
    browser: Browser,
) -> None:
    """A browser draws a page with a running animation sixty times a second, on a tablet that runs all day."""
    async with served(one_of_each()) as station:
        page = await opened(browser, station.url)
        session = await page.context.new_cdp_session(page)
        await session.send("Performance.enable")

        async def drawn() -> float:
            metrics = (await session.send("Performance.getMetrics"))["metrics"]
            return next(
                float(each["value"]) for each in metrics if each["name"] == "RecalcStyleCount"
            )

        before = await drawn()
        turns = await page.evaluate(
            """() => new Promise((done) => {
                const turns = [];
                const looking = setInterval(() => {
                    const lit = new Set(document.getAnimations().filter((one) => one.animationName.startsWith("flash-high-"))
                        .map((one) => one.effect.getComputedTiming().progress < 0.5));
                    const now = [...lit].join();
                    if (now !== turns.at(-1)) turns.push(now);
                    if (turns.length === 9) { clearInterval(looking); done(turns); }
                }, 50);
            })"""
        )
        assert set(turns) == {"true", "false"}
        # Each look of the test may draw, too; a running animation would draw three times between two of them.
        assert await drawn() - before < 2 * 9 * 10

"""One bed in detail, in a real browser: the whole visit, with what happened in it."""

import dataclasses

import pytest
from playwright.async_api import Browser, expect

from monitord.engine.readings.limit_value import Limit
from monitord.engine.rules.limit import LimitLevel
from monitord.engine.state import Step
from monitord.model import (
    MINUTE,
    SECOND,
    Frame,
    Instant,
    Observe,
    Priority,
    Quality,
    Relation,
    Sample,
    Signal,
    StartBaseline,
    StartInfusion,
)
from monitord.station import hub
from tests.builders_station import (
    NOW,
    PaperHost,
    line,
    reading,
    session,
    settings,
    spo2_low,
    state,
    vitals,
)
from tests.station.page.paged import holds, opened
from tests.station.served import served, until

pytestmark = [pytest.mark.browser]

GONE = (Instant(NOW - 9 * MINUTE), Instant(NOW - 8 * MINUTE))


def frame(at: Instant) -> Frame:
    lost = GONE[0] <= at < GONE[1]
    quality = Quality.PROBE_OFF if lost else Quality.GOOD
    spo2 = Sample(signal=Signal.SPO2, value=None if lost else 97, quality=quality)
    if at % (5 * MINUTE):
        return Frame(samples=(spo2,))
    pressures = ((Signal.NIBP_SYS, 128), (Signal.NIBP_DIA, 81))
    cuff = (Sample(signal=signal, value=v, quality=Quality.GOOD) for signal, v in pressures)
    return Frame(samples=(spo2, *cuff))


def visited() -> PaperHost:
    """A session that was recorded before the daemon started anew."""
    steps = (
        Step(action=StartBaseline(id="b", by="AB"), at=Instant(NOW - 26 * MINUTE)),
        Step(action=StartInfusion(id="i", by="AB"), at=Instant(NOW - 12 * MINUTE)),
        Step(action=Observe(id="o", by="AB", values={Signal.NAUSEA: 1}), at=Instant(NOW - MINUTE)),
    )
    visit = dataclasses.replace(session(), steps=steps)
    host = PaperHost(**{"1": state("1", visit=visit, readings=vitals())})
    times = range(visit.opened_at, NOW, 2 * SECOND)
    host.recorded[visit.id] = [(Instant(at), frame(Instant(at))) for at in times]
    host.tell(line("1", at=Instant(NOW - 5 * MINUTE)))
    return host


async def test_the_trend_of_the_whole_visit_survives_a_restart_with_all_that_happened(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "RECALL_AFTER_S", 0)
    async with served(visited()) as station:
        await until(lambda: len(station.hub.trend("1").view().at) > 300)
        page = await opened(browser, station.url)
        await page.locator('[data-bed="1"] .name').click()
        detail = page.locator(".detail")
        await expect(detail.locator(".key")).to_have_text(
            "▼ 1 alarms · ◆ 3 entries · ┃ 5 pressures · ▒ 1 gaps in SpO2 · shaded: 2 phases"
        )
        # The line is drawn from the admission on, which was 27 minutes before.
        drawn = detail.locator(".trend.whole canvas")
        await expect(drawn).to_have_count(1)
        box = await drawn.bounding_box()
        assert box is not None
        assert box["width"] > 1000


async def test_entries_stand_where_they_happened_and_say_that_they_were_entered_later(
    browser: Browser,
) -> None:
    late = Observe(
        id="o", by="CD", values={Signal.NAUSEA: 1}, happened_at=Instant(NOW - 20 * MINUTE)
    )
    steps = (
        Step(action=StartBaseline(id="b", by="AB"), at=Instant(NOW - 26 * MINUTE)),
        Step(action=StartInfusion(id="i", by="AB"), at=Instant(NOW - 12 * MINUTE)),
        Step(action=late, at=Instant(NOW - MINUTE)),
    )
    visit = dataclasses.replace(session(), steps=steps)
    async with served(PaperHost(**{"1": state("1", visit=visit, readings=vitals())})) as station:
        page = await opened(browser, station.url)
        await page.locator('[data-bed="1"] .name').click()
        entries = page.locator(".detail section", has_text="Entries").locator("li")
        await expect(entries).to_contain_text(["start infusion", "mild nausea", "start baseline"])
        await expect(entries.nth(1)).to_contain_text("entered later, at")
        await expect(page.locator(".detail .later")).to_have_count(1)


async def test_zooming_shows_a_part_and_a_double_tap_all(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "RECALL_AFTER_S", 0)
    async with served(visited()) as station:
        await until(lambda: len(station.hub.trend("1").view().at) > 300)
        page = await opened(browser, station.url)
        await page.locator('[data-bed="1"] .name').click()
        over = page.locator(".detail .trend.whole .u-over")
        box = await over.bounding_box()
        assert box is not None
        before = await page.locator(".detail .trend.whole canvas").screenshot()
        y = box["y"] + box["height"] / 2
        await page.mouse.move(box["x"] + box["width"] * 0.3, y)
        await page.mouse.down()
        await page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=5)
        await page.mouse.up()
        await page.mouse.move(5, 300)
        zoomed = await page.locator(".detail .trend.whole canvas").screenshot()
        assert zoomed != before


async def test_beside_a_number_stand_limits_of_its_value_and_a_tap_shows_those_of_its_change(
    browser: Browser,
) -> None:
    change = LimitLevel(priority=Priority.MEDIUM, of="change", limit=Limit(Relation.AT_MOST, -4))
    rule = dataclasses.replace(spo2_low(), levels=(change, *spo2_low().levels))
    own = settings("1")
    own = dataclasses.replace(own, watch=dataclasses.replace(own.watch, rules={"spo2_low": rule}))
    tile = dataclasses.replace(state("1", readings=vitals()), settings=own)
    async with served(PaperHost(**{"1": tile})) as station:
        page = await opened(browser, station.url)
        limits = page.locator(".vital.spo2 .limits")
        await expect(limits).to_have_text("<90")
        await limits.click()
        await expect(limits).to_contain_text("change")


async def test_of_a_long_trend_the_page_keeps_what_it_shows(browser: Browser) -> None:
    """An hour for the tile; all of it while somebody looks at the bed in detail."""
    host = visited()
    begun = Instant(NOW - 5 * 60 * MINUTE)
    async with served(host) as station:
        trend = station.hub.trend("1")
        for n in range(5 * 60 * 12):
            at = Instant(begun + n * 5 * SECOND)
            cuff = reading(Signal.NIBP_SYS, 128, at=Instant(at - at % (5 * MINUTE)))
            trend.add(state("1", readings=(*vitals(97, at=at)[:3], cuff)), at)
        page = await opened(browser, station.url)
        await page.locator('[data-bed="1"] .trend canvas').wait_for()
        await page.locator('[data-bed="1"] .name').click()
        key = page.locator(".detail .key", has_text="pressures")
        await expect(key).to_contain_text("pressures")
        pressures = "() => Number(/(\\d+) pressures/.exec(document.querySelector('.detail .key').textContent)[1])"
        await holds(page, f"({pressures})() > 55")

"""A whole day by clicks alone, each task with its clicks beside those that it took at first: none takes more.

What is typed counts as the tap that begins it. Who stands here is forgotten before each entry: it is said by the button that does it.
"""

from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from monitord.config.protocol.protocols import read_protocol
from monitord.engine.protocol.protocol import Source, Stage
from monitord.model import SECOND, SYMPTOMS, Discharge, FillForm, Observe, Signal, StartInfusion
from tests.builders import Bed, settings
from tests.peers import GENEROUS_S
from tests.station.page.engine_host import CUFF, OXIMETER, EngineHost
from tests.station.page.paged import SHIFT, opened
from tests.station.served import served

pytestmark = [pytest.mark.browser]

NAME = "ketamine_iv_0_5_40"
FIRST = {
    "admit": 7,
    "gate and start late": 6,
    "observe": 9,
    "EPDS": 13,
    "discharge with an unmet point": 7,
    "hand over": 4,
}
"""Clicks of the first station that was tried with clicks alone."""

NOW = {
    "admit": 7,
    "gate and start late": 6,
    "observe": 5,
    "EPDS": 13,
    "discharge with an unmet point": 5,
    "hand over": 4,
}
"""With who stands here said each time, on the button of their name; docs/station-sizes.md says the same."""


TRIES = 20
MOVES_MS = 1500
"""A button that is gone after so long has moved."""


@dataclass
class Clicks:
    """Clicks by task."""

    page: Page
    bed: str = "1"
    spent: dict[str, int] = field(default_factory=dict)
    who: str = "AB"
    """Who taps."""
    task: str = ""

    def begin(self, task: str) -> None:
        self.task = task
        self.spent[task] = 0

    async def on(self, found: Locator, *, within_ms: float = GENEROUS_S * 1000) -> None:
        await found.click(timeout=within_ms)
        self.spent[self.task] += 1

    async def tile(self, button: str) -> None:
        """On the tile, or behind Actions or More where it has no room; an alarm may change that in between."""
        tile = self.page.locator(f'[data-bed="{self.bed}"]')
        found = tile.get_by_role("button", name=button, exact=True)
        behind = tile.locator(".more:visible, .rest:visible").first
        for _ in range(TRIES):
            shown = await found.is_visible()
            try:
                await self.on(found if shown else behind, within_ms=MOVES_MS)
            except PlaywrightTimeout:
                continue
            if shown:
                return
        raise AssertionError(f"no button {button}")

    async def choose(self, question: str, answer: str) -> None:
        asked = self.page.locator(".sheet fieldset", has_text=question)
        await self.on(asked.get_by_text(answer, exact=True))

    async def write(self, label: str, text: str) -> None:
        await self.page.locator(".sheet").get_by_label(label).fill(text)
        self.spent[self.task] += 1

    async def done(self) -> None:
        """The button with the name: a minute has passed, and who stands here is forgotten where there are no accounts."""
        named = self.page.locator(".sheet .as-named", has_text=f" as {self.who}")
        await expect(self.page.get_by_role("button", name=f"{self.who} ✕")).to_have_count(0)
        await self.on(named)
        await expect(self.page.locator(".sheet")).to_have_count(0)


@pytest.fixture
def host() -> EngineHost:
    given = settings(
        sources={
            OXIMETER: Source(signals=(Signal.SPO2, Signal.PULSE_RATE), interval=15 * SECOND),
            CUFF: Source(signals=(Signal.NIBP_SYS, Signal.NIBP_DIA, Signal.NIBP_MAP)),
        },
        protocols={NAME: read_protocol(NAME)},
    )
    return EngineHost(**{bed: Bed(given, name=bed) for bed in ("1", "2")})


async def admitted(clicks: Clicks) -> None:
    clicks.begin("admit")
    await clicks.tile("Admit")
    await clicks.write("Pseudonym", "K-017")
    for question in ("Gave birth within 6 weeks?", "Gave birth within 48 hours?"):
        await clicks.choose(question, "No")
    await clicks.choose("Probe arm", "right")
    await clicks.choose("Cuff arm", "left")
    await clicks.done()


async def pressure(clicks: Clicks, sys: int, dia: int) -> None:
    clicks.begin("pressure by hand")
    await clicks.tile("Observe")
    await clicks.write("Systolic BP, mmHg", str(sys))
    await clicks.write("Diastolic BP, mmHg", str(dia))
    await clicks.done()


async def observed(clicks: Clicks) -> None:
    clicks.begin("observe")
    await clicks.tile("Observe")
    await clicks.choose("MOAA/S (5 awake", "5")
    await clicks.on(clicks.page.get_by_role("button", name="All none: no other symptom"))
    await expect(clicks.page.locator(".not-asked")).to_have_text("Everything was asked.")
    await clicks.write("Breathing rate counted", "14")
    await clicks.done()


async def test_the_day_of_one_chair_is_played_by_clicks(browser: Browser, host: EngineHost) -> None:
    bed = host.engines["1"]
    async with served(host) as station:
        page = await opened(browser, station.url)
        await page.evaluate(SHIFT, 60_000)
        clicks = Clicks(page)

        # The suite is checked, and somebody gives their initials.
        clicks.begin("check")
        await clicks.on(page.get_by_role("button", name="Suite not checked"))
        await clicks.on(page.get_by_role("button", name="Check and record…"))
        await clicks.write("Who (initials)", "AB")
        await clicks.on(page.locator(".sheet .confirm"))
        await expect(page.locator(".sheet")).to_have_count(0)
        await clicks.on(page.get_by_role("button", name="Close this page"))

        await admitted(clicks)
        clicks.begin("baseline")
        await clicks.tile("Start baseline")
        await clicks.done()
        # The cuff is broken from the first reading on.
        for _ in range(2):
            host.cuff_fails("1")
            host.go(0.5)
        await expect(page.locator(".alarm.technical")).to_contain_text("measure by hand")
        await pressure(clicks, 128, 81)
        host.go(5)
        await pressure(clicks, 126, 80)
        clicks.begin("accept baseline")
        await clicks.tile("Accept baseline")
        await clicks.done()

        clicks.begin("EPDS")
        await clicks.tile("Forms")
        for n in range(1, 11):
            await clicks.on(page.locator(f'.sheet input[name="=item_{n}"][value="0"] + span'))
        await clicks.done()
        form = next(action for _, action in host.acted if isinstance(action, FillForm))
        assert len(form.answers) == 10

        host.go(6)
        clicks.begin("gate and start late")
        await clicks.tile("Start infusion")
        for question in ("Consent given", "Somebody takes", "Oxygen, suction"):
            await clicks.choose(question, "Yes")
        await clicks.choose("When", "5 min ago")
        await clicks.done()
        started = next(action for _, action in host.acted if isinstance(action, StartInfusion))
        assert started.override == ""

        await observed(clicks)
        told = next(a for _, a in reversed(host.acted) if isinstance(a, Observe))
        assert told.values.keys() == {Signal.MOAAS, Signal.RESP_RATE, *SYMPTOMS}

        # A fall of the saturation: heard, seen, acknowledged.
        host.spo2["1"] = 86
        host.go(1)
        row = page.locator('[data-bed="1"] [data-alarm="spo2_low"]')
        await expect(row).to_contain_text("SpO2 86")
        clicks.begin("acknowledge")
        await clicks.on(row.locator(".acknowledge"))
        await clicks.done()
        await expect(row).to_contain_text("acknowledged by AB")
        host.spo2["1"] = 97
        host.go(2)

        clicks.begin("pause and resume")
        await clicks.tile("Pause infusion")
        await clicks.done()
        await clicks.tile("Resume infusion")
        await clicks.done()
        host.go(30)
        clicks.begin("stop")
        await clicks.tile("Stop infusion")
        await clicks.done()
        await pressure(clicks, 124, 80)
        await observed(clicks)

        clicks.begin("away and back")
        await clicks.tile("Patient away")
        await clicks.choose("Why", "toilet")
        await clicks.done()
        await clicks.tile("Patient back")
        await clicks.done()

        clicks.begin("move")
        await clicks.tile("Move to another chair")
        await clicks.choose("Which chair", "Chair 2")
        await clicks.done()
        clicks.bed, bed = "2", host.engines["2"]
        await expect(page.locator('[data-bed="2"] .visit')).to_contain_text("K-017")

        clicks.begin("hand over")
        await clicks.on(page.get_by_role("button", name="Suite checked"))
        await clicks.on(page.get_by_role("button", name="Hand over…"))
        await clicks.write("Who takes over", "CD")
        await clicks.done()
        await page.get_by_role("button", name="Close this page").click()
        clicks.who = "CD"

        host.go(95)
        await pressure(clicks, 122, 79)
        host.go(11)
        await pressure(clicks, 121, 80)
        await observed(clicks)
        clicks.begin("discharge with an unmet point")
        await clicks.tile("Discharge")
        await expect(page.locator(".sheet .unmet")).to_have_count(1)
        for question in ("Oriented, and walks", "Leaves with a responsible adult"):
            await clicks.choose(question, "Yes")
        await clicks.write("Reason to go on all the same", "Dr K: two hours are over in 10 min")
        await clicks.done()
        left = next(action for _, action in host.acted if isinstance(action, Discharge))
        assert left.override.startswith("Dr K")
        assert bed.state.session is None or bed.state.session.stage is Stage.DISCHARGED

    longer = {task: clicks.spent[task] for task in FIRST if clicks.spent[task] > FIRST[task]}
    assert longer == {}
    assert {task: clicks.spent[task] for task in FIRST} == NOW
    assert clicks.spent["pressure by hand"] == 4

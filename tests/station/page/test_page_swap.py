"""Another device, another chair: two taps and a confirmation, in a real browser."""

import dataclasses

import pytest
from playwright.async_api import Page, expect

from monitord.model import Signal, SwapDevice
from monitord.station.host import AtBed, Partner
from tests.builders_station import PaperHost, session
from tests.station.page.paged import choice, confirm, press

pytestmark = [pytest.mark.browser]

BOTH = (Signal.SPO2, Signal.PULSE_RATE)
POCKET = Partner(bed=None, device="pocket", where="", of="", signals=(Signal.SPO2,))
NEXT_DOOR = Partner(bed="2", device="oximeter", where="Chair 2", of="", signals=BOTH)


def offer(host: PaperHost) -> None:
    """Two devices at the first chair; the cuff has nothing to change with."""
    host.devices["1"] = (
        AtBed(device="oximeter", of="", signals=BOTH, partners=(POCKET, NEXT_DOOR)),
        AtBed(device="cuff", of="", signals=(Signal.NIBP_SYS,), partners=()),
    )


async def test_a_broken_oximeter_is_swapped_for_the_spare_by_two_taps_and_a_confirmation(
    page: Page, host: PaperHost
) -> None:
    offer(host)
    host.devices["1"] = (
        *host.devices["1"],
        AtBed(device="second", of="", signals=BOTH, partners=(NEXT_DOOR,)),
    )
    await press(page, "1", "Swap a device")
    # What has no partner is not offered.
    await expect(page.locator(".sheet fieldset", has_text="cuff")).to_have_count(0)
    await choice(page, "Which device", "oximeter").click()
    await choice(page, "Use instead", "spare pocket, without pulse").click()
    await choice(page, "Why", "broken").click()
    await confirm(page)
    await expect(page.locator(".sheet")).to_have_count(0)
    ((bed, action),) = host.acted
    assert bed is None
    assert isinstance(action, SwapDevice)
    assert (action.by, action.bed, action.device) == ("AB", "1", "oximeter")
    assert (action.with_bed, action.with_device, action.reason) == (None, "pocket", "broken")


async def test_the_only_device_that_can_be_swapped_is_chosen_already(
    page: Page, host: PaperHost
) -> None:
    offer(host)
    await press(page, "1", "Swap a device")
    await choice(page, "Use instead", "oximeter of Chair 2").click()
    host.refuse = "a session is open on Chair 2"
    await confirm(page)
    await expect(page.locator(".sheet .refused")).to_have_text(host.refuse)


async def test_where_nothing_lies_ready_the_sheet_says_so(page: Page) -> None:
    await press(page, "2", "Swap a device")
    await expect(page.locator(".sheet")).to_contain_text("No device that measures the same")


async def test_a_tile_says_whose_place_a_swapped_device_has(page: Page, host: PaperHost) -> None:
    known = host.states["1"].settings
    assert known is not None
    moved = dataclasses.replace(known.sources["oximeter"], of="spare pocket")
    sources = known.sources | {"oximeter": moved}
    tile = page.locator('[data-bed="1"]')
    await expect(tile.locator(".swapped")).to_have_count(0)
    host.set("1", settings=dataclasses.replace(known, sources=sources))
    await expect(tile.locator(".swapped")).to_have_text("oximeter: spare pocket")


async def test_a_visit_moves_to_a_free_chair_by_two_taps_and_a_confirmation(page: Page) -> None:
    posted: list[object] = []

    async def taken(route: object) -> None:
        body = route.request.post_data_json  # type: ignore[attr-defined]
        posted.append({name: body[name] for name in body if name != "id"})
        await route.fulfill(json={"action": "m"})  # type: ignore[attr-defined]

    await page.route("**/api/beds/1/actions", taken)
    await press(page, "1", "Move to another chair")
    await choice(page, "Which chair", "Chair 2").click()
    await confirm(page)
    await expect(page.locator(".sheet")).to_have_count(0)
    assert posted == [{"type": "move", "to": "2", "by": "AB"}]


async def test_without_a_free_chair_nobody_is_asked_to_move(page: Page, host: PaperHost) -> None:
    host.set("2", session=session("early"))
    tile = page.locator('[data-bed="1"]')
    await expect(page.locator('[data-bed="2"] .visit')).to_contain_text("K-")
    await tile.locator(".rest").click()
    await expect(tile.get_by_role("button", name="Swap a device")).to_be_visible()
    await expect(tile.get_by_role("button", name="Move to another chair")).to_have_count(0)

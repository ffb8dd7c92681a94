"""Swapping a device over HTTP: what is offered, who may, and what a tile says afterwards."""

import dataclasses
from pathlib import Path

import httpx2
import pytest

from monitord.model import Signal, SwapDevice
from monitord.station.access.roles import Role, permits
from monitord.station.host import AtBed, Partner
from tests.builders_station import PaperHost, session, state, suite_of_four, vitals
from tests.station.peopled import peopled
from tests.station.served import Served, served, until

ROW = "POST /api/suite/swap"
BODY = {"by": "AB", "bed": "1", "device": "oximeter", "with_device": "pocket", "reason": "broken"}
SPO2 = (Signal.SPO2,)
OFFERED = AtBed(
    device="oximeter",
    of="",
    signals=(Signal.SPO2, Signal.PULSE_RATE),
    partners=(
        Partner(bed=None, device="pocket", where="", of="", signals=SPO2),
        Partner(bed="2", device="oximeter", where="Chair 2", of="spare old", signals=SPO2),
    ),
)


@pytest.fixture
def host() -> PaperHost:
    paper = PaperHost(**{"1": state("1", visit=session(), readings=vitals()), "2": state("2")})
    paper.devices["1"] = (OFFERED,)
    return paper


async def test_a_bed_lists_its_devices_and_what_may_serve_instead(station: Served) -> None:
    async with httpx2.AsyncClient(base_url=station.url) as http:
        (device,) = (await http.get("/api/beds/1/devices")).json()
        unknown = await http.get("/api/beds/9/devices")
    measured = [each["label"] for each in device["measures"]]
    assert (device["device"], measured) == ("oximeter", ["SpO2", "pulse"])
    assert [each["device"] for each in device["partners"]] == ["pocket", "oximeter"]
    assert device["partners"][1]["of"] == "spare old"
    assert unknown.status_code == 404


async def test_a_swap_is_an_action_of_the_suite(station: Served, host: PaperHost) -> None:
    async with httpx2.AsyncClient(base_url=station.url) as http:
        answer = await http.post("/api/suite/swap", json=BODY)
        host.refuse = "a session is open on Chair 2"
        refused = await http.post("/api/suite/swap", json=BODY | {"with_bed": "2"})
    assert answer.status_code == 200
    assert (refused.status_code, refused.json()["error"]) == (409, host.refuse)
    (bed, action), _ = host.acted
    assert bed is None
    assert isinstance(action, SwapDevice)
    assert (action.by, action.bed, action.with_bed, action.with_device) == (
        "AB",
        "1",
        None,
        "pocket",
    )


async def test_the_marks_of_a_swap_are_not_for_others_to_write(station: Served) -> None:
    async with httpx2.AsyncClient(base_url=station.url) as http:
        answer = await http.post("/api/suite/swap", json=BODY | {"entry": "0123"})
    assert answer.status_code == 422


def test_nurses_and_above_swap() -> None:
    allowed = {role for role in Role if permits(role, ROW)}
    assert allowed == {Role.NURSE, Role.CHARGE_NURSE, Role.CLINICIAN}
    assert all(permits(role, "GET /api/beds/{bed}/devices") for role in Role)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.NURSE, Role.ENGINEER])
async def test_who_may_not_swap_is_told_so(role: Role, tmp_path: Path) -> None:
    host = suite_of_four()
    people = peopled(tmp_path, host)
    bearer = {"authorization": f"Bearer token {role}"}
    try:
        async with (
            served(host, access=people.access) as station,
            httpx2.AsyncClient(base_url=station.url, headers=bearer) as http,
        ):
            await until(lambda: bool(people.known.accounts))
            answer = await http.post("/api/suite/swap", json=BODY)
        assert answer.status_code == (200 if permits(role, ROW) else 403)
        assert [action.by for _, action in host.acted] == (
            [f"{role} program"] if permits(role, ROW) else []
        )
    finally:
        people.journal.close()


async def test_a_tile_says_where_a_swapped_device_came_from(
    station: Served, host: PaperHost
) -> None:
    known = host.states["1"].settings
    assert known is not None
    moved = dataclasses.replace(known.sources["oximeter"], of="spare pocket")
    sources = known.sources | {"oximeter": moved}
    host.set("1", settings=dataclasses.replace(known, sources=sources))
    async with httpx2.AsyncClient(base_url=station.url) as http:
        first, second = (await http.get("/api/beds")).json()["beds"]
    assert first["swapped"] == [{"device": "oximeter", "of": "spare pocket"}]
    assert second["swapped"] == []

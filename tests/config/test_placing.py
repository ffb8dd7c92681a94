"""Spares in the suite file, and a suite with its devices where staff put them."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.config.suite.device_placing import _mark_of_0_1, bound, mark
from monitord.config.suite.suite import Suite
from monitord.config.suite.swap_partners import partners, refusal
from monitord.engine.protocol.device_swaps import Placed, after
from monitord.model import SECOND, SwapDevice, in_words
from monitord.plugins import load_plugins
from tests.builders_config import suite, suite_faults

SPARES = (
    "destinations:\n",
    "spares:\n  pocket: {driver: probe, port: /dev/ttyUSB9}\ndestinations:\n",
)


@cache
def with_spare() -> Suite:
    return suite(SPARES)


def swapped(
    of: Suite, bed: str, with_bed: str | None, with_device: str, before: tuple[Placed, ...] = ()
) -> tuple[Placed, ...]:
    """As the daemon writes it, with marks of what serves there."""
    places = bound(of, before).places
    return after(
        before,
        SwapDevice(
            id="s",
            by="nurse",
            bed=bed,
            device="oximeter",
            with_bed=with_bed,
            with_device=with_device,
            entry=mark(places[bed, "oximeter"]),
            with_entry=mark(places[with_bed, with_device]),
        ),
    )


def ports(of: Suite) -> dict[tuple[str | None, str], str | None]:
    return {place: device.port for place, device in of.places.items()}


def test_a_spare_is_a_device_like_any_other_and_at_no_bed() -> None:
    given = with_spare()
    assert given.spares["pocket"].port == "/dev/ttyUSB9"
    assert "pocket" not in given.settings("1").sources


def test_a_spare_on_a_line_that_is_taken_is_a_fault() -> None:
    text = SPARES[1].replace("ttyUSB9", "ttyUSB0")
    (fault,) = suite_faults((SPARES[0], text))
    assert "spares.pocket.port" in fault
    assert "is taken by beds.1.devices.oximeter" in fault


def test_an_unverified_spare_must_be_accepted() -> None:
    (fault,) = suite_faults((SPARES[0], SPARES[1].replace("probe", "untried")))
    assert "accept_unverified" in fault


def test_a_spare_serves_under_the_name_at_the_bed_and_the_other_becomes_the_spare() -> None:
    given = with_spare()
    now = bound(given, swapped(given, "1", None, "pocket"))
    assert ports(now) == {
        ("1", "oximeter"): "/dev/ttyUSB9",
        ("2", "oximeter"): "/dev/ttyUSB1",
        (None, "pocket"): "/dev/ttyUSB0",
    }
    serving = now.beds["1"].devices["oximeter"]
    assert (serving.name, serving.called, serving.of) == ("oximeter", "pocket", "spare pocket")
    assert now.settings("1").sources["oximeter"].of == "spare pocket"
    assert now.spares["pocket"].of == "oximeter of Window"


def test_the_suites_own_settings_keep_the_swaps_and_no_bed_does() -> None:
    given = with_spare()
    now = bound(given, swapped(given, "1", None, "pocket"))
    assert len(now.settings(None).placed) == 2
    assert now.settings("2") == given.settings("2")


@given(st.lists(st.sampled_from([("1", "2"), ("1", None), ("2", None)]), max_size=6))
def test_no_device_is_lost_or_doubled_and_the_way_back_leads_home(
    history: list[tuple[str, str | None]],
) -> None:
    given = with_spare()
    placed: tuple[Placed, ...] = ()
    for bed, other in history:
        placed = swapped(given, bed, other, "pocket" if other is None else "oximeter", placed)
    now = bound(given, placed)
    assert sorted(ports(now).values(), key=str) == sorted(ports(given).values(), key=str)
    assert set(now.placed) == set(placed)
    for bed, other in reversed(history):
        placed = swapped(given, bed, other, "pocket" if other is None else "oximeter", placed)
    assert bound(given, placed) == given


def test_a_swap_with_a_name_that_has_gone_from_the_file_is_not_applied() -> None:
    given = with_spare()
    placed = swapped(given, "1", None, "pocket")
    assert bound(suite(), placed) == suite()


def test_a_swap_is_over_when_the_file_says_something_else_of_a_device() -> None:
    given = with_spare()
    placed = swapped(given, "1", "2", "oximeter")
    # Somebody wrote the swap into the file: applied again, each chair would read the other's patient.
    written = suite(("ttyUSB0", "ttyUSBx"), ("ttyUSB1", "ttyUSB0"), ("ttyUSBx", "ttyUSB1"))
    assert bound(written, placed) == written


MARKS = [
    json.loads(row)
    for row in Path(__file__)
    .with_name("marks_of_0_1.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
"""What 0.1.0 itself marked devices with: its own code ran over these entries of a suite file."""


@pytest.mark.parametrize("row", MARKS, ids=lambda row: f"{row['driver']}-{row['mark']}")
def test_a_swap_of_0_1_holds_while_the_file_says_the_same(row: dict[str, Any]) -> None:
    driver = load_plugins().drivers[row["driver"]]
    settings = driver.config.model_validate(row["config"])
    given = with_spare()
    chair, spare = given.places["1", "oximeter"], given.places[None, "pocket"]
    real = replace(chair, driver=driver, config=settings)
    bed = replace(given.beds["1"], devices={"oximeter": real})
    ward = replace(given, beds=dict(given.beds) | {"1": bed})
    placed = (
        Placed(bed="1", device="oximeter", of_bed=None, of_device="pocket", entry=mark(spare)),
        Placed(bed=None, device="pocket", of_bed="1", of_device="oximeter", entry=row["mark"]),
    )
    assert bound(ward, placed).placed == placed
    other = replace(real, interval=SECOND)
    moved = replace(ward, beds=dict(ward.beds) | {"1": replace(bed, devices={"oximeter": other})})
    assert bound(moved, placed).placed == ()


def test_another_word_or_a_path_of_availability_ends_a_swap_of_0_1() -> None:
    told = {"topic": "c/1/status"}
    marks = [
        _mark_of(told | more)
        for more in ({}, {"online": "up"}, {"online": ["online", "up"]}, {"path": "state"})
    ]
    assert len(set(marks)) == len(marks)


def _mark_of(availability: dict[str, Any]) -> str:
    driver = load_plugins().drivers["mqtt"]
    given = {"broker": "mqtt://broker.example", "topic": "c/1", "availability": availability}
    config = driver.config.model_validate(given)
    return _mark_of_0_1(replace(with_spare().places["1", "oximeter"], driver=driver, config=config))


def test_of_three_that_changed_places_all_go_home_when_one_is_gone() -> None:
    given = with_spare()
    placed = swapped(given, "1", None, "pocket")
    placed = swapped(given, "2", None, "pocket", placed)
    assert bound(given, placed) != given
    assert bound(suite(), placed) == suite()


def asked(bed: str, device: str, with_bed: str | None, with_device: str) -> SwapDevice:
    return SwapDevice(
        id="s", by="nurse", bed=bed, device=device, with_bed=with_bed, with_device=with_device
    )


def test_partners_are_spares_first_then_devices_of_beds_without_a_session() -> None:
    given = with_spare()
    places = [place for place, _ in partners(given, {"1"}, ("1", "oximeter"))]
    assert places == [(None, "pocket"), ("2", "oximeter")]
    assert [place for place, _ in partners(given, {"2"}, ("1", "oximeter"))] == [(None, "pocket")]


def test_each_refusal_is_a_sentence() -> None:
    given = suite(
        (
            SPARES[0],
            "spares:\n"
            "  pocket: {driver: probe, port: /dev/ttyUSB9}\n"
            "  arm: {driver: sleeve, port: /dev/ttyUSB8}\n" + SPARES[0],
        )
    )

    def why(
        bed: str, device: str, with_bed: str | None, with_device: str, occupied: str = ""
    ) -> str | None:
        refused = refusal(given, {occupied}, asked(bed, device, with_bed, with_device))
        return None if refused is None else in_words(refused)

    assert why("1", "oximeter", None, "pocket", occupied="1") is None
    assert (
        why("1", "oxi", None, "pocket") == "No device called oxi at chair 1; choose from its list"
    )
    assert (
        why("9", "oximeter", None, "pocket")
        == "No device called oximeter at chair 9; choose from its list"
    )
    assert (
        why("1", "oximeter", None, "bag") == "No spare called bag; choose from the list of spares"
    )
    assert (
        why("1", "oximeter", "1", "oximeter") == "That is one and the same device: choose another"
    )
    assert why("1", "oximeter", "2", "oximeter", occupied="2") == "A session is open on Bed 2"
    assert why("1", "oximeter", None, "arm") == "oximeter and arm measure nothing in common"

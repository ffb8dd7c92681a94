"""Spares in the suite file, and a suite with its devices where staff put them."""

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from monitord.config.partners import partners, refusal
from monitord.config.placing import bound, mark
from monitord.config.suite import Suite
from monitord.engine.swaps import Placed, after
from monitord.model import SwapDevice
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
        return refusal(given, {occupied}, asked(bed, device, with_bed, with_device))

    assert why("1", "oximeter", None, "pocket", occupied="1") is None
    assert why("1", "oxi", None, "pocket") == "there is no device 'oxi' at bed '1'"
    assert why("9", "oximeter", None, "pocket") == "there is no device 'oximeter' at bed '9'"
    assert why("1", "oximeter", None, "bag") == "there is no device 'bag' among the spares"
    assert why("1", "oximeter", "1", "oximeter") == "that is one and the same device"
    assert why("1", "oximeter", "2", "oximeter", occupied="2") == "a session is open on Bed 2"
    assert why("1", "oximeter", None, "arm") == "oximeter and arm measure nothing in common"

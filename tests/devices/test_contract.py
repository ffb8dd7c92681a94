"""Every bundled family against the kit: its codec by all checks, its driver on a real line."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from devices import drivers
from devices.stream import StreamDriver
from monitord.kit.driver_checks import DRIVER_CHECKS, LINE_CHECKS, check_signals_and_delay_are_sound
from monitord.kit.example import Example
from monitord.kit.kit_check import LeftOut
from monitord.kit.wire_checks import WIRE_CHECKS
from monitord.plugins import DEVICES, load_group

DRIVERS: dict[str, Any] = {plugin.name: plugin.value for plugin in load_group(DEVICES)}
PAIRS = [
    pytest.param(driver, example, id=f"{name}-{example}")
    for name, driver in DRIVERS.items()
    if isinstance(driver, StreamDriver)
    for example in driver.examples()
]
on_every_example = pytest.mark.parametrize(("driver", "example"), PAIRS)


def name_of(check: Any) -> str:
    return str(check.__name__)


def test_every_family_has_an_example() -> None:
    streams = [value for value in vars(drivers).values() if isinstance(value, StreamDriver)]
    assert [driver.name for driver in streams if not driver.examples()] == []
    assert {driver.name for driver in streams} == DRIVERS.keys() - {"hl7", "mqtt"}


@pytest.mark.parametrize("check", WIRE_CHECKS, ids=name_of)
@on_every_example
def test_the_codec_keeps_its_contract(
    driver: StreamDriver, example: Example, check: Callable[[Example], None]
) -> None:
    try:
        check(example)
    except LeftOut as reason:
        assert "checksum" in str(reason)  # noqa: PT017 - nothing else may be left out of a codec


@pytest.mark.parametrize("check", WIRE_CHECKS, ids=name_of)
@pytest.mark.parametrize("example", drivers.HL7.examples(), ids=str)
def test_the_codec_of_the_hl7_listener_keeps_its_contract(
    example: Example, check: Callable[[Example], None]
) -> None:
    try:
        check(example)
    except LeftOut as reason:
        assert "checksum" in str(reason)  # noqa: PT017 - as above


@pytest.mark.parametrize("check", DRIVER_CHECKS, ids=name_of)
@pytest.mark.parametrize("driver", DRIVERS.values(), ids=DRIVERS)
def test_the_driver_says_what_it_is(driver: Any, check: Callable[[Any], None]) -> None:
    check(driver)


@on_every_example
def test_the_driver_supplies_what_its_example_reads(driver: StreamDriver, example: Example) -> None:
    check_signals_and_delay_are_sound(driver, example)


@pytest.mark.parametrize("check", LINE_CHECKS, ids=name_of)
@on_every_example
async def test_the_driver_keeps_its_contract_on_a_line(
    driver: StreamDriver, example: Example, check: Callable[[Any, Example], Awaitable[None]]
) -> None:
    try:
        await check(driver, example)
    except LeftOut as reason:
        walk_in = driver.family.silence is None and check.__name__.startswith("check_silence")
        assert walk_in or not example.unasked, reason  # noqa: PT017 - these two and no others

"""The table of drivers: complete, and found by entry points as anybody's plug-in is."""

import importlib
import pkgutil
from importlib.metadata import entry_points
from typing import Any, get_args

import pytest

import devices
from devices import drivers
from devices.family import Evidence, Family
from devices.stream import StreamDriver
from monitord.driver import Driver
from monitord.model import SIGNALS

FOUND = {entry.name: entry for entry in entry_points(group="monitord.devices")}
FAMILIES = [
    family
    for module in pkgutil.iter_modules(devices.__path__)
    for family in vars(importlib.import_module(f"devices.{module.name}")).values()
    if isinstance(family, Family)
]
SMALLEST: dict[str, dict[str, Any]] = {
    "hl7": {"location": "ICU^^1"},
    "mqtt": {"broker": "mqtt://localhost", "topic": "bed/1"},
}


@pytest.mark.parametrize("name", sorted(FOUND))
def test_each_entry_point_is_a_whole_driver(name: str) -> None:
    driver: Driver = FOUND[name].load()
    config = driver.config.model_validate(SMALLEST.get(name, {"port": "/dev/ttyUSB0"}))

    assert driver.name == name
    assert driver.title
    assert driver.evidence in get_args(Evidence)
    assert driver.signals(config)
    assert driver.signals(config) <= SIGNALS.keys()
    assert driver.delay(config) >= 0
    assert not driver.simulated(config)
    assert driver.open("bed1", config) is not driver.open("bed1", config)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_each_family_is_in_the_table_and_has_an_entry_point(family: Family) -> None:
    table = [d for d in vars(drivers).values() if isinstance(d, StreamDriver)]
    assert [driver.family for driver in table].count(family) == 1
    assert family.name in FOUND

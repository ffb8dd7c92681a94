"""docs/devices.md says what the families say, and its MQTT examples are settings that are taken."""

import re
from pathlib import Path

from pydantic import BaseModel
from ruamel.yaml import YAML

from devices import drivers
from devices.family import Line
from devices.hl7.hl7_config import Hl7DeviceConfig
from devices.mqtt.mqtt_config import MqttConfig
from devices.stream import StreamDriver
from monitord.model import SIGNALS, Signal, span_text

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "devices.md").read_text(encoding="utf-8")
DRIVERS = [value for value in vars(drivers).values() if isinstance(value, StreamDriver)]


def line_words(line: Line) -> str:
    flow = " XON/XOFF" if line.xonxoff else " RTS/CTS" if line.rtscts else ""
    return f"{line.baud} {line.bits}{line.parity}{line.stopbits}{flow}"


def row(driver: StreamDriver) -> str:
    family = driver.family
    signals = ", ".join(SIGNALS[s].label for s in Signal if s in family.signals)
    silence = "-" if family.silence is None else span_text(family.silence)
    cells = [f"`{family.name}`", family.title, line_words(family.line), signals]
    return f"| {' | '.join([*cells, span_text(family.delay), silence, family.evidence])} |"


def test_the_table_of_families_is_what_the_families_say() -> None:
    table = [line for line in GUIDE.splitlines() if line in {row(driver) for driver in DRIVERS}]
    missing = [row(driver) for driver in DRIVERS if row(driver) not in table]
    assert not missing, "\n".join(missing)


def test_every_driver_stands_in_both_tables_once() -> None:
    names = re.findall(r"^\| `(\w+)` \|", GUIDE.partition("## MQTT")[0], re.MULTILINE)
    families = [driver.name for driver in DRIVERS]
    assert sorted(names) == sorted([*families, *families, "hl7", "mqtt"])


def test_the_settings_that_the_guide_names_exist() -> None:
    for driver in DRIVERS:
        (cells,) = [
            line
            for line in GUIDE.splitlines()
            if line.startswith(f"| `{driver.name}` | ") and line != row(driver)
        ]
        for option in driver.family.options.model_fields:
            assert f"`{option}" in cells, (driver.name, option)


def test_the_example_of_an_intellivue_is_settings_that_are_taken() -> None:
    (text,) = re.findall(r"```yaml\n(beds:.*?)```", GUIDE.split("\n## MQTT\n")[0], re.DOTALL)
    settings = YAML(typ="safe").load(text)["beds"]["1"]["devices"]["monitor"]
    assert (settings.pop("driver"), settings.pop("accept_unverified")) == ("intellivue", True)
    for more in ({}, {"calls_at": "10.0.0.2"}):
        config = drivers.INTELLIVUE.config.model_validate(settings | more)
        assert not drivers.INTELLIVUE.simulated(config)


def test_of_thirty_devices_the_guide_names_a_driver_that_there_is_or_says_why_not() -> None:
    rows = GUIDE.split("<!-- thirty -->")[1].split("<!-- end -->")[0].strip().splitlines()[2:]
    assert len(rows) == 30
    evidence = {driver.name: driver.family.evidence for driver in DRIVERS}
    for text in rows:
        _, model, driver, over, seen, _ = (cell.strip() for cell in text.split("|"))
        named = re.findall(r"`(\w+)`(?! \(format)", driver)
        assert model
        if driver.startswith("not supported: "):
            assert (over, seen) == ("", ""), model
            continue
        assert over, model
        assert named, model
        assert seen.startswith(evidence.get(named[0], "")), model
        assert named[0] in evidence.keys() | {"hl7", "mindray_pds"}, model


def test_the_examples_of_mqtt_and_hl7_are_settings_that_are_taken() -> None:
    models: dict[str, type[BaseModel]] = {"mqtt": MqttConfig, "hl7": Hl7DeviceConfig}
    found = []
    for text in re.findall(r"```yaml\n(beds:.*?)```", GUIDE.split("\n## MQTT\n")[1], re.DOTALL):
        for bed, entry in YAML(typ="safe").load(text)["beds"].items():
            for settings in entry["devices"].values():
                driver = settings.pop("driver")
                settings.pop("interval", None)
                models[driver].model_validate(settings)
                found.append((driver, bed))
    assert found == [*(("mqtt", each) for each in "123"), *(("hl7", each) for each in "45")]


def test_every_setting_of_the_hl7_listener_stands_in_the_guide_and_in_the_example_suite() -> None:
    section = GUIDE.partition("## HL7")[2].partition("\n## ")[0]
    suite = (ROOT / "config" / "suite.yaml").read_text(encoding="utf-8").partition("driver: hl7")[2]
    for name in Hl7DeviceConfig.model_fields:
        assert name == "simulated" or f"`{name}`" in section, name
        assert name == "device" or re.search(rf"\b{name}:", suite), name

"""Suites and protocols as text, and plug-ins small enough to see through."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from monitord.config import Suite, read_suite_document
from monitord.config.files.yaml_file import read_text
from monitord.config.protocol.protocols import read_protocol_document
from monitord.engine.protocol.protocol import Protocol
from monitord.errors import ConfigError
from monitord.model import SECOND, Signal
from monitord.plugins import Plugins

STRICT = ConfigDict(frozen=True, extra="forbid", strict=True)


class ProbeConfig(BaseModel):
    model_config = STRICT

    port: str
    baud: int = 9600


class Probe:
    """An oximeter driver that is never opened here."""

    name = "probe"
    title = "Probe"
    evidence = "published example"
    config: type[BaseModel] = ProbeConfig

    def signals(self, config: Any) -> frozenset[Signal]:
        return frozenset({Signal.SPO2, Signal.PULSE_RATE})

    def delay(self, config: Any) -> int:
        return 4 * SECOND

    def simulated(self, config: Any) -> bool:
        return "/pts/" in str(config.port)

    def open(self, name: str, config: Any) -> Any:
        raise NotImplementedError


class Untried(Probe):
    name = "untried"
    evidence = "unverified"


class Failing(Probe):
    name = "failing"

    def signals(self, config: Any) -> frozenset[Signal]:
        raise ZeroDivisionError("a fault of the plug-in")


class Sleeve(Probe):
    name = "sleeve"

    def signals(self, config: Any) -> frozenset[Signal]:
        return frozenset({Signal.NIBP_SYS, Signal.NIBP_DIA})


class BellConfig(BaseModel):
    model_config = STRICT

    loud: bool = True


class Bell:
    name = "bell"
    title = "Bell"
    local = True
    config: type[BaseModel] = BellConfig

    def open(self, name: str, config: Any) -> Any:
        raise NotImplementedError


class PostConfig(BaseModel):
    model_config = STRICT

    url: str


class Post(Bell):
    name = "post"
    title = "Post"
    local = False
    config: type[BaseModel] = PostConfig


PROBE, BELL = Probe(), Bell()
PLUGINS = Plugins(
    drivers={driver.name: driver for driver in (PROBE, Untried(), Failing(), Sleeve())},
    notifiers={notifier.name: notifier for notifier in (BELL, Post())},
)

SUITE = """\
suite: ward
database: journal.db
protocols: [ketamine_iv_0_5_40]
beds:
  "1":
    label: Window
    devices:
      oximeter:
        driver: probe
        port: /dev/ttyUSB0
  "2":
    devices:
      oximeter: {driver: probe, port: /dev/ttyUSB1, interval: 4s}
destinations:
  desk: {notifier: bell}
  pager: {notifier: post, url: "http://127.0.0.1:1/"}
routes:
  high:
    tiers:
      - to: [desk]
      - to: [pager, desk]
        after: 30s
  medium:
    tiers:
      - to: [pager]
"""

PROTOCOL = """\
name: small
version: 1
sources: [a textbook]
phases:
  - {name: pre, stage: baseline, duration: 15min}
  - {name: infusion, stage: infusion, duration: 40min}
  - {name: after, stage: recovery}
fresh: {spo2: 10s, nibp_sys: 60min}
schedule:
  nibp:
    signals: [nibp_sys]
    every: {pre: 5min, infusion: 5min, after: 10min}
rules:
  spo2_low:
    kind: limit
    signal: spo2
    levels:
      - {priority: medium, limit: "<90", delay: 15s, source: a monitor}
      - {priority: high, limit: "<80", source: a monitor}
  spo2_absent:
    kind: stale
    signal: spo2
    levels:
      - {priority: low, delay: 10s, source: a monitor}
  nibp_sys_high:
    kind: limit
    signal: nibp_sys
    levels:
      - {priority: high, limit: ">=200", source: a clinic}
  nibp_overdue:
    kind: overdue
    item: nibp
    levels:
      - {priority: low, share: 0.2, source: a clinic}
"""


def changed(text: str, *changes: tuple[str, str]) -> str:
    """The text with each old part, which must be there, replaced by the new one."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def suite(*changes: tuple[str, str], near: Path = Path("/srv/suite")) -> Suite:
    document = read_text(changed(SUITE, *changes), "suite.yaml")
    return read_suite_document(document, PLUGINS, near=near)


def suite_faults(*changes: tuple[str, str]) -> list[str]:
    try:
        suite(*changes)
    except ConfigError as error:
        return error.faults
    return []


def protocol(*changes: tuple[str, str]) -> Protocol:
    return read_protocol_document(read_text(changed(PROTOCOL, *changes), "small.yaml"))


def protocol_faults(*changes: tuple[str, str]) -> list[str]:
    try:
        protocol(*changes)
    except ConfigError as error:
        return error.faults
    return []

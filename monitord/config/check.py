"""`monitord check`: every fault of suite and protocol files, and what a reader should know."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from monitord.config.approval import identity, why_unapproved
from monitord.config.bindings import UNVERIFIED
from monitord.config.delays import delays, resting
from monitord.config.lint import advice, gaps
from monitord.config.protocols import read_protocol_document
from monitord.config.routes import route_faults
from monitord.config.suite import Bed, Device, Suite
from monitord.config.suite_file import read_suite_document
from monitord.config.yaml_file import Document, Fault, read_file
from monitord.engine.protocol import Protocol
from monitord.errors import ConfigError
from monitord.model import NIBP, Priority, Signal
from monitord.plugins import Plugins

_UNSTEADY = re.compile(r"/dev/tty(USB|ACM)\d+")


@dataclass(slots=True)
class Report:
    """What was found in one file: it is usable only without `faults`."""

    name: str
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """`usable, 2 warnings`."""
        counts = (("fault", len(self.faults)), ("warning", len(self.warnings)))
        found = [f"{n} {word}{'s' if n > 1 else ''}" for word, n in counts if n]
        return ", ".join(["not usable" if self.faults else "usable", *found])


def check_file(path: Path, plugins: Plugins) -> Report:
    """Reads a suite or a protocol file, whichever it is, and reports; never raises ConfigError."""
    report = Report(name=str(path))
    try:
        document = read_file(path)
        value = document.value if isinstance(document.value, dict) else {}
        if value.keys() & {"rules", "phases", "extends"}:
            protocol = read_protocol_document(document, path.parent)
            _lint(report, document, protocol)
            report.lines += _protocol_lines(protocol, None)
        elif "suite" in value or "beds" in value:
            _check_suite(report, document, plugins, path.parent)
        else:
            report.faults.append(
                document.at((), "neither a suite (suite, beds) nor a protocol (rules)")
            )
    except ConfigError as error:
        report.faults += error.faults
    return report


def _check_suite(report: Report, document: Document, plugins: Plugins, near: Path) -> None:
    suite = read_suite_document(document, plugins, near=near)
    for file in suite.protocol_files:
        read = read_file(file)
        _lint(report, read, read_protocol_document(read, file.parent))
    report.lines.append(
        f"suite {suite.name}: {len(suite.beds)} beds, {len(suite.destinations)} destinations, "
        f"journal {suite.database}"
    )
    for protocol in suite.every_protocol:
        report.lines += _protocol_lines(protocol, suite)
        reason = why_unapproved(protocol, suite.approvals)
        if reason:
            report.warnings.append(f"{reason}; until then it runs in demo and replay only")
    if suite.station.open:
        report.warnings.append("station: open, so that anybody at this machine may act as anybody")
    for bed in suite.beds.values():
        report.warnings += [f"bed {bed.id}: {sentence}" for sentence in _of_bed(bed)]
        report.lines += _resting_lines(suite, bed)
    for spare in suite.spares.values():
        report.warnings += [f"spares: {sentence}" for sentence in _of_device(spare)]
    report.faults += [document.at(("routes",), fault) for fault in route_faults(suite)]
    if Priority.LOW not in suite.routes:
        report.lines.append("low alarms: no route; they are shown on the station only")


def _lint(report: Report, document: Document, protocol: Protocol) -> None:
    report.faults += _placed(document, gaps(protocol))
    report.warnings += _placed(document, advice(protocol))


def _placed(document: Document, found: Iterable[Fault]) -> list[str]:
    return [document.at(loc, sentence) for loc, sentence in found]


def _protocol_lines(protocol: Protocol, suite: Suite | None) -> Iterator[str]:
    yield f"protocol {identity(protocol)}: whole delay of each level, at most"
    for delay in delays(protocol, suite):
        yield f"  {delay.text()}"
    if suite is None:
        yield "  (a device's own averaging comes on top: check the suite file to see it)"


def _resting_lines(suite: Suite, bed: Bed) -> Iterator[str]:
    """Rules that rest on this bed, once for all protocols that have them."""
    found: dict[str, str] = {}
    for protocol in suite.every_protocol:
        found.update(resting(protocol, bed.signals))
    for name, reason in sorted(found.items()):
        yield f"bed {bed.id}: {name} rests: {reason}"


def _of_device(device: Device) -> Iterator[str]:
    if device.driver.evidence == UNVERIFIED:
        yield f"{device.name}: the driver {device.driver.name!r} is unverified, and accepted"
    if device.simulated:
        yield f"{device.name} is a twin: all it says is marked as simulated"
    if device.port is not None and _UNSTEADY.fullmatch(device.port):
        yield (
            f"{device.name}: {device.port} may be another device after a restart:"
            " write its link in /dev/serial/by-id or by-path (see monitord devices --scan)"
        )


def _of_bed(bed: Bed) -> Iterator[str]:
    if Signal.SPO2 not in bed.signals:
        yield "no device supplies spo2"
    if bed.cuff.automatic and not bed.signals & NIBP:
        yield "cuff.automatic is on, but no device measures pressure"
    owners: dict[Signal, str] = {}
    for device in bed.devices.values():
        yield from _of_device(device)
        for signal in sorted(device.signals):
            other = owners.setdefault(signal, device.name)
            if other != device.name:
                yield f"{signal} comes from {other} and from {device.name}: only one of them is believed, and it is an alarm"

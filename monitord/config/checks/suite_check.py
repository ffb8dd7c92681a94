"""`monitord check`: every fault of suite and protocol files, and what a reader should know."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from monitord.config.checks.protocol_lint import advice, gaps, repeats_too_soon
from monitord.config.checks.route_table import IN_LOG, log_destinations, route_faults
from monitord.config.checks.time_to_alarm import Delay, delays
from monitord.config.checks.tls_files import tls_findings
from monitord.config.checks.unsupplied_rules import unsupplied
from monitord.config.files.yaml_file import Document, Fault, read_file, read_text
from monitord.config.protocol.approval import identity, why_unapproved
from monitord.config.protocol.protocols import read_protocol_document
from monitord.config.suite.bindings import UNVERIFIED
from monitord.config.suite.suite import Bed, Device, Suite
from monitord.config.suite.suite_file import read_suite_document
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.protocol.reading_lifetime import DEFAULT_FRESH, expected_within
from monitord.engine.rules import ProtocolRule
from monitord.errors import ConfigError
from monitord.model import NIBP, SECOND, Instant, Priority, Signal, Span, span_text
from monitord.named_peers import is_loopback
from monitord.plugins import Plugins

SOUND = "needs the sound card: its unit must have the drop-in sound.conf"
"""Of a sounder; the installer looks for these words."""
CONFIDENTIAL = "is told in full what came of a form (confidential)"
UNAPPROVED = "until then it runs in demo and replay only"
"""Of a protocol that nobody approved as it is; the installer looks for these words too."""
_UNSTEADY = re.compile(r"/dev/tty(USB|ACM)\d+")


@dataclass(slots=True)
class CheckReport:
    """What was found in one file: it is usable only without `faults`."""

    name: str
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    parts: list[str | Delay] = field(default_factory=list)
    suite: Suite | None = None

    @property
    def lines(self) -> list[str]:
        """The parts, a line each."""
        return [as_line(each) for each in self.parts]

    @property
    def summary(self) -> str:
        """`usable, 2 warnings`."""
        counts = (("fault", len(self.faults)), ("warning", len(self.warnings)))
        found = [_counted(n, word) for word, n in counts if n]
        return ", ".join(["not usable" if self.faults else "usable", *found])


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def as_line(part: str | Delay) -> str:
    """A part of a report as other programs read it."""
    return part if isinstance(part, str) else f"  {part.text()}"


def check_file(
    path: Path, plugins: Plugins, now: Instant | None = None, *, into_log: bool = False
) -> CheckReport:
    """Reads a suite or a protocol file, whichever it is, and reports; never raises ConfigError.

    `into_log` says that the service which runs it writes its error output into a log.

    Until when certificates are valid is looked at where `now` says what time it is.
    """
    return _checked(
        str(path), lambda: read_file(path), path.parent, plugins, now, into_log=into_log
    )


def check_text(
    text: str,
    name: str,
    near: Path,
    plugins: Plugins,
    now: Instant | None = None,
    *,
    into_log: bool = False,
) -> CheckReport:
    """The same for what is not written yet; paths in it count from the folder `near`."""
    return _checked(name, lambda: read_text(text, name), near, plugins, now, into_log=into_log)


def _checked(
    name: str,
    read: Callable[[], Document],
    near: Path,
    plugins: Plugins,
    now: Instant | None,
    *,
    into_log: bool,
) -> CheckReport:
    report = CheckReport(name=name)
    try:
        document = read()
        value = document.value if isinstance(document.value, dict) else {}
        if value.keys() & {"rules", "phases", "extends"}:
            protocol = read_protocol_document(document, near)
            _lint(report, document, protocol)
            report.parts += _delays_of(protocol, None)
        elif "suite" in value or "beds" in value:
            suite = read_suite_document(document, plugins, near=near)
            _check_suite(report, suite, now)
            _check_routes(report, document, suite, log_destinations(suite, into_log=into_log))
        else:
            report.faults.append(
                document.at((), "neither a suite (suite, beds) nor a protocol (rules)")
            )
    except ConfigError as error:
        report.faults += error.faults
    return report


def _check_suite(report: CheckReport, suite: Suite, now: Instant | None) -> None:
    report.suite = suite
    for file in suite.protocol_files:
        read = read_file(file)
        protocol = read_protocol_document(read, file.parent)
        _lint(report, read, protocol)
        automatic = {bed.cuff for bed in suite.beds.values() if bed.cuff.automatic}
        for cuff in sorted(automatic, key=lambda cuff: cuff.minimum_interval):
            report.faults += _placed(read, repeats_too_soon(protocol, cuff))
    report.parts.append(
        f"suite {suite.name}: {_counted(len(suite.beds), 'bed')}, "
        f"{_counted(len(suite.destinations), 'destination')}, "
        f"journal {suite.database}"
    )
    for protocol in suite.every_protocol:
        report.parts += _delays_of(protocol, suite)
        reason = why_unapproved(protocol, suite.approvals)
        if reason:
            report.warnings.append(f"{reason}; {UNAPPROVED}")
    called = [name for name in suite.station.names if not is_loopback(name.strip("[]"))]
    if called and suite.station.tls is None and not suite.station.proxies:
        report.warnings.append(
            "station: names without tls, as behind a proxy: name it under proxies (127.0.0.1 is one on this "
            "machine), else everybody behind it counts as one address"
        )
    for finding in tls_findings(suite, now):
        (report.faults if finding.fault else report.warnings).append(finding.text)
    if suite.station.open:
        report.warnings.append("station: open, so that anybody at this machine may act as anybody")
    if not _head_leaves(suite):
        report.warnings.append(
            "the audit chain's head leaves this machine by no heartbeat and no syslog: who can write the"
            " journal could make the whole chain anew (docs/operations.md, Back up)"
        )
    for bed in suite.beds.values():
        report.warnings += [f"bed {bed.id}: {sentence}" for sentence in _of_bed(bed)]
        report.parts += _unsupplied_lines(suite, bed)
        report.parts += _slow_lines(suite, bed)
    for spare in suite.spares.values():
        report.warnings += [f"spares: {sentence}" for sentence in _of_device(spare)]
    for name, each in suite.destinations.items():
        if name in suite.sounders:
            report.parts.append(f"destination {name}: {SOUND}")
        if each.confidential:
            report.parts.append(f"destination {name}: {CONFIDENTIAL}")
    if Priority.LOW not in suite.routes:
        report.parts.append("low alarms: no route; they are shown on the station only")


def _check_routes(
    report: CheckReport, document: Document, suite: Suite, logs: frozenset[str]
) -> None:
    report.faults += [document.at(("routes",), fault) for fault in route_faults(suite, logs)]
    report.warnings += [f"destination {name} {IN_LOG}" for name in sorted(logs)]


def _head_leaves(suite: Suite) -> bool:
    """Signs of life hold it, and a syslog is sent it each hour."""
    beaten = set(suite.heartbeat.to) if suite.heartbeat else set()
    return any(
        each.sends_heads_away
        for each in suite.destinations.values()
        if each.name in beaten or each.keeps_heads
    )


def _lint(report: CheckReport, document: Document, protocol: Protocol) -> None:
    report.faults += _placed(document, gaps(protocol))
    report.warnings += _placed(document, advice(protocol))


def _placed(document: Document, found: Iterable[Fault]) -> list[str]:
    return [document.at(loc, sentence) for loc, sentence in found]


def _delays_of(protocol: Protocol, suite: Suite | None) -> Iterator[str | Delay]:
    yield f"protocol {identity(protocol)}: whole delay of each level, at most"
    yield from delays(protocol, suite)
    if suite is None:
        yield "  (a device's own averaging comes on top: check the suite file to see it)"


def _unsupplied_lines(suite: Suite, bed: Bed) -> Iterator[str]:
    """Rules that no device of this bed supplies, once for all protocols that have them."""
    found: dict[str, str] = {}
    for protocol in suite.every_protocol:
        found.update(unsupplied(protocol, bed.signals))
    for name, reason in sorted(found.items()):
        yield f"bed {bed.id}: {name} is unsupplied: {reason}"


def _slow_lines(suite: Suite, bed: Bed) -> Iterator[str]:
    """What rules lose to a device that is declared to speak seldom, once for all protocols."""
    for device in bed.devices.values():
        silent = expected_within(device.interval)
        losses: dict[str, str] = {}
        for protocol in suite.every_protocol:
            for name, rule in protocol.rules.items():
                if device.interval and rule.signal in device.signals:
                    losses.update(_loss(name, rule, device, silent))
        if losses:
            lost = "; ".join(f"{name} {what}" for name, what in sorted(losses.items()))
            yield f"bed {bed.id}: {device.name} speaks every {span_text(device.interval)}: {lost}"


def _loss(name: str, rule: ProtocolRule, device: Device, silent: Span) -> dict[str, str]:
    if rule.absence_of:
        return {name: f"begins after {span_text(silent)}"} if silent > DEFAULT_FRESH else {}
    if rule.limit_of and device.interval > SECOND:
        return {name: f"sees a change up to {span_text(device.interval)} later"}
    return {}


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
    owners: dict[Signal, Device] = {}
    for device in bed.devices.values():
        yield from _of_device(device)
        for signal in sorted(device.signals):
            other = owners.setdefault(signal, device)
            if other is not device and device.secondary is other.secondary:
                yield (
                    f"{signal} comes from {other.name} and from {device.name}: {other.name} is believed, because it"
                    f" stands first, and that is a low alarm; say `role: secondary` for the other one"
                )

"""Suite files: read, every name in them resolved, every fault told at once with its line.

Parts are read one by one, so that a fault in one does not hide those in another.
"""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field

from monitord.config.database_place import default_database
from monitord.config.files.reader import STRICT, Reader
from monitord.config.files.yaml_file import Document, Loc, read_file
from monitord.config.protocol.approval import Approval
from monitord.config.protocol.protocols import (
    NAME,
    NAME_WORDS,
    find_protocol,
    read_protocol_document,
)
from monitord.config.suite.bindings import PASSWORD_IN_URL, PluginReader, read_device
from monitord.config.suite.heartbeat_and_tests import read_heartbeat, read_tests
from monitord.config.suite.hospital_link_file import read_hospital_link
from monitord.config.suite.routes_file import check_phases, read_routes
from monitord.config.suite.station_file import read_station
from monitord.config.suite.suite import Bed, Destination, Device, RecordingSettings, Station, Suite
from monitord.config.suite.time_zone import is_zone
from monitord.engine.protocol.protocol import Cuff, Protocol
from monitord.engine.session.cuff import HARD_MINIMUM, HARD_PER_HOUR
from monitord.errors import ConfigError
from monitord.model import DEFAULT_LANGUAGE, span_text
from monitord.model.sentences.sentence import CATALOGUES
from monitord.plugins import NOTIFIERS, Plugins

BED_WITHOUT_SESSION = "bed_without_session"
# Its protocol unless the suite file names another.


class BedFile(BaseModel):
    model_config = STRICT

    label: Annotated[str, Field(max_length=60)] = ""
    cuff: Cuff = Cuff()
    devices: dict[str, Any] = {}


class DestinationFile(BaseModel):
    """What monitord itself reads of a destination; the rest is its notifier's."""

    model_config = STRICT

    confidential: bool = False


class SuiteFile(BaseModel):
    """The first level of a suite file; beds, destinations and routes are read by themselves."""

    model_config = STRICT

    suite: str
    database: Annotated[str, Field(min_length=1)] | None = None
    protocols: tuple[str, ...] = ()
    watch: str = BED_WITHOUT_SESSION
    approvals: tuple[Approval, ...] = ()
    beds: dict[str, Any]
    destinations: dict[str, Any]
    routes: Any
    station: Station = Station()
    zone: str = "UTC"
    language: str = DEFAULT_LANGUAGE
    heartbeat: Any = None
    tests: Any = None
    record: RecordingSettings | None = None
    shadow: dict[str, str] = {}
    spares: dict[str, Any] = {}
    hospital: Any = None


def read_suite(path: Path, plugins: Plugins) -> Suite:
    """The suite in a file; ConfigError lists every fault of it and of the protocols it names."""
    return read_suite_document(read_file(path), plugins, near=path.parent)


def read_suite_document(
    document: Document, plugins: Plugins, *, near: Path, beds_needed: bool = True
) -> Suite:
    """The suite in a document; relative paths in it count from the folder `near`.

    A hospital's own daemon needs no beds: its alarms are those of its suites' beds.
    """
    reader = Reader(document)
    head = reader.read(SuiteFile, document.value)
    ports: dict[str, Loc] = {}
    beds = _beds(reader, plugins, ports)
    spares = _devices(reader, plugins, ports, ("spares",), _part(reader.document, "spares"))
    destinations = _destinations(reader, plugins)
    mute = {name for name, destination in destinations.items() if not destination.tells}
    routes = read_routes(reader, _part(reader.document, "destinations").keys() - mute, beds)
    elsewhere: list[str] = []
    protocols, watch = _protocols(reader, head, near, elsewhere)
    heartbeat = tests = station = hospital = None
    if head is not None:
        _check_head(reader, head, beds_needed=beds_needed)
        station = read_station(reader, head.station, near)
        heartbeat = read_heartbeat(reader, head.heartbeat, destinations)
        tests = read_tests(reader, head.tests, destinations)
        hospital = read_hospital_link(reader, head.hospital, near)
    if routes is not None:
        every = (*protocols.values(), *filter(None, [watch]))
        check_phases(reader, routes.special, {p.name for each in every for p in each.phases})
    try:
        reader.finish()
    except ConfigError as error:
        raise ConfigError([*error.faults, *elsewhere]) from error
    if elsewhere or head is None or watch is None or routes is None or station is None:
        raise ConfigError(elsewhere or [f"{document.name}: not a suite"])
    return Suite(
        name=head.suite,
        database=_database(head.database, near),
        protocols=protocols,
        watch=watch,
        approvals=head.approvals,
        beds=beds,
        destinations=destinations,
        routes=routes.beds,
        suite_routes=routes.suite,
        special=routes.special,
        bounds=routes.bounds,
        zone=head.zone,
        language=head.language,
        heartbeat=heartbeat,
        tests=tests,
        record=head.record and _recording(head.record, near),
        shadow=head.shadow,
        spares=spares,
        hospital=hospital,
        station=station,
        protocol_files=tuple(
            dict.fromkeys(find_protocol(name, near) for name in (*head.protocols, head.watch))
        ),
    )


def read_approvals(document: Document) -> tuple[Approval, ...]:
    """The approvals of a suite file, whatever else is wrong in it; ConfigError lists what is wrong in them."""
    reader = Reader(document)
    head = reader.read(_Approved, {"approvals": _listed(document)})
    reader.finish()
    return head.approvals if head is not None else ()


class _Approved(BaseModel):
    """The approvals alone."""

    model_config = STRICT

    approvals: tuple[Approval, ...] = ()


def _listed(document: Document) -> Any:
    whole = document.value
    return (whole.get("approvals") or ()) if isinstance(whole, dict) else ()


def _database(written: str | None, near: Path) -> str:
    if written is None:
        return str(default_database())
    return written if "://" in written else str(near / Path(written).expanduser())


def _recording(written: RecordingSettings, near: Path) -> RecordingSettings:
    return replace(written, folder=str(near / Path(written.folder).expanduser()))


def _part(document: Document, key: str) -> dict[str, Any]:
    """A mapping of the file, empty where it is missing or none: `SuiteFile` tells that."""
    whole = document.value
    part = whole.get(key) if isinstance(whole, dict) else None
    return part if isinstance(part, dict) else {}


def _check_head(reader: Reader, head: SuiteFile, *, beds_needed: bool) -> None:
    if not NAME.fullmatch(head.suite):
        reader.fault(("suite",), f"the name {head.suite!r} {NAME_WORDS}")
    if not is_zone(head.zone):
        reader.fault(("zone",), f"no time zone {head.zone!r}: write it as Europe/Berlin")
    if head.language not in CATALOGUES:
        known = ", ".join(CATALOGUES)
        reader.fault(("language",), f"no language {head.language!r}; there is {known}")
    if beds_needed and not head.beds:
        reader.fault(("beds",), "a suite needs at least one bed")
    if head.database and PASSWORD_IN_URL.search(head.database):
        reader.fault(
            ("database",),
            "no password here: PostgreSQL reads it from the file that PGPASSFILE names",
        )


def _beds(reader: Reader, plugins: Plugins, ports: dict[str, Loc]) -> dict[str, Bed]:
    beds: dict[str, Bed] = {}
    for name, value in _part(reader.document, "beds").items():
        loc: Loc = ("beds", name)
        if not NAME.fullmatch(name):
            reader.fault(loc, f"the name {name!r} {NAME_WORDS}")
        file = reader.read(BedFile, {} if value is None else value, loc)
        entries = value.get("devices") if isinstance(value, dict) else None
        here = entries if isinstance(entries, dict) else {}
        devices = _devices(reader, plugins, ports, (*loc, "devices"), here)
        if file is not None:
            _check_cuff(reader, file.cuff, loc)
            label = file.label or f"Bed {name}"
            beds[name] = Bed(id=name, label=label, cuff=file.cuff, devices=devices)
    return beds


def _devices(
    reader: Reader, plugins: Plugins, ports: dict[str, Loc], loc: Loc, entries: dict[str, Any]
) -> dict[str, Device]:
    devices: dict[str, Device] = {}
    for name, entry in entries.items():
        spot = (*loc, name)
        if not NAME.fullmatch(name):
            reader.fault(spot, f"the name {name!r} {NAME_WORDS}")
        device = read_device(reader, plugins, spot, name, entry)
        if device is not None:
            devices[name] = device
            _bind(reader, ports, device, spot)
    return devices


def _bind(reader: Reader, ports: dict[str, Loc], device: Device, loc: Loc) -> None:
    """A line belongs to one device: two readers would each get half of the bytes."""
    if device.port is None:
        return
    port = os.path.realpath(device.port) if device.port.startswith("/") else device.port
    first = ports.setdefault(port, loc)
    if first != loc:
        reader.fault(
            (*loc, "port"),
            f"{device.port} is taken by {'.'.join(map(str, first))} "
            f"in line {reader.document.line(first)}",
        )


def _check_cuff(reader: Reader, cuff: Cuff, loc: Loc) -> None:
    if cuff.minimum_interval < HARD_MINIMUM:
        shortest = span_text(HARD_MINIMUM)
        reader.fault((*loc, "cuff", "minimum_interval"), f"must be {shortest} or longer")
    if not 1 <= cuff.per_hour <= HARD_PER_HOUR:
        reader.fault((*loc, "cuff", "per_hour"), f"must be 1 to {HARD_PER_HOUR}")


def _destinations(reader: Reader, plugins: Plugins) -> dict[str, Destination]:
    found: dict[str, Destination] = {}
    for name, entry in _part(reader.document, "destinations").items():
        loc: Loc = ("destinations", name)
        if not NAME.fullmatch(name):
            reader.fault(loc, f"the name {name!r} {NAME_WORDS}")
        part = PluginReader(reader, plugins, NOTIFIERS, "notifier", plugins.notifiers)
        notifier, rest = part.choose(entry, loc)
        own = {key: rest.pop(key) for key in DestinationFile.model_fields if key in rest}
        file = reader.read(DestinationFile, own, loc)
        if notifier is None:
            continue
        config = reader.plugin(notifier.config, rest, loc)
        if config is not None and file is not None:
            found[name] = Destination(
                name=name, notifier=notifier, config=config, confidential=file.confidential
            )
    return found


def _protocols(
    reader: Reader, head: SuiteFile | None, near: Path, elsewhere: list[str]
) -> tuple[dict[str, Protocol], Protocol | None]:
    """The protocols by name, and the watch; faults inside their files go to `elsewhere`."""
    if head is None:
        return {}, None

    def read(name: str, loc: Loc) -> Protocol | None:
        try:
            path = find_protocol(name, near)
        except ConfigError as error:
            reader.fault(loc, "; ".join(error.faults))
            return None
        try:
            return read_protocol_document(read_file(path), path.parent)
        except ConfigError as error:
            elsewhere.extend(fault for fault in error.faults if fault not in elsewhere)
            return None

    found: dict[str, Protocol] = {}
    for i, name in enumerate(head.protocols):
        loc: Loc = ("protocols", i)
        protocol = read(name, loc)
        if protocol is None:
            continue
        if not protocol.phases:
            reader.fault(loc, f"{protocol.name!r} has no phases: it can watch a bed, not a session")
        if protocol.name in found:
            reader.fault(loc, f"a protocol called {protocol.name!r} is listed twice")
        found[protocol.name] = protocol
    return found, read(head.watch, ("watch",))

"""The hospital's own file: its cluster, its suites and units, and who is told when nobody of a suite answers.

Destinations, routes, station and the like are those of a suite file; the hospital's own alarms go by the routes of
its suite, which has no beds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from monitord.config.files.reader import STRICT, Reader
from monitord.config.files.yaml_file import Document, read_file
from monitord.config.protocol.protocols import NAME, NAME_WORDS
from monitord.config.suite.hospital_link import KEPT, ClusterAccess
from monitord.config.suite.hospital_link_file import read_access
from monitord.config.suite.suite import Suite
from monitord.config.suite.suite_file import read_suite_document
from monitord.errors import ConfigError
from monitord.model import HOUR, MINUTE, SECOND, Duration, Span
from monitord.plugins import Plugins

OF_SUITE: Final = frozenset(
    {"database", "destinations", "routes", "station", "zone", "language", "heartbeat", "tests"}
)
"""Keys that are read as those of a suite file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalUnit:
    """Suites that belong together, and which accounts see them (`sees`), or answer there too (`answers`).

    Without a list of `sees` everybody with an account sees it.
    """

    __pydantic_config__ = STRICT

    suites: Annotated[tuple[str, ...], Field(min_length=1)]
    sees: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()

    def may_see(self, account: str) -> bool:
        """Whether the account may look at the unit's beds."""
        return not self.sees or account in self.sees or account in self.answers


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalKeys:
    """The keys of the file that no suite file has."""

    __pydantic_config__ = STRICT

    hospital: str
    cluster: Any
    units: Annotated[dict[str, HospitalUnit], Field(min_length=1)]
    partitions: Annotated[int, Field(ge=1, le=256)] = 8
    replicas: Literal[1, 3, 5] = 3
    retention: Annotated[Duration, Field(ge=HOUR, le=90 * 24 * HOUR)] = KEPT
    disk_mb: Annotated[int, Field(ge=100, le=10_000_000)] = 20_000
    silent_after: Annotated[Duration, Field(ge=15 * SECOND, le=30 * MINUTE)] = 60 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Hospital:
    """A hospital file, resolved; `own` is what its own daemon runs."""

    name: str
    access: ClusterAccess
    units: Mapping[str, HospitalUnit]
    partitions: int
    replicas: int
    retention: Span
    disk_mb: int
    silent_after: Span
    own: Suite

    @property
    def suites(self) -> dict[str, str]:
        """Every suite, with its unit."""
        return {suite: name for name, unit in self.units.items() for suite in unit.suites}


def read_hospital(path: Path, plugins: Plugins) -> Hospital:
    """The hospital in a file; ConfigError lists every fault of it."""
    document, near = read_file(path), path.parent
    whole = document.value if isinstance(document.value, dict) else {}
    reader = Reader(document)
    keys = reader.read(
        HospitalKeys, {key: value for key, value in whole.items() if key not in OF_SUITE}
    )
    access = read_access(reader, ClusterAccess, whole.get("cluster"), near, ("cluster",))
    if keys is not None:
        _check_names(reader, keys)
    faults: list[str] = []
    try:
        reader.finish()
    except ConfigError as error:
        faults += error.faults
    try:
        own = read_suite_document(_own(document, whole), plugins, near=near, beds_needed=False)
    except ConfigError as error:
        raise ConfigError([*faults, *error.faults]) from error
    if faults or keys is None or access is None:
        raise ConfigError(faults)
    return Hospital(
        name=keys.hospital,
        access=access,
        units=keys.units,
        partitions=keys.partitions,
        replicas=keys.replicas,
        retention=keys.retention,
        disk_mb=keys.disk_mb,
        silent_after=keys.silent_after,
        own=own,
    )


def _own(document: Document, whole: dict[str, Any]) -> Document:
    """As a suite file without beds; its lines are those of the hospital file."""
    own = {key: value for key, value in whole.items() if key in OF_SUITE}
    name = whole.get("hospital")
    named = {"suite": name if isinstance(name, str) else "hospital", "beds": {}}
    return replace(document, value={**named, **own})


def _check_names(reader: Reader, keys: HospitalKeys) -> None:
    if not NAME.fullmatch(keys.hospital):
        reader.fault(("hospital",), f"the name {keys.hospital!r} {NAME_WORDS}")
    seen: dict[str, str] = {}
    for name, unit in keys.units.items():
        if not NAME.fullmatch(name):
            reader.fault(("units", name), f"the name {name!r} {NAME_WORDS}")
        for at, suite in enumerate(unit.suites):
            loc = ("units", name, "suites", at)
            if not NAME.fullmatch(suite):
                reader.fault(loc, f"the name {suite!r} {NAME_WORDS}")
            if suite in seen:
                reader.fault(loc, f"{suite} is in the unit {seen[suite]} already")
            seen[suite] = name

"""One suite as the daemon runs it: beds with devices, who is told, which protocols.

A key of the suite file is declared here once, with its bounds and its default: `Station`, `Heartbeat`, `Tests`
and `Recording` are read from the file as they are. What `suite_file.py` reads first and resolves has no
default here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints

from monitord.config.files.reader import STRICT
from monitord.config.protocol.approval import Approval
from monitord.config.suite.hospital_link import HospitalLink
from monitord.config.suite.time_zone import minute_of, offsets
from monitord.driver import Driver
from monitord.engine.protocol.device_swaps import Place, Placed
from monitord.engine.protocol.protocol import (
    Cuff,
    Protocol,
    Route,
    Settings,
    Source,
    SpecialRoute,
    canonical,
)
from monitord.model import MINUTE, SECOND, Configured, Duration, Priority, Signal, Span
from monitord.notify.notifier import Channel, Notifier, OpensForJournal, SendsHeadsAway

Routes = Mapping[Priority, Route]
Address = Annotated[str, AfterValidator(lambda text: str(ip_address(text)))]
HostName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.\[\]:-]{1,253}$", to_lower=True)]
MinuteOfDay = Annotated[int, BeforeValidator(minute_of)]
"""Minutes since midnight; `07:30` in a file."""

NOTHING = Protocol(name="suite", version=1, phases=(), fresh={}, rules={})
# What the suite's own engine watches: no patient, only faults.


_NETWORK = ("mqtt", "mqtts", "tcp", "rfc2217")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device bound to a bed; `config` is an instance of `driver.config`.

    `interval` is how often at least it should speak, 0 where the driver's own is right. A `secondary`
    one is believed only where no other gives the same signal. `of` says
    whose place it has in the file, where staff swapped it, and `called` by which name, which its driver
    may need (a topic).
    """

    name: str
    driver: Driver
    config: BaseModel
    signals: frozenset[Signal]
    delay: Span
    simulated: bool
    accept_unverified: bool
    interval: Span
    secondary: bool
    of: str = ""
    called: str = ""

    @property
    def port(self) -> str | None:
        """The line that it alone may use, where its driver calls it so."""
        port = getattr(self.config, "port", None)
        return port if isinstance(port, str) else None

    @property
    def gateway(self) -> str | None:
        """What it shares with other devices on the way: the host of its broker or device server, or its one sender."""
        named = getattr(self.config, "gateway", None)
        if isinstance(named, str):
            return named
        address = urlsplit(getattr(self.config, "broker", None) or self.port or "")
        return address.hostname if address.scheme in _NETWORK else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bed:
    """A chair or bed; `label` is what staff call it."""

    id: str
    label: str
    cuff: Cuff
    devices: Mapping[str, Device]

    def shares(self, device: Device) -> bool:
        """Whether another device of the bed gives one of its signals too."""
        others = (each for each in self.devices.values() if each is not device)
        return any(device.signals & each.signals for each in others)

    @property
    def signals(self) -> frozenset[Signal]:
        """What its devices supply."""
        return frozenset().union(*(device.signals for device in self.devices.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A way to tell somebody; `config` is an instance of `notifier.config`.

    One that is `confidential` is told what came of a form in full; others, that a clinician is needed.
    """

    name: str
    notifier: Notifier
    config: BaseModel
    confidential: bool = False

    @property
    def tells(self) -> bool:
        """False for what carries signs of life only."""
        return bool(getattr(self.notifier, "tells", True))

    @property
    def keeps_heads(self) -> bool:
        """True for a record that is sent the audit chain's head although it carries no signs of life."""
        return bool(getattr(self.notifier, "keeps_heads", False))

    @property
    def sends_heads_away(self) -> bool:
        """Whether the audit chain's head leaves this machine by its signs of life, or its records."""
        notifier = self.notifier
        return isinstance(notifier, SendsHeadsAway) and notifier.head_leaves(self.config)

    def open(self, journal: str = "") -> Channel:
        """A channel to it, for the daemon with this journal; it connects when first used."""
        if isinstance(self.notifier, OpensForJournal):
            return self.notifier.open_for(self.name, self.config, journal)
        return self.notifier.open(self.name, self.config)


@dataclass(frozen=True, slots=True, kw_only=True)
class Special:
    """A route for some alarms: of these beds (all, if none is named), and of the suite if so."""

    beds: tuple[str, ...]
    suite: bool
    route: SpecialRoute

    def covers(self, bed: str | None) -> bool:
        """Whether it is for this bed; None asks for the suite's own alarms."""
        return self.suite if bed is None else not self.beds or bed in self.beds


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """A sign of life to each of `to`, every so long: the outside monitor's patience is its own."""

    __pydantic_config__ = STRICT

    every: Annotated[Duration, Field(ge=5 * SECOND)] = 30 * SECOND
    to: Annotated[tuple[str, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tests:
    """A test message to each of `to` (to every destination, if none is named), at these times of the suite's day."""

    __pydantic_config__ = STRICT

    at: Annotated[tuple[MinuteOfDay, ...], Field(min_length=1)]
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """PEM files of a server: its certificate, with those up to the authority, and its key."""

    __pydantic_config__ = STRICT

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Where the page is served, and to whom: `open` is without accounts, on this machine only.

    `names` are what browsers may call it by, beside those of this machine. `proxies` are the addresses that
    may say for whom they ask; 127.0.0.1 is a proxy on this machine.
    """

    __pydantic_config__ = STRICT

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8787
    open: bool = False
    tls: Tls | None = None
    names: tuple[HostName, ...] = ()
    proxies: tuple[Address, ...] = ()
    lock_after: Annotated[Duration, Field(ge=30 * SECOND, le=60 * MINUTE)] = 5 * MINUTE
    least_volume: Annotated[int, Field(ge=10, le=100)] = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSettings:
    """Raw captures of all lines go to `folder`; sizes are MB (10^6 bytes) on disk, packed."""

    __pydantic_config__ = STRICT

    folder: Annotated[str, Field(min_length=1)]
    keep_mb: Annotated[int, Field(ge=1, le=10_000_000)] = 2000
    file_mb: Annotated[int, Field(ge=1, le=10_000)] = 20

    @property
    def keep(self) -> int:
        """Bytes of all files together."""
        return self.keep_mb * 1_000_000

    @property
    def each(self) -> int:
        """About so many bytes a file."""
        return min(self.file_mb, self.keep_mb) * 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A suite file, resolved: every name in it stands for something that exists.

    `routes` are the beds', `suite_routes` those of alarms without a bed, `special` go before both.
    `bounds` say by when a local destination must be told, by priority; `zone` is the wall clock's,
    `language` that of every text that monitord makes.
    `protocol_files` are those of `protocols` and `watch`, in the file's order. `shadow` names candidates
    by the protocol that each would replace: the daemon reads none of them, so none can stop it.
    `spares` are at no bed and not run. `placed` are the swaps in force, never from the file (`device_placing.py`).
    """

    name: str
    database: str
    protocols: Mapping[str, Protocol]
    watch: Protocol
    approvals: tuple[Approval, ...]
    beds: Mapping[str, Bed]
    destinations: Mapping[str, Destination]
    routes: Routes
    suite_routes: Routes
    station: Station
    protocol_files: tuple[Path, ...]
    special: tuple[Special, ...]
    bounds: Mapping[Priority, Span]
    zone: str
    language: str
    heartbeat: Heartbeat | None
    tests: Tests | None
    record: RecordingSettings | None
    shadow: Mapping[str, str]
    spares: Mapping[str, Device]
    hospital: HospitalLink | None = None
    placed: tuple[Placed, ...] = ()

    @property
    def every_protocol(self) -> tuple[Protocol, ...]:
        """Those of sessions and the watch: what has to be approved."""
        return (*self.protocols.values(), self.watch)

    @property
    def confidential(self) -> frozenset[str]:
        """The destinations that are told what came of a form in full."""
        return frozenset(name for name, each in self.destinations.items() if each.confidential)

    @property
    def sounders(self) -> tuple[str, ...]:
        """The destinations that play on the machine's sound card."""
        return tuple(
            name for name, each in self.destinations.items() if getattr(each.config, "sound", False)
        )

    @property
    def places(self) -> dict[Place, Device]:
        """Every device of the file by where it is: at the beds, then the spares."""
        at_beds = {
            (b.id, name): each for b in self.beds.values() for name, each in b.devices.items()
        }
        return at_beds | {(None, name): each for name, each in self.spares.items()}

    def settings(self, bed: str | None) -> Settings:
        """What the bed's engine is configured with; the suite's own engine for None."""
        special = tuple(each.route for each in self.special if each.covers(bed))
        by_hour = any(route.hours is not None for route in special)
        clock = offsets(self.zone) if by_hour else ()
        if bed is None:
            return Settings(
                suite=self.name,
                bed=None,
                watch=NOTHING,
                routes=dict(self.suite_routes),
                special=special,
                offsets=clock,
                language=self.language,
                placed=self.placed,
            )
        here = self.beds[bed]
        sources = {
            name: Source(
                signals=tuple(sorted(device.signals)),
                interval=device.interval,
                simulated=device.simulated,
                of=device.of,
                secondary=device.secondary,
                order=order if here.shares(device) else 0,
            )
            for order, (name, device) in enumerate(here.devices.items())
        }
        return Settings(
            suite=self.name,
            bed=bed,
            sources=sources,
            cuff=here.cuff,
            watch=self.watch,
            protocols=dict(self.protocols),
            routes=dict(self.routes),
            special=special,
            offsets=clock,
            language=self.language,
        )

    def document(self, bed: str | None) -> str:
        """The bed's settings as canonical JSON: what the journal keeps."""
        return canonical(self.settings(bed))

    def configured(self, bed: str | None) -> Configured:
        """The event that brings the settings into the bed's engine."""
        document = self.document(bed)
        return Configured(digest=sha256(document.encode()).hexdigest()[:12], document=document)

"""One suite as the daemon runs it: beds with devices, who is told, which protocols."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel

from monitord.config.approval import Approval
from monitord.config.zone import offsets
from monitord.driver import Driver
from monitord.engine.protocol import (
    Cuff,
    Protocol,
    Route,
    Settings,
    Source,
    SpecialRoute,
    canonical,
)
from monitord.engine.swaps import Place, Placed
from monitord.model import MINUTE, Configured, Priority, Signal, Span
from monitord.notify.notifier import Notifier

Routes = Mapping[Priority, Route]

NOTHING = Protocol(name="suite", version=1, phases=(), fresh={}, rules={})
# What the suite's own engine watches: no patient, only faults.


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device bound to a bed; `config` is an instance of `driver.config`.

    `interval` is how often at least it should speak, 0 where the driver's own is right. `of` says
    whose place it has in the file, where staff swapped it, and `called` by which name, which its driver
    may need (a topic).
    """

    name: str
    driver: Driver
    config: BaseModel
    signals: frozenset[Signal]
    delay: Span
    simulated: bool
    accept_unverified: bool = False
    interval: Span = 0
    of: str = ""
    called: str = ""

    @property
    def port(self) -> str | None:
        """The line that it alone may use, where its driver calls it so."""
        port = getattr(self.config, "port", None)
        return port if isinstance(port, str) else None

    @property
    def gateway(self) -> str | None:
        """What it shares with other devices on the way: the host of its broker or device server."""
        address = urlsplit(getattr(self.config, "broker", None) or self.port or "")
        return address.hostname if address.scheme in {"mqtt", "mqtts", "tcp"} else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bed:
    """A chair or bed; `label` is what staff call it."""

    id: str
    label: str
    cuff: Cuff
    devices: Mapping[str, Device]

    @property
    def signals(self) -> frozenset[Signal]:
        """What its devices supply."""
        return frozenset().union(*(device.signals for device in self.devices.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A way to tell somebody; `config` is an instance of `notifier.config`."""

    name: str
    notifier: Notifier
    config: BaseModel

    @property
    def tells(self) -> bool:
        """False for what carries signs of life only."""
        return bool(getattr(self.notifier, "tells", True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Special:
    """A route for some alarms: of these beds (all, if none is named), and of the suite if so."""

    beds: tuple[str, ...] = ()
    suite: bool = False
    route: SpecialRoute

    def covers(self, bed: str | None) -> bool:
        """Whether it is for this bed; None asks for the suite's own alarms."""
        return self.suite if bed is None else not self.beds or bed in self.beds


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """A sign of life to each of `to`, every so long."""

    every: Span
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tests:
    """A test message to each of `to`, at these minutes of the suite's day."""

    at: tuple[int, ...]
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """PEM files of a server: its certificate, with those up to the authority, and its key."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Where the page is served, and to whom: `open` is without accounts, on this machine only.

    `names` are what browsers may call it by, beside those of this machine.
    """

    host: str = "127.0.0.1"
    port: int = 8787
    open: bool = False
    tls: Tls | None = None
    names: tuple[str, ...] = ()
    lock_after: Span = 5 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Raw captures of all lines go to `folder`: `each` file about so many bytes, `keep` together."""

    folder: Path
    keep: int
    each: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A suite file, resolved: every name in it stands for something that exists.

    `routes` are the beds', `suite_routes` those of alarms without a bed, `special` go before both.
    `bounds` say by when a local destination must be told, by priority; `zone` is the wall clock's.
    `protocol_files` are those of `protocols` and `watch`, in the file's order. `shadow` names candidates
    by the protocol that each would replace: the daemon reads none of them, so none can stop it.
    `spares` are at no bed and not run. `placed` are the swaps in force, never from the file (`placing.py`).
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
    protocol_files: tuple[Path, ...] = ()
    special: tuple[Special, ...] = ()
    bounds: Mapping[Priority, Span] = field(default_factory=dict)
    zone: str = "UTC"
    heartbeat: Heartbeat | None = None
    tests: Tests | None = None
    record: Recording | None = None
    shadow: Mapping[str, str] = field(default_factory=dict)
    spares: Mapping[str, Device] = field(default_factory=dict)
    placed: tuple[Placed, ...] = ()

    @property
    def every_protocol(self) -> tuple[Protocol, ...]:
        """Those of sessions and the watch: what has to be approved."""
        return (*self.protocols.values(), self.watch)

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
                placed=self.placed,
            )
        here = self.beds[bed]
        sources = {
            name: Source(
                signals=tuple(sorted(device.signals)),
                interval=device.interval,
                simulated=device.simulated,
                of=device.of,
            )
            for name, device in here.devices.items()
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
        )

    def document(self, bed: str | None) -> str:
        """The bed's settings as canonical JSON: what the journal keeps."""
        return canonical(self.settings(bed))

    def configured(self, bed: str | None) -> Configured:
        """The event that brings the settings into the bed's engine."""
        document = self.document(bed)
        return Configured(digest=sha256(document.encode()).hexdigest()[:12], document=document)

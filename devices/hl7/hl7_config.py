"""Settings of a bed behind an HL7 listener: where it listens, who may speak, which messages are this bed's. Pure."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from devices.hl7.hl7_answer import Mode
from devices.hl7.hl7_codes import NO_LOCAL_CODES, LocalCode, LocalCodes
from devices.hl7.hl7_units import conversion
from monitord.model import SECOND, SIGNALS, Duration, Signal, Span
from monitord.named_peers import is_loopback

HL7_PORT: Final = 2575
"""IANA's."""
DELAY: Final[Span] = 10 * SECOND
"""Assumed of a monitor behind HL7, where the suite file has no better: its average of 8 s, and the way."""
_LISTEN: Final = re.compile(r"(?P<host>[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?")
_NAME: Final = re.compile(r"[\w.:-]{1,253}", re.ASCII)
_LOOPBACK: Final = ("127.0.0.1", "::1")
COLUMNS: Final = ("code", "signal", "system", "part", "unit")
USUAL_SIGNALS: Final = (
    Signal.SPO2,
    Signal.PULSE_RATE,
    Signal.PERFUSION_INDEX,
    Signal.HEART_RATE,
    Signal.RESP_RATE,
    Signal.ETCO2,
    Signal.TEMPERATURE,
    Signal.NIBP_SYS,
    Signal.NIBP_DIA,
    Signal.NIBP_MAP,
    Signal.NIBP_PULSE,
)

_STRICT: Final = ConfigDict(frozen=True, extra="forbid", strict=True)


def listening_address(text: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`; ValueError for what is none."""
    found = _LISTEN.fullmatch(text)
    if found is None or not 0 < int(found["port"] or HL7_PORT) < 65536:
        raise ValueError("write HOST:PORT, such as 127.0.0.1:2575")
    return found["host"].strip("[]"), int(found["port"] or HL7_PORT)


def _listen(text: str) -> str:
    listening_address(text)
    return text


def _peer(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text[:60]!r} is neither an address nor a name")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{text[:40]!r} is no time zone, such as Europe/Berlin") from error
    return text


class ServerTls(BaseModel):
    """Files in PEM: the certificate that the listener shows, its key; with `ca` senders must show one, too."""

    model_config = _STRICT

    certificate: str
    key: str
    ca: str | None = None


class CodeRow(BaseModel):
    """What a code of this site means; empty fields fit all."""

    model_config = _STRICT

    code: Annotated[str, Field(min_length=1, max_length=60)]
    signal: Annotated[Signal, Field(strict=False)]
    system: Annotated[str, Field(max_length=60)] = ""
    part: Annotated[str, Field(max_length=60)] = ""
    unit: Annotated[str, Field(max_length=40)] = ""

    @model_validator(mode="after")
    def _of_a_device(self) -> "CodeRow":
        if SIGNALS[self.signal].manual:
            raise ValueError(f"{self.signal} is observed by staff, not by a device")
        conversion(self.signal, [self.unit])
        return self


def by_code(rows: Iterable[CodeRow]) -> LocalCodes:
    """As observations are looked up. The same rows are one table: what was read by it is known again at every bed."""
    given = tuple(rows)
    return _table(given) if given else NO_LOCAL_CODES


@lru_cache(maxsize=64)
def _table(rows: tuple[CodeRow, ...]) -> LocalCodes:
    found: dict[str, tuple[LocalCode, ...]] = {}
    signals = set()
    for row in rows:
        known = LocalCode(
            code=row.code, signal=row.signal, system=row.system, part=row.part, unit=row.unit
        )
        found[row.code] = (*found.get(row.code, ()), known)
        signals.add(row.signal)
    return LocalCodes(found, frozenset(signals))


class Hl7DeviceConfig(BaseModel):
    """One bed of one listener.

    Beds with the same `listen` share the port. `location` is PV1-3 as the sender writes it, `device` an identity in
    MSH-3 or OBX-18; without both, everything that `peers` send is this bed's. `codes` and the table `codes_file`
    (CSV with the columns code, signal, system, part, unit) say what codes of this site mean.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    listen: Annotated[str, AfterValidator(_listen)] = f"127.0.0.1:{HL7_PORT}"
    peers: Annotated[
        tuple[Annotated[str, AfterValidator(_peer)], ...], Field(strict=False, max_length=64)
    ] = ()
    location: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    device: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    signals: Annotated[
        tuple[Annotated[Signal, Field(strict=False)], ...], Field(strict=False, min_length=1)
    ] = USUAL_SIGNALS
    codes: Annotated[tuple[CodeRow, ...], Field(strict=False, max_length=500)] = ()
    codes_file: str | None = None
    zone: Annotated[str, AfterValidator(_zone)] | None = None
    times: Literal["sender", "arrival"] = "sender"
    acknowledge: Mode = "auto"
    unrouted: Literal["refuse", "ignore"] = "refuse"
    connections: Annotated[int, Field(ge=1, le=4096)] = 256
    tls: ServerTls | None = None
    silence: Annotated[Duration, Field(ge=SECOND)] | None = None
    delay: Annotated[Duration, Field(ge=0)] = DELAY
    simulated: bool = False

    @model_validator(mode="after")
    def _named(self) -> "Hl7DeviceConfig":
        manual = [signal for signal in self.signals if SIGNALS[signal].manual]
        if manual:
            raise ValueError(f"signals: {manual[0]} is observed by staff, not by a device")
        if not self.peers and not is_loopback(self.host):
            raise ValueError(
                "peers: name the machines that may send, as others can reach this port"
            )
        if not self.peers and self.location is None and self.device is None:
            raise ValueError("location, device or peers: say which messages are this bed's")
        return self

    @property
    def senders(self) -> tuple[str, ...]:
        """Who may speak; without `peers` this machine alone."""
        return self.peers or _LOOPBACK

    @property
    def host(self) -> str:
        return listening_address(self.listen)[0]

    @property
    def tcp_port(self) -> int:
        return listening_address(self.listen)[1]

    @property
    def gateway(self) -> str | None:
        """What beds with this one sender share on the way."""
        only = self.peers[0] if len(self.peers) == 1 else None
        return None if only is None or is_loopback(only) else only

    @property
    def time_zone(self) -> ZoneInfo | None:
        """Of times without a zone."""
        return None if self.zone is None else ZoneInfo(self.zone)

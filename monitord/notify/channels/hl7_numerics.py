"""The numbers of beds to a record system: IHE PCD-01 over MLLP, again and again. It carries no alarms."""

import ssl
from collections.abc import Collection
from hashlib import sha256
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from monitord.errors import NotifyError
from monitord.model import MINUTE, SECOND, Duration, Notify, Span
from monitord.notify.channels.mllp_exchange import MllpExchange
from monitord.notify.channels.pcd01 import observation_report
from monitord.notify.notifier import BedNumerics

_CONTROL_LENGTH = 20
# MSH-10 is at most 199 in HL7 2.6, but many receivers still take 20.


class ReceiverTls(BaseModel):
    """Files in PEM. Without `ca` the system's authorities are trusted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    ca: str | None = None
    certificate: str | None = None
    key: str | None = None


class NumericsConfig(BaseModel):
    """Where the receiver listens, how often it is shown numbers, and of which beds: of all where none is named."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    host: str
    port: Annotated[int, Field(ge=1, le=65535)]
    every: Annotated[Duration, Field(ge=SECOND, le=60 * MINUTE)] = 10 * SECOND
    beds: Annotated[tuple[str, ...], Field(max_length=1000)] = ()
    receiver: Annotated[str, Field(pattern=r"^[\w .-]*$")] = ""
    timeout: Annotated[Duration, Field(gt=0, le=60 * SECOND)] = 5 * SECOND
    tls: ReceiverTls | None = None


class NumericsChannel:
    """One connection, kept."""

    def __init__(self, config: NumericsConfig) -> None:
        self.every: Span = config.every
        self.beds: Collection[str] = config.beds
        self._config = config
        self._line: MllpExchange | None = None

    async def send(self, message: Notify, *, durable: bool) -> None:  # noqa: ARG002 - it refuses all alike
        """Refuses: nobody reads alarms there."""
        raise NotifyError("it carries numbers, no alarms: take it out of the routes", retry=False)

    async def show(self, numerics: BedNumerics) -> None:
        """One message, and its acknowledgement."""
        if self._line is None:
            config = self._config
            self._line = MllpExchange(
                config.host, config.port, config.timeout, lambda: _context(config.tls)
            )
        named = f"{numerics.suite}/{numerics.bed}/{numerics.session}/{numerics.at}"
        control = sha256(named.encode()).hexdigest()[:_CONTROL_LENGTH]
        text = observation_report(numerics, control, to=self._config.receiver)
        await self._line.say(text, control)

    async def close(self) -> None:
        """Ends the connection."""
        line, self._line = self._line, None
        if line is not None:
            await line.close()


def _context(tls: ReceiverTls | None) -> ssl.SSLContext | None:
    """Reads small files, for each connection."""
    if tls is None:
        return None
    try:
        context = ssl.create_default_context(cafile=tls.ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if tls.certificate is not None:
            context.load_cert_chain(tls.certificate, tls.key)
    except (OSError, ValueError) as error:
        raise NotifyError(f"tls: {error}") from error
    return context


class NumericsNotifier:
    """Destination `notifier: hl7_numerics`; not named in routes."""

    name = "hl7_numerics"
    title = "numbers of beds by HL7 v2 ORU^R01 (IHE PCD-01) over MLLP; carries no alarms"
    local = False
    tells = False
    config = NumericsConfig

    def open(self, name: str, config: NumericsConfig) -> NumericsChannel:  # noqa: ARG002 - the address says it all
        """A channel to the receiver; connects when first used."""
        return NumericsChannel(config)


NOTIFIER = NumericsNotifier()

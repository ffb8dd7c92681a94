"""Calls to pagers and nurse-call systems by ESPA 4.4.4 on a serial line (see `espa.py`).

Needs no network, but the paging system behind the line may fail unseen: so it is no route's end.
"""

import asyncio
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from monitord.errors import NotifyError
from monitord.model import SECOND, AlarmEvent, AlarmLine, Duration, Notify
from monitord.notify.channels.espa import TEXT_AT_MOST, Dialogue, Role, call
from monitord.notify.message_text import OVER, by_urgency, display_of
from monitord.notify.notifier import Bundle

_READ_BYTES = 256
_STAND_AT_MOST = 200
# Alarms that one pager was called for.


class NurseCallConfig(BaseModel):
    """The line and who is who on it; `call` is the pager (or group) that is called."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    port: Annotated[str, Field(pattern=r"^/")]
    call: Annotated[str, Field(pattern=r"^[0-9]{1,16}$")]
    role: Role = "station"
    own: Annotated[str, Field(pattern=r"^[0-9]$")] = "2"
    peer: Annotated[str, Field(pattern=r"^[0-9]$")] = "1"
    beep: Annotated[str, Field(pattern=r"^[0-9]$")] = "3"
    baud: Literal[300, 600, 1200, 2400, 4800, 9600, 19200] = 9600
    framing: Literal["7E1", "7N2", "8N1"] = "7E1"
    timeout: Annotated[Duration, Field(gt=0, le=9 * SECOND)] = 8 * SECOND


class NurseCallChannel:
    """Keeps the line open: as a station it must answer every poll, or it counts as dead."""

    def __init__(self, config: NurseCallConfig) -> None:
        self._config = config
        self._port: Any = None
        self._dialogue = self._new_dialogue()
        self._moved = asyncio.Event()
        self._broken: str | None = None
        self._stands: dict[str, None] = {}

    def _new_dialogue(self) -> Dialogue:
        return Dialogue(self._config.role, self._config.own, self._config.peer)

    async def send(self, message: Notify, *, durable: bool) -> None:
        """One message alone."""
        await self.send_bundle(Bundle(messages=(message,), durable=durable))

    async def send_bundle(self, bundle: Bundle) -> None:
        """Calls the pager; returns when the receiver took the block."""
        self._open()
        told = by_urgency(bundle.messages)
        stands = self._stands_after(told)
        data = call(
            told[0].line,
            display_of(bundle, TEXT_AT_MOST),
            address=self._config.call,
            beep=self._config.beep,
            resets=not stands,
        )
        self._write(self._dialogue.begin(data))
        try:
            async with asyncio.timeout(self._config.timeout / SECOND):
                error = await self._ending()
        except TimeoutError as late:
            self._write(self._dialogue.abandon())
            polled = self._dialogue.polled
            why = "nobody answers" if polled or self._config.role == "control" else "nobody polls"
            raise NotifyError(f"{self._config.port}: {why}") from late
        except asyncio.CancelledError:
            self._write(self._dialogue.abandon())
            raise
        if error is not None:
            raise NotifyError(f"{self._config.port}: {error}")
        self._stands = stands

    def _stands_after(self, told: list[Notify]) -> dict[str, None]:
        """The alarms that the pager was called for and that are not settled once these are told, oldest first.

        After a start each alarm that stands is told anew, so they are known again.
        """
        stands = dict(self._stands)
        for message in told:
            stands.pop(message.line.id, None)
            if not _is_settled(message.line):
                stands[message.line.id] = None
        return dict(list(stands.items())[-_STAND_AT_MOST:])

    async def _ending(self) -> str | None:
        while True:
            if self._broken is not None:
                broken, self._broken = self._broken, None
                await self.close()
                return broken
            if self._dialogue.result is not None:
                return self._dialogue.result.error
            self._moved.clear()
            await self._moved.wait()

    def _open(self) -> None:
        if self._port is not None:
            return
        import serial

        size, parity, stop = self._config.framing
        try:
            self._port = serial.Serial(
                self._config.port,
                self._config.baud,
                bytesize=int(size),
                parity=parity,
                stopbits=int(stop),
                timeout=0,
                write_timeout=0,
                exclusive=True,
            )
        except (serial.SerialException, OSError, ValueError) as error:
            raise NotifyError(f"{self._config.port}: {error}") from error
        self._dialogue, self._broken = self._new_dialogue(), None
        asyncio.get_running_loop().add_reader(self._port.fileno(), self._readable)

    def _readable(self) -> None:
        try:
            data = self._port.read(_READ_BYTES)
        except OSError as error:
            self._break(str(error))
            return
        if not data:
            self._break("the line was closed")
            return
        self._write(self._dialogue.receive(data))
        self._moved.set()

    def _write(self, data: bytes) -> None:
        if not data or self._port is None:
            return
        try:
            # A block is under 256 bytes: less than any serial buffer of the kernel.
            self._port.write(data)
        except OSError as error:
            self._break(str(error))

    def _break(self, error: str) -> None:
        """The port is closed at once: its descriptor would wake the loop without end."""
        self._release()
        self._broken = error
        self._moved.set()

    def _release(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            asyncio.get_running_loop().remove_reader(port.fileno())
            port.close()

    async def close(self) -> None:
        """Lets go of the line."""
        self._release()


def _is_settled(line: AlarmLine) -> bool:
    return line.event in OVER or line.event is AlarmEvent.ACKNOWLEDGE


class NurseCallNotifier:
    """Destination `notifier: espa`."""

    name = "espa"
    title = "pager and nurse calls by ESPA 4.4.4 on a serial line [unverified]"
    local = False
    config = NurseCallConfig

    def open(self, name: str, config: NurseCallConfig) -> NurseCallChannel:  # noqa: ARG002 - the line says it all
        """A channel on the line; opens it when first used."""
        return NurseCallChannel(config)


NOTIFIER = NurseCallNotifier()

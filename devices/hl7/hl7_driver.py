"""The driver of a bed behind an HL7 listener: what its sender says becomes samples and faults.

One sender serves a bed. A second one, of another address or another name, is refused and told as `identity`: of two
monitors at one bed nobody knows which is the patient's. When the first falls silent the second may follow, as long as
that is told.
"""

import asyncio
import contextlib
import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import structlog
from pydantic import BaseModel, ValidationError

from devices.hl7.hl7_answer import TAKEN, AckCode, MessageAnswer
from devices.hl7.hl7_bed_readings import BedReadings
from devices.hl7.hl7_config import COLUMNS, CodeRow, Hl7DeviceConfig, by_code
from devices.hl7.hl7_conversation import Recorded
from devices.hl7.hl7_examples import hl7_examples
from devices.hl7.hl7_knocks import knocks
from devices.hl7.hl7_listener import Hl7Listener
from devices.hl7.hl7_oru import MessageHeader, read_oru
from devices.hl7.hl7_route import BedRoute
from monitord.counted_warning import CountedWarning
from monitord.driver import RECORDED, Clock, Connection, Emit, SenderKnock
from monitord.errors import DeviceError, in_words
from monitord.kit.example import Example
from monitord.model import MINUTE, SECOND, Cause, Fault, Frame, Instant, Signal, Span
from monitord.model.outside_text import one_line
from monitord.named_peers import NamedPeers

HOLDS: Final[Span] = 3 * MINUTE
"""So long a sender that is silent keeps its bed: two and a half times the slowest usual interval of one minute, and more."""
LOOKS_S: Final = 5.0
CODES_AT_MOST: Final = 256 * 1024

_log = structlog.get_logger()

Sender = tuple[str, str, str]
"""Address, MSH-3 and MSH-4."""


class Hl7Driver:
    """Signals from bedside monitors and gateways that send HL7."""

    name = "hl7"
    title = "HL7 v2 monitors and gateways over MLLP (ORU^R01): Philips, Mindray, GE, Nihon Kohden, Welch Allyn, IHE PCD-01"
    evidence = "published example"
    config: type[BaseModel] = Hl7DeviceConfig

    def signals(self, config: Any) -> frozenset[Signal]:
        settings: Hl7DeviceConfig = config
        return frozenset(settings.signals)

    def delay(self, config: Any) -> Span:
        settings: Hl7DeviceConfig = config
        return settings.delay

    def simulated(self, config: Any) -> bool:
        settings: Hl7DeviceConfig = config
        return settings.simulated

    def open(self, name: str, config: Any) -> Connection:
        return Hl7Connection(name, config)

    async def knocks(self, listen: str, seconds: float) -> list[SenderKnock]:
        """Who sends to this port within so many seconds; everybody is refused."""
        return await knocks(listen, seconds)

    def examples(self) -> tuple[Example, ...]:
        """Three dialects, for the kit."""
        return hl7_examples()


class Hl7Connection:
    """A bed that is listened for, from the port's opening on."""

    def __init__(self, name: str, config: Hl7DeviceConfig) -> None:
        self.name = name
        self.config = config
        self.route = BedRoute.of(config.location, config.device)
        self.peers = NamedPeers(config.senders)
        self.counts: Counter[str] = Counter()
        """Messages and fields that were not taken, by reason."""
        self._zone = config.time_zone
        self._codes = by_code(config.codes)
        self._signals = frozenset(config.signals)
        self._recorded = RECORDED.get()
        self._emit: Emit | None = None
        self._sender: Sender | None = None
        self._heard_at: Instant | None = None
        self._second_at: Instant | None = None
        self._readings = self._begin_anew()
        self._rejected_before = 0
        self._lost = False
        self._failed = CountedWarning("hl7_message_failed")

    @property
    def rejected(self) -> int:
        """Fields that were not understood, and messages that were refused."""
        return self._rejected_before + self._readings.counts["field"] + self.counts["refused"]

    def request(self, signal: Signal, at: Instant) -> None:
        """A sender sends when it likes: nothing can be asked for."""

    async def run(self, emit: Emit, clock: Clock) -> None:
        if self.config.codes_file is not None:
            rows = await asyncio.to_thread(_codes_in, Path(self.config.codes_file))
            self._codes = by_code((*self.config.codes, *rows))
        self._emit = emit
        listener = await Hl7Listener.at(self, clock)
        try:
            if self.config.silence is None:
                # A sender may be quiet for long: that the port is open is all we know.
                emit(Fault(cause=Cause.LINK, subject=self.name, present=False), clock.now())
            began = clock.now()
            while True:
                await clock.sleep(LOOKS_S)
                self._look(began, clock.now(), emit)
        finally:
            self._emit = None
            listener.leave(self)

    def take(
        self, header: MessageHeader, rows: Sequence[str], address: str, at: Instant
    ) -> tuple[MessageAnswer, Recorded]:
        """A message of this bed."""
        emit = self._emit
        if emit is None:
            return MessageAnswer(verdict=AckCode.WRONG, why="the bed is not listened for"), None
        sender = address, header.application, header.facility
        if sender != self._sender and not self._follows(sender, at):
            self.counts["refused"] += 1
            why = "another sender serves this bed"
            return MessageAnswer(verdict=AckCode.WRONG, why=why), None
        self._heard_at = at
        try:
            said = self._readings.take(read_oru(rows, header, self._codes, self._zone), at)
        except Exception as error:  # noqa: BLE001 - a fault of ours in one message: the others go on, and its sender is told
            self.counts["failed"] += 1
            self._failed.add(device=self.name, error=repr(error)[:200])
            return MessageAnswer(
                verdict=AckCode.WRONG, why="it could not be read: a fault of monitord"
            ), None
        if self._lost or (self.config.silence is not None and not said):
            self._lost = False
            emit(Fault(cause=Cause.LINK, subject=self.name, present=False), at)
        for item in said:
            if isinstance(item, Frame):
                wanted = tuple(each for each in item.samples if each.signal in self._signals)
                if wanted:
                    emit(Frame(samples=wanted), at)
            else:
                emit(item, at)
        return TAKEN, None if self._recorded is None else self._recorded()

    def contested(self, detail: str, at: Instant) -> None:
        """A message fits this bed and another: it is nobody's, and told at both."""
        self.counts["contested"] += 1
        self._tell_second(one_line(detail, 150), at)

    def _follows(self, sender: Sender, at: Instant) -> bool:
        """Whether this one serves the bed from now on: as the first, or because the first is silent."""
        first = self._sender is None or self._heard_at is None
        if not first and self._heard_at is not None:
            holds = max(self.config.silence or 0, HOLDS)
            if at - self._heard_at < holds:
                self._tell_second(f"a second sender: {_words(sender)}", at)
                return False
            _log.warning("hl7_sender_follows", device=self.name, sender=_words(sender))
        self._rejected_before += self._readings.counts["field"]
        self._readings = self._begin_anew()
        self._sender = sender
        return True

    def _begin_anew(self) -> BedReadings:
        return BedReadings(arrival=self.config.times == "arrival", simulated=self.config.simulated)

    def _tell_second(self, detail: str, at: Instant) -> None:
        if self._second_at is None and self._emit is not None:
            _log.warning("hl7_second_sender", device=self.name, detail=detail)
            self._emit(
                Fault(cause=Cause.IDENTITY, subject=self.name, present=True, detail=detail), at
            )
        self._second_at = at

    def _look(self, began: Instant, now: Instant, emit: Emit) -> None:
        """What time alone decides: that a second sender is gone, or that the bed's own is silent."""
        if self._second_at is not None and now - self._second_at >= HOLDS:
            self._second_at = None
            emit(Fault(cause=Cause.IDENTITY, subject=self.name, present=False), now)
        silence = self.config.silence
        if silence is None or self._lost:
            return
        since = self._heard_at or began
        if now - since >= silence:
            self._lost = True
            detail = f"nothing of this bed for {round(silence / SECOND)} s"
            emit(Fault(cause=Cause.LINK, subject=self.name, present=True, detail=detail), now)


def _words(sender: Sender) -> str:
    address, application, facility = sender
    return one_line(" ".join(filter(None, (address, application, facility))), 120)


def _codes_in(path: Path) -> list[CodeRow]:
    """The rows of a table of codes; DeviceError names the line that is wrong."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DeviceError(f"{path}: {error.strerror or error}") from error
    if len(data) > CODES_AT_MOST:
        raise DeviceError(f"{path}: larger than {CODES_AT_MOST} bytes")
    with contextlib.suppress(UnicodeDecodeError):
        return _rows(path, data.decode("utf-8-sig"))
    raise DeviceError(f"{path}: is not UTF-8")


def _rows(path: Path, text: str) -> list[CodeRow]:
    table = csv.DictReader(io.StringIO(text))
    unknown = sorted(set(table.fieldnames or ()) - set(COLUMNS))
    if unknown or not {"code", "signal"} <= set(table.fieldnames or ()):
        raise DeviceError(f"{path}: the columns are {', '.join(COLUMNS)}")
    found = []
    for row in table:
        said = {key: (value or "").strip() for key, value in row.items() if key in COLUMNS}
        if not any(said.values()):
            continue
        try:
            found.append(CodeRow.model_validate(said))
        except ValidationError as error:
            raise DeviceError(f"{path}, line {table.line_num}: {in_words(error)}") from error
    return found

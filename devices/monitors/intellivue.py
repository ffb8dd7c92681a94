"""Philips IntelliVue patient monitors, data export on LAN and RS-232: asked once a second for what they show. Pure.

    associate, answer the monitor's first event, then poll: numerics every second, alarms every 3, the monitor every 10

The monitor shows the last NIBP until the next: each time of measurement (or, where the monitor states none, each
other triple) is a reading once, and what a connection finds was measured before. In demo and service mode and in
standby no number is a patient's, whatever its own state says. An association request, the answer to the first event and
three polls are all that is ever sent: nothing is set, no measurement is started. No capture with numbers is public: none of this was tried on a monitor.
Sources: three running clients, the published requests, frames of an association.
"""

from dataclasses import replace
from enum import Enum, auto
from typing import Final

from devices.family import Datagrams, Family, Line
from devices.fault_changes import FaultChanges
from devices.monitors import intellivue_message as message
from devices.monitors.intellivue_frame import framer, pack, payload_of, unpack
from devices.monitors.intellivue_indication import BEACON
from devices.monitors.intellivue_values import (
    CUFF_PULSE,
    DEMO_OR_TEST,
    DIA,
    EARLY_OR_ONGOING,
    INVALID,
    MEAN,
    PATIENT_ALARMS,
    STAMP,
    STAMP_TICKS,
    SYS,
    TECHNICAL_ALARMS,
    UNAVAILABLE,
    Observed,
    age_of,
    alarms_of,
    in_unit,
    mode_of,
    observed_of,
    quality_of,
    samples_of,
    strange_unit,
)
from devices.readings import OXIMETRY, CuffReading
from devices.wire import Said
from monitord.model import (
    MINUTE,
    NIBP,
    SECOND,
    SIGNALS,
    Cause,
    Frame,
    Instant,
    Quality,
    Sample,
    Signal,
    Span,
)

EVERY: Final[dict[int, Span]] = {
    message.NUMERICS: SECOND,
    message.ALERTS: 3 * SECOND,
    message.SYSTEM: 10 * SECOND,
}
PORT: Final = 24105
"""UDP, of the data export; the monitor's connect indication says it too."""
ASK_AGAIN: Final[Span] = 3 * SECOND
"""After an association that nobody answered or that was refused: the monitor has one client at a time."""
OVERTAKEN: Final = 10 * 8000
"""Ticks by which an answer may be late on its way. One that is later says that the monitor's time was told wrong before."""
PARTS: Final = 32
"""Of one answer that are known again: the longest of 1456 bytes hold some 20 numbers each."""
FRESH: Final[Span] = 2 * MINUTE
"""A reading that appears and is older was stored elsewhere, and is none of now: a poll is a second."""


class IntellivueState(Enum):
    CALLING = auto()
    MEETING = auto()
    POLLING = auto()


class IntellivueWire:
    """Associates, polls, and begins anew when the monitor gave the association up."""

    def __init__(self) -> None:
        self._framer = framer()
        self._refused = 0
        self._state = IntellivueState.CALLING
        self._call_at = Instant(0)
        self._heard_at = Instant(0)
        self._patience: Span = message.patience(0)
        self._shortest: Span = 0
        self._due: dict[int, Instant] = {}
        self._out: list[bytes] = []
        self._invoke = 0
        self._mode = ""
        self._faults = FaultChanges()
        self._ticks: int | None = None
        """The monitor's time of the last numerics: what is older was overtaken on its way."""
        self._late_ticks: int | None = None
        """Of the last numerics that were refused as too late."""
        self._parts: list[tuple[int, message.PollResult]] = []
        """The numerics of that time, each with the number of its poll: a network may send a datagram twice."""
        self._taken: tuple[bytes | None, tuple[int | None, ...]] | None = None
        """Time and pressures of the NIBP that was told last; None while the connection has found none."""

    @property
    def rejected(self) -> int:
        return self._framer.rejected + self._refused

    @property
    def deadline(self) -> Instant | None:
        if self._out:
            return Instant(0)
        if self._state is IntellivueState.CALLING:
            return self._call_at
        gives_up = Instant(self._heard_at + self._patience)
        return min([gives_up, *self._due.values()])

    def request(self, signal: Signal, at: Instant) -> None:
        """The interface starts no measurement."""

    def send_due(self, at: Instant) -> bytes:
        if self._state is not IntellivueState.CALLING and at >= self._heard_at + self._patience:
            self._call(at)
        if self._state is IntellivueState.CALLING and at >= self._call_at:
            self._call_at = Instant(at + ASK_AGAIN)
            self._out.append(message.association_request())
        for what, due in self._due.items():
            if at >= due:
                self._due[what] = Instant(at + max(EVERY[what], self._shortest))
                self._invoke = (self._invoke + 1) & 0xFFFF
                self._out.append(message.poll_request(self._invoke, what))
        out, self._out = self._out, []
        return b"".join(map(pack, out))

    def receive(self, data: bytes, at: Instant) -> list[Said]:
        said: list[Said] = []
        for frame in self._framer.cut(data):
            payload = payload_of(frame) or b""
            if payload[:4] == message.DATA:
                found = self._data(payload, at)
            else:
                found = self._association(payload, at)
            if found is None:
                self._refused += len(frame)
            else:
                self._heard_at = at
                said.extend(found)
        return said

    def _call(self, at: Instant) -> None:
        self._state, self._call_at, self._due = IntellivueState.CALLING, at, {}

    def _association(self, payload: bytes, at: Instant) -> list[Said] | None:
        """What it changes; None for what is no message of an association."""
        if not payload or not message.whole_association(payload):
            return None
        if payload[0] in {message.ACCEPTED, message.REFUSED} and not self._calling():
            return []  # doubled on its way, or the answer to an earlier request: the association stands
        match payload[0]:
            case message.ACCEPTED:
                period = message.poll_period(payload) or 0
                self._shortest, self._patience = period, message.patience(period)
                self._state, self._due, self._ticks = IntellivueState.MEETING, {}, None
                return [*self._faults.tell(Cause.DEVICE, self._trouble())]
            case message.REFUSED:
                self._call(Instant(at + ASK_AGAIN))
                why = "refuses the association: it may have another client"
                return [*self._faults.tell(Cause.DEVICE, why)]
            case message.ABORTED | message.RELEASED | message.RELEASE:
                self._call(Instant(at + SECOND))
                return []
            case _:
                return None

    def _calling(self) -> bool:
        return self._state is IntellivueState.CALLING

    def _data(self, payload: bytes, at: Instant) -> list[Said] | None:
        operation = message.operation(payload)
        if operation is None:
            return [] if payload[4:6] == b"\x00\x03" else None  # an error, which says nothing
        created = message.created_attributes(operation)
        if created is not None:
            self._out.append(message.created_answer(operation))
            self._poll(at)
            self._ticks = None
            return self._learn(created)
        result = message.poll_result(operation)
        if result is None:
            return []
        if self._state is IntellivueState.MEETING:
            self._poll(at)
        if result.what == message.SYSTEM:
            return [fault for each in result.objects for fault in self._learn(each)]
        if result.what == message.ALERTS:
            lists = [
                each for each in result.objects if {PATIENT_ALARMS, TECHNICAL_ALARMS} & each.keys()
            ]
            words = [word for each in lists for word in alarms_of(each)]
            return [*self._faults.own_alarm(", ".join(words) if lists else None)]
        if result.what != message.NUMERICS:
            return []
        return self._numerics(result, at) if self._news(result, operation.invoke) else None

    def _poll(self, at: Instant) -> None:
        """The association stands, and is polled from now on."""
        if self._state is not IntellivueState.POLLING:
            self._state = IntellivueState.POLLING
            self._due = dict.fromkeys(EVERY, at)

    def _learn(self, attributes: dict[int, bytes]) -> list[Said]:
        mode = mode_of(attributes)
        if mode is None:
            return []
        self._mode = mode
        return [*self._faults.tell(Cause.DEVICE, self._trouble())]

    def _trouble(self) -> str | None:
        return f"{self._mode}: its numbers are no patient's" if self._mode else None

    def _news(self, result: message.PollResult, invoke: int) -> bool:
        """Whether numerics are neither doubled nor overtaken on their way."""
        behind = 0 if self._ticks is None else _passed(result.ticks, self._ticks)
        late, self._late_ticks = self._late_ticks, None
        if 0 < behind < 1 << 31:
            goes_on = late is not None and 0 < _passed(late, result.ticks) <= OVERTAKEN
            if behind <= OVERTAKEN or not goes_on:
                self._late_ticks = result.ticks
                return False
        if result.ticks != self._ticks:
            self._ticks, self._parts = result.ticks, []
        part = invoke, result
        if result.objects and part in self._parts:
            return False  # parts without numbers, which end an answer, are alike
        self._parts = [*self._parts[-PARTS:], part]
        return True

    def _numerics(self, result: message.PollResult, at: Instant) -> list[Said]:
        refused = Quality.DEMO if self._mode else None
        objects = [(each, list(observed_of(each))) for each in result.objects]
        numbers = [seen for _, found in objects for seen in found]
        said: list[Said] = []
        samples = samples_of(numbers, refused)
        if samples:
            said.append(Frame(samples=samples))
        marked = any(seen.state & DEMO_OR_TEST for seen in numbers)
        if not self._mode:
            strange = sorted({signal for seen in numbers if (signal := strange_unit(seen))})
            detail = "numbers that are marked as demo or test" if marked else None
            if strange and detail is None:
                what = ", ".join(SIGNALS[signal].label for signal in strange)
                detail = f"a unit that is not read: {what}"
            said.extend(self._faults.tell(Cause.DEVICE, detail))
        for attributes, found in objects:
            by_id = {seen.physio: seen for seen in found}
            if SYS in by_id or MEAN in by_id:
                pulse = _cuff_pulse(objects, _stamp_of(attributes))
                said.extend(self._cuff(attributes, by_id, pulse, result, at))
        return said

    def _cuff(
        self,
        attributes: dict[int, bytes],
        by_id: dict[int, Observed],
        pulse: int | None,
        result: message.PollResult,
        at: Instant,
    ) -> list[Said]:
        """The reading, where it is another than the last one; nothing while one is being taken."""
        seen = [by_id.get(each) for each in (SYS, DIA, MEAN)]
        state = 0
        for each in seen:
            state |= each.state if each is not None else 0
        if state & EARLY_OR_ONGOING:
            return []
        mmhg = [None if each is None else in_unit(Signal.NIBP_SYS, each) for each in seen]
        triple = tuple(None if value is None else round(value) for value in mmhg)
        stamped = _stamp_of(attributes)
        none = state & (INVALID | UNAVAILABLE) or None in triple[:2]
        if stamped is None and none:
            return []  # the display was cleared: no measurement failed
        last, self._taken = self._taken, (stamped, triple)
        first = last is None
        if last is not None:
            # A time that is missing on one side tells nothing: then only other pressures do.
            known = stamped is not None and last[0] is not None
            if stamped == last[0] if known else triple == last[1]:
                return []
        age = age_of(attributes, clock=result.clock, ticks=result.ticks)
        cuff = CuffReading(
            sys=triple[0],
            dia=triple[1],
            map=triple[2],
            pulse=pulse,
            error="no valid reading" if none else "",
            repeated=first or (age is not None and not -FRESH <= age <= FRESH),
            measured_at=None if age is None or age < 0 else Instant(max(0, at - age)),
        )
        quality = Quality.DEMO if self._mode else quality_of(state)
        if none and first:
            return []
        return [_marked(cuff.frame(), quality)]


def _passed(earlier: int, later: int) -> int:
    """Ticks from one time of the monitor to another; half of all or more where the second is before the first."""
    return (later - earlier) & 0xFFFFFFFF


def _stamp_of(attributes: dict[int, bytes]) -> bytes | None:
    return attributes.get(STAMP, attributes.get(STAMP_TICKS))


def _cuff_pulse(
    objects: list[tuple[dict[int, bytes], list[Observed]]], stamp: bytes | None
) -> int | None:
    """The pulse that was counted with the reading of that time; None where there is none, or it is of another."""
    for attributes, found in objects:
        for seen in found:
            if seen.physio == CUFF_PULSE and _stamp_of(attributes) in {None, stamp}:
                rate = in_unit(Signal.NIBP_PULSE, seen)
                good = quality_of(seen.state) is Quality.GOOD
                return round(rate) if rate is not None and good else None
    return None


def _marked(frame: Frame, quality: Quality) -> Frame:
    """The frame as it is; its numbers with this quality where they would be good without it."""
    if quality is Quality.GOOD:
        return frame
    samples: list[Sample] = [
        replace(each, quality=quality) if each.quality is Quality.GOOD else each
        for each in frame.samples
    ]
    return Frame(samples=tuple(samples))


FAMILY: Final = Family(
    name="intellivue",
    title="Philips IntelliVue MP, MX (data export on LAN or RS-232)",
    # The requests are published bytes; no answer with numbers is public.
    evidence="unverified",
    line=Line(baud=115200),
    signals=OXIMETRY
    | NIBP
    | {
        Signal.PERFUSION_INDEX,
        Signal.HEART_RATE,
        Signal.RESP_RATE,
        Signal.ETCO2,
        Signal.TEMPERATURE,
    },
    # SpO2 is averaged over 5 to 20 s by the monitor's setting, 10 s usual; then the poll.
    delay=11 * SECOND,
    silence=10 * SECOND,
    make=lambda _: IntellivueWire(),
    datagrams=Datagrams(
        port=PORT, pack=pack, unpack=unpack, farewell=pack(message.RELEASES), beacon=BEACON
    ),
)

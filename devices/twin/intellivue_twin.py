"""A Philips IntelliVue with oximeter, ECG, capnograph, thermometer and cuff, asked over its data export."""

from collections.abc import Mapping
from typing import Any, Final

from devices.monitors import intellivue, intellivue_message
from devices.monitors.intellivue_frame import framer, pack, payload_of
from devices.monitors.intellivue_message import (
    ABORTED,
    NUMERICS,
    POLLED,
    RELEASE,
    RELEASED_ANSWER,
    REQUEST,
    SYSTEM,
    TICKS,
    Operation,
    association_accepted,
    created_event,
    encode_poll_result,
    operation,
)
from devices.monitors.intellivue_values import (
    CUFF_PULSE,
    DIA,
    INVALID,
    MEAN,
    MODE,
    MODES,
    PATIENT_ALARMS,
    QUESTIONABLE,
    STAMP,
    SYS,
    TECHNICAL_ALARMS,
    UNAVAILABLE,
    Observed,
    encode_alarms,
    encode_bcd_time,
    encode_observed,
)
from devices.twin.body import Body
from devices.twin.capnograph_twin import Capnometer
from devices.twin.monitor_twins import BedsideMonitor
from devices.twin.stream_twin import StreamTwin
from devices.twin.twin_options import every
from monitord.model import Quality
from monitord.model.tracks import FaultKind

_WARMTH: Final = 36.8
"""Degrees Celsius: the patient model has none."""
_GIVES_UP: Final = 10.0
"""s without a word of its client."""
_MEETS_AGAIN: Final = 3.0
"""s after which a first event that was not answered is said again, three times in all."""
_NO_BREATH: Final = 20
_BPM, _RPM, _MMHG, _PER_CENT, _CELSIUS = 0x0AA0, 0x0AE0, 0x0F20, 0x0220, 0x17A0
_ABORT: Final = bytes([ABORTED, 1, 0])
_MODES: Final = {word.removesuffix(" mode"): bit for bit, word in MODES} | {"monitoring": 0x4000}

Attributes = list[tuple[int, bytes]]


class IntellivueVoice:
    """Takes an association, says what it is, then answers each poll; numerics come in two linked parts."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        mode = options.get("mode", "monitoring")
        if mode not in _MODES:
            raise ValueError(f"an IntelliVue has no mode {mode!r}: one of {', '.join(_MODES)}")
        rest = {key: value for key, value in options.items() if key != "mode"}
        every(rest)
        self._mode = _MODES[mode].to_bytes(2, "big")
        self._body = body
        self._monitor = BedsideMonitor(body, rest)
        self._capnometer = Capnometer(body)
        self._framer = framer()
        self._heard_at: float | None = None
        """When its client said something; None while it has none."""
        self._meetings = 0
        self._meet_at = 0.0

    def speak(self, t: float) -> bytes:
        self._monitor.follow(t)
        self._monitor.oximeter.read(t)
        self._capnometer.read(t)
        if self._heard_at is None:
            return b""
        if t - self._heard_at >= _GIVES_UP or self._meetings > 3:
            self._heard_at = None
            return pack(_ABORT)
        if self._meetings and t >= self._meet_at:
            self._meetings += 1
            self._meet_at = t + _MEETS_AGAIN
            return pack(created_event(1, self._ticks(t), [(MODE, self._mode)]))
        return b""

    def answer(self, data: bytes, t: float) -> bytes:
        payloads = (payload_of(frame) or b"" for frame in self._framer.cut(data))
        return b"".join(pack(out) for each in payloads for out in self._reply(each, t))

    def _ticks(self, t: float) -> int:
        return int((t + 3600) * 1000 * TICKS)

    def _clock(self, t: float) -> bytes:
        return encode_bcd_time(self._body.clock(t).strftime("%Y%m%d%H%M%S"))

    def _reply(self, payload: bytes, t: float) -> list[bytes]:
        if payload[:1] == bytes([REQUEST]):
            self._heard_at, self._meetings, self._meet_at = t, 1, t
            return [association_accepted()]
        if payload[:1] == bytes([RELEASE]):
            self._heard_at = None
            return [RELEASED_ANSWER]
        asked = operation(payload)
        if asked is None or self._heard_at is None:
            return []
        self._heard_at = t
        if asked.command == intellivue_message.EVENT:
            self._meetings = 0
            return []
        return self._polled(asked, t)

    def _polled(self, asked: Operation, t: float) -> list[bytes]:
        what = int.from_bytes(asked.body[18:20], "big")
        if what not in POLLED:
            return []

        def part(objects: list[Attributes], linked: tuple[int, int] | None = None) -> bytes:
            return encode_poll_result(
                what,
                objects,
                invoke=asked.invoke,
                ticks=self._ticks(t),
                clock=self._clock(t),
                linked=linked,
            )

        if what == NUMERICS:
            return [part(self._flow(t), (1, 1)), part(self._cuff(), (3, 2)), part([])]
        return [part([[(MODE, self._mode)] if what == SYSTEM else self._alarms(t)])]

    def _alarms(self, t: float) -> Attributes:
        patient = []
        if (self._capnometer.read(t).no_breath or 0) >= _NO_BREATH:
            patient.append("***APNEA")
        technical = ["!!BATTERY LOW"] if self._body.has(FaultKind.BATTERY, t) else []
        return [
            (PATIENT_ALARMS, encode_alarms(patient)),
            (TECHNICAL_ALARMS, encode_alarms(technical)),
        ]

    def _flow(self, t: float) -> list[Attributes]:
        """What is measured without a pause."""
        shown, gas = self._monitor.oximeter.read(t), self._capnometer.read(t)
        state = _STATES.get(shown.quality, INVALID | UNAVAILABLE)
        breath = 0 if gas.quality is Quality.GOOD else INVALID | UNAVAILABLE
        seen = [
            (0x4BB8, state, _PER_CENT, shown.spo2),
            (0x4822, state, _BPM, shown.pulse_rate),
            (0x4BB0, state, _PER_CENT, shown.perfusion_index),
            (0x4182, 0, _BPM, round(self._body.vitals(t).pulse_rate)),
            (0x5012, breath, _RPM, gas.resp_rate),
            (0x50B0, breath, _MMHG, gas.etco2),
            (0x4B48, 0, _CELSIUS, _WARMTH),
        ]
        return [[encode_observed([_observed(*each)])] for each in seen]

    def _cuff(self) -> list[Attributes]:
        """The last pressure, until the next."""
        shown = self._monitor.shown
        if shown is None:
            return []
        stamp = (STAMP, encode_bcd_time(self._monitor.shown_clock))
        pressures = zip((SYS, DIA, MEAN), (shown.sys, shown.dia, shown.map), strict=True)
        triple = [_observed(physio, 0, _MMHG, value) for physio, value in pressures]
        pulse = _observed(CUFF_PULSE, 0, _BPM, shown.pulse)
        return [[encode_observed(triple), stamp], [encode_observed([pulse]), stamp]]


_STATES: Final = {
    Quality.GOOD: 0,
    Quality.LOW_PERFUSION: QUESTIONABLE,
    Quality.MOTION: QUESTIONABLE,
}


def _observed(physio: int, state: int, unit: int, value: float | None) -> Observed:
    return Observed(physio=physio, state=state, unit=unit, value=value)


INTELLIVUE: Final = StreamTwin(
    "intellivue",
    "Philips IntelliVue, data export",
    IntellivueVoice,
    datagrams=intellivue.FAMILY.datagrams,
)

"""Infusion pumps that tell what they do: B. Braun Space and New Era. They take no order over the line."""

from collections.abc import Mapping
from typing import Any, Final

from devices.pumps import bbraun, new_era
from devices.twin.body import Body
from devices.twin.stream_twin import StreamTwin
from devices.twin.twin_options import volume
from devices.wire import Framer
from monitord.model import HOUR, SECOND
from monitord.model.tracks import FaultKind

_SWITCH: Final = {"pause_infusion": False, "resume_infusion": True, "stop_infusion": False}
"""What the staff's steps do to the pump: somebody presses its buttons."""


class Pump:
    """Runs from the course's start to its stop, except while staff have paused it or it alarms."""

    def __init__(self, body: Body, millilitres: float) -> None:
        timeline = body.bedside.timeline
        course = timeline.patient.course if timeline.patient else None
        self._body = body
        self._switches = [(0.0, False)]
        self.rate = 0.0
        """As set, mL/h."""
        if course is not None:
            self.rate = round(millilitres * HOUR / (course.stop - course.start), 1)
            steps = [
                (step.at / SECOND, _SWITCH[step.do])
                for step in timeline.steps()
                if step.do in _SWITCH
            ]
            within = [each for each in steps if course.start < each[0] * SECOND < course.stop]
            ends = [(course.start / SECOND, True), (course.stop / SECOND, False)]
            self._switches = sorted([*ends, *within])

    def running(self, t: float) -> bool:
        on = [state for at, state in self._switches if at <= t]
        return bool(on) and on[-1] and not self.alarms(t)

    def alarms(self, t: float) -> bool:
        return self._body.has(FaultKind.PUMP_ALARM, t)

    def given(self, t: float) -> float:
        """Volume so far, mL; an alarm's standstill is not counted off: the twin's one simplification."""
        total = 0.0
        for (begin, state), (end, _) in zip(
            self._switches, [*self._switches[1:], (t, False)], strict=True
        ):
            if state and t > begin:
                total += min(end, t) - begin
        return self.rate * total / 3600


class BBraunVoice:
    """One pump in slot 11 of a rack that calls itself `chair`."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        self._pump = Pump(body, volume(options))
        self._body = body
        self._framer = Framer(bbraun.measure, limit=bbraun.LONGEST, start=bbraun.HEAD[0])

    def speak(self, t: float) -> bytes:  # noqa: ARG002 - it is asked
        return b""

    def answer(self, data: bytes, t: float) -> bytes:
        return b"".join(self._reply(bbraun.unstuff(line), t) for line in self._framer.cut(data))

    def _reply(self, frame: bytes, t: float) -> bytes:
        if bbraun.GET.encode() not in frame:
            return bbraun.stuff(bbraun.seal("0,50100,GNACK,0", bed="chair"))
        pump = self._pump
        values = {
            "INRT": f"{pump.rate:.1f}",
            "INVI": f"{pump.given(t):.1f}",
            "INM3": str(int(pump.running(t))),
            "INA3": str(int(pump.alarms(t))),
            bbraun.BATTERY: str(int(self._body.has(FaultKind.BATTERY, t))),
        }
        return bbraun.encode_values(values, slot="11", time=max(int(t), 0), bed="chair")


class NewEraVoice:
    """A syringe pump at address 0."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        self._pump = Pump(body, volume(options))

    def speak(self, t: float) -> bytes:  # noqa: ARG002 - it is asked
        return b""

    def answer(self, data: bytes, t: float) -> bytes:
        return b"".join(self._reply(line, t) for line in data.split(b"\r"))

    def _reply(self, question: bytes, t: float) -> bytes:
        pump = self._pump
        state = "A?S" if pump.alarms(t) else "I" if pump.running(t) else "S"
        if question.endswith(b"DIS"):
            return new_era.encode_volume(state, f"{pump.given(t):05.2f}"[:5])
        return new_era.encode_rate(state, f"{pump.rate:.1f}") if question.endswith(b"RAT") else b""


BBRAUN: Final = StreamTwin("bbraun", "B. Braun Space pump, BCC", BBraunVoice)
NEW_ERA: Final = StreamTwin("new_era", "New Era NE-1000 pump", NewEraVoice)

"""Plays a scenario in no time: twins' voices -> codecs -> one engine a bed -> alarm lines.

What a daemon does around the engines (ports, retry, journal) is left out, so that an hour takes a
second. Virtual time moves in the twins' ticks; nothing depends on the machine's clock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from devices.twin.stream_twin import TICK
from monitord.config.files.shipped_files import shipped
from monitord.config.files.yaml_file import read_file
from monitord.config.protocol.protocols import read_protocol
from monitord.config.suite.suite import NOTHING, Routes
from monitord.daemon.lines.gateways import Gateways
from monitord.driver import Bedside
from monitord.engine.engine import Engine
from monitord.engine.protocol.protocol import Cuff, Route, Settings, Source, Tier
from monitord.model import (
    NIBP,
    SECOND,
    AlarmEvent,
    AlarmLine,
    Answered,
    Configured,
    Effect,
    Event,
    Fault,
    Instant,
    Notify,
    Priority,
    RequestReading,
    Started,
)
from monitord.model.expected_telling import Delivery
from monitord.model.timeline import LEAD, BedTimeline, Timeline
from monitord.model.tracks import FaultKind, StaffStep
from tests.builders import configured
from tests.scenarios.played_devices import ZERO, MqttPlay, StreamPlay

ONE_PLACE: Final[Routes] = dict.fromkeys(Priority, Route(tiers=(Tier(to=("station",)),)))


def scenario(name: str, folder: str = "scenarios") -> Timeline:
    return Timeline.model_validate(read_file(shipped(f"{folder}/{name}.yaml")).value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An alarm line with its offset from zero in s."""

    t: float
    bed: str
    line: AlarmLine


class BedPlay:
    """One bed: its devices, its staff, its engine."""

    def __init__(
        self, name: str, timeline: BedTimeline, down: Callable[[float], bool], routes: Routes
    ) -> None:
        self.name = name
        bedside = Bedside(timeline=timeline, start=ZERO)
        self.devices: dict[str, StreamPlay | MqttPlay] = {
            device: MqttPlay(bedside, device, down)
            if settings.driver == "mqtt"
            else StreamPlay(bedside, device)
            for device, settings in timeline.devices.items()
        }
        self.engine = Engine(name)
        self.events: list[Event] = []
        self.lines: list[Line] = []
        self.tellings: list[Delivery] = []
        self.refused: list[str] = []
        self.faults: list[Fault] = []
        """What the devices said of themselves and nobody has taken further."""
        self._steps = timeline.steps()
        self._number = 0
        protocols = {
            str(step.what["protocol"]): read_protocol(str(step.what["protocol"]))
            for step in self._steps
            if step.do == "admit"
        }
        settings = Settings(
            suite="scenario",
            bed=name,
            sources={
                device: Source(signals=tuple(sorted(play.signals)), simulated=True)
                for device, play in self.devices.items()
            },
            cuff=Cuff(automatic=True),
            watch=read_protocol("bed_without_session"),
            protocols=protocols,
            routes=dict(routes),
        )
        self.give(Instant(ZERO - LEAD), configured(settings))

    def tick(self, t: float, at: Instant, *, listening: bool) -> None:
        if listening:
            self._take(self.engine.advance(at))
            while self._steps and max(self._steps[0].at, 0) <= at - ZERO:
                self._staff(self._steps.pop(0), at)
        for device, play in self.devices.items():
            for said in play.tick(t, at, listening=listening):
                body = said
                if isinstance(said, Fault):
                    body = Fault(
                        cause=said.cause,
                        subject=said.subject or device,
                        present=said.present,
                        detail=said.detail,
                    )
                self.give(at, body, source=device)
                if isinstance(body, Fault):
                    self.faults.append(body)

    def restart(self, at: Instant, down_since: Instant) -> None:
        """A new engine from the old one's state, as after a crash with a snapshot."""
        self.engine = Engine(self.name, self.engine.state)
        self.give(at, Started(version="test", down_since=down_since))

    def _staff(self, step: StaffStep, at: Instant) -> None:
        self._number += 1
        alarm = self._present(step.alarm) if step.alarm else None
        action = step.action(id=f"staff-{self._number}", start=ZERO, alarm=alarm)
        self.give(at, action, source="station")

    def _present(self, alarm: str) -> str:
        for each in reversed(self.lines):
            if each.line.alarm == alarm:
                return each.line.id
        self.refused.append(f"nobody could answer {alarm}: there was none")
        return "none"

    def give(self, at: Instant, body: Any, source: str = "") -> None:
        """One event of this bed."""
        event = Event(
            at=max(at, self.engine.now), bed=self.name, body=body, source=source, simulated=True
        )
        self.events.append(event)
        self._take(self.engine.step(event))

    def _take(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case AlarmLine():
                    t = (effect.at - ZERO) / SECOND
                    self.lines.append(Line(t=t, bed=self.name, line=effect))
                case Notify(destination=to, line=line):
                    self.tellings.append(Delivery(at=line.at - ZERO, to=to, line=line))
                case RequestReading(signal=signal):
                    for play in self.devices.values():
                        if signal in play.signals and signal in NIBP:
                            play.request(signal, self.engine.now)
                case Answered(refused=str(why)):
                    self.refused.append(why)
                case _:
                    pass


class SuitePlay:
    """The suite's engine: what the beds' devices share, and what is told of it."""

    def __init__(self, beds: dict[str, BedPlay]) -> None:
        self._beds = beds
        self._engine = Engine(None)
        self._gateways = Gateways()
        self.lines: list[Line] = []
        for bed in beds.values():
            for device, play in bed.devices.items():
                if isinstance(play, MqttPlay):
                    self._gateways.bind(bed.name, device, "127.0.0.1", f"Chair {bed.name}")
        settings = Settings(
            suite="scenario",
            bed=None,
            watch=NOTHING,
            protocols={},
            routes=dict(ONE_PLACE),
        )
        self._give(Instant(ZERO - LEAD), configured(settings))

    def tick(self, at: Instant) -> None:
        """After the beds' tick: what their lost and found links mean together."""
        self._take(self._engine.advance(at))
        for bed in self._beds.values():
            while bed.faults:
                for name, fault in self._gateways.heard(bed.name, bed.faults.pop(0)):
                    if name is None:
                        self._give(at, fault)
                    else:
                        self._beds[name].give(at, fault, source=fault.subject)

    def _give(self, at: Instant, body: Fault | Configured) -> None:
        self._take(self._engine.step(Event(at=at, bed=None, body=body, simulated=True)))

    def _take(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, AlarmLine):
                self.lines.append(Line(t=(effect.at - ZERO) / SECOND, bed="", line=effect))


class Stage:
    """A whole scenario, played to its end."""

    def __init__(self, timeline: Timeline, routes: Routes = ONE_PLACE) -> None:
        self.timeline = timeline
        faults = timeline.host_faults()
        down = [f for f in faults if f.fault is FaultKind.BROKER_DOWN]
        kills = [f for f in faults if f.fault is FaultKind.KILL]
        self.beds = {
            name: BedPlay(
                name, bed, lambda t: any(f.at <= t * SECOND < f.at + f.lasts for f in down), routes
            )
            for name, bed in timeline.beds.items()
        }
        self.suite = SuitePlay(self.beds)
        died_at: Instant | None = None
        for number in range(-round(LEAD / SECOND / TICK), round(timeline.end / SECOND / TICK) + 1):
            t = number * TICK
            at = Instant(ZERO + round(t * SECOND))
            dead = any(f.at <= t * SECOND < f.at + f.lasts for f in kills)
            if dead and died_at is None:
                died_at = at
            for bed in self.beds.values():
                if died_at is not None and not dead:
                    bed.restart(at, died_at)
                bed.tick(t, at, listening=not dead)
            self.suite.tick(at)
            if not dead:
                died_at = None

    @property
    def lines(self) -> list[Line]:
        """All alarm lines in time order."""
        every = [line for bed in self.beds.values() for line in bed.lines] + self.suite.lines
        return sorted(every, key=lambda line: line.t)

    @property
    def refused(self) -> list[str]:
        return [why for bed in self.beds.values() for why in bed.refused]

    def unmet(self) -> list[str]:
        """The expectations that were not met, each with what came instead.

        A line that names a deeper cause is told to nobody, so `none` allows it.
        """
        found = []
        for name, bed in self.timeline.beds.items():
            lines = [each for each in bed.expect if each.paged is None]
            found += self._unmet(lines, self.beds[name].lines, f"bed {name}")
            bounds = (each.paged for each in bed.expect if each.paged is not None)
            tellings = self.beds[name].tellings
            found += [
                fault for each in bounds if (fault := each.unmet(tellings, self.timeline.end))
            ]
        return found + self._unmet(self.timeline.expect, self.lines, "suite")

    def _unmet(self, expectations: Any, lines: list[Line], where: str) -> list[str]:
        found = []
        for expect in expectations:
            first, last = expect.window(self.timeline.end)
            met = [
                each
                for each in lines
                if first <= round(each.t * SECOND) <= last
                and (expect.none is None or each.line.inhibited_by is None)
                and expect.matches(each.line.alarm, each.line.event, each.line.priority)
            ]
            if bool(met) is (expect.none is not None):
                words = expect.model_dump(exclude_none=True, mode="json")
                found.append(f"{where}: {words}: {told(lines)}")
        return found

    def first(self, alarm: str, event: AlarmEvent = AlarmEvent.START, bed: str = "") -> Line | None:
        return next(
            (
                each
                for each in self.lines
                if each.line.alarm == alarm and each.line.event is event and bed in {"", each.bed}
            ),
            None,
        )


def told(lines: list[Line]) -> str:
    return "; ".join(
        f"{each.t:g}s bed {each.bed} {each.line.alarm} {each.line.event} {each.line.priority.word}"
        for each in lines
    )

"""`monitord replay --station`: a recording on the very page that the bedside uses, at a chosen speed.

The same station app on another host: engines that are fed from a file. Nobody is told anything,
nothing can be done on the page, and it says REPLAY.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Final

from monitord.config import read_protocol
from monitord.engine.engine import Engine
from monitord.engine.state import State
from monitord.errors import ConfigError, deepest
from monitord.model import (
    SECOND,
    AlarmLine,
    Answered,
    Effect,
    Event,
    Fault,
    Finding,
    Frame,
    Instant,
    StaffAction,
    Wave,
    say,
)
from monitord.replay.replay_console import tell
from monitord.replay.run.options import ReplayOptions
from monitord.replay.run.play import Playing, playing
from monitord.station.app import create_app
from monitord.station.host import AtBed, Changed, Pending, Subscriber, Told, Update, WaveBlock
from monitord.station.serve import serve

TICK_S: Final = 0.1
LINES_AT_MOST: Final = 1000
NOTICE: Final = "REPLAY: a recording, no patient is behind this page and nobody is told"


class ReplayHost:
    """Engines on virtual time, as the station sees a daemon."""

    def __init__(self, given: Playing, speed: float) -> None:
        self._playing = given
        self._speed = speed
        self._now = given.start
        self._seq = 0
        self._engines: dict[str | None, Engine] = {bed: Engine(bed) for bed in given.beds}
        self._engines[None] = Engine(None)
        self._lines: deque[Told] = deque(maxlen=LINES_AT_MOST)
        self._subscribers: list[Subscriber] = []
        self._broken: set[str | None] = set()
        self.over = False
        """Whether the recording came to its end; the page stays as it was then."""

    async def play(self) -> None:
        """From the first event to the end, at the chosen speed."""
        loop = asyncio.get_running_loop()
        began: float | None = None
        start, end = self._playing.start, self._playing.end

        async def pass_until(at: Instant) -> None:
            nonlocal began
            while self._now < at:
                began = loop.time() if began is None else began
                passed = Instant(start + round((loop.time() - began) * self._speed * SECOND))
                self._advance(min(at, max(self._now, passed)))
                if self._now < at:
                    await asyncio.sleep(min(TICK_S, (at - self._now) / SECOND / self._speed))

        for count, (at, bed, item) in enumerate(self._playing.items):
            if at > end:
                break
            await pass_until(at)
            if isinstance(item, Wave):
                self._publish(WaveBlock(bed=str(bed), wave=item))
            else:
                self._step(bed, item)
            if count % 500 == 0:
                # What lies before `start` is taken in without a pause: the page must answer all the same.
                await asyncio.sleep(0)
        await pass_until(end)
        self.over = True

    def _advance(self, to: Instant) -> None:
        self._now = to
        for bed, engine in self._engines.items():
            due = engine.deadline
            if due is not None and due <= to and bed not in self._broken:
                self._guarded(bed, lambda engine=engine: engine.advance(to))  # type: ignore[misc]

    def _step(self, bed: str | None, event: Event) -> None:
        engine = self._engines.get(bed)
        if engine is not None and bed not in self._broken:
            self._guarded(bed, lambda: engine.step(event))

    def _guarded(self, bed: str | None, decide: Callable[[], list[Effect]]) -> None:
        """One bed's fault is one bed's (invariant 16)."""
        self._seq += 1
        try:
            effects = decide()
        except Exception:  # noqa: BLE001 - as the daemon: the bed is given up
            self._broken.add(bed)
            return
        for effect in effects:
            if isinstance(effect, AlarmLine):
                told = Told(seq=self._seq, line=effect)
                self._lines.append(told)
                self._publish(told)
        self._publish(Changed(seq=self._seq, bed=bed))

    def _publish(self, update: Update) -> None:
        for subscriber in tuple(self._subscribers):
            subscriber(update)

    # The station's host.

    @property
    def suite(self) -> str:
        """The recording's name."""
        return self._playing.name

    @property
    def least_volume(self) -> int:
        """A replay may be as soft as one likes."""
        return 0

    @property
    def notice(self) -> str:
        """What the page says at its top."""
        return NOTICE

    def now(self) -> Instant:
        """The recording's time."""
        return self._now

    def seq(self) -> int:
        """Steps so far."""
        return self._seq

    def places(self) -> Sequence[str]:
        """The recording's beds."""
        return self._playing.beds

    def beds(self) -> Mapping[str, State]:
        """As they stand now."""
        return {
            bed: self._engines[bed].state for bed in self._playing.beds if bed not in self._broken
        }

    def label(self, bed: str) -> str:
        """Of the bed."""
        return f"REPLAY bed {bed}"

    def suite_state(self) -> State:
        """Of the suite's own engine, where the recording is a journal."""
        return self._engines[None].state

    async def act(self, bed: str | None, action: StaffAction) -> Answered:  # noqa: ARG002
        """Nothing can be done to what has been."""
        return Answered.to(action.id, say("no.replay"))

    def became_of(self, by: str, action: str) -> Answered | Pending | None:  # noqa: ARG002
        """Nothing was done here."""
        return None

    def devices_at(self, bed: str) -> Sequence[AtBed]:  # noqa: ARG002
        """There is no equipment."""
        return []

    def report(self, fault: Fault) -> None:
        """A station's fault is nobody's here."""

    async def try_out(self) -> Sequence[Finding]:
        """There is no equipment."""
        return []

    async def alarm_lines(self, after: int) -> Sequence[Told]:
        """The newest lines after this step."""
        return [told for told in self._lines if told.seq > after]

    async def readings_of(self, session: str) -> Sequence[tuple[Instant, Frame]]:  # noqa: ARG002
        """Trends grow as the recording is played."""
        return []

    def subscribe(self, tell: Subscriber) -> Callable[[], None]:
        """Calls `tell` with each update from now on; the answer ends it."""
        self._subscribers.append(tell)
        return lambda: self._subscribers.remove(tell)


async def play_on_page(
    given: Playing, *, port: int, speed: float, ready: Callable[[int], None]
) -> None:
    """Serves the page and plays until cancelled; at the end the last picture stays."""
    host = ReplayHost(given, speed)
    async with asyncio.TaskGroup() as group:
        group.create_task(serve(create_app(host), "127.0.0.1", port, ready), name="station")
        group.create_task(host.play(), name="replay")


def show(
    recording: str, protocol: str | None, asked: ReplayOptions, *, port: int, speed: str
) -> None:
    """Until Ctrl-C; RecordingError or ConfigError says what cannot be used."""
    try:
        factor = float(speed)
    except ValueError:
        factor = 0.0
    if not 0 < factor < inf:
        raise ConfigError([f"--speed: {speed!r} is no speed for a page: write a factor above 0"])
    opened = playing(recording, read_protocol(protocol) if protocol else None, asked)

    def ready(bound: int) -> None:
        tell(f"{NOTICE}\nOpen http://127.0.0.1:{bound}/   Ctrl-C ends it.")

    try:
        asyncio.run(play_on_page(opened, port=port, speed=factor, ready=ready))
    except KeyboardInterrupt:
        return
    except ExceptionGroup as group:
        raise deepest(group) from group

"""From the daemon's updates to the event streams of every open page: encoded once, bounded for each.

- alarm lines go out at once, tiles at most 4 times a second a bed, waves in blocks of 200 ms
- `id:` stands at alarm lines only, and is their journal sequence
- alarm lines are public lines: a page of any role may be on a wall
- a bed that can't be shown says so in its place and takes no other with it
- a page that doesn't keep up is dropped; it comes back by itself with its Last-Event-ID
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from itertools import islice

import structlog

from monitord.engine.state import State
from monitord.model import Wave, public_line
from monitord.station.access.listening_stations import ListeningStations, Sound, StationView
from monitord.station.host import Changed, Host, Told, Update, WaveBlock
from monitord.station.views.alarm_view import alarm_views
from monitord.station.views.bed_view import bed_view, unmonitored_view
from monitord.station.views.stream_events import (
    BrokenView,
    HeartbeatView,
    HelloView,
    SuiteAlarmsView,
    WaveBlockView,
    WavesView,
)
from monitord.station.views.trend_view import Trend
from monitord.station.views.views import jsonable
from monitord.store.line_json import line_json

_log = structlog.get_logger()

TILE_S = 0.25
TILES_AT_ONCE = 12
"""Some 10 ms of work: a full suite's at once, and of a thousand beds no more, as alarms and readings wait for it."""
PART_PAUSE_S = 0.03
"""Three quarters of the time are left to them: of a thousand beds a tile is 4 s old at most."""
WAVE_S = 0.2
BEAT_S = 1.0
QUEUE = 256
"""Messages that wait for one page: about 20 s of a suite of twelve beds."""
MAX_PAGES = 64
SHARE = 8
"""Streams of one screen, program or address: the next one takes the place of its oldest."""
RECENT = 500
RECALL_AFTER_S = 2.0
MAX_WAVE_S = 1.0
"""What a bed's wave may pile up to between two flushes; older values are dropped."""


def message(event: str, data: str, seq: int | None = None) -> bytes:
    """One server-sent event; `data` is one line of JSON."""
    head = f"id: {seq}\n" if seq is not None else ""
    return f"{head}event: {event}\ndata: {data}\n\n".encode(errors="replace")


def _json(view: object) -> str:
    return json.dumps(jsonable(view), separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class Page:
    """One open event stream."""

    def __init__(self, client: str = "") -> None:
        self.client = client
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE)

    def offer(self, block: bytes) -> bool:
        """False when the page doesn't keep up: what waits is thrown away, the stream ends."""
        try:
            self._queue.put_nowait(block)
        except asyncio.QueueFull:
            self.close()
            return False
        return True

    def close(self) -> None:
        """Ends the stream now."""
        with suppress(asyncio.QueueEmpty):
            while True:
                self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def blocks(self) -> AsyncIterator[bytes]:
        """What to send, until the stream is over."""
        while (block := await self._queue.get()) is not None:
            yield block


class Hub:
    """Subscribes to the host while `run` runs."""

    def __init__(self, host: Host, build: str = "") -> None:
        """`build` is of the page that is served."""
        self.host = host
        self.build = build
        self.recent: deque[Told] = deque(maxlen=RECENT)
        self.closed = False
        """Somebody closed the suite: no patient is here, and nobody."""
        self.dropped_pages = 0
        self.dropped_values = 0
        self._pages: dict[Page, None] = {}
        """Oldest first."""
        self._changed: dict[str | None, None] = {}
        self._alarmed: dict[str | None, None] = {}
        """Those of them of which an alarm was told."""
        self._tiles: dict[str | None, bytes] = {}
        self._waves: dict[tuple[str, str], tuple[float, list[int]]] = {}
        self._trends: dict[str, Trend] = {}
        self._sessions: dict[str, str] = {}
        """Whose trend each is."""
        self._listening = ListeningStations()
        self._places: list[str] = []
        """The beds that the open pages were told of."""

    async def run(self) -> None:
        """Feeds the pages until cancelled."""
        end = self.host.subscribe(self._take)
        try:
            known = [_public(told) for told in await self.host.alarm_lines(0)]
            earlier = [told for told in known if told not in self.recent]
            self.recent = deque([*earlier, *self.recent], RECENT)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._recall(), name="station trends")
                tasks.create_task(self._feed_tiles(), name="station tiles")
                tasks.create_task(self._every(WAVE_S, self._flush_waves), name="station waves")
                tasks.create_task(self._every(BEAT_S, self._beat), name="station heartbeat")
        finally:
            end()
            self.close()

    def close(self) -> None:
        """Ends every stream; the pages come back when there is somebody to come back to."""
        for page in tuple(self._pages):
            page.close()
        self._pages.clear()

    def join(self, client: str = "") -> Page | None:
        """A new page's stream; None when there are too many.

        Beyond its share a client's oldest gives way to its newest; nobody counts those of no client.
        """
        mine = [page for page in self._pages if client and page.client == client]
        if len(mine) >= SHARE:
            mine[0].close()
            self.leave(mine[0])
        elif len(self._pages) >= MAX_PAGES:
            return None
        page = Page(client)
        self._pages[page] = None
        return page

    def leave(self, page: Page) -> None:
        """The page went."""
        self._pages.pop(page, None)

    async def stream(self, page: Page, after: int | None) -> AsyncIterator[bytes]:
        """Everything a page needs: how things stand, what it missed, then what happens."""
        try:
            yield b"retry: 1000\n\n" + self._greeting() + self._heartbeat()
            places = [None, *self.host.places()]
            for first in range(0, len(places), TILES_AT_ONCE):
                yield b"".join(self._tile(bed) for bed in places[first : first + TILES_AT_ONCE])
                await asyncio.sleep(0)
            if after is not None:
                # One event may tell several lines: those of the last one seen are told again,
                # and the page knows a line that it has by its id, event and time.
                missed = await self.host.alarm_lines(max(0, after - 1))
                yield b"".join(alarm_message(told) for told in missed) or b": nothing missed\n\n"
            async for block in page.blocks():
                yield block
        finally:
            self.leave(page)

    def trend(self, bed: str) -> Trend:
        """The bed's trend, begun when it was first looked at."""
        return self._trends.setdefault(bed, Trend())

    async def _recall(self) -> None:
        """After a restart: the trends of open sessions from their record, one bed at a time."""
        # Reading takes a second of work: alarms that wait since the restart come first.
        await asyncio.sleep(RECALL_AFTER_S)
        for bed, state in self.host.beds().items():
            if state.session is not None:
                await self._recall_one(bed, state, state.session.id)

    async def _recall_one(self, bed: str, state: State, session: str) -> None:
        try:
            past = await self.host.readings_of(session)
            self.trend(bed).recall(state, past)
        except Exception as error:  # noqa: BLE001 - a trend that cannot be drawn ends no page
            _log.error("trend_not_recalled", bed=bed, exc_info=error)

    def heard(self, name: str, *, visible: bool, sound: Sound) -> bool:
        """A named station said how it is; False where there are too many."""
        faults = self._listening.heard(name, _seconds(), visible=visible, sound=sound)
        for fault in faults or ():
            self.host.report(fault)
        return faults is not None

    def dismiss(self, name: str) -> None:
        """The station is taken out of use."""
        self.host.report(self._listening.dismiss(name))

    def test(self, name: str) -> bool:
        """A test alarm at this station, until somebody there answers; False where it is unknown."""
        known = self._listening.ask(name, _seconds())
        self._send(self._heartbeat())
        return known

    def answer(self, name: str) -> bool:
        """Somebody answered the test alarm there; False where none waits."""
        faults = self._listening.answer(name, _seconds())
        for fault in faults or ():
            self.host.report(fault)
        return faults is not None

    def close_suite(self) -> None:
        """Nobody is here: no station is missed until a check or a patient opens the suite."""
        self.closed = True
        self._send(self._heartbeat())

    def stations(self) -> list[StationView]:
        """The named stations."""
        return self._listening.view(_seconds())

    def _take(self, update: Update) -> None:
        match update:
            case Told():
                update = _public(update)
                self.recent.append(update)
                self._send(alarm_message(update))
                self._changed[update.line.bed] = self._alarmed[update.line.bed] = None
                self._tiles.pop(update.line.bed, None)
            case Changed(bed=bed):
                self._changed[bed] = None
                # A page that comes meanwhile sees the bed as it is.
                self._tiles.pop(bed, None)
            case WaveBlock(bed=bed, wave=wave):
                self._pile(bed, wave)

    def _pile(self, bed: str, wave: Wave) -> None:
        _, values = self._waves.setdefault((bed, wave.name), (wave.rate_hz, []))
        values.extend(wave.values)
        surplus = len(values) - max(1, round(wave.rate_hz * MAX_WAVE_S))
        if surplus > 0:
            del values[:surplus]
            self.dropped_values += surplus

    async def _every(self, seconds: float, flush: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(seconds)
            flush()

    async def _feed_tiles(self) -> None:
        """In rounds, of many beds in parts: those of which an alarm was told go first."""
        while True:
            await asyncio.sleep(TILE_S)
            waiting, self._changed = self._changed, {}
            while waiting:
                part = dict.fromkeys(islice((*self._alarmed, *waiting), TILES_AT_ONCE))
                for bed in part:
                    for each in (self._alarmed, waiting, self._changed):
                        each.pop(bed, None)
                self._flush_tiles(part)
                if waiting:
                    await asyncio.sleep(PART_PAUSE_S)

    def _flush_tiles(self, changed: dict[str | None, None]) -> None:
        now = self.host.now()
        states = self.host.beds()
        for bed in changed:
            self._tiles.pop(bed, None)
            if bed is not None and bed in states:
                with suppress(Exception):  # the tile, made next, says what is wrong
                    state = states[bed]
                    self._follow(bed, state.session.id if state.session else None)
                    self.trend(bed).add(state, now)
        if None in changed:
            # A bed that was given up is told of by the suite alone.
            changed |= {bed: None for bed in self.host.places() if bed not in states}
            for bed in changed:
                self._tiles.pop(bed, None)
        if self._pages and changed:
            if list(self.host.places()) != self._places:
                self._send(self._greeting())
            self._send(b"".join(self._tile(bed) for bed in changed))

    def _follow(self, bed: str, session: str | None) -> None:
        """A patient who moved keeps the trend."""
        if session is None or self._sessions.get(bed) == session:
            return
        left = next((each for each, known in self._sessions.items() if known == session), None)
        if left is not None and left in self._trends:
            self._trends[bed] = self._trends.pop(left)
            del self._sessions[left]
        self._sessions[bed] = session

    def _flush_waves(self) -> None:
        waves, self._waves = self._waves, {}
        if not self._pages or not waves:
            return
        blocks = []
        for (bed, name), (rate, values) in waves.items():
            size = max(1, int(rate * WAVE_S))
            blocks += [
                WaveBlockView(bed=bed, name=name, rate=rate, values=values[start : start + size])
                for start in range(0, len(values), size)
            ]
        self._send(message("waves", _json(WavesView(waves=blocks))))

    def _beat(self) -> None:
        self._send(self._heartbeat())
        if self.closed and any(state.session for state in self.host.beds().values()):
            self.closed = False
        look = self._listening.forget_silent if self.closed else self._listening.check
        for fault in look(_seconds()):
            self.host.report(fault)

    def _heartbeat(self) -> bytes:
        beat = HeartbeatView(
            now=self.host.now(),
            sent=round(_seconds() * 1000, 1),
            seq=self.host.seq(),
            closed=self.closed,
            tests=self._listening.asked(),
        )
        return message("heartbeat", _json(beat))

    def _greeting(self) -> bytes:
        self._places = list(self.host.places())
        hello = HelloView(
            suite=self.host.suite, notice=self.host.notice, beds=self._places, build=self.build
        )
        return message("hello", _json(hello))

    def _tile(self, bed: str | None) -> bytes:
        """The bed's tile as it stands, encoded once for all pages."""
        found = self._tiles.get(bed)
        if found is None:
            try:
                found = self._encode(bed)
            except Exception as error:  # noqa: BLE001 - one bed's fault is one bed's (invariant 16)
                _log.error("tile_failed", bed=bed, exc_info=error)
                found = message("broken", _json(BrokenView(bed=bed, error=repr(error)[:200])))
            self._tiles[bed] = found
        return found

    def _encode(self, bed: str | None) -> bytes:
        host, now = self.host, self.host.now()
        if bed is None:
            alarms = alarm_views(host.suite_state())
            return message("suite", _json(SuiteAlarmsView(alarms=alarms)))
        state = host.beds().get(bed)
        if state is None and bed in host.places():
            lost = unmonitored_view(bed, host.label(bed), host.suite_state())
            return message("unmonitored", _json(lost))
        if state is None:
            return b""
        return message("tile", _json(bed_view(bed, state, host.label(bed), now)))

    def _send(self, block: bytes) -> None:
        late = [page for page in self._pages if not page.offer(block)]
        for page in late:
            self.dropped_pages += 1
            self.leave(page)


def _seconds() -> float:
    """Real seconds: a page lives in the world's time, whatever speed the engine's has."""
    return asyncio.get_running_loop().time()


def alarm_message(told: Told) -> bytes:
    """An alarm line as everybody may read it, with its journal sequence as the event's id."""
    return message("alarm", line_json(public_line(told.line), told.durable), told.seq)


def _public(told: Told) -> Told:
    return replace(told, line=public_line(told.line))

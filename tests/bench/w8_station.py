"""W8: one alarm to 50 open pages, and the frames of twelve live pleths.

Beside: the limit, a plain asyncio server that writes the same alarm to 50 sockets; it is woken by a
byte on a pipe as the daemon is by a byte on a line.
"""

import asyncio
import json
import os
import tempfile
import time
from pathlib import Path

from playwright.async_api import async_playwright, expect

from devices.oximeters.nonin_pleth import PACKET, encode_packet
from devices.readings import Oximetry
from tests.bench import peers
from tests.bench.figures import Result, percentile
from tests.bench.lines import Oximeters
from tests.bench.machine import THEIRS, cpu_seconds, pin
from tests.bench.ward import Service, service, write_suite
from tests.conftest import BROWSER, find_program
from tests.peers import PseudoTerminal

BEDS = [str(number) for number in range(1, 13)]
PAGES = 50
BYTES = 700
"""About an alarm line as a server-sent event."""


def run(*, quick: bool) -> Result:
    result = Result(workload="W8", title=f"station, {PAGES} pages")
    pin(THEIRS)
    rounds, seconds = (1, 5.0) if quick else (3, 20.0)
    for _ in range(rounds):
        asyncio.run(_limit(result, 20 if quick else 100))
        with tempfile.TemporaryDirectory(dir=peers.workshop()) as name:
            folder = Path(name)
            oximeters = Oximeters(folder, BEDS)
            try:
                with service(write_suite(folder, oximeters.devices(), None)) as found:
                    ours = _ours(result, found, oximeters, seconds, alarms=5 if quick else 30)
                    asyncio.run(ours)
            finally:
                oximeters.close()
    load = f"{PAGES} pages"
    times, limit = (
        result.of("monitord", load, "ms to the last page, p50"),
        result.of("plain asyncio server (limit)", load, "ms to the last page, p50"),
    )
    result.ratio("alarm to the last page: monitord / plain server", times, limit)
    frames = result.of("monitord", load, "pleth points/s a page")
    result.goal("pleth points a second and page, of 900 sent", frames, at_least=890)
    return result


def _add(result: Result, system: str, times: list[float]) -> None:
    load = f"{PAGES} pages"
    result.add(system, load, "ms to the last page, p50", percentile(times, 0.5) * 1000)
    result.add(system, load, "ms to the last page, worst", max(times) * 1000)


async def _limit(result: Result, count: int) -> None:
    writers: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(
        lambda _reader, writer: writers.append(writer), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]
    pages = [await asyncio.open_connection("127.0.0.1", port) for _ in range(PAGES)]
    away, here = os.pipe()
    block = b"x" * BYTES

    def fan_out() -> None:
        os.read(away, 1)
        for writer in writers:
            writer.write(block)

    asyncio.get_running_loop().add_reader(away, fan_out)
    times = []
    for _ in range(count):
        began = time.perf_counter()
        os.write(here, b"!")
        await asyncio.gather(*(reader.readexactly(BYTES) for reader, _ in pages))
        times.append(time.perf_counter() - began)
        await asyncio.sleep(0.01)
    asyncio.get_running_loop().remove_reader(away)
    for _, writer in pages:
        writer.close()
    server.close()
    os.close(away)
    os.close(here)
    _add(result, "plain asyncio server (limit)", times)


class Page:
    """Reads the event stream as a browser would; notes when alarms start and how much pleth came."""

    def __init__(self) -> None:
        self.starts: list[float] = []
        self.points = 0

    async def run(self, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        writer.write(f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        event = b""
        try:
            async for row in reader:
                if row.startswith(b"event: "):
                    event = row[7:].strip()
                elif row.startswith(b"data: "):
                    self._take(event, row[6:])
        finally:
            writer.close()

    def _take(self, event: bytes, data: bytes) -> None:
        if event == b"waves":
            self.points += sum(len(w["values"]) for w in json.loads(data)["waves"])
        elif event == b"alarm":
            line = json.loads(data)
            if (line["bed"], line["alarm"], line["event"]) == ("1", "spo2_low", "start"):
                self.starts.append(time.perf_counter())


async def _ours(
    result: Result, found: Service, oximeters: Oximeters, seconds: float, *, alarms: int
) -> None:
    pages = [Page() for _ in range(PAGES)]
    port = int(found.url.rpartition(":")[2])
    reading = [asyncio.create_task(page.run(port)) for page in pages]
    try:
        await asyncio.sleep(2)
        before, cpu = sum(page.points for page in pages), cpu_seconds(found.process.pid)
        await asyncio.sleep(seconds)
        spent = cpu_seconds(found.process.pid) - cpu
        points = (sum(page.points for page in pages) - before) / PAGES / seconds
        load = f"{PAGES} pages"
        result.add("monitord", load, "pleth points/s a page", points)
        result.add("monitord", load, "% of a core", 100 * spent / seconds)
        oximeters.quiet.add("1")
        _add(result, "monitord", await _alarms(pages, oximeters.lines["1"], alarms))
    finally:
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
    oximeters.quiet.discard("1")
    await _browser(result, found.url, seconds / 2)


FRAMES = """seconds => new Promise(done => {
  let count = 0;
  const began = performance.now();
  const frame = at => {
    if (at - began > seconds * 1000) done(count / (at - began) * 1000);
    else { count += 1; requestAnimationFrame(frame); }
  };
  requestAnimationFrame(frame);
})"""


async def _browser(result: Result, url: str, seconds: float) -> None:
    """How often a wall screen is drawn while twelve curves move, in a browser without a graphics card."""
    program = find_program(BROWSER)
    if program is None:
        result.skipped.append("frames of a browser: no chromium")
        return
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        await page.goto(url)
        moving = page.locator(".wave:not(.still) canvas")
        await expect(moving).to_have_count(len(BEDS), timeout=20_000)
        frames = await page.evaluate(FRAMES, seconds)
        assert await moving.count() == len(BEDS)
        result.add("monitord", "1 Chromium, 12 curves", "frames/s", frames)
        await browser.close()


async def _alarms(pages: list[Page], line: PseudoTerminal, count: int) -> list[float]:
    def say(spo2: int) -> None:
        line.write(encode_packet(Oximetry(spo2=spo2, pulse_rate=70), [128] * PACKET))

    times = []
    for number in range(1, count + 1):
        for _ in range(4):
            say(93)
            await asyncio.sleep(0.1)

        say(86)
        began = time.perf_counter()
        give_up = began + 5
        while any(len(page.starts) < number for page in pages):
            if time.perf_counter() > give_up:
                raise TimeoutError("an alarm did not reach every page")
            await asyncio.sleep(0.001)
        times.append(max(page.starts[number - 1] for page in pages) - began)
    return times

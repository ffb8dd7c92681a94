# noqa: INP001 - a script, run by hand
"""Makes docs/desaturation.gif for the README: one desaturation from the wire to the page to acknowledged.

Run from the top of the tree with `.venv/bin/python docs/animation.py`; needs Debian's chromium and the extras `e2e`
and `dev`. It takes screenshots of chair 1 in a running demo, about one a second; the lines below are those that the
demo prints, and the bytes are the frame (format 8) in which a Nonin oximeter says the numbers that stand on the page.
"""

import asyncio
import os
import re
import shutil
import sys
import tempfile
import textwrap
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont
from playwright.async_api import Locator, Page, async_playwright

from devices.oximeters.nonin_slow import encode_df8
from devices.readings import Oximetry

OUT: Final = Path(__file__).with_name("desaturation.gif")
LASTS_S: Final = 85
"""The demo acknowledges at 40 s; the alarm is over some half a minute later."""
EVERY_S: Final = 1.0
WIDTH: Final = 900
LEFT: Final = 430
COLOURS: Final = 64
PAPER, INK, FAINT, MARK = "#0d1117", "#e6edf3", "#8b949e", "#ffd54a"
FONTS: Final = Path("/usr/share/fonts/truetype/dejavu")


@dataclass(frozen=True, kw_only=True)
class Shot:
    """What was there at one moment: the tile, its SpO2 and pulse, and the demo's lines so far."""

    tile: Image.Image
    spo2: int | None
    pulse: int | None
    said: tuple[str, ...]


async def address(demo: Process) -> str:
    """What the demo prints."""
    async with asyncio.timeout(60):
        while demo.stdout and (text := await demo.stdout.readline()):
            if found := re.search(rb"http://\S+", text):
                return found[0].decode()
    sys.exit("the demo ended without an address")


async def lines_of(demo: Process, said: list[str]) -> None:
    """The alarm lines of chair 1, as they come."""
    while demo.stdout and (text := await demo.stdout.readline()):
        line = text.decode().strip()
        if re.match(r"\d\d:\d\d:\d\d .*bed 1:", line):
            said.append(re.sub(r" SIMULATED$", "", line))


async def shots(page: Page, said: list[str]) -> list[Shot]:
    """From the start of the desaturation until its alarm is over."""
    tile = page.locator(".tile").first
    found = []
    begun = time.monotonic()
    while (now := time.monotonic() - begun) < LASTS_S:
        numbers, told = await numbers_of(tile), tuple(said)
        picture = Image.open(BytesIO(await tile.screenshot())).convert("RGB")
        # What changed while the picture was taken is on the next one.
        if (await numbers_of(tile), tuple(said)) == (numbers, told):
            found.append(Shot(tile=picture, spo2=numbers[0], pulse=numbers[1], said=told))
        await asyncio.sleep(max(0.0, (int(now / EVERY_S) + 1) * EVERY_S - now))
    return found


async def numbers_of(tile: Locator) -> tuple[int | None, int | None]:
    """SpO2 and pulse on the tile."""
    text = await tile.inner_text()
    spo2, pulse = (
        re.search(rf"^{name}\n(\d{{2,3}})$", text, re.MULTILINE) for name in ("SpO2", "PR")
    )
    return int(spo2[1]) if spo2 else None, int(pulse[1]) if pulse else None


def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The machine's own monospace."""
    return ImageFont.truetype(FONTS / f"DejaVuSansMono{'-Bold' if bold else ''}.ttf", size)


def drawn(shot: Shot, step: int, height: int) -> Image.Image:
    """One frame: wire and messages to the left, the page to the right."""
    whole = Image.new("RGB", (WIDTH, height), PAPER)
    pen = ImageDraw.Draw(whole)
    heads = (
        "1  the oximeter's bytes, once a second",
        "2  what staff are told",
        "3  the page of the station",
    )
    for n, (x, y) in enumerate(((16, 14), (16, 120), (LEFT + 14, 14))):
        pen.text((x, y), heads[n], MARK if n == step else FAINT, font(14, bold=n == step))
    if shot.spo2 is not None:
        frame = encode_df8(Oximetry(spo2=shot.spo2, pulse_rate=shot.pulse)).hex(" ")
        pen.text((16, 44), frame, INK, font(20))
        pen.text(
            (16, 76), f"SpO2 {shot.spo2} %", MARK if shot.spo2 < 90 else INK, font(18, bold=True)
        )
    y = 150
    for line in shot.said:
        for row in textwrap.wrap(line, 46, subsequent_indent="  "):
            pen.text((16, y), row, INK if line == shot.said[-1] else FAINT, font(14))
            y += 20
        y += 6
    pen.text((16, height - 28), "simulated patient, real wire protocol", FAINT, font(12))
    room = WIDTH - LEFT - 16
    small = shot.tile.resize(
        (room, round(shot.tile.height * room / shot.tile.width)), Image.Resampling.LANCZOS
    )
    whole.paste(small, (LEFT, 44))
    return whole


def step_of(shot: Shot, before: Shot | None) -> int:
    """Where a looker's eye belongs: at a new number below the limit, a new line, else the page."""
    if before is None or shot.said != before.said:
        return 1 if shot.said else 0
    return 0 if not shot.said and shot.spo2 is not None and shot.spo2 < 90 else 2


def save(found: list[Shot], place: Path) -> None:
    """Shots that follow each other unchanged are one that stays longer; a message has time to be read, then the page."""
    room = WIDTH - LEFT - 16
    height = max(360, 60 + round(max(s.tile.height / s.tile.width for s in found) * room))
    frames: list[Image.Image] = []
    stays: list[int] = []
    before: Shot | None = None
    for shot in found:
        if before is not None and (shot.spo2, shot.said) == (before.spo2, before.said):
            stays[-1] = min(stays[-1] + 120, 1200)
            continue
        frames.append(drawn(shot, step_of(shot, before), height))
        stays.append(350)
        if before is not None and shot.said != before.said:
            stays[-1] = 1800
            frames.append(drawn(shot, 2, height))
            stays.append(1800)
        before = shot
    frames.append(drawn(found[-1], 2, height))
    stays.append(2500)
    together = Image.new("RGB", (WIDTH, height * 3))
    for n, frame in enumerate((frames[0], frames[len(frames) // 2], frames[-1])):
        together.paste(frame, (0, n * height))
    palette = together.quantize(COLOURS)
    flat = [frame.quantize(COLOURS, palette=palette, dither=Image.Dither.NONE) for frame in frames]
    flat[0].save(
        place, save_all=True, append_images=flat[1:], duration=stays, loop=0, optimize=True
    )
    print(
        f"{place}: {len(flat)} frames, {sum(stays) / 1000:.0f} s, {place.stat().st_size / 1e6:.2f} MB"
    )


async def main() -> None:
    """Runs the demo in an empty home, so that nothing of this machine gets into the pictures."""
    monitord = Path(sys.executable).with_name("monitord")
    with tempfile.TemporaryDirectory() as home:
        demo = await asyncio.create_subprocess_exec(
            monitord,
            "demo",
            "--port",
            "0",
            stdout=PIPE,
            stderr=STDOUT,
            env={**os.environ, "HOME": home},
        )
        said: list[str] = []
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=["--no-sandbox"]
                )
                page = await browser.new_page(viewport={"width": 1366, "height": 900})
                await page.goto(await address(demo))
                await page.locator(".tile").first.wait_for()
                await page.locator(".suite").click()
                listening = asyncio.create_task(lines_of(demo, said))
                found = await shots(page, said)
                listening.cancel()
                await browser.close()
        finally:
            demo.terminate()
            await demo.wait()
    save(found, OUT)


if __name__ == "__main__":
    asyncio.run(main())

# noqa: INP001 - a script, run by hand
"""Takes the pictures of docs/station-sizes.md: full and quiet wards on each size of screen, in colour and as others see them.

Run from the top of the tree with `.venv/bin/python -m docs.pictures`, with names behind it for only those; needs Debian's chromium and the
extras `e2e` and `test`. The chairs are those of tests/station/page/full_ward.py, so nothing of this machine gets into the pictures.
"""

import asyncio
import shutil
import sys
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.builders_station import PaperHost
from tests.station.page.full_ward import alarming, chair, full_ward, mixed
from tests.station.served import served

DOCS = Path(__file__).parent
FILTERS = {
    "grey": "grayscale(1)",
    # Machado 2009, severity 1.
    "deutan": (0.367, 0.861, -0.228, 0.280, 0.673, 0.047, -0.012, 0.043, 0.969),
    "protan": (0.152, 1.053, -0.205, 0.115, 0.786, 0.099, -0.004, -0.048, 1.052),
}


def some() -> PaperHost:
    """Twelve chairs, of which some alarm: each class, each priority."""
    full = {1: mixed("1"), 3: mixed("3"), 4: alarming("4", 1), 8: alarming("8", 2)}
    return PaperHost(**{str(n): chair(str(n), full.get(n, ())) for n in range(1, 13)})


PICTURES = {
    "wall-twelve-full": (full_ward(12), 1920, 1080, "dark", None),
    "wall-twelve-quiet": (full_ward(12, 0), 1920, 1080, "dark", None),
    "wall-twelve-some": (some(), 1920, 1080, "dark", None),
    "wall-twelve-bright": (some(), 1920, 1080, "bright", None),
    "wall-twelve-grey": (some(), 1920, 1080, "dark", "grey"),
    "wall-twelve-deutan": (some(), 1920, 1080, "dark", "deutan"),
    "wall-twelve-protan": (some(), 1920, 1080, "dark", "protan"),
    "wall-six-full": (full_ward(6), 1920, 1080, "dark", None),
    "wall-six-quiet": (full_ward(6, 0), 1920, 1080, "dark", None),
    "small-six-full": (full_ward(6), 1366, 768, "dark", None),
    "small-six-quiet": (full_ward(6, 0), 1366, 768, "dark", None),
    "small-twelve-full": (full_ward(12), 1366, 768, "dark", None),
    "small-twelve-quiet": (full_ward(12, 0), 1366, 768, "dark", None),
    "tablet-four-full": (full_ward(4), 1024, 768, "dark", None),
    "tablet-four-quiet": (full_ward(4, 0), 1024, 768, "dark", None),
    "tablet-four-upright": (full_ward(4), 768, 1024, "dark", None),
    "tablet-four-upright-quiet": (full_ward(4, 0), 768, 1024, "dark", None),
    "tablet-six-full": (full_ward(6), 1024, 768, "dark", None),
    "tablet-six-upright": (full_ward(6), 768, 1024, "dark", None),
    "tablet-six-quiet": (full_ward(6, 0), 1024, 768, "dark", None),
    "tablet-twelve-full": (full_ward(12), 1024, 768, "dark", None),
    "tablet-twelve-quiet": (full_ward(12, 0), 1024, 768, "dark", None),
    "phone-six-full": (full_ward(6), 390, 844, "dark", None),
    "phone-six-quiet": (full_ward(6, 0), 390, 844, "dark", None),
    "phone-twelve-full": (full_ward(12), 390, 844, "dark", None),
    "wall-six-200-percent": (full_ward(6), 960, 540, "dark", None),
    "wall-twelve-200-percent": (full_ward(12), 960, 540, "dark", None),
    "wall-twelve-200-percent-quiet": (full_ward(12, 0), 960, 540, "dark", None),
}


def reduce(path: Path) -> None:
    """48 colours keep a picture below 100 kB; left out where Pillow is not installed."""
    try:
        from PIL import Image  # noqa: PLC0415
    except ImportError:
        return
    with Image.open(path) as taken:
        taken.convert("RGB").quantize(48).save(path, optimize=True)


async def take(browser: Browser, name: str) -> None:
    """One picture, lit: what flashes stands still."""
    host, width, height, theme, seen = PICTURES[name]
    async with served(host) as station:
        context = await browser.new_context(viewport={"width": width, "height": height})
        page = await context.new_page()
        await page.add_init_script(f"localStorage.setItem('monitord theme', '{theme}')")
        await page.goto(station.url)
        await page.locator(".tile").first.wait_for()
        await page.locator(".suite").click()
        # How busy this machine is belongs into no picture.
        await page.evaluate(
            """() => {
                const sheet = new CSSStyleSheet();
                sheet.replaceSync("[data-lumps], .banner.back { display: none }");
                document.adoptedStyleSheets = [sheet];
            }"""
        )
        await page.locator(".banner.locked:not([data-lumps])").wait_for(state="detached")
        how = FILTERS.get(seen or "")
        if isinstance(how, str):
            await page.evaluate("(how) => { document.documentElement.style.filter = how; }", how)
        elif how:
            rows = " ".join(" ".join(map(str, how[n : n + 3])) + " 0 0" for n in (0, 3, 6))
            await page.evaluate(
                """(rows) => {
                    document.body.insertAdjacentHTML("beforeend", `<svg width="0" height="0"><filter id="seen"
                        color-interpolation-filters="linearRGB"><feColorMatrix values="${rows} 0 0 0 1 0"/></filter></svg>`);
                    document.documentElement.style.filter = "url(#seen)";
                }""",
                rows,
            )
        await page.evaluate(
            """() => { for (const animation of document.getAnimations()) { animation.effect.updateTiming({ duration: 1e9 }); } }"""
        )
        await asyncio.sleep(0.5)
        path = DOCS / "sizes" / f"{name}.png"
        await page.screenshot(path=path, timeout=120_000)
        reduce(path)
        await context.close()


async def main(names: list[str]) -> None:
    """Those named, or all of them."""
    (DOCS / "sizes").mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name in names or PICTURES:
            await take(browser, name)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))

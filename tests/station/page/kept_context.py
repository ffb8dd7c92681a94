"""One context and window of the browser that most tests share, each with a page of its own in it.

A page in a window that stands costs a third of one in a new context: for that the browser makes a profile, and a window
whose bars are pages too. What a page leaves is taken away after each test; where something stays, all is thrown away.
"""

from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Frame, Page, ViewportSize
from playwright.async_api import Error as PlaywrightError

from tests.peers import GENEROUS_S

TIDY = """() => {
    return !("__pwClock" in window) && navigator.onLine;
}"""
"""Whether nothing stays: a clock that a test sets, and a network that it takes away, are those of all pages to come."""

_kept: BrowserContext | None = None
_origins: set[str] = set()
"""Of every page that was shown in it, also of one that its test closed: the next station may stand at the same port."""


async def kept_context(browser: Browser) -> BrowserContext:
    """Its first page is empty and no test's: as long as that is open, the window is."""
    global _kept  # noqa: PLW0603 - one a process, as the browser is
    if _kept is None:
        _kept = await browser.new_context()
        _kept.set_default_timeout(GENEROUS_S * 1000)
        await _kept.new_page()
        _kept.on("page", lambda page: page.on("framenavigated", _seen))
    return _kept


def _seen(frame: Frame) -> None:
    parts = urlsplit(frame.url)
    if parts.scheme in ("http", "https"):
        _origins.add(f"{parts.scheme}://{parts.netloc}")


async def own_page(browser: Browser, width: int, height: int) -> Page:
    """A page that shares nothing with a page of this test or of another."""
    size = ViewportSize(width=width, height=height)
    context = await kept_context(browser)
    if len(context.pages) > 1:
        page = await browser.new_page(viewport=size)
        page.set_default_timeout(GENEROUS_S * 1000)
        return page
    page = await context.new_page()
    await page.set_viewport_size(size)
    return page


async def tidy(browser: Browser) -> None:
    """After a test: no page is left, and in the kept context no trace of one."""
    global _kept  # noqa: PLW0603 - see above
    if _kept is not None and not await _tidied(_kept):
        _kept = None
    for context in browser.contexts:
        if context is not _kept:
            await context.close()


async def _tidied(context: BrowserContext) -> bool:
    try:
        first, *pages = context.pages
        clean = [await page.evaluate(TIDY) for page in pages]
        for page in pages:
            await page.close()
        await context.clear_cookies()
        # Once no page is left that could store again.
        devtools = await context.new_cdp_session(first)
        for origin in _origins:
            await devtools.send(
                "Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage"}
            )
        await devtools.detach()
        _origins.clear()
    except PlaywrightError:
        return False
    return all(clean)

"""`./dev docs`: every document and every public name in one site, which works from a folder without a network."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from monitord import api
from monitord.cli import COMMANDS
from tests.peers import GENEROUS_S
from tests.station.page.conftest import chromium

__all__ = ["chromium"]

pytest.importorskip("mkdocs", reason="the extra docs is not installed")
pytest.importorskip("mkdocstrings", reason="the extra docs is not installed")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("docs") / "site"
    made = subprocess.run(
        [sys.executable, ROOT / "release" / "docs_site.py", "--out", out],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert sorted(each.name for each in out.parent.iterdir()) == ["site"], "what it was made of"
    return out


def test_every_document_of_the_tree_is_a_page(site: Path) -> None:
    documents = {*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")} - {ROOT / "README.md"}
    pages = {path.relative_to(ROOT).with_suffix(".html") for path in documents}
    assert {each for each in pages if not (site / each).is_file()} == set()
    home = (site / "index.html").read_text()
    assert {str(each) for each in pages if f'href="{each}"' not in home} == set()


def test_every_public_name_and_command_is_in_the_reference_with_what_it_says(site: Path) -> None:
    python = (site / "reference" / "python.html").read_text()
    for name in api.__all__:
        assert f'id="monitord.api.{name}"' in python, name
        first = (getattr(api, name).__doc__ or "").split()[:4]
        assert " ".join(first).split("`")[0].strip() in re.sub(r"<[^>]+>", "", python), name
    commands = (site / "reference" / "commands.html").read_text()
    assert {each for each in COMMANDS if f">monitord {each}<" not in commands} == set()


def asked(site: Path) -> Iterator[str]:
    """Whatever a browser would fetch by itself, from another place than the site."""
    loads = re.compile(
        r"<(?:script|img|iframe|source|video|object|embed)\b[^>]*?\b(?:src|data)=[\"']?((?:https?:)?//[^\"'\s>]+)"
        r"|<link\b(?=[^>]*rel=[\"']?(?:stylesheet|icon|preload|preconnect|dns-prefetch))[^>]*?href=[\"']?((?:https?:)?//[^\"'\s>]+)"
        r"|(?:url\(|@import )[\"']?((?:https?:)?//[^\"')\s]+)"
    )
    for page in (*site.rglob("*.html"), *site.rglob("*.css"), *site.rglob("*.svg")):
        for found in loads.finditer(page.read_text(encoding="utf-8")):
            yield f"{page.relative_to(site)}: {next(filter(None, found.groups()))}"


def test_nothing_is_loaded_from_the_network(site: Path, tmp_path: Path) -> None:
    assert list(asked(site)) == []
    for text in (
        '<script src="https://x.example/a.js">',
        "<script src=https://x.example/a.js>",
        '<link href="//fonts.example/f" rel="stylesheet">',
        "<style>@import 'https://x.example/a.css'</style>",
        "<p style='background: url(http://x.example/b.png)'>",
    ):
        (tmp_path / "page.html").write_text(text)
        assert len(list(asked(tmp_path))) == 1, text


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_the_site_is_searched_from_a_folder_without_a_network(
    site: Path, chromium: Browser
) -> None:
    requests: list[str] = []
    page = await chromium.new_page(viewport={"width": 1400, "height": 900})
    page.on("request", lambda request: requests.append(request.url))
    await page.goto((site / "docs" / "replay.html").as_uri())
    await page.locator("input[name=query]").press_sequentially("hysteresis")
    result = page.locator(".md-search-result__link")
    await result.first.wait_for(timeout=GENEROUS_S * 1000)
    found = await result.all_inner_texts()
    await page.close()
    assert any("hysteresis" in each.lower() for each in found)
    assert [each for each in requests if not each.startswith(("file:", "data:", "blob:"))] == []


def test_the_index_of_the_search_knows_guides_and_reference(site: Path) -> None:
    text = (site / "search" / "search_index.json").read_text()
    places = {each["location"].split("#")[0] for each in json.loads(text)["docs"]}
    assert {"docs/recordings.html", "reference/python.html", "reference/commands.html"} <= places

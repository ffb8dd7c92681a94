"""The built page in the tree is made from the sources beside it, and needs nothing from elsewhere."""

import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "monitord" / "station" / "web"
CONFIGURATION = (
    "index.html",
    "overview.html",
    "package.json",
    "package-lock.json",
    "sources.ts",
    "tsconfig.json",
    "vite.config.ts",
)


def digest(web: Path) -> str:
    """As `sources.ts` works it out."""
    names = [*CONFIGURATION, *(f"src/{path.name}" for path in (web / "src").iterdir())]
    total = sha256()
    for name in sorted(names):
        total.update(name.encode() + b"\0" + (web / name).read_bytes() + b"\0")
    return total.hexdigest()


def test_the_built_page_was_made_from_these_sources() -> None:
    built = (WEB / "dist" / "sources.sha256").read_text(encoding="ascii").strip()
    assert built == digest(WEB), "the page's sources changed: run ./dev web and commit dist/"


def test_a_changed_source_is_noticed(tmp_path: Path) -> None:
    copy = tmp_path / "web"
    shutil.copytree(WEB, copy, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (copy / "src" / "sound.ts").write_text("export const changed = true;\n", encoding="utf-8")
    assert digest(copy) != digest(WEB)


@pytest.mark.skipif(
    not (WEB / "node_modules").is_dir() or shutil.which("npx") is None,
    reason="the page's tools are not installed: ./dev web installs them",
)
def test_building_again_gives_the_very_same_files(tmp_path: Path) -> None:
    subprocess.run(
        ["npx", "--no-install", "vite", "build", "--outDir", str(tmp_path), "--logLevel", "error"],
        cwd=WEB,
        check=True,
    )
    again = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.*")}
    dist = WEB / "dist"
    assert again == {path.relative_to(dist): path.read_bytes() for path in dist.rglob("*.*")}


def test_the_page_names_no_address_but_its_own() -> None:
    allowed = ("http://www.w3.org/",)  # names of XML vocabularies, never fetched
    files = list((WEB / "dist").rglob("*.*"))
    assert any(path.suffix == ".js" for path in files)
    for path in files:
        text = path.read_text(encoding="utf-8")
        for scheme in ("http://", "https://"):
            found = [text[at : at + 40] for at in _places(text, scheme)]
            assert [address for address in found if not address.startswith(allowed)] == []


def _places(text: str, part: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith(part, at)]


def test_the_lock_names_no_registry() -> None:
    assert '"resolved"' not in (WEB / "package-lock.json").read_text(encoding="utf-8")

"""`./dev docs`: the guides, and the reference made from docstrings, as one site that works from a folder, offline."""

# ruff: noqa: INP001 - beside bundle.py, in no package

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
PAGES: Final = {
    "Guides": {
        "A nurse's day": "docs/suite.md",
        "Set one up": "docs/installation.md",
        "Operate": "docs/operations.md",
        "Protocols": "docs/protocols.md",
        "Alarms": "docs/alarms.md",
        "Devices": "docs/devices.md",
        "Notifiers": "docs/notifiers.md",
        "HTTP": "docs/api.md",
    },
    "Recordings and tests": {
        "Recordings": "docs/recordings.md",
        "Replay, comparison, back-test": "docs/replay.md",
        "Two reports": "docs/replay-figures.md",
        "Timelines": "docs/timeline.md",
    },
    "Build on it": {
        "Write a driver or a notifier": "docs/drivers.md",
        "Architecture": "ARCHITECTURE.md",
        "Decisions": "docs/decisions.md",
        "Contributing": "CONTRIBUTING.md",
    },
    "Reference": {
        "Python": "reference/python.md",
        "Plug-ins": "reference/plugins.md",
        "Commands": "reference/commands.md",
    },
    "More": {
        "Hazards": "docs/hazards.md",
        "Security": "SECURITY.md",
        "Comparison": "docs/comparison.md",
        "Benchmarks": "docs/benchmarks.md",
        "Sizes of the page": "docs/station-sizes.md",
        "A nurse's sentences": "docs/nurse-sentences.md",
        "Changelog": "CHANGELOG.md",
    },
}
"""Every document of the tree; tests/release/test_docs_site.py finds one that is missing here."""

WORKER: Final = "iframe_worker.js"
DOORS: Final = {
    "python": ("Python", ["monitord.api"]),
    "plugins": (
        "Plug-ins",
        [
            "monitord.driver",
            "devices.wire",
            "devices.family",
            "monitord.notify.notifier",
            "monitord.kit",
        ],
    ),
}
"""Pages of the reference: their titles, and the modules whose docstrings they show."""


def config(source: Path, out: Path) -> dict[str, Any]:
    """The settings of mkdocs; YAML takes JSON."""
    return {
        "site_name": "monitord",
        "site_description": "Bedside vital-sign monitoring for infusion suites",
        "docs_dir": str(source),
        "site_dir": str(out),
        "use_directory_urls": False,  # so that the files open without a server
        "theme": {
            "name": "material",
            "font": False,  # no font from the network
            "features": ["content.code.copy", "search.highlight", "toc.follow"],
        },
        "plugins": [
            "offline",
            "search",
            {
                "mkdocstrings": {
                    "handlers": {
                        "python": {
                            "paths": [str(ROOT)],
                            "inventories": [],
                            "options": {
                                "show_source": False,
                                "show_root_heading": True,
                                "members_order": "source",
                                "separate_signature": True,
                                "docstring_style": None,
                                "filters": ["!^_"],
                            },
                        }
                    }
                }
            },
        ],
        "markdown_extensions": [
            "tables",
            "admonition",
            "pymdownx.superfences",
            {"toc": {"permalink": True}},
        ],
        "validation": {"links": {"unrecognized_links": "ignore", "not_found": "warn"}},
        "nav": [
            {"monitord": "README.md"},
            *({part: [{name: file} for name, file in of.items()]} for part, of in PAGES.items()),
        ],
        "extra": {"generator": False},
    }


def gather(source: Path) -> None:
    """The tree's documents where their links find each other, and the pages of the reference."""
    source.mkdir(parents=True)
    for file in [*ROOT.glob("*.md"), ROOT / "LICENSE"]:
        shutil.copy(file, source)
    shutil.copytree(ROOT / "docs", source / "docs", ignore=shutil.ignore_patterns("*.py"))
    for file in linked(source):
        if file.is_relative_to(ROOT) and file.is_file():
            place = source / file.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, place)
    (source / "reference").mkdir()
    for name, (title, modules) in DOORS.items():
        parts = [f"# {title}\n", *(_door(module) for module in modules)]
        (source / "reference" / f"{name}.md").write_text("\n".join(parts), encoding="utf-8")
    (source / "reference" / "commands.md").write_text(commands(), encoding="utf-8")


def linked(source: Path) -> set[Path]:
    """The files of the tree, outside of its documents, to which they link."""
    found = set()
    for page in [*source.glob("*.md"), *source.glob("docs/*.md")]:
        text = page.read_text(encoding="utf-8")
        for to in re.findall(r"\]\((?!\w+:)([^)#]+)", text):
            found.add((ROOT / page.parent.relative_to(source) / to).resolve())
    return {each for each in found if each.suffix != ".md"}


def _door(module: str) -> str:
    options = "" if module != "monitord.api" else "    options:\n      show_submodules: false\n"
    return f"::: {module}\n{options}"


def commands() -> str:
    """Every command with its help, as the program prints it."""
    from typer.main import get_command  # noqa: PLC0415 - not for --help of this one

    from monitord.cli import COMMANDS, app  # noqa: PLC0415

    program: Any = get_command(app)
    parts = ["# Commands\n"]
    for name in COMMANDS:
        found = program.get_command(None, name)
        each = [
            (name, found),
            *((f"{name} {k}", c) for k, c in getattr(found, "commands", {}).items()),
        ]
        for words, command in each:
            parts.append(f"## monitord {words}\n\n{_prose(command.help or '')}\n")
            rows = [row for row in map(_row, command.params) if row]
            if rows:
                parts.append("| | |\n| --- | --- |\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _prose(text: str) -> str:
    return re.sub(r"(?m)^(For example:) (.+)$", r"\1\n\n    \2", re.sub(r"\n +", "\n", text))


def _row(option: Any) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    text = getattr(option, "help", None)
    return f"| {names} | {' '.join(text.split()).replace('|', chr(92) + '|')} |" if text else ""


def carry_worker(out: Path) -> None:
    """The theme asks the network for what lets a page opened as a file search: the site has it itself."""
    shutil.copy(Path(__file__).with_name(WORKER), out / "assets" / WORKER)
    for page in out.rglob("*.html"):
        up = "../" * (len(page.relative_to(out).parts) - 1)
        text = page.read_text(encoding="utf-8")
        own = text.replace("https://unpkg.com/iframe-worker/shim", f"{up}assets/{WORKER}")
        page.write_text(own, encoding="utf-8")


def main() -> int:
    """Makes the site; the exit code of mkdocs, which refuses a link that leads nowhere."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "--out", type=Path, default=ROOT / "build" / "docs", help="The site's folder."
    )
    out = asked.parse_args().out.resolve()
    source = out.with_name(f"{out.name}-source")
    for folder in (source, out):
        shutil.rmtree(folder, ignore_errors=True)
    gather(source)
    settings = source.with_name(f"{out.name}.yml")
    settings.write_text(json.dumps(config(source, out)), encoding="utf-8")
    words = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "-f", str(settings)]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}  # what pyproject.toml says of the versions
    done = subprocess.run(words, check=False, env=quiet)  # noqa: S603 - our own words
    if done.returncode == 0:
        carry_worker(out)
        shutil.rmtree(source)
        settings.unlink()
        print(out / "index.html")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
